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
// several that are set to the same.
type Axis struct {
	Name   string   // of the column in the table; "" means the last key of the first path
	Path   string   // as of [Experiment.With]
	Also   []string // further paths that are set to the same value
	Values []string // as in the experiment's file
	// A range has N values from From to To, both included, and evenly spaced or,
	// with Log, by equal factors.
	From, To string
	N        int
	Log      bool
}

// maxRuns bounds a sweep to what its table holds in memory.
const maxRuns = 10_000_000

func (a *Axis) fields() []fields.Field {
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
	Unit string   // "" for plain numbers and for words
	Text []string // the values as the experiment has them
	// Numbers are the values in Unit; nil if they are words.
	Numbers []float64
}

// Plan is a checked sweep.
type Plan struct {
	Sweep
	Columns    []Column    // of the axes
	Statistics []Statistic // of each run: [Experiment.Statistics], Recruitment, those of the sweep
	points     int
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
	if len(s.Axes) == 0 {
		return nil, fields.At(sweepKey, fields.At("axes", errors.New("the sweep has no axes")))
	}
	if s.Repeats < 0 {
		return nil, fields.At(sweepKey, fields.At("repeats", fmt.Errorf("repeats is %d, must be at least 1", s.Repeats)))
	}
	p := &Plan{Sweep: s, points: 1, Statistics: s.Experiment.Statistics()}
	for i, name := range s.Recruitment {
		cells, err := s.cells(name)
		if err != nil {
			return nil, fields.At(sweepKey, fields.At("recruitment", fields.Index(i, err)))
		}
		for cell := range cells {
			p.Statistics = append(p.Statistics, Recruitment(name, cell)...)
		}
	}
	p.Statistics = append(p.Statistics, s.Statistics...)
	for i, a := range s.Axes {
		c, err := s.column(a)
		if err == nil && slices.ContainsFunc(p.Columns, func(o Column) bool { return o.Name == c.Name }) {
			err = fields.At("name", fmt.Errorf("two axes are called %q", c.Name))
		}
		if err == nil && s.Zip && i > 0 && len(c.Text) != len(p.Columns[0].Text) {
			err = fmt.Errorf("axis %q has %d values, axis %q has %d: axes that step together have as many", c.Name, len(c.Text), p.Columns[0].Name, len(p.Columns[0].Text))
		}
		if err != nil {
			return nil, fields.At(sweepKey, fields.At("axes", fields.Index(i, err)))
		}
		p.Columns = append(p.Columns, c)
		if !s.Zip || i == 0 {
			p.points *= len(c.Text)
		}
		if p.Runs() > maxRuns {
			return nil, fields.At(sweepKey, fmt.Errorf("the sweep has %d runs or more, must be at most %d", p.Runs(), maxRuns))
		}
	}
	return p, nil
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

// column lists the values of an axis and tries each.
func (s Sweep) column(a Axis) (Column, error) {
	name, err := a.name(s.Experiment)
	c := Column{Name: name}
	if err != nil {
		return c, err
	}
	texts, err := s.texts(a)
	if err != nil {
		return c, err
	}
	for i, text := range texts {
		e, err := a.set(s.Experiment, text)
		if err == nil {
			err = e.Check()
		}
		if err != nil {
			err = fmt.Errorf("value %d, %s: %s", i, text, withoutPrefix(err))
			if a.Values != nil {
				err = fields.At("values", fields.Index(i, err))
			}
			return c, err
		}
		canonical, err := e.Get(a.Path)
		if err != nil {
			return c, err
		}
		c.Text = append(c.Text, canonical)
		if x, unit, err := e.Number(a.Path); err == nil {
			c.Numbers, c.Unit = append(c.Numbers, x), unit
		}
	}
	if len(c.Numbers) < len(c.Text) {
		c.Numbers = nil
	}
	return c, nil
}

// texts returns the values of an axis as they stand in a file.
func (s Sweep) texts(a Axis) ([]string, error) {
	isRange := a.From != "" || a.To != "" || a.N != 0
	switch {
	case isRange && a.Values != nil:
		return nil, errors.New("an axis has values or a range, this one has both")
	case !isRange && len(a.Values) == 0:
		return nil, fields.At("values", errors.New("the axis has no values"))
	case !isRange:
		return a.Values, nil
	case a.From == "" || a.To == "" || a.N == 0:
		return nil, errors.New("a range needs from, to and n")
	}
	ends, unit, err := a.ends(s.Experiment)
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
func (p *Plan) Runs() int { return p.points * max(p.Repeats, 1) }

// Point returns the index of each column's value in a run.
func (p *Plan) Point(run int) []int {
	point := run / max(p.Repeats, 1)
	at := make([]int, len(p.Columns))
	for i := len(at) - 1; i >= 0; i-- {
		n := len(p.Columns[i].Text)
		if p.Zip {
			at[i] = point
			continue
		}
		at[i], point = point%n, point/n
	}
	return at
}

// Run returns the experiment of a run.
func (p *Plan) Run(run int) (Experiment, error) {
	e := p.Experiment
	for i, at := range p.Point(run) {
		var err error
		if e, err = p.Axes[i].set(e, p.Columns[i].Text[at]); err != nil {
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

// YAML returns the text of the sweep's file.
func (s Sweep) YAML() (string, error) {
	return planYAML(s.file, &s.Experiment, s.plan)
}
