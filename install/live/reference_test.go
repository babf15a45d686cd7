package live_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/install/site"
	"gomyogen/myogen/format/npz"
)

// The reference networks are runs of MyoGen 0.12.0 on NEURON 8.2.7: 100 drive
// neurons, 100 motor neurons, 15 s, seed 42.

var models = []string{"NERLab", "Powers2017"}

func reference(t *testing.T, model string) npz.File {
	t.Helper()
	f, err := npz.Read("../../myogen/testdata/network_" + model + "_seed42.npz")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// referenceNotebook is a notebook with a slider that chooses one of the networks.
func referenceNotebook(t *testing.T) site.Source {
	t.Helper()
	thresholds := ""
	for _, m := range models {
		x, err := reference(t, m).Floats("thresholds")
		if err != nil {
			t.Fatal(err)
		}
		thresholds += fmt.Sprintf("\t%#v,\n", x)
	}
	const imports = `import (
	"context"

	"gomyogen/kernel"
	"gomyogen/kernel/chart"
	"gomyogen/myogen"
	"gomyogen/myogen/units"
)

`
	const cell = `
%%
kernel.Interact(kernel.Interaction{Sliders: []kernel.Slider{{Name: "Model", Min: 0, Max: 1, Step: 1, Value: 0}}},
	func(ctx context.Context, v []float64) (chart.Figure, error) {
		i := int(v[0])
		result, err := myogen.Run(ctx, myogen.Experiment{
			Seed: 42, Draws: myogen.MyoGenOrder, Duration: 15 * units.S,
			Populations: []myogen.Population{
				myogen.DescendingDrivePool{Name: "DD"},
				myogen.AlphaMNPool{Name: "aMN", Model: []myogen.Model{myogen.NERLab, myogen.Powers2017}[i], Thresholds: thresholds[i]},
			},
			Inputs: []myogen.Input{{Source: "cortical_input", Target: "DD", Noise: 1 * units.Pps,
				Shape: myogen.Trapezoid[units.Rate]{Peak: 65 * units.Pps, Rest: 1 * units.S, Ramp: 500 * units.Ms, Plateau: 10 * units.S}}},
			Connections: []myogen.Connection{{Source: "DD", Target: "aMN", Probability: 0.5, Weight: 0.15 * units.MicroSiemens}},
		}, nil)
		if err != nil {
			return chart.Figure{}, err
		}
		mn, err := result.SpikeTrains("aMN")
		if err != nil {
			return chart.Figure{}, err
		}
		return chart.Stack("Reference network", chart.Spikes("Motor neurons", mn, chart.Reds)), nil
	})
`
	file := filepath.Join(t.TempDir(), "reference.ipynb")
	if err := os.WriteFile(file, jupytertest.Notebook(imports+"var thresholds = [][]float64{\n"+thresholds+"}\n"+cell), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := site.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// networks runs the reference networks in a page, with fused operations and without:
// the file that the page saves has the spikes of MyoGen, to the last bit.
func networks(t *testing.T, ctx context.Context, file string) {
	t.Helper()
	text := evaluator(t, ctx)
	for i, model := range models {
		golden := reference(t, model)
		for _, form := range []string{"", "&unfused"} {
			if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(fmt.Sprintf("%s#live-1=%d%s", file, i, form))); err != nil {
				t.Fatal(err)
			}
			if state := ended(t, text); state != "done" {
				t.Fatalf("%s%s: the run is %q: %s", model, form, state, text(`document.querySelector(".alive").innerText`))
			}
			run, err := npz.ReadBlock(filepath.Join(download(t, ctx, "run.npz"), "run.npz"))
			if err != nil {
				t.Fatal(err)
			}
			same := 0
			for _, s := range run.Segments {
				prefix := map[string]string{"DD": "dd", "aMN": "mn"}[s.Name]
				times, err := golden.Floats(prefix + "_spike_times_ms")
				if err != nil {
					t.Fatal(err)
				}
				counts, err := golden.Ints(prefix + "_spike_counts")
				if err != nil || len(counts) != len(s.SpikeTrains) {
					t.Fatalf("%s: %d cells of %s, want %d; error %v", model, len(s.SpikeTrains), s.Name, len(counts), err)
				}
				for cell, train := range s.SpikeTrains {
					want := times[:counts[cell]]
					times = times[counts[cell]:]
					if len(train.Times) != len(want) {
						t.Fatalf("%s%s: cell %d of %s has %d spikes, want %d", model, form, cell, s.Name, len(train.Times), len(want))
					}
					for k, w := range want {
						if float64(train.Times[k]) != w {
							t.Fatalf("%s%s: spike %d of cell %d of %s is at %v ms, want %v", model, form, k, cell, s.Name, float64(train.Times[k]), w)
						}
					}
					same += len(want)
				}
			}
			if same < 4423 {
				t.Fatalf("%s%s: %d spikes", model, form, same)
			}
			t.Logf("%s%s: %d spikes to the last bit, %s", model, form, same, strings.TrimSpace(text(`document.querySelector(".alive p[role=status]").textContent`)))
		}
	}
}
