package engine

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"gomyogen/myogen/internal/membrane"
)

func nerlab(r *rand.Rand) *membrane.NERLab {
	p := &membrane.NERLab{}
	p.Soma.L, p.Soma.Diam, p.Soma.Ra, p.Soma.Cm = 78+30*r.Float64(), 80, 70, 1
	p.Soma.Gnabar, p.Soma.Gnapbar, p.Soma.Gkfbar, p.Soma.Gksbar, p.Soma.Gl = .04, .0006, .0025, .018, .001
	p.Soma.Ena, p.Soma.Ek, p.Soma.Rinact = 120, -10, .03
	d := &p.Dendrite
	d.L, d.Diam, d.Ra, d.Cm, d.GcaLbar, d.Gama, d.EcaL, d.Vtraub, d.Ltau, d.Gl = 6000, 50, 70, 1, 1e-5, .2, 140, 35, 80, 8e-5
	p.Synapses = []membrane.Synapse{{E: 70, Tau1: .2, Tau2: .3}, {E: -75, Tau1: 1, Tau2: 8}}
	return p
}

func powers(r *rand.Rand) *membrane.Powers2017 {
	p := &membrane.Powers2017{Celsius: 6.3}
	s := &p.Soma
	s.L, s.Diam, s.Ra, s.Cm, s.GPas, s.EPas = 3000+500*r.Float64(), 23, .001, 1.4, 1e-4, -71
	s.GbarNa3rp, s.GbarNaps, s.GMaxKdrRL, s.GcamaxMAHP, s.GkcamaxMAHP, s.TauMAHP, s.GhbarGh = .012, 2.6e-5, .015, 6.5e-6, 4.6e-4, 85, 4e-5
	s.Ena, s.Ek, s.Eca = 50, -80, 132.4579341637009
	for i := range p.Dendrites {
		p.Dendrites[i] = membrane.Powers2017Dendrite{L: 1800, Diam: 9, GPas: 8e-5, EPas: -71, Ra: 50, Cm: .87, GhbarGh: 4e-5,
			ThetaM: -42, ThetaH: 8, Gcabar: 2e-5}
		p.Synapses = append(p.Synapses, membrane.Synapse{Dendrite: i, Tau1: .2, Tau2: .3}, membrane.Synapse{Dendrite: i, E: -75, Tau1: .2, Tau2: .3})
	}
	return p
}

// build returns an engine of n cells of each model - of NERLab, Powers 2017,
// NERLab - that are clamped, recorded, excited and inhibited.
func build(t *testing.T, n [3]int, backend membrane.Backend, workers int) *Engine {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	var cells []membrane.Description
	var thresholds []float64
	for i, count := range n {
		for range count {
			if i == 1 {
				cells, thresholds = append(cells, powers(r)), append(thresholds, 0)
			} else {
				cells, thresholds = append(cells, nerlab(r)), append(thresholds, 50)
			}
		}
	}
	const dt = 0.1
	e := New(membrane.Start(cells, thresholds, membrane.Scheme{Dt: dt, SecondOrder: true}, backend, nil), dt, workers)
	for i, x := range e.Neurons {
		x.Cell.Settle(-67)
		if i%3 == 0 {
			x.Clamp = func(step int, middle float64) float64 {
				if middle > 20 && middle < 100 {
					return 15 + float64(i)
				}
				return 0
			}
		}
		for c := range x.Cell.Compartments() {
			if i%5 == 0 {
				for _, name := range append(x.Cell.Variables(c), "") {
					x.Traces = append(x.Traces, &Trace{Value: x.Cell.Variable(c, name)})
				}
			}
		}
	}
	for range 6 {
		var contacts []Contact
		for i := range e.Neurons {
			if r.IntN(2) == 0 {
				contacts = append(contacts, Contact{Neuron: i, Synapse: r.IntN(2), Amount: 0.5 + r.Float64()})
			}
		}
		if _, err := e.AddTerminal(contacts); err != nil {
			t.Fatal(err)
		}
	}
	for range 400 {
		e.Send(Event{At: 150 * r.Float64(), Terminal: r.IntN(6), Step: r.IntN(3), Source: r.IntN(4)})
	}
	if err := e.Start(func(int) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return e
}

// Pools of any size and both models, cut into epochs in any way, on any number
// of workers and any back end, end in the same state with the same spikes and
// traces.
func TestNothingButTheCellsMatters(t *testing.T) {
	for _, n := range [][3]int{{1, 0, 0}, {0, 1, 0}, {3, 5, 9}, {17, 8, 0}, {24, 25, 1}} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			want := build(t, n, membrane.Scalar, 1)
			if err := want.Advance(1700); err != nil {
				t.Fatal(err)
			}
			spikes := 0
			for _, x := range want.Neurons {
				spikes += len(x.Spikes)
			}
			if len(want.Neurons) > 1 && spikes == 0 {
				t.Errorf("%d spikes", spikes)
			}
			for _, backend := range membrane.Backends() {
				for _, workers := range []int{1, 3} {
					got := build(t, n, backend, workers)
					for _, steps := range []int{1, 1, 3, 95, 500, 1100} {
						if err := got.Advance(steps); err != nil {
							t.Fatal(err)
						}
					}
					equal(t, fmt.Sprintf("%v, %d workers", backend, workers), got, want)
				}
			}
		})
	}
}

func equal(t *testing.T, what string, got, want *Engine) {
	t.Helper()
	for i, w := range want.Neurons {
		g := got.Neurons[i]
		if a, b := fmt.Sprint(g.Spikes), fmt.Sprint(w.Spikes); a != b {
			t.Fatalf("%s: cell %d fires at %v, want %v", what, i, a, b)
		}
		if a, b := g.Cell.State(), w.Cell.State(); !equalBits(a, b) {
			t.Fatalf("%s: cell %d ends in %v, want %v", what, i, a, b)
		}
		for j, trace := range w.Traces {
			if !equalBits(g.Traces[j].Values, trace.Values) {
				t.Fatalf("%s: cell %d: trace %d differs", what, i, j)
			}
		}
	}
}

func equalBits(a, b []float64) bool {
	for i := range b {
		if len(a) != len(b) || math.Float64bits(a[i]) != math.Float64bits(b[i]) {
			return false
		}
	}
	return len(a) == len(b)
}

// The time that a step takes is guessed before it is known.
func TestStepTime(t *testing.T) {
	guess := func(n int) time.Duration { return small(n, 0, 0.1, membrane.Scalar, 1).StepTime() }
	if none, few, many := guess(0), guess(1), guess(100); none < 1 || few <= none || many <= 10*few {
		t.Errorf("a step of 0, 1, 100 cells is guessed to take %v, %v, %v", none, few, many)
	}
	e := small(40, 0, 0.1, membrane.Scalar, 1)
	before := e.StepTime()
	if err := e.Advance(20); err != nil {
		t.Fatal(err)
	}
	if after := e.StepTime(); after < 1 || after == before {
		t.Errorf("a step takes %v, guessed %v", after, before)
	}
}
