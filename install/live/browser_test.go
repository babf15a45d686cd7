package live_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"gomyogen/install/jupyter"
	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/install/live"
	"gomyogen/install/site"
	"gomyogen/myogen"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// native is the run that the cell of the notebook makes of two values.
func native(t *testing.T, peak, weight float64) string {
	t.Helper()
	r, err := myogen.Run(t.Context(), myogen.Experiment{
		Seed: 42, Duration: 7 * units.S,
		Populations: []myogen.Population{
			myogen.DescendingDrivePool{Name: "DD", Process: random.Erlang{Order: 5}},
			myogen.AlphaMNPool{Name: "aMN"},
		},
		Inputs: []myogen.Input{{Source: "cortical_input", Target: "DD", Noise: 1 * units.Pps,
			Shape: myogen.Trapezoid[units.Rate]{Peak: units.Rate(peak), Rest: 500, Ramp: 1000, Plateau: 4000}}},
		Connections: []myogen.Connection{{Source: "DD", Target: "aMN", Probability: 0.5, Weight: units.Conductance(weight) * units.NanoSiemens}},
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
	const notebook = "../../notebooks/06_exploring.ipynb"
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
	for _, c := range []struct {
		name, hash string
		width      int64
	}{{"fused", "", 1400}, {"unfused", "&unfused", 400}} {
		page := "file://" + dir + "/06_exploring.html#live-13=70,160" + c.hash
		if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.EmulateViewport(c.width, 900), chromedp.Navigate(page)); err != nil {
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
		for start := time.Now(); state != "done" && state != "failed" && time.Since(start) < time.Minute; time.Sleep(time.Second / 4) {
			state = text(`document.querySelector(".alive").dataset.state || ""`)
		}
		text(`document.querySelector(".alive").scrollIntoView({ block: "end" }), ""`)
		time.Sleep(2 * time.Second)
		if folder := os.Getenv("SCREENSHOTS"); folder != "" {
			shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
			if err == nil {
				err = os.WriteFile(filepath.Join(folder, "live_"+c.name+".png"), shot, 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		said, sum := text(`document.querySelector(".alive").innerText`), text(`document.querySelector(".alive").dataset.sum || ""`)
		wide := text(`String(document.documentElement.scrollWidth > innerWidth)`) == "true"
		t.Logf("%s: %s", c.name, said)
		if want := native(t, 70, 160); sum != want {
			t.Errorf("%s: the page has %s, native is %s", c.name, sum, want)
		}
		if wide {
			t.Errorf("%s: the page is wider than %d px", c.name, c.width)
		}
	}
}
