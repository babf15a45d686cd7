package membrane

import (
	"math"
	"slices"
	"testing"
)

// cells returns one cell of each model in the middle of firing.
func firing(t *testing.T) map[string]func() Cell {
	t.Helper()
	return map[string]func() Cell{
		"NERLab":     func() Cell { return testNERLab().Start(Scheme{Dt: 0.1, SecondOrder: true}) },
		"Powers2017": func() Cell { return testPowers().Start(Scheme{Dt: 0.1, SecondOrder: true}) },
	}
}

func testNERLab() *NERLab {
	p := &NERLab{Synapses: []Synapse{{E: 70, Tau1: 0.2, Tau2: 0.3}, {E: -75, Tau1: 0.2, Tau2: 0.3}}}
	s, d := &p.Soma, &p.Dendrite
	s.L, s.Diam, s.Ra, s.Cm = 80, 80, 70, 1
	s.Gnabar, s.Gnapbar, s.Gkfbar, s.Gksbar = 0.05, 5e-4, 0.002, 0.018
	s.Gl, s.Ena, s.Ek, s.Rinact = 1e-3, 120, -10, 0.04
	d.L, d.Diam, d.Ra, d.Cm = 6000, 50, 70, 1
	d.GcaLbar, d.Gama, d.EcaL, d.Vtraub, d.Ltau, d.Gl = 1e-5, 0.2, 140, 35, 80, 1e-4
	return p
}

func testPowers() *Powers2017 {
	p := &Powers2017{Celsius: 6.3}
	s := &p.Soma
	s.L, s.Diam, s.Ra, s.Cm, s.GPas, s.EPas = 3000, 24, 0.001, 1.4, 1e-4, -71
	s.GbarNa3rp, s.GbarNaps, s.GMaxKdrRL, s.GhbarGh = 0.015, 2e-5, 0.017, 1e-4
	s.GcamaxMAHP, s.GkcamaxMAHP, s.TauMAHP, s.Ena, s.Ek, s.Eca = 7e-6, 5e-4, 60, 50, -80, 132
	for i := range p.Dendrites {
		p.Dendrites[i] = Powers2017Dendrite{L: 1900, Diam: 9, Ra: 50, Cm: 0.87, GPas: 1e-4, EPas: -71,
			Gcabar: 2e-5, ThetaM: -42, ThetaH: 10, GhbarGh: 1e-4}
		for _, e := range []float64{0, -75} {
			p.Synapses = append(p.Synapses, Synapse{Dendrite: i, E: e, Tau1: 0.2, Tau2: 0.3})
		}
	}
	return p
}

// A cell that takes over the state of another goes on as that one does.
func TestStateIsAllThatMatters(t *testing.T) {
	for name, start := range firing(t) {
		a, b := start(), start()
		a.Settle(-67)
		b.Settle(0)
		step := func(c Cell, k int) {
			if k%20 == 0 {
				c.Receive(0, 0.3)
				c.Receive(1, 0.1)
			}
			c.Step(20)
		}
		spikes := false
		for k := range 1333 {
			step(a, k)
			spikes = spikes || a.Voltage(0) > 10
		}
		if !spikes {
			t.Errorf("%s: the cell did not fire", name)
		}
		if err := b.SetState(a.State()); err != nil {
			t.Fatal(err)
		}
		for k := range 1000 {
			step(a, k)
			step(b, k)
			if !slices.Equal(a.State(), b.State()) {
				t.Fatalf("%s: after %d steps the states are\n%v\n%v", name, k+1, a.State(), b.State())
			}
		}
		s := a.State()
		if err := b.SetState(s[1:]); err == nil {
			t.Errorf("%s: a state that lacks a number was accepted", name)
		}
		s[3] = math.NaN()
		if err := b.SetState(s); err == nil {
			t.Errorf("%s: NaN was accepted", name)
		}
	}
}
