package neo

import (
	"math"

	"gomyogen/myogen/units"
)

// Slice returns the samples at times from from, included, to to, left out, as
// Neo's time_slice does. The values are shared. A sample within a millionth of
// a period of an end counts as being there.
func (s AnalogSignal) Slice(from, to units.Time) AnalogSignal {
	sample := func(t units.Time) int { // the first that is not before t
		i := math.Ceil(float64((t-s.TStart)/s.SamplingPeriod) - 1e-6)
		return int(min(max(i, 0), float64(len(s.Values))))
	}
	first, last := sample(from), sample(to)
	r := s
	r.TStart = s.Time(first)
	r.Values = s.Values[first:max(first, last):max(first, last)]
	return r
}

// Slice returns what was recorded from from to to.
func (s Segment) Slice(from, to units.Time) Segment {
	r := Segment{Name: s.Name}
	for _, t := range s.SpikeTrains {
		r.SpikeTrains = append(r.SpikeTrains, t.Slice(from, to))
	}
	for _, a := range s.AnalogSignals {
		r.AnalogSignals = append(r.AnalogSignals, a.Slice(from, to))
	}
	return r
}

// Slice returns what was recorded from from to to. The annotations are shared.
func (b *Block) Slice(from, to units.Time) *Block {
	r := &Block{Name: b.Name, Annotations: b.Annotations}
	for _, s := range b.Segments {
		r.Segments = append(r.Segments, s.Slice(from, to))
	}
	return r
}
