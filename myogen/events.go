package myogen

import (
	"fmt"
	"math"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/population"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// find returns the index of a population.
func (s *Simulation) find(name string) (int, error) {
	if err := s.check(); err != nil {
		return 0, prefixed(err)
	}
	i, err := findName(s.pops, func(p *running) string { return p.name }, name)
	return i, prefixed(err)
}

// cell returns the index of a population that has a cell.
func (s *Simulation) cell(name string, cell int) (int, error) {
	i, err := s.find(name)
	if err == nil && (cell < 0 || cell >= s.pops[i].size) {
		err = fmt.Errorf("myogen: %q has cells 0 to %d, not %d", name, s.pops[i].size-1, cell)
	}
	return i, err
}

// Integrate lets drive neuron cell of a population integrate a rate for one
// step and reports whether it fires now. It is the first of the three calls
// that make a step by hand; the others are Deliver and Advance.
func (s *Simulation) Integrate(name string, cell int, rate units.Rate) (bool, error) {
	i, err := s.cell(name, cell)
	if err != nil {
		return false, err
	}
	cells, ok := s.pops[i].Group.(population.Integrator)
	switch {
	case !ok:
		return false, fmt.Errorf("myogen: the cells of %q integrate no rate: they are %s", name, s.pops[i].kind())
	case math.IsNaN(float64(rate)) || math.IsInf(float64(rate), 0):
		return false, fmt.Errorf("myogen: the rate of cell %d of %q is %v", cell, name, rate)
	}
	return cells.Integrate(cell, float64(rate), s.engine.Dt, engine.Spike{Step: s.engine.Step, T: s.engine.T}), nil
}

// Deliver lets the spike of a cell reach the terminals of its axon at time at,
// now or later; the connections' delays follow.
func (s *Simulation) Deliver(name string, cell int, at units.Time) error {
	i, err := s.cell(name, cell)
	switch {
	case err != nil:
		return err
	case !(float64(at) >= s.engine.T):
		return fmt.Errorf("myogen: an event at %v is before the present, %v", at, s.Time())
	}
	s.send(i, cell, s.engine.Step, float64(at))
	return nil
}

// send puts a spike that is at its axon's terminals at time at, in ms, on its
// way to the synapses.
func (s *Simulation) send(population, cell, step int, at float64) {
	p := s.pops[population]
	for _, i := range p.out {
		c := &s.links[i]
		s.engine.Send(engine.Event{
			At: at + float64(delayOr(c.Delay)), Terminal: c.terminals[cell],
			Step: step, Source: p.order*maxCells + cell, // the order of sources within a step
		})
	}
}

// fire lets the cells without membranes send their spikes of the next steps.
func (s *Simulation) fire(steps int) error {
	next := population.Steps{First: s.engine.Step, Begin: make([]float64, steps+1)}
	c := s.engine.Clock
	for k := range next.Begin {
		next.Begin[k] = c.T
		c = c.Next()
	}
	for i, p := range s.pops {
		p.Fire(next, func(cell int, spike engine.Spike) { s.send(i, cell, spike.Step, spike.T+p.Latency(cell)) })
		if p.drive != nil && p.drive.err != nil {
			return fmt.Errorf("myogen: %s: %w", p.drive.words(), p.drive.err)
		}
	}
	return nil
}

// pairs returns the links of a connection in the order in which they were made.
func (s *Simulation) pairs(c *connection) []Link {
	links := append([]Link(nil), c.Pairs...)
	if c.Pairs != nil {
		return links
	}
	for source, terminal := range c.terminals {
		for _, x := range s.engine.Contacts(terminal) {
			links = append(links, Link{source, x.Neuron - s.pops[c.target].first, x.Synapse})
		}
	}
	return links
}

// Connections returns the links that were drawn from one population to
// another, of all their connections in the order in which they were made.
func (s *Simulation) Connections(source, target string) ([]Link, error) {
	if err := s.check(); err != nil {
		return nil, prefixed(err)
	}
	var links []Link
	connected := false
	for i := range s.links {
		if c := &s.links[i]; c.Source == source && c.Target == target {
			links = append(links, s.pairs(c)...)
			connected = true
		}
	}
	if !connected {
		return nil, fmt.Errorf("myogen: %q is not connected to %q", source, target)
	}
	return links, nil
}

// Drive returns the rate that drives a population over the whole run, in pps.
func (s *Simulation) Drive(name string) (neo.AnalogSignal, error) {
	i, err := s.find(name)
	if err != nil {
		return neo.AnalogSignal{}, err
	}
	if s.pops[i].drive == nil {
		return neo.AnalogSignal{}, fmt.Errorf("myogen: no input drives %q", name)
	}
	signal, err := s.pops[i].drive.signal()
	if err != nil {
		return signal, fmt.Errorf("myogen: %s: %w", s.pops[i].drive.words(), err)
	}
	return signal, nil
}
