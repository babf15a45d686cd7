package membrane

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func testNERLab() *NERLab {
	p := &NERLab{}
	p.Soma.L, p.Soma.Diam, p.Soma.Ra, p.Soma.Cm = 82, 82, 70, 1
	p.Soma.Gnabar, p.Soma.Gnapbar, p.Soma.Gkfbar, p.Soma.Gksbar, p.Soma.Gl = .045, .0006, .0022, .018, .0012
	p.Soma.Ena, p.Soma.Ek, p.Soma.Rinact = 120, -10, .04
	d := &p.Dendrite
	d.L, d.Diam, d.Ra, d.Cm, d.GcaLbar, d.Gama, d.EcaL, d.Vtraub, d.Ltau, d.Gl = 7000, 60, 70, 1, 9e-6, .2, 140, 34.5, 70, 1.2e-4
	for _, e := range []float64{70, -75} {
		p.Synapses = append(p.Synapses, Synapse{E: e, Tau1: .2, Tau2: .3})
	}
	return p
}

// What a step costs a cell, by model and back end: two blocks that fire. The
// rest of a run - events, detectors, records - is in BenchmarkRun of package
// myogen. Zen 4, 3.7 GHz, ns a cell: NERLab scalar 101, avx2 24, avx512 17;
// Powers2017 209, 48, 33. NEURON's fadvance takes 290 and 850 there.
func BenchmarkStep(b *testing.B) {
	for _, name := range []string{"NERLab", "Powers2017"} {
		for _, backend := range Backends() {
			b.Run(name+"/"+backend.String(), func(b *testing.B) {
				const n = 2 * Lanes
				cells := Start(descriptions(name, n, rand.New(rand.NewPCG(1, 2))), make([]float64, n), Scheme{Dt: 0.1, SecondOrder: true}, backend, nil)
				for _, c := range cells {
					c.Settle(-67)
					c.Block.Inject(c.Lane, 15)
					c.Block.Quieten()
				}
				// The least of many short times is what a busy machine disturbs least.
				const steps = 200
				best := time.Duration(math.MaxInt64)
				var p Pipeline
				for b.Loop() {
					start := time.Now()
					for range steps {
						p.Advance(cells[0].Block)
						p.Advance(cells[Lanes].Block)
					}
					best = min(best, time.Since(start))
				}
				b.ReportMetric(float64(best.Nanoseconds())/steps/n, "ns/cell")
			})
		}
	}
}
