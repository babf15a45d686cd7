package myogen

import (
	"fmt"
	"math"

	"gomyogen/myogen/internal/cmath"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// Background describes the synaptic bombardment of a motor neuron's soma as two
// fluctuating conductances (mechanism Gfluctdv; Destexhe, Rudolph, Fellous and
// Sejnowski 2001, Neuroscience 107:13), with the reversal potentials of the
// pool's synapses. Each cell has its own.
type Background struct {
	Excitatory, Inhibitory Fluctuation
}

// Fluctuation is a conductance that follows an Ornstein-Uhlenbeck process
//
//	g' = (Mean - g)/Tau + SD sqrt(2/Tau) noise
//
// from Mean, and is 0 while the process is below 0.
type Fluctuation struct {
	Mean, SD units.Conductance // not negative; SD is that of the process
	Tau      units.Time        // 0 means 20 ms
}

const defaultFluctuationTau = 20 * units.Ms

func (f Fluctuation) tau() units.Time {
	if f.Tau == 0 {
		return defaultFluctuationTau
	}
	return f.Tau
}

func (f Fluctuation) String() string {
	return fmt.Sprintf("mean %v, SD %v, tau %v", f.Mean, f.SD, f.tau())
}

func (f Fluctuation) validate(what string) error {
	for _, x := range []units.Conductance{f.Mean, f.SD} {
		if !(x >= 0) || math.IsInf(float64(x), 0) {
			return fmt.Errorf("myogen: pool: %s background has mean %v and SD %v, must not be negative", what, f.Mean, f.SD)
		}
	}
	return positive("the time constant of the "+what+" background", f.tau())
}

func (b *Background) validate() error {
	if b == nil {
		return nil
	}
	if err := b.Excitatory.validate("excitatory"); err != nil {
		return err
	}
	return b.Inhibitory.validate("inhibitory")
}

// fluctuation is a Fluctuation that runs. A step multiplies the deviation from
// the mean by exp(-dt/tau) and adds noise of SD sqrt(1 - exp(-2 dt/tau)): that
// is exact for any step.
type fluctuation struct {
	mean, deviation float64 // uS
	decay, noise    float64 // share that is left after a step; uS
}

func (f Fluctuation) start(dt float64) fluctuation {
	x := dt / float64(f.tau())
	return fluctuation{mean: float64(f.Mean), decay: cmath.Exp(-x), noise: float64(f.SD) * math.Sqrt(1-cmath.Exp(-2*x))}
}

func (f *fluctuation) next(g *random.Generator) float64 {
	f.deviation = float64(f.decay*f.deviation) + float64(f.noise*g.Normal())
	return max(0, f.mean+f.deviation)
}

// bombardment is the Background of one cell while it runs.
type bombardment struct {
	excitatory, inhibitory fluctuation
	generator              *random.Generator
}

func (b *Background) start(seed uint64, population string, cell int, dt float64) *bombardment {
	return &bombardment{b.Excitatory.start(dt), b.Inhibitory.start(dt), random.Stream(seed, "background", population, cell)}
}

// next returns the conductances of the next step in uS.
func (b *bombardment) next() (excitatory, inhibitory float64) {
	return b.excitatory.next(b.generator), b.inhibitory.next(b.generator)
}

// encode and decode keep the state of a bombardment in a saved simulation.
func (b *bombardment) encode(w *stateWriter) error {
	state, err := b.generator.MarshalBinary()
	if err != nil {
		return err
	}
	for _, x := range state {
		w.int("background_generators", int(x))
	}
	w.float("background_deviations", b.excitatory.deviation)
	w.float("background_deviations", b.inhibitory.deviation)
	return nil
}

func (b *bombardment) decode(r *stateReader) error {
	state, err := b.generator.MarshalBinary()
	if err != nil {
		return err
	}
	for i := range state {
		state[i] = byte(r.int("background_generators"))
	}
	b.excitatory.deviation, b.inhibitory.deviation = r.float("background_deviations"), r.float("background_deviations")
	if r.err != nil {
		return r.err
	}
	return b.generator.UnmarshalBinary(state)
}
