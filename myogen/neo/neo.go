// Package neo holds recorded signals and spike trains in the words of the
// Python package Neo (Garcia et al. 2014, Front Neuroinform 8:10): an
// [AnalogSignal] is a regularly sampled signal, a [SpikeTrain] the times at
// which one cell fired, a [Segment] the trains and signals of one population
// in a run, a [Block] all segments of an experiment. Package
// gomyogen/myogen/format/npz writes a Block to a file and reads it.
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
	// Binned says that sample i holds for the bin from its time to that of the next,
	// as in a time histogram; figures draw it as a step.
	Binned bool
}

// TStop returns the time just after the last sample: TStart +
// len(Values)*SamplingPeriod.
func (s AnalogSignal) TStop() units.Time { return s.Time(len(s.Values)) }

// Time returns the time of sample i.
func (s AnalogSignal) Time(i int) units.Time {
	return s.TStart + units.Time(float64(i)*float64(s.SamplingPeriod))
}

// String describes the signal in one line.
func (s AnalogSignal) String() string {
	return fmt.Sprintf("%s: %d samples in %s, every %v from %v", s.Name, len(s.Values), s.Units, s.SamplingPeriod, s.TStart)
}

// SpikeTrain is the times at which one cell fired, in rising order, within
// [TStart, TStop].
type SpikeTrain struct {
	Name           string // "MN_17"
	Times          []units.Time
	TStart         units.Time
	TStop          units.Time
	SamplingPeriod units.Time // the time step of the run that produced the spikes; 0 if unknown
}

// Duration returns TStop - TStart.
func (t SpikeTrain) Duration() units.Time { return t.TStop - t.TStart }

// String describes the train in one line.
func (t SpikeTrain) String() string {
	return fmt.Sprintf("%s: %d spikes in %v .. %v", t.Name, len(t.Times), t.TStart, t.TStop)
}

// Segment is the spike trains and signals of one population in a run. All of
// them share one clock. (Neo's Segment holds all that was recorded at the
// same time; here a run has one Segment for each population, called by its
// name.)
type Segment struct {
	Name          string // the population: "DD", "aMN"
	SpikeTrains   []SpikeTrain
	AnalogSignals []AnalogSignal
}

// Block is a run of an experiment: a segment for each population.
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

// SpikeTrain returns the spike train called name. The error says how many
// there are.
func (s *Segment) SpikeTrain(name string) (SpikeTrain, error) {
	for _, t := range s.SpikeTrains {
		if t.Name == name {
			return t, nil
		}
	}
	return SpikeTrain{}, fmt.Errorf("neo: segment %q has no spike train %q among its %d", s.Name, name, len(s.SpikeTrains))
}

// AnalogSignal returns the signal called name. The error names the signals
// that exist.
func (s *Segment) AnalogSignal(name string) (AnalogSignal, error) {
	var names []string
	for _, a := range s.AnalogSignals {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return AnalogSignal{}, fmt.Errorf("neo: segment %q has no signal %q; it has %q", s.Name, name, names)
}
