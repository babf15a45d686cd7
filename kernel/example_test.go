package kernel_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"testing"

	"gomyogen/kernel"
	"gomyogen/kernel/chart"
	"gomyogen/kernel/env"
	"gomyogen/myogen"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// TestMain has the examples keep their values in a folder that goes away.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "kernel-")
	if err == nil && os.Getenv(env.NotebookDir) == "" {
		err = os.Setenv(env.NotebookDir, dir)
	}
	if err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		log.Print(err)
	}
	os.Exit(code)
}

func primes() ([]int, error) {
	fmt.Println("computing")
	var all []int
next:
	for n := 2; n < 30; n++ {
		for _, p := range all {
			if n%p == 0 {
				continue next
			}
		}
		all = append(all, n)
	}
	return all, nil
}

// The function runs in the first cell that asks; here the second declaration
// stands for the same notebook on another day.
func ExampleKeep() {
	today := kernel.Keep("primes", primes)
	fmt.Println(today.Get())
	tomorrow := kernel.Keep("primes", primes)
	fmt.Println(tomorrow.Get())
	// Output:
	// computing
	// [2 3 5 7 11 13 17 19 23 29]
	// [2 3 5 7 11 13 17 19 23 29]
}

// Each peak is a value of its own: with one more, one is computed.
func ExampleKeep_inputs() {
	sweep := func(peaks ...units.Rate) {
		for _, peak := range peaks {
			v := kernel.Keep("half of "+peak.String(), func() (units.Rate, error) {
				fmt.Println("computing for", peak)
				return peak / 2, nil
			}, peak)
			fmt.Println(v.Get())
		}
	}
	sweep(40, 60)
	sweep(40, 50, 60)
	// Output:
	// computing for 40 pps
	// 20 pps
	// computing for 60 pps
	// 30 pps
	// 20 pps
	// computing for 50 pps
	// 25 pps
	// 30 pps
}

func squares() ([]int, error) { return []int{1, 4, 9}, nil }

// A cell that only shows what there is does not start a long computation.
func ExampleValue_Peek() {
	v := kernel.Keep("squares", squares)
	if _, ok := v.Peek(); !ok {
		fmt.Println("not computed yet")
	}
	v.Get()
	if s, ok := v.Peek(); ok {
		fmt.Println(s)
	}
	// Output:
	// not computed yet
	// [1 4 9]
}

// Load is for a cell that goes on without the value.
func ExampleValue_Load() {
	v := kernel.Keep("recording", func() (string, error) { return "", errors.New("the electrode fell off") })
	if _, err := v.Load(); err != nil {
		fmt.Println("no recording:", err)
	}
	// Output: no recording: the electrode fell off
}

func cubes() ([]int, error) { return []int{1, 8, 27}, nil }

func ExampleForget() {
	kernel.Keep("cubes", cubes).Get()
	kernel.Forget("cubes")
	_, ok := kernel.Keep("cubes", cubes).Peek()
	fmt.Println(ok)
}

// Ten drive neurons for a second, without a motor neuron.
func ExampleRun() {
	run := kernel.Run("drive alone", myogen.Experiment{
		Duration:    1 * units.S,
		Populations: []myogen.Population{myogen.DescendingDrivePool{Name: "DD", N: 10, Process: random.Erlang{Order: 5}}},
		Inputs:      []myogen.Input{{Source: "cortex", Target: "DD", Shape: myogen.Step[units.Rate]{Level: 40 * units.Pps, Duration: 1 * units.S}}},
	})
	fmt.Println(run.Get().Simulated, "simulated,", len(run.SpikeTrains("DD")), "spike trains")
	// Output: 1 s simulated, 10 spike trains
}

func ExampleMust() {
	thresholds := kernel.Must(myogen.RecruitmentThresholds{N: 3}.Values())
	fmt.Println(len(thresholds))
	// Output: 3
}

func ramp() chart.Figure {
	return chart.Figure{
		Title: "A ramp", X: chart.Axis{Label: "Time", Unit: "s"},
		Panels: []chart.Panel{{Title: "Soma", Y: chart.Axis{Label: "Current", Unit: "nA"}, Series: []chart.Series{
			&chart.Line{Name: "injected", X: []float64{0, 1, 2}, Y: []float64{0, 5, 10}},
		}}},
	}
}

// In a notebook this is a live chart; a plain program prints what it shows.
func ExampleShow() {
	kernel.Show(ramp())
	// Output: Figure A ramp: A ramp. Soma: line "injected" with 3 points from 0 to 10. Vertical axis: Current (nA). Horizontal axis: Time (s), from 0 to 2.
}

func ExampleSave() {
	dir := kernel.Must(os.MkdirTemp("", "kernel-"))
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "ramp.csv")
	kernel.Check(kernel.Save(ramp(), path))
	b := kernel.Must(os.ReadFile(path))
	fmt.Println(len(b) > 0)
	// Output: true
}

func ExampleShowTable() {
	kernel.ShowTable(kernel.Table{
		Title:   "Peaks",
		Columns: []string{"Pool", "Peak"},
		Rows:    [][]any{{"DD", 65 * units.Pps}, {"aMN", 12 * units.Pps}},
	})
	// Output:
	// Peaks
	// Pool  Peak (pps)
	// DD            65
	// aMN           12
}

func ExampleTableOf() {
	type row struct {
		Peak units.Rate `table:"Peak rate"`
		CV   float64
	}
	rows := []row{{45, 0.21}, {65, 0.187}}
	kernel.ShowTable(kernel.Must(kernel.TableOf(rows)))
	// Output:
	// Peak rate (pps)     CV
	//              45  0.210
	//              65  0.187
}

// In JupyterLab the reader moves the slider; where there is no page, the figure
// is drawn once, with the first value.
func ExampleInteract() {
	amplitude := kernel.Slider{Name: "Amplitude", Unit: "nA", Min: 0, Max: 20, Step: 1, Value: 10}
	chosen := kernel.Interact(kernel.Interaction{Sliders: []kernel.Slider{amplitude}},
		func(ctx context.Context, v []float64) (chart.Figure, error) {
			f := ramp()
			f.Panels[0].Series = []chart.Series{&chart.Line{Name: "injected", X: []float64{0, 1}, Y: []float64{0, v[0]}}}
			return f, nil
		})
	fmt.Println(chosen)
	// Output:
	// Amplitude 10 nA: in JupyterLab, sliders change these values while the cell runs
	// Figure A ramp (Amplitude 10 nA): A ramp (Amplitude 10 nA). Soma: line "injected" with 2 points from 0 to 10. Vertical axis: Current (nA). Horizontal axis: Time (s), from 0 to 1.
	// [10]
}

// A bar over two runs, with the bar of the one that is going on below it.
func ExampleNewBars() {
	bars := kernel.NewBars("Peaks", 2)
	for _, peak := range []units.Rate{45, 65} {
		bar := bars.Next(peak.String())
		for ms := range 100 {
			bar.Update(units.Time(ms+1), 100)
		}
		fmt.Println(peak, "is done")
	}
	// Output:
	// 45 pps is done
	// 65 pps is done
}

// Update has the form of the report of a simulation's Run.
func ExampleNewProgress() {
	bar := kernel.NewProgress("Simulating")
	bar.Update(50*units.Ms, 100*units.Ms)
	bar.Update(100*units.Ms, 100*units.Ms)
	// Output:
}

// Long work of one's own ends soon after the stop button.
func ExampleContext() {
	ctx, stop := kernel.Context()
	defer stop()
	sum := 0
	for i := 0; i < 1000 && ctx.Err() == nil; i++ {
		sum += i
	}
	fmt.Println(sum)
	// Output: 499500
}
