package myogen

import (
	"testing"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// givenSpikes is a reference network with the spikes of its drive neurons given.
func givenSpikes(t testing.TB, m Model, f npz.File) Experiment {
	t.Helper()
	thresholds, err := f.Floats("thresholds")
	if err != nil {
		t.Fatal(err)
	}
	source := SpikeSource{Name: "DD"}
	for _, times := range trains(t, f, "dd") {
		var train neo.SpikeTrain
		for _, x := range times {
			train.Times = append(train.Times, units.Time(x))
		}
		source.Trains = append(source.Trains, train)
	}
	pairs, err := f.Ints("connections")
	if err != nil {
		t.Fatal(err)
	}
	c := Connection{Source: "DD", Target: "aMN", Weight: 0.15}
	for ; len(pairs) > 0; pairs = pairs[3:] {
		c.Pairs = append(c.Pairs, Link{int(pairs[0]), int(pairs[1]), int(pairs[2])})
	}
	return Experiment{
		Duration:    15 * units.S,
		Populations: []Population{source, AlphaMNPool{Name: "aMN", Model: m, Thresholds: thresholds}},
		Connections: []Connection{c},
	}
}

// What a reference network costs: membranes, events, detectors.
// BenchmarkStep in membrane is the share of the membranes. Zen 4, 3.7 GHz: 0.31 s
// and 0.59 s for 100 cells and 15 s.
func BenchmarkRun(b *testing.B) {
	for _, m := range []Model{NERLab, Powers2017} {
		b.Run(string(m), func(b *testing.B) {
			e := givenSpikes(b, m, readReference(b, m))
			for b.Loop() {
				finish(b, startOn(b, e, 1))
			}
		})
	}
}

// What it costs to build a network of 100 cells and to wire it, drive included,
// which is evaluated twice. Zen 4, 3.7 GHz: 8 ms.
func BenchmarkNewSimulation(b *testing.B) {
	e := tutorial(AlphaMNPool{})
	e.Seed, e.Draws = 42, MyoGenOrder
	for b.Loop() {
		start(b, e)
	}
}
