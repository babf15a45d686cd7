package myogen

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// Experiment is everything that decides the spikes of a run, as plain data: a
// network of populations, what drives it, what is recorded, how long it runs
// and the seed of its random numbers. Zero fields stand for defaults, and the
// same experiment gives the same spikes wherever it runs.
//
// An experiment is written as a literal or read from a file by
// [LoadExperiment]; [Experiment.YAML] is its file. It is checked when a
// [Simulation] starts, or by [Experiment.Check].
type Experiment struct {
	Seed     uint64
	Draws    DrawOrder
	Duration units.Time // of the run
	Step     units.Time // 0 means 0.1 ms
	Method   Method

	// Populations have different names. Their order counts only with
	// [MyoGenOrder].
	Populations []Population
	Inputs      []Input
	Connections []Connection
	Modulate    []Modulation // of parameters, over time

	Record    []Probe
	RecordAll []Recording
	Inject    []Injection
	Force     []Force // of pools
}

func (e *Experiment) fields() []fields.Field { return e.fieldsUnder(nil)() }

// fieldsUnder returns the table of fields whose probes are looked at one by one: there
// may be 100,000.
func (e *Experiment) fieldsUnder(w *watch.Watch) func() []fields.Field {
	return func() []fields.Field { return e.table(func() error { return w.Did(0) }) }
}

func (e *Experiment) table(look func() error) []fields.Field {
	return []fields.Field{
		{Name: "seed", Doc: "seed of all random numbers", Default: "0", Value: fields.Seed(&e.Seed)},
		{Name: "draws", Doc: "order in which random numbers are handed out", Default: NamedStreams.String(),
			Value: fields.Choice(&e.Draws, NamedStreams, MyoGenOrder)},
		{Name: "duration", Doc: "simulated time", Required: true, Value: duration(&e.Duration, fields.Positive)},
		{Name: "step", Doc: "time step", Default: "0.1 ms", Value: duration(&e.Step, fields.Positive)},
		{Name: "method", Doc: "time integration", Default: CrankNicolson.String(), Value: fields.Choice(&e.Method, CrankNicolson, BackwardEuler)},
		{Name: "populations", Doc: "populations by name", Required: true, Value: populationsValue(&e.Populations)},
		{Name: "inputs", Doc: "rates at which drive neurons fire", Value: fields.ListOf(&e.Inputs, "an input",
			func(x *Input) fields.Value { return fields.StructWith(x.fields, x.needs) })},
		{Name: "connections", Doc: "connections between populations", Value: fields.ListOf(&e.Connections, "a connection",
			func(c *Connection) fields.Value { return fields.StructWith(c.fields, c.needs) })},
		{Name: "modulate", Doc: "parameters of pools that change over time", Value: fields.ListOf(&e.Modulate, "a modulation",
			func(m *Modulation) fields.Value { return fields.StructWith(m.fields, m.needs) })},
		{Name: "record", Doc: "variables of single cells to record", Value: fields.ListOf(&e.Record, "a probe",
			func(p *Probe) fields.Value { return fields.Looked(fields.Struct(p.fields), look) })},
		{Name: "record_all", Doc: "variables of whole populations to write to files", Value: fields.ListOf(&e.RecordAll, "a recording",
			func(r *Recording) fields.Value { return fields.Struct(r.fields) })},
		{Name: "inject", Doc: "currents into the soma of cells", Value: fields.ListOf(&e.Inject, "an injection",
			func(in *Injection) fields.Value { return fields.StructWith(in.fields, in.needs) })},
		{Name: "force", Doc: "forces that pools of motor neurons make", Value: fields.ListOf(&e.Force, "a force",
			func(f *Force) fields.Value { return fields.Struct(f.fields) })},
	}
}

// Method is a time integration.
type Method int

// The methods.
const (
	CrankNicolson Method = iota // second order; the default
	BackwardEuler               // first order
)

// String returns the method's name, as it stands in files.
func (m Method) String() string {
	switch m {
	case CrankNicolson:
		return "Crank-Nicolson"
	case BackwardEuler:
		return "backward Euler"
	}
	return fmt.Sprintf("Method(%d)", int(m))
}

// DrawOrder is the way random numbers are handed out.
type DrawOrder int

const (
	// NamedStreams gives every random choice a stream of its own, named by
	// seed, purpose, population and cell. The default.
	NamedStreams DrawOrder = iota
	// MyoGenOrder takes one NumPy generator in the order in which MyoGen 0.12's
	// example does - noise, then connections - and seeds the drive neurons as
	// it does: the same seed gives the same spikes as in Python.
	MyoGenOrder
)

// String returns the order's name, as it stands in files.
func (o DrawOrder) String() string {
	switch o {
	case NamedStreams:
		return "named streams"
	case MyoGenOrder:
		return "MyoGen order"
	}
	return fmt.Sprintf("DrawOrder(%d)", int(o))
}

// Check returns the first thing that is wrong with the experiment, or nil if it
// can be run.
func (e Experiment) Check() error {
	_, err := e.resolve()
	return prefixed(err)
}

// Drive returns the rate that an input gives a population, in pps, with its
// noise: what a run of the experiment records.
func (e Experiment) Drive(population string) (neo.AnalogSignal, error) {
	x, err := e.inputOf(population)
	if err != nil {
		return neo.AnalogSignal{}, err
	}
	if e.Draws == MyoGenOrder || x.Follow != nil { // it depends on other inputs
		r, err := e.resolve()
		if err != nil {
			return neo.AnalogSignal{}, prefixed(err)
		}
		drives, err := r.drives(nil, r.shared())
		if err != nil {
			return neo.AnalogSignal{}, prefixed(err)
		}
		i := slices.IndexFunc(r.Inputs, func(x Input) bool { return x.Target == population })
		s, err := drives[i].signal()
		return s, prefixed(err)
	}
	d, err := x.driveRate(e.Duration, stepOr(e.Step))
	if err == nil {
		err = d.withNoise(nil, x, e.noise(x))
	}
	var s neo.AnalogSignal
	if err == nil {
		s, err = d.signal()
	}
	return s, prefixed(within(x.words(), err))
}

// CleanDrive returns the rate that an input gives a population, in pps, without
// its noise and that of an input that it follows.
func (e Experiment) CleanDrive(population string) (neo.AnalogSignal, error) {
	x, err := e.inputOf(population)
	if err != nil {
		return neo.AnalogSignal{}, err
	}
	d, err := e.cleanRate(x)
	if err != nil {
		return neo.AnalogSignal{}, prefixed(err)
	}
	s, err := d.signal()
	return s, prefixed(err)
}

func (e Experiment) inputOf(population string) (Input, error) {
	var targets []string
	for _, x := range e.Inputs {
		if x.Target == population {
			x.Shape = concreteShape(x.Shape)
			return x, nil
		}
		targets = append(targets, x.Target)
	}
	return Input{}, fmt.Errorf("myogen: no input drives %q; inputs drive %q", population, targets)
}

// noise returns the generator of the noise of an input.
func (e Experiment) noise(x Input) *random.Generator {
	return random.Stream(e.Seed, "noise", x.Source, 0)
}

// With returns a copy of the experiment in which the value at a path is what a
// text of YAML says:
//
//	e.With("connections[0].weight", "0.2 uS")
//	e.With("populations.aMN.parameters.NERLab.soma.gl", "[0.9e-3, 1.5e-3]")
//
// Keys are those of the experiment's file. The error says what there is where a
// path leads nowhere.
func (e Experiment) With(path, value string) (Experiment, error) {
	p, err := fields.ParsePath(path)
	if err == nil {
		e.Populations, err = concrete(e.Populations)
	}
	if err == nil {
		err = fields.Set(fields.Struct(e.fields), p, value)
	}
	return e, prefixed(err)
}

// Get returns the value at a path as the experiment's file has it: "0.15 uS".
func (e Experiment) Get(path string) (string, error) {
	v, err := e.lookup(path)
	if err != nil {
		return "", prefixed(err)
	}
	n := v.Write(true)
	if n == nil {
		return "", nil
	}
	return strings.TrimSpace(fields.YAML(n)), nil
}

// Number returns the number at a path and its unit, "" for a plain number.
func (e Experiment) Number(path string) (x float64, unit string, err error) {
	v, err := e.lookup(path)
	if err != nil {
		return 0, "", prefixed(err)
	}
	x, unit, ok := fields.Measure(v)
	if !ok {
		return 0, "", fmt.Errorf("myogen: the value at %s is no number", path)
	}
	return x, unit, nil
}

func (e Experiment) lookup(path string) (fields.Value, error) {
	p, err := fields.ParsePath(path)
	if err != nil {
		return nil, err
	}
	if e.Populations, err = concrete(e.Populations); err != nil {
		return nil, err
	}
	e = e.concreteShapes()
	return fields.Lookup(fields.Struct(e.fields), p)
}

// String prints the experiment in a few lines.
func (e Experiment) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v at steps of %v, %v, seed %d, %v\n", e.Duration, stepOr(e.Step), e.Method, e.Seed, e.Draws)
	for i, p := range e.Populations {
		if of := present([]Population{p}); len(of) > 0 {
			fmt.Fprintf(&b, "  %-10s %s\n", of[0].name(), of[0])
		} else {
			fmt.Fprintf(&b, "  population %d is none, a %T\n", i, p)
		}
	}
	for _, x := range e.Inputs {
		fmt.Fprintf(&b, "  %s\n", x)
	}
	for _, c := range e.Connections {
		fmt.Fprintf(&b, "  %s\n", c)
	}
	for _, m := range e.Modulate {
		fmt.Fprintf(&b, "  %s\n", m)
	}
	for _, f := range e.Force {
		fmt.Fprintf(&b, "  %s\n", f)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// resolved is an experiment that was checked, its names turned into numbers.
type resolved struct {
	Experiment
	watch       *watch.Watch // of its check; nil before and after
	plans       []plan
	targets     []int        // of each input: index of its population
	rates       []*driveRate // of each input, without noise
	highest     []float64    // of each input: its highest rate without noise, pps
	purposes    []string     // of each connection
	connections []resolvedConnection
	probes      []int // of each probe: index of its population
	recordings  []int
	injections  []int
	modulations []int
}

type resolvedConnection struct {
	Connection
	purpose        string
	source, target int
}

// resolve checks the experiment.
func (e Experiment) resolve() (*resolved, error) { return e.resolveUnder(nil) }

func (e Experiment) resolveUnder(w *watch.Watch) (*resolved, error) {
	var err error
	if e.Populations, err = concrete(e.Populations); err != nil {
		return nil, err
	}
	e = e.concreteShapes()
	r := &resolved{Experiment: e, watch: w, purposes: purposes(e.Connections)}
	w.Begin("checking the experiment", 0)
	if err := fields.Struct(e.fieldsUnder(w)).Check("the experiment"); err != nil {
		if w.Err() != nil {
			return nil, w.Err()
		}
		return nil, r.explain(err)
	}
	if err := checkPopulations(e.Populations); err != nil {
		return nil, err
	}
	if _, err := countSteps(e.Duration, stepOr(e.Step)); err != nil {
		return nil, fields.At("duration", err)
	}
	if stepOr(e.Step) > maxEpoch {
		return nil, fields.At("step", fmt.Errorf("the time step is %v, must be at most %d ms", e.Step, maxEpoch))
	}
	if err := r.plan(); err != nil {
		return nil, err
	}
	for _, l := range r.lists() {
		w.Begin("checking "+l.key, 0)
		for i := range l.n {
			if err := l.check(i); err != nil {
				return nil, fields.At(l.key, fields.Index(i, err))
			}
			if err := w.Did(0); err != nil {
				return nil, err
			}
		}
	}
	r.watch = nil
	return r, nil
}

// list is a list of an experiment whose items refer to populations.
type list struct {
	key   string
	n     int
	words func(i int) string // names an item in errors
	check func(i int) error  // checks an item and resolves its names
}

// lists returns the lists of the experiment in the order in which they are checked.
func (r *resolved) lists() []list {
	same := func(words string) func(int) string { return func(int) string { return words } }
	return []list{
		{"inputs", len(r.Inputs), func(i int) string { return r.Inputs[i].words() }, r.input},
		{"connections", len(r.Connections), func(i int) string { return r.Connections[i].words() }, r.connection},
		{"record", len(r.Record), same("probe"), r.probe},
		{"record_all", len(r.RecordAll), same("recording"), r.recording},
		{"inject", len(r.Inject), func(i int) string { return r.Inject[i].words() }, r.injection},
		{"modulate", len(r.Modulate), func(i int) string { return r.Modulate[i].words() }, r.modulation},
		{"force", len(r.Force), func(i int) string { return r.Force[i].words() }, r.force},
	}
}

// explain says of an error in a list which of its items it is about.
func (r *resolved) explain(err error) error {
	var at *fields.Error
	if !errors.As(err, &at) || len(at.Path) < 2 {
		return err
	}
	what := ""
	if at.Path[0] == "populations" {
		what = fmt.Sprintf("population %q", at.Path[1])
	} else if i, ok := at.Path.Index(1); ok {
		for _, l := range r.lists() {
			if l.key == at.Path[0] {
				what = l.words(i)
			}
		}
	}
	if what == "" {
		return err
	}
	inner := at.Path[2:]
	if last := len(at.Path) - 1; last >= 2 {
		if _, item := at.Path.Index(last); !item { // the error says its name
			inner = at.Path[2:last]
		}
	}
	if len(inner) > 0 {
		what += ": " + inner.String()
	}
	return &fields.Error{Path: at.Path, Err: fmt.Errorf("%s: %w", what, at.Err)}
}

// concreteShapes returns the experiment with shapes in the place of pointers to
// them.
func (e Experiment) concreteShapes() Experiment {
	inputs, injections, modulations := make([]Input, len(e.Inputs)), make([]Injection, len(e.Inject)), make([]Modulation, len(e.Modulate))
	for i, x := range e.Inputs {
		x.Shape = concreteShape(x.Shape)
		inputs[i] = x
	}
	for i, in := range e.Inject {
		in.Shape = concreteShape(in.Shape)
		injections[i] = in
	}
	for i, m := range e.Modulate {
		m.Shape = concreteShape(m.Shape)
		modulations[i] = m
	}
	e.Inputs, e.Inject, e.Modulate = inputs, injections, modulations
	return e
}

// Names returns the names of the populations, "" for one that is nil.
func (e Experiment) Names() []string {
	all := make([]string, len(e.Populations))
	for i, p := range e.Populations {
		if of := present([]Population{p}); len(of) > 0 {
			all[i] = of[0].name()
		}
	}
	return all
}
