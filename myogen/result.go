package myogen

import (
	"errors"
	"fmt"
	"slices"

	"gomyogen/myogen/internal/watch"
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
func (r *Result) Partial() bool {
	if r == nil {
		panic("myogen: the result is nil")
	}
	return r.Simulated < r.Requested
}

// check returns an error about a result that no simulation has made.
func (r *Result) check() error {
	switch {
	case r == nil:
		return errors.New("the result is nil")
	case r.Block == nil:
		return errors.New("the result has no block; Run makes results")
	}
	return nil
}

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
	if err := r.check(); err != nil {
		return nil, prefixed(err)
	}
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

// Result returns what has been recorded so far. The values of its probes are those of
// the simulation, which goes on behind them, and not a copy, which would take a second
// for gigabytes: clone them before you change them.
func (s *Simulation) Result() *Result {
	s.mustBeMade()
	r, err := s.gather(nil)
	if err != nil {
		panic("myogen: " + err.Error()) // nobody stops it
	}
	return r
}

// gather returns the Result. Its error is that of the watch.
func (s *Simulation) gather(w *watch.Watch) (*Result, error) {
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
	cells := 0
	for _, p := range s.pops {
		cells += p.size
	}
	w.Begin("gathering the result", cells+len(s.probes))
	stop := s.lastTime(r)
	for i, p := range s.pops {
		seg := neo.Segment{Name: p.name, SpikeTrains: make([]neo.SpikeTrain, 0, p.size)}
		for c := range p.size {
			seg.SpikeTrains = append(seg.SpikeTrains, p.train(c, stop, s.step()))
			if err := w.Did(1); err != nil {
				return nil, err
			}
		}
		if p.drive != nil && p.drive.values != nil {
			signal, _ := p.drive.signal() // it is there
			seg.AnalogSignals = append(seg.AnalogSignals, signal)
		}
		probes := 0
		for _, at := range e.probes {
			if at == i {
				probes++
			}
		}
		seg.AnalogSignals = slices.Grow(seg.AnalogSignals, probes)
		for k, at := range e.probes {
			if at != i {
				continue
			}
			signal := s.signals[k]
			signal.Values = slices.Clip(s.probes[k].Values)
			seg.AnalogSignals = append(seg.AnalogSignals, signal)
			if err := w.Did(1); err != nil {
				return nil, err
			}
		}
		r.Block.Segments = append(r.Block.Segments, seg)
	}
	var problems []string
	if err := w.While("computing forces", func() error { problems = e.forces(r.Block); return nil }); err != nil {
		return nil, err
	}
	r.Origin.Warnings = append(slices.Clip(r.Origin.Warnings), problems...)
	return r, nil
}

// lastTime returns the end of all trains of a result. The last step of a run may begin
// after its end by a rounding.
func (s *Simulation) lastTime(r *Result) units.Time {
	stop := r.Requested
	if r.Partial() {
		stop = r.Simulated.Round(units.Us)
	}
	for _, p := range s.pops {
		for c := range p.size {
			if spikes := p.Spikes(c); len(spikes) > 0 {
				stop = max(stop, units.Time(spikes[len(spikes)-1].T))
			}
		}
	}
	return stop
}

// train returns the spike train of a cell.
func (p *running) train(cell int, stop, step units.Time) neo.SpikeTrain {
	spikes := p.Spikes(cell)
	t := neo.SpikeTrain{Name: p.cellName(cell), TStop: stop, SamplingPeriod: step}
	t.Times = slices.Grow(t.Times, len(spikes))
	for _, spike := range spikes {
		t.Times = append(t.Times, units.Time(spike.T))
	}
	return t
}
