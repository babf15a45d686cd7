package pic

import (
	"fmt"
	"math"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Thresholds is the input (drive, current, torque) at which a motor unit starts
// and stops firing. A persistent inward current keeps a unit firing at inputs
// below its recruitment threshold: hysteresis above 0 and self-sustained firing
// (Bennett, Hultborn, Fedirchuk and Gorassini 1998, J Neurophysiol 80:2023-2037,
// on triangles of injected current). So can other things, such as a current that
// outlasts the input.
type Thresholds struct {
	Unit  string
	Units string // of the input

	Recruitment, Derecruitment           units.Time // first and last spike of the period of firing
	RecruitmentInput, DerecruitmentInput float64    // input at these times

	// Hysteresis is RecruitmentInput - DerecruitmentInput.
	Hysteresis float64

	// SelfSustained is how long the unit fires after the input has fallen below
	// RecruitmentInput for the last time: Derecruitment minus the time of that
	// crossing, 0 if the input is not below it at derecruitment.
	SelfSustained units.Time
}

// Thresholds returns the thresholds of a motor unit on a ramp of input, which is
// interpolated linearly between samples, or between the centres of the bins of a
// binned one, and must span the period of firing. It
// is not measurable if the unit fires at the start or at the end of the
// recording.
func (a Analysis) Thresholds(train neo.SpikeTrain, input neo.AnalogSignal) (Thresholds, error) {
	h := Thresholds{Unit: train.Name, Units: input.Units}
	a, err := a.withDefaults()
	if err != nil {
		return h, err
	}
	if err := checkSignal(input); err != nil {
		return h, err
	}
	if input.Binned {
		input.TStart += input.SamplingPeriod / 2
	}
	f, err := a.firing(train)
	if err != nil {
		return h, err
	}
	if f.observed != nil {
		return h, *f.observed
	}
	h.Recruitment, h.Derecruitment = f.recruitment(), f.derecruitment()
	first, last := sampleOf(input, h.Recruitment), sampleOf(input, h.Derecruitment)
	if first < -1e-6 || last > float64(len(input.Values)-1)+1e-6 {
		return h, fmt.Errorf("pic: input %q has samples from %v to %v, %q fires from %v to %v",
			input.Name, input.TStart, input.Time(len(input.Values)-1), train.Name, h.Recruitment, h.Derecruitment)
	}
	h.RecruitmentInput, h.DerecruitmentInput = valueAt(input, first), valueAt(input, last)
	h.Hysteresis = h.RecruitmentInput - h.DerecruitmentInput
	if h.DerecruitmentInput < h.RecruitmentInput {
		h.SelfSustained = h.Derecruitment - max(h.Recruitment, lastAbove(input, first, last, h.RecruitmentInput))
	}
	return h, nil
}

// sampleOf returns the time t in samples of the signal.
func sampleOf(s neo.AnalogSignal, t units.Time) float64 {
	return float64((t - s.TStart) / s.SamplingPeriod)
}

// valueAt returns the value at a sample, between two samples the interpolated one.
func valueAt(s neo.AnalogSignal, sample float64) float64 {
	sample = min(max(sample, 0), float64(len(s.Values)-1))
	i := int(sample)
	if i+1 == len(s.Values) {
		return s.Values[i]
	}
	return s.Values[i] + (sample-float64(i))*(s.Values[i+1]-s.Values[i])
}

// lastAbove returns the last time in [first, last], in samples, at which the
// signal is level or more. It is level at first.
func lastAbove(s neo.AnalogSignal, first, last, level float64) units.Time {
	right, below := last, valueAt(s, last)
	for i := math.Ceil(last) - 1; ; i-- {
		left := max(i, first)
		v := valueAt(s, left)
		if v >= level || left == first {
			v = max(v, level)
			at := left + (right-left)*(v-level)/(v-below)
			return s.TStart + units.Time(at)*s.SamplingPeriod
		}
		right, below = left, v
	}
}

// String prints the thresholds in one line.
func (h Thresholds) String() string {
	return fmt.Sprintf("%s: recruited at %.4g %s, derecruited at %.4g, hysteresis %.4g, self-sustained for %.3g s",
		h.Unit, h.RecruitmentInput, h.Units, h.DerecruitmentInput, h.Hysteresis, h.SelfSustained.Seconds())
}
