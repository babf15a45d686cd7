package myogen

import (
	"fmt"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/population"
	"gomyogen/myogen/units"
)

// Background describes the synaptic bombardment of a motor neuron's soma as two
// fluctuating conductances (mechanism Gfluctdv; Destexhe, Rudolph, Fellous and
// Sejnowski 2001, Neuroscience 107:13), with the reversal potentials of the
// pool's synapses ([Connection.Inhibitory] says what that is for NERLab). Each cell
// has its own.
type Background struct {
	Excitatory, Inhibitory Fluctuation
}

func (b *Background) fields() []fields.Field {
	return []fields.Field{
		{Name: "excitatory", Doc: "excitatory conductance", Value: fields.Struct(b.Excitatory.fields)},
		{Name: "inhibitory", Doc: "inhibitory conductance", Value: fields.Struct(b.Inhibitory.fields)},
	}
}

// warnings says that a background, or one of its conductances, is none.
func (b *Background) warnings() []string {
	switch {
	case b == nil:
		return nil
	case b.Excitatory.none() && b.Inhibitory.none():
		return []string{"its background is none: mean and SD of both conductances are 0"}
	}
	var all []string
	for _, x := range []struct {
		what string
		Fluctuation
	}{{"excitatory", b.Excitatory}, {"inhibitory", b.Inhibitory}} {
		if x.none() && x.Tau != 0 {
			all = append(all, fmt.Sprintf("its %s background has the time constant %v, and mean and SD are 0", x.what, x.Tau))
		}
	}
	return all
}

// plan returns the background as it runs; nil for none.
func (b *Background) plan() *population.Background {
	if b == nil {
		return nil
	}
	return &population.Background{Excitatory: b.Excitatory.plan(), Inhibitory: b.Inhibitory.plan()}
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

func (f *Fluctuation) fields() []fields.Field {
	return []fields.Field{
		{Name: "mean", Doc: "mean", Default: "0 uS", Value: conductance(&f.Mean, conductances)},
		{Name: "sd", Doc: "standard deviation of the process", Default: "0 uS", Value: conductance(&f.SD, conductances)},
		{Name: "tau", Doc: "time constant", Default: "20 ms", Value: duration(&f.Tau, fields.Positive.AtMost(float64(maxDelay)))},
	}
}

// none reports whether the conductance is 0 at all times.
func (f Fluctuation) none() bool { return f.Mean == 0 && f.SD == 0 }

const defaultFluctuationTau = 20 * units.Ms

func (f Fluctuation) tau() units.Time {
	if f.Tau == 0 {
		return defaultFluctuationTau
	}
	return f.Tau
}

// String describes the fluctuation: "mean 0.2 uS, SD 0.05 uS, tau 20 ms".
func (f Fluctuation) String() string {
	return fmt.Sprintf("mean %v, SD %v, tau %v", f.Mean, f.SD, f.tau())
}

func (f Fluctuation) plan() population.Fluctuation {
	return population.Fluctuation{Mean: float64(f.Mean), SD: float64(f.SD), Tau: float64(f.tau())}
}
