package myogen

import (
	"fmt"
	"math"

	"gomyogen/myogen/internal/cmath"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Quantity is what a Shape can be of.
type Quantity interface {
	units.Rate | units.Current
}

// Shape is how a quantity - the rate of a drive, an injected current - goes
// over time.
type Shape[Q Quantity] interface {
	// At returns the value at time t.
	At(t units.Time) Q
}

// ShapeFunc is a Shape given by a function.
type ShapeFunc[Q Quantity] func(t units.Time) Q

// At calls f.
func (f ShapeFunc[Q]) At(t units.Time) Q { return f(t) }

// String describes the shape in words.
func (f ShapeFunc[Q]) String() string { return "shape given by a function" }

// Trapezoid rests at Baseline, rises to Peak, holds it, falls and rests again.
type Trapezoid[Q Quantity] struct {
	Baseline, Peak      Q
	Rest, Ramp, Plateau units.Time // rest before the rise; each of the two ramps; the plateau
}

// Phases returns the ends of rest, rise, plateau and fall.
func (s Trapezoid[Q]) Phases() [4]units.Time {
	rise := s.Rest + s.Ramp
	top := rise + s.Plateau
	return [4]units.Time{s.Rest, rise, top, top + s.Ramp}
}

// At implements Shape.
func (s Trapezoid[Q]) At(t units.Time) Q {
	p := s.Phases()
	height := float64(s.Peak - s.Baseline)
	switch {
	case t < p[0]:
		return s.Baseline
	case t < p[1]:
		return s.Baseline + Q(height*float64((t-p[0])/s.Ramp))
	case t < p[2]:
		return s.Peak
	case t < p[3]:
		return s.Peak - Q(height*float64((t-p[2])/s.Ramp))
	}
	return s.Baseline
}

// Sinusoid swings around Mean: Mean + Amplitude sin(2 pi Frequency t).
type Sinusoid[Q Quantity] struct {
	Mean, Amplitude Q // of a rate: Amplitude at most Mean
	Frequency       units.Frequency
}

// At implements Shape.
func (s Sinusoid[Q]) At(t units.Time) Q {
	return s.Mean + Q(float64(s.Amplitude)*cmath.Sin(2*math.Pi*float64(s.Frequency)*t.Seconds()))
}

// String describes the shape in words.
func (s Sinusoid[Q]) String() string {
	return fmt.Sprintf("sinusoid of %v, %v around %v", s.Frequency, s.Amplitude, s.Mean)
}

// Ramp goes in a straight line from From, held until Start, to To, held after
// Start + Duration.
type Ramp[Q Quantity] struct {
	From, To        Q
	Start, Duration units.Time
}

// At implements Shape.
func (s Ramp[Q]) At(t units.Time) Q {
	switch {
	case t < s.Start:
		return s.From
	case t >= s.Start+s.Duration:
		return s.To
	}
	return s.From + Q(float64(s.To-s.From)*float64((t-s.Start)/s.Duration))
}

// String describes the shape in words.
func (s Ramp[Q]) String() string {
	return fmt.Sprintf("ramp from %v to %v, %v .. %v", s.From, s.To, s.Start, s.Start+s.Duration)
}

// Step is Level from Start for Duration and Baseline otherwise.
type Step[Q Quantity] struct {
	Baseline, Level Q
	Start, Duration units.Time
}

// At implements Shape.
func (s Step[Q]) At(t units.Time) Q {
	if t >= s.Start && t < s.Start+s.Duration {
		return s.Level
	}
	return s.Baseline
}

// String describes the shape in words.
func (s Step[Q]) String() string {
	return fmt.Sprintf("step from %v to %v, %v .. %v", s.Baseline, s.Level, s.Start, s.Start+s.Duration)
}

// Sawtooth rises from Low to High in every period and falls back at once.
type Sawtooth[Q Quantity] struct {
	Low, High Q
	Frequency units.Frequency
}

// At implements Shape.
func (s Sawtooth[Q]) At(t units.Time) Q {
	cycles := float64(float64(s.Frequency) * t.Seconds())
	return s.Low + Q(float64(s.High-s.Low)*(cycles-math.Floor(cycles)))
}

// String describes the shape in words.
func (s Sawtooth[Q]) String() string {
	return fmt.Sprintf("sawtooth of %v from %v to %v", s.Frequency, s.Low, s.High)
}

// Sample returns a shape at i step for i = 0, 1 ... below duration, in pps or
// nA. A step of 0 means 0.1 ms.
func Sample[Q Quantity](name string, s Shape[Q], duration, step units.Time) (neo.AnalogSignal, error) {
	if step == 0 {
		step = DefaultStep
	}
	n, err := samples(duration, step)
	if err != nil {
		return neo.AnalogSignal{}, err
	}
	if s == nil {
		return neo.AnalogSignal{}, fmt.Errorf("myogen: %s has no shape", name)
	}
	unit := "pps"
	if _, ok := any(Q(0)).(units.Current); ok {
		unit = "nA"
	}
	signal := neo.AnalogSignal{Name: name, Units: unit, SamplingPeriod: step, Values: make([]float64, n)}
	for i := range signal.Values {
		t := units.Time(i) * step
		x := float64(s.At(t))
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return neo.AnalogSignal{}, fmt.Errorf("myogen: %s is %v %s at %v, must be a finite number", name, x, unit, t)
		}
		signal.Values[i] = x
	}
	return signal, nil
}
