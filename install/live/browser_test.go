package live_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomyogen/install/jupyter"
	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/install/live"
	"gomyogen/install/site"
	"gomyogen/myogen"
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
	cells, refused := live.Find(s.Name(), s.Code())
	if len(cells) != 1 || len(refused) > 0 {
		t.Fatalf("cells %v, refused %v", cells, refused)
	}
	script, built, _, err := live.Build(t.Context(), "../..", cells)
	if err != nil || len(built) != 1 {
		t.Fatalf("built %v, error %v", built, err)
	}
	scripts, err := site.FindScripts("../..", jupyter.IsECharts)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "site")
	if _, err := site.Write(dir, []site.Source{s}, site.Options{Title: "Test", Scripts: scripts,
		Live: site.Live{Script: script, Cells: []string{built[0].ID()}}}); err != nil {
		t.Fatal(err)
	}
	ctx := jupytertest.Browser(t, 1400, 900)
	for i, c := range []struct {
		values []float64
		hash   string
	}{
		{[]float64{65, 150, 0.5, 0.2, 1}, ""}, {[]float64{65, 150, 0.5, 0.2, 2}, ""}, {[]float64{40, 150, 0.5, 0.2, 1}, ""},
		{[]float64{90, 150, 0.5, 0.2, 2}, ""}, {[]float64{65, 80, 0.5, 0.2, 1}, ""}, {[]float64{65, 300, 0.5, 0.2, 2}, ""},
		{[]float64{65, 150, 1, 0.2, 1}, ""}, {[]float64{65, 150, 0.3, 0.2, 2}, ""}, {[]float64{65, 150, 0.5, 0, 1}, ""},
		{[]float64{65, 150, 0.5, 0.45, 2}, ""}, {[]float64{70, 160, 0.6, 0.25, 1}, "&unfused"}, {[]float64{70, 160, 0.6, 0.25, 2}, "&unfused"},
	} {
		width := []int64{1400, 400}[i%2]
		name := fmt.Sprint(i)
		page := "file://" + dir + "/11_a_pool_to_play_with.html#live-4=" + strings.Trim(strings.ReplaceAll(fmt.Sprint(c.values), " ", ","), "[]") + c.hash
		if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.EmulateViewport(width, 900), chromedp.Navigate(page)); err != nil {
			t.Fatal(err)
		}
		text := func(js string) string {
			s, err := chromedp.Run(ctx, chromedp.Evaluate[string](js))
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		state := ""
		for start := time.Now(); state != "done" && state != "failed" && time.Since(start) < 2*time.Minute; time.Sleep(time.Second / 4) {
			state = text(`document.querySelector(".alive").dataset.state || ""`)
		}
		text(`document.querySelector(".alive").scrollIntoView({ block: "end" }), ""`)
		time.Sleep(time.Second)
		if folder := os.Getenv("SCREENSHOTS"); folder != "" {
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
		if want := native(t, c.values); sum != want {
			t.Errorf("%s: the page has %s, native is %s", name, sum, want)
		}
		if wide {
			t.Errorf("%s: the page is wider than %d px", name, width)
		}
	}
	sliders(t, ctx, "file://"+dir+"/11_a_pool_to_play_with.html")
}

// sliders moves each slider of a page by the keyboard, and stops a run.
func sliders(t *testing.T, ctx context.Context, page string) {
	t.Helper()
	text := func(js string) string {
		s, err := chromedp.Run(ctx, chromedp.Evaluate[string](js))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
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
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.EmulateViewport(1400, 900), chromedp.Navigate(page)); err != nil {
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
	move(0)
	text(`document.querySelector(".alive button").click(), ""`)
	until(state, "stopped")
	if after := text(`document.querySelector(".alive").dataset.sum`); after != before {
		t.Errorf("a run that was stopped has spikes: %s", after)
	}
}
