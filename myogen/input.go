package myogen

import (
	"fmt"
	"math"
	"strings"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// Input drives a [DescendingDrivePool] from outside the network: a shape over
// the time of the run, and rectified Gaussian noise, max(0, N(0, Noise)), that
// is added to each of its samples.
type Input struct {
	Source string // its name; inputs of different names have different noise
	Target string
	Shape  Shape[units.Rate]
	Noise  units.Rate // standard deviation before rectification
	// Latency is from a spike of the target to the terminals of its axon; 0
	// means 1 ms.
	Latency units.Time
}

func (x *Input) fields() []fields.Field {
	return append([]fields.Field{
		{Name: "source", Doc: "name of the input", Required: true, Value: fields.Name(&x.Source)},
		{Name: "target", Doc: "population that it drives", Required: true, Value: fields.Name(&x.Target)},
	}, append(shapeFields(&x.Shape),
		fields.Field{Name: "noise", Doc: "standard deviation of the noise before rectification", Default: "0 pps", Value: rate(&x.Noise, fields.NotNegative)},
		fields.Field{Name: "latency", Doc: "time from a spike of the target to the terminals of its axon", Default: "1 ms", Value: duration(&x.Latency, fields.Positive)},
	)...)
}

// needs is an error unless a file gives a shape.
func (x *Input) needs(func(key string) bool) error { return needsShape(x.Shape) }

// needsShape is an error that lists the shapes where there is none.
func needsShape[Q Quantity](s Shape[Q]) error {
	if s != nil {
		return nil
	}
	var names []string
	for _, c := range shapeKinds[Q]() {
		names = append(names, c.Name)
	}
	return fmt.Errorf("a shape is missing, one of %s", strings.Join(names, ", "))
}

// words names an input in errors.
func (x Input) words() string { return fmt.Sprintf("input %q", x.Source) }

// linspace returns when sample i of n of a drive is taken: at i duration/(n-1),
// as numpy.linspace does, so that the last is the end of the shape. MyoGen does
// so too, although its signal says i step; both are kept.
func linspace(i, n int, duration units.Time) units.Time {
	if i > 0 && i == n-1 {
		return duration
	}
	spacing := duration / units.Time(max(n-1, 1))
	return units.Time(float64(i) * float64(spacing))
}

// clean returns the input without its noise, in pps.
func (x Input) clean(duration, step units.Time) (neo.AnalogSignal, error) {
	n, err := samples(duration, step)
	if err != nil {
		return neo.AnalogSignal{}, err
	}
	if err := checkShape(x.Shape); err != nil {
		return neo.AnalogSignal{}, err
	}
	s := neo.AnalogSignal{Name: x.Source, Units: "pps", SamplingPeriod: step, Values: make([]float64, n)}
	given, sampled := x.Shape.(Samples[units.Rate])
	if sampled && given.TStop() < duration-units.Time(step/2) {
		return s, fmt.Errorf("the samples end at %v, the run at %v", given.TStop().Round(units.Us), duration)
	}
	for i := range s.Values {
		t := linspace(i, n, duration)
		if sampled { // sample i of the shape is sample i of the signal
			t = units.Time(i) * step
		}
		r := float64(x.Shape.At(t))
		if math.IsNaN(r) || math.IsInf(r, 0) || r < 0 {
			return neo.AnalogSignal{}, fmt.Errorf("the shape is %v pps at %v; a rate must be a number and not negative", r, t)
		}
		s.Values[i] = r
	}
	return s, nil
}

// noisy returns a clean signal with the input's noise.
func (x Input) noisy(clean neo.AnalogSignal, g *random.Generator) neo.AnalogSignal {
	sd, values := float64(x.Noise), make([]float64, len(clean.Values))
	for i, v := range clean.Values {
		values[i] = v + max(0, float64(sd*g.Normal()))
	}
	clean.Values = values
	return clean
}

// String describes the input: "cortical_input -> DD: trapezoid ..., noise 1 pps".
func (x Input) String() string {
	return fmt.Sprintf("%s -> %s: %v, noise %v", x.Source, x.Target, x.Shape, x.Noise)
}
