package myogen

import (
	"context"
	"testing"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// givenNetwork is a reference network with the spikes of its drive neurons given.
func givenNetwork(t testing.TB, m Model, f npz.File) *Network {
	t.Helper()
	thresholds, err := f.Floats("thresholds")
	if err != nil {
		t.Fatal(err)
	}
	var source SpikeSource
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
	var list [][3]int
	for ; len(pairs) > 0; pairs = pairs[3:] {
		list = append(list, [3]int{int(pairs[0]), int(pairs[1]), int(pairs[2])})
	}
	cfg, err := DefaultAlphaMNConfig(m)
	if err != nil {
		t.Fatal(err)
	}
	n := &Network{}
	for _, err := range []error{
		n.Add("DD", source),
		n.Add("aMN", AlphaMNPool{Thresholds: thresholds, Config: &cfg}),
		n.Connect("DD", "aMN", Connection{List: list, Weight: 0.15}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// What a reference network costs: membranes, events, detectors.
// BenchmarkStep in membrane is the share of the membranes. Zen 4, 3.7 GHz: 0.31 s
// and 0.59 s for 100 cells and 15 s.
func BenchmarkRun(b *testing.B) {
	for _, m := range []Model{NERLab, Powers2017} {
		b.Run(string(m), func(b *testing.B) {
			n := givenNetwork(b, m, readReference(b, m))
			for b.Loop() {
				s, err := NewSimulation(n, SimulationConfig{Workers: 1})
				if err != nil {
					b.Fatal(err)
				}
				const duration = 15 * units.S
				if _, err := s.Run(context.Background(), duration, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What it costs to build a network of 100 cells and to wire it, drive included,
// which is evaluated twice. Zen 4, 3.7 GHz: 8 ms.
func BenchmarkNewSimulation(b *testing.B) {
	thresholds, err := RecruitmentThresholds{}.Values()
	if err != nil {
		b.Fatal(err)
	}
	n := tutorialNetwork(b, NERLab, thresholds)
	for b.Loop() {
		if _, err := NewSimulation(n, SimulationConfig{Draws: Draws{Seed: 42, Order: MyoGenOrder}}); err != nil {
			b.Fatal(err)
		}
	}
}
