package live_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomyogen/install/jupyter"
	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/install/live"
	"gomyogen/install/site"
	"gomyogen/myogen"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// native is the run that the cell of the notebook makes of the values of its sliders.
func native(t *testing.T, v []float64) string {
	t.Helper()
	r, err := myogen.Run(t.Context(), myogen.Experiment{
		Seed: 42, Duration: 5 * units.S,
		Populations: []myogen.Population{
			myogen.DescendingDrivePool{Name: "DD", Process: random.Erlang{Order: 5}},
			myogen.AlphaMNPool{Name: "aMN", Model: []myogen.Model{myogen.NERLab, myogen.Powers2017}[int(v[4])-1],
				Parameters: myogen.Parameters{"gamma": myogen.Constant(v[3])}},
		},
		Inputs: []myogen.Input{{Source: "cortical_input", Target: "DD", Noise: 1 * units.Pps,
			Shape: myogen.Trapezoid[units.Rate]{Peak: units.Rate(v[0]), Rest: 500, Ramp: 500, Plateau: 3000}}},
		Connections: []myogen.Connection{{Source: "DD", Target: "aMN", Probability: v[2], Weight: units.Conductance(v[1]) * units.NanoSiemens}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r.Block.SpikeSHA256()
}

// setting is values of the sliders, a form of the kernels and the spikes there are.
type setting struct {
	values     []float64
	hash, want string
}

// A published page, opened from disk, has the spikes of the native run, with fused
// operations and without.
func TestPagesHaveTheSpikesOfTheNativeRun(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	const notebook = "../../notebooks/11_a_pool_to_play_with.ipynb"
	s, err := site.Open(notebook)
	if err != nil {
		t.Fatal(err)
	}
	reference := referenceNotebook(t)
	var cells []live.Cell
	for _, s := range []site.Source{s, reference} {
		found, refused := live.Find(s.Name(), s.Code())
		if len(found) != 1 || len(refused) > 0 {
			t.Fatalf("cells %v, refused %v", found, refused)
		}
		cells = append(cells, found...)
	}
	script, built, _, err := live.Build(t.Context(), "../..", cells)
	if err != nil || len(built) != 2 {
		t.Fatalf("built %v, error %v", built, err)
	}
	scripts, err := site.FindScripts("../..", jupyter.IsECharts)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "site")
	if _, err := site.Write(dir, []site.Source{s, reference}, site.Options{Title: "Test", Scripts: scripts,
		Live: site.Live{Script: script, Cells: []string{built[0].ID(), built[1].ID()}}}); err != nil {
		t.Fatal(err)
	}
	ctx := jupytertest.Browser(t, 1400, 900)
	watch := chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: `addEventListener("securitypolicyviolation", e => (window.refused ||= []).push(e.violatedDirective + " " + e.blockedURI))`})
		return err
	})
	if err := chromedp.Do(ctx, watch); err != nil {
		t.Fatal(err)
	}
	i := -1
	for _, values := range [][]float64{
		{65, 150, 0.5, 0.2, 1}, {65, 150, 0.5, 0.2, 2}, {40, 150, 0.5, 0.2, 1}, {90, 150, 0.5, 0.2, 2}, {65, 80, 0.5, 0.2, 1},
		{65, 300, 0.5, 0.2, 2}, {65, 150, 1, 0.2, 1}, {65, 150, 0.3, 0.2, 2}, {65, 150, 0.5, 0, 1}, {65, 150, 0.5, 0.45, 2},
	} {
		want := native(t, values)
		for _, form := range []string{"", "&unfused"} {
			i++
			c := setting{values, form, want}
			width := []int64{1400, 400}[i/2%2]
			name := fmt.Sprint(i)
			file := "file://" + dir + "/11_a_pool_to_play_with.html#live-4=" + strings.Trim(strings.ReplaceAll(fmt.Sprint(c.values), " ", ","), "[]") + c.hash
			if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.EmulateViewport(width, 900), chromedp.Navigate(file)); err != nil {
				t.Fatal(err)
			}
			text := evaluator(t, ctx)
			ended(t, text)
			if folder := os.Getenv("SCREENSHOTS"); folder != "" {
				text(`document.querySelector(".alive").scrollIntoView({ block: "end" }), ""`)
				time.Sleep(time.Second)
				shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
				if err == nil {
					err = os.WriteFile(filepath.Join(folder, "live_"+name+".png"), shot, 0o644)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			said, sum := text(`document.querySelector(".alive").innerText`), text(`document.querySelector(".alive").dataset.sum || ""`)
			wide := text(`String(document.documentElement.scrollWidth > innerWidth)`) == "true"
			t.Logf("%s: %s", name, said)
			if sum != c.want {
				t.Errorf("%s: the page has %s, native is %s", name, sum, c.want)
			}
			if refused := text(`String(window.refused || "")`); refused != "" {
				t.Errorf("%s: the policy of the page refused %s", name, refused)
			}
			if from := text(`performance.getEntriesByType("resource").map(e => e.name).filter(n => /^http/.test(n)).join()`); from != "" {
				t.Errorf("%s: the page asked for %s", name, from)
			}
			if wide {
				t.Errorf("%s: the page is wider than %d px", name, width)
			}
		}
	}
	file := "file://" + dir + "/11_a_pool_to_play_with.html"
	networks(t, ctx, "file://"+dir+"/reference.html")
	sliders(t, ctx, file)
	address(t, ctx, file)
	served(t, ctx, dir)
	still(t, ctx, file)
}

// ended waits for the end of the run of a page and returns how it ended.
func ended(t *testing.T, text func(js string) string) (state string) {
	t.Helper()
	for start := time.Now(); state != "done" && state != "failed" && time.Since(start) < 2*time.Minute; time.Sleep(time.Second / 4) {
		state = text(`document.querySelector(".alive").dataset.state || ""`)
	}
	return state
}

// evaluator returns a function that evaluates a text in the page.
func evaluator(t *testing.T, ctx context.Context) func(js string) string {
	return func(js string) string {
		t.Helper()
		s, err := chromedp.Run(ctx, chromedp.Evaluate[string](js))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// still opens a page whose content security policy must refuse a picture from elsewhere,
// and that page in browsers that cannot run it: it says so in a line and keeps the
// author's figure.
func still(t *testing.T, ctx context.Context, file string) {
	t.Helper()
	text := evaluator(t, ctx)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(file)); err != nil {
		t.Fatal(err)
	}
	text(`new Image().src = "http://127.0.0.1:9/", ""`)
	for end := time.Now().Add(time.Minute); !strings.Contains(text(`String(window.refused || "")`), "img-src"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("a picture from elsewhere is not refused: %s", text(`String(window.refused || "")`))
		}
	}
	const (
		needs = "The sliders of this cell need scripts and WebAssembly; this is the author's figure."
		fails = "The sliders do not work here; this is the author's figure. (CompileError: no SIMD)"
		// inWorkers runs a text before each script that comes out of the page.
		inWorkers = `const B = Blob; window.Blob = class extends B { constructor(parts, o) { super(o && o.type === "text/javascript" ? [%s, ...parts] : parts, o); } };`
		noSIMD    = `"WebAssembly.compile = async () => { throw new WebAssembly.CompileError('no SIMD'); };"`
	)
	type browser struct{ without, script, says string }
	browsers := []browser{{"SIMD", fmt.Sprintf(inWorkers, noSIMD), fails}, {"scripts", "", needs}}
	for _, name := range []string{"WebAssembly", "Worker", "IntersectionObserver", "DecompressionStream"} {
		browsers = append(browsers, browser{name, "window." + name + " = undefined", needs})
	}
	for _, c := range browsers {
		var added page.ScriptIdentifier
		with := func(ctx context.Context, _ *chromedp.Target) error {
			if c.script == "" {
				_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
				return err
			}
			r, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: c.script})
			added = r.Identifier
			return err
		}
		without := func(ctx context.Context, _ *chromedp.Target) error {
			if c.script == "" {
				_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{})
				return err
			}
			_, err := chromedp.Call(ctx, page.RemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams{Identifier: added})
			return err
		}
		if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.Func(with), chromedp.Navigate(file)); err != nil {
			t.Fatal(err)
		}
		text(`document.querySelector(".alive").scrollIntoView(), ""`)
		got := ""
		for start := time.Now(); time.Since(start) < time.Minute; time.Sleep(time.Second / 4) {
			got = text(`document.querySelector(".alive").textContent`)
			if time.Since(start) > time.Second && (got == c.says || c.says == needs) { // a second for what should not begin
				break
			}
		}
		if got != c.says {
			t.Errorf("without %s the page says %q, want %q", c.without, got, c.says)
		}
		if n := text(`String([...document.querySelectorAll(".myogen-figure img")].filter(i => i.naturalWidth > 100).length)`); n == "0" {
			t.Errorf("without %s there is no picture", c.without)
		}
		if err := chromedp.Do(ctx, chromedp.Func(without)); err != nil {
			t.Fatal(err)
		}
	}
}

// download saves files of the run that a page shows, the first ones of its buttons,
// in a folder.
func download(t *testing.T, ctx context.Context, names ...string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	if err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder})
		return err
	})); err != nil {
		t.Fatal(err)
	}
	for i, name := range names {
		evaluator(t, ctx)(fmt.Sprintf(`document.querySelectorAll(".alive span button")[%d].click(), ""`, i))
		for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
			if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%s is not saved", name)
			}
		}
	}
	return folder
}

// files saves the files of the run that a page shows. They have its spikes, and the
// command makes the same ones of the experiment.
func files(t *testing.T, ctx context.Context, sum string) {
	t.Helper()
	folder := download(t, ctx, "run.npz", "spikes.csv", "experiment.yaml")
	run, err := npz.ReadBlock(filepath.Join(folder, "run.npz"))
	if err != nil {
		t.Fatal(err)
	}
	if got := run.SpikeSHA256(); got != sum {
		t.Errorf("run.npz has the spikes %s, the page %s", got, sum)
	}
	spikes := 0
	for _, s := range run.Segments {
		for _, train := range s.SpikeTrains {
			spikes += len(train.Times)
		}
	}
	table, err := os.ReadFile(filepath.Join(folder, "spikes.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if rows := strings.Count(string(table), "\n") - 1; rows != spikes || spikes == 0 {
		t.Errorf("spikes.csv has %d spikes, the run %d", rows, spikes)
	}
	again := filepath.Join(folder, "again.npz")
	if out, err := exec.CommandContext(t.Context(), "go", "run", "../../myogen/cmd/myogen", "run", "-out", again, filepath.Join(folder, "experiment.yaml")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if run, err = npz.ReadBlock(again); err != nil {
		t.Fatal(err)
	}
	if got := run.SpikeSHA256(); got != sum {
		t.Errorf("myogen run makes the spikes %s of the page's experiment, the page has %s", got, sum)
	}
}

// sliders moves each slider of a page by the keyboard, and stops a run.
func sliders(t *testing.T, ctx context.Context, file string) {
	t.Helper()
	text := evaluator(t, ctx)
	until := func(js string, want ...string) {
		t.Helper()
		got := ""
		for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if got = text(js); slices.Contains(want, got) {
				return
			}
		}
		t.Fatalf("%s is %q, want one of %q", js, got, want)
	}
	const state = `document.querySelector(".alive").dataset.state || ""`
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.EmulateViewport(1400, 900), chromedp.Navigate(file)); err != nil {
		t.Fatal(err)
	}
	text(`document.querySelector(".alive").scrollIntoView(), ""`)
	until(state, "ready")
	move := func(i int) {
		t.Helper()
		text(fmt.Sprintf(`document.querySelectorAll(".alive input")[%d].focus(), ""`, i))
		if err := chromedp.Do(ctx, chromedp.KeyEvent([]string{kb.ArrowLeft, kb.ArrowRight}[i/4])); err != nil {
			t.Fatal(err)
		}
		until(state, "running", "done")
	}
	seen := map[string]bool{}
	for i := range 5 {
		move(i)
		until(state, "done")
		at := text(`location.hash`)
		if seen[at] {
			t.Fatalf("slider %d leaves the address %s", i, at)
		}
		seen[at] = true
		var values []float64
		for _, v := range strings.Split(at[strings.Index(at, "=")+1:], ",") {
			x, err := strconv.ParseFloat(v, 64)
			if err != nil {
				t.Fatalf("address %s: %v", at, err)
			}
			values = append(values, x)
		}
		if sum, want := text(`document.querySelector(".alive").dataset.sum`), native(t, values); sum != want {
			t.Errorf("%s: the page has %s, native is %s", at, sum, want)
		}
		text(`document.querySelector(".alive").dataset.state = "", ""`)
	}
	before := text(`document.querySelector(".alive").dataset.sum`)
	files(t, ctx, before)
	move(0)
	text(`document.querySelector(".alive button").click(), ""`)
	until(state, "stopped")
	if after := text(`document.querySelector(".alive").dataset.sum`); after != before {
		t.Errorf("a run that was stopped has spikes: %s", after)
	}
}
