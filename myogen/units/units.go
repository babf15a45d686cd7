// Package units names the quantities that the packages of this module take
// and return. A quantity is a number multiplied by a unit, the way
// [time.Second] is used:
//
//	step := 0.1 * units.Ms
//	peak := 65 * units.Pps
//	weight := 0.15 * units.MicroSiemens
//
// Each type is a float64 in the unit that the field uses: ms, pps, Hz, mV, nA,
// uS, N, degC. In that unit a number is kept to the bit, float64(0.1*units.Ms)
// is 0.1; from another one it is converted by a multiplication, which may round:
// 15*units.Us is 0.015 ms. Two different quantities cannot be added or
// compared: that does not compile. A bare number does compile, and counts in the
// unit of the field: a duration of 5 is 5 ms, a weight of 150 is 150 uS.
package units

import (
	"math"
	"strconv"
)

// Time is a time or duration in milliseconds.
type Time float64

// Units of Time.
const (
	Us  Time = 1e-3
	Ms  Time = 1
	S   Time = 1000
	Min Time = 60 * S
)

// Seconds returns t in seconds.
func (t Time) Seconds() float64 { return float64(t) / 1000 }

// String prints t in the unit that reads best: "0.1 ms", "15 s".
func (t Time) String() string {
	if a := math.Abs(float64(t)); a >= 1000 && !math.IsInf(a, 0) {
		return quantity(float64(t)/1000, "s")
	}
	return quantity(float64(t), "ms")
}

// Round returns the multiple of step that is nearest to t, as time.Duration.Round
// does: a run adds up steps, and 70 000 of 0.1 ms are a little more than 7 s.
// With a step that is not positive it returns t.
func (t Time) Round(step Time) Time {
	if !(step > 0) {
		return t
	}
	n := math.Round(float64(t / step))
	if step < 1 { // a quotient by 1000 is the nearest number, a multiple of 0.001 may not be
		return Time(n / (1 / float64(step)))
	}
	return Time(n * float64(step))
}

// Rate is a firing rate in pulses per second.
type Rate float64

// Pps is one pulse per second.
const Pps Rate = 1

// String prints r with its unit: "65 pps".
func (r Rate) String() string { return quantity(float64(r), "pps") }

// Frequency is the frequency of a signal in Hz. It is not a firing rate: a
// drive of 65 pps may be modulated at 1 Hz.
type Frequency float64

// Hz is one cycle per second.
const Hz Frequency = 1

// String prints f with its unit: "0.5 Hz".
func (f Frequency) String() string { return quantity(float64(f), "Hz") }

// Voltage is an electric potential in millivolts.
type Voltage float64

// MV is one millivolt.
const MV Voltage = 1

// String prints v with its unit: "-67 mV".
func (v Voltage) String() string { return quantity(float64(v), "mV") }

// Current is an electric current in nanoamperes.
type Current float64

// NA is one nanoampere.
const NA Current = 1

// String prints i with its unit: "12 nA".
func (i Current) String() string { return quantity(float64(i), "nA") }

// Conductance is an electric conductance in microsiemens.
type Conductance float64

// Units of Conductance.
const (
	NanoSiemens  Conductance = 1e-3
	MicroSiemens Conductance = 1
)

// String prints g with its unit: "0.15 uS".
func (g Conductance) String() string { return quantity(float64(g), "uS") }

// Force is a force in newtons.
type Force float64

// Units of Force.
const (
	MilliNewton Force = 1e-3
	Newton      Force = 1
)

// String prints f with its unit: "0.5 N".
func (f Force) String() string { return quantity(float64(f), "N") }

// Temperature is a temperature in degrees Celsius.
type Temperature float64

// DegC is one degree Celsius.
const DegC Temperature = 1

// String prints t with its unit: "6.3 degC".
func (t Temperature) String() string { return quantity(float64(t), "degC") }

// Floats returns quantities as plain numbers in the unit of their type: intervals
// in ms, rates in pps. Fields that are plain slices, such as X and Y of a chart's
// line, take these.
func Floats[T ~float64](x []T) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

func quantity(x float64, unit string) string {
	return strconv.FormatFloat(x, 'g', -1, 64) + " " + unit
}
