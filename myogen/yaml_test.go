package myogen

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// fullExperiment uses every key but those that exclude each other.
const fullExperiment = `seed: 18446744073709551615
draws: named streams
duration: 0.5 s
step: 0.05 ms
method: backward Euler
populations:
  DD:
    drive_neurons: {n: 20, process: {erlang: 5}}
  Ia:
    drive_neurons: {process: {gamma: 4}}
  aMN:
    motor_neurons:
      model: Powers2017
      thresholds: [0.1, 0.2, 0.5]
      parameters: {gamma: 0.1, Powers2017: {soma: {ek: -85}}}
      spike_threshold: -10 mV
      temperature: 36 degC
  FDI:
    motor_neurons: {n: 2, thresholds: curves, background: {excitatory: {mean: 0.1 uS, sd: 20 nS, tau: 5 ms}}}
inputs:
  - {source: cortex, target: DD, noise: 2 pps, latency: 2 ms, sinusoid: {mean: 40 pps, amplitude: 20 pps, frequency: 3 Hz}}
  - {source: spindle, target: Ia, sawtooth: {low: 1 pps, high: 9 pps, frequency: 2 Hz}}
connections:
  - {source: DD, target: aMN, probability: 0.5, weight: 150 nS, delay: 2 ms}
  - {source: Ia, target: aMN, probability: 1, weight: 0.05 uS, inhibitory: true}
record:
  - {population: aMN, cell: 2, compartment: 4}
record_all:
  - {population: FDI, variable: napp, path: napp.npy}
inject:
  - {population: FDI, cell: 1, amplitude: -2 nA, start: 10 ms, duration: 0.1 s}
  - {population: FDI, cell: 0, ramp: {to: 5 nA, start: 10 ms, duration: 0.1 s}}
`

func TestExperimentSaysAll(t *testing.T) {
	e, err := ParseExperiment("full.yaml", []byte(fullExperiment))
	if err != nil {
		t.Fatal(err)
	}
	spikes, celsius := units.Voltage(-10), units.Temperature(36)
	want := Experiment{
		Seed: 1<<64 - 1, Duration: 500, Step: 0.05, Method: BackwardEuler,
		Populations: []Population{
			DescendingDrivePool{Name: "DD", N: 20, Process: random.Erlang{Order: 5}},
			DescendingDrivePool{Name: "Ia", Process: random.Gamma{Shape: 4}},
			AlphaMNPool{
				Name: "aMN", Model: Powers2017, Thresholds: []float64{0.1, 0.2, 0.5},
				Parameters:     Parameters{"gamma": Constant(0.1), "Powers2017.soma.ek": Constant(-85)},
				SpikeThreshold: &spikes, Celsius: &celsius,
			},
			AlphaMNPool{Name: "FDI", N: 2, Curves: true, Background: &Background{Excitatory: Fluctuation{Mean: 0.1, SD: 0.02, Tau: 5}}},
		},
		Inputs: []Input{
			{Source: "cortex", Target: "DD", Shape: Sinusoid[units.Rate]{Mean: 40, Amplitude: 20, Frequency: 3}, Noise: 2, Latency: 2},
			{Source: "spindle", Target: "Ia", Shape: Sawtooth[units.Rate]{Low: 1, High: 9, Frequency: 2}},
		},
		Connections: []Connection{
			{Source: "DD", Target: "aMN", Probability: 0.5, Weight: 0.15, Delay: 2},
			{Source: "Ia", Target: "aMN", Probability: 1, Weight: 0.05, Inhibitory: true},
		},
		Record:    []Probe{{Population: "aMN", Cell: 2, Compartment: 4}},
		RecordAll: []Recording{{Population: "FDI", Variable: "napp", Path: "napp.npy"}},
		Inject: []Injection{
			{Population: "FDI", Cell: 1, Amplitude: -2, Start: 10, Duration: 100},
			{Population: "FDI", Shape: Ramp[units.Current]{To: 5, Start: 10, Duration: 100}},
		},
	}
	if d := cmp.Diff(want, e); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if s := e.String(); !strings.Contains(s, "500 ms at steps of 0.05 ms, backward Euler, seed 18446744073709551615, named streams") {
		t.Errorf("it reads %s", s)
	}
	e.RecordAll = nil
	r, err := start(t, e).RunUntil(t.Context(), 20, nil)
	if err != nil || r.Steps < 400 || r.Steps > 401 {
		t.Errorf("%d steps, %v", r.Steps, err)
	}
}

// The order of keys decides nothing but the order of populations.
func TestOrderOfKeysDoesNotMatter(t *testing.T) {
	text := `connections: [{weight: 0.1 uS, probability: 1, target: aMN, source: DD}]
populations: {aMN: {motor_neurons: {thresholds: {}, n: 3}}, DD: {drive_neurons: {}}}
duration: 1 ms
seed: 3
`
	want := Experiment{
		Seed: 3, Duration: 1, Populations: []Population{AlphaMNPool{Name: "aMN", N: 3}, DescendingDrivePool{Name: "DD"}},
		Connections: []Connection{{Source: "DD", Target: "aMN", Probability: 1, Weight: 0.1}},
	}
	e, err := ParseExperiment("e.yaml", []byte(text))
	if d := cmp.Diff(want, e); d != "" || err != nil {
		t.Errorf("error %v (-want +got):\n%s", err, d)
	}
}

func TestExperimentReadsTheFilesItNames(t *testing.T) {
	dir := t.TempDir()
	if err := SaveThresholds(filepath.Join(dir, "rt.npy"), []float64{0.25, 0.75}); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"mine.yaml": "model: Powers2017\ngamma: 0.3\nlambda: 2\n",
		"e.yaml":    "duration: 1 s\npopulations:\n  aMN:\n    motor_neurons: {parameters: {gamma: 0.4}, thresholds: rt.npy, parameter_file: mine.yaml}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	e, err := LoadExperiment(filepath.Join(dir, "e.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want := AlphaMNPool{
		Name: "aMN", Model: Powers2017, Thresholds: []float64{0.25, 0.75},
		Parameters: Parameters{"gamma": Constant(0.4), "lambda": Constant(2)}, // what stands in the experiment wins
	}
	if d := cmp.Diff(want, e.Populations[0]); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	// Beside the file itself, also where the path to it goes up behind a link.
	elsewhere := t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "d"), 0o755), os.Symlink(filepath.Join(dir, "d"), filepath.Join(elsewhere, "l"))); err != nil {
		t.Fatal(err)
	}
	e, err = LoadExperiment(elsewhere + "/l/../e.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, e.Populations[0]); d != "" {
		t.Errorf("behind a link (-want +got):\n%s", d)
	}
	// The error about a file that is named names both.
	if err := os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte("gamma: -1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadExperiment(filepath.Join(dir, "e.yaml")); err == nil || !strings.Contains(err.Error(), "e.yaml:4:") || !strings.Contains(err.Error(), "mine.yaml:1:8: gamma is -1") {
		t.Errorf("error %v", err)
	}
}

// Long lists stand in files of their own.
func TestExperimentReadsLists(t *testing.T) {
	dir := t.TempDir()
	array := func(name string, a npz.Array) {
		if err := npz.WriteArray(filepath.Join(dir, name), a); err != nil {
			t.Fatal(err)
		}
	}
	pairs := npz.Ints([]int64{0, 0, 0, 1, 0, 1})
	pairs.Shape = []int{2, 3}
	array("pairs.npy", pairs)
	array("flat.npy", npz.Ints([]int64{0, 0, 0, 1, 0, 1}))
	array("rates.npy", npz.Floats([]float64{1, 2.5, 4}))
	array("none.npy", npz.Floats(nil))
	const text = `duration: 3 ms
populations:
  DD: {drive_neurons: {n: 2}}
  aMN: {motor_neurons: {thresholds: [0.5]}}
inputs:
  - {source: x, target: DD, samples: {values: rates.npy, period: 1 ms}}
connections:
  - {source: DD, target: aMN, pairs: pairs.npy, weight: 0.1 uS}
`
	name := filepath.Join(dir, "e.yaml")
	e, err := ParseExperiment(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Link{{0, 0, 0}, {1, 0, 1}}, e.Connections[0].Pairs); d != "" {
		t.Errorf("pairs (-want +got):\n%s", d)
	}
	if d := cmp.Diff(Shape[units.Rate](Samples[units.Rate]{Values: []units.Rate{1, 2.5, 4}, Period: 1}), e.Inputs[0].Shape); d != "" {
		t.Errorf("samples (-want +got):\n%s", d)
	}
	for _, c := range []struct{ old, new, want string }{
		{"pairs.npy", "flat.npy", "flat.npy: pairs must be three columns of whole numbers, the shape is [6]"},
		{"pairs.npy", "rates.npy", "pairs must be three columns of whole numbers"},
		{"rates.npy", "pairs.npy", "it must hold one row of numbers, the shape is [2 3]"},
		{"rates.npy", "none.npy", "values: there are none"},
		{"rates.npy", "missing.npy", "no such file"},
		{"period: 1 ms", "period: 0.5 ms", `input "x": the samples end at 1.5 ms, the run at 3 ms`},
	} {
		_, err := ParseExperiment(name, []byte(strings.Replace(text, c.old, c.new, 1)))
		refused(t, c.want, err)
		refused(t, "e.yaml:", err)
	}
}

func TestExperimentRefuses(t *testing.T) {
	// Each case replaces a part of the full experiment.
	for _, c := range []struct{ old, new, want string }{
		{"seed: 18446744073709551615", "seed: -1", "e.yaml:1:7: seed must be a whole number from 0"},
		{"seed: 18446744073709551615", "seed: 1.5", `e.yaml:1:7: seed must be a whole number from 0 to 18446744073709551615, it is "1.5"`},
		{"seed: 18446744073709551615", "seed: 042", `e.yaml:1:7: seed is "042"; a number must not begin with 0`},
		{"seed: 18446744073709551615", "seed: 18446744073709551616", "e.yaml:1:7: seed must be a whole number"},
		{"n: 20", "n: 010", `e.yaml:8:24: n is "010"; a number must not begin with 0`},
		{"delay: 2 ms", "delay: 010 ms", `e.yaml:24:72: delay is "010 ms"; a number must not begin with 0`},
		{"delay: 2 ms", "delay: 0x1p1 ms", `e.yaml:24:72: delay: "0x1p1 ms" is not a number with one of the units`},
		{"delay: 2 ms", "delay: 2_0 ms", `e.yaml:24:72: delay: "2_0 ms" is not a number with one of the units`},
		{"delay: 2 ms", "delay: 0 ms", "e.yaml:24:72: delay is 0 ms, must be above 0"},
		{"latency: 2 ms", "latency: 0 ms", "latency is 0 ms, must be above 0"},
		{"[0.1, 0.2, 0.5]", "{max: 0}", "e.yaml:14:25: max is 0, must be above 0"},
		{"[0.1, 0.2, 0.5]", "{slope: 0}", "slope is 0, must be above 0"},
		{"[0.1, 0.2, 0.5]", "{n: 0}", "n must be a whole number from 2"},
		{"[0.1, 0.2, 0.5]", "{range_ratio: 0}", "range_ratio is 0, must be above 1"},
		{"[0.1, 0.2, 0.5]", "[0.1, 00.2, 0.5]", `a threshold is "00.2"; a number must not begin with 0`},
		{"[0.1, 0.2, 0.5]", "curve", "no such file"},
		{"      thresholds: [0.1, 0.2, 0.5]\n", "", "e.yaml:13:7: motor_neurons: thresholds is missing; say thresholds: {}"},
		{"tau: 5 ms", "tau: 0 ms", "tau is 0 ms, must be above 0"},
		{"{gamma: 4}", "{gamma: 0}", "gamma is 0, must be from 0.1 to 1000"},
		{"{gamma: 4}", "{gamma: 4, erlang: 5}", "process must have one of the keys poisson, erlang, gamma, it has 2"},
		{"{gamma: 4}", "gamma", "process: gamma needs a value"},
		{"{gamma: 4}", "erlang", "process: erlang needs a value"},
		{"{gamma: 4}", "", "e.yaml:10:"},
		{"ramp: {to: 5 nA", "amplitude: 1 nA, ramp: {to: 5 nA", "an injection: has both an amplitude and a shape"},
		{"amplitude: -2 nA, start: 10 ms", "start: 10 ms", "an injection: amplitude is missing"},
		{"start: 10 ms, duration: 0.1 s}\n  - {population: FDI, cell: 0", "start: 10 ms}\n  - {population: FDI, cell: 0", "an injection: duration is missing"},
		{"sinusoid: {mean", "step: {level: 1 pps, duration: 1 s}, sinusoid: {mean", "of these there must be one"},
		{"probability: 0.5", "probability: 0.5, pairs: [[0, 0, 0]]", "has both a probability and pairs"},
		{"probability: 0.5", "pairs: [[0, 0, 0], [20, 0, 0]]", `e.yaml:24:50: connection "DD" to "aMN": pair 1: source is 20, must be 0 to 19`},
		{"probability: 0.5", "pairs: [[0, 0]]", "a pair has 2 numbers, must have three: source, target, synapse"},
		{"probability: 0.5", "pairs: [[0, 0, -1]]", `a pair must be a whole number from 0`},
		{"variable: napp", "variable: nap", `e.yaml:29:33: recording: compartment 0 of a cell of "FDI" has no "nap"; it has v, m, h`},
		{"seed:", "sead:", `e.yaml:1:1: the experiment has no "sead"; it has connections, draws`},
		{"draws: named streams", "draws: mine", `e.yaml:2:8: draws is "mine", must be one of ["named streams" "MyoGen order"]`},
		{"duration: 0.5 s\n", "", "e.yaml:1:1: the experiment: duration is missing"},
		{"duration: 0.5 s", "duration: 0 s", "e.yaml:3:11: duration is 0 ms, must be above 0"},
		{"duration: 0.5 s", "duration: 500", `e.yaml:3:11: duration: "500" is not a number with one of the units min, ms, s, us`},
		{"duration: 0.5 s", "duration: nan s", "e.yaml:3:11: duration"},
		{"duration: 0.5 s", "duration: [1]", "e.yaml:3:11: duration"},
		{"duration: 0.5 s", "duration: 1e6 min", "e.yaml:"}, // too many samples
		{"step: 0.05 ms", "step: -0.1 ms", "e.yaml:4:7: step is -0.1 ms, must be above 0"},
		{"method: backward Euler", "method: Runge-Kutta", "e.yaml:5:9: method is"},
		{"n: 20", "n: 0", `e.yaml:8:24: n must be a whole number from 1 to 1048576, it is "0"`},
		{"n: 20", "n: 99999999999", "e.yaml:8:24: n must be a whole number from 1 to 1048576"},
		{"{erlang: 5}", "{erlang: 0}", `erlang must be a whole number from 1 to 1000, it is "0"`},
		{"{gamma: 4}", "{gamma: -4}", "gamma is -4, must be from 0.1 to 1000"},
		{"{gamma: 4}", "{gamma: 1e-3}", "gamma is 0.001, must be from 0.1 to 1000"},
		{"{gamma: 4}", "gaussian", `process is "gaussian", must be one of poisson, erlang, gamma`},
		{"model: Powers2017", "model: Hodgkin", `model is "Hodgkin", must be one of ["NERLab" "Powers2017"]`},
		{"[0.1, 0.2, 0.5]", "[0.1, 0.5, 0.2]", "e.yaml:14:19: thresholds: number 2 is 0.2, below"},
		{"[0.1, 0.2, 0.5]", "[]", "e.yaml:14:19: thresholds: there are none"},
		{"[0.1, 0.2, 0.5]", "[0.1, .nan]", "a threshold is .nan, must be a finite number"},
		{"[0.1, 0.2, 0.5]", "{n: 1}", "e.yaml:14:23: n must be a whole number from 2 to 1048576"},
		{"[0.1, 0.2, 0.5]", "{slope: 500}", "e.yaml:14:19: thresholds: slope is 500, must be at most range_ratio, 100"},
		{"[0.1, 0.2, 0.5]", "none.npy", "no such file"},
		{"gamma: 0.1", "gama: 0.1", `there is no parameter "gama"`},
		{"ek: -85", "cm: 0", "Powers2017.soma.cm is 0 uF/cm2, must be from"},
		{"ek: -85", "g_pas: [-1e-5, 1e-5]", "Powers2017.soma.g_pas is -1e-05 S/cm2, must not be negative"},
		{"-10 mV", "-10 uS", "e.yaml:16:24: spike_threshold:"},
		{"motor_neurons: {n: 2, thresholds: curves, background: {excitatory: {mean: 0.1 uS, sd: 20 nS, tau: 5 ms}}}", "motor_neurons", "e.yaml:19:5: motor_neurons: thresholds is missing"},
		{"motor_neurons: {n: 2, thresholds: curves, background: {excitatory: {mean: 0.1 uS, sd: 20 nS, tau: 5 ms}}}", "spike_source", "e.yaml:19:5: spike_source: trains is missing"},
		{"motor_neurons: {n: 2, thresholds: curves, background: {excitatory: {mean: 0.1 uS, sd: 20 nS, tau: 5 ms}}}", "{}", "population FDI must have one of the keys drive_neurons, motor_neurons, spike_source"},
		{"motor_neurons: {n: 2", "interneurons: {n: 2", `population FDI is "interneurons", must be one of drive_neurons, motor_neurons, spike_source`},
		{"FDI:", "~:", `e.yaml:18:3: a key is empty, "~"; a name is written in quotes`},
		{"FDI:", "null:", `e.yaml:18:3: a key is empty, "null"`},
		{"FDI:", "DD:", `the key "DD" stands already at 7:3`},
		{"noise: 2 pps", "noise: -2 pps", "noise is -2 pps, must not be negative"},
		{"mean: 40 pps, amplitude: 20 pps", "mean: 40 pps, amplitude: 80 pps", "pps, must not be negative"},
		{"frequency: 3 Hz", "frequency: 0 Hz", "frequency is 0 Hz, must be above 0"},
		{"latency: 2 ms, sinusoid: {mean: 40 pps, amplitude: 20 pps, frequency: 3 Hz}", "latency: 2 ms", "e.yaml:21:5: an input: a shape is missing, one of trapezoid, triangles, level, sinusoid, ramp, step, sawtooth, samples"},
		{"target: DD, noise", "target: D, noise", `e.yaml:21:30: input "cortex": there is no population "D"`},
		{"target: DD, noise", "target: aMN, noise", `e.yaml:21:30: input "cortex": "aMN" takes no input: it is Powers2017 motor neurons`},
		{"probability: 0.5", "probability: 1.5", "probability is 1.5, must be above 0 and at most 1"},
		{"probability: 0.5", "probability: 0", "probability is 0, must be"},
		{"probability: 0.5", "probability: half", `probability must be a number, it is "half"`},
		{"probability: 0.5, ", "", "e.yaml:24:5: a connection: probability is missing (or pairs)"},
		{"weight: 150 nS", "weight: 0 nS", "weight is 0 uS, must be above 0"},
		{"weight: 150 nS", "weight: 150 mV", "units nS, uS"},
		{"delay: 2 ms", "delay: -2 ms", "delay is -2 ms, must be above 0"},
		{"target: aMN, probability: 0.5", "target: DD, probability: 0.5", "e.yaml:24:26: connection \"DD\" to \"DD\": the target has no synapses"},
		{"source: DD, target: aMN", "source: EE, target: aMN", `there is no population "EE"`},
		{"inhibitory: true", "inhibitory: 3", `inhibitory must be true or false, it is "3"`},
		{"cell: 2, compartment: 4", "cell: 3, compartment: 4", `e.yaml:27:29: probe: "aMN" has cells 0 to 2, not 3`},
		{"cell: 2, compartment: 4", "cell: 2, compartment: 9", "compartment must be a whole number from 0 to 4"},
		{"population: FDI, cell: 1", "population: DD, cell: 1", `e.yaml:31:18: injection into cell 1 of "DD": the cells of "DD" have no membrane: they are drive neurons`},
		{"amplitude: -2 nA", "amplitude: inf nA", "amplitude"},
		{"connections:\n", "connections: 3\nother:\n", "connections must be a list, it is \"3\""},
	} {
		if !strings.Contains(fullExperiment, c.old) {
			t.Errorf("the experiment has no %q", c.old)
			continue
		}
		text := strings.Replace(fullExperiment, c.old, c.new, 1)
		_, err := ParseExperiment("e.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "myogen: e.yaml:") {
			t.Errorf("%q -> %q: error %v, want it to say %q", c.old, c.new, err, c.want)
		}
	}
	for text, want := range map[string]string{
		"":                                    "e.yaml: the file is empty",
		"a: 1\n---\nb: 2":                     "2 documents",
		"- 1":                                 "the experiment must be keys with values (key: value), it is a list",
		"seed: 1\nseed: 2":                    `e.yaml:2:1: the key "seed" stands already at 1:1`,
		"seed: [":                             "e.yaml:1:",
		strings.Repeat("[", 1000):             "nested more than 100 deep",
		strings.Repeat("- ", 1000):            "nested more than 100 deep",
		strings.Repeat("#", 1<<20+1):          "must be at most 1048576",
		"seed: &a 1\nduration: *a":            `e.yaml:2:11: duration: "1" is not a number with one of the units`,
		"populations: {DD: {drive_neurons: }": "e.yaml:1:",
	} {
		if _, err := ParseExperiment("e.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: error %v, want it to say %q", text, err, want)
		}
	}
	if _, err := LoadExperiment(filepath.Join(t.TempDir(), "none.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

// An anchor stands for what it is at until its name is given again, a file may begin with a byte order mark,
// and a kind without fields is a word.
func TestExperimentsAreReadAsYAML(t *testing.T) {
	for _, text := range []string{
		`duration: &d 10 ms
step: &s 0.1 ms
populations:
  DD: {drive_neurons: &x {n: 3, process: poisson}}
  EE: {drive_neurons: *x}
  aMN: {motor_neurons: {thresholds: &t [0.5]}}
  bMN: {motor_neurons: {thresholds: *t}}
connections:
  - {source: DD, target: aMN, probability: 1, weight: 0.1 uS, delay: *d}
  - {source: EE, target: bMN, probability: 1, weight: 0.1 uS, delay: *d}
seed: &d 0
`,
		"\ufeff" + `duration: 10ms
step: 100 us
populations:
  DD:
    drive_neurons:
      n: 3
      process:
        poisson: {}
  EE: {drive_neurons: {"n": 3, 'process': "poisson"}}
  aMN: {motor_neurons: {thresholds: [5e-1]}}
  bMN: {motor_neurons: {thresholds: [.5]}}
connections:
- source: DD
  target: aMN
  probability: 1.0
  weight: 100 nS
  delay: 0.01 s
- {source: EE, target: bMN, probability: 1, weight: 0.1 uS, delay: 10 ms} # comment
`,
	} {
		e, err := ParseExperiment("e.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		want := Experiment{
			Duration: 10, Step: 0.1,
			Populations: []Population{
				DescendingDrivePool{Name: "DD", N: 3, Process: random.Poisson{}}, DescendingDrivePool{Name: "EE", N: 3, Process: random.Poisson{}},
				AlphaMNPool{Name: "aMN", Thresholds: []float64{0.5}}, AlphaMNPool{Name: "bMN", Thresholds: []float64{0.5}},
			},
			Connections: []Connection{
				{Source: "DD", Target: "aMN", Probability: 1, Weight: 0.1, Delay: 10},
				{Source: "EE", Target: "bMN", Probability: 1, Weight: 0.1, Delay: 10},
			},
		}
		if d := cmp.Diff(want, e); d != "" {
			t.Errorf("%s\n(-want +got):\n%s", text, d)
		}
	}
}

func TestSaveYAML(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.yaml")
	e := closedLoop(Powers2017)
	if err := e.SaveYAML(path); err != nil {
		t.Fatal(err)
	}
	got, err := LoadExperiment(path)
	if d := cmp.Diff(e, got); d != "" || err != nil {
		t.Errorf("error %v (-saved +loaded):\n%s", err, d)
	}
	e.Duration = 0
	refused(t, "duration is 0 ms", e.SaveYAML(path))
	if _, err := LoadExperiment(path); err != nil {
		t.Errorf("an experiment that was refused has left a file: %v", err)
	}
}
