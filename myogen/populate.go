package myogen

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/random"
)

// populate starts every cell and gives every drive neuron its generator.
func (s *Simulation) populate() error {
	scheme := membrane.Scheme{Dt: float64(s.cfg.Step), SecondOrder: s.cfg.Method == CrankNicolson}
	backend, err := membrane.ChooseBackend()
	if err != nil {
		return fmt.Errorf("myogen: %w", err)
	}
	s.backend = backend
	var cells []membrane.Description
	var thresholds, vInit []float64
	for _, p := range s.network.populations {
		sim := &simulated{name: p.name, size: p.size(), latent: float64(DefaultDelay)}
		switch p := p.Population.(type) {
		case AlphaMNPool:
			built, err := p.build()
			if err != nil {
				return err
			}
			sim.motor, sim.first, sim.sent = built, len(cells), make([]int, p.size())
			cells = append(cells, built.cells...)
			for range built.cells {
				thresholds, vInit = append(thresholds, built.spikeThreshold), append(vInit, built.vInit)
			}
			built.cells = nil // 10 000 descriptions take as much as the cells
		case SpikeSource:
			sim.latent = float64(delayOr(p.Latency))
			for _, train := range p.Trains {
				sim.given = append(sim.given, train.Times)
			}
		}
		if sim.motor == nil {
			sim.spikes = make([][]engine.Spike, p.size())
		}
		s.pops = append(s.pops, sim)
	}
	s.orderPopulations()
	s.engine = engine.New(membrane.Start(cells, thresholds, scheme, backend), scheme.Dt, s.cfg.Workers)
	for i, n := range s.engine.Neurons {
		n.Cell.Settle(vInit[i])
	}
	s.bombard()
	motor, class := len(cells), 0
	for i, p := range s.network.populations {
		drive, ok := p.Population.(DescendingDrivePool)
		if !ok {
			continue
		}
		for j := range drive.size() {
			seed := random.StreamSeed(s.cfg.Draws.Seed, "drive neuron", p.name, j)
			if s.cfg.Draws.Order == MyoGenOrder {
				// MyoGen numbers the motor neurons first, then the drive neurons.
				seed = random.DeriveSubseed(s.cfg.Draws.Seed, uint64(class), uint64(motor+class))
				class++
			}
			s.pops[i].spiker = append(s.pops[i].spiker, random.NewSpiker(uint64(seed), drive.process()))
		}
	}
	return nil
}

// bombard gives the cells of pools with a Background theirs. It has streams of
// its own in every order of draws: MyoGen has none.
func (s *Simulation) bombard() {
	for i, p := range s.network.populations {
		pool, ok := p.Population.(AlphaMNPool)
		if !ok || pool.Background == nil {
			continue
		}
		sim := s.pops[i]
		for c := range sim.size {
			b := pool.Background.start(s.cfg.Draws.Seed, p.name, c, s.engine.Dt)
			sim.bombardments = append(sim.bombardments, b)
			s.neuron(i, c).Background = b.next
		}
	}
}

// orderPopulations says in which order the populations act within a step:
// drives before membranes, and among these as they were added in MyoGen's
// order of draws, by name with named streams.
func (s *Simulation) orderPopulations() {
	order := slices.Clone(s.pops)
	if s.cfg.Draws.Order == NamedStreams {
		slices.SortFunc(order, func(a, b *simulated) int { return cmp.Compare(a.name, b.name) })
	}
	slices.SortStableFunc(order, func(a, b *simulated) int {
		switch {
		case a.motor == nil && b.motor != nil:
			return -1
		case a.motor != nil && b.motor == nil:
			return 1
		}
		return 0
	})
	for i, p := range order {
		p.order = i
	}
}

// neuron returns a motor neuron that the network has.
func (s *Simulation) neuron(population, cell int) *engine.Neuron {
	return s.engine.Neurons[s.pops[population].first+cell]
}

// instrument attaches probes and injections.
func (s *Simulation) instrument() error {
	for _, p := range s.cfg.Record {
		i, err := s.network.checkProbe(p)
		if err != nil {
			return err
		}
		n := s.neuron(i, p.Cell)
		trace := &engine.Trace{Value: n.Cell.Variable(p.Compartment, p.Variable)}
		if trace.Value == nil {
			return fmt.Errorf("myogen: probe: compartment %d of a cell of %q has no %q; it has %s", p.Compartment, p.Population,
				p.Variable, strings.Join(n.Cell.Variables(p.Compartment), ", "))
		}
		n.Traces = append(n.Traces, trace)
		s.probes = append(s.probes, trace)
	}
	for _, in := range s.cfg.Inject {
		i, err := s.network.motorCell("injection", in.Population, in.Cell)
		if err != nil {
			return err
		}
		n := s.neuron(i, in.Cell)
		for _, x := range append([]float64{float64(in.Amplitude), float64(in.Start), float64(in.Duration)}, in.Signal...) {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("myogen: injection into cell %d of %q: %v", in.Cell, in.Population, x)
			}
		}
		before := n.Clamp
		n.Clamp = func(step int, t float64) float64 {
			var i float64
			switch {
			case in.Signal != nil:
				i = in.Signal[min(step, len(in.Signal)-1)]
			case float64(in.Start) <= t && t < float64(in.Start+in.Duration):
				i = float64(in.Amplitude)
			}
			if before != nil {
				return before(step, t) + i
			}
			return i
		}
	}
	return nil
}
