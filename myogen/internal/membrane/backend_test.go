package membrane

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
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
func step(b *Block) (fellBack bool) {
	var p Pipeline
	p.Advance(b)
	p.End(b)
	return b.FellBack() || p.idle.FellBack()
}

// special are potentials at which rates are singular, tables begin and end, and
// kernels leave the work to the reference code.
var special = []float64{15, 40, 5, 30, -29, -44, -100, 100, -77, 0, -130, 400}

// specialPotential returns one of them, or one near it.
func specialPotential(r *rand.Rand) float64 {
	v := special[r.IntN(len(special))]
	switch r.IntN(4) {
	case 0:
		return math.Nextafter(v, 1000)
	case 1:
		return v + 1e-7*r.NormFloat64()
	case 2:
		return v + 10*r.NormFloat64()
	}
	return v
}

// Every back end takes the same half steps as the reference code from any state.
func TestHalfStepsAreTheSameOnEveryBackend(t *testing.T) {
	for _, backend := range Backends() {
		for _, name := range []string{"NERLab", "Powers2017"} {
			t.Run(fmt.Sprint(backend, "/", name), func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, 2))
				quiet := 0
				fellBack := [2]int{} // times that the reference code did a half
				rounds := 4000
				if runtime.GOARCH == "wasm" { // where the reference code computes fused operations in software
					rounds = 1000
				}
				for round := range rounds {
					scheme := Scheme{Dt: []float64{0.1, 0.05, 0.025, 0.0125, 1, 50}[r.IntN(6)], SecondOrder: r.IntN(2) == 0}
					cells := descriptions(name, 1+r.IntN(Lanes), r)
					thresholds := make([]float64, len(cells))
					want, got := Start(cells, thresholds, scheme, Scalar, nil), Start(cells, thresholds, scheme, backend, nil)
					set := func(lane, slot int, x float64) {
						*want[lane].Block.at(slot, lane) = x
						*got[lane].Block.at(slot, lane) = x
					}
					var p Pipeline
					for i := range cells {
						got[i].Settle(-67)
					}
					got[0].Block.Quieten()
					p.idler(got[0].Block) // settled, so that the kernel does all of it
					for i := range cells {
						for j, x := range randomState(want[i], r) {
							set(i, want[i].Block.model.state+j, x)
						}
					}
					w, g := want[0].Block, got[0].Block
					if r.IntN(2) == 0 { // without inhibition and background
						for i := range cells {
							for s := 1; s < len(w.model.synapse); s += 2 {
								set(i, w.model.synapse[s], 0)
								set(i, w.model.synapse[s]+1, 0)
							}
							set(i, w.model.background, 0)
							set(i, w.model.background+1, 0)
						}
						quiet++
					}
					w.Quieten()
					g.Quieten()
					w.Above = w.referencePotentials(0, w.Used)
					p.Advance(g)
					if p.idle.FellBack() {
						fellBack[0]++
					}
					same(t, fmt.Sprintf("round %d: potentials", round), g, w)
					usual := r.IntN(2) == 0
					for i := range cells {
						for _, slot := range w.model.voltage {
							v := 40 * r.NormFloat64()
							if !usual {
								v = specialPotential(r)
							}
							set(i, slot, v)
						}
					}
					w.referenceGates(0, w.Used)
					p.End(g)
					if g.FellBack() {
						fellBack[1]++
					}
					same(t, fmt.Sprintf("round %d: gates", round), g, w)
				}
				t.Logf("the reference code did %d and %d of %d halves", fellBack[0], fellBack[1], rounds)
				if quiet == 0 {
					t.Error("no block was quiet")
				}
				if fellBack[0] > rounds/5 || fellBack[1] < rounds/10 || fellBack[1] > rounds*9/10 {
					t.Errorf("the reference code did %d and %d of %d halves", fellBack[0], fellBack[1], rounds)
				}
			})
		}
	}
}

func same(t *testing.T, what string, got, want *Block) {
	t.Helper()
	if got.Above != want.Above {
		t.Fatalf("%s: lanes above threshold are %08b, want %08b", what, got.Above, want.Above)
	}
	for lane := range want.Used {
		for slot := want.model.state; slot < want.model.slots; slot++ {
			w, g := *want.at(slot, lane), *got.at(slot, lane)
			if math.Float64bits(w) != math.Float64bits(g) && !(w == 0 && g == 0) && !(w != w && g != g) {
				t.Fatalf("%s: lane %d, slot %d is %v, want %v", what, lane, slot-want.model.state, g, w)
			}
		}
	}
}

// Blocks that take turns end in the states of blocks that step alone, also where the
// last one has few cells. The lanes that it leaves empty are not computed if a kernel
// has no cell in them.
func TestBlocksTakeTurns(t *testing.T) {
	const steps = 50
	for _, backend := range Backends() {
		for rest := 1; rest <= Lanes; rest++ {
			t.Run(fmt.Sprint(backend, "/", rest), func(t *testing.T) {
				start := func() (blocks []*Block) {
					all := descriptions("NERLab", 2*Lanes+rest, rand.New(rand.NewPCG(1, 2)))
					for _, c := range Start(all, make([]float64, len(all)), Scheme{Dt: 0.1, SecondOrder: true}, backend, nil) {
						c.Settle(-67)
						c.Block.Inject(c.Lane, 15)
						if c.Lane == 0 {
							blocks = append(blocks, c.Block)
						}
					}
					return blocks
				}
				turns, alone, before := start(), start(), start()
				var p Pipeline
				for range steps {
					for _, b := range turns {
						p.Advance(b)
					}
				}
				for _, b := range turns {
					p.End(b)
					if b.HalfDone() {
						t.Error("a block is half done at the end")
					}
				}
				for i, b := range alone {
					for range steps {
						step(b)
					}
					same(t, fmt.Sprintf("block %d", i), turns[i], b)
				}
				last := turns[2]
				width := last.kernel.Lanes
				for lane := (rest + width - 1) / width * width; lane < Lanes; lane++ {
					for slot := last.model.state; slot < last.model.slots; slot++ {
						if *last.at(slot, lane) != *before[2].at(slot, lane) {
							t.Fatalf("lane %d, which has no cell, was computed", lane)
						}
					}
				}
			})
		}
	}
}
