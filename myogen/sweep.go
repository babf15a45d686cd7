package myogen

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"gomyogen/myogen/internal/fields"
)

// Sweep is an experiment that is run again and again with some of its values
// changed. Package sweep runs it.
type Sweep struct {
	Experiment Experiment
	Axes       []Axis
	// Zip steps all axes together. Otherwise each value of an axis meets each of
	// the others, and the last axis changes fastest.
	Zip bool
	// Repeats is the number of runs of each point, with the seeds Experiment.Seed,
	// Seed + 1 and so on; 0 means 1.
	Repeats int
	// Recruitment names populations whose table has the times of recruitment and
	// derecruitment of each cell ([Recruitment]).
	Recruitment []string
	Trains      bool // keep the spike trains of each run
	// Statistics are further columns of the table. A file has none.
	Statistics []Statistic
}

// Axis is a list of values, or a range, for one value of an experiment or for
// several that are set to the same. With steps further axes together with it.
type Axis struct {
	Name   string   // of the column in the table; "" means the last key of the first path
	Path   string   // as of [Experiment.With]
	Also   []string // further paths that are set to the same value
	Values []string // as in the experiment's file
	// A range has N values from From to To, both included, and evenly spaced or,
	// with Log, by equal factors. To may be below From.
	From, To string
	N        int
	Log      bool
	// With are axes that step together with this one: they have as many values,
	// each a column of its own. Their own With must be empty.
	With []Axis
}

// maxRuns bounds a sweep.
const maxRuns = 10_000_000

func (a *Axis) fields() []fields.Field {
	return append(a.ownFields(), fields.Field{
		Name: "with", Doc: "axes that step together with this one", Value: fields.ListOf(&a.With, "an axis",
			func(a *Axis) fields.Value { return fields.Struct(a.ownFields) }),
	})
}

func (a *Axis) ownFields() []fields.Field {
	return []fields.Field{
		{Name: "name", Doc: "column in the table; the last key of the path unless it is given", Value: fields.Name(&a.Name)},
		{Name: "path", Doc: "path of the value: connections[0].weight", Required: true, Value: fields.Name(&a.Path)},
		{Name: "also", Doc: "further paths that are set to the same value", Value: fields.ListOf(&a.Also, "a path", fields.Name)},
		{Name: "values", Doc: "values, each as it stands in the experiment", Value: fields.ListOf(&a.Values, "a value",
			func(s *string) fields.Value { return anyValue{s} })},
		{Name: "from", Doc: "first value of a range", Value: anyValue{&a.From}},
		{Name: "to", Doc: "last value of a range", Value: anyValue{&a.To}},
		{Name: "n", Doc: "number of values of a range", Value: fields.Int(&a.N, 1, maxRuns)},
		{Name: "log", Doc: "by equal factors instead of equal differences", Default: "false", Value: fields.Bool(&a.Log)},
	}
}

// anyValue is a value of an experiment as text.
type anyValue struct{ p *string }

func (v anyValue) Zero() bool { return *v.p == "" }

func (v anyValue) Read(f *fields.File, what string, n ast.Node) error {
	if f.Kind(n) == fields.Scalar {
		text, err := f.Scalar(what, n)
		*v.p = text
		return err
	}
	*v.p = n.String()
	return nil
}

func (v anyValue) Write(bool) fields.Node { return fields.Text(*v.p) }

func (v anyValue) Check(what string) error {
	if *v.p == "" {
		return fmt.Errorf("%s is missing", what)
	}
	return nil
}

func (v anyValue) Schema() fields.Schema { return fields.Schema{} }

func (v anyValue) Child(element string) (fields.Value, error) {
	return nil, fmt.Errorf("there is no %q", element)
}

func (s *Sweep) fields() []fields.Field {
	return []fields.Field{
		{Name: "axes", Doc: "values that change", Required: true, Value: fields.ListOf(&s.Axes, "an axis",
			func(a *Axis) fields.Value { return fields.Struct(a.fields) })},
		{Name: "zip", Doc: "step all axes together", Default: "false", Value: fields.Bool(&s.Zip)},
		{Name: "repeats", Doc: "runs of each point, with seeds that follow one another", Default: "1", Value: fields.Int(&s.Repeats, 1, maxRuns)},
		{Name: "recruitment", Doc: "populations whose cells have columns for recruitment and derecruitment",
			Value: fields.ListOf(&s.Recruitment, "a population", fields.Name)},
		{Name: "trains", Doc: "keep the spike trains of each run", Default: "false", Value: fields.Bool(&s.Trains)},
	}
}

// file is the table of a sweep's file: an experiment with one more key.
func (s *Sweep) file() []fields.Field { return append(s.Experiment.fields(), s.section()) }

// section is the field of the experiment's file that holds the sweep.
func (s *Sweep) section() fields.Field {
	return fields.Field{Name: sweepKey, Doc: "runs of the experiment with some of its values changed", Required: true, Value: fields.Struct(s.fields)}
}

const sweepKey = "sweep"

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

// Plan is a checked sweep.
type Plan struct {
	Sweep
	Columns    []Column    // of the axes
	Statistics []Statistic // of each run: [Experiment.Statistics], Recruitment, those of the sweep
	sizes      []int       // of the groups
}

// Plan checks the sweep. Every value is tried on the experiment, alone.
func (s Sweep) Plan() (*Plan, error) {
	p, err := s.plan()
	return p, prefixed(err)
}

func (s Sweep) plan() (*Plan, error) {
	if err := s.Experiment.recordsNothing(); err != nil {
		return nil, err
	}
	p := &Plan{Sweep: s, Statistics: s.Experiment.Statistics()}
	if err := p.check(); err != nil {
		return nil, fields.At(sweepKey, err)
	}
	return p, nil
}

func (p *Plan) check() error {
	switch {
	case len(p.Axes) == 0:
		return fields.At("axes", errors.New("the sweep has no axes"))
	case p.Repeats < 0 || p.Repeats > maxRuns:
		return fields.At("repeats", fmt.Errorf("repeats is %d, must be 1 to %d", p.Repeats, maxRuns))
	}
	for i, name := range p.Recruitment {
		cells, err := p.cells(name)
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
		if err != nil {
			return c.at(err)
		}
	}
	if err := p.measure(); err != nil {
		return err
	}
	for i := range p.Columns {
		c := &p.Columns[i]
		if err := c.fill(p.Experiment); err != nil {
			return c.at(err)
		}
	}
	return p.checkTwice()
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
		return fmt.Errorf("the sweep has %.0f runs, must be at most %d", runs, maxRuns)
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

// name checks the paths of an axis and returns the name of its column.
func (a Axis) name(e Experiment) (string, error) {
	path, err := fields.ParsePath(a.Path)
	if err == nil {
		_, err = e.lookup(a.Path)
	}
	if err != nil {
		return "", fields.At("path", err)
	}
	for i, also := range a.Also {
		if _, err := e.lookup(also); err != nil {
			return "", fields.At("also", fields.Index(i, err))
		}
	}
	if a.Name != "" {
		return a.Name, nil
	}
	for _, element := range slices.Backward(path) {
		if !strings.HasPrefix(element, "[") {
			return element, nil
		}
	}
	return "", fields.At("path", fmt.Errorf("path %q: it names no value", a.Path)) // a path begins with a key
}

// fill lists the values of a column's axis and tries each.
func (c *Column) fill(of Experiment) error {
	texts, err := c.axis.texts(of)
	if err != nil {
		return err
	}
	for i, text := range texts {
		e, err := c.axis.set(of, text)
		if err == nil {
			err = e.Check()
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

// size returns the number of values of an axis.
func (a Axis) size() (int, error) {
	isRange := a.From != "" || a.To != "" || a.N != 0
	switch {
	case isRange && a.Values != nil:
		return 0, errors.New("an axis has values or a range, this one has both")
	case !isRange && len(a.Values) == 0:
		return 0, fields.At("values", errors.New("the axis has no values"))
	case !isRange && a.Log:
		return 0, fields.At("log", errors.New("log says how the values of a range are spaced, and this axis has a list"))
	case !isRange:
		return len(a.Values), nil
	case a.From == "" || a.To == "" || a.N == 0:
		return 0, errors.New("a range needs from, to and n")
	case a.N < 0 || a.N > maxRuns:
		return 0, fields.At("n", fmt.Errorf("n is %d, must be 1 to %d", a.N, maxRuns))
	case a.N == 1 && a.From != a.To:
		return 0, fields.At("n", fmt.Errorf("n is 1, a range from %s to %s has 2 values at least", a.From, a.To))
	}
	return a.N, nil
}

// texts returns the values of an axis as they stand in a file.
func (a Axis) texts(e Experiment) ([]string, error) {
	if a.N == 0 {
		return a.Values, nil
	}
	ends, unit, err := a.ends(e)
	if err != nil {
		return nil, err
	}
	all := make([]string, a.N)
	for i := range all {
		share := 0.0
		if a.N > 1 {
			share = float64(i) / float64(a.N-1)
		}
		x := ends[0] + float64((ends[1]-ends[0])*share)
		if a.Log {
			x = ends[0] * math.Pow(ends[1]/ends[0], share)
		}
		if i > 0 && i == a.N-1 {
			x = ends[1]
		}
		all[i] = strings.TrimSpace(strconv.FormatFloat(x, 'g', -1, 64) + " " + unit)
	}
	return all, nil
}

// ends returns the first and the last number of a range, and their unit.
func (a Axis) ends(e Experiment) (ends [2]float64, unit string, err error) {
	for i, text := range []string{a.From, a.To} {
		e, err := a.set(e, text)
		if err == nil {
			err = e.Check()
		}
		if err != nil {
			return ends, "", fields.At([]string{"from", "to"}[i], errors.New(withoutPrefix(err)))
		}
		if ends[i], unit, err = e.Number(a.Path); err != nil {
			return ends, "", fields.At("path", errors.New(withoutPrefix(err)))
		}
	}
	if a.Log && !(ends[0] > 0 && ends[1] > 0) {
		return ends, "", fields.At("log", fmt.Errorf("a range by equal factors from %s to %s: both must be above 0", a.From, a.To))
	}
	return ends, unit, nil
}

// set returns the experiment with the axis at a value.
func (a Axis) set(e Experiment, text string) (Experiment, error) {
	for _, path := range append([]string{a.Path}, a.Also...) {
		var err error
		if e, err = e.With(path, text); err != nil {
			return e, err
		}
	}
	return e, nil
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

// LoadSweep reads an experiment file that has a key sweep.
func LoadSweep(path string) (*Plan, error) {
	return load(path, ParseSweep)
}

// ParseSweep reads the text of an experiment file that has a key sweep, and
// checks it.
func ParseSweep(name string, text []byte) (*Plan, error) {
	var s Sweep
	plan := func() (*Plan, error) { return s.plan() } // of what is read by then
	return parsePlan(name, text, s.file, &s.Experiment, plan)
}

// Fingerprint returns what decides the rows of the sweep, with all defaults, but
// for its Statistics, which are Go code.
func (s Sweep) Fingerprint() (Fingerprint, error) {
	return planFingerprint(s.Experiment, s.section(), s.plan)
}

// YAML returns the text of the sweep's file.
func (s Sweep) YAML() (string, error) {
	return planYAML(s.file, &s.Experiment, s.plan)
}

// YAML returns the text of the sweep's file, without checking it again.
func (p *Plan) YAML() (string, error) {
	s := p.Sweep
	return planYAML(s.file, &s.Experiment, func() (*Plan, error) { return p, nil })
}
