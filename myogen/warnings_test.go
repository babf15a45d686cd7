package myogen

import (
	"strings"
	"testing"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// What a run does not use of its experiment is said.
func TestWarnings(t *testing.T) {
	input := func(s Shape[units.Rate]) func(*Experiment) {
		return func(e *Experiment) { e.Inputs[0].Shape = s }
	}
	inject := func(in Injection) func(*Experiment) {
		return func(e *Experiment) {
			in.Population = "aMN"
			e.Inject = []Injection{in}
		}
	}
	pool := func(p AlphaMNPool) func(*Experiment) {
		return func(e *Experiment) {
			p.Name, p.N = "aMN", 3
			e.Populations[1] = p
		}
	}
	connect := func(delay units.Time) func(*Experiment) {
		return func(e *Experiment) {
			e.Connections = []Connection{{Source: "DD", Target: "aMN", Probability: 1, Weight: 0.1, Delay: delay}}
		}
	}
	body := units.Temperature(37)
	mV := func(v units.Voltage) *units.Voltage { return &v }
	for name, c := range map[string]struct {
		change func(*Experiment)
		want   string // "" for no warning
	}{
		"nothing":                       {func(*Experiment) {}, ""},
		"a step to the end":             {input(Step[units.Rate]{Level: 5, Duration: 200}), ""},
		"a step that begins too late":   {input(Step[units.Rate]{Level: 5, Start: 200, Duration: 1}), `input "cortex": it begins at 200 ms, after the end of the run at 200 ms`},
		"a step that ends too late":     {input(Step[units.Rate]{Level: 5, Start: 100, Duration: 101}), `it ends at 201 ms, the run at 200 ms`},
		"a ramp that ends too late":     {input(Ramp[units.Rate]{To: 5, Start: 100, Duration: 200}), `the ramp ends at 300 ms, the run at 200 ms`},
		"a trapezoid":                   {input(Trapezoid[units.Rate]{Peak: 5, Plateau: 300}), `the trapezoid ends at 300 ms`},
		"triangles":                     {input(Triangles[units.Rate]{Peaks: []units.Rate{5, 5}, Ramp: 100}), `the last triangle ends at 400 ms`},
		"samples to the end":            {input(Samples[units.Rate]{Values: make([]units.Rate, 2000)}), ""},
		"a sample at the end":           {input(Samples[units.Rate]{Values: make([]units.Rate, 2001)}), ""},
		"samples beyond the end":        {input(Samples[units.Rate]{Values: make([]units.Rate, 3000)}), `the samples end at 300 ms, the run at 200 ms`},
		"a pulse beyond the end":        {inject(Injection{Amplitude: 1, Start: 150, Duration: 100}), `injection into cell 0 of "aMN": it ends at 250 ms`},
		"a pulse after the end":         {inject(Injection{Amplitude: 1, Start: 1000, Duration: 100}), `it begins at 1 s`},
		"a sinusoid at the limit":       {input(Sinusoid[units.Rate]{Mean: 5, Amplitude: 1, Frequency: 5000}), ""},
		"a sinusoid beyond it":          {input(Sinusoid[units.Rate]{Mean: 5, Amplitude: 1, Frequency: 6000}), `steps of 0.1 ms cannot follow 6000 Hz, at most 5000 Hz`},
		"a fast sawtooth":               {input(Sawtooth[units.Rate]{High: 5, Frequency: 1e5}), `cannot follow 100000 Hz`},
		"a fast current":                {inject(Injection{Shape: Sinusoid[units.Current]{Amplitude: 1, Frequency: 9000}}), `cannot follow 9000 Hz`},
		"a rate that the step loses":    {input(Level[units.Rate]{1000}), `lose 4.8 % of their spikes`},
		"a noisy rate near the limit":   {func(e *Experiment) { e.Inputs[0].Shape, e.Inputs[0].Noise = Level[units.Rate]{300}, 200 }, `of their spikes: a neuron fires at most once in a step, of 0.1 ms`},
		"a rate that a fine step keeps": {func(e *Experiment) { e.Step, e.Inputs[0].Shape = 0.01, Level[units.Rate]{1000} }, ""},
		"a rate that a coarse one does": {func(e *Experiment) {
			e.Step, e.Inputs[0].Shape, e.Populations[1] = 1, Level[units.Rate]{60}, SpikeSource{Name: "Ia", Trains: []neo.SpikeTrain{{}}}
		}, `at 60 pps the neurons of "DD" lose 2.9 % of their spikes: a neuron fires at most once in a step, of 1 ms`},
		"a rate that bursts lose": {func(e *Experiment) {
			e.Inputs[0].Shape, e.Populations[0] = Level[units.Rate]{300}, DescendingDrivePool{Name: "DD", N: 2, Process: random.Gamma{Shape: 0.1}}
		}, `at 300 pps the neurons of "DD" lose 2.2 % of their spikes`},
		"a rate that regular spikes lose": {func(e *Experiment) {
			e.Inputs[0].Shape, e.Populations[0] = Level[units.Rate]{1000}, DescendingDrivePool{Name: "DD", N: 2, Process: random.Erlang{Order: 5}}
		}, `lose 4.8 % of their spikes`},
		"a step of NERLab":              {func(e *Experiment) { e.Step = 0.2 }, `population "aMN": at steps of 0.2 ms, Crank-Nicolson, cells may fire at a wrong rate or not at all; up to 0.125 ms`},
		"a step of Powers 2017":         {func(e *Experiment) { e.Step, e.Populations[1] = 0.5, AlphaMNPool{Name: "aMN", N: 3, Model: Powers2017} }, `up to 0.25 ms they are right within 5 %`},
		"a step that Powers 2017 takes": {func(e *Experiment) { e.Step, e.Populations[1] = 0.2, AlphaMNPool{Name: "aMN", N: 3, Model: Powers2017} }, ""},
		"a delay of the whole run":      {connect(200), `connection "DD" to "aMN": the delay is 200 ms, so that no spike arrives before the end of the run at 200 ms`},
		"a delay short of a step":       {connect(0.01), `the delay is 0.01 ms, and spikes arrive at the next of the steps of 0.1 ms`},
		"a delay of a step":             {connect(0.1), ""},
		"a slope of Fuglevand":          {pool(AlphaMNPool{Recruitment: RecruitmentThresholds{Model: Fuglevand, Slope: 3}}), `population "aMN": the thresholds have slope 3, their formula is fuglevand, which does not use it`},
		"a slope of Konstantin":         {pool(AlphaMNPool{Recruitment: RecruitmentThresholds{Model: Konstantin, Slope: 3}}), `have slope 3, their formula is konstantin`},
		"a maximum of De Luca":          {pool(AlphaMNPool{Recruitment: RecruitmentThresholds{Model: DeLuca, Max: 0.5}}), `have max 0.5, their formula is deluca`},
		"defaults that are written out": {pool(AlphaMNPool{Recruitment: RecruitmentThresholds{Model: Fuglevand, Slope: 5, Max: 1}}), ""},
		"all that combined uses":        {pool(AlphaMNPool{Recruitment: RecruitmentThresholds{Slope: 3, Max: 0.5}}), ""},
		"the temperature of NERLab":     {pool(AlphaMNPool{Celsius: &body}), `it has the temperature 37 degC, its model is NERLab, which does not use it`},
		"lambda of NERLab":              {pool(AlphaMNPool{Parameters: Parameters{"lambda": Constant(0.5)}}), `it has the parameter lambda, its model is NERLab, which does not use it`},
		"the default lambda":            {pool(AlphaMNPool{Parameters: Parameters{"lambda": Constant(1)}}), ""},
		"lambda of Powers 2017":         {pool(AlphaMNPool{Model: Powers2017, Parameters: Parameters{"lambda": Constant(0.5)}}), ""},
		"what no equation uses":         {pool(AlphaMNPool{Parameters: Parameters{"NERLab.soma.mact": Constant(5)}}), `it has the parameter NERLab.soma.mact, which no equation uses`},
		"two spike thresholds":          {pool(AlphaMNPool{SpikeThreshold: mV(30), Parameters: Parameters{"NERLab.spike_threshold": Constant(40)}}), `it has the parameter NERLab.spike_threshold and the spike_threshold 30 mV, which takes its place`},
		"parameters of both models":     {pool(AlphaMNPool{Parameters: Parameters{"NERLab.soma.cm": Constant(1.5), "Powers2017.soma.length": Constant(3000)}}), ""},
		"that of Powers 2017":           {pool(AlphaMNPool{Celsius: &body, Model: Powers2017}), ""},
		"parameters of the other model": {pool(AlphaMNPool{Parameters: Parameters{"Powers2017.soma.length": {First: 40, Last: 50}}}), `it has the parameter Powers2017.soma.length, its model is NERLab`},
		"parameters of the other way":   {pool(AlphaMNPool{Model: Powers2017, Parameters: Parameters{"NERLab.soma.cm": {First: 1, Last: 1}}}), `it has the parameter NERLab.soma.cm, its model is Powers2017`},
		"a threshold below rest":        {pool(AlphaMNPool{SpikeThreshold: mV(-20)}), `the spike threshold is -20 mV, not above the 0 mV at which NERLab cells rest`},
		"that of Powers 2017 below":     {pool(AlphaMNPool{Model: Powers2017, SpikeThreshold: mV(-75)}), `not above the -71 mV at which Powers2017 cells rest`},
		"a threshold that nothing has":  {pool(AlphaMNPool{Model: Powers2017, SpikeThreshold: mV(50)}), `spikes stay below the reversal potential of sodium, 50 mV: none is detected`},
		"a threshold of -20 mV":         {pool(AlphaMNPool{Model: Powers2017, SpikeThreshold: mV(-20)}), ""},
		"a background that is none":     {pool(AlphaMNPool{Background: &Background{}}), `population "aMN": its background is none`},
		"one with a time constant":      {pool(AlphaMNPool{Background: &Background{Excitatory: Fluctuation{Tau: 5}}}), `its background is none`},
		"half of one":                   {pool(AlphaMNPool{Background: &Background{Excitatory: Fluctuation{SD: 0.1}, Inhibitory: Fluctuation{Tau: 5}}}), `its inhibitory background has the time constant 5 ms, and mean and SD are 0`},
		"a whole one":                   {pool(AlphaMNPool{Background: &Background{Excitatory: Fluctuation{SD: 0.1}}}), ""},
		"a latency of the whole run":    {func(e *Experiment) { e.Inputs[0].Latency = 200 }, `input "cortex": the latency is 200 ms, so that no spike reaches a terminal before the end of the run at 200 ms`},
		"a pulse short of a middle":     {inject(Injection{Amplitude: 1, Duration: 0.01}), `it lasts 0.01 ms from 0 ms, between two samples: with steps of 0.1 ms it does nothing`},
		"a pulse over a middle":         {inject(Injection{Amplitude: 1, Duration: 0.06}), `it lasts 0.06 ms, and 0.1 ms with steps of 0.1 ms`},
		"a pulse of a step":             {inject(Injection{Amplitude: 1, Start: 10, Duration: 0.1}), ""},
		"a pulse of half a step":        {inject(Injection{Amplitude: 1, Start: 10, Duration: 0.25}), `it lasts 0.25 ms, and 0.2 ms with steps of 0.1 ms`},
		"a pulse of a long time":        {inject(Injection{Amplitude: 1, Start: 10.03, Duration: 33.33}), ""},
		"a current between two samples": {inject(Injection{Shape: Step[units.Current]{Level: 1, Start: 10.01, Duration: 0.05}}), `it lasts 0.05 ms from 10.01 ms, between two samples`},
		"a short trapezoid":             {input(Trapezoid[units.Rate]{Peak: 5, Rest: 10.02, Plateau: 0.05}), `it lasts 0.05 ms from 10.02 ms, between two samples`},
		"a latency and a delay": {func(e *Experiment) {
			connect(150)(e)
			e.Inputs[0].Latency = 50
		}, `connection "DD" to "aMN": the latency of "DD" is 50 ms and the delay 150 ms, so that no spike arrives before the end of the run at 200 ms`},
		"a latency and a delay that do": {func(e *Experiment) {
			connect(149)(e)
			e.Inputs[0].Latency = 50
		}, ""},
		"the latency of an axon and a delay": {func(e *Experiment) {
			e.Connections = []Connection{{Source: "aMN", Target: "aMN", Probability: 1, Weight: 0.1, Delay: 198}}
		}, `the latency of "aMN" is `},
		"a source, its latency and a delay": {func(e *Experiment) {
			e.Populations = append(e.Populations, SpikeSource{Name: "Ia", Trains: []neo.SpikeTrain{{}, {Times: []units.Time{100, 199}}}, Latency: 50})
			e.Connections = []Connection{{Source: "Ia", Target: "aMN", Probability: 1, Weight: 0.1, Delay: 60}}
		}, `connection "Ia" to "aMN": the first spike of "Ia" is at 100 ms, its latency is 50 ms and the delay 60 ms, so that no spike arrives`},
		"a silent source": {func(e *Experiment) {
			e.Populations = append(e.Populations, SpikeSource{Name: "Ia", Trains: []neo.SpikeTrain{{}}})
			e.Connections = []Connection{{Source: "Ia", Target: "aMN", Probability: 1, Weight: 0.1, Delay: 199}}
		}, ""},
		"a late source": {func(e *Experiment) {
			e.Populations = append(e.Populations, SpikeSource{Name: "Ia", Trains: []neo.SpikeTrain{{Times: []units.Time{10}}}, Latency: 300})
		}, `population "Ia": the latency is 300 ms, so that no spike reaches a terminal`},
		"spikes after the end": {func(e *Experiment) {
			e.Populations = append(e.Populations, SpikeSource{Name: "Ia", Trains: []neo.SpikeTrain{{Times: []units.Time{10, 300, 400}}}})
		}, `population "Ia": 2 spikes come after the end`},
	} {
		e := Experiment{Duration: 200, Populations: []Population{DescendingDrivePool{Name: "DD", N: 2}, AlphaMNPool{Name: "aMN", N: 3}},
			Inputs: []Input{{Source: "cortex", Target: "DD", Shape: Level[units.Rate]{5}}}}
		c.change(&e)
		r, err := e.resolve()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		drives, err := r.drives(nil, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.Join(r.warnings(drives), "; "); !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: the warnings are %q, want %q", name, got, c.want)
		}
	}
}

// Peaks that are none would be no drive.
func TestTrianglesNeedAPeak(t *testing.T) {
	e := Experiment{Duration: 200, Populations: []Population{DescendingDrivePool{Name: "DD"}},
		Inputs: []Input{{Source: "cortex", Target: "DD", Shape: Triangles[units.Rate]{Ramp: 100}}}}
	refused(t, `input "cortex": triangles: peaks: there are none`, e.Check())
	_, err := ParseExperiment("e.yaml", []byte("duration: 1 s\npopulations: {DD: {drive_neurons: {n: 2}}}\ninputs: [{source: c, target: DD, triangles: {peaks: [], ramp: 1 s}}]\n"))
	refused(t, "e.yaml:3:53: peaks: there are none", err)
}

// A connection that connects nothing is told of.
func TestConnectionOfNoPairs(t *testing.T) {
	for want, c := range map[string]Connection{
		`connection "DD" to "aMN": with probability 1e-09 none of the 6 pairs was drawn, and it connects nothing`: {Probability: 1e-9},
		`connection "DD" to "aMN": it has no pairs, and connects nothing`:                                         {Pairs: []Link{}},
		"": {Pairs: []Link{{Source: 1}}},
	} {
		c.Source, c.Target, c.Weight = "DD", "aMN", 0.1
		sim, err := NewSimulation(t.Context(), Experiment{Duration: 200,
			Populations: []Population{DescendingDrivePool{Name: "DD", N: 2}, AlphaMNPool{Name: "aMN", N: 3}},
			Inputs:      []Input{{Source: "cortex", Target: "DD", Shape: Level[units.Rate]{5}}}, Connections: []Connection{c}})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(sim.Warnings(), "; "); got != want {
			t.Errorf("%v: warnings %q, want %q", c, got, want)
		}
	}
}
