package myogen

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/watch"
)

// Plan is a checked sweep.
type Plan struct {
	Sweep
	Columns    []Column    // of the axes
	Statistics []Statistic // of each run: [Experiment.Statistics], Recruitment, those of the sweep
	sizes      []int       // of the groups
}

// Column is a parameter of a sweep: what an axis sets.
type Column struct {
	Name string
	Path string
	Unit string   // "" for plain numbers and for words
	Text []string // the values as the experiment has them
	// Numbers are the values in Unit; nil if they are words.
	Numbers []float64
	// Group is the same for axes that step together. The first is 0, and the
	// values of the last change fastest.
	Group int

	axis Axis
	at   func(error) error // places an error in the sweep
}

// Plan checks the sweep. Every value is tried on the experiment, alone.
func (s Sweep) Plan() (*Plan, error) { return s.PlanContext(context.Background()) }

// PlanContext is [Sweep.Plan] that ends with the error of ctx soon after it is cancelled,
// and reports to the Starting of an [Observer] how far it is: a hundred thousand values take
// seconds.
func (s Sweep) PlanContext(ctx context.Context) (*Plan, error) {
	if ctx == nil {
		return nil, prefixed(errNoContext)
	}
	p, err := s.plan(watch.Of(ctx))
	return p, prefixed(err)
}

func (s Sweep) plan(w *watch.Watch) (*Plan, error) {
	if err := s.Experiment.recordsNothing(); err != nil {
		return nil, err
	}
	p := &Plan{Sweep: s, Statistics: s.Experiment.Statistics()}
	if err := p.check(w); err != nil {
		if w.Err() != nil {
			return nil, w.Err()
		}
		return nil, fields.At(sweepKey, err)
	}
	return p, nil
}

func (p *Plan) check(w *watch.Watch) error {
	switch {
	case len(p.Axes) == 0:
		return fields.At("axes", errors.New("the sweep has no axes"))
	case p.Repeats < 0 || p.Repeats > maxRuns:
		return fields.At("repeats", fmt.Errorf("repeats is %d, must be 1 to %d", p.Repeats, maxRuns))
	}
	if err := checkSeeds(p.Experiment.Seed, p.Repeats, maxSeed); err != nil {
		return fields.At("repeats", err)
	}
	for i, name := range p.Recruitment {
		cells, err := p.cells(name)
		if err == nil && slices.Contains(p.Recruitment[:i], name) {
			err = fmt.Errorf("population %q is there twice", name)
		}
		if err != nil {
			return fields.At("recruitment", fields.Index(i, err))
		}
		for cell := range cells {
			p.Statistics = append(p.Statistics, Recruitment(name, cell)...)
		}
	}
	p.Statistics = append(p.Statistics, p.Sweep.Statistics...)
	var err error
	if p.Columns, err = p.columns(); err != nil {
		return err
	}
	var all setPaths
	for i := range p.Columns {
		c := &p.Columns[i]
		if c.Name, err = c.axis.name(p.Experiment); err == nil {
			err = all.add(c.Name, c.axis)
		}
		if err == nil {
			err = p.checkColumn(*c)
		}
		if err != nil {
			return c.at(err)
		}
	}
	if err := p.measure(); err != nil {
		return err
	}
	values := 0
	for _, c := range p.Columns {
		values += p.sizes[c.Group]
	}
	w.Begin("trying values", values)
	for i := range p.Columns {
		c := &p.Columns[i]
		if err := p.fill(c, w); err != nil {
			return c.at(err)
		}
	}
	for i := range p.Columns {
		if err := p.checkUsed(i); err != nil {
			return p.Columns[i].at(err)
		}
	}
	return p.checkTwice()
}

// checkUsed refuses an axis whose values the experiment does not use, neither as it is
// nor at a value of another axis, that of the model say.
func (p *Plan) checkUsed(column int) error {
	c := p.Columns[column]
	unused := c.axis.checkUsed(p.Experiment, c.Text...)
	for i, other := range p.Columns {
		for j := 0; unused != nil && i != column && j < len(other.Text); j++ {
			e, err := other.axis.set(p.Experiment, other.Text[j])
			if err == nil && c.axis.checkUsed(e, c.Text...) == nil {
				return nil
			}
		}
	}
	return unused
}

// Columns of a sweep's table beside those of axes and statistics.
const (
	runColumn    = "run"
	seedColumn   = "seed" // also of an axis of seeds
	sumColumn    = "spikes_sha256"
	failedColumn = "error"
)

// checkColumn refuses the name of an axis that another column of the table has.
func (p *Plan) checkColumn(c Column) error {
	if c.Path == seedColumn && c.Name != seedColumn {
		return fields.At("name", fmt.Errorf("the column of seeds is called %q, not %q", seedColumn, c.Name))
	}
	if c.Path == seedColumn {
		return nil
	}
	return checkColumnName(c.Name, p.Statistics, runColumn, seedColumn, sumColumn, failedColumn)
}

// checkColumnName refuses a name that a statistic or another column of a table has.
func checkColumnName(name string, statistics []Statistic, others ...string) error {
	if slices.Contains(others, name) || slices.ContainsFunc(statistics, func(s Statistic) bool { return s.Name == name }) {
		return fields.At("name", fmt.Errorf("the table has another column called %q; give this one another name", name))
	}
	return nil
}

// maxSeed is the largest seed of a sweep: its table has signed whole numbers.
const maxSeed = math.MaxInt64

// checkSeeds refuses repeats whose seeds go beyond the largest one.
func checkSeeds(seed uint64, repeats int, most uint64) error {
	if more := uint64(max(repeats, 1) - 1); seed > most || more > most-seed {
		return fmt.Errorf("the seeds begin at %d and there are %d repeats; the largest seed is %d", seed, more+1, most)
	}
	return nil
}

// columns returns a column for each axis, those that step together side by side.
func (s Sweep) columns() (all []Column, err error) {
	add := func(a Axis, group int, at func(error) error) {
		all = append(all, Column{Path: a.Path, Group: group, axis: a, at: at})
	}
	for i, a := range s.Axes {
		group := i
		if s.Zip {
			group = 0
		}
		at := func(err error) error { return fields.At("axes", fields.Index(i, err)) }
		add(a, group, at)
		for j, b := range a.With {
			at := func(err error) error { return at(fields.At("with", fields.Index(j, err))) }
			if len(b.With) > 0 {
				return nil, at(fields.At("with", errors.New("an axis that steps with another one has no others with it")))
			}
			add(b, group, at)
		}
	}
	return all, nil
}

// setPath is a path that the axis of a column sets.
type setPath struct {
	column string
	path   fields.Path
}

// setPaths are the paths of all axes so far.
type setPaths []setPath

// add adds the paths of an axis. It refuses a name that another column has, and
// a path that undoes what a former axis sets.
func (all *setPaths) add(column string, a Axis) error {
	if slices.ContainsFunc(*all, func(o setPath) bool { return o.column == column }) {
		return fields.At("name", fmt.Errorf("two columns are called %q; give one another name", column))
	}
	for i, text := range append([]string{a.Path}, a.Also...) {
		path, err := fields.ParsePath(text)
		for _, o := range *all {
			switch {
			case err != nil:
			case slices.Equal(o.path, path):
				err = fmt.Errorf("%v is set twice, by %q and %q", path, o.column, column)
			case len(o.path) > len(path) && slices.Equal(o.path[:len(path)], path):
				err = fmt.Errorf("%v holds %v, which %q has set before: put %q first", path, o.path, o.column, column)
			}
		}
		switch {
		case err != nil && i == 0:
			return fields.At("path", err)
		case err != nil:
			return fields.At("also", fields.Index(i-1, err))
		}
		*all = append(*all, setPath{column, path})
	}
	return nil
}

// measure counts the values of each group and the runs, before any is made.
func (p *Plan) measure() error {
	runs := float64(max(p.Repeats, 1))
	for _, c := range p.Columns {
		n, err := c.axis.size()
		if err == nil && c.Group < len(p.sizes) && n != p.sizes[c.Group] {
			first := p.Columns[slices.IndexFunc(p.Columns, func(o Column) bool { return o.Group == c.Group })].Name
			err = fmt.Errorf("axis %q has %d values, axis %q has %d: axes that step together have as many", c.Name, n, first, p.sizes[c.Group])
		}
		if err != nil {
			return c.at(err)
		}
		if c.Group == len(p.sizes) {
			p.sizes = append(p.sizes, n)
			runs *= float64(n)
		}
	}
	if runs > maxRuns {
		return fmt.Errorf("the sweep has %.15g runs, must be at most %d", runs, maxRuns)
	}
	return nil
}

// checkTwice refuses two steps of a group with the same values.
func (p *Plan) checkTwice() error {
	for group := range p.sizes {
		var columns []Column
		for _, c := range p.Columns {
			if c.Group == group {
				columns = append(columns, c)
			}
		}
		seen := map[string]int{}
		for i := range p.sizes[group] {
			var values []string
			for _, c := range columns {
				values = append(values, c.Text[i])
			}
			key := strings.Join(values, "\x00")
			first, twice := seen[key]
			if twice {
				err := fmt.Errorf("value %d, %s, is value %d again; further runs of a point are repeats", i, strings.Join(values, " with "), first)
				if columns[0].axis.Values != nil {
					err = fields.At("values", fields.Index(i, err))
				}
				return columns[0].at(err)
			}
			seen[key] = i
		}
		for _, c := range columns {
			if err := p.checkSeedColumn(c, columns); err != nil {
				return c.at(err)
			}
		}
	}
	return nil
}

// checkSeedColumn refuses an axis of seeds whose repeats have seeds that no table holds or
// that another of its values has, unless the columns that step with it, or the other paths
// of its own, tell the runs apart.
func (p *Plan) checkSeedColumn(c Column, together []Column) error {
	if c.Path != seedColumn {
		return nil
	}
	besides := func(i int) string { // the values beside seed i
		var values []string
		for _, other := range together {
			if other.Path != seedColumn {
				values = append(values, other.Text[i])
			}
		}
		return strings.Join(values, "\x00")
	}
	at := func(i int, err error) error {
		if c.axis.Values == nil {
			return err
		}
		return fields.At("values", fields.Index(i, err))
	}
	type seeds struct {
		besides string
		first   uint64
		at      int
	}
	all := make([]seeds, len(c.Text))
	for i, text := range c.Text {
		first, err := strconv.ParseUint(text, 10, 64)
		if err == nil {
			err = checkSeeds(first, p.Repeats, maxSeed)
		}
		if err != nil {
			return at(i, err)
		}
		all[i] = seeds{besides(i), first, i}
	}
	slices.SortFunc(all, func(a, b seeds) int {
		return cmp.Or(cmp.Compare(a.besides, b.besides), cmp.Compare(a.first, b.first))
	})
	for i := 1; len(c.axis.Also) == 0 && i < len(all); i++ {
		a, b := all[i-1], all[i]
		if a.besides == b.besides && b.first-a.first < uint64(max(p.Repeats, 1)) {
			return at(b.at, fmt.Errorf("the %d repeats of seed %d have seed %d, too, so that the same run would be made twice", p.Repeats, a.first, b.first))
		}
	}
	return nil
}

// sameCells refuses an experiment of the sweep in which a population of Recruitment has
// another number of cells: the table has columns for each cell.
func (p *Plan) sameCells(e Experiment) error {
	for _, name := range p.Recruitment {
		all, err := p.cells(name)
		if err != nil {
			return err
		}
		if n, err := (Sweep{Experiment: e}).cells(name); err != nil || n != all {
			return fmt.Errorf("population %q of recruitment, whose columns are those of %d cells, has %d", name, all, n)
		}
	}
	return nil
}

// cells returns the number of cells of a population.
func (s Sweep) cells(name string) (int, error) {
	all := present(s.Experiment.Populations)
	i, err := findName(all, Population.name, name)
	if err != nil {
		return 0, err
	}
	return all[i].size(), nil
}

// fill lists the values of a column's axis and tries each.
func (p *Plan) fill(c *Column, w *watch.Watch) error {
	texts, err := c.axis.texts(p.Experiment)
	if err != nil {
		return err
	}
	for i, text := range texts {
		e, err := c.axis.set(p.Experiment, text)
		if err == nil {
			_, err = e.resolveUnder(w.Part())
		}
		if w.Did(1) != nil {
			return w.Err()
		}
		if err == nil {
			err = p.sameCells(e)
		}
		if err != nil {
			err = fmt.Errorf("value %d, %s: %s", i, text, withoutPrefix(err))
			if c.axis.Values != nil {
				err = fields.At("values", fields.Index(i, err))
			}
			return err
		}
		canonical, err := e.Get(c.Path)
		if err != nil {
			return err
		}
		c.Text = append(c.Text, canonical)
		if x, unit, err := e.Number(c.Path); err == nil {
			c.Numbers, c.Unit = append(c.Numbers, x), unit
		}
	}
	if len(c.Numbers) < len(c.Text) {
		c.Numbers = nil
	}
	return nil
}

// Runs returns the number of runs.
func (p *Plan) Runs() int {
	n := max(p.Repeats, 1)
	for _, size := range p.sizes {
		n *= size
	}
	return n
}

// Point returns the index of each column's value in a run.
func (p *Plan) Point(run int) []int {
	point := run / max(p.Repeats, 1)
	steps := make([]int, len(p.sizes))
	for i := len(steps) - 1; i >= 0; i-- {
		steps[i], point = point%p.sizes[i], point/p.sizes[i]
	}
	at := make([]int, len(p.Columns))
	for i, c := range p.Columns {
		at[i] = steps[c.Group]
	}
	return at
}

// Run returns the experiment of a run.
func (p *Plan) Run(run int) (Experiment, error) {
	e := p.Experiment
	for i, at := range p.Point(run) {
		var err error
		if e, err = p.Columns[i].axis.set(e, p.Columns[i].Text[at]); err != nil {
			return e, err
		}
	}
	e.Seed += uint64(run % max(p.Repeats, 1))
	return e, nil
}

// YAML returns the text of the sweep's file, without checking it again.
func (p *Plan) YAML() (string, error) {
	s := p.Sweep
	return planYAML(s.file, &s.Experiment, func(*watch.Watch) (*Plan, error) { return p, nil })
}
