package myogen

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/internal/population"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/units"
)

// Types of the parameters of one cell, as [AlphaMNPool.Cells] returns them. The
// units are at the fields: go doc gomyogen/myogen/internal/membrane.NERLab.
type (
	// NERLabCell holds the parameters of a motor neuron of NERLab.
	NERLabCell = membrane.NERLab
	// Powers2017Cell holds the parameters of a motor neuron of Powers 2017.
	Powers2017Cell = membrane.Powers2017
	// Powers2017Dendrite holds those of one of its four dendrites.
	Powers2017Dendrite = membrane.Powers2017Dendrite
	// Synapse holds the parameters of a synapse of a motor neuron.
	Synapse = membrane.Synapse
)

// AlphaMNPool describes a pool of alpha motor neurons in recruitment order. Its
// zero value is 100 NERLab cells with the recruitment thresholds of
// [RecruitmentThresholds].
type AlphaMNPool struct {
	Name  string
	N     int   // cells, and thresholds of the formula; 0 means as many as Thresholds, else 100
	Model Model // "" means NERLab
	// Recruitment is the formula of the thresholds.
	Recruitment RecruitmentThresholds
	// Thresholds, if there are any, take the place of Recruitment: shares of the
	// largest, rising.
	Thresholds []float64
	// Curves spreads the cells by the curves of the parameters' ranges instead,
	// as MyoGen does for a pool without thresholds.
	Curves     bool
	Parameters Parameters // nil means those of alpha_mn_default.yaml
	// SpikeThreshold is the potential of the soma above which a spike is
	// detected; nil means the model's own: 50 mV for NERLab, 0 mV for Powers2017,
	// whose spikes end below 50 mV.
	SpikeThreshold *units.Voltage
	// Celsius is the temperature of Powers 2017's fast sodium rates; nil means
	// 6.3 degC, NEURON's default, with which its parameters were tuned.
	Celsius *units.Temperature
	// Background is fluctuating synaptic input into each soma; nil is none.
	Background *Background
}

func (p *AlphaMNPool) fields() []fields.Field {
	return []fields.Field{
		{Name: "n", Doc: "cells; as many as there are thresholds unless it is given", Default: strconv.Itoa(p.size()), Value: fields.Int(&p.N, 1, maxCells)},
		{Name: "model", Doc: "motor neuron model", Default: "NERLab", Value: modelValue(&p.Model)},
		{Name: "thresholds", Doc: "recruitment thresholds: a formula, a list, a .npy file, or curves", Required: true,
			Hint:  "; say thresholds: {} for the default formula, or thresholds: curves for cells along the curves of the parameters",
			Value: recruitmentValue{p}},
		{Name: "parameter_file", Doc: "file in the form of alpha_mn_default.yaml", Value: parameterFile{p}},
		{Name: "parameters", Doc: "parameters that take the place of those of the file and the defaults",
			Value: parameterValue{p: &p.Parameters, shown: p.Model}},
		{Name: "spike_threshold", Doc: "potential above which a spike is detected; the model's own unless it is given",
			Value: fields.Optional(&p.SpikeThreshold, voltage)},
		{Name: "temperature", Doc: "temperature of the fast sodium rates of Powers2017; 6.3 degC unless it is given",
			Value: fields.Optional(&p.Celsius, temperature)},
		{Name: "background", Doc: "fluctuating conductances in each soma", Value: fields.Optional(&p.Background,
			func(b *Background) fields.Value { return fields.Struct(b.fields) })},
	}
}

// defaultCelsius is NEURON's.
const defaultCelsius = 6.3

func (p AlphaMNPool) name() string { return p.Name }
func (p AlphaMNPool) named(name string) Population {
	p.Name = name
	return p
}

func (p AlphaMNPool) size() int {
	for _, n := range []int{p.N, len(p.Thresholds), p.Recruitment.N} {
		if n != 0 {
			return n
		}
	}
	return 100
}

func (p AlphaMNPool) kind() string   { return p.Model.String() + " motor neurons" }
func (p AlphaMNPool) prefix() string { return "MN" }

// String describes the pool in words: "100 motor neurons, NERLab".
func (p AlphaMNPool) String() string {
	return fmt.Sprintf("%d motor neurons, %s", p.size(), p.Model)
}

// Cells returns the parameters of each cell, as [*NERLabCell] or
// [*Powers2017Cell].
func (p AlphaMNPool) Cells() ([]any, error) {
	if err := fields.Struct(p.fields).Check("the pool"); err != nil {
		return nil, fmt.Errorf("myogen: pool: %w", err)
	}
	m, err := p.motor(nil)
	if err != nil {
		return nil, fmt.Errorf("myogen: pool: %w", err)
	}
	cells := make([]any, len(m.Cells))
	for i, c := range m.Cells {
		cells[i] = c.Description
	}
	return cells, nil
}

// thresholds returns the threshold of each cell; nil for a pool that is spread by
// curves.
func (p AlphaMNPool) thresholds() ([]float64, error) {
	n := p.size()
	switch {
	case p.Curves && (p.Thresholds != nil || p.Recruitment != RecruitmentThresholds{}):
		return nil, fmt.Errorf("the pool has both thresholds and curves")
	case p.Thresholds != nil && p.Recruitment != RecruitmentThresholds{}:
		return nil, fmt.Errorf("the pool has both a list of thresholds and a formula of thresholds")
	case p.Curves:
		return nil, nil
	case p.Thresholds != nil:
		if len(p.Thresholds) != n {
			return nil, fmt.Errorf("the pool has n = %d cells and %d thresholds", n, len(p.Thresholds))
		}
		return p.Thresholds, checkThresholds(p.Thresholds)
	case p.Recruitment.N != 0 && p.Recruitment.N != n:
		return nil, fmt.Errorf("the pool has n = %d cells, its thresholds are for %d", n, p.Recruitment.N)
	}
	p.Recruitment.N = n
	return p.Recruitment.thresholds()
}

// largestThreshold is how far beyond 1 a threshold may be: the ranges of the
// parameters are for 0 to 1, and farther out they are no cells.
const largestThreshold = 2

func (p AlphaMNPool) plan(w *watch.Watch) (population.Plan, error) { return p.motor(w) }

// warnings returns the settings of the pool that its model, or its formula of
// thresholds, does not use, and those with which there are no spikes to detect.
func (p AlphaMNPool) warnings(units.Time) (all []string) {
	others := false // parameters of the other model
	for _, s := range p.unused() {
		// Files of parameters have those of both models: one says it for all, if there
		// are none of this model.
		if s.other && (others || p.hasParameters(p.Model.or())) {
			continue
		}
		others = others || s.other
		all = append(all, s.words)
	}
	return slices.Concat(all, p.undetected(), p.Background.warnings())
}

// hasParameters reports whether some parameters of a model are set.
func (p AlphaMNPool) hasParameters(m Model) bool {
	for path := range p.Parameters {
		if strings.HasPrefix(path, string(m)+".") {
			return true
		}
	}
	return false
}

// undetected says that the spike threshold is where the potential does not pass it
// with each spike: a spike is detected when the potential rises above the threshold
// after it was below.
func (p AlphaMNPool) undetected() []string {
	leak, sodium := "NERLab.soma.el", "NERLab.soma.ena"
	model := p.Model.or()
	if model == Powers2017 {
		leak, sodium = "Powers2017.soma.e_pas", "Powers2017.soma.ena"
	}
	ranges := parameterValue{p: &p.Parameters, shown: p.Model}.effective()
	threshold := ranges[string(model)+".spike_threshold"].First
	if p.SpikeThreshold != nil {
		threshold = float64(*p.SpikeThreshold)
	}
	if rest := max(ranges[leak].First, ranges[leak].Last); threshold <= rest {
		return []string{fmt.Sprintf(
			"the spike threshold is %v, not above the %v at which %v cells rest: a cell passes it when it starts and not with each spike",
			units.Voltage(threshold), units.Voltage(rest), model)}
	}
	if top := max(ranges[sodium].First, ranges[sodium].Last); threshold >= top {
		return []string{fmt.Sprintf("the spike threshold is %v, and spikes stay below the reversal potential of sodium, %v: none is detected",
			units.Voltage(threshold), units.Voltage(top))}
	}
	return nil
}

// unusedSetting is a setting of a pool that decides nothing.
type unusedSetting struct {
	path  string // "parameters.lambda"
	words string // that say so
	other bool   // it is a parameter of the other model
}

// unused returns the settings that are not the defaults and that the pool does not use.
func (p AlphaMNPool) unused() (all []unusedSetting) {
	unused := func(path, words string, args ...any) {
		all = append(all, unusedSetting{path: path, words: fmt.Sprintf(words, args...) + ", which does not use it"})
	}
	r, standard := p.Recruitment.withDefaults(), RecruitmentThresholds{}.withDefaults()
	if slope := r.Model == DeLuca || r.Model == Combined; !slope && r.Slope != standard.Slope {
		unused("thresholds.slope", "the thresholds have slope %v, their formula is %v", r.Slope, r.Model)
	}
	if largest := r.Model == Konstantin || r.Model == Combined; !largest && r.Max != standard.Max {
		unused("thresholds.max", "the thresholds have max %v, their formula is %v", r.Max, r.Model)
	}
	model := p.Model.or()
	if p.Celsius != nil && model != Powers2017 {
		unused("temperature", "it has the temperature %v, its model is %v", *p.Celsius, model)
	}
	for _, path := range slices.Sorted(maps.Keys(p.Parameters)) {
		group, _, grouped := strings.Cut(path, ".")
		at := "parameters." + path
		switch {
		case grouped && group != string(model):
			unused(at, "it has the parameter %s, its model is %v", path, model)
			all[len(all)-1].other = true
		case p.Parameters[path] == defaults[path]:
		case path == "lambda" && model == NERLab:
			unused(at, "it has the parameter %s, its model is %v", path, model)
		case path == "NERLab.soma.mact":
			all = append(all, unusedSetting{path: at, words: "it has the parameter " + path + ", which no equation uses"})
		case path == string(model)+".spike_threshold" && p.SpikeThreshold != nil:
			all = append(all, unusedSetting{path: at, words: fmt.Sprintf(
				"it has the parameter %s and the spike_threshold %v, which takes its place", path, *p.SpikeThreshold)})
		}
	}
	return all
}

// checkUsed returns an error if the value at a path is a setting that its population does
// not use.
func (e Experiment) checkUsed(path string) error {
	p, err := fields.ParsePath(path)
	if err != nil || len(p) < 3 || p[0] != "populations" {
		return nil // another place, or an error of others
	}
	for _, of := range present(e.Populations) {
		pool, ok := of.(AlphaMNPool)
		if !ok || pool.Name != p[1] {
			continue
		}
		below := p[2:]
		if below[0] == poolKind {
			below = below[1:]
		}
		for _, s := range pool.unused() {
			if s.path == below.String() {
				return fmt.Errorf("path %q: its values change nothing: population %q: %s", path, pool.Name, s.words)
			}
		}
	}
	return nil
}

func (p AlphaMNPool) motor(w *watch.Watch) (*population.Neurons, error) {
	n := p.size()
	thresholds, err := p.thresholds()
	if err != nil {
		return nil, err
	}
	for i, x := range thresholds {
		if x > largestThreshold {
			return nil, fields.At("thresholds", fmt.Errorf(
				"cell %d: its threshold is %v, must be at most %d: a threshold is a share of the largest, and the ranges of the parameters are for 0 to 1",
				i, x, largestThreshold))
		}
	}
	s := spread{
		model: p.Model.or(), ranges: parameterValue{p: &p.Parameters, shown: p.Model}.effective(), thresholds: thresholds, n: n,
	}
	threshold := s.first(string(s.model) + ".spike_threshold")
	if p.SpikeThreshold != nil {
		threshold = float64(*p.SpikeThreshold)
	}
	celsius := defaultCelsius
	if p.Celsius != nil {
		celsius = float64(*p.Celsius)
	}
	m := &population.Neurons{Contacts: s.synapses(), Background: p.Background.plan()}
	for _, syn := range m.Contacts {
		if syn.Tau1 >= syn.Tau2 {
			return nil, fmt.Errorf("%s.synapse: tau1 is %v ms, must be below tau2, %v ms", s.model, syn.Tau1, syn.Tau2)
		}
	}
	velocity := s.ranges["axon_velocity"]
	for i := range n {
		if err := w.Did(1); err != nil {
			return nil, err
		}
		var c membrane.Description
		if s.model == NERLab {
			c = s.nerlab(i)
		} else {
			c = s.powers2017(i, celsius)
		}
		m.Cells = append(m.Cells, population.Membrane{Description: c, Threshold: threshold, VInit: s.first("v_init")})
		v := velocity.First
		if n > 1 {
			v += float64(float64(i) * ((velocity.Last - velocity.First) / float64(n-1)))
		}
		m.AxonDelay = append(m.AxonDelay, 1000*s.first("axon_length")/v)
	}
	return m, s.err
}

// recruitmentValue is the thresholds of a pool in a file: a formula, a list of
// numbers, the name of a .npy file, or curves.
type recruitmentValue struct{ *AlphaMNPool }

// poolKind is the key of pools in a file.
const poolKind = "motor_neurons"

// byCurves is how a file asks for [AlphaMNPool.Curves].
const byCurves = "curves"

func (v recruitmentValue) formula() fields.Value { return fields.Struct(v.Recruitment.fields) }

func (v recruitmentValue) Zero() bool {
	return !v.Curves && v.AlphaMNPool.Thresholds == nil && v.Recruitment == RecruitmentThresholds{}
}

func (v recruitmentValue) Read(f *fields.File, what string, n ast.Node) error {
	p := v.AlphaMNPool
	p.Curves, p.Thresholds, p.Recruitment = false, nil, RecruitmentThresholds{}
	switch f.Kind(n) {
	case fields.Mapping:
		if err := v.formula().Read(f, what, n); err != nil {
			return err
		}
		if _, err := v.Recruitment.thresholds(); err != nil {
			return f.ErrorAt(n, "%v", err)
		}
		return nil
	case fields.Sequence:
		nodes, err := f.Sequence(what, n)
		if err != nil {
			return err
		}
		p.Thresholds = make([]float64, len(nodes))
		for i, n := range nodes {
			if p.Thresholds[i], err = f.Number("a threshold", n); err != nil {
				return err
			}
		}
		if err := checkThresholds(p.Thresholds); err != nil {
			return f.ErrorAt(n, "%v", err)
		}
		return nil
	}
	text, err := f.Scalar(what, n)
	if err != nil {
		return err
	}
	if text == byCurves {
		p.Curves = true
		return nil
	}
	if p.Thresholds, err = LoadThresholds(f.Beside(text)); err != nil {
		return f.ErrorAt(n, "%s", withoutPrefix(err))
	}
	return nil
}

func (v recruitmentValue) Write(full bool) fields.Node {
	switch {
	case v.Curves:
		return fields.Text(byCurves)
	case v.AlphaMNPool.Thresholds != nil:
		items := fields.Items{}
		for _, x := range v.AlphaMNPool.Thresholds {
			items = append(items, fields.Number(x))
		}
		return items
	}
	return v.formula().Write(full)
}

func (v recruitmentValue) Check(what string) error {
	if v.AlphaMNPool.Thresholds != nil {
		return checkThresholds(v.AlphaMNPool.Thresholds)
	}
	return v.formula().Check(what)
}

func (v recruitmentValue) Schema() fields.Schema {
	return fields.Schema{"oneOf": []any{
		fields.Schema{"const": byCurves}, fields.Schema{"type": "string", "pattern": `\.npy$`},
		fields.Schema{"type": "array", "items": fields.Schema{"type": "number", "minimum": 0}, "minItems": 1}, v.formula().Schema(),
	}}
}

func (v recruitmentValue) Child(element string) (fields.Value, error) {
	return v.formula().Child(element)
}

// parameterFile is a file whose parameters a pool takes over where nothing else
// sets them. It is read at once: a pool holds parameters and no file.
type parameterFile struct{ *AlphaMNPool }

func (v parameterFile) Zero() bool { return true }

func (v parameterFile) Read(f *fields.File, what string, n ast.Node) error {
	path, err := f.Scalar(what, n)
	if err != nil {
		return err
	}
	model, parameters, err := LoadParameters(f.Beside(path))
	if err != nil {
		return f.ErrorAt(n, "%s", withoutPrefix(err))
	}
	if v.Model == "" {
		v.Model = model
	}
	for path, r := range v.Parameters {
		parameters[path] = r
	}
	v.Parameters = parameters
	return nil
}

func (v parameterFile) Write(bool) fields.Node { return nil }
func (v parameterFile) Check(string) error     { return nil }
func (v parameterFile) Schema() fields.Schema  { return fields.Schema{"type": "string"} }
func (v parameterFile) Child(element string) (fields.Value, error) {
	return nil, fmt.Errorf("there is no %q: parameters are set below parameters", element)
}
