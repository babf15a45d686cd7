package myogen

import (
	"context"
	"errors"
	"testing"

	"gomyogen/myogen/units"
)

// counting is a context that is cancelled when it was looked at some times.
type counting struct {
	context.Context
	looks, most int
}

func (c *counting) Err() error {
	if c.looks++; c.looks > c.most {
		return context.Canceled
	}
	return nil
}

// A simulation can be stopped while its connections are drawn: it looks up at
// each source, which has a million targets at most.
func TestStopWhileDrawing(t *testing.T) {
	e := tutorial(AlphaMNPool{N: 2})
	e.Populations = []Population{DescendingDrivePool{Name: "DD", N: 1000}, AlphaMNPool{Name: "aMN", N: 2}}
	whole := &counting{t.Context(), 0, 1 << 30}
	if _, err := NewSimulation(whole, e); err != nil || whole.looks < 1000 {
		t.Errorf("it looked up %d times, error %v", whole.looks, err)
	}
	half := &counting{t.Context(), 0, 500}
	if _, err := NewSimulation(half, e); !errors.Is(err, context.Canceled) || half.looks != 501 {
		t.Errorf("after %d looks: %v", half.looks, err)
	}
}

// The first steps of a run are as few as its cells are many, at any time step;
// before, 100,000 drive neurons at 0.001 ms took 50,000 steps at once.
func TestFirstStepsAreFew(t *testing.T) {
	for _, n := range []int{10, 1000, 100_000} {
		for _, step := range []units.Time{0.001, 0.1} {
			e := tutorial(AlphaMNPool{N: 2})
			e.Populations = []Population{DescendingDrivePool{Name: "DD", N: n}}
			e.Connections, e.Record, e.Inject, e.Step, e.Duration = nil, nil, nil, step, 100
			s := start(t, e)
			if work := s.epochSteps(100, s.pace()) * n; work > 4_000_000 { // 10 to 20 ns each
				t.Errorf("%d cells at %v: %d cell steps before the first look", n, step, work)
			}
		}
	}
}

func TestTooManyContacts(t *testing.T) {
	e := tutorial(AlphaMNPool{N: 2})
	e.Populations = []Population{DescendingDrivePool{Name: "DD", N: 1 << 20}, AlphaMNPool{Name: "aMN", N: 10_000}}
	_, err := NewSimulation(t.Context(), e)
	refused(t, "some 5.24e+09 contacts, at most 4294967296 fit into memory", err)
}
