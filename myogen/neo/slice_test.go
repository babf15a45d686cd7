package neo

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gomyogen/myogen/units"
)

func TestTrainSlice(t *testing.T) {
	train := SpikeTrain{Name: "MN_1", Times: []units.Time{1, 2, 3, 3, 4}, TStop: 5}
	for _, c := range []struct {
		start, stop   units.Time
		n             int
		tStart, tStop units.Time
	}{{2, 3, 3, 2, 3}, {0, 5, 5, 0, 5}, {-7, 1, 1, 0, 1}, {3.5, 99, 1, 3.5, 5}, {5, 9, 0, 5, 5}, {-3, 0, 0, 0, 0}, {2, 2, 1, 2, 2}} {
		got, err := train.Slice(c.start, c.stop)
		if err != nil || len(got.Times) != c.n || got.TStart != c.tStart || got.TStop != c.tStop || got.Name != "MN_1" {
			t.Errorf("%v to %v: %+v, %v; want %d spikes from %v to %v", c.start, c.stop, got, err, c.n, c.tStart, c.tStop)
		}
	}
}

func TestSlicesRefuse(t *testing.T) {
	train := SpikeTrain{Name: "MN_1", TStart: 1, TStop: 5}
	signal := AnalogSignal{Name: "v", TStart: 1, SamplingPeriod: 1, Values: []float64{1, 2, 3, 4}}
	nan := units.Time(0)
	nan /= nan
	for _, c := range []struct {
		start, stop units.Time
		want        string
	}{
		{5, 1, "a slice from 5 ms to 1 ms"},
		{nan, 1, "a slice from NaN ms"},
		{0, nan, "to NaN ms"},
		{6, 9, "from 6 ms to 9 ms is outside of t_start 1 ms to t_stop 5 ms"},
		{-6, 0.5, "is outside"},
	} {
		_, trainErr := train.Slice(c.start, c.stop)
		_, signalErr := signal.Slice(c.start, c.stop)
		_, blockErr := (&Block{Name: "run", Segments: []Segment{{Name: "aMN", SpikeTrains: []SpikeTrain{train}}}}).Slice(c.start, c.stop)
		block := `neo: segment "aMN": train "MN_1"`
		if !(c.start <= c.stop) { // whatever it holds
			block = `neo: block "run"`
		}
		for name, err := range map[string]error{`train "MN_1"`: trainErr, `signal "v"`: signalErr, block: blockErr} {
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), name) {
				t.Errorf("%v to %v: error %v, want %s and %q", c.start, c.stop, err, name, c.want)
			}
		}
	}
	inf := units.Time(math.Inf(1))
	for _, c := range []struct {
		train       SpikeTrain
		start, stop units.Time
		want        string
	}{
		{train, inf, inf, "is outside of t_start 1 ms to t_stop 5 ms"},
		{train, -inf, -inf, "is outside of t_start 1 ms to t_stop 5 ms"},
		{SpikeTrain{Name: "MN_1", TStart: nan, TStop: 5}, 2, 3, "is outside of t_start NaN ms"},
		{SpikeTrain{Name: "MN_1", TStart: 1, TStop: nan}, 2, 3, "to t_stop NaN ms"},
		{SpikeTrain{Name: "MN_1", TStart: 5, TStop: 1}, 2, 3, "is outside of t_start 5 ms to t_stop 1 ms"},
		{SpikeTrain{Name: "MN_1", Times: []units.Time{2, nan, 3}, TStop: 5}, 1, 4, "spike 1 is at NaN ms"},
		{SpikeTrain{}, 1, 2, "is outside of t_start 0 ms to t_stop 0 ms"},
	} {
		if got, err := c.train.Slice(c.start, c.stop); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "neo: ") {
			t.Errorf("%+v from %v to %v: %v, %v; want %q", c.train, c.start, c.stop, got, err, c.want)
		}
	}
	if got, err := train.Slice(-inf, inf); err != nil || got.TStart != 1 || got.TStop != 5 {
		t.Errorf("all of a train: %v, %v", got, err)
	}
	signal.SamplingPeriod = 0
	if _, err := signal.Slice(1, 2); err == nil {
		t.Error("a signal without a sampling period was sliced")
	}
}

func TestSignalSlice(t *testing.T) {
	s := AnalogSignal{Name: "v", TStart: 10, SamplingPeriod: 0.1, Values: []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}
	for _, c := range []struct {
		start, stop units.Time
		first, n    int
	}{{10, 11, 0, 10}, {10.3, 10.7, 3, 4}, {10.25, 10.65, 3, 4}, {0, 10.1, 0, 1}, {10.9, 99, 9, 1}, {11, 12, 10, 0}, {0, 10, 0, 0}} {
		got, err := s.Slice(c.start, c.stop)
		if err != nil || len(got.Values) != c.n || got.TStart != s.Time(c.first) || c.n > 0 && got.Values[0] != float64(c.first) || got.Name != "v" {
			t.Errorf("%v to %v: %+v, %v; want %d samples from %d", c.start, c.stop, got, err, c.n, c.first)
		}
	}
}

// Two slices that meet hold what the whole holds.
func TestBlockSlicesMeet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Segment{Name: "s", AnalogSignals: []AnalogSignal{{SamplingPeriod: 0.1, Values: make([]float64, rapid.IntRange(200, 300).Draw(t, "samples"))}}}
		at := units.Time(0)
		var times []units.Time
		for range rapid.IntRange(0, 20).Draw(t, "spikes") {
			at += units.Time(rapid.Float64Range(0.01, 1).Draw(t, "after"))
			times = append(times, at)
		}
		s.SpikeTrains = []SpikeTrain{{Times: times, TStop: 20}}
		b := &Block{Segments: []Segment{s}}
		cut := units.Time(rapid.Float64Range(0, 20).Draw(t, "cut"))
		l, err := b.Slice(0, cut)
		if err != nil {
			t.Fatal(err)
		}
		r, err := b.Slice(cut, 30)
		if err != nil {
			t.Fatal(err)
		}
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
		if err := l.Validate(); err != nil {
			t.Fatal(err)
		}
	})
}

// A slice whose ends are not in their order is refused, whatever there is to cut.
func TestSliceEnds(t *testing.T) {
	nan := units.Time(math.NaN())
	train, signal := SpikeTrain{Name: "MN_0", TStop: 10}, AnalogSignal{Name: "v", SamplingPeriod: 1, Values: make([]float64, 10)}
	for _, ends := range [][2]units.Time{{5, 1}, {nan, 5}, {1, nan}, {nan, nan}, {units.Time(math.Inf(1)), units.Time(math.Inf(-1))}} {
		for name, slice := range map[string]func(start, stop units.Time) error{
			"a train":          func(a, b units.Time) error { _, err := train.Slice(a, b); return err },
			"a signal":         func(a, b units.Time) error { _, err := signal.Slice(a, b); return err },
			"an empty segment": func(a, b units.Time) error { _, err := Segment{Name: "s"}.Slice(a, b); return err },
			"a segment": func(a, b units.Time) error {
				_, err := Segment{SpikeTrains: []SpikeTrain{train}}.Slice(a, b)
				return err
			},
			"an empty block":       func(a, b units.Time) error { _, err := (&Block{}).Slice(a, b); return err },
			"a block of a segment": func(a, b units.Time) error { _, err := (&Block{Segments: []Segment{{}}}).Slice(a, b); return err },
		} {
			if err := slice(ends[0], ends[1]); err == nil || !strings.HasPrefix(err.Error(), "neo: ") || !strings.Contains(err.Error(), "a slice from ") {
				t.Errorf("%s from %v to %v: error %v", name, ends[0], ends[1], err)
			}
		}
	}
}
