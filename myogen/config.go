package myogen

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Model is a motor neuron model: NERLab or Powers2017.
type Model string

func (m Model) String() string { return string(m) }

// dendrites returns the number of dendrites of a cell.
func (m Model) dendrites() int {
	if m == Powers2017 {
		return 4
	}
	return 1
}

// The two models.
const (
	NERLab     Model = "NERLab"     // soma and dendrite; Cisi and Kohn (2008), Elias et al. (2012)
	Powers2017 Model = "Powers2017" // soma and four dendrites; Powers and Heckman (2017)
)

// DefaultAlphaMNYAML is the text of alpha_mn_default.yaml: every parameter
// with its unit and its default.
//
//go:embed alpha_mn_default.yaml
var DefaultAlphaMNYAML string

// AlphaMNConfig holds the parameters of the motor neurons of a pool, as in
// alpha_mn_default.yaml. Values are keyed by their path in the file:
// "NERLab.soma.gnabar".
type AlphaMNConfig struct {
	Model  Model
	ranges map[string]Range
}

// Range is a parameter that goes from First to Last along the pool.
type Range struct {
	First, Last float64
	Curve       float64 // bend for a pool without thresholds
	Reversed    bool    // with thresholds the first cell gets Last
}

// String writes the range as the YAML file does.
func (r Range) String() string {
	switch {
	case r.Reversed:
		return fmt.Sprintf("[%v, %v, %v, true]", r.First, r.Last, r.Curve)
	case r.First == r.Last:
		return fmt.Sprint(r.First)
	}
	return fmt.Sprintf("[%v, %v, %v]", r.First, r.Last, r.Curve)
}

// DefaultAlphaMNConfig returns the parameters of alpha_mn_default.yaml for a model.
func DefaultAlphaMNConfig(m Model) (AlphaMNConfig, error) {
	c := AlphaMNConfig{Model: m, ranges: map[string]Range{}}
	if err := c.merge("alpha_mn_default.yaml", []byte(DefaultAlphaMNYAML)); err != nil {
		return c, err
	}
	c.Model = m
	return c, c.checkModel()
}

// ParseAlphaMNConfig merges a YAML text over the defaults. The error names
// line and column of what is wrong in it.
func ParseAlphaMNConfig(name string, text []byte) (AlphaMNConfig, error) {
	c, err := DefaultAlphaMNConfig(NERLab)
	if err != nil {
		return c, err
	}
	if err := c.merge(name, text); err != nil {
		return AlphaMNConfig{}, err
	}
	return c, nil
}

// LoadAlphaMNConfig merges the YAML file at path over the defaults.
func LoadAlphaMNConfig(path string) (AlphaMNConfig, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return AlphaMNConfig{}, fmt.Errorf("myogen: %w", err)
	}
	return ParseAlphaMNConfig(path, text)
}

// Parameter returns the range at a path such as "NERLab.soma.gnabar".
func (c AlphaMNConfig) Parameter(path string) (Range, error) {
	r, ok := c.ranges[path]
	if !ok {
		return r, fmt.Errorf("myogen: there is no parameter %q", path)
	}
	return r, nil
}

// SetParameter replaces the range at a path. The copies of c that others hold
// keep theirs.
func (c *AlphaMNConfig) SetParameter(path string, r Range) error {
	if _, ok := c.ranges[path]; !ok {
		return fmt.Errorf("myogen: there is no parameter %q", path)
	}
	if err := checkRange(path, r); err != nil {
		return fmt.Errorf("myogen: %w", err)
	}
	c.ranges = maps.Clone(c.ranges)
	c.ranges[path] = r
	return nil
}

func (c AlphaMNConfig) checkModel() error {
	if c.Model != NERLab && c.Model != Powers2017 {
		return fmt.Errorf("myogen: model %q is unknown; there are %q and %q", c.Model, NERLab, Powers2017)
	}
	return nil
}

// first returns a parameter that holds for every cell.
func (c AlphaMNConfig) first(path string) float64 { return c.ranges[path].First }

// merge takes the values of a YAML text. While c is empty every key is new;
// later a key must exist.
func (c *AlphaMNConfig) merge(name string, text []byte) error {
	y := yamlFile{name}
	docs, err := y.parse(text)
	if err != nil {
		return err
	}
	for _, doc := range docs {
		if err := c.mergeNode(y, doc); err != nil {
			return err
		}
	}
	return nil
}

// mergeNode takes the values of one mapping of a file.
func (c *AlphaMNConfig) mergeNode(y yamlFile, n ast.Node) error {
	m := merger{yamlFile: y, known: c.ranges, ranges: maps.Clone(c.ranges), model: c.Model}
	if err := m.mapping("", n); err != nil {
		return err
	}
	c.ranges, c.Model = m.ranges, m.model
	return nil
}

// merger walks a YAML text.
type merger struct {
	yamlFile
	known  map[string]Range // empty while the defaults are read
	ranges map[string]Range
	model  Model
}

func (m *merger) mapping(path string, n ast.Node) error {
	entries, err := m.entries(cmp.Or(path, "the file"), n)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if err := m.entry(strings.TrimPrefix(path+"."+key(entry), "."), entry); err != nil {
			return err
		}
	}
	return nil
}

func (m *merger) entry(key string, entry *ast.MappingValueNode) error {
	if key == "model" {
		m.model = Model(entry.Value.GetToken().Value)
		if err := (AlphaMNConfig{Model: m.model}).checkModel(); err != nil {
			return m.errorAt(entry.Value, "%s", strings.TrimPrefix(err.Error(), "myogen: "))
		}
		return nil
	}
	_, leaf := m.known[key]
	group := m.isGroup(key)
	_, isMapping := entry.Value.(*ast.MappingNode)
	defaults := len(m.known) == 0
	switch {
	case group || defaults && isMapping:
		return m.mapping(key, entry.Value)
	case !leaf && !defaults:
		return m.errorAt(entry.Key, "there is no parameter %q; here there are %s", key, m.siblings(key))
	}
	r, err := m.value(key, entry.Value)
	if err != nil {
		return err
	}
	if err := checkRange(key, r); err != nil {
		return m.errorAt(entry.Value, "%v", err)
	}
	m.ranges[key] = r
	return nil
}

func (m *merger) isGroup(key string) bool {
	for k := range m.known {
		if strings.HasPrefix(k, key+".") {
			return true
		}
	}
	return false
}

// siblings lists what stands beside key in the defaults.
func (m *merger) siblings(key string) string {
	parent := key[:strings.LastIndex(key, ".")+1]
	names := []string{}
	if parent == "" {
		names = append(names, "model")
	}
	for k := range m.known {
		if rest, ok := strings.CutPrefix(k, parent); ok {
			name, _, _ := strings.Cut(rest, ".")
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}

// value reads a number or a range.
func (m *merger) value(key string, n ast.Node) (Range, error) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		x, err := m.number(key, n)
		return Range{First: x, Last: x, Curve: 0.5}, err
	}
	if len(list.Values) < 2 || len(list.Values) > 4 {
		return Range{}, m.errorAt(n, "%s has %d values, a range has 2 to 4: [first, last, curve, reversed]", key, len(list.Values))
	}
	r := Range{Curve: 0.5}
	for i, target := range []*float64{&r.First, &r.Last, &r.Curve} {
		if i < len(list.Values) {
			x, err := m.number(key, list.Values[i])
			if err != nil {
				return r, err
			}
			*target = x
		}
	}
	if len(list.Values) == 4 {
		reversed, err := m.boolean(key+": reversed", list.Values[3])
		if err != nil {
			return r, err
		}
		r.Reversed = reversed
	}
	return r, nil
}

// checkRange holds a parameter to what its name means.
func checkRange(path string, r Range) error {
	for _, x := range []float64{r.First, r.Last, r.Curve} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%s is %v, must be a finite number", path, x)
		}
	}
	name := path[strings.LastIndex(path, ".")+1:]
	lowest := min(r.First, r.Last)
	switch {
	case !(r.Curve > 0):
		return fmt.Errorf("%s: curve is %v, must be above 0", path, r.Curve)
	case mustBePositive[name] && !(lowest > 0):
		return fmt.Errorf("%s is %v, must be above 0", path, lowest)
	case name[0] == 'g' && !(lowest >= 0), name == "lambda" && !(lowest >= 0), name == "rinact" && !(lowest >= 0):
		return fmt.Errorf("%s is %v, must not be negative", path, lowest)
	}
	return nil
}

// mustBePositive names lengths, capacitances, resistivities and time constants.
var mustBePositive = map[string]bool{
	"diameter": true, "length": true, "Ra": true, "cm": true, "Ltau": true, "tau_mAHP": true,
	"tau1": true, "tau2": true, "axon_length": true, "axon_velocity": true,
}

var errNoCells = errors.New("myogen: a pool needs thresholds or N > 0")
