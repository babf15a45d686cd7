package kernel

import (
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gomyogen/myogen"
	"gomyogen/myogen/sweep"
	"gomyogen/myogen/sweep/fit"
	"gomyogen/myogen/sweep/fit/optimizer"
	"gomyogen/myogen/units"
)

// pools is a sweep of short runs.
func pools(duration units.Time) myogen.Sweep {
	return myogen.Sweep{
		Experiment: experiment(0.3*units.MicroSiemens, duration),
		Axes: []myogen.Axis{
			{Name: "peak", Path: "inputs[0].trapezoid.peak", Values: []string{"40 pps", "65 pps"}},
			{Path: "connections[0].weight", From: "0.2 uS", To: "0.4 uS", N: 3},
		},
		Repeats: 2,
	}
}

// stopAfter stops the cell once a bar is over so many runs.
func stopAfter(t *testing.T, bars *Bars, n int) {
	t.Helper()
	c := running
	var over sync.WaitGroup
	ended := make(chan struct{})
	over.Go(func() {
		for {
			bars.board.mu.Lock()
			bars.settle()
			done := bars.done
			bars.board.mu.Unlock()
			if done >= n {
				c.Stop()
				return
			}
			select {
			case <-ended:
				return
			case <-time.After(time.Millisecond):
			}
		}
	})
	t.Cleanup(func() {
		close(ended)
		over.Wait()
	})
}

// A sweep is kept. Stopped, it is partial, and goes on with the runs that are
// left to the table that it would have had.
func TestSweepStopsAndGoesOn(t *testing.T) {
	keepHere(t)
	s := pools(2 * units.S)
	var whole *sweep.Table
	var err error
	quiet(t, func() { whole, err = NewBars("whole", 0).Sweep(s) })
	if err != nil || whole.Partial() || whole.Len() != 12 {
		t.Fatalf("%v, %d rows", err, whole.Len())
	}
	nextCell(t)
	var part *sweep.Table
	said := quiet(t, func() {
		bars := NewBars("sweep", 0)
		stopAfter(t, bars, 4) // of which those of two workers may not be written yet
		part, err = bars.Sweep(s)
	})
	if err != nil || !part.Partial() || part.Len() < 2 || part.Missing != 12-part.Len() {
		t.Fatalf("stopped: %v, %d rows, %d missing", err, part.Len(), part.Missing)
	}
	if !strings.Contains(said, "of 12") || !strings.Contains(running.Partial()[0], "sweep stopped after ") {
		t.Errorf("said %q, marked %q", said, running.Partial())
	}
	nextCell(t)
	var bars *Bars
	var rest *sweep.Table
	said = quiet(t, func() {
		bars = NewBars("sweep", 0)
		rest, err = bars.Sweep(s)
	})
	if err != nil {
		t.Fatal(err)
	}
	if bars.kept != part.Len() || !strings.Contains(said, "of them kept before, took") {
		t.Errorf("%d runs were kept, want %d; said %q", bars.kept, part.Len(), said)
	}
	if diff := cmp.Diff(whole, rest, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("after the break (-whole +resumed)\n%s", diff)
	}
	if names := keptNames(); len(names) != 0 {
		t.Errorf("the rows of a finished sweep are still there: %q", names)
	}

	// As a kept value.
	nextCell(t)
	r := Sweep("kept", s)
	quiet(t, func() { r.Get() })
	nextCell(t)
	r = Sweep("kept", s)
	if said := quiet(t, func() { rest = r.Get() }); said != "" {
		t.Errorf("a kept sweep says %q", said)
	}
	if diff := cmp.Diff(whole, rest, cmpopts.EquateNaNs()); diff != "" {
		t.Errorf("kept (-whole +kept)\n%s", diff)
	}
	sums, err := whole.Texts("spikes_sha256")
	if err != nil {
		t.Fatal(err)
	}
	quiet(t, func() {
		if got := r.Run(7).Get().Block.SpikeSHA256(); got != sums[7] {
			t.Errorf("run 7 has the spikes %s, its row %s", got, sums[7])
		}
	})
	if title := r.Run(7).kept.Name(); title != "kept, run 7: peak 65 pps, weight 0.2 uS" {
		t.Errorf("run 7 is called %q", title)
	}
	f, err := r.heatMaps("Rate", []string{"aMN.mean_rate", "aMN.active"})
	if err == nil {
		err = f.Validate()
	}
	if err != nil || strings.Join(f.X.Categories, " ") != "0.2 0.3 0.4" || len(f.Panels) != 2 || strings.Join(f.Panels[1].Y.Categories, " ") != "40 65" || f.X.Text() != "Weight (uS)" || f.Panels[1].Y.Text() != "Peak (pps)" {
		t.Errorf("the heat maps are %+v, %v", f, err)
	}
	if _, err := r.heatMaps("None", []string{"aMN.none"}); err == nil || !strings.Contains(err.Error(), `there is no column "aMN.none"`) {
		t.Errorf("no column: error %v", err)
	}
	if _, _, err := r.run(12); err == nil || !strings.Contains(err.Error(), "runs 0 to 11, not 12") {
		t.Errorf("no run: error %v", err)
	}
	if n := len(r.Column("aMN.active")); n != 12 {
		t.Errorf("the column has %d values", n)
	}

	// Another weight is another sweep.
	changed := pools(2 * units.S)
	changed.Experiment.Seed = 9
	if _, ok := Sweep("kept", changed).Peek(); ok {
		t.Error("a changed experiment has the old table")
	}
	changed = pools(2 * units.S)
	changed.Axes[1].N = 2
	if _, ok := Sweep("kept", changed).Peek(); ok {
		t.Error("a changed axis has the old table")
	}
	changed.Statistics = []myogen.Statistic{{Name: "one"}}
	if _, err := Sweep("code", changed).Load(); err == nil || !strings.Contains(err.Error(), "whose code cannot be seen") {
		t.Errorf("a sweep with code: error %v", err)
	}
}

// Axes are labelled as people write labels; other names of columns stay.
func TestAsLabel(t *testing.T) {
	for name, want := range map[string]string{
		"drive": "Drive", "drive_neurons": "Drive neurons", "": "", "_": " ",
		"aMN.mean_rate": "aMN.mean_rate", "gNa": "gNa", "Weight": "Weight", "connections[0].weight": "connections[0].weight", "µ": "µ", "p_2": "p_2",
	} {
		if got := asLabel(name); got != want {
			t.Errorf("%q is labelled %q, want %q", name, got, want)
		}
	}
}

// A run that fails ends its bar, and is a row.
func TestSweepWithFailures(t *testing.T) {
	keepHere(t)
	s := pools(300 * units.Ms)
	s.Statistics = []myogen.Statistic{{Name: "fails", Of: func(*myogen.Result) (float64, error) { return 0, errors.New("on purpose") }}}
	var bars *Bars
	var table *sweep.Table
	var err error
	quiet(t, func() {
		bars = NewBars("failing", 0)
		table, err = bars.Sweep(s)
	})
	if err != nil || table.Partial() || len(bars.runs) != 0 || bars.fraction() != 1 {
		t.Errorf("%v, %d bars are left at %v", err, len(bars.runs), bars.fraction())
	}
}

// A fit is kept. Stopped, it is partial, and goes on to the answer that it would
// have had.
func TestFitStopsAndGoesOn(t *testing.T) {
	keepHere(t)
	f := myogen.Fit{
		Experiment: experiment(0.3*units.MicroSiemens, 2*units.S),
		Parameters: []myogen.Parameter{{Path: "connections[0].weight", From: "0.1 uS", To: "0.6 uS", Log: true}},
		Targets:    []myogen.Target{{Statistic: "aMN.mean_rate", Value: "8 pps", Tolerance: "0.3 pps"}},
		Trials:     12, Repeats: 2,
	}
	var whole *fit.Result
	var err error
	quiet(t, func() { whole, err = NewBars("whole", 0).Fit(f, optimizer.Minimize) })
	if err != nil || whole.Partial() {
		t.Fatalf("%v, %v", err, whole)
	}
	best, ok := whole.Best()
	if !ok || !whole.Within(best) {
		t.Errorf("not reached: %v", whole)
	}
	nextCell(t)
	var part *fit.Result
	quiet(t, func() {
		bars := NewBars("search", 0)
		stopAfter(t, bars, 6)
		part, err = bars.Fit(f, optimizer.Minimize)
	})
	if err != nil || !part.Partial() || len(part.Trials) < 2 {
		t.Fatalf("stopped: %v, %v", err, part)
	}
	nextCell(t)
	r := Fit("search", f, optimizer.Minimize)
	var rest *fit.Result
	said := quiet(t, func() { rest = r.Get() })
	if diff := cmp.Diff(whole, rest, cmpopts.EquateNaNs()); diff != "" || !strings.Contains(said, "of them kept before, took") {
		t.Errorf("said %q, after the break (-whole +resumed)\n%s", said, diff)
	}
	nextCell(t)
	r = Fit("search", f, optimizer.Minimize)
	if said := quiet(t, func() { rest = r.Get() }); said != "" || len(rest.Trials) != len(whole.Trials) {
		t.Errorf("a kept fit says %q", said)
	}
	figure := r.History()
	if err := figure.Validate(); err != nil || len(figure.Panels) != 3 {
		t.Errorf("the history has %d panels, %v", len(figure.Panels), err)
	}
	if wanted, best := figure.Panels[0].Title, figure.Panels[1].Title; !strings.Contains(wanted, ", wanted ") || !strings.Contains(best, ", best ") {
		t.Errorf("the panels are %q and %q", wanted, best)
	}
	quiet(t, func() {
		x, err := f.Experiment.Statistics()[8].Of(r.Best().Get()) // of the first repeat
		if err != nil || x < 5 || x > 11 {
			t.Errorf("the best run has the mean rate %v, %v", x, err)
		}
	})
	for _, trials := range [][]fit.Trial{nil, {{Error: "failed", Cost: math.Inf(1), Parameters: []float64{1}}}} {
		if err := history("none", &fit.Result{Trials: trials, Parameters: rest.Parameters, Targets: rest.Targets, Budget: 3}).Validate(); err != nil {
			t.Errorf("%d trials: %v", len(trials), err)
		}
	}
}
