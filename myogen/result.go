package myogen

import (
	"fmt"
	"slices"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Result is what a simulation has recorded.
type Result struct {
	// Block has a Segment for each population: its spike trains, and the
	// recorded potentials (mV), the drive (pps) or the force.
	Block     *neo.Block
	Simulated units.Time
	Requested units.Time
	Steps     int
	// Origin is the part of the report that the description and the machine
	// decide; Report adds what was recorded. Its Session.Date is yours to set.
	Origin Report
}

// Partial reports whether the run was stopped before its end.
func (r *Result) Partial() bool { return r.Simulated < r.Requested }

// SpikeTrains returns the spike trains of a population.
func (r *Result) SpikeTrains(population string) ([]neo.SpikeTrain, error) {
	s, err := r.segment(population)
	if err != nil {
		return nil, err
	}
	return s.SpikeTrains, nil
}

// segment returns what was recorded of a population.
func (r *Result) segment(population string) (*neo.Segment, error) {
	_, err := findName(r.Block.Segments, func(s neo.Segment) string { return s.Name }, population)
	if err != nil {
		return nil, prefixed(err)
	}
	return r.Block.Segment(population)
}

// Signals returns the recorded signals of a population: the rate that drives it
// in pps, then its probes in the order of the experiment, then its force.
func (r *Result) Signals(population string) ([]neo.AnalogSignal, error) {
	s, err := r.segment(population)
	if err != nil {
		return nil, err
	}
	return s.AnalogSignals, nil
}

// Signal returns the first recorded signal of a population.
func (r *Result) Signal(population string) (neo.AnalogSignal, error) {
	all, err := r.Signals(population)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("myogen: no signal of population %q was recorded; Record asks for one, and the rates of inputs are recorded in runs of up to %d steps", population, maxRecorded)
	}
	if err != nil {
		return neo.AnalogSignal{}, err
	}
	return all[0], nil
}

// Result returns what has been recorded so far.
func (s *Simulation) Result() *Result {
	e := s.experiment
	r := &Result{Simulated: min(s.Time(), e.Duration), Requested: e.Duration, Steps: s.engine.Step, Origin: s.origin()}
	r.Block = &neo.Block{Name: "simulation", Annotations: map[string]string{
		"seed":  fmt.Sprint(e.Seed),
		"draws": e.Draws.String(),
		"step":  s.step().String(),
	}}
	if r.Partial() {
		r.Block.Annotations["partial"] = fmt.Sprintf("stopped at %v of %v", r.Simulated.Round(units.Us), r.Requested)
	}
	stop := e.Duration
	if r.Partial() {
		stop = r.Simulated.Round(units.Us)
	}
	for _, p := range s.pops {
		for c := range p.size {
			// The last step of a run may begin after its end by a rounding. All
			// trains of a result have the same span.
			if spikes := p.Spikes(c); len(spikes) > 0 {
				stop = max(stop, units.Time(spikes[len(spikes)-1].T))
			}
		}
	}
	for i, p := range s.pops {
		seg := neo.Segment{Name: p.name, SpikeTrains: make([]neo.SpikeTrain, 0, p.size)}
		for c := range p.size {
			spikes := p.Spikes(c)
			train := neo.SpikeTrain{Name: p.cellName(c), TStop: stop, SamplingPeriod: s.step()}
			train.Times = slices.Grow(train.Times, len(spikes))
			for _, spike := range spikes {
				train.Times = append(train.Times, units.Time(spike.T))
			}
			seg.SpikeTrains = append(seg.SpikeTrains, train)
		}
		if p.drive != nil && p.drive.values != nil {
			signal, _ := p.drive.signal() // it is there
			seg.AnalogSignals = append(seg.AnalogSignals, signal)
		}
		for k, probe := range e.Record {
			if e.probes[k] == i {
				seg.AnalogSignals = append(seg.AnalogSignals, neo.AnalogSignal{
					Name: probe.signalName(p.cellName(probe.Cell)), Units: probe.units(), SamplingPeriod: s.step(), Values: cloned(s.probes[k].Values),
				})
			}
		}
		r.Block.Segments = append(r.Block.Segments, seg)
	}
	r.Origin.Warnings = append(slices.Clip(r.Origin.Warnings), e.forces(r.Block)...)
	return r
}

// cloned is slices.Clone in pieces, so that a gigabyte does not keep the collector, and
// with it all that runs, waiting.
func cloned(values []float64) []float64 {
	all := make([]float64, 0, len(values))
	for piece := range slices.Chunk(values, 1<<17) {
		all = append(all, piece...)
	}
	return all
}
