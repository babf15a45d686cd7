package engine

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gomyogen/myogen/internal/membrane"
)

// inject sends a current in nA into a cell in one step.
func inject(e *Engine, cell, step int, current float64) {
	e.Neurons[cell].Clamp = func(k int, _ float64) float64 {
		if k == step {
			return current
		}
		return 0
	}
}

// small is an engine of NERLab and Powers 2017 cells at rest, without synaptic input.
func small(nerlabs, others int, dt float64, backend membrane.Backend, workers int) *Engine {
	r := rand.New(rand.NewPCG(1, 2))
	var cells []membrane.Description
	for range nerlabs {
		cells = append(cells, nerlab(r))
	}
	for range others {
		cells = append(cells, powers(r))
	}
	e := New(membrane.Start(cells, make([]float64, len(cells)), membrane.Scheme{Dt: dt, SecondOrder: true}, backend, nil), dt, workers)
	for i, n := range e.Neurons {
		n.Cell.Settle(map[bool]float64{true: 0, false: -67}[i < nerlabs])
	}
	return e
}

// A cell that leaves the range of potentials or of gates ends the run with an error
// that says which, when and what it has: the first in time, and of several at the
// same step the first in order, wherever the epochs are cut.
func TestFirstFaultIsNamed(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name  string
		dt    float64
		set   func(e *Engine)
		cell  int
		step  int
		wants string
	}{
		{"one", 0.1, func(e *Engine) { inject(e, 9, 300, nan) }, 9, 300, "cell 9: membrane potential is NaN at 30.1 ms"},
		{"later in order, earlier in time", 0.1, func(e *Engine) {
			inject(e, 7, 110, nan)
			inject(e, 24, 3, inf)
		}, 24, 3, " at 0.4 ms"},
		{"small steps", 0.001, func(e *Engine) {
			inject(e, 1, 403, nan)
			inject(e, 33, 402, nan)
			inject(e, 40, 404, nan)
		}, 33, 402, "cell 33: membrane potential is NaN at 0.403 ms"},
		{"at the same step", 0.025, func(e *Engine) {
			inject(e, 41, 10, nan)
			inject(e, 12, 10, nan)
			inject(e, 13, 10, nan)
		}, 12, 10, "cell 12: membrane potential is NaN at 0.275 ms"},
		{"too high", 0.1, func(e *Engine) { inject(e, 5, 20, 60000) }, 5, 20, "must be from -175 to 200 mV with these reversal potentials"},
		{"too low", 0.1, func(e *Engine) { inject(e, 38, 20, -60000) }, 38, 20, "must be from -180 to 192.46 mV"},
		{"gate", 0.1, func(e *Engine) { spoil(e, 3, "r", 3) }, 3, 127, "cell 3: r of the soma is 2."},
		{"gate of a dendrite", 0.1, func(e *Engine) { spoil(e, 37, "L_Ca_inact_h", -0.5) }, 37, 127, "of dendrite 3 is -0."},
		{"concentration", 0.1, func(e *Engine) { spoil(e, 37, "mAHP_cai", -0.5) }, 37, 127, " mM at 12.8 ms, must be at least 0 mM"},
	} {
		for _, backend := range membrane.Backends() {
			for _, workers := range []int{1, 3} {
				for _, epoch := range []int{1, 60, 500} {
					t.Run(fmt.Sprintf("%s/%v/%d workers/%d steps", c.name, backend, workers, epoch), func(t *testing.T) {
						e := small(36, 9, c.dt, backend, workers)
						c.set(e)
						var err error
						for k := 0; k < 500 && err == nil; k += epoch {
							err = e.Advance(epoch)
						}
						var fault *CellError
						if !errors.As(err, &fault) {
							t.Fatalf("error %v, want one of cell %d", err, c.cell)
						}
						if fault.Cell != c.cell || fault.Step != c.step || !strings.Contains(err.Error(), c.wants) {
							t.Errorf("error %q at step %d, want one at step %d with %q", err, fault.Step, c.step, c.wants)
						}
						if math.Abs(fault.T-float64(c.step+1)*c.dt) > 1e-9 {
							t.Errorf("the time is %v", fault.T)
						}
					})
				}
			}
		}
	}
}

// spoil gives a gate a value that it cannot have.
func spoil(e *Engine, cell int, name string, x float64) {
	c := e.Neurons[cell].Cell
	read := c.Variable(c.Compartments()-1, name)
	if read == nil {
		read = c.Variable(0, name)
	}
	state := c.State()
	for i := range state {
		changed := append([]float64(nil), state...)
		changed[i] = x
		if err := c.SetState(changed); err != nil {
			panic(err)
		}
		if read() == x {
			return
		}
	}
	panic("engine: no gate " + name)
}

// Currents far beyond those of experiments are no fault.
func TestStrongCurrentsAreLegal(t *testing.T) {
	for _, current := range []float64{-40, 40, 100, 300} {
		e := small(16, 16, 0.1, membrane.Scalar, 1)
		for _, n := range e.Neurons {
			n.Clamp = func(int, float64) float64 { return current }
		}
		if err := e.Advance(3000); err != nil {
			t.Errorf("%v nA: %v", current, err)
		}
	}
}

func TestFormatTime(t *testing.T) {
	for _, c := range []struct {
		t, dt float64
		want  string
	}{
		{30.100000000000048, 0.1, "30.1"}, {5, 1, "5.0"}, {0.403, 0.001, "0.403"}, {0.075, 0.025, "0.075"},
		{0.0375, 0.0125, "0.0375"}, {1, 1. / 3, "1.000000"},
	} {
		if got := formatTime(c.t, c.dt); got != c.want {
			t.Errorf("%v ms at steps of %v is %q, want %q", c.t, c.dt, got, c.want)
		}
	}
}
