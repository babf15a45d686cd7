package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
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
	sources := []site.Source{s, referenceNotebook(t), twice(t, notebook)}
	var cells []live.Cell
	for i, s := range sources {
		found, refused := live.Find(s.Name(), s.Code())
		if len(found) != []int{1, 1, 2}[i] || len(refused) > 0 {
			t.Fatalf("cells %v, refused %v", found, refused)
		}
		cells = append(cells, found...)
	}
	script, built, _, err := live.Build(t.Context(), "../..", cells)
	if err != nil || len(built) != len(cells) {
		t.Fatalf("built %v, error %v", built, err)
	}
	var ids []string
	for _, c := range built {
		ids = append(ids, c.ID())
	}
	scripts, err := site.FindScripts("../..", jupyter.IsECharts)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "site")
	if _, err := site.Write(dir, sources, site.Options{Title: "Test", Scripts: scripts,
		Live: site.Live{Script: script, Cells: ids}}); err != nil {
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
	neighbors(t, ctx, "file://"+dir+"/twice.html")
	address(t, ctx, file)
	served(t, ctx, dir)
	still(t, ctx, file)
}

// twice is a notebook whose last cell of code comes twice.
func twice(t *testing.T, notebook string) site.Source {
	t.Helper()
	data, err := os.ReadFile(notebook)
	if err != nil {
		t.Fatal(err)
	}
	var n map[string]any
	if err := json.Unmarshal(data, &n); err != nil {
		t.Fatal(err)
	}
	all := n["cells"].([]any)
	i := len(all) - 1
	for all[i].(map[string]any)["cell_type"] != "code" {
		i--
	}
	again := maps.Clone(all[i].(map[string]any))
	again["id"] = "again"
	n["cells"] = slices.Insert(all, i+1, any(again))
	if data, err = json.Marshal(n); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "twice.ipynb")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := site.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// neighbors opens a page with two cells that are alive: each has its own values in the
// address, figure and caption, and they share the library.
func neighbors(t *testing.T, ctx context.Context, file string) {
	t.Helper()
	text := evaluator(t, ctx)
	const first, second = "40,150,0.5,0.2,1", "90,150,0.5,0.2,1"
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(file+"#live-4="+first+"&live-5="+second)); err != nil {
		t.Fatal(err)
	}
	done := func(want string) {
		t.Helper()
		want = "done done " + want
		got := ""
		for end := time.Now().Add(jupytertest.Patience); got != want; time.Sleep(50 * time.Millisecond) {
			if got = text(`(boxes => boxes.map(b => b.dataset.state).join(" ") + " " + boxes.map(b => b.dataset.sum).join(" "))([...document.querySelectorAll(".alive")])`); time.Now().After(end) {
				t.Fatalf("the two cells are %q, want %q", got, want)
			}
		}
	}
	one, two := native(t, numbers(t, first)), native(t, numbers(t, second))
	done(one + " " + two)
	text(`(input => { input.value = 0; input.dispatchEvent(new Event("input")); })(document.querySelectorAll(".alive")[1].querySelector("input")), ""`)
	const moved = "20,150,0.5,0.2,1"
	done(one + " " + native(t, numbers(t, moved)))
	at := strings.Split(strings.TrimPrefix(text(`location.hash`), "#"), "&")
	slices.Sort(at)
	if want := []string{"live-4=" + first, "live-5=" + moved}; !slices.Equal(at, want) {
		t.Errorf("the address has %q, want %q", at, want)
	}
	if got, want := text(`[...document.querySelectorAll(".alive")].map(b => b.closest(".cell").querySelector("figcaption").textContent.match(/Peak rate \d+/)[0]).join()`), "Peak rate 40,Peak rate 20"; got != want {
		t.Errorf("the captions have %q, want %q", got, want)
	}
	if n := text(`String(document.querySelectorAll("script[src='live.js']").length)`); n != "1" {
		t.Errorf("the library is loaded %s times", n)
	}
}

// ended waits for the end of the run of a page and returns how it ended.
func ended(t *testing.T, text func(js string) string) (state string) {
	t.Helper()
	for end := time.Now().Add(jupytertest.Patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if state = text(`document.querySelector(".alive").dataset.state || ""`); state == "done" || state == "failed" {
			break
		}
	}
	return state
}

// until waits until a text of the page is one of some.
func until(t *testing.T, ctx context.Context, js string, want ...string) {
	t.Helper()
	text, got := evaluator(t, ctx), ""
	for end := time.Now().Add(jupytertest.Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if got = text(js); slices.Contains(want, got) {
			return
		}
	}
	t.Fatalf("%s is %q, want one of %q", js, got, want)
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
	until(t, ctx, `String(String(window.refused || "").includes("img-src"))`, "true") // the picture is refused
	const (
		needs = "The sliders of this cell need scripts and WebAssembly; this is the author's figure."
		fails = "The sliders do not work here; this is the author's figure. (CompileError: no SIMD)"
		// inWorkers runs a text before each script that comes out of the page.
		inWorkers = `const B = Blob; window.Blob = class extends B { constructor(parts, o) { super(o && o.type === "text/javascript" ? [%s, ...parts] : parts, o); } };`
		noSIMD    = `"WebAssembly.compile = async () => { throw new WebAssembly.CompileError('no SIMD'); };"`
	)
	type browser struct{ without, script, says string }
	browsers := []browser{{"SIMD", fmt.Sprintf(inWorkers, noSIMD), fails}, {"scripts", "", needs}}
	for _, name := range []string{"WebAssembly", "Worker", "IntersectionObserver", "DecompressionStream", "BigInt64Array"} {
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
		for start := time.Now(); time.Since(start) < jupytertest.Patience; time.Sleep(50 * time.Millisecond) {
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
		for end := time.Now().Add(jupytertest.Patience); ; time.Sleep(20 * time.Millisecond) {
			if info, err := os.Stat(filepath.Join(folder, name)); err == nil && info.Size() > 0 { // it gets its name when it is complete
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
	const state = `document.querySelector(".alive").dataset.state || ""`
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.EmulateViewport(1400, 900), chromedp.Navigate(file)); err != nil {
		t.Fatal(err)
	}
	text(`document.querySelector(".alive").scrollIntoView(), ""`)
	until(t, ctx, state, "ready")
	move := func(i int) {
		t.Helper()
		text(fmt.Sprintf(`document.querySelectorAll(".alive input")[%d].focus(), ""`, i))
		if err := chromedp.Do(ctx, chromedp.KeyEvent([]string{kb.ArrowLeft, kb.ArrowRight}[i/4])); err != nil {
			t.Fatal(err)
		}
		until(t, ctx, state, "running", "done", "stopped")
	}
	seen := map[string]bool{}
	for i := range 5 {
		move(i)
		until(t, ctx, state, "done")
		at := text(`location.hash`)
		if seen[at] {
			t.Fatalf("slider %d leaves the address %s", i, at)
		}
		seen[at] = true
		values := numbers(t, at[strings.Index(at, "=")+1:])
		if sum, want := text(`document.querySelector(".alive").dataset.sum`), native(t, values); sum != want {
			t.Errorf("%s: the page has %s, native is %s", at, sum, want)
		}
		text(`document.querySelector(".alive").dataset.state = "", ""`)
	}
	before := text(`document.querySelector(".alive").dataset.sum`)
	files(t, ctx, before)
	text(`new MutationObserver((_, o) => { // stops the run as soon as it goes on
		const box = document.querySelector(".alive");
		if (box.dataset.state !== "running") return;
		o.disconnect();
		box.querySelector("button").click();
	}).observe(document.querySelector(".alive"), { attributes: true }), ""`)
	move(0)
	until(t, ctx, state, "stopped")
	if after := text(`document.querySelector(".alive").dataset.sum`); after != before {
		t.Errorf("a run that was stopped has spikes: %s", after)
	}
	newest(t, text, func() { until(t, ctx, state, "done") })
}

// numbers reads the values in an address.
func numbers(t *testing.T, list string) (values []float64) {
	t.Helper()
	for _, v := range strings.Split(list, ",") {
		x, err := strconv.ParseFloat(v, 64)
		if err != nil {
			t.Fatalf("address %s: %v", list, err)
		}
		values = append(values, x)
	}
	return values
}

// newest moves a slider, and drags it on when the run is at its end and its figure is about
// to be drawn: the page shows the run of the last values alone.
func newest(t *testing.T, text func(js string) string, done func()) {
	t.Helper()
	text(`(() => {
		const box = document.querySelector(".alive"), input = box.querySelector("input"), bar = box.querySelector("progress");
		const move = () => { input.value--; input.dispatchEvent(new Event("input")); };
		window.seen = [];
		new MutationObserver(() => seen.push(box.dataset.sum)).observe(box, { attributes: true, attributeFilter: ["data-sum"] });
		new MutationObserver((_, o) => {
			if (bar.value < 1) return;
			o.disconnect();
			let n = 0;
			const drag = setInterval(() => {
				move();
				if (++n < 20) return;
				clearInterval(drag);
				box.dataset.moved = true;
			}, 50);
			move();
		}).observe(bar, { attributes: true });
		move();
	})(), ""`)
	for end := time.Now().Add(jupytertest.Patience); text(`document.querySelector(".alive").dataset.moved || ""`) == ""; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the bar does not come to its end")
		}
	}
	done()
	at := text(`location.hash`)
	values := numbers(t, at[strings.Index(at, "=")+1:])
	if seen, want := text(`seen.join()`), native(t, values); seen != want {
		t.Errorf("after a drag to %s the page has shown %s, want %s alone", at, seen, want)
	}
	if caption, want := text(`document.querySelector("figcaption").textContent`), fmt.Sprintf("(Peak rate %v pps,", values[0]); !strings.Contains(caption, want) {
		t.Errorf("the caption is %q, want %q in it", caption, want)
	}
}
