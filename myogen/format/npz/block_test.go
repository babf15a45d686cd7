package npz

import (
	"bytes"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

func TestWriteAndReadBlockIsTheIdentity(t *testing.T) {
	path := filepath.Join(t.TempDir(), "block.npz")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[a-zA-Zäü∆ _0-9]{0,8}`)
		number := rapid.Float64()
		b := &neo.Block{Name: text.Draw(t, "name")}
		if rapid.Bool().Draw(t, "annotated") {
			b.Annotations = map[string]string{text.Draw(t, "key"): text.Draw(t, "value")}
		}
		for range rapid.IntRange(0, 3).Draw(t, "segments") {
			s := neo.Segment{Name: text.Draw(t, "segment")}
			for range rapid.IntRange(0, 3).Draw(t, "trains") {
				train := neo.SpikeTrain{Name: text.Draw(t, "train"), TStart: units.Time(-rapid.Float64Range(0, math.MaxFloat64).Draw(t, "start")),
					TStop: math.MaxFloat64, SamplingPeriod: units.Time(rapid.Float64Range(0, 1).Draw(t, "period"))}
				times := rapid.SliceOfN(rapid.Float64Range(float64(train.TStart), math.MaxFloat64), 0, 4).Draw(t, "times")
				slices.Sort(times)
				for _, x := range times {
					train.Times = append(train.Times, units.Time(x))
				}
				s.SpikeTrains = append(s.SpikeTrains, train)
			}
			for range rapid.IntRange(0, 2).Draw(t, "signals") {
				s.AnalogSignals = append(s.AnalogSignals, neo.AnalogSignal{Name: text.Draw(t, "signal"), Units: "mV", SamplingPeriod: 0.1,
					Values: rapid.SliceOfN(number, 0, 5).Draw(t, "values")})
			}
			b.Segments = append(b.Segments, s)
		}
		if err := WriteBlock(path, b); err != nil {
			t.Fatal(err)
		}
		got, err := ReadBlock(path)
		if err != nil {
			t.Fatal(err)
		}
		sameBits := cmp.Comparer(func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
		if diff := cmp.Diff(b, got, sameBits); diff != "" {
			t.Fatalf("after reading (-written +read):\n%s", diff)
		}
		var encoded bytes.Buffer
		if err := EncodeBlock(&encoded, b); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, encoded.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err = ReadBlock(path); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(b, got, sameBits); diff != "" {
			t.Fatalf("encoded, after reading (-written +read):\n%s", diff)
		}
	})
}

func goodBlock() *neo.Block {
	return &neo.Block{Name: "b", Annotations: map[string]string{"seed": "1"}, Segments: []neo.Segment{{Name: "s",
		SpikeTrains:   []neo.SpikeTrain{{Name: "MN_0", Times: []units.Time{1, 2}, TStop: 3}, {Name: "MN_1", TStop: 3}},
		AnalogSignals: []neo.AnalogSignal{{Name: "v", Units: "mV", SamplingPeriod: 0.1, Values: []float64{1, 2}}}}}}
}

// Arrays of other types than ours, as Python may write them, make the same block.
func TestBlockOfOtherTypes(t *testing.T) {
	f := encoded(goodBlock())
	f["0/spike_times_ms"] = Ints([]int64{1, 2})
	f["0/spike_counts"] = Floats([]float64{2, 0})
	got, err := DecodeBlock(f)
	if diff := cmp.Diff(goodBlock(), got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestReadBlockRefuses(t *testing.T) {
	dir := t.TempDir()
	nan := math.NaN()
	for want, change := range map[string]func(File){
		`its format is ["gomyogen state 1"], want "gomyogen block 1"`:              func(f File) { f["format"] = Texts([]string{"gomyogen state 1"}) },
		"version 2 of the block format, written by newer software":                 func(f File) { f["format"] = Texts([]string{"gomyogen block 2"}) },
		`there is no array "0/spike_times_ms"`:                                     func(f File) { delete(f, "0/spike_times_ms") },
		`segment "s": train "MN_0": spike 1 is at NaN ms`:                          func(f File) { f["0/spike_times_ms"] = Floats([]float64{1, nan}) },
		`spike 1 is at 1 ms, before spike 0 at 2 ms`:                               func(f File) { f["0/spike_times_ms"] = Floats([]float64{2, 1}) },
		`spike 1 is at 9 ms, outside of t_start`:                                   func(f File) { f["0/spike_times_ms"] = Floats([]float64{1, 9}) },
		`signal "v": the sampling period is 0 ms`:                                  func(f File) { f["0/signal_spans_ms"] = Floats([]float64{0, 0}) },
		`array "0/spike_counts": value 0 is 3, and array "0/spike_times_ms" has 2`: func(f File) { f["0/spike_counts"] = Ints([]int64{3, 0}) },
		`array "0/spike_counts": value 1 is -1`:                                    func(f File) { f["0/spike_counts"] = Ints([]int64{1, -1}) },
		`array "0/spike_counts": the counts leave 1 values`:                        func(f File) { f["0/spike_counts"] = Ints([]int64{1, 0}) },
		`array "0/spike_counts": it has 1 values, want 2`:                          func(f File) { f["0/spike_counts"] = Ints([]int64{2}) },
		`array "0/spike_counts": value 1 is 0.5, not an integer`:                   func(f File) { f["0/spike_counts"] = Floats([]float64{2, 0.5}) },
		`array "0/spike_times_ms": it holds text, not numbers`:                     func(f File) { f["0/spike_times_ms"] = Texts([]string{"1", "2"}) },
		`array "0/signal_units": it has 2 values, want 1`:                          func(f File) { f["0/signal_units"] = Texts([]string{"mV", "mV"}) },
		`array "annotations": it holds 1 texts`:                                    func(f File) { f["annotations"] = Texts([]string{"seed"}) },
		`array "name": it holds integers, not text`:                                func(f File) { f["name"] = Ints([]int64{1}) },
		`array "0/spike_times_ms": value 0 is the integer 9007199254740993`:        func(f File) { f["0/spike_times_ms"] = Ints([]int64{1<<53 + 1, 1<<53 + 2}) },
		`array "annotations": the key "seed" is there twice`:                       func(f File) { f["annotations"] = Texts([]string{"seed", "1", "seed", "2"}) },
		`array "0/signal_binned": value 0 is 2, must be 0 or 1`:                    func(f File) { f["0/signal_binned"] = Ints([]int64{2}) },
		`array "0/signal_bined": a segment has no "signal_bined"; it has`:          func(f File) { f["0/signal_bined"] = Ints([]int64{1}) },
		`array "1/spike_names": there is no segment 1; there are 1`:                func(f File) { f["1/spike_names"] = Texts([]string{"MN_0"}) },
		`array "0/signal_counts": value 0 is 9223372036854775807`:                  func(f File) { f["0/signal_counts"] = Ints([]int64{math.MaxInt64}) },
	} {
		f := encoded(goodBlock())
		change(f)
		path := filepath.Join(dir, "block.npz")
		if err := Write(path, f); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadBlock(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want it to name the file and say %q", err, want)
		}
	}
	bad := goodBlock()
	bad.Segments[0].SpikeTrains[0].Times[0] = units.Time(nan)
	path := filepath.Join(dir, "bad.npz")
	if err := WriteBlock(path, bad); err == nil || !strings.Contains(err.Error(), "spike 0 is at NaN ms") {
		t.Errorf("a block that cannot be read: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("it was written")
	}
}

// Each array of a block is missed, and known when its name is misspelt, it is a table, or it
// has one value more or less.
func TestEveryArrayOfABlockCounts(t *testing.T) {
	good := goodBlock()
	good.Segments[0].AnalogSignals[0].Binned = true
	good.Annotations = map[string]string{"seed": "1"}
	whole := encoded(good)
	if _, err := DecodeBlock(whole); err != nil {
		t.Fatal(err)
	}
	own := File{"mine": Floats([]float64{1}), "a/b": Texts([]string{"x"}), "-/spike_names": Ints([]int64{1})} // arrays of others
	maps.Copy(own, whole)
	if _, err := DecodeBlock(own); err != nil {
		t.Error(err)
	}
	for name, a := range whole {
		for what, change := range map[string]func(File){
			"left out": func(f File) { delete(f, name) },
			"misspelt": func(f File) { delete(f, name); f[name+"s"] = a },
			"a table":  func(f File) { b := a; b.Shape = []int{1, max(1, len(a.Text)+len(a.Int)+len(a.Float))}; f[name] = b },
			"a value more": func(f File) {
				switch {
				case a.Text != nil:
					f[name] = Texts(append(slices.Clone(a.Text), ""))
				case a.Int != nil:
					f[name] = Ints(append(slices.Clone(a.Int), 1))
				default:
					f[name] = Floats(append(slices.Clone(a.Float), 1e6))
				}
			},
			"infinite":   func(f File) { f[name] = Floats([]float64{math.Inf(1)}) },
			"other text": func(f File) { f[name] = Texts([]string{"a", "b", "c"}) },
		} {
			f := maps.Clone(whole)
			change(f)
			optional := name == "0/signal_binned" && what == "left out"
			if _, err := DecodeBlock(f); (err == nil) != optional {
				t.Errorf("%s %s: error %v", name, what, err)
			}
		}
	}
}

func TestDamagedFiles(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.npz")
	if err := WriteBlock(good, goodBlock()); err != nil {
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
		if _, err := ReadBlock(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want it to name the file", name, err)
		}
	}
	for i := range data { // a flipped bit is found or harmless, never a panic
		damaged := slices.Clone(data)
		damaged[i] ^= 0x10
		if f, err := decode(damaged); err == nil {
			_, _ = DecodeBlock(f)
		}
	}
}

// FuzzReadBlock exchanges one array of a good block.
func FuzzReadBlock(f *testing.F) {
	good := encoded(goodBlock())
	names := good.Names()
	for i, name := range names {
		var b bytes.Buffer
		if err := encodeArray(&b, good[name]); err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), b.Bytes())
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		left := int64(1 << 20)
		a, err := Reader{}.decodeArray(bytes.NewReader(data), int64(len(data)), &left)
		if err != nil {
			return
		}
		file := encoded(goodBlock())
		file[names[int(which)%len(names)]] = a
		b, err := DecodeBlock(file)
		if err != nil {
			return
		}
		again, err := DecodeBlock(encoded(b))
		if err != nil || again.SpikeSHA256() != b.SpikeSHA256() {
			t.Errorf("what was read is not what was written: %v", err)
		}
	})
}

// FuzzCounts exchanges the counts of a good block.
func FuzzCounts(f *testing.F) {
	f.Add(int64(-1), int64(3), uint8(0))
	f.Add(int64(1)<<62, int64(1)<<62, uint8(1))
	f.Add(int64(2), int64(0), uint8(0))
	good := goodBlock()
	s := &good.Segments[0]
	s.AnalogSignals = append(s.AnalogSignals, neo.AnalogSignal{Name: "u", SamplingPeriod: 1})
	f.Fuzz(func(t *testing.T, a, b int64, which uint8) {
		file := encoded(good)
		file[[]string{"0/spike_counts", "0/signal_counts"}[which%2]] = Ints([]int64{a, b})
		if _, err := DecodeBlock(file); (err == nil) != (a >= 0 && b >= 0 && a <= 2 && b <= 2 && a+b == 2) {
			t.Errorf("counts %d, %d: error %v", a, b, err)
		}
	})
}

// Ten million spikes.
func BenchmarkWriteBlock(b *testing.B) {
	block, path := manySpikes(), filepath.Join(b.TempDir(), "f.npz")
	b.ReportAllocs()
	for b.Loop() {
		if err := WriteBlock(path, block); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadBlock(b *testing.B) {
	block, path := manySpikes(), filepath.Join(b.TempDir(), "f.npz")
	if err := WriteBlock(path, block); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadBlock(path); err != nil {
			b.Fatal(err)
		}
	}
}

func manySpikes() *neo.Block {
	const trains, spikes = 1000, 10_000
	s := neo.Segment{Name: "aMN", SpikeTrains: make([]neo.SpikeTrain, trains)}
	for i := range s.SpikeTrains {
		t := &s.SpikeTrains[i]
		t.TStop = 1000 * units.S
		for k := range spikes {
			t.Times = append(t.Times, units.Time(float64(k)*99.9+float64(i)*0.1))
		}
	}
	return &neo.Block{Segments: []neo.Segment{s}}
}

// encoded returns the arrays of a block.
func encoded(b *neo.Block) File {
	f := File{}
	for name, s := range encodeBlock(b) {
		row := Floats([]float64{})
		_ = s.each(func(a Array) error {
			if !s.row {
				f[name] = a
				return nil
			}
			row = Floats(append(row.Float, a.Float...))
			return nil
		})
		if s.row {
			f[name] = row
		}
	}
	return f
}
