package membrane

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func testPowers() *Powers2017 {
	p := &Powers2017{Celsius: 6.3}
	s := &p.Soma
	s.L, s.Diam, s.Ra, s.Cm, s.GPas, s.EPas = 3300, 26, .001, 1.6, 2e-4, -71.5
	s.GbarNa3rp, s.GbarNaps, s.GMaxKdrRL, s.GcamaxMAHP, s.GkcamaxMAHP, s.TauMAHP, s.GhbarGh = .015, 2.3e-5, .017, 8e-6, 5e-4, 60, 1e-4
	s.Ena, s.Ek, s.Eca = 50, -80, 132.4579341637009
	for i := range p.Dendrites {
		p.Dendrites[i] = Powers2017Dendrite{L: 2000, Diam: 10, GPas: 1.2e-4, EPas: -71.5, Ra: 46, Cm: .87, GhbarGh: 1e-4,
			ThetaM: -40.5, ThetaH: 1, Gcabar: 2e-5}
		for _, e := range []float64{0, -75} {
			p.Synapses = append(p.Synapses, Synapse{Dendrite: i, E: e, Tau1: .2, Tau2: .3})
		}
	}
	return p
}

// descriptions are n cells that differ a little in every parameter that a
// model's constants come from.
func descriptions(name string, n int, r *rand.Rand) []Description {
	vary := func(x float64) float64 { return x * (0.8 + 0.4*r.Float64()) }
	out := make([]Description, n)
	for i := range out {
		if name == "NERLab" {
			p := testNERLab()
			p.Soma.L, p.Soma.Gnabar, p.Soma.Rinact = vary(p.Soma.L), vary(p.Soma.Gnabar), vary(p.Soma.Rinact)
			p.Dendrite.L, p.Dendrite.GcaLbar, p.Dendrite.Ltau = vary(p.Dendrite.L), vary(p.Dendrite.GcaLbar), vary(p.Dendrite.Ltau)
			out[i] = p
			continue
		}
		p := testPowers()
		p.Soma.L, p.Soma.GbarNa3rp, p.Soma.TauMAHP, p.Celsius = vary(p.Soma.L), vary(p.Soma.GbarNa3rp), vary(p.Soma.TauMAHP), vary(p.Celsius)
		for j := range p.Dendrites {
			d := &p.Dendrites[j]
			d.L, d.ThetaM, d.ThetaH, d.Gcabar = vary(d.L), vary(d.ThetaM), vary(d.ThetaH), vary(d.Gcabar)
		}
		out[i] = p
	}
	return out
}

// randomState returns a state of a cell: usual, extreme or singular.
func randomState(c Cell, r *rand.Rand) []float64 {
	m := c.Block.model
	state := make([]float64, m.slots-m.state)
	for i := range state {
		state[i] = r.Float64() // a gate, or a conductance
	}
	around := []float64{-130, -100, -67, 0, 40, 100, 400}[r.IntN(7)]
	for _, slot := range m.voltage {
		state[slot-m.state] = around + 30*r.NormFloat64()
	}
	// Potentials of the nodes between, and the current.
	for i, x := range state {
		if x > 0.9 && r.IntN(3) == 0 {
			state[i] = math.Ldexp(x, -r.IntN(1070)) // tiny, also subnormal
		}
	}
	state[0] = 1e-3 * r.NormFloat64()
	for i := 1; i < 6; i++ {
		if state[i] >= 0 && state[i] <= 1 {
			state[i] = around + 30*r.NormFloat64()
		}
	}
	for _, slot := range m.synapse {
		state[slot+1-m.state] = state[slot-m.state] * (1 + r.Float64())
	}
	return state
}

// step takes a whole step with one block.
func step(b *Block) (scalar bool) {
	var p Pipeline
	_, first := p.Advance(b)
	_, second := p.Finish()
	return first || second
}

// Every back end takes the same step as the scalar code from any state.
func TestOneStepIsTheSameOnEveryBackend(t *testing.T) {
	for _, backend := range Backends()[1:] {
		for _, name := range []string{"NERLab", "Powers2017"} {
			t.Run(fmt.Sprint(backend, "/", name), func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, 2))
				fallbacks := 0
				const rounds = 4000
				for round := range rounds {
					scheme := Scheme{Dt: []float64{0.1, 0.05, 0.025, 0.0125, 1}[r.IntN(5)], SecondOrder: r.IntN(2) == 0}
					cells := descriptions(name, 1+r.IntN(Lanes), r)
					thresholds := make([]float64, len(cells))
					want, got := Start(cells, thresholds, scheme, Scalar), Start(cells, thresholds, scheme, backend)
					for i := range cells {
						got[i].Settle(-67)
						state := randomState(want[i], r)
						for j, x := range state {
							slot := want[i].Block.model.state + j
							*want[i].Block.at(slot, i) = x
							*got[i].Block.at(slot, i) = x
						}
					}
					step(want[0].Block)
					if step(got[0].Block) {
						fallbacks++
					}
					if a, b := want[0].Block.Above, got[0].Block.Above; a != b {
						t.Fatalf("round %d: lanes above threshold are %08b, want %08b", round, b, a)
					}
					for i := range cells {
						m := want[i].Block.model
						for slot := m.state; slot < m.slots; slot++ {
							w, g := *want[i].Block.at(slot, i), *got[i].Block.at(slot, i)
							if math.Float64bits(w) != math.Float64bits(g) && !(w == 0 && g == 0) && !(w != w && g != g) {
								t.Fatalf("round %d, lane %d: slot %d is %v, want %v", round, i, slot-m.state, g, w)
							}
						}
					}
				}
				t.Logf("scalar code did %d of %d steps", fallbacks, rounds)
				if fallbacks == 0 || fallbacks > rounds*9/10 {
					t.Errorf("scalar code did %d of %d steps", fallbacks, rounds)
				}
			})
		}
	}
}
