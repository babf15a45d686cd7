package draw_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/install/notebook"
	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
)

// cells draw two figures after a cell that does not.
var cells = []string{
	"import (\n\t\"fmt\"\n\t\"gomyogen/kernel\"\n\t\"gomyogen/kernel/chart/charttest\"\n)",
	"%%\nkernel.Show(charttest.Runs())\nfmt.Println(\"first\")",
	"%%\nf := charttest.Spikes(100, 20000)\nf.Title = \"Second\"\nkernel.Show(f)\nfmt.Println(\"second\")",
}

const carrier = "data-echarts-gzip="

// carriers returns which cells of a notebook bring the library.
func carriers(t *testing.T, file string) (at []int) {
	t.Helper()
	nb, err := notebook.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range nb.Cells {
		for _, o := range c.Outputs {
			for range strings.Count(o.As("text/html"), carrier) {
				at = append(at, i)
			}
		}
	}
	return at
}

// command runs a command of JupyterLab and waits for its end.
func command(w window, name, args string) {
	w.t.Helper()
	commandAfter(w, "", name, args)
}

// commandAfter runs a script and a command at once, and waits for the end.
func commandAfter(w window, script, name, args string) {
	w.t.Helper()
	w.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`%s; window.ended = false; window.jupyterapp.commands.execute(%q, %s).then(() => { window.ended = true; })`, script, name, args)))
	w.wait(`window.ended`)
}

// active makes a cell of the notebook the one that commands are for.
func active(cell int) string { return fmt.Sprintf(`window.book.content.activeCellIndex = %d`, cell) }

// live waits until n figures are in the page and alive, with coloured marks on them.
func (w window) live(n int) {
	w.t.Helper()
	w.wait(fmt.Sprintf(`(f => f.length === %d && f.every(e => e.dataset.state === "live"))([...document.querySelectorAll(".myogen-figure")])`, n))
	for i := range n {
		w.wait(colored(figure(i)) + " >= 1000")
	}
}

// openLab opens a notebook in JupyterLab.
func openLab(w window, s jupytertest.Server, name string) {
	w.t.Helper()
	w.do(chromedp.Navigate(s.Lab(name) + "&reset"))
	w.wait(`!!window.jupyterapp && !!document.querySelector(".jp-Notebook .jp-CodeCell") && !!(window.book = ` + book + `)`)
}

// book is the notebook of the page.
const book = `[...window.jupyterapp.shell.widgets("main")].find(p => p.sessionContext && p.content.widgets)`

// ready waits for the kernel, and clicks into the notebook, whose commands are
// for the widget that was clicked last.
func (w window) ready() {
	w.t.Helper()
	for end := time.Now().Add(jupytertest.Patience); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if evalPage[bool](w, `window.book = `+book+`, !!window.book && window.book.sessionContext.isReady && window.jupyterapp.shell.currentWidget === window.book`) {
			return
		}
		if at := evalPage[[]float64](w, `(e => { if (!e) return []; const r = e.getBoundingClientRect(); return [r.left + 20, r.top + 10]; })(document.querySelector(".jp-CodeCell .cm-content"))`); len(at) == 2 {
			w.do(chromedp.MouseClickXY(at[0], at[1]))
		}
	}
	w.shot("failed")
	w.t.Fatalf("the notebook has no kernel within %v", jupytertest.Patience)
}

// openLabWithoutKernel opens a notebook as a reader does who chose that none
// should start for it.
func openLabWithoutKernel(w window, s jupytertest.Server, name string) {
	w.t.Helper()
	w.do(chromedp.Navigate(s.URL + "/lab?token=" + s.Token + "&reset"))
	w.wait(`!!window.jupyterapp && !!document.querySelector(".jp-Launcher") && !!window.jupyterapp.docRegistry.getWidgetFactory("Notebook")`)
	w.do(chromedp.Evaluate[chromedp.Void](`window.jupyterapp.docRegistry.getWidgetFactory("Notebook")._preferKernel = false; 0`))
	command(w, "docmanager:open", fmt.Sprintf("{ path: %q }", name))
	w.wait(`!!document.querySelector(".jp-Notebook .jp-CodeCell")`)
}

// kernels asks the server how many there are.
func kernels(t *testing.T, s jupytertest.Server) int {
	t.Helper()
	r, err := http.Get(s.URL + "/api/kernels?token=" + s.Token)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var all []any
	if err := json.NewDecoder(r.Body).Decode(&all); err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// handle does with the first figure, that of charttest.Runs, what a reader
// does: by mouse, by key, and to the page around it.
func handle(w window) {
	t := w.t
	t.Helper()
	w.do(chromedp.ScrollIntoView(chromedp.CSS(".myogen-figure")))
	help := func(condition string) {
		t.Helper()
		w.wait(`(h => { const high = h.offsetHeight, wider = h.offsetWidth - h.parentElement.clientWidth; return ` + condition + `; })(document.querySelector(".myogen-figure .help"))`)
	}
	help(`high === 0`)
	click(w, "Help")
	help(`high >= 40 && high <= 200 && wider <= 0`)
	w.shot("lab-help")
	click(w, "Help")
	help(`high === 0`)
	w.remember("whole")
	reset := func() {
		t.Helper()
		click(w, "Reset")
		w.wait(differ("whole") + " === 0")
	}
	w.changes(func() {
		for range 4 {
			wheel(w, 2, -240) // Ctrl
		}
		w.settle()
	})
	w.changes(func() {
		x, y := at(w, 1, 5, 20)
		w.do(chromedp.DragAndDropXY(x, y, x-60, y, 5))
		w.settle()
	})
	reset()
	w.changes(func() {
		click(w, "Box zoom")
		x0, y0 := at(w, 0, 4, 15)
		x1, y1 := at(w, 0, 6, 5)
		w.do(chromedp.DragAndDropXY(x0, y0, x1, y1, 5))
	})
	if got := eval[[][][]float64](w, extents); math.Abs(got[0][0][0]-4) > 0.1 || math.Abs(got[0][1][1]-6) > 0.1 || math.Abs(got[1][0][0]-5) > 0.5 {
		t.Errorf("the box 4..6 s, 5..15 shows %v", got)
	}
	w.shot("lab-box-zoom")
	reset()
	reads(t, "in JupyterLab", hover(w, 1, 5, 20), "Time 5.0", "drive: 40 pps", "Spikes at 40 pps: ", " trains within ±")
	if cross := eval[float64](w, `plot.querySelector(".cross").offsetHeight`); cross < 200 {
		t.Errorf("the crosshair is %v px high", cross)
	}
	w.shot("lab-reading")
	w.changes(func() { w.slide(kb.ArrowRight, "80 pps") })
	w.changes(func() { w.slide(kb.ArrowLeft, "40 pps") })
	w.wait(differ("whole") + " === 0")
	// The figure is as wide as the notebook.
	const follows = `(p => p.clientWidth === p.querySelector("canvas").clientWidth ? p.clientWidth : 0)(document.querySelector(".myogen-figure .plot"))`
	w.wait(follows + " > 0")
	width := evalPage[int](w, follows)
	command(w, "application:toggle-left-area", "{}")
	w.wait(fmt.Sprintf(`(v => v > %d)(%s)`, width+100, follows))
	w.live(2)
	w.shot("lab-wide")
	command(w, "application:toggle-left-area", "{}")
	w.wait(fmt.Sprintf(`%s === %d`, follows, width))
	w.wait(differ("whole") + " === 0")
	// A file that is saved is in the reader's folder.
	folder := t.TempDir()
	w.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder})
		return err
	}))
	f := charttest.Runs()
	click(w, "PNG")
	b := downloaded(t, filepath.Join(folder, "Three_runs_40_pps.png"))
	compare(t, "downloaded PNG", f, picture{decode(t, b), 2, header}, exact(t, f, 2))
	click(w, "CSV")
	text := string(downloaded(t, filepath.Join(folder, "Three_runs_40_pps.csv")))
	if rows := strings.Count(text, "\n"); !strings.HasPrefix(text, "panel,series,Time (s),value,low,error,quantity\n") || rows != 1+200+4 {
		t.Errorf("the CSV has %d rows, want 205:\n%.200s", rows, text)
	}
}

// downloaded waits for a file.
func downloaded(t *testing.T, file string) []byte {
	t.Helper()
	for end := time.Now().Add(jupytertest.Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if b, err := os.ReadFile(file); err == nil && len(b) > 0 { // it gets its name when it is complete
			return b
		}
	}
	t.Fatalf("%s does not come", filepath.Base(file))
	return nil
}

func TestFiguresInJupyterLab(t *testing.T) {
	t.Parallel()
	home := jupytertest.Home(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "test.ipynb")
	if err := os.WriteFile(file, jupytertest.Notebook(cells...), 0o644); err != nil {
		t.Fatal(err)
	}
	lab := jupytertest.Lab(t, home, dir)
	w := window{t: t, ctx: jupytertest.Browser(t, 1400, 1000)}
	openLab(w, lab, "test.ipynb")
	w.ready()
	step := func(name string, want ...int) {
		t.Helper()
		w.live(2)
		command(w, "docmanager:save", "{}")
		if got := carriers(t, file); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: cells %v bring the library, want %v", name, got, want)
		}
		w.shot("lab-" + name)
	}
	command(w, "notebook:run-all-cells", "{}")
	step("run-all", 1)
	// No figure stands in a box that scrolls.
	w.wait(`[...document.querySelectorAll(".myogen-figure")].map(f => f.closest(".jp-OutputArea-output")).every(o => o.scrollHeight <= o.clientHeight && o.scrollWidth <= o.clientWidth)`)
	handle(w)
	command(w, "notebook:run-all-cells", "{}")
	step("run-all-again", 1)
	commandAfter(w, active(1), "notebook:run-cell", "{}")
	step("first-again", 1)
	commandAfter(w, active(1)+`; window.book.content.activeCell.model.sharedModel.setSource("%%\nkernel.Show(charttest.Runs())\nfmt.Println(\"edited\")")`, "notebook:run-cell", "{}")
	step("first-edited", 1)
	// A near-copy of a cell could be the cell, edited: the library moves to it.
	source := func(cell int, code string) {
		t.Helper()
		w.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`window.book.content.widgets[%d].model.sharedModel.setSource(%q)`, cell, code)))
	}
	source(2, nearCopy)
	commandAfter(w, active(2), "notebook:run-cell", "{}")
	step("copied", 2)
	command(w, "notebook:run-all-cells", "{}")
	step("copied-run-all", 2)
	source(2, cells[2])
	command(w, "notebook:run-all-cells", "{}")
	step("not-copied", 1)
	// The wheel scrolls the notebook over a figure.
	top := func() float64 {
		return eval[float64](w, `Math.min(...[...document.querySelectorAll(".jp-Notebook .jp-Cell")].map(c => c.getBoundingClientRect().top))`)
	}
	w.do(chromedp.ScrollIntoView(chromedp.CSS(".myogen-figure .plot")))
	before := top()
	for end := time.Now().Add(jupytertest.Patience); top() > before-50; time.Sleep(50 * time.Millisecond) { // JupyterLab may still scroll to the cell that ran
		if time.Now().After(end) {
			t.Fatalf("the wheel does not scroll the notebook from %v", before)
		}
		wheel(w, 0, 100)
	}
	// The dark theme.
	command(w, "apputils:change-theme", `{ theme: "JupyterLab Dark" }`)
	w.wait(`getComputedStyle(document.querySelector(".myogen-figure .live")).getPropertyValue("--ink") === "#d8d8d8"`)
	w.live(2)
	w.shot("lab-dark")
	command(w, "apputils:change-theme", `{ theme: "JupyterLab Light" }`)
	// A view of one output beside the notebook.
	commandAfter(w, active(1), "notebook:create-output-view", "{}")
	w.live(3)
	w.shot("lab-output-view")
	// After reload, without a kernel.
	command(w, "docmanager:save", "{}")
	w.do(chromedp.Evaluate[chromedp.Void](`window.jupyterapp.serviceManager.sessions.shutdownAll().then(() => { window.quiet = true; })`))
	w.wait(`window.quiet`)
	openLabWithoutKernel(w, lab, "test.ipynb")
	w.live(2)
	w.changes(func() { w.slide(kb.ArrowRight, "80 pps") })
	w.shot("lab-reloaded")
	if n := kernels(t, lab); n != 0 {
		t.Errorf("%d kernels run, want none", n)
	}
	openLab(w, lab, "test.ipynb")
	w.ready()
	// Without the cell that brought the library, the kernelspec serves it.
	commandAfter(w, active(1), "notebook:delete-cell", "{}")
	command(w, "docmanager:save", "{}")
	if got := carriers(t, file); len(got) > 0 {
		t.Fatalf("cells %v still bring the library", got)
	}
	openLab(w, lab, "test.ipynb")
	w.live(1)
	// A copy that Jupyter does not trust shows the still picture.
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "foreign.ipynb"), bytes.Replace(text, []byte(`"second\n"`), []byte(`"2nd\n"`), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	w.do(chromedp.Navigate(lab.Lab("foreign.ipynb") + "&reset"))
	w.wait(`(i => !!i && i.clientWidth > 600 && i.clientHeight > 300)(document.querySelector(".jp-OutputArea-output img"))`)
	if n := evalPage[int](w, `document.querySelectorAll(".live").length`); n != 0 {
		t.Errorf("%d figures of a notebook that is not trusted are alive", n)
	}
	w.shot("lab-untrusted")
}

// Cells out of sight are not in a windowed notebook's page.
func TestFiguresInWindowedNotebook(t *testing.T) {
	t.Parallel()
	home := jupytertest.Home(t)
	dir := t.TempDir()
	all := append([]string{}, cells...)
	for i := range 25 {
		all = append(all, fmt.Sprintf("%%%%\n// %d\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n", i))
	}
	all = append(all, "%%\nf := charttest.Runs()\nf.Title = \"Last\"\nkernel.Show(f)")
	file := filepath.Join(dir, "long.ipynb")
	if err := os.WriteFile(file, jupytertest.Notebook(all...), 0o644); err != nil {
		t.Fatal(err)
	}
	lab := jupytertest.Lab(t, home, dir)
	w := window{t: t, ctx: jupytertest.Browser(t, 1200, 800)}
	w.do(chromedp.Navigate(lab.URL + "/lab?token=" + lab.Token + "&reset"))
	w.wait(`!!window.jupyterapp && !!document.querySelector(".jp-Launcher")`)
	w.do(chromedp.Evaluate[chromedp.Void](`window.jupyterapp.serviceManager.settings.save("@jupyterlab/notebook-extension:tracker", '{ "windowingMode": "full" }').then(() => { window.saved = true; })`))
	w.wait(`window.saved`)
	openLab(w, lab, "long.ipynb")
	w.ready()
	for _, i := range []int{0, 1, 2, len(all) - 1} {
		commandAfter(w, active(i), "notebook:run-cell", "{}")
	}
	command(w, "docmanager:save", "{}")
	if got := carriers(t, file); fmt.Sprint(got) != "[1]" {
		t.Errorf("cells %v bring the library", got)
	}
	openLab(w, lab, "long.ipynb")
	w.wait(fmt.Sprintf(`document.querySelectorAll(".jp-Notebook .jp-CodeCell").length < %d`, len(all))) // it is windowed
	for i, cell := range []int{1, len(all) - 1, 1, len(all) - 1} {
		title := []string{"Three runs", "Last"}[i%2]
		w.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`%s; window.book.content.scrollToItem(%d, "center"); 0`, active(cell), cell)))
		shown := `[...document.querySelectorAll(".myogen-figure .plot")].find(p => { const r = p.getBoundingClientRect(), f = p.closest(".myogen-figure"); return r.top > 0 && r.top < innerHeight - 200 && f.dataset.state === "live" && f.querySelector(".name").textContent === "` + title + `" && p.querySelector("canvas").clientWidth > 500; })`
		w.wait(colored(shown) + " >= 1000") // in one go: the notebook may take a cell out of the page at any time
		w.shot(fmt.Sprintf("lab-windowed-%d", i))
	}
}

func evalPage[T any](w window, expression string) T {
	w.t.Helper()
	v, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		w.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// nearCopy shows the figure of the second cell again.
const nearCopy = "%%\nkernel.Show(charttest.Runs())\nfmt.Println(\"copied\")"

// An exported notebook is alive from disk with no network, and a picture where
// scripts are off.
func TestFiguresInExportedPage(t *testing.T) {
	t.Parallel()
	home := jupytertest.Home(t)
	dir := t.TempDir()
	source, file := filepath.Join(dir, "source.ipynb"), filepath.Join(dir, "test.ipynb")
	if err := os.WriteFile(source, jupytertest.Notebook(append(slices.Clone(cells), nearCopy)...), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := home.Execute(context.Background(), &bytes.Buffer{}, source, file); err != nil {
		t.Fatal(err)
	}
	if got := carriers(t, file); fmt.Sprint(got) != "[3]" { // the last that could be the first cell, edited
		t.Errorf("cells %v bring the library", got)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	from := bytes.Index(text, []byte(carrier))
	if size := bytes.Index(text[from+len(carrier)+2:], []byte(`\"`)); size > 350_000 {
		t.Errorf("the library takes %d bytes, more than 350 000", size)
	} else {
		t.Logf("the library takes %d bytes of %d", size, len(text))
	}
	cmd := exec.Command(home.Python("jupyter"), "nbconvert", "--to", "html", file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	w := window{t: t, ctx: jupytertest.Browser(t, 1200, 1000)}
	w.do(chromedp.Func(offline), chromedp.Navigate("file://"+filepath.Join(dir, "test.html")))
	w.live(3)
	w.do(chromedp.ScrollIntoView(chromedp.CSS(".runs input")))
	w.slide(kb.ArrowRight, "80 pps")
	w.shot("exported")
	w.do(scripts(false), chromedp.Navigate("file://"+filepath.Join(dir, "test.html")))
	second := charttest.Spikes(100, 20000)
	second.Title = "Second"
	for i, f := range []chart.Figure{charttest.Runs(), second, charttest.Runs()} {
		shows(w, fmt.Sprintf("exported-without-scripts-%d", i), i, f)
	}
}
