package myogen

import (
	"fmt"
	"slices"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
)

// Link is a connection of one cell to another that was drawn.
type Link struct {
	Source, Target, Synapse int
}

// drawn is a connection with its pairs, which the engine keeps.
type drawn struct {
	namedConnection
	terminals []int // of each source, in the engine
}

// connect draws noise and connections.
func (s *Simulation) connect() error {
	shared := s.cfg.Draws.noise("")
	for _, x := range s.network.externals {
		g := shared
		if s.cfg.Draws.Order == NamedStreams {
			g = s.cfg.Draws.noise(x.source)
		}
		if x.Drive.step() != s.cfg.Step {
			return fmt.Errorf("myogen: external %q: the drive is sampled at %v, the simulation's step is %v", x.source, x.Drive.step(), s.cfg.Step)
		}
		signal, err := x.Drive.signal(g)
		if err != nil {
			return err
		}
		signal.Name = x.source
		i, err := s.network.index(x.target)
		if err != nil {
			return err
		}
		s.pops[i].drive, s.pops[i].latent = &signal, float64(delayOr(x.Latency))
	}
	epoch := float64(maxEpoch)
	for _, c := range s.network.connections {
		d, err := s.draw(c, shared)
		if err != nil {
			return err
		}
		s.links = append(s.links, d)
		if si, _ := s.network.index(c.source); s.pops[si].motor != nil {
			shortest := slices.Min(s.pops[si].motor.axonDelay) + float64(delayOr(c.Delay))
			epoch = min(epoch, shortest)
			if shortest < float64(s.cfg.Step) {
				return fmt.Errorf("myogen: connection %q to %q: the delay is %v ms, must be at least a time step, %v", c.source, c.target, shortest, s.cfg.Step)
			}
		}
	}
	s.epoch = max(1, int(epoch/float64(s.cfg.Step)))
	return nil
}

// draw gives each source of a connection a terminal with its contacts: on each
// target with the given probability, a random synapse of the right sign.
func (s *Simulation) draw(c namedConnection, shared *random.Generator) (drawn, error) {
	d := drawn{namedConnection: c}
	si, err := s.network.index(c.source)
	if err != nil {
		return d, err
	}
	ti, err := s.network.index(c.target)
	if err != nil {
		return d, err
	}
	target := s.pops[ti]
	var choices []int
	amounts := make([]float64, len(target.motor.synapses))
	for i, syn := range target.motor.synapses {
		amounts[i] = syn.Amount(float64(c.Weight))
		if syn.Excitatory() != c.Inhibitory {
			choices = append(choices, i)
		}
	}
	if len(choices) == 0 {
		return d, fmt.Errorf("myogen: connection %q to %q: the target has no such synapse", c.source, c.target)
	}
	given := make([][][3]int, s.pops[si].size) // by source
	for _, l := range c.List {
		given[l[0]] = append(given[l[0]], l)
	}
	var contacts []engine.Contact
	add := func(cell, synapse int) {
		contacts = append(contacts, engine.Contact{Neuron: target.first + cell, Synapse: synapse, Amount: amounts[synapse]})
	}
	for i := range s.pops[si].size {
		contacts = contacts[:0]
		for _, l := range given[i] {
			add(l[1], l[2])
		}
		if c.List == nil {
			g := shared
			if s.cfg.Draws.Order == NamedStreams {
				g = random.Stream(s.cfg.Draws.Seed, c.purpose()+c.source, c.target, i)
			}
			for j := range target.size {
				if g.Float64() < c.Probability {
					add(j, choices[g.Choice(len(choices))])
				}
			}
		}
		terminal, err := s.engine.AddTerminal(contacts)
		if err != nil {
			return d, fmt.Errorf("myogen: connection %q to %q: %w", c.source, c.target, err)
		}
		d.terminals = append(d.terminals, terminal)
	}
	return d, nil
}

// pairs returns the links of a connection in the order in which they were made.
func (s *Simulation) pairs(d *drawn) []Link {
	var links []Link
	for _, l := range d.List {
		links = append(links, Link{l[0], l[1], l[2]})
	}
	if d.List != nil {
		return links
	}
	ti, _ := s.network.index(d.target)
	for source, terminal := range d.terminals {
		for _, c := range s.engine.Contacts(terminal) {
			links = append(links, Link{source, c.Neuron - s.pops[ti].first, c.Synapse})
		}
	}
	return links
}

// Connections returns the links that were drawn from one population to
// another, of all their connections in the order in which they were made.
func (s *Simulation) Connections(source, target string) ([]Link, error) {
	var links []Link
	connected := false
	for _, d := range s.links {
		if d.source == source && d.target == target {
			links = append(links, s.pairs(&d)...)
			connected = true
		}
	}
	if connected {
		return links, nil
	}
	return nil, fmt.Errorf("myogen: %q is not connected to %q", source, target)
}

// Drive returns the rate that drives a population, in pps.
func (s *Simulation) Drive(population string) (neo.AnalogSignal, error) {
	i, err := s.network.index(population)
	if err != nil {
		return neo.AnalogSignal{}, err
	}
	if s.pops[i].drive == nil {
		return neo.AnalogSignal{}, fmt.Errorf("myogen: %q is not driven", population)
	}
	return *s.pops[i].drive, nil
}
