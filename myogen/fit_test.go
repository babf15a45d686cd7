package myogen

import (
	"math"
	"strings"
	"testing"
)

const fitFile = `fit:
  parameters:
    - {name: drive, path: "inputs[0].step.level", from: 20 pps, to: 80 pps}
    - {path: "connections[0].weight", from: 0.1 uS, to: 0.4 uS, log: true}
  targets:
    - {statistic: aMN.mean_rate, value: 10 pps, tolerance: 2 pps}
    - {statistic: aMN.mean_cv, value: 0.2, tolerance: 0.1, weight: 4}
`

var fitText = strings.TrimSuffix(sweepFile, "sweep:\n") + fitFile

// What is wrong with a fit is named with its line and column, and with what
// there is instead.
func TestFitErrorsHaveAPlace(t *testing.T) {
	if _, err := ParseFit("x.yaml", []byte(fitText)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"aMN.mean_rate", "aMN.rate", `x.yaml:19:19: there is no statistic "aMN.rate"; there are DD.spikes, `},
		{"10 pps", "10 Hz", `x.yaml:19:41: value of aMN.mean_rate: "10 Hz" is not a number with the unit pps`},
		{"tolerance: 2 pps", "tolerance: -2 pps", `x.yaml:19:60: tolerance of aMN.mean_rate: it is "-2 pps", must be above 0`},
		{"value: 0.2", "value: fast", `x.yaml:20:39: value of aMN.mean_cv: it must be a number, it is "fast"`},
		{"weight: 4", "weight: 0", "x.yaml:20:68: weight is 0, must be above 0"},
		{"from: 20 pps", "from: -20 pps", "x.yaml:16:"},
		{"to: 80 pps", "to: 8 pps", "x.yaml:16:69: to is 8 pps, must be above from, 20 pps"},
		{"from: 0.1 uS", "from: 0 uS", "x.yaml:17:"},
		{"connections[0]", "connections[3]", "x.yaml:17:14: connections: there is no item [3]"},
		{`"connections[0].weight", from: 0.1 uS, to: 0.4 uS, log: true`, "populations.DD.n, from: 10, to: 21", "between 10 and 21: "},
		{`"connections[0].weight"`, `"connections[0].source"`, "x.yaml:17:"},
		{`"connections[0].weight", from: 0.1 uS, to: 0.4 uS, log: true`, "populations.aMN.parameters.lambda, from: 0, to: 1", `x.yaml:17:14: path "populations.aMN.parameters.lambda": its values change nothing`},
		{`"connections[0].weight", from: 0.1 uS, to: 0.4 uS, log: true`, "populations.DD.n, from: 20, to: 90", "between 20 and 90: "},
		{"name: drive, ", "name: weight, ", `x.yaml:17:7: two columns are called "weight"`},
		{"aMN.mean_cv, value: 0.2, tolerance: 0.1", "aMN.mean_rate, value: 2 pps, tolerance: 1 pps", "x.yaml:20:19: aMN.mean_rate is the statistic of target 0, too"},
		{"value: 10 pps", "value: 010 pps", `x.yaml:19:41: value of aMN.mean_rate: it is "010"; a number must not begin with 0`},
		{"value: 0.2", "value: 0x1p-2", `x.yaml:20:39: value of aMN.mean_cv: it must be a number, it is "0x1p-2"`},
		{"value: 0.2", "value: 1e300", "x.yaml:20:39: value of aMN.mean_cv: 1e300 with the tolerance 0.1 and the weight 4 has an infinite cost"},
		{"tolerance: 0.1", "tolerance: 1e-320", "has an infinite cost"},
		{"name: drive", "name: cost", `x.yaml:16:14: the table has another column called "cost"`},
		{"name: drive", "name: aMN.mean_cv", `x.yaml:16:14: the table has another column called "aMN.mean_cv"`},
		{`"connections[0].weight", from: 0.1 uS, to: 0.4 uS, log: true`, "seed, from: 1, to: 9", "x.yaml:17:7: between 1 and 9: seed: seed must be a whole number"},
		{"fit:\n", "fit:\n  trials: 0\n", "x.yaml:15:11: trials must be a whole number from 1"},
		{"fit:\n", "fit:\n  method: simplex\n", "x.yaml:15:11: "},
	} {
		text := strings.Replace(fitText, c.old, c.new, 1)
		if _, err := ParseFit("x.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want it to say %q", c.new, err, c.want)
		}
	}
}

// A fit's file is read back as it was written, and its numbers are those of the
// text.
func TestFitPlan(t *testing.T) {
	p, err := ParseFit("x.yaml", []byte(fitText))
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseFit("y.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	if textAgain, err := again.YAML(); textAgain != text || err != nil {
		t.Errorf("%s\n%s\n%v", text, textAgain, err)
	}
	drive, weight := p.Dimensions[0], p.Dimensions[1]
	if drive.Start != 60 || weight.Start != 0.4 || drive.Unit != "pps" || weight.Name != "weight" {
		t.Errorf("%+v, %+v", drive, weight)
	}
	for share, want := range map[float64]float64{0: 20, 0.5: 50, 1: 80, 1.25: 65, -0.5: 50, 2.1: 26} {
		if x := drive.At(share); math.Abs(x-want) > 1e-9 {
			t.Errorf("%v of the way is %v, want %v", share, x, want)
		}
	}
	if x := weight.At(0.5); math.Abs(x-0.2) > 1e-9 || math.Abs(weight.Share(x)-0.5) > 1e-9 {
		t.Errorf("half the way is %v, at %v", x, weight.Share(x))
	}
	// What has no value is worse than what has one, however far that is.
	nan := math.NaN()
	rising := [][]float64{{10, 0.2}, {14, 0.2}, {1e9, 1e9}, {10, nan}, {11, nan}, {1e9, nan}, {nan, nan}}
	for i, statistics := range rising {
		if cost := p.Cost(statistics); math.IsInf(cost, 1) != (i > 2) {
			t.Errorf("the cost of %v is %v", statistics, cost)
		}
		if cost := p.SearchCost(statistics); i > 0 && !(cost > p.SearchCost(rising[i-1])) || !(cost < math.MaxFloat64) {
			t.Errorf("%v costs a search %v, %v does %v", statistics, cost, rising[max(i-1, 0)], p.SearchCost(rising[max(i-1, 0)]))
		}
	}
	if cost := p.Cost([]float64{14, 0.2}); cost != 4 {
		t.Errorf("the cost is %v, want 4", cost)
	}
	e, err := p.Run([]float64{33.25, 0.125}, 2)
	if err != nil {
		t.Fatal(err)
	}
	level, _, _ := e.Number("inputs[0].step.level")
	w, _, _ := e.Number("connections[0].weight")
	if level != 33.25 || w != 0.125 || e.Seed != 5 {
		t.Errorf("level %v, weight %v, seed %d", level, w, e.Seed)
	}
	f := p.Fit
	f.Targets = nil
	if _, err := f.Plan(); err == nil || !strings.Contains(err.Error(), "no targets") {
		t.Errorf("no targets: error %v", err)
	}
}
