package myogen

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/muscle"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// sameExperiment checks that a text is read as an experiment.
func sameExperiment(t rapid.TB, want Experiment, text string) {
	t.Helper()
	got, err := ParseExperiment("written.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v of\n%s", err, text)
	}
	zeroGamma := cmp.Transformer("gamma", func(g random.Gamma) float64 { // a shape of 0 means 3
		if g.Shape == 0 {
			return 3
		}
		return g.Shape
	})
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty(), zeroGamma); d != "" {
		t.Fatalf("(-want +got):\n%s\nof\n%s", d, text)
	}
	sameFingerprint(t, want, got)
}

func sameFingerprint(t rapid.TB, want, got Experiment) {
	t.Helper()
	a, err := want.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	b, err := got.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	if d := a.Difference(b); d != "" || a.Hash() != b.Hash() {
		t.Fatalf("the fingerprints differ: %s", d)
	}
}

// An experiment that is written to a file and read again is the same.
func TestExperimentsAreWrittenAndRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			e := experiments(t)
			text, err := e.YAML()
			if err != nil {
				t.Fatalf("%v\n%#v", err, e)
			}
			sameExperiment(t, e, text)
			pathsLead(t, e)
		}
	})
}

// pathsLead checks that the paths of an experiment lead to its values, whatever
// its populations are called.
func pathsLead(t *rapid.T, e Experiment) {
	t.Helper()
	for _, p := range e.Populations {
		path := fields.Path{"populations", p.name()}.String()
		text, err := e.Get(path)
		if err != nil {
			t.Fatal(err)
		}
		same, err := e.With(path, text)
		if err != nil {
			t.Fatal(err)
		}
		sameFingerprint(t, e, same)
	}
}

// A function stands in a file by the values that a run takes of it.
func TestFunctionsAreWrittenAsSamples(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := closedLoop(NERLab)
		e.Step = units.Time(rapid.Float64Range(0.01, 3).Draw(t, "step"))
		e.Duration = units.Time(rapid.Float64Range(3, 200).Draw(t, "duration")) * e.Step
		if e.Step > 1.5 {
			e.Connections = nil // their delays are shorter
		}
		e.Inputs[0].Shape = ShapeFunc[units.Rate](func(t units.Time) units.Rate { return units.Rate(50 + 40*math.Sin(float64(t)/7)) })
		e.Inject[0] = Injection{Population: "aMN", Shape: ShapeFunc[units.Current](func(t units.Time) units.Current { return units.Current(t / 13) })}
		text, err := e.YAML()
		if err != nil {
			t.Fatal(err)
		}
		read, err := ParseExperiment("written.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		sameFingerprint(t, e, read)
		a, b := run(t, e), run(t, read)
		if d := cmp.Diff(a.Block, b.Block); d != "" {
			t.Fatalf("(-function +samples):\n%s", d)
		}
	})
}

// experiments draws an experiment with everything that one can have.
func experiments(t *rapid.T) Experiment {
	steps := rapid.IntRange(1, 60).Draw(t, "steps")
	e := Experiment{
		Seed:   rapid.Uint64().Draw(t, "seed"),
		Draws:  rapid.SampledFrom([]DrawOrder{NamedStreams, MyoGenOrder}).Draw(t, "draws"),
		Method: rapid.SampledFrom([]Method{CrankNicolson, BackwardEuler}).Draw(t, "method"),
		Step:   units.Time(zeroOr(t, "step", rapid.Float64Range(1e-6, 50))),
	}
	e.Duration = units.Time(float64(steps) * float64(stepOr(e.Step)))
	var sources, driven, motor []string // names
	synapses := map[string]int{}
	for _, name := range rapid.SliceOfNDistinct(populationNames, 1, 5, rapid.ID).Draw(t, "names") {
		var p Population
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			p = DescendingDrivePool{Name: name, N: rapid.IntRange(0, 9).Draw(t, "n"), Process: processes.Draw(t, "process")}
			driven = append(driven, name)
		case 1:
			p = SpikeSource{Name: name, Trains: rapid.SliceOfN(rapid.Custom(spikeTrain), 1, 3).Draw(t, "trains"), Latency: latencies(t)}
		case 2:
			pool := motorNeurons(t)
			pool.Name = name
			motor = append(motor, name)
			synapses[name] = 2 * pool.Model.or().dendrites()
			p = pool
		}
		e.Populations = append(e.Populations, p)
		sources = append(sources, name)
	}
	cell := func(name string) int {
		i := slices.Index(sources, name)
		return rapid.IntRange(0, e.Populations[i].size()-1).Draw(t, "cell")
	}
	for i, target := range driven {
		x := Input{Source: texts.Draw(t, "source"), Target: target, Noise: units.Rate(zeroOr(t, "noise", oddUpTo(maxRate))), Latency: latencies(t)}
		if i > 0 && rapid.Bool().Draw(t, "follows") {
			x.Follow = &Follow{driven[0], rapid.Float64Range(-2, 2).Draw(t, "gain"), units.Rate(rapid.Float64Range(-1e4, 1e4).Draw(t, "baseline"))}
		} else {
			x.Shape = shapes[units.Rate](t, e, rapid.Float64Range(0, 4e4))
		}
		e.Inputs = append(e.Inputs, x)
	}
	if len(motor) == 0 {
		return e
	}
	for range rapid.IntRange(0, 3).Draw(t, "connections") {
		c := Connection{
			Source: rapid.SampledFrom(sources).Draw(t, "source"), Target: rapid.SampledFrom(motor).Draw(t, "target"),
			Weight: units.Conductance(oddUpTo(maxConductance).Draw(t, "weight")), Delay: latencies(t), Inhibitory: rapid.Bool().Draw(t, "inhibitory"),
		}
		if rapid.Bool().Draw(t, "all") {
			c.Probability = rapid.OneOf(rapid.Just(1.0), rapid.Float64Range(5e-324, 1)).Draw(t, "probability")
		} else {
			c.Pairs = []Link{}
			for range rapid.IntRange(0, 30).Draw(t, "pairs") {
				if e.Populations[slices.Index(sources, c.Source)].size() == 0 {
					break
				}
				c.Pairs = append(c.Pairs, Link{cell(c.Source), cell(c.Target), rapid.IntRange(0, synapses[c.Target]-1).Draw(t, "synapse")})
			}
		}
		e.Connections = append(e.Connections, c)
	}
	for range rapid.IntRange(0, 3).Draw(t, "probes") {
		p := Probe{Population: rapid.SampledFrom(motor).Draw(t, "population")}
		p.Cell = cell(p.Population)
		p.Compartment, p.Variable = variables(t, synapses[p.Population])
		e.Record = append(e.Record, p)
	}
	for i, path := range rapid.SliceOfNDistinct(texts, 0, 2, rapid.ID).Draw(t, "paths") {
		r := Recording{Population: motor[i%len(motor)], Path: path + ".npy"}
		r.Compartment, r.Variable = variables(t, synapses[r.Population])
		e.RecordAll = append(e.RecordAll, r)
	}
	for range rapid.IntRange(0, 3).Draw(t, "injections") {
		in := Injection{Population: rapid.SampledFrom(motor).Draw(t, "population")}
		in.Cell = cell(in.Population)
		if rapid.Bool().Draw(t, "pulse") {
			in.Amplitude = units.Current(zeroOr(t, "amplitude", rapid.Float64Range(-1000, 1000)))
			in.Start, in.Duration = units.Time(zeroOr(t, "start", oddNumbers)), units.Time(oddNumbers.Draw(t, "duration"))
		} else {
			in.Shape = shapes[units.Current](t, e, rapid.Float64Range(-1000, 1000))
		}
		e.Inject = append(e.Inject, in)
	}
	for _, parameter := range rapid.SliceOfNDistinct(rapid.SampledFrom(membrane.Modulated(&NERLabCell{})), 0, 2, rapid.ID).Draw(t, "modulations") {
		m := Modulation{Population: rapid.SampledFrom(motor).Draw(t, "population"), Parameter: parameter}
		if synapses[m.Population] == 8 {
			m.Parameter = "gamma"
		}
		m.Shape = shapes[Factor](t, e, rapid.Float64Range(0, 400))
		if slices.ContainsFunc(e.Modulate, func(o Modulation) bool { return o.Population == m.Population && o.Parameter == m.Parameter }) {
			continue
		}
		e.Modulate = append(e.Modulate, m)
	}
	if rapid.Bool().Draw(t, "force") {
		e.Force = []Force{force(t, e, motor[0], e.Populations[slices.Index(sources, motor[0])].size())}
	}
	return e
}

// force draws what a pool of n motor units can have.
func force(t *rapid.T, e Experiment, population string, n int) Force {
	f := Force{Population: population, Muscle: muscle.Fuglevand{
		LargestTwitch: units.Force(zeroOr(t, "largest twitch", rapid.Float64Range(1e-3, 1e3))),
	}}
	if rapid.Bool().Draw(t, "twitches") {
		for range n {
			f.Muscle.Twitches = append(f.Muscle.Twitches, muscle.Twitch{
				Amplitude:       rapid.Float64Range(1e-3, 1e3).Draw(t, "amplitude"),
				ContractionTime: units.Time(rapid.Float64Range(10, 200).Draw(t, "contraction time")),
			})
		}
	} else {
		f.Muscle.N = rapid.SampledFrom([]int{0, n}).Draw(t, "n")
		f.Muscle.TwitchRange = zeroOr(t, "twitch range", rapid.Float64Range(1, 300))
		f.Muscle.ContractionTimeRange = zeroOr(t, "contraction time range", rapid.Float64Range(1, 5))
		f.Muscle.LongestContractionTime = units.Time(zeroOr(t, "longest contraction time", rapid.Float64Range(50, 200)))
	}
	f.Muscle.SamplingPeriod = min(e.Duration, units.Time(zeroOr(t, "sampling period", rapid.Float64Range(0.05, 10))))
	f.Start = units.Time(rapid.Float64Range(0, 0.4).Draw(t, "start")) * e.Duration
	f.Stop = units.Time(zeroOr(t, "stop", rapid.Float64Range(0.5, 1))) * e.Duration
	period := f.Muscle.SamplingPeriod
	if period == 0 {
		period = units.Ms
	}
	if f.window(e.Duration)-f.Start < period {
		f.Start, f.Stop, f.Muscle.SamplingPeriod = 0, 0, min(period, e.Duration)
	}
	return f
}

// oddNumbers are positive numbers of any size, with and without many digits.
var oddNumbers = rapid.OneOf(
	rapid.SampledFrom([]float64{5e-324, 1e-9, 0.1, 0.3, 0.15, 1 / 3.0, 1, 7, 1000, 60_000, 1e15, 1e21, 0.1 + 0.2, 123456.789}),
	rapid.Float64Range(1e-12, 1e12),
	ldexps(900),
)

// ldexps are positive numbers below two to a power.
func ldexps(power int) *rapid.Generator[float64] {
	return rapid.Custom(func(t *rapid.T) float64 {
		return math.Ldexp(rapid.Float64Range(0.5, 1).Draw(t, "m"), rapid.IntRange(-1000, power).Draw(t, "e"))
	})
}

// oddUpTo are positive numbers up to a limit of 8 or more, with and without many
// digits.
func oddUpTo(most float64) *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.SampledFrom([]float64{5e-324, 1e-9, 0.1, 0.3, 0.15, 1 / 3.0, 1, 7, 0.1 + 0.2, most}),
		rapid.Float64Range(1e-12, most), ldexps(int(math.Log2(most))),
	)
}

// zeroOr draws the zero that stands for a default, or a number.
func zeroOr(t *rapid.T, what string, numbers *rapid.Generator[float64]) float64 {
	if rapid.Bool().Draw(t, "default "+what) {
		return 0
	}
	return numbers.Draw(t, what)
}

func latencies(t *rapid.T) units.Time {
	return units.Time(zeroOr(t, "latency", oddUpTo(float64(maxDelay))))
}

// texts are not empty; many are what YAML has its own ideas about.
var texts = rapid.OneOf(
	rapid.SampledFrom([]string{
		"aMN", "a b", " a", "a ", "true", "No", "null", "~", "1", "0x1F", "1e3", "010", ".5", "1:30", "2001-01-01", "_", ".nan",
		"-", "- a", "?", "? a", ":", "a: b", "a:", "#", "a #b", "a#b", "{a}", "[0]", "[a", "a,b", "*a", "&a", "!a", "%a", "@a", "`a",
		"|", ">", "'", "''", `"`, `a"b`, `\`, `a\nb`, "<<", "=", "a.b", "...", "---", "é", "\u00ff", "µS", "日本", "🧠",
	}),
	rapid.StringN(1, 12, -1).Filter(func(s string) bool { return !strings.ContainsFunc(s, unicode.IsControl) }),
)

var populationNames = texts.Filter(func(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar })
})

var processes = rapid.OneOf(
	rapid.Just(random.Process(nil)), rapid.Just(random.Process(random.Poisson{})),
	rapid.Map(rapid.IntRange(1, 1000), func(n int) random.Process { return random.Erlang{Order: n} }),
	rapid.Map(oddUpTo(1000), func(x float64) random.Process { return random.Gamma{Shape: max(x, random.MinGammaShape)} }),
	rapid.Just(random.Process(random.Gamma{})),
)

func spikeTrain(t *rapid.T) neo.SpikeTrain {
	var s neo.SpikeTrain
	for _, x := range rapid.SliceOfN(rapid.OneOf(rapid.Just(0.0), oddNumbers), 0, 20).Draw(t, "times") {
		s.Times = append(s.Times, units.Time(x))
	}
	slices.Sort(s.Times)
	return s
}

func motorNeurons(t *rapid.T) AlphaMNPool {
	p := AlphaMNPool{Model: rapid.SampledFrom([]Model{"", NERLab, Powers2017}).Draw(t, "model")}
	switch rapid.IntRange(0, 2).Draw(t, "spread") {
	case 0:
		p.N = rapid.IntRange(2, 6).Draw(t, "n")
		p.Recruitment = RecruitmentThresholds{
			Model: rapid.SampledFrom([]ThresholdModel{Combined, Fuglevand, Konstantin}).Draw(t, "formula"),
			Max:   zeroOr(t, "max", rapid.Float64Range(0.5, 1)), RangeRatio: zeroOr(t, "ratio", rapid.Float64Range(20, 100)), Slope: zeroOr(t, "slope", rapid.Float64Range(1, 20)),
		}
		if rapid.Bool().Draw(t, "in the formula") {
			p.N, p.Recruitment.N = rapid.SampledFrom([]int{0, p.N}).Draw(t, "n again"), p.N
		}
	case 1:
		p.Thresholds = rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 6).Draw(t, "thresholds")
		slices.Sort(p.Thresholds)
	case 2:
		p.N, p.Curves = rapid.IntRange(1, 6).Draw(t, "n"), true
	}
	p.Parameters = parameters(t, p)
	if rapid.Bool().Draw(t, "threshold") {
		p.SpikeThreshold = new(units.Voltage)
		*p.SpikeThreshold = units.Voltage(zeroOr(t, "voltage", rapid.Float64Range(-80, 80)))
	}
	if rapid.Bool().Draw(t, "temperature") {
		p.Celsius = new(units.Temperature)
		*p.Celsius = units.Temperature(zeroOr(t, "celsius", rapid.Float64Range(-5, 50)))
	}
	if rapid.Bool().Draw(t, "background") {
		f := func(what string) Fluctuation {
			return Fluctuation{
				Mean: units.Conductance(zeroOr(t, what+" mean", oddUpTo(maxConductance))), SD: units.Conductance(zeroOr(t, what+" sd", oddUpTo(maxConductance))),
				Tau: units.Time(zeroOr(t, what+" tau", oddUpTo(float64(maxDelay)))),
			}
		}
		p.Background = &Background{Excitatory: f("excitatory"), Inhibitory: f("inhibitory")}
	}
	return p
}

// parameters draws parameters near the defaults, of both models.
func parameters(t *rapid.T, p AlphaMNPool) Parameters {
	all := DefaultParameters()
	var paths []string
	for path := range all {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	var out Parameters
	for _, path := range rapid.SliceOfNDistinct(rapid.SampledFrom(paths), 0, 5, rapid.ID).Draw(t, "parameters") {
		near := func(x float64) float64 { return x * rapid.Float64Range(0.9, 1.1).Draw(t, path) }
		r := Range{First: near(all[path].First), Last: near(all[path].Last)}
		kind := rapid.IntRange(0, 2).Draw(t, "range")
		if parameterLimits[path].shared {
			kind = 0
		}
		switch kind {
		case 0:
			r = Constant(r.First)
		case 1:
			r.Curve = rapid.Float64Range(1.1, 30).Draw(t, "curve")
			if strings.HasPrefix(path, "Powers") {
				r.Curve = 1 / r.Curve
			}
		}
		r.Reversed = rapid.Bool().Draw(t, "reversed")
		if path == "axon_velocity" {
			r.Curve, r.Reversed = 0, false
		}
		if out == nil {
			out = Parameters{}
		}
		out[path] = r
	}
	return out
}

// variables draws a compartment and a variable of it, of the model with so many
// synapses.
func variables(t *rapid.T, synapses int) (compartment int, variable string) {
	var d membrane.Description = &NERLabCell{}
	if synapses == 8 {
		d = &Powers2017Cell{}
	}
	compartment = rapid.IntRange(0, membrane.Compartments(d)-1).Draw(t, "compartment")
	return compartment, rapid.SampledFrom(append([]string{"", "v"}, membrane.Variables(d, compartment)...)).Draw(t, "variable")
}

// shapes draws a shape whose values are some numbers.
func shapes[Q Quantity](t *rapid.T, e Experiment, numbers *rapid.Generator[float64]) Shape[Q] {
	value := func(what string) Q { return Q(zeroOr(t, what, numbers)) }
	while := func(what string) units.Time { return units.Time(zeroOr(t, what, oddNumbers)) }
	switch k := rapid.IntRange(0, 7).Draw(t, "shape"); k {
	case 0:
		return Trapezoid[Q]{value("baseline"), value("peak"), while("rest"), while("ramp"), while("plateau")}
	case 1:
		mean := value("mean")
		return Sinusoid[Q]{mean, mean / Q(rapid.IntRange(1, 9).Draw(t, "share")), units.Frequency(rapid.Float64Range(1e-3, 1e3).Draw(t, "frequency"))}
	case 2:
		return Ramp[Q]{value("from"), value("to"), while("start"), units.Time(oddNumbers.Draw(t, "duration"))}
	case 3:
		return Step[Q]{value("baseline"), value("level"), while("start"), units.Time(oddNumbers.Draw(t, "duration"))}
	case 4:
		return Sawtooth[Q]{value("low"), value("high"), units.Frequency(rapid.Float64Range(1e-3, 1e3).Draw(t, "frequency"))}
	case 5:
		s := Samples[Q]{Values: make([]Q, rapid.IntRange(1, 80).Draw(t, "samples"))}
		for i := range s.Values {
			s.Values[i] = value("sample")
		}
		s.Period = e.Duration / units.Time(len(s.Values)) * 1.5
		return s
	case 6:
		return Level[Q]{value("value")}
	case 7:
		s := Triangles[Q]{Baseline: value("baseline"), Rest: while("rest"), Ramp: units.Time(oddNumbers.Draw(t, "ramp"))}
		for range rapid.IntRange(1, 4).Draw(t, "peaks") {
			s.Peaks = append(s.Peaks, value("peak"))
		}
		return s
	default:
		panic(fmt.Sprint(k))
	}
}
