package myogen

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

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

func (m Method) String() string {
	if m == BackwardEuler {
		return "backward Euler"
	}
	return "Crank-Nicolson"
}

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
	// RecordAll writes variables of whole populations to files. Such a
	// simulation cannot be saved and resumed.
	RecordAll []Recording
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
	backend membrane.Backend

	recorders []*recorder

	configuration Configuration
	wall          time.Duration // spent in Run
}

// simulated is a population that runs.
type simulated struct {
	name   string
	size   int
	order  int               // among the populations, for spikes of the same time
	first  int               // index of its first neuron in the engine; motor pools only
	motor  *pool             // nil unless motor neurons
	drive  *neo.AnalogSignal // nil unless driven
	spiker []*random.Spiker  // drive neurons
	given  [][]units.Time    // spikes still to come, of a SpikeSource
	latent float64           // ms from a spike to the terminals of the axon
	spikes [][]engine.Spike
	sent   []int // per motor neuron: spikes passed on

	bombardments []*bombardment // of motor neurons with a Background
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
	if network.err != nil {
		return nil, network.err
	}
	if len(network.populations) == 0 {
		return nil, errors.New("myogen: the network has no populations")
	}
	if cfg.Method != CrankNicolson && cfg.Method != BackwardEuler {
		return nil, fmt.Errorf("myogen: there is no method %d", int(cfg.Method))
	}
	if cfg.Draws.Order != NamedStreams && cfg.Draws.Order != MyoGenOrder {
		return nil, fmt.Errorf("myogen: there is no order of draws %d", int(cfg.Draws.Order))
	}
	configuration, err := configure(network, cfg)
	if err != nil {
		return nil, err
	}
	s := &Simulation{configuration: configuration, cfg: cfg, network: network}
	if err := s.populate(); err != nil {
		return nil, err
	}
	if err := s.instrument(); err != nil {
		return nil, err
	}
	if err := s.connect(); err != nil {
		return nil, err
	}
	if err := s.record(); err != nil {
		for _, r := range s.recorders {
			r.rows.Discard()
		}
		return nil, err
	}
	s.engine.Start()
	return s, nil
}

// Time returns the simulated time.
func (s *Simulation) Time() units.Time { return units.Time(s.engine.T) }

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
	for _, r := range s.recorders {
		if err := r.write(); err != nil {
			return err
		}
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
	halfStep := units.Time(s.cfg.Step / 2)
	for _, p := range s.pops {
		switch {
		case p.spiker != nil && p.drive == nil:
			return nil, fmt.Errorf("myogen: population %q has no drive; use ConnectFromExternal", p.name)
		case p.drive != nil && p.drive.TStop() < duration-halfStep:
			return nil, fmt.Errorf("myogen: population %q: the drive ends at %v, the run at %v", p.name, p.drive.TStop(), duration)
		}
	}
	for _, in := range s.cfg.Inject {
		if have := units.Time(len(in.Signal)) * s.cfg.Step; in.Signal != nil && have < duration-halfStep {
			return nil, fmt.Errorf("myogen: injection into cell %d of %q ends at %v, the run at %v", in.Cell, in.Population, have, duration)
		}
	}
	start := time.Now()
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
	s.wall += time.Since(start)
	if s.engine.T >= float64(duration) {
		if err := s.Close(); err != nil {
			return nil, err
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
