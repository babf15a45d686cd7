package myogen

import (
	"errors"
	"fmt"
	"math"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/units"
)

// Follow is a rate that depends at each time on the rate that drives another
// population, its noise included:
//
//	max(0, Baseline + Gain rate)
//
// Of neurons that inhibit a pool, it makes the inhibition proportional to the
// drive (Gain above 0; Powers and Heckman 2017, J Neurophysiol 117:1171, call it
// balanced), reciprocal (Gain below 0, with a Baseline; their push-pull), or
// constant (Gain 0).
type Follow struct {
	Population string // driven by an [Input] with a Shape
	Gain       float64
	Baseline   units.Rate
}

func (f *Follow) fields() []fields.Field {
	return []fields.Field{
		{Name: "population", Doc: "population whose rate, with its noise, is followed", Required: true, Value: fields.Name(&f.Population)},
		{Name: "gain", Doc: "times the rate; below 0 it falls as that rises", Required: true, Value: fields.Float(&f.Gain, fields.Between(-maxFactor, maxFactor))},
		{Name: "baseline", Doc: "rate where that is 0", Default: "0 pps", Value: rate(&f.Baseline, fields.Between(-maxRate, maxRate))},
	}
}

// String describes the rate: "20 pps - 0.4 times the rate of DD".
func (f Follow) String() string {
	sign := "+"
	if math.Signbit(f.Gain) {
		sign = "-"
	}
	return fmt.Sprintf("%v %s %v times the rate of %s", f.Baseline, sign, math.Abs(f.Gain), f.Population)
}

// of returns the rate that follows another.
func (f Follow) of(rate float64) float64 { return max(0, float64(f.Baseline)+float64(f.Gain*rate)) }

// followed returns the input that drives the population that x follows.
func (e Experiment) followed(x Input) (Input, error) {
	other, err := e.inputOf(x.Follow.Population)
	switch {
	case err != nil:
		err = errors.New(withoutPrefix(err))
	case other.Target == x.Target:
		err = fmt.Errorf("%q follows itself", x.Target)
	case other.Follow != nil:
		err = fmt.Errorf("the rate of %q follows that of %q: follow that one", other.Target, other.Follow.Population)
	}
	if err != nil {
		return other, fields.At("follow", fields.At("population", err))
	}
	return other, nil
}

// cleanRate returns the rate of an input without its noise, and without that of
// the input that it follows.
func (e Experiment) cleanRate(x Input) (*driveRate, error) {
	if x.Follow == nil {
		return x.driveRate(e.Duration, stepOr(e.Step))
	}
	if x.Shape != nil {
		return nil, fields.At("follow", errors.New("the input has both a shape and a population to follow"))
	}
	other, err := e.followed(x)
	if err != nil {
		return nil, err
	}
	rate, err := other.driveRate(e.Duration, stepOr(e.Step))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", other.words(), err)
	}
	d := *rate
	d.Input, d.Noise, d.follows = x, 0, rate
	return &d, nil
}
