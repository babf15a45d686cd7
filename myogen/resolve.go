package myogen

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/internal/population"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/random"
)

// plan is a population that can be started.
type plan struct {
	population.Plan
	Population
	name     string
	cells    []population.Membrane // nil for a population without membranes
	synapses []membrane.Synapse    // nil for a population without synapses
}

// cellName returns the name of a cell's spike train: "MN_3".
func (p plan) cellName(cell int) string { return p.prefix() + "_" + strconv.Itoa(cell) }

// plan makes plans of the populations.
func (r *resolved) plan() error {
	cells := 0
	for _, p := range r.Populations {
		cells += p.size()
	}
	r.watch.Begin("describing cells", cells)
	for _, p := range r.Populations {
		made, err := p.plan(r.watch)
		if r.watch.Err() != nil {
			return r.watch.Err()
		}
		if err != nil {
			return fields.At("populations", fields.At(p.name(), within(fmt.Sprintf("population %q", p.name()), err)))
		}
		next := plan{Plan: made, Population: p, name: p.name(), cells: made.Membranes()}
		if s, ok := made.(population.Synaptic); ok {
			next.synapses = s.Synapses()
		}
		r.plans = append(r.plans, next)
	}
	return nil
}

// find returns the index of a population.
func (r *resolved) find(name string) (int, error) {
	return findName(r.plans, func(p plan) string { return p.name }, name)
}

// findName returns the index of the population with a name.
func findName[T any](all []T, name func(T) string, want string) (int, error) {
	names := make([]string, len(all))
	for i, x := range all {
		if name(x) == want {
			return i, nil
		}
		names[i] = name(x)
	}
	return 0, fmt.Errorf("there is no population %q; there are %q", want, names)
}

func (r *resolved) input(i int) error {
	x := r.Inputs[i]
	t, err := r.find(x.Target)
	if err != nil {
		return fields.At("target", fmt.Errorf("%s: %w", x.words(), err))
	}
	if _, ok := r.plans[t].Plan.(population.Driven); !ok {
		return fields.At("target", fmt.Errorf("%s: %q takes no input: it is %s", x.words(), x.Target, r.plans[t].kind()))
	}
	for _, other := range r.Inputs[:i] {
		if other.Target == x.Target {
			return fields.At("target", fmt.Errorf("%s: %q is already driven by %q", x.words(), x.Target, other.Source))
		}
	}
	d, err := r.cleanRate(x)
	if err != nil {
		return within(x.words(), err)
	}
	highest, err := d.check(r.watch)
	if err != nil {
		return fmt.Errorf("%s: %w", x.words(), err)
	}
	r.targets, r.rates, r.highest = append(r.targets, t), append(r.rates, d), append(r.highest, highest)
	return nil
}

// maxProbed bounds the samples that probes hold in memory: to 2 GiB.
const maxProbed = 1 << 28

// maxContacts bounds what is drawn to 16 GiB.
const maxContacts = 1 << 32

func (r *resolved) connection(i int) error {
	c := r.Connections[i]
	s, err := r.find(c.Source)
	if err != nil {
		return fields.At("source", fmt.Errorf("%s: %w", c.words(), err))
	}
	t, err := r.find(c.Target)
	if err != nil {
		return fields.At("target", fmt.Errorf("%s: %w", c.words(), err))
	}
	source, target := r.plans[s], r.plans[t]
	if target.synapses == nil {
		return fields.At("target", fmt.Errorf("%s: the target has no synapses: it is %s", c.words(), target.kind()))
	}
	if err := c.check(); err != nil {
		return fmt.Errorf("%s: %w", c.words(), err)
	}
	if c.Pairs == nil && !slices.ContainsFunc(target.synapses, func(s membrane.Synapse) bool { return s.Inhibitory == c.Inhibitory }) {
		return fmt.Errorf("%s: the target has no such synapse", c.words())
	}
	drawn := c.Probability * float64(source.size()) * float64(target.size())
	for _, other := range r.connections {
		drawn += float64(other.Probability * float64(r.plans[other.source].size()) * float64(r.plans[other.target].size()))
	}
	if drawn > maxContacts {
		return fields.At("probability", fmt.Errorf("%s: with it the network has some %.3g contacts, at most %d fit into memory", c.words(), drawn, int64(maxContacts)))
	}
	r.watch.Begin("checking pairs", len(c.Pairs))
	for j, l := range c.Pairs {
		if j%lookEvery == lookEvery-1 {
			if err := r.watch.Did(lookEvery); err != nil {
				return err
			}
		}
		for _, x := range []struct {
			what      string
			got, size int
		}{{"source", l.Source, source.size()}, {"target", l.Target, target.size()}, {"synapse", l.Synapse, len(target.synapses)}} {
			if x.got < 0 || x.got >= x.size {
				return fields.At("pairs", fields.Index(j, fmt.Errorf("%s: pair %d: %s is %d, must be 0 to %d", c.words(), j, x.what, x.got, x.size-1)))
			}
		}
	}
	r.connections = append(r.connections, resolvedConnection{c, r.purposes[i], s, t})
	return nil
}

// membrane returns the index of a population whose cells have this compartment.
func (r *resolved) membrane(name string, cell, compartment int) (int, error) {
	i, err := r.find(name)
	if err != nil {
		return 0, fields.At("population", err)
	}
	p := r.plans[i]
	switch {
	case p.cells == nil:
		return 0, fields.At("population", fmt.Errorf("the cells of %q have no membrane: they are %s", name, p.kind()))
	case cell < 0 || cell >= len(p.cells):
		return 0, fields.At("cell", fmt.Errorf("%q has cells 0 to %d, not %d", name, len(p.cells)-1, cell))
	}
	if last := membrane.Compartments(p.cells[cell].Description) - 1; compartment < 0 || compartment > last {
		return 0, fields.At("compartment", fmt.Errorf("a cell of %q has compartments 0 to %d, not %d", name, last, compartment))
	}
	return i, nil
}

// variable checks the name of a variable of a compartment.
func (r *resolved) variable(population, compartment int, name string) error {
	p := r.plans[population]
	all := membrane.Variables(p.cells[0].Description, compartment)
	if v := potential(name); v != "" && !slices.Contains(all, v) {
		return fields.At("variable", fmt.Errorf("compartment %d of a cell of %q has no %q; it has v, %s", compartment, p.name, name, strings.Join(all, ", ")))
	}
	return nil
}

func (r *resolved) probe(i int) error {
	p := r.Record[i]
	at, err := r.membrane(p.Population, p.Cell, p.Compartment)
	if err == nil {
		err = r.variable(at, p.Compartment, p.Variable)
	}
	if n, _ := countSteps(r.Duration, r.step()); err == nil && len(r.Record) > maxProbed/n {
		err = fmt.Errorf("%d probes of %d samples need %.3g GB of memory, at most %.3g: record_all writes to a file while the run goes on",
			len(r.Record), n, float64(len(r.Record))*float64(n)*8e-9, maxProbed*8e-9)
	}
	r.probes = append(r.probes, at)
	return within("probe", err)
}

func (r *resolved) recording(i int) error {
	x := r.RecordAll[i]
	at, err := r.membrane(x.Population, 0, x.Compartment)
	if err == nil {
		err = r.variable(at, x.Compartment, x.Variable)
	}
	if err == nil && !strings.HasSuffix(x.Path, ".npy") {
		err = fields.At("path", fmt.Errorf("path is %q, must end in .npy", x.Path))
	}
	for _, other := range r.RecordAll[:i] {
		if err == nil && atomicfile.SameFile(other.Path, x.Path) {
			err = fields.At("path", fmt.Errorf("two recordings are written to %s (%s)", x.Path, other.Path))
		}
	}
	r.recordings = append(r.recordings, at)
	return within("recording", err)
}

func (r *resolved) injection(i int) error {
	in := r.Inject[i]
	at, err := r.membrane(in.Population, in.Cell, 0)
	if err == nil {
		err = in.check()
	}
	if err == nil {
		err = lasts(in.Shape, r.Duration, r.step())
	}
	if n, _ := countSteps(r.Duration, r.step()); in.Shape != nil && err == nil {
		err = checkLong(in.Shape, n)
	}
	r.injections = append(r.injections, at)
	return within(in.words(), err)
}

// within puts words before an error and leaves its path alone.
func within(words string, err error) error {
	if e, ok := err.(*fields.Error); ok {
		return &fields.Error{Path: e.Path, Err: fmt.Errorf("%s: %w", words, e.Err)}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", words, err)
	}
	return nil
}

// shared returns the generator that all draws of MyoGen's order share.
func (r *resolved) shared() *random.Generator {
	if r.Draws == MyoGenOrder {
		return random.New(r.Seed)
	}
	return nil
}

// drives returns the rates of the inputs, in their order. Shared is the
// generator of MyoGen's order.
func (r *resolved) drives(w *watch.Watch, shared *random.Generator) ([]*driveRate, error) {
	var all []*driveRate
	begins := make([]random.Generator, len(r.Inputs)) // of the noise of inputs that follow another
	for i, x := range r.Inputs {
		g := shared
		if g == nil {
			g = r.noise(x)
		}
		d := *r.rates[i]
		all = append(all, &d)
		var err error
		if x.Follow != nil { // its rate is known when all others are
			begins[i] = *g
		} else {
			err = d.withNoise(w, x, g)
		}
		if err == nil && shared != nil && d.values == nil { // the next input draws after this one
			w.Begin("drawing noise", d.n)
			err = draw(w, g, d.n)
		}
		d.checked, r.rates[i].checked = nil, nil
		if err != nil {
			return nil, within(x.words(), err)
		}
	}
	for i, x := range r.Inputs {
		if x.Follow == nil {
			continue
		}
		other := *all[slices.IndexFunc(r.Inputs, func(o Input) bool { return o.Target == x.Follow.Population })]
		all[i].follows = &other
		if err := all[i].withNoise(w, x, &begins[i]); err != nil {
			return nil, within(x.words(), err)
		}
	}
	return all, nil
}
