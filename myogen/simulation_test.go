package myogen

import (
	"context"
	"testing"

	"gomyogen/myogen/units"
)

func TestRunRefuses(t *testing.T) {
	ctx := context.Background()
	e := small()
	e.Inputs = nil
	_, err := start(t, e).Run(ctx, nil)
	refused(t, `population "DD" has no input: there is no rate at which its neurons fire`, err)

	s := start(t, small())
	for _, until := range []units.Time{0, -1, units.Time(nan), units.Time(inf), 1e15, 100.1} {
		_, err := s.RunUntil(ctx, until, nil)
		refused(t, "a run until "+until.String()+", must be above 0 and at most the experiment's duration, 100 ms", err)
	}
	refused(t, "the number of workers is -1, must be at least 1", s.SetWorkers(-1))
	if s.Time() != 0 {
		t.Errorf("runs that were refused took the simulation to %v", s.Time())
	}
	_, err = s.Integrate("aMN", 0, 10)
	refused(t, `the cells of "aMN" integrate no rate: they are NERLab motor neurons`, err)
	_, err = s.Integrate("DD", 3, 10)
	refused(t, `"DD" has cells 0 to 2, not 3`, err)
	_, err = s.Integrate("DD", 1, units.Rate(nan))
	refused(t, `the rate of cell 1 of "DD" is NaN pps`, err)
	refused(t, `there is no population "D"`, s.Deliver("D", 0, 1))
	refused(t, `"DD" has cells 0 to 2, not -1`, s.Deliver("DD", -1, 1))
	refused(t, "an event at -1 ms is before the present, 0 ms", s.Deliver("DD", 0, -1))
	refused(t, "an event at NaN ms", s.Deliver("DD", 0, units.Time(nan)))
	_, err = s.Connections("DD", "aMN")
	refused(t, `"DD" is not connected to "aMN"`, err)
	_, err = s.Drive("aMN")
	refused(t, `no input drives "aMN"`, err)
}

// A run goes on from the present and not back.
func TestRunUntil(t *testing.T) {
	ctx := context.Background()
	s := start(t, small())
	r, err := s.RunUntil(ctx, 40, nil)
	// A step begins while the time, with its rounding, is below 40 ms.
	if err != nil || !r.Partial() || r.Simulated < 40 || r.Simulated > 40.2 {
		t.Fatalf("until 40 ms: simulated %v, partial %v, error %v", r.Simulated, r.Partial(), err)
	}
	for _, until := range []units.Time{39, 20, 0.1} {
		_, err = s.RunUntil(ctx, until, nil)
		refused(t, "a run until "+until.String()+": the simulation is already at 40.1 ms", err)
	}
	if r, err = s.RunUntil(ctx, 40, nil); err != nil || r.Steps != 401 {
		t.Errorf("until the present: %d steps, error %v", r.Steps, err)
	}
	for range 2 { // the end twice
		r, err := s.Run(ctx, nil)
		if err != nil || r.Partial() || r.Simulated != 100 {
			t.Errorf("to the end: simulated %v, partial %v, error %v", r.Simulated, r.Partial(), err)
		}
	}
	_, err = s.RunUntil(ctx, 50, nil)
	refused(t, "a run until 50 ms: the simulation is already at 100.1 ms", err)
}

// A cell whose voltage leaves the numbers is named, with the time.
func TestCellThatFails(t *testing.T) {
	e := small()
	e.Inject = []Injection{{Population: "aMN", Cell: 1, Amplitude: -1000, Start: 20, Duration: 10}}
	_, err := Run(t.Context(), e, nil)
	refused(t, `population "aMN", cell 1: membrane potential is `, err)
}

// A nil context is an error, not a stack trace, wherever one is taken.
func TestNoContext(t *testing.T) {
	var none context.Context
	e := Experiment{Duration: 10, Populations: []Population{DescendingDrivePool{Name: "DD", N: 1}, AlphaMNPool{Name: "aMN", N: 2}},
		Connections: []Connection{{Source: "DD", Target: "aMN", Probability: 1, Weight: 1}}}
	_, err := NewSimulation(none, e)
	refused(t, "the context is nil", err)
	_, err = Run(none, e, nil)
	refused(t, "the context is nil", err)
	_, err = CheckStep(none, e, nil)
	refused(t, "the context is nil", err)
	sim, err := NewSimulation(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	_, err = sim.Run(none, nil)
	refused(t, "the context is nil", err)
}

// A result is of all the time that was simulated: steps by hand end with the
// experiment's duration, whatever was run before.
func TestStepsEndWithTheDuration(t *testing.T) {
	for name, begin := range map[string]func(*Simulation) error{
		"by hand":               func(*Simulation) error { return nil },
		"after a part of a run": func(s *Simulation) error { _, err := s.RunUntil(t.Context(), 60, nil); return err },
		"after a run":           func(s *Simulation) error { _, err := s.Run(t.Context(), nil); return err },
	} {
		s := start(t, small())
		if err := begin(s); err != nil {
			t.Fatal(err)
		}
		var err error
		for range 1100 {
			if err = s.Advance(); err != nil {
				break
			}
		}
		refused(t, "a step at 100.1 ms: the experiment's duration is 100 ms", err)
		if r := s.Result(); r.Partial() || r.Simulated != 100 || r.Steps != 1001 {
			t.Errorf("%s: %v in %d steps", name, r.Simulated, r.Steps)
		}
	}
}
