package myogen

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// Method is a time integration.
type Method int

const (
	CrankNicolson Method = iota // second order; the default
	BackwardEuler               // first order
)

// Probe names a variable to record. Compartment 0 is the soma, 1... the
// dendrites.
type Probe struct {
	Population  string
	Cell        int
	Compartment int
	// Variable is "" for the potential in mV, the name of a gate ("m",
	// "kdrRL_m") for its open share, "mAHP_cai" for calcium in mM, or the name of
	// a mechanism ("napp", "na3rp") for its outward current in mA/cm2. The error
	// for another name lists those there are.
	Variable string
}

func (p Probe) signalName() string {
	name := fmt.Sprintf("MN_%d soma", p.Cell)
	if p.Compartment > 0 {
		name = fmt.Sprintf("MN_%d dendrite %d", p.Cell, p.Compartment-1)
	}
	if p.Variable != "" {
		name += " " + p.Variable
	}
	return name
}

func (p Probe) units() string { return membrane.Units(p.Variable) }

// Injection is a current into the soma of a cell: Amplitude from Start for
// Duration, or the values of Signal (nA), one per time step of the run.
type Injection struct {
	Population string
	Cell       int
	Amplitude  units.Current
	Start      units.Time
	Duration   units.Time
	Signal     []float64
}

// SimulationConfig says how a network is run. The zero value is
// Crank-Nicolson at 0.1 ms with named streams of seed 0 on all cores.
type SimulationConfig struct {
	Step    units.Time // 0 means 0.1 ms
	Method  Method
	Draws   Draws
	Workers int // 0 means all cores; the result does not depend on it
	Record  []Probe
	Inject  []Injection
}

// Link is a connection of one cell to another that was drawn.
type Link struct {
	Source, Target, Synapse int
}

// Simulation runs a network. Its methods are not safe for concurrent use.
type Simulation struct {
	cfg     SimulationConfig
	network *Network
	engine  *engine.Engine
	pops    []*simulated // in the order of the network
	links   []drawn      // in the order of the connections
	epoch   int          // steps between two exchanges of spikes
	probes  []*engine.Trace
	until   float64 // ms: no spike is sent that would arrive at its terminal later
}

// simulated is a population that runs.
type simulated struct {
	name   string
	size   int
	first  int               // index of its first neuron in the engine; motor pools only
	motor  *pool             // nil unless motor neurons
	drive  *neo.AnalogSignal // nil unless driven
	spiker []*random.Spiker  // drive neurons
	given  [][]units.Time    // spikes still to come, of a SpikeSource
	latent float64           // ms from a spike to the terminals of the axon
	spikes [][]engine.Spike
	sent   []int // per motor neuron: spikes passed on
}

// drawn is a connection with its pairs.
type drawn struct {
	namedConnection
	pairs     []Link
	terminals []int // of each source, in the engine
}

// maxEpoch is how often a run reports progress and looks for its cancellation, ms.
const maxEpoch = 50

// NewSimulation draws the connections of a network and puts every cell at its
// initial state.
func NewSimulation(network *Network, cfg SimulationConfig) (*Simulation, error) {
	if cfg.Step == 0 {
		cfg.Step = DefaultStep
	}
	if err := positive("the time step", cfg.Step); err != nil {
		return nil, err
	}
	if cfg.Step > maxEpoch {
		return nil, fmt.Errorf("myogen: the time step is %v, must be at most %d ms", cfg.Step, maxEpoch)
	}
	if cfg.Workers < 0 {
		return nil, fmt.Errorf("myogen: %d workers", cfg.Workers)
	}
	if cfg.Workers == 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	if len(network.populations) == 0 {
		return nil, errors.New("myogen: the network has no populations")
	}
	s := &Simulation{cfg: cfg, network: network, until: math.Inf(1)}
	if err := s.populate(); err != nil {
		return nil, err
	}
	if err := s.instrument(); err != nil {
		return nil, err
	}
	if err := s.connect(); err != nil {
		return nil, err
	}
	s.engine.Start()
	return s, nil
}

// populate starts every cell and gives every drive neuron its generator.
func (s *Simulation) populate() error {
	scheme := membrane.Scheme{Dt: float64(s.cfg.Step), SecondOrder: s.cfg.Method == CrankNicolson}
	backend, err := membrane.ChooseBackend()
	if err != nil {
		return fmt.Errorf("myogen: %w", err)
	}
	var cells []membrane.Description
	var thresholds, vInit []float64
	for _, p := range s.network.populations {
		sim := &simulated{name: p.name, size: p.size(), spikes: make([][]engine.Spike, p.size()), latent: float64(DefaultDelay)}
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
		case SpikeSource:
			for _, train := range p.Trains {
				sim.given = append(sim.given, train.Times)
			}
		}
		s.pops = append(s.pops, sim)
	}
	s.engine = engine.New(membrane.Start(cells, thresholds, scheme, backend), scheme.Dt, s.cfg.Workers)
	for i, n := range s.engine.Neurons {
		n.Cell.Settle(vInit[i])
	}
	motor := len(cells)
	for i, p := range s.network.populations {
		drive, ok := p.Population.(DescendingDrivePool)
		if !ok {
			continue
		}
		for j := range drive.size() {
			seed := random.StreamSeed(s.cfg.Draws.Seed, "drive neuron", p.name, j)
			if s.cfg.Draws.Order == MyoGenOrder {
				// MyoGen numbers the motor neurons first.
				seed = random.DeriveSubseed(s.cfg.Draws.Seed, uint64(j), uint64(motor+j))
			}
			s.pops[i].spiker = append(s.pops[i].spiker, random.NewSpiker(uint64(seed), drive.process()))
		}
	}
	return nil
}

// neuron returns a motor neuron by population and index.
func (s *Simulation) neuron(what, population string, cell int) (*engine.Neuron, error) {
	i, err := s.network.index(population)
	if err != nil {
		return nil, err
	}
	p := s.pops[i]
	switch {
	case p.motor == nil:
		return nil, fmt.Errorf("myogen: %s: %q has no motor neurons", what, population)
	case cell < 0 || cell >= p.size:
		return nil, fmt.Errorf("myogen: %s: %q has cells 0 to %d, not %d", what, population, p.size-1, cell)
	}
	return s.engine.Neurons[p.first+cell], nil
}

// instrument attaches probes and injections.
func (s *Simulation) instrument() error {
	for _, p := range s.cfg.Record {
		n, err := s.neuron("probe", p.Population, p.Cell)
		if err != nil {
			return err
		}
		if last := n.Cell.Compartments() - 1; p.Compartment < 0 || p.Compartment > last {
			return fmt.Errorf("myogen: probe: a cell of %q has compartments 0 to %d, not %d", p.Population, last, p.Compartment)
		}
		trace := &engine.Trace{Value: n.Cell.Variable(p.Compartment, p.Variable)}
		if trace.Value == nil {
			return fmt.Errorf("myogen: probe: compartment %d of a cell of %q has no %q; it has %s", p.Compartment, p.Population,
				p.Variable, strings.Join(n.Cell.Variables(p.Compartment), ", "))
		}
		n.Traces = append(n.Traces, trace)
		s.probes = append(s.probes, trace)
	}
	for _, in := range s.cfg.Inject {
		n, err := s.neuron("injection", in.Population, in.Cell)
		if err != nil {
			return err
		}
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

// connect draws noise and connections.
func (s *Simulation) connect() error {
	shared := s.cfg.Draws.noise()
	for _, x := range s.network.externals {
		g := shared
		if s.cfg.Draws.Order == NamedStreams {
			g = s.cfg.Draws.noise()
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
		if err := s.wire(&d); err != nil {
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

// draw chooses the pairs of a connection: for each source, each target with
// the given probability, on a random synapse of the right sign.
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
	source, target := s.pops[si], s.pops[ti]
	var choices []int
	for i, syn := range target.motor.synapses {
		if syn.Excitatory() != c.Inhibitory {
			choices = append(choices, i)
		}
	}
	if len(choices) == 0 {
		return d, fmt.Errorf("myogen: connection %q to %q: the target has no such synapse", c.source, c.target)
	}
	for _, l := range c.List {
		d.pairs = append(d.pairs, Link{l[0], l[1], l[2]})
	}
	if c.List != nil {
		return d, nil
	}
	for i := range source.size {
		g := shared
		if s.cfg.Draws.Order == NamedStreams {
			g = random.Stream(s.cfg.Draws.Seed, "connect "+c.source, c.target, i)
		}
		for j := range target.size {
			if g.Float64() < c.Probability {
				d.pairs = append(d.pairs, Link{i, j, choices[g.Choice(len(choices))]})
			}
		}
	}
	return d, nil
}

// wire gives every source of a connection a terminal with its contacts.
func (s *Simulation) wire(d *drawn) error {
	si, _ := s.network.index(d.source)
	ti, _ := s.network.index(d.target)
	target := s.pops[ti]
	amounts := make([]float64, len(target.motor.synapses))
	for i, syn := range target.motor.synapses {
		amounts[i] = syn.Amount(float64(d.Weight))
	}
	contacts := make([][]engine.Contact, s.pops[si].size)
	for _, l := range d.pairs {
		contacts[l.Source] = append(contacts[l.Source], engine.Contact{Neuron: target.first + l.Target, Synapse: l.Synapse, Amount: amounts[l.Synapse]})
	}
	for _, c := range contacts {
		terminal, err := s.engine.AddTerminal(c)
		if err != nil {
			return fmt.Errorf("myogen: connection %q to %q: %w", d.source, d.target, err)
		}
		d.terminals = append(d.terminals, terminal)
	}
	return nil
}

// Connections returns the links that were drawn from one population to another.
func (s *Simulation) Connections(source, target string) ([]Link, error) {
	for _, d := range s.links {
		if d.source == source && d.target == target {
			return slices.Clone(d.pairs), nil
		}
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

// Time returns the simulated time.
func (s *Simulation) Time() units.Time { return units.Time(s.engine.T) }

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

// rank orders the sources of a step: drive neurons act before the membranes do.
func (s *Simulation) rank(population, cell int) int {
	r := population<<32 | cell
	if s.pops[population].motor != nil {
		r |= 1 << 62
	}
	return r
}

// Advance takes one time step with every motor neuron.
func (s *Simulation) Advance() error { return s.advance(1) }

func (s *Simulation) advance(steps int) error {
	if err := s.engine.Advance(steps); err != nil {
		var cell *engine.CellError
		if errors.As(err, &cell) {
			for _, p := range s.pops {
				if i := cell.Cell - p.first; p.motor != nil && i >= 0 && i < p.size {
					return fmt.Errorf("myogen: population %q, cell %d: %w", p.name, i, cell.Err)
				}
			}
		}
		return err
	}
	for i, p := range s.pops {
		if p.motor == nil {
			continue
		}
		for c := range p.size {
			spikes := s.engine.Neurons[p.first+c].Spikes
			for _, spike := range spikes[p.sent[c]:] {
				s.send(i, c, spike.Step, spike.T+p.motor.axonDelay[c])
			}
			p.sent[c] = len(spikes)
		}
	}
	return nil
}

// Run simulates until simulated time reaches duration, reporting progress to
// report (which may be nil) after at most 50 ms of simulated time. When ctx is
// cancelled it returns what it has, with Partial true and no error; Run can
// be called again to go on.
//
// As in MyoGen's example a step is taken while the time, which carries the
// rounding of all half steps, is below duration.
func (s *Simulation) Run(ctx context.Context, duration units.Time, report func(done, total units.Time)) (*Result, error) {
	if _, err := samples(duration, s.cfg.Step); err != nil {
		return nil, err
	}
	for _, p := range s.pops {
		switch {
		case p.spiker != nil && p.drive == nil:
			return nil, fmt.Errorf("myogen: population %q has no drive; use ConnectFromExternal", p.name)
		case p.drive != nil && p.drive.TStop() < duration-s.cfg.Step/2:
			return nil, fmt.Errorf("myogen: population %q: the drive ends at %v, the run at %v", p.name, p.drive.TStop(), duration)
		}
	}
	for _, in := range s.cfg.Inject {
		if have := units.Time(len(in.Signal)) * s.cfg.Step; in.Signal != nil && have < duration-s.cfg.Step/2 {
			return nil, fmt.Errorf("myogen: injection into cell %d of %q ends at %v, the run at %v", in.Cell, in.Population, have, duration)
		}
	}
	s.until = float64(duration)
	for s.engine.T < float64(duration) && ctx.Err() == nil {
		steps := s.epochSteps(float64(duration))
		s.fire(steps)
		if err := s.advance(steps); err != nil {
			return nil, err
		}
		if report != nil {
			report(min(s.Time(), duration), duration)
		}
	}
	return s.Result(duration), nil
}

// epochSteps returns how many steps to take before looking up again.
func (s *Simulation) epochSteps(duration float64) int {
	c := s.engine.Clock
	n := 0
	for ; n < s.epoch && c.T < duration; n++ {
		c = c.Next()
	}
	return n
}

// fire lets drive neurons and given trains send their spikes of the next steps.
func (s *Simulation) fire(steps int) {
	for i, p := range s.pops {
		for cell := range p.spiker {
			c := s.engine.Clock
			for k := s.engine.Step; k < s.engine.Step+steps; k++ {
				if p.spiker[cell].Step(p.drive.Values[min(k, len(p.drive.Values)-1)], c.Dt) {
					p.spikes[cell] = append(p.spikes[cell], engine.Spike{Step: k, T: c.T})
					if at := c.T + p.latent; at < s.until {
						s.send(i, cell, k, at)
					}
				}
				c = c.Next()
			}
		}
		end := s.engine.Clock
		for range steps {
			end = end.Next()
		}
		for cell, train := range p.given {
			n := 0
			for ; n < len(train) && float64(train[n]) < end.T; n++ {
				t := float64(train[n])
				p.spikes[cell] = append(p.spikes[cell], engine.Spike{Step: s.engine.Step, T: t})
				if at := t + p.latent; at < s.until {
					s.send(i, cell, s.engine.Step+n, at)
				}
			}
			p.given[cell] = train[n:]
		}
	}
}

// Result is what a simulation has recorded.
type Result struct {
	// Block has a Segment for each population: its spike trains, and the
	// recorded potentials (mV) or the drive (pps).
	Block     *neo.Block
	Simulated units.Time
	Requested units.Time
	Steps     int
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
	r := &Result{Simulated: min(s.Time(), stop), Requested: stop, Steps: s.engine.Step}
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
			spikes := p.spikes[c]
			if p.motor != nil {
				spikes = s.engine.Neurons[p.first+c].Spikes
			}
			train := neo.SpikeTrain{Name: fmt.Sprintf("%s_%d", prefix, c), TStop: stop, SamplingPeriod: s.cfg.Step}
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
