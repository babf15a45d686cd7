package population

import (
	"fmt"
	"math"

	"gomyogen/myogen/internal/cmath"
	"gomyogen/myogen/internal/state"
	"gomyogen/myogen/random"
)

// Fluctuation is a conductance that follows an Ornstein-Uhlenbeck process
// around Mean, and is 0 while the process is below 0.
type Fluctuation struct {
	Mean, SD float64 // uS
	Tau      float64 // ms
}

// fluctuation is a Fluctuation that runs. A step multiplies the deviation from
// the mean by exp(-dt/tau) and adds noise of SD sqrt(1 - exp(-2 dt/tau)): that
// is exact for any step.
type fluctuation struct {
	mean, deviation float64 // uS
	decay, noise    float64 // share that is left after a step; uS
}

func (f Fluctuation) start(dt float64) fluctuation {
	x := dt / f.Tau
	return fluctuation{mean: f.Mean, decay: cmath.Exp(-x), noise: f.SD * math.Sqrt(1-cmath.Exp(-2*x))}
}

func (f *fluctuation) next(g *random.Generator) float64 {
	f.deviation = float64(f.decay*f.deviation) + float64(f.noise*g.Normal())
	return max(0, f.mean+f.deviation)
}

// bombardment is the background of one cell while it runs.
type bombardment struct {
	excitatory, inhibitory fluctuation
	generator              *random.Generator
}

// next returns the conductances of the next step in uS.
func (b *bombardment) next() (excitatory, inhibitory float64) {
	return b.excitatory.next(b.generator), b.inhibitory.next(b.generator)
}

func (b *bombardment) save(w *state.Writer) error {
	s, err := b.generator.MarshalBinary()
	if err != nil {
		return err
	}
	w.Bytes("background_generators", s)
	w.Float("background_deviations", b.excitatory.deviation, b.inhibitory.deviation)
	return nil
}

func (b *bombardment) restore(r *state.Reader) error {
	s, err := b.generator.MarshalBinary()
	if err != nil {
		return err
	}
	s = r.Bytes("background_generators", len(s))
	for _, f := range []*fluctuation{&b.excitatory, &b.inhibitory} {
		f.deviation = r.Float("background_deviations")
		if math.IsNaN(f.deviation) || math.IsInf(f.deviation, 0) {
			r.Fail(fmt.Errorf("its background conductance deviates by %v uS", f.deviation))
		}
	}
	if r.Err != nil {
		return r.Err
	}
	return b.generator.UnmarshalBinary(s)
}
