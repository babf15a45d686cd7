package myogen

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// unrecorded makes runs compute their rates step by step, as long ones do.
func unrecorded(t *testing.T) {
	before := maxRecorded
	maxRecorded = 100
	t.Cleanup(func() { maxRecorded = before })
}

// Rates that are computed while a run goes on are those that are computed
// before it, to the last bit: in both orders of draws, after a break, with a
// parameter that changes, and where one rate follows another.
func TestRatesOfLongRuns(t *testing.T) {
	for _, order := range []DrawOrder{NamedStreams, MyoGenOrder} {
		e := modulated(closedLoop(NERLab), "gamma", Ramp[Factor]{From: 1, To: 2, Duration: 200})
		e.Draws = order
		e.Populations = append(e.Populations, DescendingDrivePool{Name: "other", N: 3}, DescendingDrivePool{Name: "IN", N: 3})
		e.Inputs = append(e.Inputs, Input{Source: "another", Target: "other", Shape: Level[units.Rate]{50}, Noise: 2},
			Input{Source: "following", Target: "IN", Follow: &Follow{Population: "other", Gain: -0.5, Baseline: 60}, Noise: 1})
		want := run(t, e)
		drive, err := e.Drive("other")
		if err != nil {
			t.Fatal(err)
		}
		t.Run(order.String(), func(t *testing.T) {
			unrecorded(t)
			got := run(t, e)
			if got.Block.SpikeSHA256() != want.Block.SpikeSHA256() {
				t.Error("other spikes")
			}
			if signals, err := got.Signals("other"); err != nil || len(signals) > 0 {
				t.Errorf("%d signals, %v", len(signals), err)
			}
			if !slices.ContainsFunc(got.Report().Warnings, func(w string) bool { return strings.Contains(w, "is not recorded") }) {
				t.Errorf("the report says %q", got.Report().Warnings)
			}
			if again, err := e.Drive("other"); err != nil || !slices.Equal(again.Values, drive.Values) {
				t.Errorf("another drive, %v", err)
			}
			s := start(t, e)
			path := filepath.Join(t.TempDir(), "run.state")
			if _, err := s.RunUntil(t.Context(), 123.4, nil); err != nil {
				t.Fatal(err)
			}
			if err := s.SaveState(path); err != nil {
				t.Fatal(err)
			}
			s, err := ResumeState(t.Context(), e, path)
			if err != nil {
				t.Fatal(err)
			}
			if finish(t, s).Block.SpikeSHA256() != want.Block.SpikeSHA256() {
				t.Error("other spikes after a break")
			}
		})
	}
}

// In a long run not all values of a shape are looked at before the first step.
// One that is no rate ends it, and leaves what there is.
func TestShapeThatFailsLate(t *testing.T) {
	unrecorded(t)
	bad := func(at units.Time) units.Rate {
		if at > 151.05 && at < 151.35 {
			return -1
		}
		return 60
	}
	e := closedLoop(NERLab)
	e.Inputs[0].Shape = ShapeFunc[units.Rate](bad)
	s := start(t, e)
	_, err := s.Run(t.Context(), nil)
	refused(t, `input "cortical_input": the rate at 151.05035011670557 ms is -1 pps, must not be negative`, err)
	if r := s.Result(); !r.Partial() || r.Simulated < 90 || r.Simulated > 152 || len(mustTrains(t, r, "DD")[0].Times) == 0 {
		t.Errorf("of it there is %v, partial %v", r.Simulated, r.Partial())
	}
	e = modulated(closedLoop(NERLab), "gamma", ShapeFunc[Factor](func(at units.Time) Factor { return Factor(bad(at)) }))
	s = start(t, e)
	_, err = s.Run(t.Context(), nil)
	refused(t, "the factor at 151.1 ms is -1, must not be negative", err)
}

// Days can be simulated; what does not fit into memory is refused before the
// first step, at once.
func TestDays(t *testing.T) {
	e := closedLoop(NERLab)
	e.Record, e.Duration = nil, 3*24*3600*units.S
	if err := e.Check(); err != nil {
		t.Error(err)
	}
	probed := e
	probed.Record = []Probe{{Population: "aMN"}}
	refused(t, "1 probes of 2592000000 samples need 20.7 GB of memory", probed.Check())
	function := e
	function.Inputs = []Input{{Source: "x", Target: "DD", Shape: ShapeFunc[units.Rate](func(units.Time) units.Rate { return 1 })}}
	refused(t, "a Go function can have up to", function.Check())
	_, err := e.Drive("DD")
	refused(t, "has 2592000000 samples, a signal at most", err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	e.Draws = MyoGenOrder // all noise is drawn before the connections
	if _, err := NewSimulation(ctx, e); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	e.Populations[1] = SpikeSource{Name: "Ia", Trains: []neo.SpikeTrain{{Times: []units.Time{0}}, {}}}
	e.Duration = 1e6 * 24 * 3600 * units.S
	refused(t, "must be 1 to 68719476736", e.Check())
}

// An observer learns how far the drawing of connections is.
func TestDrawingIsObserved(t *testing.T) {
	var got []int
	ctx := Observe(t.Context(), Observer{Starting: func(what string, done, total int) {
		if what == "drawing connections" {
			got = append(got, done, total)
		}
	}})
	if _, err := NewSimulation(ctx, closedLoop(NERLab)); err != nil {
		t.Fatal(err)
	}
	if n := len(got); n < 2 || got[n-2] != got[n-1] {
		t.Errorf("told %v", got)
	}
}
