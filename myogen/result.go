package myogen

import (
	"cmp"
	"fmt"
	"slices"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Result is what a simulation has recorded.
type Result struct {
	// Block has a Segment for each population: its spike trains, and the
	// recorded potentials (mV) or the drive (pps).
	Block     *neo.Block
	Simulated units.Time
	Requested units.Time
	Steps     int
	// Origin is the part of the report that the description and the machine
	// decide; Report adds what was recorded. Its Session.Date is yours to set.
	Origin Report
}

// Partial tells whether the run was stopped before its end.
func (r *Result) Partial() bool { return r.Simulated < r.Requested }

// SpikeTrains returns the spike trains of a population.
func (r *Result) SpikeTrains(population string) ([]neo.SpikeTrain, error) {
	s, err := r.Block.Segment(population)
	if err != nil {
		return nil, err
	}
	return s.SpikeTrains, nil
}

// Result returns what has been recorded so far of a run of the given length.
func (s *Simulation) Result(duration units.Time) *Result {
	stop := cmp.Or(duration, s.Time())
	r := &Result{Simulated: min(s.Time(), stop), Requested: stop, Steps: s.engine.Step, Origin: s.origin()}
	r.Block = &neo.Block{Name: "simulation", Annotations: map[string]string{
		"seed":  fmt.Sprint(s.cfg.Draws.Seed),
		"draws": s.cfg.Draws.Order.String(),
		"step":  s.cfg.Step.String(),
	}}
	if r.Partial() {
		r.Block.Annotations["partial"] = fmt.Sprintf("stopped at %v of %v", r.Simulated, r.Requested)
	}
	for _, p := range s.pops {
		seg := neo.Segment{Name: p.name}
		prefix := "DD"
		if p.motor != nil {
			prefix = "MN"
		}
		for c := range p.size {
			var spikes []engine.Spike
			if p.motor != nil {
				spikes = s.engine.Neurons[p.first+c].Spikes
			} else {
				spikes = p.spikes[c]
			}
			train := neo.SpikeTrain{Name: fmt.Sprintf("%s_%d", prefix, c), TStop: stop, SamplingPeriod: s.cfg.Step}
			train.Times = slices.Grow(train.Times, len(spikes))
			for _, spike := range spikes {
				// The last step of a run may begin after its end by a rounding.
				train.TStop = max(train.TStop, units.Time(spike.T))
				train.Times = append(train.Times, units.Time(spike.T))
			}
			seg.SpikeTrains = append(seg.SpikeTrains, train)
		}
		if p.drive != nil {
			seg.AnalogSignals = append(seg.AnalogSignals, *p.drive)
		}
		for i, probe := range s.cfg.Record {
			if probe.Population == p.name {
				seg.AnalogSignals = append(seg.AnalogSignals, neo.AnalogSignal{
					Name: probe.signalName(), Units: probe.units(), SamplingPeriod: s.cfg.Step, Values: slices.Clone(s.probes[i].Values),
				})
			}
		}
		r.Block.Segments = append(r.Block.Segments, seg)
	}
	return r
}
