package myogen

import (
	"testing"

	"gomyogen/myogen/units"
)

// What differs is called by the populations it joins: with named streams the
// order of inputs and connections decides nothing, and so their numbers would
// mislead.
func TestDifferenceNamesWhatItIsAbout(t *testing.T) {
	ramp := Ramp[units.Rate]{To: 60, Duration: 100}
	network := func() Experiment {
		return Experiment{Duration: 100,
			Populations: []Population{DescendingDrivePool{Name: "DD", N: 2}, DescendingDrivePool{Name: "AA", N: 2}, AlphaMNPool{Name: "aMN", N: 2}},
			Inputs:      []Input{{Source: "cortex", Target: "DD", Shape: ramp}, {Source: "brainstem", Target: "AA", Shape: ramp}},
			Connections: []Connection{
				{Source: "DD", Target: "aMN", Probability: 0.5, Weight: 0.1},
				{Source: "DD", Target: "aMN", Probability: 0.3, Weight: 0.1},
				{Source: "AA", Target: "aMN", Probability: 0.4, Weight: 0.1},
			}}
	}
	for want, change := range map[string]func(*Experiment){
		"connection DD -> aMN: weight is 0.1 uS, and 0.2 uS":    func(e *Experiment) { e.Connections[0].Weight = 0.2 },
		"connection DD -> aMN (2): probability is 0.3, and 0.2": func(e *Experiment) { e.Connections[1].Probability = 0.2 },
		"connection AA -> aMN: delay is 1 ms, and 2 ms":         func(e *Experiment) { e.Connections[2].Delay = 2 },
		"connection AA -> aMN is there, and missing":            func(e *Experiment) { e.Connections = e.Connections[:2] },
		"input cortex -> DD: noise is 0 pps, and 3 pps":         func(e *Experiment) { e.Inputs[0].Noise = 3 },
		"input brainstem -> AA: ramp.to is 60 pps, and 50 pps":  func(e *Experiment) { e.Inputs[1].Shape = Ramp[units.Rate]{To: 50, Duration: 100} },
		"input brainstem -> AA is there, and missing":           func(e *Experiment) { e.Inputs = e.Inputs[:1] },
		"": func(e *Experiment) { e.Connections[1], e.Connections[2] = e.Connections[2], e.Connections[1] },
	} {
		a, b := network(), network()
		change(&b)
		f, err := a.Fingerprint()
		if err != nil {
			t.Fatal(err)
		}
		g, err := b.Fingerprint()
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Difference(g); got != want {
			t.Errorf("the difference is %q, want %q", got, want)
		}
	}
}
