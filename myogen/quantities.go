package myogen

import (
	"fmt"
	"math"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/units"
)

// Limits of quantities, beyond what neurons and experiments have: what exceeds them
// is a wrong unit or a slip.
const (
	maxRate        = 100_000 // pps, of a drive neuron, which may stand for many
	maxConductance = 1000    // uS, of one synapse; the tutorials have 0.15
	maxCurrent     = 1000    // nA; some 10 make a motor neuron fire
	maxFactor      = 1000    // of a conductance
	maxDelay       = 10 * units.S
)

// boundOf returns the bound of the values of a shape.
func boundOf[Q Quantity]() fields.Bound {
	switch any(Q(0)).(type) {
	case units.Current:
		return currents
	case Factor:
		return factorBound
	}
	return rates
}

var (
	currents     = fields.Between(-maxCurrent, maxCurrent)
	delays       = fields.Positive.AtMost(float64(maxDelay))
	conductances = fields.NotNegative.AtMost(maxConductance)
	rates        = fields.NotNegative.AtMost(maxRate)
	factorBound  = fields.NotNegative.AtMost(maxFactor)
)

// The fields of quantities, with the units that a file may use.

func duration(p *units.Time, b fields.Bound) fields.Value {
	return fields.Quantity(p, units.ParseTime, b, "ms", "s", "us", "min")
}

func rate(p *units.Rate, b fields.Bound) fields.Value {
	return fields.Quantity(p, units.ParseRate, b, "pps")
}

func frequency(p *units.Frequency) fields.Value {
	return fields.Quantity(p, units.ParseFrequency, fields.Positive, "Hz")
}

func voltage(p *units.Voltage) fields.Value {
	return fields.Quantity(p, units.ParseVoltage, fields.Between(-150, 150), "mV")
}

func current(p *units.Current) fields.Value {
	return fields.Quantity(p, units.ParseCurrent, currents, "nA")
}

func conductance(p *units.Conductance, b fields.Bound) fields.Value {
	return fields.Quantity(p, units.ParseConductance, b, "uS", "nS")
}

func temperature(p *units.Temperature) fields.Value {
	return fields.Quantity(p, units.ParseTemperature, fields.Between(-5, 50), "degC")
}

// DefaultStep is the time step of experiments.
const DefaultStep = 0.1 * units.Ms

// DefaultDelay is the delay of a connection, and of the path from a drive
// neuron's spike to its terminals.
const DefaultDelay = 1 * units.Ms

func delayOr(d units.Time) units.Time {
	if d == 0 {
		return DefaultDelay
	}
	return d
}

func stepOr(s units.Time) units.Time {
	if s == 0 {
		return DefaultStep
	}
	return s
}

const (
	// maxSteps bounds a run: to 79 days at 0.1 ms.
	maxSteps = 1 << 36
	// maxSamples bounds a signal to what fits into memory.
	maxSamples = 1 << 27
)

// samples returns how many samples a signal of a duration has.
func samples(duration, step units.Time) (int, error) {
	n, err := countSteps(duration, step)
	if err == nil && n > maxSamples {
		err = fmt.Errorf("%v at steps of %v is %d samples, must be 1 to %d", duration, step, n, maxSamples)
	}
	return n, err
}

// countSteps returns how many steps a run has.
func countSteps(duration, step units.Time) (int, error) {
	for _, x := range []struct {
		what string
		units.Time
	}{{"the duration", duration}, {"the time step", step}} {
		if !(x.Time > 0) || math.IsInf(float64(x.Time), 0) {
			return 0, fmt.Errorf("%s is %v, must be above 0", x.what, x.Time)
		}
	}
	n := math.Round(float64(duration / step))
	if n < 1 || n > maxSteps {
		return 0, fmt.Errorf("%v at steps of %v is %.15g samples, must be 1 to %d", duration, step, n, maxSteps)
	}
	return int(n), nil
}
