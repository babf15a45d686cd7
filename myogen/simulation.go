package myogen

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/internal/population"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// Simulation runs an [Experiment]. Its methods are not safe for concurrent use.
type Simulation struct {
	experiment *resolved
	engine     *engine.Engine
	pops       []*running   // in the order of the experiment
	links      []connection // in the order of the experiment
	epoch      int          // steps between two exchanges of spikes
	probes     []*engine.Trace
	signals    []neo.AnalogSignal // of each probe, without its values
	recorders  []*recorder
	factors    []*factors // of each modulation
	backend    membrane.Backend

	fingerprint Fingerprint
	hash        string // of the fingerprint
	warnings    []string
	wall        time.Duration // spent in Run
	stepTime    time.Duration // of the last epoch of Run
}

// running is a population that runs.
type running struct {
	plan
	population.Group
	size  int
	order int        // among the populations, for spikes of the same time
	first int        // index of its first membrane in the engine
	drive *driveRate // nil unless driven
	out   []int      // the connections from it
}

// connection is a connection that was drawn. The engine keeps its pairs.
type connection struct {
	resolvedConnection
	terminals []int // of each source, in the engine
}

// maxEpoch is the longest that a run goes between two exchanges of spikes, ms.
const maxEpoch = 50

// Run checks an experiment and runs it: [NewSimulation] and [Simulation.Run] in
// one call.
func Run(ctx context.Context, e Experiment, report func(done, total units.Time)) (*Result, error) {
	s, err := NewSimulation(ctx, e)
	if err != nil {
		return nil, err
	}
	return s.observed(ctx, report)
}

// NewSimulation checks an experiment, draws its connections and puts every cell
// at its initial state.
func NewSimulation(ctx context.Context, e Experiment) (*Simulation, error) {
	s, err := newSimulation(ctx, e)
	return s, prefixed(err)
}

// errNoContext is about a caller that has none.
var errNoContext = errors.New("the context is nil; context.Background() is one that is never cancelled")

func newSimulation(ctx context.Context, e Experiment) (*Simulation, error) {
	if ctx == nil {
		return nil, errNoContext
	}
	w := watch.Of(ctx)
	r, err := e.resolveUnder(w)
	if err != nil {
		return nil, err
	}
	s := &Simulation{experiment: r}
	if s.fingerprint, err = r.fingerprint(w); err != nil {
		return nil, err
	}
	if err := w.While("summing the fingerprint", func() error { s.hash = s.fingerprint.Hash(); return nil }); err != nil {
		return nil, err
	}
	if s.backend, err = membrane.ChooseBackend(); err != nil {
		return nil, err
	}
	shared := r.shared()
	drives, err := r.drives(w, shared)
	if err != nil {
		return nil, err
	}
	s.warnings = r.warnings(drives)
	if err := s.populate(drives, w); err != nil {
		return nil, err
	}
	if err := s.instrument(w); err != nil {
		return nil, err
	}
	if err := s.modulate(w); err != nil {
		return nil, err
	}
	s.beginDrawing(w)
	for i := range r.connections {
		if err := s.connect(r.connections[i], shared, w); err != nil {
			return nil, err
		}
	}
	if err := s.chooseEpoch(); err != nil {
		return nil, err
	}
	if err := s.record(); err != nil {
		return nil, err
	}
	w.Begin("recording the initial state", len(s.engine.Neurons))
	if err := s.engine.Start(w.Did); err != nil {
		return nil, err
	}
	return s, nil
}

// check returns an error about a simulation that NewSimulation has not made.
func (s *Simulation) check() error {
	if s == nil || s.experiment == nil {
		return errors.New("the simulation is empty; NewSimulation makes one")
	}
	return nil
}

// mustBeMade panics where check returns an error.
func (s *Simulation) mustBeMade() {
	if err := s.check(); err != nil {
		panic("myogen: " + err.Error())
	}
}

// step returns the time step in ms.
func (s *Simulation) step() units.Time { return stepOr(s.experiment.Step) }

// populate starts every cell.
func (s *Simulation) populate(drives []*driveRate, w *watch.Watch) error {
	scheme := membrane.Scheme{Dt: float64(s.step()), SecondOrder: s.experiment.Method == CrankNicolson}
	total := 0
	for _, p := range s.experiment.plans {
		total += len(p.cells)
	}
	cells := make([]membrane.Description, 0, total)
	thresholds, vInit := make([]float64, 0, total), make([]float64, 0, total)
	for _, p := range s.experiment.plans {
		run := &running{plan: p, size: p.size(), first: len(cells)}
		for _, c := range p.cells {
			cells, thresholds, vInit = append(cells, c.Description), append(thresholds, c.Threshold), append(vInit, c.VInit)
		}
		s.pops = append(s.pops, run)
	}
	s.orderPopulations()
	w.Begin("making membranes", 2*len(cells))
	started := membrane.Start(cells, thresholds, scheme, s.backend, w.Did)
	if w.Err() != nil {
		return w.Err()
	}
	s.engine = engine.New(started, scheme.Dt, runtime.GOMAXPROCS(0))
	for i, n := range s.engine.Neurons {
		if err := w.Did(1); err != nil {
			return err
		}
		n.Cell.Settle(vInit[i])
	}
	for i, x := range s.experiment.Inputs {
		p := s.pops[s.experiment.targets[i]]
		p.drive = drives[i]
		p.Plan.(population.Driven).Drive(p.drive.fill, float64(delayOr(x.Latency)))
	}
	generators, size := 0, 0
	for _, p := range s.pops {
		size += p.size
	}
	w.Begin("starting cells", size)
	for _, p := range s.pops {
		p.Group = p.Start(population.Env{
			Name: p.name, Seed: s.experiment.Seed, Watch: w, MyoGen: s.experiment.Draws == MyoGenOrder, Engine: s.engine, First: p.first,
			Membranes: len(cells), Generator: generators,
		})
		generators += p.Generators()
	}
	return w.Err()
}

// orderPopulations says in which order the populations act within a step:
// those without membranes first, and among these and the others as they stand
// in the experiment in MyoGen's order of draws, by name with named streams.
func (s *Simulation) orderPopulations() {
	order := slices.Clone(s.pops)
	if s.experiment.Draws == NamedStreams {
		slices.SortFunc(order, func(a, b *running) int { return cmp.Compare(a.name, b.name) })
	}
	withMembranes := func(p *running) int { return min(len(p.cells), 1) }
	slices.SortStableFunc(order, func(a, b *running) int { return cmp.Compare(withMembranes(a), withMembranes(b)) })
	for i, p := range order {
		p.order = i
	}
}

// neuron returns a cell with a membrane.
func (s *Simulation) neuron(population, cell int) *engine.Neuron {
	return s.engine.Neurons[s.pops[population].first+cell]
}

// instrument attaches probes and injections.
func (s *Simulation) instrument(w *watch.Watch) error {
	steps, err := countSteps(s.experiment.Duration, s.step())
	if err != nil {
		return err
	}
	w.Begin("attaching probes", len(s.experiment.Record))
	for i, p := range s.experiment.Record {
		n := s.neuron(s.experiment.probes[i], p.Cell)
		// Room for all samples, of the initial state and of a step that begins after
		// the end by a rounding too: otherwise all traces grow in the same step, which
		// then takes seconds.
		trace := &engine.Trace{Value: n.Cell.Variable(p.Compartment, potential(p.Variable)), Values: make([]float64, 0, steps+2)}
		n.Traces = append(n.Traces, trace)
		s.probes = append(s.probes, trace)
		name := p.signalName(s.pops[s.experiment.probes[i]].cellName(p.Cell))
		s.signals = append(s.signals, neo.AnalogSignal{Name: name, Units: p.units(), SamplingPeriod: s.step()})
		if err := w.Did(1); err != nil {
			return err
		}
	}
	for i, in := range s.experiment.Inject {
		n := s.neuron(s.experiment.injections[i], in.Cell)
		clamp, before := in.clamp(s.step()), n.Clamp
		if before == nil {
			n.Clamp = clamp
			continue
		}
		n.Clamp = func(step int, t float64) float64 { return before(step, t) + clamp(step, t) }
	}
	return nil
}

// clamp returns the current in nA of a step whose middle is at t ms.
func (in Injection) clamp(step units.Time) func(i int, t float64) float64 {
	if in.Shape != nil {
		return func(i int, _ float64) float64 { return float64(in.Shape.At(units.Time(i) * step)) }
	}
	return func(_ int, t float64) float64 {
		if float64(in.Start) <= t && t < float64(in.Start+in.Duration) {
			return float64(in.Amplitude)
		}
		return 0
	}
}

// connect gives each source of a connection a terminal with its contacts: on
// each target with the given probability, a random synapse of the right sign.
func (s *Simulation) connect(c resolvedConnection, shared *random.Generator, w *watch.Watch) error {
	d := connection{resolvedConnection: c}
	source, target := s.pops[c.source], s.pops[c.target]
	var choices []int
	amounts := make([]float64, len(target.synapses))
	for i, syn := range target.synapses {
		amounts[i] = syn.Amount(float64(c.Weight))
		if syn.Inhibitory == c.Inhibitory {
			choices = append(choices, i)
		}
	}
	given := make([][]Link, source.size) // by source
	for j, l := range c.Pairs {
		if j%lookEvery == lookEvery-1 && w.Did(0) != nil {
			return w.Err()
		}
		given[l.Source] = append(given[l.Source], l)
	}
	drawn := 0
	var contacts []engine.Contact
	add := func(cell, synapse int) {
		contacts = append(contacts, engine.Contact{Neuron: target.first + cell, Synapse: synapse, Amount: amounts[synapse]})
	}
	for i := range source.size {
		contacts = contacts[:0]
		for _, l := range given[i] {
			add(l.Target, l.Synapse)
		}
		if c.Pairs == nil {
			g := shared
			if g == nil {
				g = random.Stream(s.experiment.Seed, c.purpose+c.Source, c.Target, i)
			}
			for j := range target.size {
				if g.Float64() < c.Probability {
					add(j, choices[g.Choice(len(choices))])
				}
			}
		}
		terminal, err := s.engine.AddTerminal(contacts)
		if err != nil {
			return fmt.Errorf("%s: %w", c.words(), err)
		}
		d.terminals = append(d.terminals, terminal)
		drawn += len(contacts)
		if err := w.Did(1); err != nil { // a source has a million targets at most: some ms
			return err
		}
	}
	switch {
	case drawn > 0:
	case c.Pairs != nil:
		s.warnings = append(s.warnings, fmt.Sprintf("%s: it has no pairs, and connects nothing", c.words()))
	default:
		s.warnings = append(s.warnings, fmt.Sprintf("%s: with probability %v none of the %d pairs was drawn, and it connects nothing",
			c.words(), c.Probability, source.size*target.size))
	}
	source.out = append(source.out, len(s.links))
	s.links = append(s.links, d)
	return nil
}

// chooseEpoch takes as many steps at once as no spike of a membrane can arrive
// in.
func (s *Simulation) chooseEpoch() error {
	epoch := float64(maxEpoch)
	for _, c := range s.links {
		p := s.pops[c.source]
		if p.cells == nil {
			continue
		}
		shortest := p.Latency(0)
		for cell := range p.size {
			shortest = min(shortest, p.Latency(cell))
		}
		shortest += float64(delayOr(c.Delay))
		epoch = min(epoch, shortest)
		if shortest < float64(s.step()) {
			return fmt.Errorf("%s: the delay is %v ms, must be at least a time step, %v", c.words(), shortest, s.step())
		}
	}
	s.epoch = max(1, int(epoch/float64(s.step())))
	return nil
}

// Experiment returns what the simulation runs.
func (s *Simulation) Experiment() Experiment {
	s.mustBeMade()
	return s.experiment.Experiment
}

// Warnings returns what the run does that its experiment may not mean: currents
// and spikes outside the run, rates that the time step cannot follow. Reports
// have them too.
func (s *Simulation) Warnings() []string {
	s.mustBeMade()
	return slices.Clone(s.warnings)
}

// Time returns the simulated time.
func (s *Simulation) Time() units.Time {
	s.mustBeMade()
	return units.Time(s.engine.T)
}

// SetWorkers sets the number of cores, all unless it is called. The results do
// not depend on it.
func (s *Simulation) SetWorkers(n int) error {
	if err := s.check(); err != nil {
		return prefixed(err)
	}
	if n < 1 {
		return fmt.Errorf("myogen: the number of workers is %d, must be at least 1", n)
	}
	s.engine.Workers = n
	return nil
}

// Advance takes one time step with every membrane, if the experiment's duration
// is not over. It is the last of the three calls that make a step by hand; the
// others are Integrate and Deliver.
func (s *Simulation) Advance() error {
	if err := s.check(); err != nil {
		return prefixed(err)
	}
	if s.engine.T >= float64(s.experiment.Duration) {
		return fmt.Errorf("myogen: a step at %v: the experiment's duration is %v", s.Time().Round(units.Us), s.experiment.Duration)
	}
	return s.advance(1)
}

func (s *Simulation) advance(steps int) error {
	for _, f := range s.factors {
		if err := f.fill(s.engine.Step, steps); err != nil {
			return prefixed(err)
		}
	}
	if err := s.engine.Advance(steps); err != nil {
		var cell *engine.CellError
		if errors.As(err, &cell) {
			for _, p := range s.pops {
				if i := cell.Cell - p.first; i >= 0 && i < len(p.cells) {
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
		p.Collect(func(cell int, spike engine.Spike) { s.send(i, cell, spike.Step, spike.T+p.Latency(cell)) })
	}
	return nil
}

// Run simulates until the experiment's duration, reporting progress to report
// (which may be nil) several times a second. When ctx is cancelled it returns
// what it has within 100 ms, with Partial true and no error; Run can be called
// again to go on. When that happens after the last step, while what was recorded is
// flushed to the disk and the result gathered, it returns the error of ctx; nothing is
// lost then: Run that is called again only gathers, and the state can be saved.
//
// As in MyoGen's example a step is taken while the time, which carries the
// rounding of all half steps, is below the duration.
func (s *Simulation) Run(ctx context.Context, report func(done, total units.Time)) (*Result, error) {
	if err := s.check(); err != nil {
		return nil, prefixed(err)
	}
	return s.RunUntil(ctx, s.experiment.Duration, report)
}

// RunUntil is Run up to a time before the experiment's duration.
func (s *Simulation) RunUntil(ctx context.Context, until units.Time, report func(done, total units.Time)) (*Result, error) {
	if err := s.check(); err != nil {
		return nil, prefixed(err)
	}
	switch {
	case ctx == nil:
		return nil, prefixed(errNoContext)
	case !(until > 0 && until <= s.experiment.Duration):
		return nil, fmt.Errorf("myogen: a run until %v, must be above 0 and at most the experiment's duration, %v", until, s.experiment.Duration)
	case s.engine.T-float64(until) > 1.5*float64(s.step()): // the last step may begin before the end by a rounding
		return nil, fmt.Errorf("myogen: a run until %v: the simulation is already at %v", until, s.Time().Round(units.Us))
	}
	for _, p := range s.pops {
		if err := p.Ready(); err != nil {
			return nil, fmt.Errorf("myogen: population %q %w", p.name, err)
		}
	}
	if err := s.checkSpace(until); err != nil {
		return nil, err
	}
	if err := s.advanceUntil(ctx, until, report); err != nil {
		return nil, err
	}
	if ctx.Err() != nil { // what there is
		ctx = context.WithoutCancel(ctx)
	}
	w := watch.Of(ctx)
	if s.ended() {
		if err := s.flushRecordings(w); err != nil {
			return nil, err
		}
	}
	r, err := s.gather(w)
	if err == nil && s.ended() {
		err = s.Close()
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// advanceUntil takes steps until a time or until ctx is cancelled.
func (s *Simulation) advanceUntil(ctx context.Context, until units.Time, report func(done, total units.Time)) error {
	start := time.Now()
	defer func() { s.wall += time.Since(start) }()
	for s.engine.T < float64(until) && ctx.Err() == nil {
		steps := s.epochSteps(float64(until), s.pace())
		begun := time.Now()
		if err := s.fire(steps); err != nil {
			return err
		}
		if err := s.advance(steps); err != nil {
			return err
		}
		s.stepTime = time.Since(begun) / time.Duration(steps)
		if report != nil {
			report(min(s.Time(), until), until)
		}
	}
	return nil
}

// epochSteps returns how many steps to take before looking up again, at most
// some.
func (s *Simulation) epochSteps(until float64, most int) int {
	c := s.engine.Clock
	n := 0
	for ; n < min(s.epoch, most) && c.T < until; n++ {
		c = c.Next()
	}
	return n
}

// lookUp is the wall time between two looks at the context and two reports of
// progress, well below the 100 ms within which a run is to end. 100 000 cells
// take a second for what 100 do in a millisecond; where a run is cut decides
// nothing of its result.
const lookUp = watch.Every

// pace returns the number of steps that take about as long: as the last ones
// did, with the cells without membranes, which the engine does not see, or at
// first as a guess that is too long rather than too short.
func (s *Simulation) pace() int {
	const guess = 20 * time.Nanosecond // a drive neuron on a slow processor
	took := s.stepTime
	if took == 0 {
		took = s.engine.StepTime()
		for _, p := range s.pops {
			if p.cells == nil {
				took += guess * time.Duration(p.size)
			}
		}
	}
	return max(1, int(lookUp/max(took, 1)))
}

// ended reports whether the last step was taken.
func (s *Simulation) ended() bool { return s.engine.T >= float64(s.experiment.Duration) }
