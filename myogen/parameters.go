package myogen

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/internal/fields"
)

// Model is a motor neuron model: [NERLab] or [Powers2017].
type Model string

// The two models. The empty Model stands for NERLab.
const (
	NERLab     Model = "NERLab"     // soma and dendrite; Cisi and Kohn (2008), Elias et al. (2012)
	Powers2017 Model = "Powers2017" // soma and four dendrites; Powers and Heckman (2017)
)

// String returns the model's name, as it stands in files.
func (m Model) String() string { return string(m.or()) }

// Title returns the model's name as texts and figures have it: "Powers 2017".
func (m Model) Title() string {
	if m == Powers2017 {
		return "Powers 2017"
	}
	return m.String()
}

func (m Model) or() Model {
	if m == "" {
		return NERLab
	}
	return m
}

// dendrites returns the number of dendrites of a cell.
func (m Model) dendrites() int {
	if m == Powers2017 {
		return 4
	}
	return 1
}

// DefaultAlphaMNYAML is the text of alpha_mn_default.yaml: every parameter
// with its unit and its default.
//
//go:embed alpha_mn_default.yaml
var DefaultAlphaMNYAML string

// Parameters replaces parameters of the motor neurons, by their paths in
// alpha_mn_default.yaml ([DefaultAlphaMNYAML], which gives their units):
//
//	myogen.Parameters{"gamma": myogen.Constant(0.1), "NERLab.soma.gl": {First: 0.9e-3, Last: 1.5e-3}}
//
// What is not named keeps its default. A value that no motor neuron can have is an
// error, which gives the limits.
type Parameters map[string]Range

// Range is a parameter that goes from First, of the first cell of a pool, to
// Last: along the recruitment thresholds, or in a pool that is spread by
// curves, along an exponential whose bend is Curve; 0 is a straight line. A Last of 0
// with another First is refused, since a literal without Last has it: [Constant] is for
// one value, and 1e-300 is as good as 0 in the last cell.
type Range struct {
	First, Last float64
	Curve       float64 // bend in a pool with Curves; 0 is none
	Reversed    bool    // with thresholds the first cell gets Last
}

// Constant is the range of a parameter that all cells share.
func Constant(x float64) Range { return Range{First: x, Last: x} }

// String writes the range as a file does: 4, [3, 5], [3, 5, 0.5] or
// [3, 5, 0.5, true].
func (r Range) String() string {
	switch {
	case r.Reversed:
		return fmt.Sprintf("[%v, %v, %v, true]", r.First, r.Last, r.Curve)
	case r.Curve != 0:
		return fmt.Sprintf("[%v, %v, %v]", r.First, r.Last, r.Curve)
	case r.First == r.Last:
		return fmt.Sprint(r.First)
	}
	return fmt.Sprintf("[%v, %v]", r.First, r.Last)
}

//go:generate go run make_parameters.go

// DefaultParameters returns the parameters of alpha_mn_default.yaml, of both
// models.
func DefaultParameters() Parameters { return maps.Clone(defaults) }

// LoadParameters reads the file at path, in the form of alpha_mn_default.yaml,
// and returns the model and the parameters that it names. The error gives the
// line and column of what is wrong.
func LoadParameters(path string) (Model, Parameters, error) {
	text, err := readSmall(path)
	if err != nil {
		return "", nil, fmt.Errorf("myogen: %w", err)
	}
	m, p, err := parseParameters(path, text)
	if err != nil {
		return "", nil, fmt.Errorf("myogen: %w", err)
	}
	return m, p, nil
}

func parseParameters(name string, text []byte) (Model, Parameters, error) {
	f, docs, err := fields.Parse(name, text)
	if err != nil {
		return "", nil, err
	}
	var m Model
	var p Parameters
	for _, doc := range docs {
		if err := (parameterValue{p: &p, model: &m}).Read(f, "the file", doc); err != nil {
			return "", nil, err
		}
	}
	return m, p, nil
}

// maxTextFile bounds a file that somebody wrote by hand, in bytes.
const maxTextFile = 4 << 20

// readSmall reads a regular file of reasonable size.
func readSmall(path string) ([]byte, error) { return atomicfile.Read(path, maxTextFile) }

// modelValue is the choice of a model.
func modelValue(m *Model) fields.Value { return fields.Choice(m, NERLab, Powers2017) }

// parameterValue is the parameters below a prefix of their paths, or one of
// them.
type parameterValue struct {
	p      *Parameters
	model  *Model // set by the key model of a whole file; nil where there is none
	shown  Model  // whose parameters a full text has
	prefix string
}

func (v parameterValue) Zero() bool { return len(*v.p) == 0 }

// leaf reports whether the prefix is the path of a parameter.
func (v parameterValue) leaf() bool { _, ok := defaults[v.prefix]; return ok }

func (v parameterValue) below(element string) parameterValue {
	v.prefix = strings.TrimPrefix(v.prefix+"."+element, ".")
	return v
}

// exists reports whether the prefix leads anywhere.
func (v parameterValue) exists() bool {
	for path := range defaults {
		if path == v.prefix || strings.HasPrefix(path, v.prefix+".") {
			return true
		}
	}
	return false
}

// names lists what there is below the prefix.
func (v parameterValue) names() string {
	var names []string
	for path := range defaults {
		rest := path
		if v.prefix != "" {
			var ok bool
			if rest, ok = strings.CutPrefix(path, v.prefix+"."); !ok {
				continue
			}
		}
		first, _, _ := strings.Cut(rest, ".")
		names = append(names, first)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

func (v parameterValue) Read(f *fields.File, what string, n ast.Node) error {
	if v.leaf() {
		r, err := readRange(f, v.prefix, n)
		if err != nil {
			return err
		}
		*v.p = maps.Clone(*v.p)
		if *v.p == nil {
			*v.p = Parameters{}
		}
		(*v.p)[v.prefix] = r
		return nil
	}
	entries, err := f.Mapping(what, n)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Key == "model" && v.prefix == "" {
			if v.model == nil {
				return f.ErrorAt(e.At, "model stands beside parameters, not in them")
			}
			if err := modelValue(v.model).Read(f, "model", e.Value); err != nil {
				return err
			}
			continue
		}
		below := v.below(e.Key)
		if !below.exists() {
			return f.ErrorAt(e.At, "there is no parameter %q; here there are %s", below.prefix, v.names())
		}
		if err := below.Read(f, below.prefix, e.Value); err != nil {
			return err
		}
	}
	return nil
}

// readRange reads a number or a range.
func readRange(f *fields.File, path string, n ast.Node) (Range, error) {
	var r Range
	if f.Kind(n) != fields.Sequence {
		x, err := f.Number(path, n)
		if err != nil {
			return r, err
		}
		r = Constant(x)
	} else {
		list, err := f.Sequence(path, n)
		if err != nil {
			return r, err
		}
		if len(list) < 2 || len(list) > 4 {
			return r, f.ErrorAt(n, "%s has %d values, a range has 2 to 4: [first, last, curve, reversed]", path, len(list))
		}
		for i, to := range []*float64{&r.First, &r.Last, &r.Curve} {
			if i < len(list) {
				if *to, err = f.Number(path, list[i]); err != nil {
					return r, err
				}
			}
		}
		if len(list) == 3 && r.Curve == 0 {
			return r, f.ErrorAt(list[2], "%s: curve is 0, must be above 0; leave it out for a straight line", path)
		}
		if len(list) == 4 {
			if err := fields.Bool(&r.Reversed).Read(f, path+": reversed", list[3]); err != nil {
				return r, err
			}
		}
	}
	if err := checkRange(path, r); err != nil {
		return r, f.ErrorAt(n, "%v", err)
	}
	return r, nil
}

func (v parameterValue) Write(full bool) fields.Node {
	if v.leaf() {
		return fields.Text(v.value().String())
	}
	all := *v.p
	if full {
		all = v.effective()
	}
	root := &tree{}
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if below, ok := strings.CutPrefix("."+path, strings.TrimSuffix("."+v.prefix, ".")+"."); ok {
			root.add(strings.Split(below, "."), fields.Text(all[path].String()))
		}
	}
	return root.node()
}

// value returns the range of the parameter that the prefix is.
func (v parameterValue) value() Range {
	if r, ok := (*v.p)[v.prefix]; ok {
		return r
	}
	return defaults[v.prefix]
}

// sharedParameter is a parameter that all cells share: a number.
type sharedParameter struct{ parameterValue }

// Measure implements [fields.Measured].
func (v sharedParameter) Measure() (float64, string) { return v.value().First, "" }

// effective returns the parameters that cells of the model have.
func (v parameterValue) effective() Parameters {
	all := Parameters{}
	for path, r := range defaults {
		group, _, below := strings.Cut(path, ".")
		if below && group != string(v.shown.or()) {
			continue
		}
		if own, ok := (*v.p)[path]; ok {
			r = own
		}
		all[path] = r
	}
	return all
}

func (v parameterValue) Check(string) error {
	for _, path := range slices.Sorted(maps.Keys(*v.p)) {
		if _, ok := defaults[path]; !ok {
			at := v
			for _, element := range strings.Split(path, ".") {
				if next := at.below(element); next.exists() {
					at = next
				}
			}
			if at.leaf() {
				at.prefix = at.prefix[:max(strings.LastIndex(at.prefix, "."), 0)]
			}
			return fmt.Errorf("there is no parameter %q; here there are %s", path, at.names())
		}
		if err := checkRange(path, (*v.p)[path]); err != nil {
			return fields.At(path, err)
		}
	}
	return nil
}

func (v parameterValue) Schema() fields.Schema {
	if v.leaf() {
		return fields.Schema{"$ref": "#/$defs/range"}
	}
	properties := map[string]any{}
	for _, name := range strings.Split(v.names(), ", ") {
		properties[name] = v.below(name).Schema()
	}
	return fields.Schema{"type": "object", "properties": properties, "additionalProperties": false}
}

// rangeSchema is what schemas of parameters refer to.
func rangeSchema() fields.Schema {
	number := fields.Schema{"type": "number"}
	return fields.Schema{"description": "a number, or [first, last, curve, reversed] along the pool", "oneOf": []any{number, fields.Schema{
		"type": "array", "minItems": 2, "maxItems": 4, "prefixItems": []any{number, number, number, fields.Schema{"type": "boolean"}},
	}}}
}

func (v parameterValue) Child(element string) (fields.Value, error) {
	below := v.below(element)
	if !below.exists() {
		return nil, fmt.Errorf("there is no parameter %q; here there are %s", below.prefix, v.names())
	}
	if r := below.value(); below.leaf() && r == Constant(r.First) {
		return sharedParameter{below}, nil
	}
	return below, nil
}

// tree is a mapping that grows by paths.
type tree struct {
	names    []string
	children map[string]*tree
	leaf     fields.Node
}

func (t *tree) add(path []string, leaf fields.Node) {
	if len(path) == 0 {
		t.leaf = leaf
		return
	}
	if t.children == nil {
		t.children = map[string]*tree{}
	}
	child, ok := t.children[path[0]]
	if !ok {
		child = &tree{}
		t.children[path[0]] = child
		t.names = append(t.names, path[0])
	}
	child.add(path[1:], leaf)
}

func (t *tree) node() fields.Node {
	if t.leaf != nil {
		return t.leaf
	}
	m := &fields.Map{}
	for _, name := range t.names {
		m.Add(name, t.children[name].node())
	}
	return m
}
