package myogen

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/muscle"
	"gomyogen/myogen/units"
)

// Every parameter of both models has limits, with its default well inside, and a
// value beyond them is refused by name, unit and limit: by a pool, by an
// experiment and by its file.
func TestImpossibleParametersAreRefused(t *testing.T) {
	if a, b := slices.Sorted(maps.Keys(parameterLimits)), slices.Sorted(maps.Keys(defaults)); !slices.Equal(a, b) {
		t.Fatalf("there are limits of %q, parameters %q", a, b)
	}
	for path, r := range defaults {
		if err := checkRange(path, r); err != nil {
			t.Errorf("the default is refused: %v", err)
		}
		l := parameterLimits[path]
		m := NERLab
		if strings.HasPrefix(path, string(Powers2017)) {
			m = Powers2017
		}
		for _, x := range []float64{1e6, 1e9, math.MaxFloat64, inf, -inf, nan, -1e6} {
			p := AlphaMNPool{Name: "aMN", Thresholds: []float64{0.5, 1}, Model: m, Parameters: Parameters{path: Constant(x)}}
			want := fmt.Sprintf("%s is %s, must", path, l.show(x))
			_, err := p.Cells()
			refused(t, want, err)
			e := Experiment{Duration: 1, Populations: []Population{p}}
			refused(t, `population "aMN": parameters: `+want, e.Check())
		}
		_, err := AlphaMNPool{Model: m, Parameters: Parameters{path: {First: r.First, Last: 1e9}}}.Cells()
		refused(t, path+" is 1e+09", err)
		e := Experiment{Duration: 1, Populations: []Population{AlphaMNPool{Name: "aMN", Model: m}}}
		_, err = e.With("populations.aMN.parameters."+path, "1e12")
		refused(t, path+" is 1e+12", err)
		text := "model: " + string(m) + "\n" + strings.ReplaceAll(path, ".", ": {") + ": [0, 1e7]" + strings.Repeat("}", strings.Count(path, ".")) + "\n"
		if _, _, err = parseParameters("mine.yaml", []byte(text)); err == nil || !strings.HasPrefix(err.Error(), "mine.yaml:2:") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

// What all cells share is one number: a range is not cut down to its begin.
func TestRangesThatAreNotUsedAreRefused(t *testing.T) {
	for _, c := range []struct {
		path, want string
		r          Range
	}{
		{"gamma", "gamma is [0.1, 0.3], must be a number: all cells share it", Range{First: 0.1, Last: 0.3}},
		{"v_init", "v_init is [-70, -60], must be a number", Range{First: -70, Last: -60}},
		{"NERLab.synapse.tau2", "NERLab.synapse.tau2 is [1, 2], must be a number", Range{First: 1, Last: 2}},
		{"NERLab.spike_threshold", "must be a number: all cells share it", Range{First: 40, Last: 50}},
		{"axon_length", "axon_length is [0.5, 0.7], must be a number", Range{First: 0.5, Last: 0.7}},
		{"axon_velocity", "axon_velocity is [50, 60, 2], must be a number or [first, last]", Range{First: 50, Last: 60, Curve: 2}},
		{"axon_velocity", "axon_velocity is [50, 60, 0, true], must be", Range{First: 50, Last: 60, Reversed: true}},
	} {
		_, err := AlphaMNPool{Parameters: Parameters{c.path: c.r}}.Cells()
		refused(t, c.want, err)
	}
}

// A synapse is inhibitory because it is the inhibitory one, also where its
// reversal potential is near rest, as on NERLab's scale.
func TestShuntingSynapses(t *testing.T) {
	e := Experiment{
		Duration: 40, Seed: 1,
		Populations: []Population{SpikeSource{Name: "Ib", Trains: trainsAt(5, 10, 15)},
			AlphaMNPool{Name: "aMN", Thresholds: []float64{0.5}, Parameters: Parameters{"NERLab.synapse.e_inhibitory": Constant(-10), "v_init": Constant(0)}}},
		Connections: []Connection{{Source: "Ib", Target: "aMN", Probability: 1, Weight: 1}},
		Record:      []Probe{{Population: "aMN", Compartment: 1}},
	}
	peak := func(e Experiment) (low, high float64) {
		signals, err := run(t, e).Signals("aMN")
		if err != nil {
			t.Fatal(err)
		}
		values := signals[0].Values[30:]
		return slices.Min(values), slices.Max(values)
	}
	if _, high := peak(e); high < 2 {
		t.Errorf("excitation reaches %v mV", high)
	}
	e.Connections[0].Inhibitory = true
	if low, high := peak(e); high > 1 || low > -0.1 {
		t.Errorf("inhibition goes from %v to %v mV", low, high)
	}
}

// Every number of an experiment beside the parameters of the cells has limits,
// too.
func TestImpossibleNumbersAreRefused(t *testing.T) {
	hot, high := units.Temperature(200), 500*units.MV
	first := func(e *Experiment) *AlphaMNPool { return e.Populations[1].(*AlphaMNPool) }
	for _, c := range []struct {
		want   string
		change func(e *Experiment)
	}{
		{`population "aMN": temperature is 200 degC, must be from -5 degC to 50 degC`, func(e *Experiment) { first(e).Celsius = &hot }},
		{`population "aMN": spike_threshold is 500 mV, must be from -150 mV to 150 mV`, func(e *Experiment) { first(e).SpikeThreshold = &high }},
		{`background.excitatory: mean is 1e+06 uS, must be from 0 to 1000 uS`, func(e *Experiment) { first(e).Background = &Background{Excitatory: Fluctuation{Mean: 1e6}} }},
		{`background.inhibitory: sd is 2000 uS, must be`, func(e *Experiment) { first(e).Background = &Background{Inhibitory: Fluctuation{SD: 2000}} }},
		{`background.inhibitory: tau is 3600 s, must be above 0 and at most 10 s`, func(e *Experiment) { first(e).Background = &Background{Inhibitory: Fluctuation{Tau: 3600 * units.S}} }},
		{`range_ratio is 1e+09, must be above 1 and at most 1e+06`, func(e *Experiment) { first(e).Recruitment.RangeRatio = 1e9 }},
		{`connection "DD" to "aMN": weight is 150000 uS, must be above 0 and at most 1000 uS`, func(e *Experiment) { e.Connections[0].Weight = 150_000 }},
		{`delay is 3600 s, must be above 0 and at most 10 s`, func(e *Experiment) { e.Connections[0].Delay = 3600 * units.S }},
		{`input "cortex": noise is 1e+12 pps, must be from 0 to 100000 pps`, func(e *Experiment) { e.Inputs[0].Noise = 1e12 }},
		{`latency is 60 s, must be`, func(e *Experiment) { e.Inputs[0].Latency = 60 * units.S }},
		{`step: level is 1e+12 pps, must be from 0 to 100000 pps`, func(e *Experiment) { e.Inputs[0].Shape = Step[units.Rate]{Level: 1e12, Duration: 5} }},
		{`samples: values: number 1 is 1e+07 pps, must be`, func(e *Experiment) {
			e.Inputs[0].Shape = Samples[units.Rate]{Values: []units.Rate{1, 1e7}, Period: 1000}
		}},
		{`the rate at 0 ms is 1e+07 pps, must be`, func(e *Experiment) {
			e.Inputs[0].Shape = ShapeFunc[units.Rate](func(units.Time) units.Rate { return 1e7 })
		}},
		{`injection into cell 0 of "aMN": amplitude is -1e+06 nA, must be from -1000 nA to 1000 nA`, func(e *Experiment) {
			e.Inject = []Injection{{Population: "aMN", Amplitude: -1e6, Duration: 5}}
		}},
		{`sinusoid: amplitude is 5000 nA, must be`, func(e *Experiment) {
			e.Inject = []Injection{{Population: "aMN", Shape: Sinusoid[units.Current]{Amplitude: 5000, Frequency: 1}}}
		}},
		{`modulation of gamma of "aMN": level: value is 1e+06, must be from 0 to 1000`, func(e *Experiment) {
			e.Modulate = []Modulation{{"aMN", "gamma", Level[Factor]{1e6}}}
		}},
		{`twitch_range is 1e+09, must be from 1 to 10000`, func(e *Experiment) {
			e.Force = []Force{{Population: "aMN", Muscle: muscle.Fuglevand{TwitchRange: 1e9}}}
		}},
		{`longest_contraction_time is 3600 s, must be above 0 and at most 10 s`, func(e *Experiment) {
			e.Force = []Force{{Population: "aMN", Muscle: muscle.Fuglevand{LongestContractionTime: 3600 * units.S}}}
		}},
		{`largest_twitch is 1e+09 N, must be above 0 and at most 1e+06 N`, func(e *Experiment) {
			e.Force = []Force{{Population: "aMN", Muscle: muscle.Fuglevand{LargestTwitch: 1e9}}}
		}},
	} {
		e := small()
		e.Populations[1] = &AlphaMNPool{Name: "aMN", N: 2}
		e.Connections = []Connection{{Source: "DD", Target: "aMN", Probability: 1, Weight: 1}}
		c.change(&e)
		refusedToRun(t, c.want, e)
	}
}
