package myogen

import (
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

// Fit is an experiment some of whose values are searched for, so that statistics
// of its runs come close to those that are wanted. Package sweep/fit searches.
type Fit struct {
	Experiment Experiment
	Parameters []Parameter
	Targets    []Target
	Method     FitMethod
	// Trials is the budget: how many points are tried at most; 0 means 50.
	Trials int
	// Repeats is the number of runs of each trial, with the seeds
	// Experiment.Seed, Experiment.Seed + 1 and so on; their statistics are
	// averaged. 0 means 1.
	Repeats int
	// Statistics are further ones that targets may name. A file has none.
	Statistics []Statistic
}

// Parameter is a value of an experiment that is searched for, or several that
// are set to the same.
type Parameter struct {
	Name string   // of the column in the table; "" means the last key of the path
	Path string   // as of [Experiment.With]
	Also []string // further paths that are set to the same value
	// From and To are the bounds. The search begins at the value that the
	// experiment has if it lies between them, and in their middle otherwise.
	From, To string
	Log      bool // search by equal factors instead of equal differences
}

// Target is a statistic and the value that is wanted for it.
type Target struct {
	Statistic string  // "aMN.mean_rate", see [Experiment.Statistics]
	Value     string  // in the unit of the statistic: "16.82 pps"
	Tolerance string  // the deviation that counts as one
	Weight    float64 // of the squared deviation; 0 means 1
}

// FitMethod is the search of a fit.
type FitMethod int

// The methods.
const (
	// NelderMead is the downhill simplex of Nelder and Mead (1965, Comput J
	// 7:308): good with one to three parameters.
	NelderMead FitMethod = iota
	// CMAES is the evolution strategy with covariance matrix adaptation (Krause
	// et al. 2016, NIPS): slower, but harder to trap. Its trials are made several at
	// a time.
	CMAES
)

// String returns the method's name, as it stands in files.
func (m FitMethod) String() string {
	switch m {
	case NelderMead:
		return "Nelder-Mead"
	case CMAES:
		return "CMA-ES"
	}
	return fmt.Sprintf("FitMethod(%d)", int(m))
}

// defaultTrials is the budget of a fit that names none.
const defaultTrials = 50

// Bounds of a fit.
const (
	maxTrials     = 1_000_000
	maxParameters = 100
)

func (p *Parameter) fields() []fields.Field {
	return []fields.Field{
		{Name: "name", Doc: "column in the table; the last key of the path unless it is given", Value: fields.Name(&p.Name)},
		{Name: "path", Doc: "path of the value: connections[0].weight", Required: true, Value: fields.Name(&p.Path)},
		{Name: "also", Doc: "further paths that are set to the same value", Value: fields.ListOf(&p.Also, "a path", fields.Name)},
		{Name: "from", Doc: "lower bound", Required: true, Value: anyValue{&p.From}},
		{Name: "to", Doc: "upper bound", Required: true, Value: anyValue{&p.To}},
		{Name: "log", Doc: "search by equal factors instead of equal differences", Default: "false", Value: fields.Bool(&p.Log)},
	}
}

func (t *Target) fields() []fields.Field {
	return []fields.Field{
		{Name: "statistic", Doc: "statistic of a run: aMN.mean_rate", Required: true, Value: fields.Name(&t.Statistic)},
		{Name: "value", Doc: "what is wanted, in the unit of the statistic: 16.82 pps", Required: true, Value: anyValue{&t.Value}},
		{Name: "tolerance", Doc: "the deviation that counts as one: 2.5 pps", Required: true, Value: anyValue{&t.Tolerance}},
		{Name: "weight", Doc: "weight of the squared deviation", Default: "1", Value: fields.Float(&t.Weight, fields.Positive)},
	}
}

func (f *Fit) fields() []fields.Field {
	return []fields.Field{
		{Name: "parameters", Doc: "values that are searched for", Required: true, Value: fields.ListOf(&f.Parameters, "a parameter",
			func(p *Parameter) fields.Value { return fields.Struct(p.fields) })},
		{Name: "targets", Doc: "statistics and the values that are wanted for them", Required: true, Value: fields.ListOf(&f.Targets, "a target",
			func(t *Target) fields.Value { return fields.Struct(t.fields) })},
		{Name: "method", Doc: "search", Default: NelderMead.String(), Value: fields.Choice(&f.Method, NelderMead, CMAES)},
		{Name: "trials", Doc: "points that are tried at most", Default: strconv.Itoa(defaultTrials), Value: fields.Int(&f.Trials, 1, maxTrials)},
		{Name: "repeats", Doc: "runs of each trial, with seeds that follow one another", Default: "1", Value: fields.Int(&f.Repeats, 1, maxRuns)},
	}
}

const fitKey = "fit"

// section is the field of the experiment's file that holds the fit.
func (f *Fit) section() fields.Field {
	return fields.Field{Name: fitKey, Doc: "values of the experiment that are searched for", Required: true, Value: fields.Struct(f.fields)}
}

// file is the table of a fit's file: an experiment with one more key.
func (f *Fit) file() []fields.Field { return append(f.Experiment.fields(), f.section()) }

// Dimension is a parameter of a fit with its bounds as numbers.
type Dimension struct {
	Parameter
	Unit        string
	Low, High   float64
	Start       float64 // the first trial's
	transformed func(share float64) float64
}

// At returns the value at a share of the way from Low to High. Beyond them it
// goes back as it came, so that every share has a value within.
func (d Dimension) At(share float64) float64 {
	share = math.Abs(math.Remainder(share, 2)) // of 1.25, 0.75
	switch share {
	case 0:
		return d.Low
	case 1:
		return d.High
	}
	return min(max(d.transformed(share), d.Low), d.High)
}

// Share returns the share of the way from Low to High at which a value is.
func (d Dimension) Share(x float64) float64 {
	if d.Log {
		return math.Log(x/d.Low) / math.Log(d.High/d.Low)
	}
	return (x - d.Low) / (d.High - d.Low)
}

// Goal is a target of a fit with its numbers.
type Goal struct {
	Statistic
	Value, Tolerance, Weight float64
}

// Deviation returns how far a statistic is from the target, in tolerances.
func (g Goal) Deviation(x float64) float64 {
	return (x - g.Value) / g.Tolerance
}

// FitPlan is a checked fit.
type FitPlan struct {
	Fit
	Dimensions []Dimension // of the parameters
	Goals      []Goal      // of the targets
}

// Plan checks the fit, with the bounds of every parameter.
func (f Fit) Plan() (*FitPlan, error) {
	p, err := f.plan()
	return p, prefixed(err)
}

func (f Fit) plan() (*FitPlan, error) {
	if err := f.Experiment.recordsNothing(); err != nil {
		return nil, err
	}
	at := func(key string, err error) error { return fields.At(fitKey, fields.At(key, err)) }
	switch {
	case len(f.Parameters) == 0:
		return nil, at("parameters", errors.New("the fit has no parameters"))
	case len(f.Parameters) > maxParameters:
		return nil, at("parameters", fmt.Errorf("the fit has %d parameters, must be at most %d", len(f.Parameters), maxParameters))
	case len(f.Targets) == 0:
		return nil, at("targets", errors.New("the fit has no targets"))
	case f.Trials < 0 || f.Trials > maxTrials:
		return nil, at("trials", fmt.Errorf("trials is %d, must be 1 to %d", f.Trials, maxTrials))
	case f.Repeats < 0 || f.Repeats > maxRuns:
		return nil, at("repeats", fmt.Errorf("repeats is %d, must be 1 to %d", f.Repeats, maxRuns))
	case f.Method != NelderMead && f.Method != CMAES:
		return nil, at("method", fmt.Errorf("there is no method %v", f.Method))
	}
	if err := checkSeeds(f.Experiment.Seed, f.Repeats, math.MaxUint64); err != nil {
		return nil, at("repeats", err)
	}
	p := &FitPlan{Fit: f}
	if p.Trials == 0 {
		p.Trials = defaultTrials
	}
	p.Repeats = max(p.Repeats, 1)
	all := slices.Concat(f.Experiment.Statistics(), f.Statistics)
	var paths setPaths
	for i, parameter := range f.Parameters {
		d, err := f.dimension(parameter)
		if err == nil {
			err = paths.add(d.Name, parameter.axis())
		}
		if err == nil {
			err = checkColumnName(d.Name, all, "trial", "cost", sumColumn, failedColumn)
		}
		if err != nil {
			return nil, at("parameters", fields.Index(i, err))
		}
		p.Dimensions = append(p.Dimensions, d)
	}
	wanted := map[string]int{}
	for i, target := range f.Targets {
		g, err := target.goal(all)
		if first, twice := wanted[g.Name]; err == nil && twice {
			err = fields.At("statistic", fmt.Errorf("%s is the statistic of target %d, too", g.Name, first))
		}
		wanted[g.Name] = i
		if err != nil {
			return nil, at("targets", fields.Index(i, err))
		}
		p.Goals = append(p.Goals, g)
	}
	return p, nil
}

// dimension checks a parameter.
func (f Fit) dimension(p Parameter) (Dimension, error) {
	d := Dimension{Parameter: p}
	axis := p.axis()
	name, err := axis.name(f.Experiment)
	if err != nil {
		return d, err
	}
	d.Name = name
	if p.From == "" || p.To == "" {
		return d, errors.New("a parameter needs from and to")
	}
	ends, unit, err := axis.ends(f.Experiment)
	if err != nil {
		return d, err
	}
	if err := axis.checkUsed(f.Experiment, p.From, p.To); err != nil {
		return d, err
	}
	d.Low, d.High, d.Unit = ends[0], ends[1], unit
	if !(d.Low < d.High) {
		return d, fields.At("to", fmt.Errorf("to is %s, must be above from, %s", p.To, p.From))
	}
	d.transformed = func(share float64) float64 { return d.Low + float64((d.High-d.Low)*share) }
	if p.Log {
		d.transformed = func(share float64) float64 { return d.Low * math.Pow(d.High/d.Low, share) }
	}
	for _, share := range []float64{goldenShare, 0.5} { // a whole number cannot be searched for
		e, err := axis.set(f.Experiment, d.text(d.At(share)))
		if err == nil {
			err = e.Check()
		}
		if err != nil {
			return d, fmt.Errorf("between %s and %s: %s", p.From, p.To, withoutPrefix(err))
		}
	}
	d.Start = d.At(0.5)
	if x, _, err := f.Experiment.Number(p.Path); err == nil && x >= d.Low && x <= d.High {
		d.Start = x
	}
	return d, nil
}

// goldenShare is a share of the way at which no whole number lies.
const goldenShare = 0.3819660112501051

// axis returns the axis from bound to bound.
func (p Parameter) axis() Axis {
	return Axis{Name: p.Name, Path: p.Path, Also: p.Also, From: p.From, To: p.To, N: 2, Log: p.Log}
}

// text returns a value as a file has it.
func (d Dimension) text(x float64) string {
	return numberText(x, d.Unit)
}

// goal checks a target.
func (t Target) goal(all []Statistic) (Goal, error) {
	i := slices.IndexFunc(all, func(s Statistic) bool { return s.Name == t.Statistic })
	if i < 0 {
		var names []string
		for _, s := range all {
			names = append(names, s.Name)
		}
		return Goal{}, fields.At("statistic", fmt.Errorf("there is no statistic %q; there are %s", t.Statistic, strings.Join(names, ", ")))
	}
	g := Goal{Statistic: all[i], Weight: t.Weight}
	if g.Weight == 0 {
		g.Weight = 1
	}
	if !(g.Weight > 0) || math.IsInf(g.Weight, 0) {
		return g, fields.At("weight", fmt.Errorf("weight is %v, must be above 0", g.Weight))
	}
	var err error
	if g.Value, err = numberIn(t.Value, g.Unit); err != nil {
		return g, fields.At("value", fmt.Errorf("value of %s: %w", t.Statistic, err))
	}
	if g.Tolerance, err = numberIn(t.Tolerance, g.Unit); err == nil && g.Tolerance <= 0 {
		err = fmt.Errorf("it is %q, must be above 0", t.Tolerance)
	}
	if err != nil {
		return g, fields.At("tolerance", fmt.Errorf("tolerance of %s: %w", t.Statistic, err))
	}
	if d := g.Deviation(0); math.IsInf(float64(g.Weight*float64(d*d)), 0) {
		return g, fields.At("value", fmt.Errorf("value of %s: %s with the tolerance %s and the weight %v has an infinite cost", t.Statistic, t.Value, t.Tolerance, g.Weight))
	}
	return g, nil
}

// numberIn reads a finite number with this unit.
func numberIn(text, unit string) (float64, error) {
	number := strings.TrimSpace(text)
	if unit != "" {
		var ok bool
		if number, ok = strings.CutSuffix(number, unit); !ok {
			return 0, fmt.Errorf("%q is not a number with the unit %s", text, unit)
		}
	}
	return fields.ParseNumber("it", strings.TrimSpace(number))
}

// Run returns the experiment with values of the parameters, of a repeat.
func (p *FitPlan) Run(values []float64, repeat int) (Experiment, error) {
	e := p.Experiment
	for i, d := range p.Dimensions {
		var err error
		if e, err = d.axis().set(e, d.text(values[i])); err != nil {
			return e, err
		}
	}
	e.Seed += uint64(repeat)
	return e, nil
}

// Cost returns the weighted sum of the squared deviations of statistics. It is +Inf if
// one of them is NaN, so that a silent pool is no answer: it has no CV that could be
// near to a target.
func (p *FitPlan) Cost(statistics []float64) float64 {
	cost, missing := p.partialCost(statistics)
	if missing > 0 {
		return math.Inf(1)
	}
	return cost
}

// partialCost returns the cost of the statistics that are not NaN, and how many are.
func (p *FitPlan) partialCost(statistics []float64) (cost float64, missing int) {
	for i, g := range p.Goals {
		d := g.Deviation(statistics[i])
		if math.IsNaN(d) {
			missing++
			continue
		}
		cost += float64(g.Weight * float64(d*d))
	}
	return cost, missing
}

// SearchCost returns the cost that a search compares, which is finite. It is [FitPlan.Cost]
// where there is one. It is larger than any such for a trial without a statistic, and
// rises with the number of statistics that are missing and then with the cost of the
// others, which lead the search back.
func (p *FitPlan) SearchCost(statistics []float64) float64 {
	const half = math.MaxFloat64 / 2
	cost, missing := p.partialCost(statistics)
	if missing == 0 {
		return min(cost, half)
	}
	share := (float64(missing) - 1/(1+cost)) / float64(len(p.Goals)) // in [0, 1]
	return half + share*(half/2)
}

// LoadFit reads an experiment file that has a key fit.
func LoadFit(path string) (*FitPlan, error) {
	return load(path, ParseFit)
}

// ParseFit reads the text of an experiment file that has a key fit, and checks
// it.
func ParseFit(name string, text []byte) (*FitPlan, error) {
	var f Fit
	plan := func(*watch.Watch) (*FitPlan, error) { return f.plan() } // of what is read by then
	return parsePlan(name, text, f.file, &f.Experiment, nil, plan)
}

// Fingerprint returns what decides the trials of the fit, with all defaults, but
// for its Statistics, which are Go code.
func (f Fit) Fingerprint() (Fingerprint, error) {
	return f.FingerprintContext(context.Background())
}

// FingerprintContext is [Fit.Fingerprint] that ends with the error of ctx soon after it is
// cancelled.
func (f Fit) FingerprintContext(ctx context.Context) (Fingerprint, error) {
	if ctx == nil {
		return nil, prefixed(errNoContext)
	}
	return planFingerprint(ctx, f.Experiment, f.section(), func(*watch.Watch) (*FitPlan, error) { return f.plan() })
}

// YAML returns the text of the fit's file.
func (f Fit) YAML() (string, error) {
	return planYAML(f.file, &f.Experiment, func(*watch.Watch) (*FitPlan, error) { return f.plan() })
}
