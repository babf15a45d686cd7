package myogen

import (
	"fmt"
	"math"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Quantity is what a Shape can be of.
type Quantity interface {
	units.Rate | units.Current | Factor
}

// Factor is a plain number that multiplies a parameter; see [Modulation].
type Factor float64

// Shape is how a quantity - the rate of a drive, an injected current, the factor
// of a modulation - goes over time.
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

// beyond says what of a shape from start for a duration lies after the end of a run.
func beyond(what string, start, duration, end units.Time) string {
	switch stop := start + duration; {
	case start >= end:
		return fmt.Sprintf("%s begins at %v, after the end of the run at %v", what, start, end)
	case stop > end:
		return fmt.Sprintf("%s ends at %v, the run at %v", what, stop, end)
	}
	return ""
}

// lasts returns an error about samples that end before a run.
func lasts[Q Quantity](s Shape[Q], duration, step units.Time) error {
	if samples, ok := s.(Samples[Q]); ok && samples.TStop() < duration-units.Time(step/2) {
		return fmt.Errorf("the samples end at %v, the run at %v", samples.TStop().Round(units.Us), duration)
	}
	return nil
}

// Sample returns a shape at i step for i = 0, 1 ... below duration, in pps or
// nA, or as plain numbers. A step of 0 means 0.1 ms.
func Sample[Q Quantity](name string, s Shape[Q], duration, step units.Time) (neo.AnalogSignal, error) {
	step = stepOr(step)
	n, err := samples(duration, step)
	if err != nil {
		return neo.AnalogSignal{}, prefixed(err)
	}
	if err := checkShape(s); err != nil {
		return neo.AnalogSignal{}, fmt.Errorf("myogen: %s: %w", name, err)
	}
	unit := unitOf[Q]()
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

// unitOf returns the name of the unit of a quantity, "1" for a plain number.
func unitOf[Q Quantity]() string {
	switch any(Q(0)).(type) {
	case units.Current:
		return "nA"
	case Factor:
		return "1"
	}
	return "pps"
}

// noneOf is the zero of a quantity as it is written in a file.
func noneOf[Q Quantity]() string {
	if unit := unitOf[Q](); unit != "1" {
		return "0 " + unit
	}
	return "0"
}

// written returns a shape that a file can hold: that of another type by its
// values at n steps.
func written[Q Quantity](s Shape[Q], n int, at func(i int) units.Time, step units.Time) Shape[Q] {
	v := concreteShape(s)
	if v == nil || listed(v) {
		return v
	}
	samples := Samples[Q]{Values: make([]Q, n), Period: step}
	for i := range samples.Values {
		samples.Values[i] = s.At(at(i))
	}
	return samples
}

// listed reports whether a file can say what a shape is.
func listed[Q Quantity](s Shape[Q]) bool {
	return fields.Union(&s, "shape", shapeKinds[Q]()).Check("shape") == nil
}

// checkLong refuses a Go function in a run of so many steps that its values,
// which identify the run, do not fit into memory.
func checkLong[Q Quantity](s Shape[Q], steps int) error {
	if steps >= maxSamples && !listed(s) {
		return fmt.Errorf("a shape that is a Go function can have up to %d steps, the run has %d: write it as one of the others", maxSamples, steps)
	}
	return nil
}
