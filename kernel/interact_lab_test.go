package kernel_test

import (
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/install/notebook"
)

// interacting declares sliders and a figure of their values. Noise of 0.9
// takes until the context is done, 1 is an error.
const interacting = `import (
	"context"
	"errors"
	"fmt"
	"gomyogen/kernel"
	"gomyogen/kernel/chart"
)

var sliders = []kernel.Slider{
	{Name: "Peak rate", Unit: "pps", Min: 20, Max: 90, Step: 5, Value: 65},
	{Name: "Noise", Min: 0, Max: 1, Step: 0.1, Value: 0.5},
}

// A page has time to come on a slow machine that does other work, too.
var interaction = kernel.Interaction{Sliders: sliders, ConnectTimeout: 600e9, IdleTimeout: 3600e9}

func line(ctx context.Context, v []float64) (chart.Figure, error) {
	switch v[1] {
	case 0.9:
		<-ctx.Done()
	case 1:
		return chart.Figure{}, errors.New("the noise is too much\nreally")
	}
	return chart.Figure{Title: "Line", X: chart.Axis{Label: "Time", Unit: "s"}, Panels: []chart.Panel{{
		Title: fmt.Sprint("to ", v[0]), Y: chart.Axis{Label: "Rate", Unit: "pps", Min: 0, Max: 100},
		Series: []chart.Series{&chart.Line{Name: "rate", X: []float64{0, 1}, Y: []float64{0, v[0]}}},
	}}}, nil
}`

// nextCell follows, so that JupyterLab need not make one, which takes the focus.
const nextCell = "%%\nfmt.Println(\"the next cell\")"

const interact = `%%
fmt.Println(kernel.Interact(interaction, line))`

// failing ends its program at some noises.
const failing = `import (
	"os"
	"syscall"
)

func frail(ctx context.Context, v []float64) (chart.Figure, error) {
	switch v[1] {
	case 0.6:
		kernel.Check(errors.New("no more"))
	case 0.4:
		panic("no more")
	case 1:
		kernel.Check(syscall.Kill(os.Getpid(), syscall.SIGKILL))
	}
	return line(ctx, v)
}

%%
kernel.Interact(interaction, frail)`

const (
	slidersForm = ".myogen-interact form"
	doneButton  = ".myogen-interact .end button"
	hasFigure   = "Figure for Peak rate 65 pps, Noise 0.5"
)

// drawn returns what the live chart itself draws.
func (p page) drawn() string {
	p.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`(plot => { if (!plot || plot.closest(".myogen-figure").dataset.state !== "live") return "no live chart"; const o = echarts.getInstanceByDom(plot.firstElementChild).getOption(); return o.title[0].text + ": " + Array.from(o.series.find(s => s.type === "line").data).map(Math.round); })([...document.querySelectorAll(".myogen-figure .plot")].pop())`))
	if err != nil {
		p.Fatal(err)
	}
	return s
}

// draws waits until the chart draws what it should.
func (p page) draws(want string) {
	p.Helper()
	got := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if got = p.drawn(); got == want {
			return
		}
	}
	p.screenshot("failed.png")
	p.Fatalf("the chart draws %q, want %q", got, want)
}

// keys presses keys at slider i. JupyterLab may take the focus away before the first: then
// it presses again.
func (p page) keys(i int, keys string) {
	p.Helper()
	slider := fmt.Sprintf(`document.querySelectorAll('%s input')[%d]`, slidersForm, i)
	state := slider + `.value + " " + (document.activeElement === ` + slider + `)`
	ask := func() (value string, focused bool) {
		p.Helper()
		said, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](state))
		if err != nil {
			p.Fatal(err)
		}
		value, focus, _ := strings.Cut(said, " ")
		return value, focus == "true"
	}
	before, _ := ask()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		p.do(chromedp.Evaluate[chromedp.Void](slider+`.focus()`), chromedp.KeyEvent(keys))
		if now, focused := ask(); focused || now != before {
			return
		}
	}
	p.Fatalf("slider %d does not take a key", i)
}

func TestInteract(t *testing.T) {
	t.Parallel()
	home, dir := jupytertest.Home(t), folder(t, interacting, interact, nextCell)
	lab := jupytertest.Lab(t, home, dir)
	p := openIn(t, lab, dir)
	p.press(runButton)
	p.wait(slidersForm, hasFigure)
	p.draws("to 65: 0,0,1,65")
	p.fits()
	// Saved while it runs, and read elsewhere: a figure, no sliders.
	p.save()
	saved := filepath.Join(dir, "test.ipynb")
	if b, err := os.ReadFile(saved); err != nil || !strings.Contains(string(b), "data-answer") {
		t.Fatalf("the notebook is not saved with its figure: %v", err)
	}
	reader := func() page {
		p := page{t, jupytertest.Browser(t, 1100, 900), dir}
		p.do(chromedp.Navigate(lab.Lab("test.ipynb")), chromedp.WaitVisible(".myogen-figure canvas"))
		return p
	}
	half := reader()
	half.draws("to 65: 0,0,1,65")
	half.wait(slidersForm, hasFigure) // the kernel tells another page what is shown
	half.screenshot("interact-half.png")
	// Keys move a slider and nothing else; what has the focus keeps it.
	p.keys(0, kb.ArrowRight)
	p.wait(slidersForm, "Figure for Peak rate 70 pps, Noise 0.5")
	p.draws("to 70: 0,0,1,70")
	p.keys(0, strings.Repeat(kb.ArrowRight, 9))
	p.wait(slidersForm, "Figure for Peak rate 90 pps, Noise 0.5")
	p.draws("to 90: 0,0,1,90")
	type state struct{ Label, Value, Type, Live string }
	got, err := chromedp.Run(p.ctx, chromedp.Evaluate[state](`(e => ({ Label: e.labels[0].textContent, Value: e.getAttribute("aria-valuetext"), Type: e.type, Live: document.querySelector(".myogen-interact [role=status]").textContent }))(document.activeElement)`))
	if want := (state{"Peak rate", "90 pps", "range", "Figure for Peak rate 90 pps, Noise 0.5"}); err != nil || got != want {
		t.Errorf("the focus is on %+v (%v), want %+v", got, err, want)
	}
	p.screenshot("interact-moved.png")
	// An error is a line, and the cell goes on.
	p.keys(1, kb.End)
	p.wait(slidersForm, "Peak rate 90 pps, Noise 1.0: the noise is too much")
	if said := p.text(slidersForm); strings.Contains(said, "really") {
		t.Errorf("the error is more than a line: %q", said)
	}
	p.draws("to 90: 0,0,1,90")
	p.screenshot("interact-error.png")
	// What takes for ever is cancelled by the next change.
	p.keys(1, kb.ArrowLeft)
	p.wait(slidersForm, "Running: Peak rate 90 pps, Noise 0.9")
	p.keys(1, kb.Home)
	p.wait(slidersForm, "Figure for Peak rate 90 pps, Noise 0.0")
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('`+doneButton+`').focus()`), chromedp.KeyEvent(kb.Enter))
	p.wait(prompts, "[2]:")
	p.wait(outputs, "[90 0]")
	p.ended("Peak rate 90 pps, Noise 0.0")
	p.screenshot("interact-done.png")
	// Saved and opened by others it is a figure like any other.
	p.save()
	nb, err := notebook.Read(saved)
	if err != nil || output(nb, 1, "stdout") != "[90 0]\n" {
		t.Fatalf("the notebook is saved with %q, error %v", output(nb, 1, "stdout"), err)
	}
	for _, o := range nb.Cells[1].Outputs {
		for _, part := range []string{"myogen-interact", "<input", "WebSocket"} {
			if strings.Contains(o.As("text/html"), part) {
				t.Errorf("the saved output has %q:\n%.300s", part, o.As("text/html"))
			}
		}
	}
	whole := reader()
	whole.draws("to 90: 0,0,1,90")
	whole.ended("Peak rate 90 pps, Noise 0.0")
	whole.screenshot("interact-reopened.png")
}

// ended tells that what the cell left has the values and no sliders.
func (p page) ended(values string) {
	p.Helper()
	p.wait(outputs, values+", chosen with sliders while the cell ran")
	p.wait(outputs, "Line ("+values+")")
	p.has(0, ".jp-OutputArea input, .myogen-interact, .myogen-interact-figure")
}

// What the page says reaches the cell whatever becomes of its socket and its
// comm, and two views of the output stay together.
func TestInteractHolds(t *testing.T) {
	t.Parallel()
	p := open(t, interacting, interact, nextCell)
	p.do(chromedp.Evaluate[chromedp.Void](`window.sockets = []; const real = WebSocket; window.WebSocket = class extends real { constructor(...all) { super(...all); sockets.push(this); } };`))
	p.press(runButton)
	p.wait(slidersForm, hasFigure)
	p.draws("to 65: 0,0,1,65")
	p.keys(0, kb.ArrowRight)
	p.draws("to 70: 0,0,1,70")
	// Keys of the figure are its own.
	zoom := `(plot => { plot.focus(); return () => echarts.getInstanceByDom(plot.firstElementChild).getOption().dataZoom[0]; })(document.querySelector(".myogen-figure .plot"))`
	p.do(chromedp.Evaluate[chromedp.Void](`window.zoom = `+zoom), chromedp.KeyEvent("+"), chromedp.KeyEvent(kb.ArrowRight))
	p.waitFor(`zoom().start + " to " + zoom().end`, "37.5 to 87.5")
	// The next figure keeps the zoom.
	p.keys(0, kb.ArrowRight)
	p.draws("to 75: 0,0,1,75")
	p.waitFor(`(zoom => zoom().start + " to " + zoom().end)(`+zoom+`)`, "37.5 to 87.5")
	// The socket breaks.
	p.do(chromedp.Evaluate[chromedp.Void](`for (const s of sockets) s.close()`))
	p.keys(0, kb.ArrowRight)
	p.draws("to 80: 0,0,1,80")
	// Another page takes the comm over, as GoNB's script does when it comes late.
	p.do(chromedp.Evaluate[chromedp.Void](`(s => s.send(JSON.stringify({ channel: "shell", header: { msg_id: "theft", msg_type: "comm_open", session: "x", username: "", version: "5.3" }, parent_header: {}, metadata: {}, content: { comm_id: "theft", target_name: "gonb_comm", kernel_id: jupyterapp.shell.currentWidget.sessionContext.session.kernel.id, data: {} } })))(sockets.findLast(s => s.readyState === 1))`))
	p.keys(0, kb.ArrowRight)
	p.draws("to 85: 0,0,1,85")
	// One figure takes the place of the other, in one frame.
	p.do(chromedp.Evaluate[chromedp.Void](`window.frames_ = { both: 0, none: 0, all: 0 }; (function watch() {
		const all = [...document.querySelectorAll(".myogen-figure")], live = all.filter(f => f.dataset.state === "live" && f.querySelector("canvas"));
		frames_.all++; if (live.length > 1) frames_.both++; if (live.length < 1) frames_.none++;
		requestAnimationFrame(watch); })()`))
	p.keys(0, kb.ArrowLeft)
	p.draws("to 80: 0,0,1,80")
	p.keys(0, kb.ArrowRight)
	p.draws("to 85: 0,0,1,85")
	p.waitFor(`frames_.all > 10 ? frames_.both + " " + frames_.none : ""`, "0 0")
	// Two views.
	p.focus(1)
	p.do(chromedp.Evaluate[chromedp.Void](`jupyterapp.commands.execute("notebook:create-output-view")`))
	p.wait(".jp-LinkedOutputView .myogen-interact form", "Figure for Peak rate 85 pps, Noise 0.5")
	p.screenshot("interact-views.png")
	views := func(value string) {
		t.Helper()
		p.waitFor(fmt.Sprintf(`[...document.querySelectorAll('%s output')].filter((_, i) => i %% 2 === 0).map(e => e.textContent).join()`, slidersForm), value+","+value)
		p.waitFor(`[...document.querySelectorAll(".myogen-figure .name")].map(e => e.textContent).join()`, fmt.Sprintf("Line (Peak rate %[1]s, Noise 0.5),Line (Peak rate %[1]s, Noise 0.5)", value))
	}
	views("85 pps")
	p.keys(2, kb.ArrowRight) // the first slider of the other view
	views("90 pps")
	p.keys(0, kb.ArrowLeft+kb.ArrowLeft)
	views("80 pps")
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('` + doneButton + `').click()`))
	p.wait(outputs, "[80 0.5]")
	p.ended("Peak rate 80 pps, Noise 0.5")
}

// waitFor waits until the page's own answer is what it should be.
func (p page) waitFor(question, want string) {
	p.Helper()
	got := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var err error
		if got, err = chromedp.Run(p.ctx, chromedp.Evaluate[string](question)); err != nil {
			p.Fatal(err)
		}
		if got == want {
			return
		}
	}
	p.screenshot("failed.png")
	p.Fatalf("the page answers %q, want %q", got, want)
}

// The stop button ends it, again and again in kernels that have just begun,
// and a cell that waits behind it then runs.
func TestInteractStops(t *testing.T) {
	t.Parallel()
	p := open(t, interacting, interact, nextCell)
	for i := range coldStarts {
		start := time.Now()
		p.runCell(1)
		p.wait(slidersForm, hasFigure)
		took := time.Since(start)
		p.keys(0, kb.ArrowLeft)
		p.draws("to 60: 0,0,1,60")
		p.press(stopButton)
		p.wait(prompts, "[2]:")
		p.wait(outputs, "[60 0.5]")
		p.ended("Peak rate 60 pps, Noise 0.5")
		t.Logf("start %d: sliders after %.2f s", i+1, took.Seconds())
		if i == coldStarts-1 {
			break
		}
		p.restart()
		p.do(chromedp.Evaluate[chromedp.Void](`jupyterapp.commands.execute("notebook:clear-all-cell-outputs")`))
		p.runFirst()
	}
	p.runCell(1)
	p.runCell(2)
	p.wait(slidersForm, hasFigure)
	p.press(stopButton)
	p.wait(outputs, "the next cell")
}

const coldStarts = 5

// Sliders go when the program ends, or say that it did.
func TestInteractFails(t *testing.T) {
	t.Parallel()
	p := open(t, interacting, failing, nextCell)
	// One key each: no value on the way is drawn.
	for i, c := range []struct{ key, want string }{
		{kb.ArrowRight, "no more"},
		{kb.ArrowLeft, "panic: no more"},
		{kb.End, "The cell does not run any more; run it again."},
	} {
		want := c.want
		p.runCell(1)
		p.wait(slidersForm, hasFigure)
		p.keys(1, c.key)
		p.wait(outputs, want)
		p.screenshot(fmt.Sprintf("interact-fails-%d.png", i))
		p.has(0, ".jp-OutputArea :is(input, button):not(:disabled):not(.myogen-figure *)") // works any more
	}
}

// Behind a hub the address has a base URL, and the sockets are wss.
func TestInteractBehindAHub(t *testing.T) {
	t.Parallel()
	home, dir := jupytertest.Home(t), folder(t, interacting, interact, nextCell)
	lab := jupytertest.LabAt(t, home, dir, "/user/me")
	inner, err := url.Parse(lab.URL)
	if err != nil {
		t.Fatal(err)
	}
	inner.Path = ""
	hub := httptest.NewUnstartedServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(inner)
		r.Out.Host = r.In.Host
	}})
	hub.Config.ErrorLog = log.New(io.Discard, "", 0) // of GoNB's own script, which knows neither
	hub.StartTLS()
	t.Cleanup(hub.Close)
	lab.URL = hub.URL + "/user/me"
	p := openIn(t, lab, dir)
	p.press(runButton)
	p.wait(slidersForm, hasFigure)
	p.keys(0, kb.ArrowLeft)
	p.draws("to 60: 0,0,1,60")
	p.screenshot("interact-hub.png")
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector('` + doneButton + `').click()`))
	p.wait(outputs, "[60 0.5]")
}

// Without a page that could show sliders, a cell leaves the figure of the first
// values at once, and an error ends it.
func TestInteractWithoutAPage(t *testing.T) {
	t.Parallel()
	nb := run(t, t.TempDir(), interacting, interact, "%%\nsliders[1].Value = 1\n"+interact[3:], "%%\nsliders[1].Step = 0\n"+interact[3:],
		"import \"os\"\n%%\nos.Setenv(\"GONB_JUPYTER_KERNEL_ID\", \"of a server\")\nfmt.Println(kernel.Interact(kernel.Interaction{Sliders: sliders, ConnectTimeout: 100}, line))")
	outputs := nb.Cells[1].Outputs
	if got := output(nb, 1, "stdout"); got != "[65 0.5]\n" || len(outputs) != 3 {
		t.Errorf("it prints %q and leaves %d outputs, want 3; says %q", got, len(outputs), output(nb, 1, "stderr"))
	}
	all := ""
	for _, o := range outputs {
		all += o.As("text/html") + "\n"
	}
	for part, want := range map[string]int{
		"Peak rate 65 pps, Noise 0.5: in JupyterLab, sliders change these values while the cell runs": 1,
		`<div class="myogen-figure"`: 1, "<img": 1, "myogen-interact": 0, "<input": 0, "WebSocket": 0,
	} {
		if got := strings.Count(all, part); got != want {
			t.Errorf("the outputs have %q %d times, want %d", part, got, want)
		}
	}
	libraries := 0
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			libraries += strings.Count(o.As("text/html"), "data-echarts-gzip=")
		}
	}
	if libraries != 1 {
		t.Errorf("the notebook has the chart library %d times", libraries)
	}
	// Nor where a page may be, and does not come in time.
	last, outputs := "", nb.Cells[4].Outputs
	for _, o := range outputs {
		if page := o.As("text/html"); strings.Contains(page, "myogen-figure") {
			last += page
		}
	}
	if got := output(nb, 4, "stdout"); got != "[65 0.5]\n" || strings.Contains(last, "data-answer") || strings.Count(last, "<img") != 1 {
		t.Errorf("without a page in time it prints %q and shows %.100q; says %q", got, last, output(nb, 4, "stderr"))
	}
	for cell, want := range map[int]string{2: "the noise is too much\nreally", 3: `kernel: Interact: slider "Noise": a step is 0, must be above 0`} {
		if got := output(nb, cell, "stderr"); !strings.Contains(got, want) || !strings.Contains(got, fmt.Sprintf("Cell[%d]:3", cell+1)) {
			t.Errorf("cell %d says %q, want %q with its place", cell+1, got, want)
		}
	}
}
