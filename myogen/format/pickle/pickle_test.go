package pickle_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/format/pickle"
	"gomyogen/myogen/internal/pythontest"
	"gomyogen/myogen/units"
)

// What joblib writes is read without Python.
func TestReadFloats(t *testing.T) {
	dir := t.TempDir()
	var want []float64
	pythontest.Run(t, `
import json, sys, pickle, joblib, numpy as np
dir = json.load(sys.stdin)
x = np.random.default_rng(42).random(100)
for p in (2, 3, 4, 5): joblib.dump(x, f"{dir}/p{p}.pkl", protocol=p)
joblib.dump(x, f"{dir}/default.pkl")
joblib.dump(x.astype(">f8"), f"{dir}/big.pkl")
joblib.dump(x.astype("f4"), f"{dir}/single.pkl")
joblib.dump(np.zeros(0), f"{dir}/empty.pkl")
joblib.dump(x.reshape(10, 10), f"{dir}/matrix.pkl")
joblib.dump(np.arange(3), f"{dir}/ints.pkl")
joblib.dump(np.array([{}], dtype=object), f"{dir}/objects.pkl")
joblib.dump([x, x], f"{dir}/two.pkl")
joblib.dump(x, f"{dir}/zlib.pkl", compress=3)
joblib.dump(x, f"{dir}/gzip.pkl", compress=("gzip", 3))
joblib.dump(x, f"{dir}/bz2.pkl", compress=("bz2", 3))
joblib.dump(np.zeros(10_000_000), f"{dir}/bomb.pkl", compress=9)
joblib.dump(np.asfortranarray(x.reshape(10, 10)), f"{dir}/fortran.pkl")
joblib.dump(x.astype("f2"), f"{dir}/half.pkl")
joblib.dump(np.zeros(2, dtype=[("x", "f8")]), f"{dir}/structured.pkl")
plain, packed = open(f"{dir}/default.pkl", "rb").read(), open(f"{dir}/zlib.pkl", "rb").read()
for name, b in {"trailing": plain + b"x", "cut": packed[:-9], "short": plain[:-100]}.items():
    with open(f"{dir}/{name}.pkl", "wb") as f: f.write(b)
class Evil:
    def __reduce__(self): return (open, (f"{dir}/evil", "w"))
with open(f"{dir}/evil.pkl", "wb") as f: pickle.dump(Evil(), f)
joblib.dump([x, Evil()], f"{dir}/evil2.pkl")
json.dump(list(x), sys.stdout)`, dir, &want)
	for _, name := range []string{"p2", "p3", "p4", "p5", "default", "big", "zlib", "gzip"} {
		if x, err := pickle.ReadFloats(filepath.Join(dir, name+".pkl")); err != nil || !slices.Equal(x, want) {
			t.Errorf("%s: %v, %v", name, x, err)
		}
	}
	single, err := pickle.ReadFloats(filepath.Join(dir, "single.pkl"))
	if err != nil || len(single) != 100 || math.Abs(single[7]-want[7]) > 1e-7 {
		t.Errorf("%v, %v", single, err)
	}
	if x, err := pickle.ReadFloats(filepath.Join(dir, "empty.pkl")); err != nil || len(x) != 0 {
		t.Errorf("%v, %v", x, err)
	}
	for name, want := range map[string]string{
		"matrix": "2 dimensions", "ints": "dtype i8", "objects": "dtype O8", "two": "one array", "bz2": "in a compression that is not read",
		"trailing": "something follows the end", "cut": "damaged", "short": "the file has", "fortran": "2 dimensions", "half": "dtype f2", "structured": "",
		"bomb": "grows to more than", "evil": "it names", "evil2": "", "none": "no such file",
	} {
		if _, err := pickle.ReadFloats(filepath.Join(dir, name+".pkl")); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "evil")); err == nil {
		t.Error("a pickle was executed")
	}
}

// wanted is what is in the files of testdata, which MyoGen made; see testdata/make.py.
func wanted(t *testing.T) (w struct {
	Thresholds, Drive, Current, Potential []float64
	Trains                                map[string]map[string][]float64
	Samples                               int
}) {
	t.Helper()
	text, err := os.ReadFile("testdata/want.json")
	if err == nil {
		err = json.Unmarshal(text, &w)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestThresholdsOfMyoGen(t *testing.T) {
	for _, name := range []string{"thresholds.pkl", "thresholds_compressed.pkl"} {
		x, err := pickle.ReadFloats(filepath.Join("testdata", name))
		if err != nil || len(x) != 100 || !slices.Equal(x, wanted(t).Thresholds) {
			t.Errorf("%s: %v, %v", name, x, err)
		}
	}
	if _, err := pickle.ReadFloats("testdata/thresholds_object.pkl"); err == nil || !strings.Contains(err.Error(), "it names myogen.simulator") {
		t.Error(err)
	}
}

// Its drive is an AnalogSignal, its results are a Block, whose trains come in the
// order of the cells.
func TestBlocksOfMyoGen(t *testing.T) {
	pythontest.DataFolder(t)
	want := wanted(t)
	b, err := pickle.ReadBlockUnsafe(t.Context(), "testdata/trapezoid_drive_pattern.pkl")
	if err != nil {
		t.Fatal(err)
	}
	if a := b.Segments[0].AnalogSignals[0]; a.Units != "pps" || a.SamplingPeriod != 0.1 || a.Name != "trapezoid" || !slices.Equal(a.Values, want.Drive) {
		t.Errorf("%+v", a)
	}
	if b, err = pickle.ReadBlockUnsafe(t.Context(), "testdata/trapezoid_current.pkl"); err != nil {
		t.Fatal(err)
	}
	if a := b.Segments[0].AnalogSignals; len(a) != 2 || a[1].Units != "nA" || !slices.Equal(a[1].Values, want.Current) {
		t.Errorf("%+v", a)
	}
	if b, err = pickle.ReadBlockUnsafe(t.Context(), "testdata/block.pkl"); err != nil {
		t.Fatal(err)
	}
	for _, s := range b.Segments {
		last := -1
		for _, x := range s.SpikeTrains {
			var cell int
			if _, err := fmt.Sscanf(x.Name, s.Name+"_cell%d_spikes", &cell); err != nil || cell <= last {
				t.Errorf("%s: %s after cell %d, %v", s.Name, x.Name, last, err)
			}
			last = cell
			times := make([]float64, len(x.Times))
			for i, v := range x.Times {
				times[i] = float64(v)
			}
			if !slices.Equal(times, want.Trains[s.Name][x.Name]) || x.SamplingPeriod != 0.1 || len(times) == 0 {
				t.Errorf("%s: %v, want %v", x.Name, times, want.Trains[s.Name][x.Name])
			}
		}
		if len(s.SpikeTrains) != len(want.Trains[s.Name]) || last < 0 {
			t.Errorf("%s: %d trains", s.Name, len(s.SpikeTrains))
		}
	}
	if a := b.Segments[1].AnalogSignals[0]; a.Units != "mV" || len(a.Values) != want.Samples || !slices.Equal(a.Values[:3], want.Potential) {
		t.Errorf("%s %s: %d samples, %v", a.Name, a.Units, len(a.Values), a.Values[:3])
	}
	_, err = pickle.ReadBlockUnsafe(t.Context(), "testdata/thresholds_object.pkl")
	if err == nil || !strings.Contains(err.Error(), "objects of the Python package myogen") {
		t.Error(err)
	}
}

// Whatever else people pickle of Neo.
func TestReadBlockUnsafe(t *testing.T) {
	pythontest.DataFolder(t)
	dir := t.TempDir()
	var done bool
	pythontest.Run(t, `
import json, sys, joblib, neo, numpy as np, quantities as pq
dir = json.load(sys.stdin)
drive = neo.AnalogSignal(np.arange(4.0), units=pq.mV, sampling_period=0.05 * pq.ms, name="trapezoid")
joblib.dump(drive, f"{dir}/drive.pkl")
b = neo.Block(name="run", seed=42)
s = neo.Segment(name="aMN")
s.spiketrains.append(neo.SpikeTrain([0.5, 0.75], units=pq.s, t_stop=2 * pq.s, sampling_rate=10 * pq.kHz, name="MN_0"))
b.segments.append(s)
joblib.dump(b, f"{dir}/block.pkl")
joblib.dump({"a": 1}, f"{dir}/dict.pkl")
json.dump(True, sys.stdout)`, dir, &done)
	b, err := pickle.ReadBlockUnsafe(t.Context(), filepath.Join(dir, "drive.pkl"))
	if err != nil {
		t.Fatal(err)
	}
	if a := b.Segments[0].AnalogSignals[0]; a.Units != "mV" || a.SamplingPeriod != 0.05 || a.Name != "trapezoid" || !slices.Equal(a.Values, []float64{0, 1, 2, 3}) {
		t.Errorf("%+v", a)
	}
	b, err = pickle.ReadBlockUnsafe(t.Context(), filepath.Join(dir, "block.pkl"))
	if err != nil {
		t.Fatal(err)
	}
	x := b.Segments[0].SpikeTrains[0]
	if b.Annotations["seed"] != "42" || x.Name != "MN_0" || x.TStop != 2000 || x.SamplingPeriod != 0.1 || !slices.Equal(x.Times, []units.Time{500, 750}) {
		t.Errorf("%+v", b)
	}
	if _, err := pickle.ReadBlockUnsafe(t.Context(), filepath.Join(dir, "dict.pkl")); err == nil || !strings.Contains(err.Error(), "it holds a dict") {
		t.Error(err)
	}
}

func FuzzDecodeFloats(f *testing.F) {
	f.Add([]byte("\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x05numpy\x94\x8c\x05dtype\x94\x93\x94\x8c\x02f8\x94\x89\x88\x87\x94R\x94."))
	f.Add([]byte("\x80\x02(K\x01h\x00tbs."))
	f.Fuzz(func(t *testing.T, b []byte) {
		if x, err := pickle.DecodeFloats(bytes.NewReader(b), int64(len(b))); err == nil && 4*len(x) > len(b) {
			t.Errorf("%d numbers of %d bytes", len(x), len(b))
		}
	})
}
