package neo

import (
	"testing"

	"pgregory.net/rapid"

	"gomyogen/myogen/units"
)

func TestSignalSlice(t *testing.T) {
	s := AnalogSignal{Name: "v", TStart: 10, SamplingPeriod: 0.1, Values: []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}
	for _, c := range []struct {
		from, to units.Time
		first, n int
	}{{10, 11, 0, 10}, {10.3, 10.7, 3, 4}, {10.25, 10.65, 3, 4}, {0, 10.1, 0, 1}, {10.9, 99, 9, 1}, {11, 12, 10, 0}, {10.5, 10.2, 5, 0}, {0, 1, 0, 0}} {
		got := s.Slice(c.from, c.to)
		if len(got.Values) != c.n || got.TStart != s.Time(c.first) || c.n > 0 && got.Values[0] != float64(c.first) || got.Name != "v" {
			t.Errorf("%v to %v: %+v, want %d samples from %d", c.from, c.to, got, c.n, c.first)
		}
	}
}

// Two slices that meet hold what the whole holds.
func TestBlockSlicesMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Segment{Name: "s", AnalogSignals: []AnalogSignal{{SamplingPeriod: 0.1, Values: make([]float64, rapid.IntRange(0, 100).Draw(t, "samples"))}}}
		at := units.Time(0)
		var times []units.Time
		for range rapid.IntRange(0, 20).Draw(t, "spikes") {
			at += units.Time(rapid.Float64Range(0.01, 1).Draw(t, "after"))
			times = append(times, at)
		}
		s.SpikeTrains = []SpikeTrain{{Times: times, TStop: 20}}
		b := &Block{Segments: []Segment{s}}
		cut := units.Time(rapid.Float64Range(0, 20).Draw(t, "cut"))
		l, r := b.Slice(0, cut), b.Slice(cut, 20)
		on := 0
		for _, x := range times {
			if x == cut {
				on++
			}
		}
		if n := len(l.Segments[0].SpikeTrains[0].Times) + len(r.Segments[0].SpikeTrains[0].Times); n != len(times)+on {
			t.Fatalf("%d spikes in the slices, want %d", n, len(times)+on)
		}
		if n := len(l.Segments[0].AnalogSignals[0].Values) + len(r.Segments[0].AnalogSignals[0].Values); n != len(s.AnalogSignals[0].Values) {
			t.Fatalf("%d samples in the slices, want %d", n, len(s.AnalogSignals[0].Values))
		}
	})
}
