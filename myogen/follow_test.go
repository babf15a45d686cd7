package myogen

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gomyogen/myogen/units"
)

// inhibited is a pool of drive neurons, and one that inhibits, whose rate follows.
func inhibited(f Follow, noise units.Rate) Experiment {
	e := closedLoop(NERLab)
	e.Populations = append(e.Populations, DescendingDrivePool{Name: "IN", N: 20})
	// It stands before the input that it follows: the order decides nothing.
	e.Inputs = append([]Input{{Source: "interneurons", Target: "IN", Follow: &f, Noise: noise}}, e.Inputs...)
	e.Connections = append(e.Connections, Connection{Source: "IN", Target: "aMN", Probability: 0.5, Weight: 0.15, Inhibitory: true})
	return e
}

// A rate that follows another is that function of it at every step, noise
// included: proportional, reciprocal and constant.
func TestFollowedRate(t *testing.T) {
	for _, draws := range []DrawOrder{NamedStreams, MyoGenOrder} {
		for _, f := range []Follow{
			{Population: "DD", Gain: 0.4}, {Population: "DD", Gain: -0.1, Baseline: 20}, {Population: "DD", Baseline: 15},
			{Population: "DD", Gain: 1, Baseline: -70}, // rectified
		} {
			e := inhibited(f, 0)
			e.Draws = draws
			s := start(t, e)
			drive, err := s.Drive("DD")
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Drive("IN")
			if err != nil {
				t.Fatal(err)
			}
			least := math.Inf(1)
			for i, v := range drive.Values {
				want := max(0, float64(f.Baseline)+float64(f.Gain*v))
				if got.Values[i] != want {
					t.Fatalf("%v, %v: rate %d is %v, want %v", draws, f, i, got.Values[i], want)
				}
				least = min(least, got.Values[i])
			}
			if f.Baseline < 0 != (least == 0) || got.Name != "interneurons" || got.Units != "pps" {
				t.Errorf("%v: at least %v %s, called %q", f, least, got.Units, got.Name)
			}
			clean, err := e.CleanDrive("IN")
			if want := max(0, float64(f.Baseline)+float64(f.Gain*60)); err != nil || clean.Values[0] != want {
				t.Errorf("%v: without noise it begins with %v, want %v (%v)", f, clean.Values[0], want, err)
			}
			recorded, err := e.Drive("IN")
			if d := cmp.Diff(got, recorded); err != nil || d != "" {
				t.Errorf("%v: (-run +Drive) %s, %v", f, d, err)
			}
			text, err := e.YAML()
			if err != nil {
				t.Fatal(err)
			}
			back, err := ParseExperiment("e.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(&f, back.Inputs[0].Follow); d != "" {
				t.Errorf("(-written +read) %s", d)
			}
		}
	}
}

// An input that follows another changes nothing of it, and adds its own noise.
func TestFollowingHasNoiseOfItsOwn(t *testing.T) {
	f := Follow{Population: "DD", Gain: 0.5}
	plain, noisy := start(t, inhibited(f, 0)), start(t, inhibited(f, 3))
	alone := start(t, closedLoop(NERLab))
	var rates [3][]float64
	for i, s := range []*Simulation{alone, plain, noisy} {
		d, err := s.Drive("DD")
		if err != nil {
			t.Fatal(err)
		}
		rates[i] = d.Values
	}
	if d := cmp.Diff(rates[0], rates[1]) + cmp.Diff(rates[0], rates[2]); d != "" {
		t.Errorf("following changes the drive: %s", d)
	}
	a, errA := plain.Drive("IN")
	b, errB := noisy.Drive("IN")
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	above := 0
	for i := range a.Values {
		switch d := b.Values[i] - a.Values[i]; {
		case d < 0:
			t.Fatalf("the noise at step %d is %v", i, d)
		case d > 0:
			above++
		}
	}
	if share := float64(above) / float64(len(a.Values)); share < 0.45 || share > 0.55 {
		t.Errorf("%.2f of the samples have noise, want half", share)
	}
}

// A sweep sets gain and baseline by their paths.
func TestFollowIsSetByPath(t *testing.T) {
	e := inhibited(Follow{Population: "DD", Gain: 0.5}, 0)
	other, err := e.With("inputs[0].follow.gain", "-0.25")
	if err == nil {
		other, err = other.With("inputs[0].follow.baseline", "20 pps")
	}
	if err != nil || *other.Inputs[0].Follow != (Follow{"DD", -0.25, 20}) || e.Inputs[0].Follow.Gain != 0.5 {
		t.Errorf("%+v from %+v, %v", *other.Inputs[0].Follow, *e.Inputs[0].Follow, err)
	}
	if words := other.Inputs[0].String(); words != "interneurons -> IN: 20 pps - 0.25 times the rate of DD, noise 0 pps" {
		t.Errorf("it is described as %q", words)
	}
	if start(t, e).Fingerprint().Hash() == start(t, other).Fingerprint().Hash() {
		t.Error("another gain has the same fingerprint")
	}
}

func TestFollowingIsRefused(t *testing.T) {
	chain := Input{Source: "second", Target: "IN2", Follow: &Follow{Population: "IN", Gain: 1}}
	for _, c := range []struct {
		f      Follow
		change func(e *Experiment)
		want   string
	}{
		{Follow{Population: "CST", Gain: 1}, nil, `input "interneurons": no input drives "CST"; inputs drive ["IN" "DD"]`},
		{Follow{Population: "aMN", Gain: 1}, nil, `no input drives "aMN"`},
		{Follow{Population: "IN", Gain: 1}, nil, `input "interneurons": "IN" follows itself`},
		{Follow{Gain: 1}, nil, `input "interneurons": follow: population is missing`},
		{Follow{Population: "DD", Gain: math.NaN()}, nil, `gain is NaN, must be from -1000 to 1000`},
		{Follow{Population: "DD", Gain: math.Inf(1)}, nil, `gain is +Inf, must be from -1000 to 1000`},
		{Follow{Population: "DD", Baseline: units.Rate(math.Inf(-1))}, nil, `baseline is -Inf`},
		{Follow{Population: "DD", Gain: 1e308}, nil, `input "interneurons": follow: gain is 1e+308, must be from -1000 to 1000`},
		{Follow{Population: "DD", Gain: 1000, Baseline: 90_000}, nil, `input "interneurons": the rate at 0 ms is 150000 pps, must be from 0 to 100000 pps`},
		{Follow{Population: "DD", Gain: 1}, func(e *Experiment) { e.Inputs[0].Shape = Level[units.Rate]{5} }, `has both a shape and a population to follow`},
		{Follow{Population: "DD", Gain: 1}, func(e *Experiment) {
			e.Populations = append(e.Populations, DescendingDrivePool{Name: "IN2"})
			e.Inputs = append(e.Inputs, chain)
		}, `input "second": the rate of "IN" follows that of "DD": follow that one`},
	} {
		e := inhibited(c.f, 0)
		if c.change != nil {
			c.change(&e)
		}
		refusedToRun(t, c.want, e)
	}
	e := inhibited(Follow{Population: "DD", Gain: 1}, 0)
	e.Inputs[0].Follow = nil
	refusedToRun(t, `input "interneurons": shape is missing`, e)

	for _, c := range []struct{ follow, want string }{
		{"follow: {population: DD}", "gain is missing"},
		{"follow: {gain: 1}", "population is missing"},
		{"follow: {population: DD, gain: 1 pps}", `gain must be a number, it is "1 pps"`},
		{"follow: {population: DD, gain: 1}\n    level: {value: 5 pps}", "has both a shape and a population to follow"},
		{"noise: 1 pps", "a shape is missing, one of trapezoid, triangles, level, sinusoid, ramp, step, sawtooth, samples, follow"},
	} {
		text := "duration: 100 ms\npopulations:\n  DD: {drive_neurons: {}}\n  IN: {drive_neurons: {}}\ninputs:\n" +
			"  - {source: cortex, target: DD, level: {value: 20 pps}}\n  - source: interneurons\n    target: IN\n    " + c.follow + "\n"
		_, err := ParseExperiment("e.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "e.yaml:") {
			t.Errorf("%s: error %v, want it to say %q", c.follow, err, c.want)
		}
	}
}
