package neo

import (
	"fmt"
	"math"

	"gomyogen/myogen/units"
)

// checkSlice refuses the ends of a slice that are not in their order.
func checkSlice(start, stop units.Time) error {
	if math.IsNaN(float64(start)) || math.IsNaN(float64(stop)) || start > stop {
		return fmt.Errorf("a slice from %v to %v", start, stop)
	}
	return nil
}

// overlap returns the part of [start, stop] within [tStart, tStop]. As in Neo,
// nothing is known outside: to be cut off there is fine, to be there is an
// error.
func overlap(what string, start, stop, tStart, tStop units.Time) (first, last units.Time, err error) {
	if err := checkSlice(start, stop); err != nil {
		return 0, 0, fmt.Errorf("%s: %w", what, err)
	}
	if !(start <= tStop && stop >= tStart) {
		return 0, 0, fmt.Errorf("%s: the slice from %v to %v is outside of t_start %v to t_stop %v", what, start, stop, tStart, tStop)
	}
	return max(start, tStart), min(stop, tStop), nil
}

// Slice returns the spikes in [start, stop], both included, as Neo's
// time_slice does: the result spans what of [start, stop] lies within
// [TStart, TStop], and a slice entirely outside is an error. So is a start
// after stop.
func (t SpikeTrain) Slice(start, stop units.Time) (SpikeTrain, error) {
	r, err := t.slice(start, stop)
	return r, prefixed(err)
}

func (t SpikeTrain) slice(start, stop units.Time) (SpikeTrain, error) {
	s := t
	s.Times = nil
	var err error
	if s.TStart, s.TStop, err = overlap(fmt.Sprintf("train %q", t.Name), start, stop, t.TStart, t.TStop); err != nil {
		return SpikeTrain{}, err
	}
	for i, x := range t.Times {
		if math.IsNaN(float64(x)) {
			return SpikeTrain{}, fmt.Errorf("train %q: spike %d is at %v", t.Name, i, x)
		}
		if x >= start && x <= stop {
			s.Times = append(s.Times, x)
		}
	}
	return s, nil
}

// nearby is how much of a sampling period before a sample a time counts as the
// sample's.
const nearby = 1e-6

// Slice returns the samples in [start, stop), where a sample within a millionth
// of a period of an end counts as being there. A slice entirely outside is an
// error, and so is a start after stop. The values are shared.
//
// Neo's time_slice rounds start to the nearest sample and refuses a slice that
// only overlaps; this one takes the first sample that is not before start, and
// the overlap.
func (s AnalogSignal) Slice(start, stop units.Time) (AnalogSignal, error) {
	r, err := s.slice(start, stop)
	return r, prefixed(err)
}

func (s AnalogSignal) slice(start, stop units.Time) (AnalogSignal, error) {
	if err := s.validate(); err != nil {
		return AnalogSignal{}, err
	}
	start, stop, err := overlap(fmt.Sprintf("signal %q", s.Name), start, stop, s.TStart, s.TStop())
	if err != nil {
		return AnalogSignal{}, err
	}
	sample := func(t units.Time) int { // the first that is not before t
		i := math.Ceil(float64((t-s.TStart)/s.SamplingPeriod) - nearby)
		return int(min(max(i, 0), float64(len(s.Values))))
	}
	first, last := sample(start), sample(stop)
	r := s
	r.TStart = s.Time(first)
	r.Values = s.Values[first:last:last]
	return r, nil
}

// Slice returns the slices of all trains and signals.
func (s Segment) Slice(start, stop units.Time) (Segment, error) {
	r, err := s.slice(start, stop)
	return r, prefixed(err)
}

func (s Segment) slice(start, stop units.Time) (Segment, error) {
	if err := checkSlice(start, stop); err != nil {
		return Segment{}, fmt.Errorf("segment %q: %w", s.Name, err)
	}
	r := Segment{Name: s.Name}
	for _, t := range s.SpikeTrains {
		cut, err := t.slice(start, stop)
		if err != nil {
			return Segment{}, fmt.Errorf("segment %q: %w", s.Name, err)
		}
		r.SpikeTrains = append(r.SpikeTrains, cut)
	}
	for _, a := range s.AnalogSignals {
		cut, err := a.slice(start, stop)
		if err != nil {
			return Segment{}, fmt.Errorf("segment %q: %w", s.Name, err)
		}
		r.AnalogSignals = append(r.AnalogSignals, cut)
	}
	return r, nil
}

// Slice returns the slices of all segments. The annotations are shared.
func (b *Block) Slice(start, stop units.Time) (*Block, error) {
	if err := checkSlice(start, stop); err != nil {
		return nil, prefixed(fmt.Errorf("block %q: %w", b.Name, err))
	}
	r := &Block{Name: b.Name, Annotations: b.Annotations}
	for _, s := range b.Segments {
		cut, err := s.Slice(start, stop)
		if err != nil {
			return nil, err
		}
		r.Segments = append(r.Segments, cut)
	}
	return r, nil
}
