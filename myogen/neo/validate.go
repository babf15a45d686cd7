package neo

import (
	"fmt"
	"math"

	"gomyogen/myogen/units"
)

// prefixed returns the error of this package that err says in its own words.
func prefixed(err error) error {
	if err != nil {
		return fmt.Errorf("neo: %w", err)
	}
	return nil
}

func finite(t units.Time) bool { return !math.IsNaN(float64(t)) && !math.IsInf(float64(t), 0) }

// Validate returns an error unless TStart, TStop and SamplingPeriod are
// finite, TStop is not before TStart, SamplingPeriod is not negative, and the
// spikes are in rising order within [TStart, TStop], equal ones allowed. The
// error names the train, the spike and its time.
func (t SpikeTrain) Validate() error { return prefixed(t.validate()) }

func (t SpikeTrain) validate() error {
	switch {
	case !finite(t.TStart) || !finite(t.TStop) || t.TStop < t.TStart:
		return fmt.Errorf("train %q: t_start is %v, t_stop %v", t.Name, t.TStart, t.TStop)
	case !finite(t.SamplingPeriod) || t.SamplingPeriod < 0:
		return fmt.Errorf("train %q: the sampling period is %v", t.Name, t.SamplingPeriod)
	}
	for i, x := range t.Times {
		switch {
		case !finite(x):
			return fmt.Errorf("train %q: spike %d is at %v", t.Name, i, x)
		case x < t.TStart || x > t.TStop:
			return fmt.Errorf("train %q: spike %d is at %v, outside of t_start %v to t_stop %v", t.Name, i, x, t.TStart, t.TStop)
		case i > 0 && x < t.Times[i-1]:
			return fmt.Errorf("train %q: spike %d is at %v, before spike %d at %v; spikes must rise", t.Name, i, x, i-1, t.Times[i-1])
		}
	}
	return nil
}

// Validate returns an error unless TStart and SamplingPeriod are finite and
// SamplingPeriod is above 0. Values may be anything.
func (s AnalogSignal) Validate() error { return prefixed(s.validate()) }

func (s AnalogSignal) validate() error {
	switch {
	case !finite(s.TStart):
		return fmt.Errorf("signal %q: t_start is %v", s.Name, s.TStart)
	case !finite(s.SamplingPeriod) || s.SamplingPeriod <= 0:
		return fmt.Errorf("signal %q: the sampling period is %v, must be above 0", s.Name, s.SamplingPeriod)
	case !finite(s.TStop()):
		return fmt.Errorf("signal %q: %d samples every %v end at %v", s.Name, len(s.Values), s.SamplingPeriod, s.TStop())
	}
	return nil
}

// Validate returns the first error of a train or signal.
func (s *Segment) Validate() error { return prefixed(s.validate()) }

func (s *Segment) validate() error {
	for _, t := range s.SpikeTrains {
		if err := t.validate(); err != nil {
			return fmt.Errorf("segment %q: %w", s.Name, err)
		}
	}
	for _, a := range s.AnalogSignals {
		if err := a.validate(); err != nil {
			return fmt.Errorf("segment %q: %w", s.Name, err)
		}
	}
	return nil
}

// Validate returns the first error of a segment.
func (b *Block) Validate() error {
	for i := range b.Segments {
		if err := b.Segments[i].Validate(); err != nil {
			return err
		}
	}
	return nil
}
