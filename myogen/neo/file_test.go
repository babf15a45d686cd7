package neo

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gomyogen/myogen/neo/npz"
	"gomyogen/myogen/units"
)

func TestSaveAndLoadIsTheIdentity(t *testing.T) {
	path := filepath.Join(t.TempDir(), "block.npz")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-zA-Zäü∆ _0-9]{0,8}`)
		number := rapid.Float64()
		b := &Block{Name: text.Draw(t, "name")}
		if rapid.Bool().Draw(t, "annotated") {
			b.Annotations = map[string]string{text.Draw(t, "key"): text.Draw(t, "value")}
		}
		for range rapid.IntRange(0, 3).Draw(t, "segments") {
			s := Segment{Name: text.Draw(t, "segment")}
			for range rapid.IntRange(0, 3).Draw(t, "trains") {
				train := SpikeTrain{Name: text.Draw(t, "train"), TStop: units.Time(number.Draw(t, "stop"))}
				for range rapid.IntRange(0, 4).Draw(t, "spikes") {
					train.Times = append(train.Times, units.Time(number.Draw(t, "time")))
				}
				s.SpikeTrains = append(s.SpikeTrains, train)
			}
			for range rapid.IntRange(0, 2).Draw(t, "signals") {
				s.AnalogSignals = append(s.AnalogSignals, AnalogSignal{Name: text.Draw(t, "signal"), Units: "mV", SamplingPeriod: 0.1,
					Values: rapid.SliceOfN(number, 0, 5).Draw(t, "values")})
			}
			b.Segments = append(b.Segments, s)
		}
		if err := b.Save(path); err != nil {
			t.Fatal(err)
		}
		got, err := Load(path)
		if err != nil {
			t.Fatal(err)
		}
		sameBits := cmp.Comparer(func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
		if diff := cmp.Diff(b, got, sameBits); diff != "" {
			t.Fatalf("after loading (-saved +loaded):\n%s", diff)
		}
	})
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.npz")
	if err := (&Block{Name: "b", Segments: []Segment{{Name: "s", SpikeTrains: []SpikeTrain{{Times: []units.Time{1, 2}}}}}}).Save(good); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"truncated": data[:len(data)/2], "empty": {}, "picture": []byte("\x89PNG\r\n\x1a\n"),
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want it to name the file", name, err)
		}
	}
	for i := range data { // a flipped bit is found or harmless, never a panic
		damaged := append([]byte(nil), data...)
		damaged[i] ^= 0x10
		path := filepath.Join(dir, "damaged")
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		_, _ = Load(path)
	}
}

func TestSlice(t *testing.T) {
	train := SpikeTrain{Times: []units.Time{1, 2, 3, 4}, TStop: 5}
	s := train.Slice(2, 3)
	if len(s.Times) != 2 || s.Times[0] != 2 || s.Times[1] != 3 || s.TStart != 2 || s.TStop != 3 {
		t.Errorf("the slice is %+v, want 2 and 3", s)
	}
}

func FuzzLoad(f *testing.F) {
	path := filepath.Join(f.TempDir(), "block.npz")
	b := &Block{Name: "b", Annotations: map[string]string{"seed": "1"}, Segments: []Segment{{Name: "s",
		SpikeTrains:   []SpikeTrain{{Name: "MN_0", Times: []units.Time{1, 2}, TStop: 3}},
		AnalogSignals: []AnalogSignal{{Name: "v", Units: "mV", SamplingPeriod: 0.1, Values: []float64{1, 2}}}}}}
	if err := b.Save(path); err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "f.npz")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := Load(path)
		if err != nil {
			if !strings.Contains(err.Error(), path) {
				t.Errorf("error %v does not name the file", err)
			}
			return
		}
		if err := b.Save(path); err != nil {
			return // text that cannot be written
		}
		if again, err := Load(path); err != nil || again.SpikeSum() != b.SpikeSum() {
			t.Errorf("what was read is not what was written: %v", err)
		}
	})
}

// FuzzCounts exchanges the counts of a good block.
func FuzzCounts(f *testing.F) {
	f.Add(int64(-1), int64(3), uint8(0))
	f.Add(int64(1)<<62, int64(1)<<62, uint8(1))
	f.Fuzz(func(t *testing.T, a, b int64, which uint8) {
		file := npz.File{
			"format": npz.Texts([]string{fileFormat}), "name": npz.Texts([]string{"b"}), "segments": npz.Texts([]string{"s"}),
			"annotations": npz.Texts([]string{}), "0/spike_names": npz.Texts([]string{"x", "y"}),
			"0/spike_counts": npz.Ints([]int64{1, 1}), "0/spike_times_ms": npz.Floats([]float64{1, 2}),
			"0/spike_spans_ms": npz.Floats(make([]float64, 6)), "0/signal_names": npz.Texts([]string{"u", "v"}),
			"0/signal_units": npz.Texts([]string{"mV", "mV"}), "0/signal_counts": npz.Ints([]int64{1, 1}),
			"0/signal_values": npz.Floats([]float64{1, 2}), "0/signal_spans_ms": npz.Floats(make([]float64, 4)),
		}
		file[[]string{"0/spike_counts", "0/signal_counts"}[which%2]] = npz.Ints([]int64{a, b})
		if _, err := decode(file); (err == nil) != (a >= 0 && b >= 0 && a <= 2 && b <= 2 && a+b == 2) {
			t.Errorf("counts %d, %d: error %v", a, b, err)
		}
	})
}
