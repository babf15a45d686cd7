// Package stats computes statistics of spike trains and signals, in the words
// of the Python package Elephant where it has them.
//
// Functions that combine several trains or signals take the time span from
// them, and refuse those that differ in span, sampling period or unit; cut
// them with Slice to compare what they share. What the descending-drive
// tutorial of MyoGen prints has definitions of its own, which [FiringRate],
// [FiringRates] and [RatesWithin] keep; the field's definitions are
// [MeanFiringRate], [CV], [CV2] and [LV].
//
// A statistic of too few values, the CV of one interval say, is NaN, and so is one of
// a train whose spikes do not rise. Functions that return errors refuse such a train.
package stats

import (
	"errors"
	"fmt"
	"math"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

func check(what string, t units.Time) error {
	if !(t > 0) || math.IsInf(float64(t), 0) {
		return fmt.Errorf("stats: %s is %v, must be above 0", what, t)
	}
	return nil
}

// checkRising returns an error if a spike has no time or is before the last.
func checkRising(t neo.SpikeTrain) error {
	for i, x := range t.Times {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return fmt.Errorf("stats: train %q: spike %d is at %v", t.Name, i, x)
		}
		if i > 0 && x < t.Times[i-1] {
			return fmt.Errorf("stats: train %q: spike %d is at %v, before spike %d at %v; spikes must rise", t.Name, i, t.Times[i], i-1, t.Times[i-1])
		}
	}
	return nil
}

// sameTime is how far two times may lie apart to be the same, in ms: times of a
// run are sums of steps.
const sameTime = 1e-6

func sameTimes(x, y units.Time) bool { return math.Abs(float64(x-y)) <= sameTime }

// checkSpan returns an error if a train has no time span.
func checkSpan(t neo.SpikeTrain) error {
	if d := float64(t.Duration()); !(d > 0) || math.IsInf(d, 0) {
		return fmt.Errorf("stats: train %q: t_start is %v, t_stop %v; a rate needs a time span", t.Name, t.TStart, t.TStop)
	}
	return nil
}

// commonSpan returns the time span that all trains have. The error names the
// first that has another one.
func commonSpan(trains []neo.SpikeTrain) (start, stop units.Time, err error) {
	if len(trains) == 0 {
		return 0, 0, errors.New("stats: there are no spike trains")
	}
	first := trains[0]
	stop = first.TStop
	for i, t := range trains {
		if err := checkSpan(t); err != nil {
			return 0, 0, err
		}
		if err := checkRising(t); err != nil {
			return 0, 0, err
		}
		if !sameTimes(t.TStart, first.TStart) || !sameTimes(t.TStop, first.TStop) {
			return 0, 0, fmt.Errorf("stats: train 0, %q, spans %v to %v, train %d, %q, %v to %v",
				first.Name, first.TStart, first.TStop, i, t.Name, t.TStart, t.TStop)
		}
		stop = min(stop, t.TStop)
	}
	return first.TStart, stop, nil
}

// checkSampling returns an error unless two signals have the same sampling
// period, t_start and t_stop.
func checkSampling(x, y neo.AnalogSignal) error {
	if err := x.Validate(); err != nil {
		return fmt.Errorf("stats: %w", err)
	}
	if err := y.Validate(); err != nil {
		return fmt.Errorf("stats: %w", err)
	}
	// A sum of steps ends within a small part of a sample.
	near := func(a, b units.Time) bool { return math.Abs(float64(a-b)) <= 1e-6*float64(x.SamplingPeriod) }
	switch {
	case math.Abs(float64(x.SamplingPeriod-y.SamplingPeriod)) > 1e-9*float64(x.SamplingPeriod):
		return fmt.Errorf("stats: signal %q is sampled every %v, %q every %v", x.Name, x.SamplingPeriod, y.Name, y.SamplingPeriod)
	case !near(x.TStart, y.TStart):
		return fmt.Errorf("stats: signal %q starts at %v, %q at %v", x.Name, x.TStart, y.Name, y.TStart)
	case len(x.Values) != len(y.Values):
		return fmt.Errorf("stats: signal %q has %d samples and ends at %v, %q has %d and ends at %v",
			x.Name, len(x.Values), x.TStop(), y.Name, len(y.Values), y.TStop())
	}
	return nil
}
