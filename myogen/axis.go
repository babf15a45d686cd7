package myogen

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"

	"gomyogen/myogen/internal/fields"
)

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
	switch {
	case a.Name == "":
	case strings.TrimSpace(a.Name) == "":
		return "", fields.At("name", fmt.Errorf("name is %q, must not be blank", a.Name))
	case strings.ContainsFunc(a.Name, unicode.IsControl):
		return "", fields.At("name", fmt.Errorf("name is %q, must have no line breaks, tabs or other control characters", a.Name))
	default:
		return a.Name, nil
	}
	for _, element := range slices.Backward(path) {
		if !strings.HasPrefix(element, "[") {
			return element, nil
		}
	}
	return "", fields.At("path", fmt.Errorf("path %q: it names no value", a.Path)) // a path begins with a key
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
		all[i] = numberText(x, unit)
	}
	return all, nil
}

// numberText returns a number as a file has it: a whole one without an exponent, which
// seeds and counts must not have.
func numberText(x float64, unit string) string {
	format := byte('g')
	if x == math.Trunc(x) && math.Abs(x) < exactIntegers {
		format = 'f'
	}
	return strings.TrimSpace(strconv.FormatFloat(x, format, -1, 64) + " " + unit)
}

// exactIntegers is where whole numbers begin that a float64 does not hold.
const exactIntegers = 1 << 53

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

// checkUsed returns an error if the experiment does not use what the axis sets to any
// of some values.
func (a Axis) checkUsed(e Experiment, values ...string) error {
	for i, path := range append([]string{a.Path}, a.Also...) {
		var unused error
		for _, text := range values {
			if with, err := a.set(e, text); err == nil && unused == nil {
				unused = with.checkUsed(path)
			}
		}
		switch {
		case unused != nil && i == 0:
			return fields.At("path", unused)
		case unused != nil:
			return fields.At("also", fields.Index(i-1, unused))
		}
	}
	return nil
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
