package draw_test

import (
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"image"
	"image/color"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
	"gomyogen/kernel/chart/draw"
	"gomyogen/kernel/chart/internal/scene"
	"gomyogen/kernel/chart/render"
	"gomyogen/kernel/chart/still"
)

// extents is the visible part of the axes of all panels.
const extents = `["xAxis", "yAxis"].map(a => chart.getModel().queryComponents({ mainType: a }).map(m => m.axis.scale.getExtent()))`

// at returns the place in the window of a point of a panel in data.
func at(w window, panel int, x, y float64) (px, py float64) {
	p := eval[[]float64](w, fmt.Sprintf(`(r => { const p = chart.convertToPixel({ gridIndex: %d }, [%v, %v]); return [r.left + p[0], r.top + p[1]]; })(plot.getBoundingClientRect())`, panel, x, y))
	return p[0], p[1]
}

// hover moves the pointer to a point and returns what the figure says there.
func hover(w window, panel int, x, y float64) string {
	px, py := at(w, panel, x, y)
	for {
		w.do(chromedp.MouseEvent(chromedp.MouseMoved, px-3, py-1), chromedp.MouseEvent(chromedp.MouseMoved, px, py))
		said := eval[string](w, `plot.querySelector(".tip").style.display === "block" ? [...plot.querySelectorAll(".tip div")].map(d => d.textContent).join("\n") : ""`)
		nowX, nowY := at(w, panel, x, y)
		if nowX == px && nowY == py {
			return said
		}
		px, py = nowX, nowY // JupyterLab has scrolled
	}
}

func wheel(w window, modifiers int64, down float64) {
	x, y := at(w, 0, 5, 10)
	w.do(chromedp.MouseEvent(chromedp.MouseMoved, x, y), chromedp.MouseEvent(input.DispatchMouseEventTypeMouseWheel, x, y, func(p *input.DispatchMouseEventParams) { p.DeltaX, p.DeltaY, p.Modifiers = 1e-9, down, modifiers }))
}

func click(w window, button string) {
	w.t.Helper()
	jupytertest.Click(w.t, w.ctx, fmt.Sprintf(`.myogen-figure .tools button:nth-child(%d)`, 1+slices.Index([]string{"Box zoom", "Reset", "PNG", "SVG", "CSV", "Help"}, button)))
}

func same(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Abs(x-y) < 1e-6*(1+math.Abs(x)) })
}

func TestZoomIsLinked(t *testing.T) {
	w := open(t, charttest.Sheet(), scene.StillWidth+32, 1500)
	whole := eval[[][][]float64](w, extents)
	w.remember("whole")
	reset := func() {
		t.Helper()
		click(w, "Reset")
		w.wait(differ("whole") + " === 0")
	}
	wheel(w, 0, -240)
	if got := eval[[][][]float64](w, extents); !same(got[0][0], whole[0][0]) {
		t.Error("the wheel alone zooms; the page should scroll")
	}
	w.changes(func() {
		for range 5 {
			wheel(w, 2, -240) // Ctrl
		}
		w.settle()
	})
	zoomed := eval[[][][]float64](w, extents)
	for i, x := range zoomed[0] {
		if !same(x, zoomed[0][0]) || x[1]-x[0] > 9.9 || x[1]-x[0] < 1 {
			t.Errorf("after ctrl-wheel panel %d shows %v s, the first %v", i, x, zoomed[0][0])
		}
	}
	// Drag to pan.
	x, y := at(w, 1, (zoomed[0][0][0]+zoomed[0][0][1])/2, 3)
	w.changes(func() {
		w.do(chromedp.DragAndDropXY(x, y, x-60, y, 5))
		w.settle()
	})
	panned := eval[[][][]float64](w, extents)
	if d := panned[0][0][0] - zoomed[0][0][0]; d < 0.1 || math.Abs(panned[0][0][1]-panned[0][0][0]-zoomed[0][0][1]+zoomed[0][0][0]) > 0.01 {
		t.Errorf("dragged by 60 px from %v to %v s", zoomed[0][0], panned[0][0])
	}
	reset()
	if got := eval[[][][]float64](w, extents); !same(got[0][3], whole[0][3]) {
		t.Errorf("reset shows %v s, want %v", got[0][3], whole[0][3])
	}
	// A box in the raster zooms time everywhere and neurons there.
	click(w, "Box zoom")
	x0, y0 := at(w, 2, 4, 15)
	x1, y1 := at(w, 2, 6, 5)
	w.changes(func() { w.do(chromedp.DragAndDropXY(x0, y0, x1, y1, 5)) })
	box := eval[[][][]float64](w, extents)
	for i := range box[0] {
		if math.Abs(box[0][i][0]-4) > 0.05 || math.Abs(box[0][i][1]-6) > 0.05 {
			t.Errorf("panel %d shows %v s of the box 4..6", i, box[0][i])
		}
		if want := whole[1][i]; i == 2 {
			if math.Abs(box[1][i][0]-5) > 0.2 || math.Abs(box[1][i][1]-15) > 0.2 {
				t.Errorf("the raster shows neurons %v of the box 5..15", box[1][i])
			}
		} else if !same(box[1][i], want) {
			t.Errorf("panel %d shows %v, want all: %v", i, box[1][i], want)
		}
	}
	w.shot("box-zoom")
	reset()
	if got := eval[[][][]float64](w, extents); !same(got[1][2], whole[1][2]) {
		t.Errorf("reset shows neurons %v, want %v", got[1][2], whole[1][2])
	}
	// Keys.
	w.changes(func() {
		w.do(chromedp.Focus(chromedp.CSS(".plot")), chromedp.KeyEvent("+"), chromedp.KeyEvent(kb.ArrowRight))
	})
	keyed := eval[[][][]float64](w, extents)[0][6]
	if math.Abs(keyed[0]-3.75) > 0.1 || math.Abs(keyed[1]-8.75) > 0.1 {
		t.Errorf("plus and right show %v s, want 3.75..8.75", keyed)
	}
	if outline := eval[string](w, `getComputedStyle(plot).outlineStyle`); outline != "solid" {
		t.Errorf("the outline of the focus is %q", outline)
	}
	w.do(chromedp.KeyEvent("0"))
	if got := eval[[][][]float64](w, extents); !same(got[0][0], whole[0][0]) {
		t.Errorf("0 shows %v s", got[0][0])
	}
	w.wait(differ("whole") + " === 0")
}

func TestRunsHaveASlider(t *testing.T) {
	f := charttest.Runs()
	w := open(t, f, 900, 600)
	state := func() string {
		return eval[string](w, `document.querySelector(".runs output").textContent + " / " + chart.getOption().title[0].text + " / " + chart.getOption().series.filter(s => !/^axes/.test(s.id)).length`)
	}
	if got := state(); got != "40 pps / Spikes at 40 pps / 2" {
		t.Errorf("it begins with %q", got)
	}
	w.changes(func() { w.slide(kb.ArrowRight, "80 pps") })
	if got := state(); got != "80 pps / Spikes at 80 pps / 2" {
		t.Errorf("a key moves it to %q", got)
	}
	if got := hover(w, 1, 5, 40); !strings.Contains(got, "drive: 80 pps") {
		t.Errorf("the other run reads %q", got)
	}
	w.shot("runs")
	if label := eval[string](w, `plot.getAttribute("aria-label")`); !strings.Contains(label, "Peak rate: 80 pps (3 of 3)") || !strings.Contains(label, "400 spikes of 20 trains") || strings.Contains(label, "40 pps") {
		t.Errorf("the other run is called %q", label)
	}
	if text := prepared(t, f).FrameText(1); text != "Peak rate: 40 pps (2 of 3)" || !strings.Contains(prepared(t, f).Frames[1].Words, text) {
		t.Errorf("the still is of %q, in words %q", text, prepared(t, f).Frames[1].Words)
	}
}

// A figure of 90 000 spikes is small and quick: a zoom should take 100 ms, and
// one that takes five times as long is mistaken, not slow.
func TestManySpikes(t *testing.T) {
	for _, trains := range []int{100, 10000} {
		f := charttest.Spikes(trains, 90000)
		b, err := drawn(render.Job{Figure: f, As: "cell"})
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > 700_000 {
			t.Errorf("%d spikes of %d trains take %d bytes, more than 700 000", 90000, trains, len(b))
		}
		w := open(t, f, 700, 700) // fewer px than spikes of one of 100 trains
		w.shot(fmt.Sprintf("spikes-%d", trains))
		if got := eval[int](w, `chart.getOption().series.filter(s => !/^axes/.test(s.id)).length`); got != 2 {
			t.Errorf("%d series, want 2", got)
		}
		// Marks are translucent only where neurons have more spikes than px.
		least := func() int {
			return eval[int](w, `(c => { const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data; let least = 255; for (let i = 3; i < d.length; i += 4) if (d[i] && d[i] < least) least = d[i]; return least; })(chart.getZr().storage.getDisplayList(true).find(e => e.type === "image").style.image)`)
		}
		if got := least(); (got < 255) != (trains == 100) {
			t.Errorf("%d trains: an opacity of %d of 255", trains, got)
		}
		whole := w.colored(0)
		w.changes(func() {
			w.do(chromedp.Evaluate[chromedp.Void](`echarts.getInstanceByDom(document.querySelector(".plot").firstElementChild).dispatchAction({ type: "dataZoom", dataZoomIndex: 0, start: 40, end: 60 })`))
		})
		if got := least(); got != 255 {
			t.Errorf("%d trains, zoomed in: an opacity of %d of 255", trains, got)
		}
		zoomed := w.colored(0)
		t.Logf("%d trains: %d dots have a colour, zoomed in %d", trains, whole, zoomed)
		if whole < 20000 || zoomed < 10000 || zoomed == whole {
			t.Errorf("%d trains: %d dots have a colour, zoomed in %d", trains, whole, zoomed)
		}
		times := eval[[]float64](w, `Array.from({ length: 15 }, (_, i) => { const t = performance.now(); chart.dispatchAction({ type: "dataZoom", dataZoomIndex: 0, start: i, end: 100 - 6 * i }); chart.getZr().flush(); return performance.now() - t; })`)
		slices.Sort(times)
		// Times are told, not judged.
		t.Logf("%d trains, %d bytes in a notebook: a zoom takes %.1f ms (median; longest %.1f ms)", trains, len(b), times[len(times)/2], times[len(times)-1])
		// Every spike of a train is there: zoomed in, one by one.
		train := f.Panels[0].Series[0].(*chart.Raster).Trains[7].Times
		spike := train[len(train)/2].Seconds()
		w.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`echarts.getInstanceByDom(document.querySelector(".plot").firstElementChild).dispatchAction({ type: "dataZoom", dataZoomIndex: 0, startValue: %v, endValue: %v })`, spike-0.05, spike+0.05)))
		if got := hover(w, 0, spike, 7); !strings.Contains(got, fmt.Sprintf("(MN_7): spike at %.4f", spike)) {
			t.Errorf("at %.4f s it reads %q", spike, got)
		}
	}
}

// saved clicks on buttons and returns the files that the figure gives, by
// their names.
func saved(t *testing.T, w window, buttons ...string) map[string][]byte {
	t.Helper()
	w.do(chromedp.Evaluate[chromedp.Void](`window.saved = []; HTMLAnchorElement.prototype.click = function () { window.saved.push(fetch(this.href).then(r => r.blob()).then(b => new Promise(done => { const r = new FileReader(); r.onload = () => done([this.download, r.result]); r.readAsDataURL(b); }))); }`))
	for _, name := range buttons {
		click(w, name)
	}
	w.do(chromedp.Evaluate[chromedp.Void](`Promise.all(window.saved).then(all => { window.files = Object.fromEntries(all); })`))
	w.wait(fmt.Sprintf(`!!window.files && Object.keys(window.files).length === %d`, len(buttons)))
	files := map[string][]byte{}
	for name, url := range eval[map[string]string](w, `window.files`) {
		_, data, _ := strings.Cut(url, ",")
		b, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = b
		if shots != "" {
			if err := os.WriteFile(filepath.Join(shots, "saved-"+name), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return files
}

// A table says what of the data it holds.
func TestTableSaysWhatItHolds(t *testing.T) {
	step := &chart.Line{Name: "step", X: []float64{0, 1, 2, 2.5}, Y: []float64{5, 7, 6}, Step: true}
	line := &chart.Line{Name: "line", X: make([]float64, 100000), Y: make([]float64, 100000)}
	for i := range line.X {
		line.X[i], line.Y[i] = 2*float64(i)/99999, math.Sin(float64(i))
	}
	f := chart.Figure{Title: "f", X: chart.Axis{Label: "Time", Unit: "s"}, Panels: []chart.Panel{{Title: "p", Y: chart.Axis{Label: "v"}, Series: []chart.Series{step, line, &chart.Rule{Name: "r", At: 1}}}}}
	w := open(t, f, 900, 400)
	files := saved(t, w, "CSV")
	table := string(files["f-as-drawn.csv"])
	if table == "" {
		t.Fatalf("it saves %v", slices.Sorted(maps.Keys(files)))
	}
	n := strings.Count(table, "\n") - 3 // without the head, the end of the steps and the rule
	if n < 15000 || n > 50000 {
		t.Errorf("the table has %d points", n)
	}
	want := fmt.Sprintf("%d of 100003 points, as drawn", n)
	if title := eval[string](w, `document.querySelector(".tools button:nth-child(5)").title`); !strings.Contains(title, want) {
		t.Errorf("the button says %q, want %q", title, want)
	}
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll() // each of as many fields as the first
	if err != nil || len(rows) != n+3 {
		t.Errorf("%d rows of %d are read, error %v", len(rows), n+3, err)
	}
	if !strings.HasPrefix(table, "panel,series,Time (s),value,low,error,quantity\np,step,0,5,,,v\np,step,1,7,,,v\np,step,2,6,,,v\np,step,2.5,,,,v\np,line,") {
		t.Errorf("the table is\n%.300s", table)
	}
	// The steps are drawn with corners and read as such.
	if got := hover(w, 0, 0.9, 5); !strings.Contains(got, "step: 5") {
		t.Errorf("at 0.9 s it reads %q", got)
	}
	// Names of categories stand in it as in that of the data.
	f = charttest.Odd()["categories"]
	f.Panels[0].Series = append(f.Panels[0].Series, &chart.Rule{Name: "r", At: 1})
	text, err := drawn(render.Job{Figure: f, As: "csv"})
	if err != nil {
		t.Fatal(err)
	}
	files = saved(t, open(t, f, 900, 400), "CSV")
	if table := string(files["Bars_with_names.csv"]); strings.ReplaceAll(table, "\r", "") != strings.ReplaceAll(string(text), "\r", "") || !strings.Contains(table, ",Konstantin") {
		t.Errorf("with categories it is\n%s\nwant\n%s", table, text)
	}
}

// What the buttons save is what the still picture shows, and the data.
func TestSaves(t *testing.T) {
	f := sheet()
	w := open(t, f, 900, 1500)
	files := saved(t, w, "PNG", "SVG", "CSV")
	height := header + prepared(t, f).Layout(1).Height
	want := exact(t, f, 2)
	img := decode(t, files["Every_kind_of_series.png"])
	if got := img.Bounds().Dx(); got != 2*scene.StillWidth {
		t.Errorf("the PNG is %d px wide, want %d", got, 2*scene.StillWidth)
	}
	compare(t, "saved PNG", f, picture{img, 2, header}, want)
	compare(t, "saved SVG", f, picture{vector(t, "saved-svg", files["Every_kind_of_series.svg"], height), 1, header}, exact(t, f, 3))
	csv := string(files["Every_kind_of_series.csv"])
	spike := f.Panels[2].Series[0].(*chart.Raster).Trains[5].Times[3].Seconds()
	for _, want := range []string{"panel,series,Time (s),value,low,error,quantity\n", "\"Raster, blues\",MN_5," + fmt.Sprint(spike) + ",5,,,Neuron\n", "Steps and bars,count,5,-3,,,Rate (pps)\n", "\"Heat map, viridis\",0,0.1,20,,,Rate (pps)\n"} {
		if !strings.Contains(csv, want) {
			t.Errorf("the CSV lacks %q", want)
		}
	}
}

// What a reader zoomed into and hid is so in a saved picture, too.
func TestSavesWhatIsSeen(t *testing.T) {
	f := sheet()
	w := open(t, f, scene.StillWidth+32, 1500)
	clickAt := eval[[]float64](w, `(e => { const r = plot.getBoundingClientRect(), b = e.getBoundingRect().clone(); b.applyTransform(e.getComputedTransform() || [1, 0, 0, 1, 0, 0]); return [r.left + b.x + b.width / 2, r.top + b.y + b.height / 2]; })(chart.getZr().storage.getDisplayList().find(e => e.style && e.style.text === "mean"))`)
	w.do(chromedp.MouseClickXY(clickAt[0], clickAt[1]))
	w.wait(first(`chart.getOption().legend[0].selected.mean === false`))
	w.do(chromedp.Evaluate[chromedp.Void](`echarts.getInstanceByDom(document.querySelector(".plot").firstElementChild).dispatchAction({ type: "dataZoom", dataZoomIndex: 0, startValue: 2, endValue: 4 })`))
	files := saved(t, w, "PNG", "SVG")
	layout := prepared(t, f).Layout(1)
	area := func(panel int) image.Rectangle {
		p := layout.Places[panel]
		return image.Rect(layout.Left+1, p.Top+1, scene.StillWidth-layout.Right-1, p.Top+p.Height-1)
	}
	seen := picture{crop(t, w, ".plot"), 1, 0}
	for name, p := range map[string]picture{
		"PNG": {decode(t, files["Every_kind_of_series.png"]), 2, header},
		"SVG": {vector(t, "saved-seen-svg", files["Every_kind_of_series.svg"], header+layout.Height), 1, header},
	} {
		panels := prepared(t, f).Frames[0].Panels
		if n := p.covered(area(0), panels[0].Series[1].Color); n > 20 {
			t.Errorf("%s: the hidden line covers %.0f px", name, n)
		}
		for i, c := range map[int]color.RGBA{0: panels[0].Series[0].Color, 1: panels[1].Series[0].Color} {
			if got, want := p.covered(area(i), c), seen.covered(area(i), c); want < 1000 || math.Abs(got-want) > 0.05*want {
				t.Errorf("%s: panel %d: %.0f px have a colour that %.0f px have in the chart", name, i, got, want)
			}
		}
	}
}

// exact is the still picture with so many dots for each px: marks are whole
// dots wide, as wide as those of vector graphics where there are some of them.
func exact(t *testing.T, f chart.Figure, dots int) picture {
	t.Helper()
	b, err := still.PNG(prepared(t, f), float64(dots))
	if err != nil {
		t.Fatal(err)
	}
	return picture{decode(t, b), dots, header}
}

// Files of vector graphics show what the PNG does.
func TestVectorFiles(t *testing.T) {
	f := sheet()
	want := exact(t, f, 3)
	svg, err := drawn(render.Job{Figure: f, As: "svg"})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "SVG", f, picture{vector(t, "svg", svg, header+prepared(t, f).Layout(1).Height), 1, header}, want)
	pdf, err := drawn(render.Job{Figure: f, As: "pdf"})
	if err != nil {
		t.Fatal(err)
	}
	page := paper(t, pdf)
	save(t, "pdf", page)
	compare(t, "PDF", f, picture{page, 1, header}, want)
}

// Odd figures are alive, with numbers where numbers belong.
func TestOddFigures(t *testing.T) {
	odd := charttest.Odd()
	maps.Copy(odd, charttest.OddAxes())
	names := slices.Sorted(maps.Keys(odd))
	t.Setenv(draw.LibraryEnv, jupytertest.Home(t).ECharts())
	var page strings.Builder
	page.WriteString("<!DOCTYPE html><meta charset=utf-8><body style='background:#fff'>")
	for i, name := range names {
		b, err := drawn(render.Job{Figure: odd[name], As: "cell", Carry: i == 0})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		page.Write(b)
	}
	w := window{t: t, ctx: jupytertest.Browser(t, 700, 1000)}
	w.show([]byte(page.String()))
	for i, name := range names {
		state := eval[string](w, fmt.Sprintf(`(c => { c.resize(); const text = e => String(e.style.text); return [...c.getModel().queryComponents({ mainType: "yAxis" }), ...c.getModel().queryComponents({ mainType: "xAxis" })].map(m => m.axis.scale.getExtent().join(" ")).join("; ") + "; " + c.getZr().storage.getDisplayList().filter(e => e.style && e.style.text && e.style.fontSize !== 13).map(text).join("|"); })(echarts.getInstanceByDom(document.querySelectorAll(".myogen-figure .plot")[%d].firstElementChild))`, i))
		if strings.Contains(state, "NaN") || strings.Contains(state, "Infinity") || strings.Contains(state, "undefined") {
			t.Errorf("%s: axes %s", name, state)
		}
		t.Logf("%s: %s", name, state)
		if name == "longlabels" && (strings.Contains(state, "per second") || strings.Count(state, "The mean") != 2) {
			t.Errorf("%s: names of axes are longer than the axes: %s", name, state)
		}
		if !slices.Contains([]string{"nothing", "empty", "silent", "nan", "logbothempty"}, name) {
			w.wait(colored(figure(i)) + " >= 10")
		}
		title := eval[[]string](w, fmt.Sprintf(`(f => [f.querySelector(".name").textContent, echarts.getInstanceByDom(f.querySelector(".plot").firstElementChild).getOption().title[0].text])(document.querySelectorAll(".myogen-figure")[%d])`, i))
		// A panel says behind its title that it has no data, and a log axis what it leaves out.
		if want := []string{odd[name].Title, odd[name].Panels[0].Title}; title[0] != want[0] || !strings.HasPrefix(title[1], want[1]) || odd[name].Panels[0].Title == title[1] == slices.Contains([]string{"logmixed", "lognothing", "rightlog", "empty", "logbothempty", "nan"}, name) {
			t.Errorf("%s: the titles are %q, want %q", name, title, want)
		}
		if name == "emptyfirst" {
			counts := eval[[]int](w, fmt.Sprintf(`(c => c.getModel().getSeriesByType("line").map(s => s.getData().count()))(echarts.getInstanceByDom(document.querySelectorAll(".myogen-figure .plot")[%d].firstElementChild))`, i))
			if fmt.Sprint(counts) != "[0 3]" {
				t.Errorf("%s: the lines have %v points, want 0 and 3", name, counts)
			}
		}
	}
	if shots != "" {
		b, err := chromedp.Run(w.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(shots, "odd.png"), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWrongFigures(t *testing.T) {
	for want, f := range charttest.Wrong() {
		for _, as := range []string{"png", "cell", "csv"} {
			if _, err := drawn(render.Job{Figure: f, As: as}); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
		}
	}
}

func TestThemeAndWidth(t *testing.T) {
	w := open(t, charttest.Runs(), 900, 600)
	w.do(chromedp.EmulateViewport(500, 600))
	w.wait(`Math.abs(document.querySelector(".myogen-figure canvas").clientWidth - document.querySelector(".plot").clientWidth) < 2 && document.querySelector(".plot").clientWidth < 480`)
	w.shot("narrow")
	ink := eval[string](w, `chart.getOption().textStyle.color`)
	w.do(chromedp.Evaluate[chromedp.Void](`document.body.style.background = "#111"`))
	w.wait(first(`chart.getOption().textStyle.color !== "` + ink + `"`))
	if got := eval[string](w, `chart.getOption().textStyle.color`); got != "#d8d8d8" {
		t.Errorf("on a dark page texts are %s", got)
	}
	// The darkest spikes, those of the first row, stand out there as text does: 4.5 to 1 (WCAG 2.1).
	const row = `(() => {
		const g = chart.getOption().grid[0], canvas = plot.querySelector("canvas"), dpr = canvas.width / canvas.clientWidth;
		const y = Math.round((+g.top + +g.height - 3) * dpr), left = (+g.left + 2) * dpr, d = canvas.getContext("2d").getImageData(left, y, (g.width - 4) * dpr, 1).data;
		const linear = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4, of = (r, g, b) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) + 0.05;
		let best = 0;
		for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 250) best = Math.max(best, of(d[i], d[i + 1], d[i + 2]) / of(17, 17, 17));
		return best;
	})()`
	w.wait(first(row + " > 0")) // it is drawn
	w.shot("dark")
	if got := eval[float64](w, row); got < 4.5 || got > 10 {
		t.Errorf("on a dark page the first row of spikes has a contrast of %.2f", got)
	}
	wraps(t, w)
}

// wraps checks that a title and a legend that are wider than a narrow page get
// more rows, all of them above the data.
func wraps(t *testing.T, w window) {
	const title = "A title of many words that is far too long for a page that is five hundred pixels wide"
	panel := chart.Panel{Title: title, Legend: true}
	for _, name := range []string{"Fuglevand", "De Luca", "Konstantin", "Combined", "a name of several words"} {
		panel.Series = append(panel.Series, chart.Line{Name: name, X: []float64{0, 1}, Y: []float64{0, float64(len(name))}})
	}
	page, err := drawn(render.Job{Figure: chart.Figure{Title: "Wide", Panels: []chart.Panel{panel, panel}}, As: "html"})
	if err != nil {
		t.Fatal(err)
	}
	w.show(page)
	w.shot("narrow-names")
	wrapped(t, w, 7)
	// Titles of kerned letters, which ECharts breaks by the widths of single letters.
	kerned := chart.Figure{Title: "Kerned"}
	for n := range 10 {
		kerned.Panels = append(kerned.Panels, chart.Panel{Title: strings.Repeat("AVAVAV ", 13) + strings.Repeat("x", 4+n), Height: 60, Legend: true, Series: panel.Series[:1]})
	}
	if page, err = drawn(render.Job{Figure: kerned, As: "html"}); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{500, 400} {
		w.do(chromedp.EmulateViewport(int64(width), 600))
		w.show(page)
		w.shot(fmt.Sprint("narrow-kerned-", width))
		wrapped(t, w, 3)
	}
	// Side by side, each legend stays above its own panel.
	if page, err = drawn(render.Job{Figure: chart.Figure{Title: "Wide", Columns: 2, Panels: []chart.Panel{panel, panel}}, As: "html"}); err != nil {
		t.Fatal(err)
	}
	w.do(chromedp.EmulateViewport(800, 600))
	w.show(page)
	w.shot("narrow-names-beside")
	if n := eval[int](w, `(() => { // names of legends whose left edge is in the left half, and that end in the right one
		const middle = chart.getWidth() / 2;
		return chart.getZr().storage.getDisplayList().filter(e => e.style && /[a-z]{2}/.test(e.style.text || "") && e.style.fill !== "transparent").map(e => {
			const r = e.getBoundingRect().clone();
			r.applyTransform(e.transform || [1, 0, 0, 1, 0, 0]);
			return r;
		}).filter(r => r.x < middle && r.x + r.width > middle + 2).length;
	})()`); n > 0 {
		t.Errorf("%d texts of the left panel reach into the right one", n)
	}
}

// wrapped checks that so many names stand above each panel, none on another or on its data.
func wrapped(t *testing.T, w window, names float64) {
	// The lowest edge of all names above each panel, and where its data begin.
	edges := eval[[][]float64](w, `chart.getOption().grid.map((g, i, all) => {
		const from = i ? +all[i - 1].top + +all[i - 1].height : 0, below = chart.getZr().storage.getDisplayList().filter(e => e.style && e.style.text && !e.parent?.rotation && e.style.fill !== "transparent")
			.map(e => { const r = e.getBoundingRect().clone(); r.applyTransform(e.transform || [1, 0, 0, 1, 0, 0]); return { text: e.style.text, left: r.x, right: r.x + r.width, top: r.y, bottom: r.y + r.height }; })
			.filter(r => /[A-Za-z]{2}/.test(r.text) && r.top >= from && r.bottom < +g.top + 40);
		const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
		const overlaps = below.filter((a, i) => below.slice(i + 1).some(b => over(a, b))).length;
		return [below.length, Math.max(...below.map(r => r.bottom)), +g.top, Math.max(...below.map(r => r.right)), chart.getWidth(), overlaps];
	})`)
	for i, e := range edges {
		if e[5] > 0 {
			t.Errorf("panel %d: %v names are drawn over others", i, e[5])
		}
		if e[0] < names || e[1] > e[2] || e[3] > e[4] {
			t.Errorf("panel %d: %v names down to %.0f px, its data begin at %v px; they end at %.0f of %v px", i, e[0], e[1], e[2], e[3], e[4])
		}
	}
}

// The keyboard hides and shows what the legend names.
func TestLegendByKeyboard(t *testing.T) {
	w := open(t, charttest.Runs(), 900, 600)
	w.do(chromedp.Focus(chromedp.CSS(".runs input")), chromedp.KeyEvent(kb.Tab))
	for i, want := range []string{"drive true true", "drive false false", "drive true true"} {
		if i > 0 {
			w.do(chromedp.KeyEvent(" "))
		}
		if got := eval[string](w, `[document.activeElement.textContent, document.activeElement.getAttribute("aria-pressed"), chart.getModel().getComponent("legend", 0).isSelected("drive")].join(" ")`); got != want {
			t.Errorf("step %d: %q, want %q", i, got, want)
		}
		if i == 0 {
			w.shot("legend-by-keyboard")
		}
		// What is hidden is not read, after the chart was made anew for another width, too.
		if i == 1 {
			w.do(chromedp.EmulateViewport(700, 600))
			w.wait(first(`chart.getWidth() < 700`))
		}
		if got := hover(w, 1, 5, 20); strings.Contains(got, "drive") != (i != 1) {
			t.Errorf("step %d: it reads %q", i, got)
		}
	}
}

// counting lets the page count the charts, observers and listeners that came
// since and are there.
const counting = `window.charts = []; window.watching = new Set(); window.listening = new Set();
const { init } = echarts, { observe, disconnect } = MutationObserver.prototype, { addEventListener, removeEventListener } = MediaQueryList.prototype;
window.echarts = Object.create(echarts, { init: { value: (...all) => { const c = init(...all); charts.push(c); return c; } } });
MutationObserver.prototype.observe = function (...all) { watching.add(this); return observe.apply(this, all); };
MutationObserver.prototype.disconnect = function () { watching.delete(this); return disconnect.apply(this); };
MediaQueryList.prototype.addEventListener = function (name, act) { listening.add(act); return addEventListener.call(this, name, act); };
MediaQueryList.prototype.removeEventListener = function (name, act) { listening.delete(act); return removeEventListener.call(this, name, act); };
window.living = () => [charts.filter(c => !c.isDisposed()).length, watching.size, listening.size].join(" ");`

// A cell that runs again leaves nothing of its last output behind, and an
// output that was out of the page for a while comes back as it was.
func TestFiguresEnd(t *testing.T) {
	w := open(t, charttest.Runs(), 900, 600)
	w.do(chromedp.Evaluate[chromedp.Void](counting + `
		window.figure = document.querySelector(".myogen-figure").dataset.figure; window.code = document.querySelector(".myogen-figure + script").textContent;
		document.querySelector(".myogen-figure").remove();
		window.out = document.createElement("div"); document.body.append(out);
		window.run = () => { out.replaceChildren(); const box = document.createElement("div"), script = document.createElement("script"); box.className = "myogen-figure"; box.dataset.figure = figure; box.append(new Image()); script.textContent = code; out.append(box); out.append(script); };`))
	const alive = `(f => !!f && f.dataset.state === "live" && !!f.querySelector("canvas"))(out.querySelector(".myogen-figure"))`
	count := func(when string, want int) {
		t.Helper()
		got := ""
		for end := time.Now().Add(jupytertest.Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if got = evalPage[string](w, `living()`); got == fmt.Sprintf("%[1]d %[1]d %[1]d", want) {
				return
			}
		}
		t.Errorf("%s: %s charts, observers and listeners live, want %d of each", when, got, want)
	}
	for range 4 {
		w.do(chromedp.Evaluate[chromedp.Void](`run()`))
		w.wait(alive)
		count("run again", 1)
	}
	// Out of sight, as in a tab behind another.
	w.do(chromedp.Evaluate[chromedp.Void](`out.style.display = "none"; requestAnimationFrame(() => requestAnimationFrame(() => { window.unseen = true; }))`))
	w.wait(`!!window.unseen`)
	count("out of sight", 1)
	w.do(chromedp.Evaluate[chromedp.Void](`run()`))
	count("run out of sight", 0)
	w.do(chromedp.Evaluate[chromedp.Void](`out.style.display = ""`))
	w.wait(alive)
	count("in sight again", 1)
	// Detached and attached again.
	state := `(c => JSON.stringify([c.getOption().dataZoom[0].start, c.getOption().legend[0].selected]))(echarts.getInstanceByDom(out.querySelector(".plot").firstElementChild))`
	w.do(chromedp.Evaluate[chromedp.Void](`(c => { c.dispatchAction({ type: "dataZoom", dataZoomIndex: 0, start: 25, end: 75 }); c.dispatchAction({ type: "legendUnSelect", name: "drive" }); })(echarts.getInstanceByDom(out.querySelector(".plot").firstElementChild))`))
	before := evalPage[string](w, state)
	for range 2 {
		w.do(chromedp.Evaluate[chromedp.Void](`window.kept = out.firstElementChild; kept.remove()`))
		count("out of the page", 0)
		w.do(chromedp.Evaluate[chromedp.Void](`out.prepend(kept)`))
		w.wait(alive)
		count("in the page again", 1)
		if after := evalPage[string](w, state); after != before || !strings.Contains(after, "[25,") {
			t.Errorf("it comes back with %s, went with %s", after, before)
		}
	}
}

// Without scripts, or without the library, the still picture stays.
func TestStillStays(t *testing.T) {
	f := charttest.Runs()
	b, err := drawn(render.Job{Figure: f, As: "cell"})
	if err != nil {
		t.Fatal(err)
	}
	w := window{t: t, ctx: jupytertest.Browser(t, 1200, 600)}
	file := filepath.Join(t.TempDir(), "still.html")
	if err := os.WriteFile(file, append([]byte("<!DOCTYPE html><meta charset=utf-8><body>"), b...), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		run   bool
		until string
	}{
		{"without the library", true, `document.readyState === "complete" && window.myogenECharts === null`},
		{"without scripts", false, `document.readyState === "complete" && document.querySelector("img").complete && window.myogenECharts === undefined`},
	} {
		w.do(scripts(c.run), chromedp.Navigate("file://"+file))
		w.wait(c.until)
		stays(w, c.name, f)
		if alt := evalPage[string](w, `document.querySelector("img").alt`); !strings.Contains(alt, "Peak rate: 40 pps (2 of 3)") {
			t.Errorf("%s the picture is called %q", c.name, alt)
		}
	}
}

// stays fails the test where the page does not show the still picture, and it alone.
func stays(w window, when string, f chart.Figure) {
	w.t.Helper()
	if live := evalPage[string](w, `document.querySelectorAll(".live, canvas").length + (document.querySelector("img").parentElement.dataset.state || "")`); live != "0" {
		w.t.Errorf("%s there is %q of a live chart", when, live)
	}
	shows(w, "still-"+strings.ReplaceAll(when, " ", "-"), 0, f)
}

// A chart that cannot be drawn, at first or later, leaves the still picture
// and nothing else behind.
func TestStillComesBack(t *testing.T) {
	f := charttest.Runs()
	w := open(t, f, scene.StillWidth+32, 600)
	page := w.page
	const broken = `throw new Error("cannot draw")`
	const breaks = `{ const init = echarts.init; window.echarts = Object.create(echarts, { init: { value: (...all) => { const c = init(...all); c.setOption = () => { ` + broken + `; }; return c; } } }); } 0`
	for i, c := range []struct {
		when string
		act  func()
	}{
		{"when the width changes", func() {
			w.do(chromedp.Evaluate[chromedp.Void](breaks), chromedp.EmulateViewport(700, 600))
		}},
		{"when the theme changes", func() {
			w.do(chromedp.Evaluate[chromedp.Void](breaks + `; document.body.style.background = "#111"`))
		}},
		{"when the run changes", func() {
			w.do(chromedp.Evaluate[chromedp.Void](`echarts.getInstanceByDom(document.querySelector(".plot").firstElementChild).setOption = () => { `+broken+`; }; 0`),
				chromedp.Focus(chromedp.CSS(".runs input")), chromedp.KeyEvent(kb.ArrowRight))
		}},
		{"when it is drawn first", func() {
			w.do(chromedp.Evaluate[chromedp.Void](breaks + `; (f => { const box = f.cloneNode(), script = document.createElement("script"); box.append(f.querySelector("img")); box.firstChild.style.display = ""; delete box.dataset.state; script.textContent = f.nextElementSibling.textContent; f.replaceWith(box); box.after(script); })(document.querySelector(".myogen-figure"))`))
		}},
	} {
		if i > 0 {
			w.show(page)
		}
		w.do(chromedp.Evaluate[chromedp.Void](counting + `window.warned = 0; console.warn = () => { window.warned++; };`))
		c.act()
		w.wait(`window.warned > 0`)
		w.do(chromedp.EmulateViewport(scene.StillWidth+32, 600))
		stays(w, c.when, f)
		if left := evalPage[string](w, `living()`); left != "0 0 0" {
			t.Errorf("%s %s charts, observers and listeners are left", c.when, left)
		}
	}
}
