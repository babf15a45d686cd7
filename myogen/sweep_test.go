package myogen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gomyogen/myogen/internal/watch/watchtest"
	"gomyogen/myogen/units"
)

const sweepFile = `seed: 3
duration: 200 ms
populations:
  DD:
    drive_neurons: {n: 20}
  aMN:
    motor_neurons: {n: 4, thresholds: {}}
inputs:
  - source: cortex
    target: DD
    step: {level: 60 pps, duration: 1 s}
connections:
  - {source: DD, target: aMN, probability: 0.5, weight: 0.4 uS}
sweep:
`

// What is wrong with a sweep is named with its line and column, and with what
// there is instead.
func TestSweepErrorsHaveAPlace(t *testing.T) {
	for sweep, want := range map[string]string{
		"  axes: []\n": "x.yaml:15:9: the sweep has no axes",
		"  axes:\n    - {path: seed, values: []}\n":                                                                                                                 "x.yaml:16:28: the axis has no values",
		"  axes:\n    - {path: connection, values: [1]}\n":                                                                                                          `x.yaml:16:14: there is no "connection"; there are connections,`,
		"  axes:\n    - path: connections[0].wait\n      n: 3\n":                                                                                                    `x.yaml:16:13: connections[0]: there is no "wait"; there are`,
		"  axes:\n    - {path: connections, also: [x], n: 2}\n":                                                                                                     `x.yaml:16:34: there is no "x"`,
		"  axes:\n    - {path: 'connections[0].weight', values: [0.1 uS, -1 uS]}\n":                                                                                 "x.yaml:16:56: value 1, -1 uS: ",
		"  axes:\n    - {path: 'connections[0].weight', values: [0.1 uS, 1 pps]}\n":                                                                                 "x.yaml:16:56: value 1, 1 pps: ",
		"  axes:\n    - {path: 'connections[0].weight', from: 0 uS, to: 1 uS, n: 2}\n":                                                                              "x.yaml:16:45: ",
		"  axes:\n    - {path: 'inputs[0].step.level', from: 0 pps, to: 1 pps, n: 2, log: true}\n":                                                                  "both must be above 0",
		"  axes:\n    - {path: seed, values: [1]}\n  recruitment: [aMN, DO]\n":                                                                                      `x.yaml:17:22: there is no population "DO"; there are ["DD" "aMN"]`,
		"  axes:\n    - {path: seed, values: [1]}\n  repeats: 0\n":                                                                                                  "x.yaml:17:12: repeats must be a whole number from 1",
		"  axes:\n    - {path: seed, value: [1]}\n":                                                                                                                 `x.yaml:16:20: an axis has no "value"; it has also,`,
		"  axes:\n    - {path: seed, values: [.nan]}\n":                                                                                                             "x.yaml:16:29: value 0, .nan: seed: seed must be a whole number",
		"  axes:\n    - {path: duration, values: [.nan s]}\n":                                                                                                       "x.yaml:16:33: value 0, .nan s: ",
		"  axes:\n    - {path: seed, values: [1, 2, 1]}\n":                                                                                                          "x.yaml:16:35: value 2, 1, is value 0 again",
		"  axes:\n    - {path: 'inputs[0].step.level', from: 5 pps, to: 5 pps, n: 3}\n":                                                                             "x.yaml:16:7: value 1, 5 pps, is value 0 again",
		"  axes:\n    - {path: 'inputs[0].step.level', from: 5 pps, to: 9 pps, n: 1}\n":                                                                             "x.yaml:16:65: n is 1, a range from 5 pps to 9 pps has 2 values at least",
		"  axes:\n    - {path: 'inputs[0].step.level', from: 5 pps, to: 9 pps, n: 0}\n":                                                                             "x.yaml:16:65: n must be a whole number from 1",
		"  axes:\n    - {path: 'inputs[0].step.level', from: 5 pps, to: 9 pps, n: -3}\n":                                                                            "x.yaml:16:65: n must be a whole number from 1",
		"  axes:\n    - {path: 'inputs[0].step.level', from: -5 pps, to: 9 pps, n: 3, log: true}\n":                                                                 "x.yaml:16:44: inputs[0].step.level: level is -5 pps",
		"  axes:\n    - {path: 'inputs[0].step.level', values: [1 pps], log: true}\n":                                                                               "x.yaml:16:60: log says how the values of a range are spaced",
		"  axes:\n    - {path: seed, values: [1]}\n    - {name: other, path: seed, values: [2]}\n":                                                                  `x.yaml:17:27: seed is set twice, by "seed" and "other"`,
		"  axes:\n    - {path: seed, values: [1]}\n    - {name: n, path: 'populations.aMN.n', also: [seed], values: [2]}\n":                                         `x.yaml:17:51: seed is set twice, by "seed" and "n"`,
		"  axes:\n    - {path: 'inputs[0].step.level', values: [1 pps]}\n    - {path: 'inputs[0].step', values: [{level: 1 pps, duration: 1 s}]}\n":                 `x.yaml:17:14: inputs[0].step holds inputs[0].step.level, which "level" has set before: put "step" first`,
		"  axes:\n    - path: seed\n      from: 1\n      to: 9000000\n      n: 9000000\n    - {path: 'inputs[0].step.level', from: 5 pps, to: 9 pps, n: 1000000}\n": "x.yaml:15:3: the sweep has 9000000000000 runs, must be at most 10000000",
		"  axes:\n    - path: seed\n      values: [1, 2]\n      with: [{path: duration, values: [1 s]}]\n":                                                          `x.yaml:18:14: axis "duration" has 1 values, axis "seed" has 2`,
		"  axes:\n    - path: seed\n      values: [1, 2]\n      with: [{path: duration, with: [{path: step}]}]\n":                                                   `x.yaml:18:31: an axis has no "with"; it has also,`,
		"  axes:\n    - path: seed\n      values: [1, 2]\n      with: [{path: during, values: [1 s, 2 s]}]\n":                                                       `x.yaml:18:21: there is no "during"; there are`,
		"  axes:\n    - {path: seed, values: [1, 2]}\n  repeats: 2\n":                                                                                               "x.yaml:16:32: the 2 repeats of seed 1 have seed 2, too",
		"  axes:\n    - {path: seed, values: [9223372036854775807]}\n  repeats: 2\n":                                                                                "x.yaml:16:29: the seeds begin at 9223372036854775807 and there are 2 repeats",
		"  axes:\n    - {name: replicate, path: seed, values: [1]}\n":                                                                                               `x.yaml:16:14: the column of seeds is called "seed", not "replicate"`,
		"  axes:\n    - {path: duration, values: [1 s]}\n  recruitment: [aMN, aMN]\n":                                                                               `x.yaml:17:22: population "aMN" is there twice`,
		"  axes:\n    - {path: populations.aMN.n, values: [4, 3]}\n  recruitment: [aMN]\n":                                                                          `x.yaml:16:45: value 1, 3: population "aMN" of recruitment, whose columns are those of 4 cells, has 3`,
		"  axes:\n    - {path: duration, name: seed, values: [1 s]}\n":                                                                                              `x.yaml:16:30: the table has another column called "seed"`,
		"  axes:\n    - {path: duration, name: aMN.0.recruitment, values: [1 s]}\n  recruitment: [aMN]\n":                                                           `x.yaml:16:30: the table has another column called "aMN.0.recruitment"`,
		"  axes:\n    - {path: duration, name: \"a\\nb\", values: [1 s]}\n":                                                                                         `x.yaml:16:30: name is "a\nb", must have no line breaks`,
		"  axes:\n    - {path: duration, name: ' ', values: [1 s]}\n":                                                                                               `x.yaml:16:30: name is " ", must not be blank`,
		"  axes:\n    - {path: 'connections[00].weight', values: [1 uS]}\n":                                                                                         `x.yaml:16:14: path "connections[00].weight": "[00]" is not an index`,
		"  axes:\n    - {path: populations.aMN.parameters.lambda, values: [0, 0.5, 1]}\n":                                                                           `x.yaml:16:14: path "populations.aMN.parameters.lambda": its values change nothing: population "aMN": it has the parameter lambda, its model is NERLab`,
		"  axes:\n    - {path: populations.aMN.motor_neurons.temperature, values: [6 degC, 37 degC]}\n":                                                             `its values change nothing: population "aMN": it has the temperature 6 degC, its model is NERLab`,
		"  axes:\n    - {path: populations.aMN.parameters.NERLab.soma.el, also: [populations.aMN.parameters.Powers2017.soma.ek], values: [-5, -4]}\n":               `Powers2017.soma.ek": its values change nothing`,
		"  axes:\n    - {path: seed, values: [1, 2], with: [{path: duration, values: [1 s, 1 s]}]}\n  repeats: 2\n":                                                 "x.yaml:16:32: the 2 repeats of seed 1 have seed 2, too",
		"  axis:\n    - {path: seed, values: [1]}\n":                                                                                                                `x.yaml:15:3: sweep has no "axis"; it has axes,`,
	} {
		if _, err := ParseSweep("x.yaml", []byte(sweepFile+sweep)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want it to say %q", sweep, err, want)
		}
	}
}

// Lists, ranges, several fields at once, seeds and repeats, crossed or zipped.
func TestSweepPoints(t *testing.T) {
	const body = `  axes:
    - {path: "connections[0].weight", from: 0.1 uS, to: 0.4 uS, n: 3, log: true}
    - {name: cells, path: populations.DD.n, also: [populations.aMN.n], values: [5, 7, 9]}
`
	for sweep, want := range map[string]struct {
		runs  int
		run   int
		point []int
		seed  uint64
	}{
		body:                    {9, 5, []int{1, 2}, 3},
		body + "  zip: true\n":  {3, 2, []int{2, 2}, 3},
		body + "  repeats: 4\n": {36, 22, []int{1, 2}, 5},
		strings.Replace(body, "[5, 7, 9]}", "[5, 7, 9], with: [{name: length, path: duration, values: [1 s, 2 s, 3 s]}]}", 1) + `    - {path: "inputs[0].step.level", from: 80 pps, to: 20 pps, n: 2}
`: {18, 11, []int{1, 2, 2, 1}, 3},
		"  axes: [{path: seed, from: 10, to: 12, n: 3}]\n": {3, 2, []int{2}, 12},
		"  axes: [{path: populations.aMN.parameters.lambda, values: [0.5, 1]}, {path: populations.aMN.model, values: [NERLab, Powers2017]}]\n": {4, 3, []int{1, 1}, 3},
		"  axes: [{path: seed, values: [7, 8], with: [{path: duration, values: [1 s, 2 s]}]}]\n  repeats: 2":                                   {4, 3, []int{1, 1}, 9},
		"  axes: [{path: seed, values: [7, 9]}]\n  repeats: 2":                                                                                 {4, 3, []int{1}, 10},
		"  axes: [{path: seed, from: 1000000, to: 1000002, n: 3}]\n":                                                                           {3, 2, []int{2}, 1000002},
	} {
		p, err := ParseSweep("x.yaml", []byte(sweepFile+sweep))
		if err != nil {
			t.Errorf("%s: %v", sweep, err)
			continue
		}
		e, err := p.Run(want.run)
		if err != nil {
			t.Fatal(err)
		}
		if p.Runs() != want.runs || !cmp.Equal(p.Point(want.run), want.point) || e.Seed != want.seed {
			t.Errorf("%s: %d runs, run %d is %v with seed %d, want %+v", sweep, p.Runs(), want.run, p.Point(want.run), e.Seed, want)
		}
		if strings.HasPrefix(sweep, "  axes:\n") {
			if strings.Contains(sweep, "with:") && (e.Duration != 3*units.S || e.Inputs[0].Shape != Step[units.Rate]{Level: 20, Duration: 1 * units.S}) {
				t.Errorf("%s: run %d lasts %v with %v", sweep, want.run, e.Duration, e.Inputs[0])
			}
			w, _, err := e.Number("connections[0].weight")
			cells := e.Populations[1].size()
			if err != nil || w != []float64{0.1, 0.2, 0.4}[want.point[0]] || cells != []int{5, 7, 9}[want.point[1]] || e.Populations[0].size() != cells {
				t.Errorf("%s: run %d: weight %v, %d cells, %v", sweep, want.run, w, cells, err)
			}
		}
		text, err := p.YAML()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseSweep("y.yaml", []byte(text))
		if err != nil {
			t.Fatalf("%s\n%v", text, err)
		}
		if textAgain, err := again.YAML(); textAgain != text || err != nil {
			t.Errorf("%s\n%s\n%v", text, textAgain, err)
		}
	}
}

// The schema has the sections that Go has.
func TestSchemaHasSweepsAndFits(t *testing.T) {
	var s struct {
		Properties map[string]struct{ Properties map[string]any }
	}
	if err := json.Unmarshal([]byte(Schema()), &s); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"parameters", "targets", "method", "trials", "repeats"} {
		if s.Properties["fit"].Properties[key] == nil {
			t.Errorf("the schema has no fit.%s", key)
		}
	}
	for _, key := range []string{"axes", "zip", "repeats", "recruitment", "trains"} {
		if s.Properties["sweep"].Properties[key] == nil {
			t.Errorf("the schema has no sweep.%s", key)
		}
	}
}

// A sweep and a fit are identified by their experiment and what is done with it.
func TestFingerprintsOfPlans(t *testing.T) {
	p, err := ParseSweep("x.yaml", []byte(sweepFile+"  axes:\n    - {path: 'inputs[0].step.level', values: [40 pps, 50 pps]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	fit := Fit{Experiment: p.Sweep.Experiment,
		Parameters: []Parameter{{Path: "inputs[0].step.level", From: "40 pps", To: "60 pps"}},
		Targets:    []Target{{Statistic: "aMN.mean_rate", Value: "10 pps", Tolerance: "1 pps"}}}
	of := func(f Fingerprint, err error) Fingerprint {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	experiment, sweep, fitted := of(p.Experiment.Fingerprint()), of(p.Sweep.Fingerprint()), of(fit.Fingerprint())
	other := p.Sweep
	other.Repeats = 3
	for name, c := range map[string]struct {
		f, g Fingerprint
		want string
	}{
		"the sweep":    {experiment, sweep, `sweep.recruitment is missing`},
		"its repeats":  {sweep, of(other.Fingerprint()), `sweep.repeats is 1, and 3`},
		"the fit":      {sweep, fitted, `fit.method is missing`},
		"the same one": {sweep, of(p.Sweep.Fingerprint()), ""},
	} {
		if got := c.f.Difference(c.g); !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	other.Axes = nil
	if _, err := other.Fingerprint(); err == nil || !strings.Contains(err.Error(), "has no axes") {
		t.Errorf("without axes: error %v", err)
	}
}

// A sweep is looked at at each value that is tried, and can be stopped there.
func TestStopInManyValues(t *testing.T) {
	const n = 300
	s := Sweep{Experiment: tutorial(AlphaMNPool{N: 2}), Axes: []Axis{{Path: "connections[0].weight"}}}
	for i := range n {
		s.Axes[0].Values = append(s.Axes[0].Values, fmt.Sprintf("%d nS", i+1))
	}
	told := map[string]bool{}
	whole := &watchtest.Counting{Context: t.Context(), Most: 1 << 30}
	observed := Observe(whole, Observer{Starting: func(what string, done, total int) {
		told[what] = true
		if total != n || done > n {
			t.Errorf("%s: %d of %d", what, done, total)
		}
	}})
	if p, err := s.PlanContext(observed); err != nil || p.Runs() != n || whole.Looks < n || !told["trying values"] {
		t.Errorf("it looked up %d times, and told of %v, %v", whole.Looks, told, err)
	}
	for i := range 8 {
		c, err := watchtest.Stopped(t.Context(), i*whole.Looks/8, func(ctx context.Context) error {
			_, err := s.PlanContext(ctx)
			return err
		})
		if !errors.Is(err, context.Canceled) || c.Looks > c.Most+2 {
			t.Errorf("after %d looks of %d: %v", c.Looks, c.Most, err)
		}
	}
}
