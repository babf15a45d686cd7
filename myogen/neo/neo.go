// Package neo holds recorded signals and spike trains in the words of the
// Python package Neo (Garcia et al. 2014): an AnalogSignal is a regularly
// sampled signal, a SpikeTrain the times at which one cell fired, a Segment
// what was recorded together in one run, a Block what belongs to one
// experiment. A Block is saved as an .npz file that numpy.load reads.
package neo

import (
	"fmt"

	"gomyogen/myogen/units"
)

// AnalogSignal is a signal sampled at a fixed period. Sample i was taken at
// TStart + i*SamplingPeriod.
type AnalogSignal struct {
	Name           string
	Units          string // unit of Values, as printed: "mV", "pps", "uS"
	TStart         units.Time
	SamplingPeriod units.Time // > 0
	Values         []float64
}

// TStop is the time just after the last sample: TStart + len(Values)*SamplingPeriod.
func (s AnalogSignal) TStop() units.Time {
	return s.TStart + units.Time(float64(len(s.Values))*float64(s.SamplingPeriod))
}

// Time returns the time of sample i.
func (s AnalogSignal) Time(i int) units.Time {
	return s.TStart + units.Time(float64(i)*float64(s.SamplingPeriod))
}

// SpikeTrain is the times at which one cell fired, in rising order, within
// [TStart, TStop].
type SpikeTrain struct {
	Name           string // "MN_17"
	Times          []units.Time
	TStart         units.Time
	TStop          units.Time
	SamplingPeriod units.Time // the time step of the run that produced the spikes; 0 when unknown
}

// String describes the train in one line.
func (t SpikeTrain) String() string {
	return fmt.Sprintf("%s: %d spikes in %v .. %v", t.Name, len(t.Times), t.TStart, t.TStop)
}

// Segment is what was recorded together in one run.
type Segment struct {
	Name          string // the population: "DD", "aMN"
	SpikeTrains   []SpikeTrain
	AnalogSignals []AnalogSignal
}

// Block is what belongs to one experiment.
type Block struct {
	Name        string
	Segments    []Segment
	Annotations map[string]string // free text about the run: seed, model, partial ...
}

// Segment returns the segment called name. The error names the segments that exist.
func (b *Block) Segment(name string) (*Segment, error) {
	names := make([]string, len(b.Segments))
	for i := range b.Segments {
		if b.Segments[i].Name == name {
			return &b.Segments[i], nil
		}
		names[i] = b.Segments[i].Name
	}
	return nil, fmt.Errorf("neo: block %q has no segment %q; it has %q", b.Name, name, names)
}

// Slice returns the spikes from from to to, both included, as Neo's
// time_slice does.
func (t SpikeTrain) Slice(from, to units.Time) SpikeTrain {
	s := t
	s.Times, s.TStart, s.TStop = nil, from, to
	for _, x := range t.Times {
		if x >= from && x <= to {
			s.Times = append(s.Times, x)
		}
	}
	return s
}
