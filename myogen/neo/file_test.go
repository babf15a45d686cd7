package neo

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

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
