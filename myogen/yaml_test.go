package myogen

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
    motor_neurons: {n: 2}
inputs:
  - {source: cortex, target: DD, noise: 2 pps, latency: 2 ms, sinusoid: {mean: 40 pps, amplitude: 20 pps, frequency: 3 Hz}}
  - {source: spindle, target: Ia, sawtooth: {low: 1 pps, high: 9 pps, frequency: 2 Hz}}
connections:
  - {source: DD, target: aMN, probability: 0.5, weight: 150 nS, delay: 2 ms}
  - {source: Ia, target: aMN, probability: 1, weight: 0.05 uS, inhibitory: true}
record:
  - {population: aMN, cell: 2, compartment: 4}
inject:
  - {population: FDI, cell: 1, amplitude: -2 nA, start: 10 ms, duration: 0.1 s}
`

func TestExperimentSaysAll(t *testing.T) {
	e, err := ParseExperiment("full.yaml", []byte(fullExperiment))
	if err != nil {
		t.Fatal(err)
	}
	cfg := e.Config
	if cfg.Draws.Seed != 1<<64-1 || cfg.Draws.Order != NamedStreams || e.Duration != 500 || cfg.Step != 0.05 || cfg.Method != BackwardEuler ||
		len(cfg.Record) != 1 || cfg.Record[0] != (Probe{Population: "aMN", Cell: 2, Compartment: 4}) || cfg.Inject[0].Amplitude != -2 || cfg.Inject[0].Duration != 100 {
		t.Errorf("the run is %+v, %v", cfg, e.Duration)
	}
	n := e.Network
	if p := n.populations[0].Population.(DescendingDrivePool); p.N != 20 || p.Process != (random.Erlang{Order: 5}) {
		t.Errorf("DD is %v", p)
	}
	pool := n.populations[2].Population.(AlphaMNPool)
	ek, _ := pool.Config.Parameter("Powers2017.soma.ek")
	gamma, _ := pool.Config.Parameter("gamma")
	if pool.Config.Model != Powers2017 || len(pool.Thresholds) != 3 || ek.First != -85 || gamma.First != 0.1 || *pool.SpikeThreshold != -10 || *pool.Celsius != 36 {
		t.Errorf("aMN is %+v, ek %v, gamma %v", pool, ek, gamma)
	}
	if c := n.connections[0]; c.Weight != 0.15 || c.Delay != 2 || c.Inhibitory || !n.connections[1].Inhibitory {
		t.Errorf("the connections are %+v", n.connections)
	}
	if x := n.externals[0]; x.Drive.Shape != (Sinusoid[units.Rate]{40, 20, 3}) || x.Drive.Noise != 2 || x.Latency != 2 || x.Drive.Duration != 500 || x.Drive.Step != 0.05 {
		t.Errorf("the input is %+v", x)
	}
	if s := e.String(); !strings.Contains(s, "500 ms at steps of 0.05 ms, backward Euler, seed 18446744073709551615, named streams") {
		t.Errorf("it reads %s", s)
	}
	s, err := e.Simulation()
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Run(t.Context(), 20*units.Ms, nil)
	if err != nil || r.Steps < 400 || r.Steps > 401 {
		t.Errorf("%d steps, %v", r.Steps, err)
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
	pool := e.Network.populations[0].Population.(AlphaMNPool)
	gamma, _ := pool.Config.Parameter("gamma")
	lambda, _ := pool.Config.Parameter("lambda")
	if len(pool.Thresholds) != 2 || pool.Config.Model != Powers2017 || gamma.First != 0.4 || lambda.First != 2 {
		t.Errorf("the pool is %+v, gamma %v, lambda %v", pool, gamma, lambda)
	}
	// The error about a file that is named names both.
	if err := os.WriteFile(filepath.Join(dir, "mine.yaml"), []byte("gamma: -1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadExperiment(filepath.Join(dir, "e.yaml")); err == nil || !strings.Contains(err.Error(), "e.yaml:4:") || !strings.Contains(err.Error(), "mine.yaml:1:8: gamma is -1") {
		t.Errorf("error %v", err)
	}
}

func TestExperimentRefuses(t *testing.T) {
	// Each case replaces a part of the full experiment.
	for _, c := range []struct{ old, new, want string }{
		{"seed: 18446744073709551615", "seed: -1", "e.yaml:1:7: seed must be a whole number from 0"},
		{"seed: 18446744073709551615", "seed: 1.5", `e.yaml:1:7: seed must be a whole number from 0 to 18446744073709551615, it is "1.5"`},
		{"seed:", "sead:", `e.yaml:1:1: the experiment has no "sead"; it has connections, draws`},
		{"draws: named streams", "draws: mine", `e.yaml:2:8: draws is "mine", must be one of ["named streams" "MyoGen order"]`},
		{"duration: 0.5 s\n", "", "e.yaml: the experiment has no duration"},
		{"duration: 0.5 s", "duration: 0 s", "e.yaml:3:11: duration is 0 ms, must be above 0"},
		{"duration: 0.5 s", "duration: 500", `e.yaml:3:11: duration: "500" is not a number with one of the units min, ms, s, us`},
		{"duration: 0.5 s", "duration: nan s", "e.yaml:3:11: duration"},
		{"duration: 0.5 s", "duration: [1]", "e.yaml:3:11: duration"},
		{"duration: 0.5 s", "duration: 1e6 min", "e.yaml:"}, // too many samples
		{"step: 0.05 ms", "step: -0.1 ms", "e.yaml:4:7: step is -0.1 ms, must be above 0"},
		{"method: backward Euler", "method: Runge-Kutta", "e.yaml:5:9: method is"},
		{"n: 20", "n: 0", "e.yaml:8:24: n is 0, must be above 0"},
		{"n: 20", "n: 99999999999", "e.yaml:8:24: n must be a whole number from 0 to 1048576"},
		{"{erlang: 5}", "{erlang: 0}", "Erlang order is 0"},
		{"{gamma: 4}", "{gamma: -4}", "gamma shape is -4"},
		{"{gamma: 4}", "gaussian", "process (poisson, {erlang: order} or {gamma: shape}) must be"},
		{"model: Powers2017", "model: Hodgkin", `model is "Hodgkin", must be one of ["NERLab" "Powers2017"]`},
		{"[0.1, 0.2, 0.5]", "[0.1, 0.5, 0.2]", "e.yaml:14:19: thresholds: number 2 is 0.2, below"},
		{"[0.1, 0.2, 0.5]", "[]", "e.yaml:14:19: thresholds: there are none"},
		{"[0.1, 0.2, 0.5]", "[0.1, .nan]", "a threshold is .nan, must be a finite number"},
		{"[0.1, 0.2, 0.5]", "{n: 1}", "e.yaml:14:19: thresholds: N = 1"},
		{"[0.1, 0.2, 0.5]", "{slope: 500}", "Slope = 500"},
		{"[0.1, 0.2, 0.5]", "none.npy", "no such file"},
		{"gamma: 0.1", "gama: 0.1", `there is no parameter "gama"`},
		{"ek: -85", "cm: 0", "Powers2017.soma.cm is 0, must be above 0"},
		{"ek: -85", "g_pas: [-1e-5, 1e-5]", "Powers2017.soma.g_pas is -1e-05, must not be negative"},
		{"-10 mV", "-10 uS", "e.yaml:16:24: spike_threshold:"},
		{"motor_neurons: {n: 2}", "{}", "population FDI must have one key"},
		{"motor_neurons: {n: 2}", "interneurons: {}", `population FDI is of kind "interneurons"`},
		{"FDI:", "DD:", `mapping key "DD" already defined`},
		{"noise: 2 pps", "noise: -2 pps", "noise is -2 pps, must not be negative"},
		{"mean: 40 pps, amplitude: 20 pps", "mean: 40 pps, amplitude: 80 pps", "a rate must be a number and not negative"},
		{"frequency: 3 Hz", "frequency: 0 Hz", "frequency is 0 Hz, must be above 0"},
		{"latency: 2 ms, sinusoid: {mean: 40 pps, amplitude: 20 pps, frequency: 3 Hz}", "latency: 2 ms", "the input has 0 shapes"},
		{"target: DD, noise", "target: D, noise", `e.yaml:21:5: there is no population "D"`},
		{"target: DD, noise", "target: aMN, noise", `"aMN" is not a DescendingDrivePool`},
		{"probability: 0.5", "probability: 1.5", "probability is 1.5, must be above 0 and at most 1"},
		{"probability: 0.5", "probability: 0", "probability is 0, must be"},
		{"probability: 0.5", "probability: half", `probability must be a number, it is "half"`},
		{"probability: 0.5, ", "", "e.yaml:24:5: connection \"DD\" to \"aMN\": probability is 0"},
		{"weight: 150 nS", "weight: 0 nS", "weight is 0 uS, must be above 0"},
		{"weight: 150 nS", "weight: 150 mV", "units nS, uS"},
		{"delay: 2 ms", "delay: -2 ms", "delay is -2 ms, must be above 0"},
		{"target: aMN, probability: 0.5", "target: DD, probability: 0.5", "the target has no synapses"},
		{"source: DD, target: aMN", "source: EE, target: aMN", `there is no population "EE"`},
		{"inhibitory: true", "inhibitory: 3", `inhibitory must be true or false, it is "3"`},
		{"cell: 2, compartment: 4", "cell: 3, compartment: 4", `e.yaml:27:5: probe: "aMN" has cells 0 to 2, not 3`},
		{"cell: 2, compartment: 4", "cell: 2, compartment: 9", "compartment must be a whole number from 0 to 4"},
		{"population: FDI, cell: 1", "population: DD, cell: 1", `"DD" has no motor neurons`},
		{"amplitude: -2 nA", "amplitude: inf nA", "amplitude"},
		{"connections:\n", "connections: 3\nother:\n", "connections must be a list, it is integer"},
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
		"":                                    "0 documents",
		"a: 1\n---\nb: 2":                     "2 documents",
		"- 1":                                 "the experiment must be a list of keys, it is sequence",
		"seed: 1\nseed: 2":                    "e.yaml:2:1: mapping key",
		"seed: [":                             "e.yaml:1:",
		strings.Repeat("[", 1000):             "nested more than 100 deep",
		strings.Repeat("- ", 1000):            "nested more than 100 deep",
		strings.Repeat("#", maxYAMLBytes+1):   "must be at most 1048576",
		"seed: &a 1\nduration: *a":            "e.yaml:1:7",
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
