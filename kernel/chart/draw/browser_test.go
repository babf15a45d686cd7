package draw_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	imagedraw "image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
	"gomyogen/kernel/chart/draw"
	"gomyogen/kernel/chart/internal/scene"
	"gomyogen/kernel/chart/render"
	"gomyogen/kernel/chart/still"
)

// shots is a folder for screenshots, if a reader wants to look at them.
var shots = os.Getenv("MYOGEN_SCREENSHOTS")

// window is a browser with a figure in it.
type window struct {
	t    *testing.T
	ctx  context.Context
	page []byte // that open showed
}

// open shows a figure as a page of its own, from a file.
func open(t *testing.T, f chart.Figure, width, height int) window {
	t.Helper()
	t.Setenv(draw.LibraryEnv, jupytertest.Home(t).ECharts())
	page, err := drawn(render.Job{Figure: f, As: "html"})
	if err != nil {
		t.Fatal(err)
	}
	w := window{t: t, ctx: jupytertest.Browser(t, width, height), page: page}
	w.show(page)
	return w
}

// drawn draws a figure as a cell has it drawn: by another program, which it is
// encoded for.
func drawn(j render.Job) ([]byte, error) {
	p, err := j.Prepare()
	if err != nil {
		return nil, err
	}
	var sent bytes.Buffer
	if err := p.Encode(&sent); err != nil {
		return nil, err
	}
	if p, err = render.Decode(&sent); err != nil {
		return nil, err
	}
	return draw.Draw(p)
}

// prepared is a figure as the renderers get it.
func prepared(t *testing.T, f chart.Figure) *scene.Figure {
	t.Helper()
	s, err := scene.New(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// show opens a page and waits until all its figures are alive.
func (w window) show(page []byte) {
	w.t.Helper()
	file := filepath.Join(w.t.TempDir(), "figure.html")
	if err := os.WriteFile(file, page, 0o644); err != nil {
		w.t.Fatal(err)
	}
	w.do(chromedp.Navigate("file://" + file))
	w.wait(`document.querySelectorAll(".myogen-figure").length > 0 && [...document.querySelectorAll(".myogen-figure")].every(f => f.dataset.state === "live")`)
}

func (w window) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, jupytertest.Patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.t.Fatal(err)
	}
}

// wait asks until an expression is true. What a page may change at any time is asked for
// whole, in one condition.
func (w window) wait(condition string) {
	w.t.Helper()
	var err error
	for end := time.Now().Add(jupytertest.Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var ok bool
		if ok, err = chromedp.Run(w.ctx, chromedp.Evaluate[bool](condition)); ok {
			return
		}
	}
	w.shot("failed")
	dead, _ := chromedp.Run(w.ctx, chromedp.Evaluate[string](`[...document.querySelectorAll(".myogen-figure")].filter(f => f.dataset.state !== "live").map(f => f.querySelector("img").alt).join("\n")`))
	w.t.Log("still pictures: ", dead)
	app, _ := chromedp.Run(w.ctx, chromedp.Evaluate[string](`String(window.jupyterapp) + " " + (window.jupyterapp ? String(window.jupyterapp.shell.currentWidget && window.jupyterapp.shell.currentWidget.sessionContext && window.jupyterapp.shell.currentWidget.sessionContext.isReady) : "")`))
	w.t.Log(app)
	w.t.Fatalf("waited for %s: %v", condition, err)
}

// first is an expression in which chart is the ECharts instance of the first figure and
// plot its element.
func first(expression string) string {
	return `(() => { const plot = document.querySelector(".myogen-figure .plot"), chart = echarts.getInstanceByDom(plot.firstElementChild); return ` + expression + `; })()`
}

// eval returns the value of an expression of the first figure.
func eval[T any](w window, expression string) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, jupytertest.Patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](first(`JSON.stringify(`+expression+`)`)))
	if err != nil {
		w.t.Fatalf("%s: %v", expression, err)
	}
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		w.t.Fatalf("%s is %s: %v", expression, text, err)
	}
	return v
}

// figure is the plot of figure i of the page.
func figure(i int) string {
	return fmt.Sprintf(`document.querySelectorAll(".myogen-figure .plot")[%d]`, i)
}

// dots are what a plot has on its canvas: red, green, blue and opacity by
// turns. A plot that has no canvas, as one that JupyterLab draws anew, has none.
func dots(plot string) string {
	return `(c => c ? c.getContext("2d").getImageData(0, 0, c.width, c.height).data : [])((` + plot + `)?.querySelector("canvas"))`
}

// colored counts the dots of a plot that have a colour: marks, not axes.
func colored(plot string) string {
	return `(d => { let n = 0; for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 100 && Math.max(d[i], d[i + 1], d[i + 2]) - Math.min(d[i], d[i + 1], d[i + 2]) > 60) n++; return n; })(` + dots(plot) + `)`
}

// colored counts the dots of figure i that have a colour.
func (w window) colored(i int) int {
	w.t.Helper()
	return evalPage[int](w, colored(figure(i)))
}

// remember keeps what the first figure shows under a name.
func (w window) remember(name string) {
	w.t.Helper()
	w.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(window.seen ||= {})[%q] = %s; 0`, name, dots(figure(0)))))
}

// differ is how many dots of the first figure are not as they were then.
func differ(name string) string {
	return fmt.Sprintf(`((a, b) => { if (a.length !== b.length) return a.length; let n = 0; for (let i = 0; i < a.length; i += 4) if (a[i] !== b[i] || a[i + 1] !== b[i + 1] || a[i + 2] !== b[i + 2] || a[i + 3] !== b[i + 3]) n++; return n; })(window.seen[%q], %s)`, name, dots(figure(0)))
}

// changes does something and waits until the first figure looks otherwise,
// with marks on it.
func (w window) changes(act func()) {
	w.t.Helper()
	w.remember("before")
	act()
	w.wait(differ("before") + " > 300 && " + colored(figure(0)) + " >= 300")
}

// settle lets the page do what it has put off: ECharts zooms ten times a second at most,
// and the last one waits its turn.
func (w window) settle() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, jupytertest.Patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`new Promise(done => setTimeout(() => done(true), 150))`, chromedp.EvalAwaitPromise)); err != nil {
		w.t.Fatal(err)
	}
}

// slide presses a key at the slider over the runs of the first figure until it has gone to
// a run: JupyterLab may take the focus away.
func (w window) slide(key, to string) {
	w.t.Helper()
	const label = `document.querySelector(".myogen-figure .runs output").textContent`
	from, got := evalPage[string](w, label), ""
	for end := time.Now().Add(jupytertest.Patience); ; {
		w.do(chromedp.Focus(chromedp.CSS(".myogen-figure .runs input")), chromedp.KeyEvent(key))
		if got = evalPage[string](w, label); got != from {
			break
		}
		if time.Now().After(end) {
			w.t.Fatalf("the slider stays at %q", from)
		}
	}
	if got != to {
		w.t.Errorf("a key moves the slider from %q to %q, want %q", from, got, to)
	}
}

// scripts lets the page run scripts, or not.
func scripts(run bool) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !run})
		return err
	})
}

// offline cuts the network off.
func offline(ctx context.Context, _ *chromedp.Target) error {
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{
		{URLPattern: "http://*:*/*", Block: true}, {URLPattern: "https://*:*/*", Block: true},
	}})
	return err
}

// shot takes a picture of the window.
func (w window) shot(name string) []byte {
	w.t.Helper()
	b, err := chromedp.Run(w.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		w.t.Fatal(err)
	}
	if shots != "" {
		if err := os.WriteFile(filepath.Join(shots, name+".png"), b, 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	return b
}

// sheet is a figure with every kind of series, each of another colour.
func sheet() chart.Figure {
	f := charttest.Sheet()
	f.Panels[0].Series[0].(*chart.Band).Color = color.RGBA{0, 158, 115, 255}
	return f
}

// Marks of the live chart and of the still picture are in the same places, in
// the same colours, under the same texts.
func TestLiveAndStillShowTheSame(t *testing.T) {
	f := sheet()
	w := open(t, f, scene.StillWidth+32, 1500)
	live := crop(t, w, ".plot")
	b, err := still.PNG(prepared(t, f), 1)
	if err != nil {
		t.Fatal(err)
	}
	drawn := decode(t, b)
	compare(t, "live", f, picture{live, 1, 0}, picture{drawn, 1, header})
	layout := prepared(t, f).Layout(1)
	sheet := image.NewRGBA(image.Rect(0, 0, 2*scene.StillWidth, layout.Height))
	imagedraw.Draw(sheet, sheet.Rect, live, live.Bounds().Min, imagedraw.Src)
	imagedraw.Draw(sheet, sheet.Rect.Add(image.Pt(scene.StillWidth, 0)), drawn, image.Pt(0, header), imagedraw.Src)
	save(t, "live-and-still", sheet)
	for i, p := range layout.Places {
		area := image.Rect(layout.Left+1, p.Top+1, scene.StillWidth-layout.Right-1, p.Top+p.Height-1)
		onlyLive, marks := missing(sheet, area, 0, scene.StillWidth)
		onlyStill, _ := missing(sheet, area, scene.StillWidth, -scene.StillWidth)
		t.Logf("panel %d: %d marked px, %d only alive, %d only still", i, marks, onlyLive, onlyStill)
		letters := 0
		if i == 0 {
			letters = 300 // of the reference lines, in another font
		}
		if onlyLive > letters+marks/50 || onlyStill > letters+marks/50 {
			t.Errorf("panel %d (%q): %d px are only in the live chart and %d only in the still picture, of %d", i, f.Panels[i].Title, onlyLive, onlyStill, marks)
		}
		// The colour bar beside a map.
		if _, ok := f.Panels[i].Series[0].(*chart.HeatMap); ok {
			bar := image.Rect(scene.StillWidth-layout.Right+scene.BarGap+1, p.Top+1, scene.StillWidth-layout.Right+scene.BarGap+scene.BarPx-1, p.Top+p.Height-1)
			if n, marks := missing(sheet, bar, 0, scene.StillWidth); marks == 0 || n > marks/50 {
				t.Errorf("panel %d: %d of %d px of the colour bar differ", i, n, marks)
			}
		}
	}
	for i, p := range prepared(t, f).Frames[0].Panels {
		texts(t, w, "the title of panel", i, `chart.getOption().title[%d].text`, p.Title)
		texts(t, w, "the axis of panel", i, `chart.getOption().yAxis[%d].name`, p.Y.Text())
		place := layout.Places[i]
		ticked(t, w, fmt.Sprintf("panel %d", i), image.Rect(24, place.Top-8, layout.Left-4, place.Top+place.Height+8), words(scene.Ticks(p.Y, p.Y.Min, p.Y.Max, scene.Steps(p.Height))))
	}
	last := len(f.Panels) - 1
	texts(t, w, "the shared axis, panel", last, `chart.getOption().xAxis[%d].name`, f.X.Text())
	bottom := layout.Places[last].Top + layout.Places[last].Height
	ticked(t, w, "the shared axis", image.Rect(layout.Left-20, bottom+4, scene.StillWidth, bottom+22), words(scene.Ticks(f.X, 0, 10, scene.XSteps(scene.StillWidth-layout.Left-layout.Right))))
	texts(t, w, "legend", 0, `chart.getOption().legend[%d].data.map(d => d.name)`, "mean and SD", "mean", "with a gap")
	texts(t, w, "legend", 1, `chart.getOption().legend[%d].data.map(d => d.name)`, "count", "drive")
}

// texts fails the test where the chart has other texts at a place.
func texts(t *testing.T, w window, what string, i int, expression string, want ...string) {
	t.Helper()
	got := eval[[]string](w, "[].concat("+fmt.Sprintf(expression, i)+")")
	if !slices.Equal(got, want) {
		t.Errorf("%s %d: %q, want %q", what, i, got, want)
	}
}

// shownTexts are the texts that the first chart draws in an area, with the places
// of their middles.
const shownTexts = `(() => chart.getZr().storage.getDisplayList().filter(e => e.style && e.style.text && !e.rotation && !e.invisible).map(e => { const b = e.getBoundingRect().clone(), m = e.getComputedTransform(); if (m) b.applyTransform(m); return [b.x + b.width / 2, b.y + b.height / 2, String(e.style.text)]; }))()`

// ticked fails the test where the texts of an area are others.
func ticked(t *testing.T, w window, what string, area image.Rectangle, want []string) {
	t.Helper()
	var got []string
	for _, e := range eval[[][]any](w, shownTexts) {
		if image.Pt(int(e[0].(float64)), int(e[1].(float64))).In(area) && !strings.ContainsAny(e[2].(string), "()") {
			got = append(got, e[2].(string))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s has the ticks %q, want %q", what, got, want)
	}
}

func words(ticks []scene.Tick) (all []string) {
	for _, tick := range ticks {
		all = append(all, tick.Text)
	}
	return all
}

// missing counts the marked px of an area, moved right by from, that have no
// px of about their colour within 2 px in the area moved by another step.
func missing(img *image.RGBA, area image.Rectangle, from, step int) (missing, marks int) {
	at := func(x, y int) (r, g, b int) {
		c := img.RGBAAt(x, y)
		return int(c.R), int(c.G), int(c.B)
	}
	near := func(x, y, r, g, b int) bool {
		for dy := -2; dy <= 2; dy++ {
			for dx := -2; dx <= 2; dx++ {
				u, v, w := at(x+dx, y+dy)
				if max(u-r, r-u)+max(v-g, g-v)+max(w-b, b-w) < 120 {
					return true
				}
			}
		}
		return false
	}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X + from; x < area.Max.X+from; x++ {
			r, g, b := at(x, y)
			if min(r, g, b) > 200 {
				continue // page and grid
			}
			marks++
			if !near(x+step, y, r, g, b) {
				missing++
			}
		}
	}
	return missing, marks
}

// crop returns the picture of an element.
func crop(t *testing.T, w window, selector string) image.Image {
	t.Helper()
	b, err := chromedp.Run(w.ctx, chromedp.Screenshot(chromedp.CSS(selector)))
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, b)
}

func decode(t *testing.T, b []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func save(t *testing.T, name string, img image.Image) {
	t.Helper()
	if shots == "" {
		return
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(shots, name+".png"), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
