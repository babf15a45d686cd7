package kernel_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/kernel/env"
)

const longRun = `import (
	"fmt"
	"gomyogen/kernel"
	"gomyogen/kernel/chart"
	"gomyogen/myogen"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

func simulate() (*myogen.Result, error) {
	return kernel.NewProgress("Long run").Simulate(myogen.Experiment{
		Duration:    600 * units.S,
		Populations: []myogen.Population{myogen.DescendingDrivePool{Name: "DD", N: 20, Process: random.Erlang{Order: 5}}, myogen.AlphaMNPool{Name: "aMN", N: 50}},
		Inputs: []myogen.Input{{Source: "cortical_input", Target: "DD",
			Shape: myogen.Trapezoid[units.Rate]{Peak: 65 * units.Pps, Ramp: 500 * units.Ms, Plateau: 590 * units.S}}},
		Connections: []myogen.Connection{{Source: "DD", Target: "aMN", Probability: 0.5, Weight: 0.15 * units.MicroSiemens}},
	})
}

var run = kernel.Keep("long run", simulate)`

const stopped = `%%
r := run.Get()
fmt.Println("partial:", r.Partial(), "and simulated:", r.Simulated > 0 && r.Simulated < r.Requested, r.Block.Annotations["partial"] != "")
fmt.Println("simulated", float64(r.Simulated), "ms")
kernel.Show(chart.Figure{Title: "Spikes", Alt: "Spikes of the drive neurons", X: chart.Axis{Label: "Time", Unit: "s"}, Panels: []chart.Panel{
	{Title: "Drive neurons", Series: []chart.Series{&chart.Raster{Trains: kernel.Must(r.SpikeTrains("DD"))}}}}})
fmt.Println("the cell went on to its end")`

// sweepSeen is a sweep of runs that last until they were seen: there is a file, which each
// removes.
const sweepSeen = `import (
	"os"
	"time"
)

%%
bars := kernel.NewBars("Peaks", 2)
for _, peak := range []units.Rate{45, 65} {
	run := bars.Next(peak.String())
	for i := 1; os.Remove("go") != nil; i++ {
		run.Update(units.Time(min(i, 99)), 100)
		time.Sleep(20 * time.Millisecond)
	}
	run.Update(100, 100)
}`

// page is a notebook in JupyterLab.
type page struct {
	*testing.T
	ctx context.Context
	dir string // of the notebook
}

const patience = jupytertest.Patience

func (p page) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

// text returns what a selector's elements say.
func (p page) text(selector string) string {
	p.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`[...document.querySelectorAll('`+selector+`')].map(e => e.innerText).join('\n')`))
	if err != nil {
		p.Fatal(err)
	}
	return s
}

// wait waits until the page's outputs or prompts say something.
func (p page) wait(selector, part string) {
	p.Helper()
	if p.says(selector, part, patience) {
		return
	}
	p.screenshot("failed.png")
	p.Fatalf("%s does not say %q within %v; it says\n%s", selector, part, patience, p.text(selector))
}

// says reports whether it does within limit.
func (p page) says(selector, part string, limit time.Duration) bool {
	p.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if strings.Contains(p.text(selector), part) {
			return true
		}
	}
	return false
}

// has waits until there are so many elements.
func (p page) has(n int, selector string) {
	p.Helper()
	p.waitFor(`"" + document.querySelectorAll('`+selector+`').length`, fmt.Sprint(n))
}

// put makes a file in the notebook's folder, for which a cell waits.
func (p page) put(name string) {
	p.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), nil, 0o644); err != nil {
		p.Fatal(err)
	}
}

// goOn ends what a cell does until there is the file go.
func (p page) goOn() {
	p.Helper()
	p.put("go")
}

// save saves the notebook.
func (p page) save() {
	p.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](`window.saved = false; jupyterapp.shell.currentWidget.context.save().then(() => { window.saved = true; })`))
	p.waitFor("String(window.saved)", "true")
}

// restart restarts the kernel.
func (p page) restart() {
	p.Helper()
	p.do(chromedp.Evaluate[chromedp.Void](`window.restarted = false; jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart().then(() => { window.restarted = true; })`))
	p.waitFor("String(window.restarted)", "true")
}

// screenshot writes a picture into the folder that MYOGEN_SCREENSHOTS names.
func (p page) screenshot(name string) {
	p.Helper()
	dir := os.Getenv(env.Screenshots)
	if dir == "" {
		return
	}
	b, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name), b, 0o644)
	}
	if err != nil {
		p.Error(err)
	}
}

// open opens a new notebook in JupyterLab and runs its first cell.
func open(t *testing.T, cells ...string) page {
	t.Helper()
	home, dir := jupytertest.Home(t), folder(t, cells...)
	return openIn(t, jupytertest.Lab(t, home, dir), dir)
}

// folder returns a folder with a notebook of cells.
func folder(t *testing.T, cells ...string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "test.ipynb"), jupytertest.Notebook(cells...), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// openIn opens the notebook of the folder that a server serves, and runs its
// first cell.
func openIn(t *testing.T, s jupytertest.Server, dir string) page {
	t.Helper()
	p := page{t, jupytertest.Browser(t, 1100, 900), dir}
	p.do(chromedp.Navigate(s.Lab("test.ipynb")), chromedp.WaitVisible(".jp-CodeCell .cm-content"))
	p.runFirst()
	return p
}

// connected reports whether the notebook's page has a kernel: a cell that is run
// before is not.
const connected = `"" + [...window.jupyterapp?.shell.widgets("main") ?? []].some(p => p.sessionContext?.isReady && p.sessionContext.session?.kernel?.connectionStatus === "connected")`

// runFirst runs the first cell.
func (p page) runFirst() {
	p.Helper()
	p.waitFor(connected, "true")
	p.runCell(0)
	p.wait(prompts, "[1]:")
}

// cell returns the selector of a cell by its number from 0.
func cell(i int) string { return fmt.Sprintf(".jp-CodeCell:nth-child(%d)", i+1) }

// press clicks on an element.
func (p page) press(selector string) {
	p.Helper()
	jupytertest.Click(p.T, p.ctx, selector)
}

// focus puts the cursor into a cell. Where the page moves under the pointer it tries
// again, as a reader does.
func (p page) focus(i int) {
	p.Helper()
	there := fmt.Sprintf(`(({activeCellIndex, activeCell}) => activeCellIndex === %d && activeCell.editor.hasFocus())(window.jupyterapp.shell.currentWidget.content)`, i)
	for end := time.Now().Add(patience); time.Now().Before(end); {
		p.press(cell(i) + " .cm-content")
		if ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](there)); err == nil && ok {
			return
		}
	}
	p.screenshot("failed.png")
	p.Fatalf("cell %d does not take the cursor within %v", i, patience)
}

// runCell runs a cell.
func (p page) runCell(i int) {
	p.Helper()
	p.focus(i)
	p.press(runButton)
}

const (
	runButton  = `.jp-NotebookPanel [data-command="notebook:run-cell-and-select-next"]`
	stopButton = `.jp-NotebookPanel [data-command="notebook:interrupt-kernel"]`
	outputs    = ".jp-OutputArea-output"
	prompts    = ".jp-InputPrompt"
)

// A notebook in a real JupyterLab, cell by cell.
func TestInJupyterLab(t *testing.T) {
	t.Parallel()
	p := open(t, longRun, stopped, "%%\nkernel.Kept()", sweepSeen, mistake, "%%\nx := []int{1, 2}\nfor i := range 3 {\n\tfmt.Println(x[i])\n}", table)
	t.Run("the stop button", func(t *testing.T) { p.with(t).stops() })
	t.Run("a nested bar", func(t *testing.T) { p.with(t).nests() })
	t.Run("a mistake", func(t *testing.T) {
		p := p.with(t)
		p.press(runButton)
		p.wait(prompts, "[6]:")
		p.wait(outputs, "Cell[6]:2")
		p.wait(outputs, `myogen: connection "DD" to "aMN": weight is 0 uS`)
	})
	t.Run("a panic", func(t *testing.T) {
		p := p.with(t)
		p.press(runButton)
		p.wait(prompts, "[7]:")
		p.wait(outputs, "index out of range [2] with length 2")
		p.wait(outputs, "Cell[7]:4")
		p.screenshot("mistakes.png")
	})
	t.Run("a table sorts", func(t *testing.T) { p.with(t).sorts() })
	t.Run("outputs fit", func(t *testing.T) { p.with(t).fits() })
}

func (p page) with(t *testing.T) page { return page{t, p.ctx, p.dir} }

// stops presses the button, and again in a second run of the cell: each time
// the cell goes on with what was simulated, in all, its figure is marked
// partial, the bar says how far it came, and nothing is kept as complete.
func (p page) stops() {
	first := p.stopsOnce("[2]:")
	p.focus(1)
	if second := p.stopsOnce("[3]:"); second <= first {
		p.Errorf("the second run was stopped at %v ms, the first at %v ms: it did not go on", second, first)
	}
	p.press(runButton)
	p.wait(outputs, "Kept values")
	p.wait(outputs, "stopped run")
	p.screenshot("stopped.png")
}

// stopsOnce runs the selected cell and stops it, and returns how many ms it has
// simulated.
func (p page) stopsOnce(prompt string) (simulated float64) {
	p.Helper()
	p.press(runButton)
	p.wait(outputs, "s left")
	p.screenshot("running.png")
	start := time.Now()
	p.press(stopButton)
	p.wait(outputs, "ms; kept and marked partial, run the cell again to go on")
	took := time.Since(start)
	p.wait(prompts, prompt)
	p.Logf("the run ended %.2f s after the click, the cell after %.2f s", took.Seconds(), time.Since(start).Seconds())
	p.wait(outputs, "the cell went on to its end")
	said := p.text(outputs)
	if !strings.Contains(said, "partial: true and simulated: true true") || strings.Contains(said, "not kept") {
		p.Errorf("the outputs say\n%s", said)
	}
	_, after, _ := strings.Cut(said, "simulated ")
	if _, err := fmt.Sscanf(after, "%g ms", &simulated); err != nil {
		p.Fatalf("how far it came is not said: %v in %q", err, said)
	}
	p.wait(outputs, fmt.Sprintf("Long run: stopped at %.0f of 600000 ms (", simulated))
	at := fmt.Sprintf("Partial (Long run stopped at %.0f of 600000 ms): Spikes", simulated)
	p.wait(".myogen-figure .live .name", at)
	for _, selector := range []string{`.myogen-figure img[alt^="` + at + `"]`, `.myogen-figure [aria-roledescription=chart][aria-label^="` + at + `"]`} {
		p.has(1, selector)
	}
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector(".myogen-figure").scrollIntoView({ block: "end" })`))
	p.screenshot("stopped-figure.png")
	return simulated
}

// nests sees the bars of a sweep and of its runs while they go on.
func (p page) nests() {
	const bars = `.jp-CodeCell[data-windowed-list-index="3"] progress`
	p.press(runButton)
	p.wait(outputs, "Peaks: 0 of 2")
	p.wait(outputs, "45 pps: ")
	p.has(2, bars) // its own and that of the run
	p.goOn()
	p.wait(outputs, "Peaks: 1 of 2")
	p.wait(outputs, "65 pps: ")
	p.screenshot("nested.png")
	if said := p.text(outputs); strings.Contains(said, "45 pps") {
		p.Errorf("the first run is still shown:\n%s", said)
	}
	p.goOn()
	p.wait(prompts, "[5]:")
	p.wait(outputs, "Peaks: 2 of 2 (100 %), took")
	p.has(0, bars) // words
}

const table = `import (
	"math"
	"strings"
)

%%
kernel.NewProgress("A bar with a name of "+strings.Repeat("x", 40)+" letters").Update(30, 100)
half := chart.Panel{Title: "A panel beside another one", Series: []chart.Series{&chart.Line{X: []float64{0, 1}, Y: []float64{0, 1}}}}
kernel.Show(chart.Figure{Title: "Side by side", Columns: 2, Panels: []chart.Panel{half, half}})
kernel.ShowTable(kernel.Table{Title: "Long text", Columns: []string{"Name", "Text"}, Rows: [][]any{{"a", strings.Repeat("x", 300)}}})
fmt.Println(strings.Repeat("0123456789", 50))
kernel.ShowTable(kernel.Table{Title: "Sweep", Columns: []string{"Pool", "Rate (pps)", "Drive"}, Rows: [][]any{
	{"b", 10.0, 65 * units.Pps}, {"a", 9.5, 85 * units.Pps}, {"c", 100.25, 45 * units.Pps},
	{"d", math.Inf(1), 95 * units.Pps}, {"e", math.NaN(), 96 * units.Pps}, {"f", "none", 97 * units.Pps}, {"g", math.Inf(-1), 98 * units.Pps}}})`

// sweepTable is the table of seven rows; that of the kept values is there too.
const sweepTable = ".myogen-table:has(tbody tr:nth-child(7))"

const mistake = `%%
kernel.Check(myogen.Experiment{Duration: 1, Connections: []myogen.Connection{{Source: "DD", Target: "aMN", Probability: 0.5}}}.Check())`

// sorts clicks on the heads of a table: numbers sort as numbers, a second
// click turns the order round.
func (p page) sorts() {
	p.press(runButton)
	p.wait(outputs, "Sweep")
	column := func() string { return strings.ReplaceAll(p.text(sweepTable+" tbody tr td:first-child"), "\n", "") }
	if got := column(); got != "bacdefg" {
		p.Errorf("the rows are %q, want them as given, bacdefg", got)
	}
	for _, c := range []struct {
		head int
		want string
	}{{1, "abcdefg"}, {2, "gabcdef"}, {2, "dcbagef"}, {3, "cbadefg"}, {3, "gfedabc"}} {
		p.press(fmt.Sprintf("%s th:nth-child(%d)", sweepTable, c.head))
		if got := column(); got != c.want {
			p.Errorf("after a click on head %d the rows are %q, want %q", c.head, got, c.want)
		}
	}
	p.screenshot("table.png")
}

// outsized lists the parts of outputs that have a scroll bar or stick out of their
// output, once the page has the given width and its charts have followed; the last ones
// if there are some for a minute.
const outsized = `(async (width, beside) => {
	const shell = window.jupyterapp.shell;
	beside ? shell.expandLeft() : shell.collapseLeft();
	document.querySelector(".jp-NotebookPanel .jp-WindowedPanel-outer").scrollTop = 0;
	const outputs = [...document.querySelectorAll(".jp-Cell-outputArea .jp-OutputArea-output")], scrolls = o => o === "auto" || o === "scroll";
	const settled = () => innerWidth === width && shell.leftCollapsed !== beside && outputs.every(o => o.getBoundingClientRect().right <= width) &&
		[...document.querySelectorAll(".myogen-figure .plot")].every(p => Math.abs(echarts.getInstanceByDom(p.firstElementChild).getWidth() - p.clientWidth) < 2);
	const found = () => outputs.flatMap(o => [o, ...o.querySelectorAll("*")].filter(e => {
		const s = getComputedStyle(e);
		return e.clientWidth > 1 && (e.scrollWidth > e.clientWidth && scrolls(s.overflowX) || e.scrollHeight > e.clientHeight && scrolls(s.overflowY) ||
			e.getBoundingClientRect().right > o.getBoundingClientRect().right + 1);
	}).map(e => e.localName + "." + e.className + " " + e.scrollWidth + "/" + e.clientWidth + " " + e.scrollHeight + "/" + e.clientHeight + " " + e.textContent.slice(0, 40)));
	for (let last, calm = 0, end = Date.now() + 180000; ; await new Promise(done => setTimeout(done, 50))) {
		if (!settled()) calm = 0;
		else if ((last = found()).length === 0 && ++calm === 3) return outputs.length > 0 ? "" : "no outputs";
		if (Date.now() > end) return last?.join("\n") ?? "the page does not take the width";
	}
})`

// fits finds no scroll bar around an output and nothing that sticks out of one, in pages
// of all widths, beside an open side bar too.
func (p page) fits() {
	p.Helper()
	for _, at := range []struct {
		width  int
		beside bool
	}{{1400, true}, {500, true}, {500, false}, {1100, true}} {
		p.do(chromedp.EmulateViewport(int64(at.width), 6000)) // with room for all cells: JupyterLab lays out what is in sight
		got, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](fmt.Sprintf("%s(%d, %v)", outsized, at.width, at.beside), chromedp.EvalAwaitPromise))
		p.screenshot(fmt.Sprintf("fits-%s-%d-%v.png", strings.ReplaceAll(p.Name(), "/", "-"), at.width, at.beside))
		if err != nil {
			p.Fatal(err)
		}
		if got != "" {
			p.Errorf("at %d px, side bar %v:\n%s", at.width, at.beside, got)
		}
	}
	p.do(chromedp.EmulateViewport(1100, 900))
}
