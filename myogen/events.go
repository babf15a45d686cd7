package myogen

import (
	"fmt"
	"math"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// Integrate lets drive neuron cell of a population integrate a rate for one
// step and tells whether it fires now. It is the first of the three calls
// that make a step by hand; the others are Deliver and Advance.
func (s *Simulation) Integrate(population string, cell int, rate units.Rate) (bool, error) {
	i, err := s.network.index(population)
	if err != nil {
		return false, err
	}
	p := s.pops[i]
	switch {
	case p.spiker == nil:
		return false, fmt.Errorf("myogen: %q has no drive neurons", population)
	case cell < 0 || cell >= p.size:
		return false, fmt.Errorf("myogen: %q has cells 0 to %d, not %d", population, p.size-1, cell)
	case math.IsNaN(float64(rate)) || math.IsInf(float64(rate), 0):
		return false, fmt.Errorf("myogen: the rate of cell %d of %q is %v", cell, population, rate)
	}
	if !p.spiker[cell].Step(float64(rate), s.engine.Dt) {
		return false, nil
	}
	p.spikes[cell] = append(p.spikes[cell], engine.Spike{Step: s.engine.Step, T: s.engine.T})
	return true, nil
}

// Deliver lets the spike of a cell reach the terminals of its axon at time at,
// now or later; the connections' delays follow.
func (s *Simulation) Deliver(population string, cell int, at units.Time) error {
	i, err := s.network.index(population)
	if err != nil {
		return err
	}
	switch {
	case cell < 0 || cell >= s.pops[i].size:
		return fmt.Errorf("myogen: %q has cells 0 to %d, not %d", population, s.pops[i].size-1, cell)
	case !(float64(at) >= s.engine.T):
		return fmt.Errorf("myogen: an event at %v is before the present, %v", at, s.Time())
	}
	s.send(i, cell, s.engine.Step, float64(at))
	return nil
}

// send puts a spike that is at its axon's terminals at time at on its way to
// the synapses.
func (s *Simulation) send(population, cell, step int, at float64) {
	name := s.pops[population].name
	for i := range s.links {
		if d := &s.links[i]; d.source == name {
			s.engine.Send(engine.Event{
				At: at + float64(delayOr(d.Delay)), Terminal: d.terminals[cell],
				Step: step, Source: s.rank(population, cell),
			})
		}
	}
}

// rank orders the sources of a step.
func (s *Simulation) rank(population, cell int) int {
	return s.pops[population].order*maxCells + cell
}

// fire lets drive neurons and given trains send their spikes of the next steps.
func (s *Simulation) fire(steps int) {
	begin := make([]float64, steps+1) // of each step and of the one after, ms
	c := s.engine.Clock
	for k := range begin {
		begin[k] = c.T
		c = c.Next()
	}
	first := s.engine.Step
	for i, p := range s.pops {
		if p.spiker != nil {
			rates := make([]float64, steps)
			for k := range rates {
				rates[k] = p.drive.Values[min(first+k, len(p.drive.Values)-1)]
			}
			random.RunSpikers(p.spiker, rates, s.engine.Dt, func(cell, k int) { s.emit(i, cell, first+k, begin[k]) })
		}
		for cell, train := range p.given {
			// What falls into a step is sent with it, wherever the run was cut.
			for ; len(train) > 0 && float64(train[0]) < begin[steps]; train = train[1:] {
				t := float64(train[0])
				k := engine.Locate(begin, t)
				if begin[k] != t { // it falls into the step before
					k = max(k-1, 0)
				}
				s.emit(i, cell, first+k, t)
			}
			p.given[cell] = train
		}
	}
}

// emit records a spike of a drive or given cell at time t and sends it.
func (s *Simulation) emit(population, cell, step int, t float64) {
	p := s.pops[population]
	p.spikes[cell] = append(p.spikes[cell], engine.Spike{Step: step, T: t})
	s.send(population, cell, step, t+p.latent)
}
