package python

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gomyogen/myogen/format/internal/blocktest"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/pythontest"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

// trains returns trains of uneven intervals on the steps of a run.
func trains(t *testing.T) []neo.SpikeTrain {
	t.Helper()
	rng := random.New(42)
	all := make([]neo.SpikeTrain, 5)
	for i := range all {
		all[i] = neo.SpikeTrain{Name: "MN_" + string(rune('0'+i)), TStart: 0, TStop: 5000, SamplingPeriod: 0.1}
		for x := 0.0; ; {
			x += 40 + 60*rng.Float64()
			if x >= 4999 {
				break
			}
			all[i].Times = append(all[i].Times, units.Time(0.1*math.Round(10*x)))
		}
	}
	return all
}

// elephant loads a block by the documented lines and computes Elephant's statistics.
const elephant = `
import json, sys
here, path, back = json.load(sys.stdin)
sys.path.append(here)
import gomyogen
block = gomyogen.load(path)
trains = block.segments[1].spiketrains
import numpy as np, quantities as pq
import elephant.conversion, elephant.kernels, elephant.spectral, elephant.spike_train_correlation
from elephant import statistics as es
num = lambda x: [repr(float(v)) for v in np.ravel(x)]
isis = [es.isi(t) for t in trains]

class Hann(elephant.kernels.SymmetricKernel):
    """A Hann window of n samples, an odd number, at a period in ms, with area 1."""
    min_cutoff = 1.0
    def __init__(self, n, period):
        self.n, self.period = n, period
        super().__init__(sigma=(n - 1) / 2 * period * pq.ms)
    def _evaluate(self, times):
        x = times.rescale(pq.ms).magnitude / self.period
        return (0.5 + 0.5 * np.cos(2 * np.pi * x / (self.n - 1))) / (np.hanning(self.n).sum() * self.period) / pq.ms
    def icdf(self, fraction):
        return 0 * pq.ms

def cst(group, ms):
    return elephant.conversion.BinnedSpikeTrain(list(group), bin_size=ms * pq.ms).to_array().sum(axis=0).astype(float)

binned = [elephant.conversion.BinnedSpikeTrain(t, bin_size=1 * pq.ms) for t in trains[:2]]
f, coherence, _ = elephant.spectral.welch_coherence(cst(trains[::2], 1), cst(trains[1::2], 1), len_segment=500, overlap=0, fs=1000)
json.dump({"names": [t.name for t in trains], "units": [a.dimensionality.string for a in block.segments[0].analogsignals],
    "seed": block.annotations["seed"], "rate": str(trains[0].sampling_rate), "stop": str(trains[0].t_stop), "numbers": {
    "mean firing rate": num([es.mean_firing_rate(t).rescale("1/s") for t in trains]),
    "time histogram": num(es.time_histogram(list(trains), 100 * pq.ms, output="rate").rescale("1/s")),
    "instantaneous rate": num(np.concatenate([es.instantaneous_rate(t, sampling_period=0.1 * pq.ms, kernel=Hann(401, 0.1), cutoff=1.0).magnitude
                                              for t in trains])),
    "CV": num([es.cv(i) for i in isis]), "CV2": num([es.cv2(i) for i in isis]), "LV": num([es.lv(i) for i in isis]),
    "Fano factor": num([es.fanofactor(list(trains))]),
    "cross-correlogram": num(elephant.spike_train_correlation.cross_correlation_histogram(*binned, window=[-50, 50])[0].magnitude),
    "cumulative spike train": num(cst(trains, 1)), "frequencies": num(f), "pooled coherence": num(coherence)}}, sys.stdout)
gomyogen.save(back, block)`

// statistics returns ours under the names of those of Elephant's.
func statistics(t *testing.T, trains []neo.SpikeTrain) map[string][]pythontest.Number {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	var rates, cv, cv2, lv, instantaneous []float64
	for _, x := range trains {
		r, err := stats.MeanFiringRate(x)
		check(err)
		rates, cv, cv2, lv = append(rates, float64(r)), append(cv, stats.CV(x)), append(cv2, stats.CV2(x)), append(lv, stats.LV(x))
	}
	signals, err := stats.InstantaneousRatesEvery(trains, 40.1*units.Ms, 0.1*units.Ms)
	check(err)
	for _, s := range signals {
		instantaneous = append(instantaneous, s.Values...)
	}
	histogram, err := stats.TimeHistogram(trains, 100*units.Ms)
	check(err)
	fano, err := stats.FanoFactor(trains)
	check(err)
	correlogram, err := stats.CrossCorrelogram(trains[0], trains[1], 1*units.Ms, 50*units.Ms)
	check(err)
	cst, err := stats.CumulativeSpikeTrain(trains, 1*units.Ms)
	check(err)
	var even, odd []neo.SpikeTrain
	for i, x := range trains {
		if i%2 == 0 {
			even = append(even, x)
		} else {
			odd = append(odd, x)
		}
	}
	spectrum, err := stats.PooledCoherence(even, odd, 1*units.Ms, 500*units.Ms)
	check(err)
	all := map[string][]pythontest.Number{}
	for name, x := range map[string][]float64{
		"mean firing rate": rates, "time histogram": histogram.Values, "instantaneous rate": instantaneous, "CV": cv, "CV2": cv2, "LV": lv,
		"Fano factor": {fano}, "cross-correlogram": correlogram.Values, "cumulative spike train": cst.Values,
		"frequencies": spectrum.Frequencies, "pooled coherence": spectrum.Coherence(),
	} {
		all[name] = pythontest.Numbers(x)
	}
	return all
}

// The documented lines give Neo's block, and Elephant on it our numbers; save is
// the way back.
func TestNeoAndElephant(t *testing.T) {
	b := &neo.Block{Name: "run", Annotations: map[string]string{"seed": "42"}, Segments: []neo.Segment{
		{Name: "DD", AnalogSignals: []neo.AnalogSignal{
			{Name: "drive", Units: "pps", SamplingPeriod: 0.1, TStart: 2, Values: []float64{1, 2}},
			{Name: "V", Units: "mV", SamplingPeriod: 0.1, Values: []float64{-70, 2}},
			{Name: "power", Units: "odd unit", SamplingPeriod: 0.1, Values: []float64{1}}}},
		{Name: "aMN", SpikeTrains: trains(t)},
	}}
	dir := t.TempDir()
	in, back := filepath.Join(dir, "results.npz"), filepath.Join(dir, "back.npz")
	if err := npz.WriteBlock(in, b); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Names            []string
		Units            []string
		Seed, Rate, Stop string
		Numbers          map[string][]pythontest.Number
	}
	pythontest.Run(t, elephant, []string{here, in, back}, &got)
	if want := []string{"pps", "mV", "dimensionless"}; !slices.Equal(got.Units, want) || got.Seed != "42" || got.Rate != "10000.0 Hz" || got.Stop != "5000.0 ms" || got.Names[4] != "MN_4" {
		t.Errorf("%+v", got)
	}
	loaded, err := npz.ReadBlock(in)
	if err != nil {
		t.Fatal(err)
	}
	if c := stats.Compare(b, loaded); !c.Identical() {
		t.Fatalf("the loaded block is not the saved one: %v", c)
	}
	ours := statistics(t, loaded.Segments[1].SpikeTrains)
	if len(got.Numbers) != len(ours) {
		t.Errorf("Elephant has %d statistics, want %d", len(got.Numbers), len(ours))
	}
	for name, x := range ours {
		if theirs := got.Numbers[name]; len(x) == 0 || !pythontest.Near(x, theirs, 1e-12) {
			t.Errorf("%s: %v, Elephant has %v", name, x[:min(3, len(x))], theirs[:min(3, len(theirs))])
		}
	}
	again, err := npz.ReadBlock(back)
	if err != nil {
		t.Fatal(err)
	}
	if c := stats.Compare(b, again); !c.Identical() || again.Annotations["seed"] != "42" || again.Segments[0].AnalogSignals[2].Units != "odd unit" {
		t.Errorf("the way back: %v", c)
	}
}

// Loaded and saved, a block is what it was, to the last bit of every number and the
// last character of every unit.
func TestLoadAndSaveIsTheIdentity(t *testing.T) {
	dir := t.TempDir()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	in, back := filepath.Join(dir, "in.npz"), filepath.Join(dir, "back.npz")
	if err := npz.WriteBlock(in, blocktest.Awkward()); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Units []string
		Other string
	}
	pythontest.Run(t, `
import json, sys
here, path, back = json.load(sys.stdin)
sys.path.append(here)
import gomyogen, quantities as pq
block = gomyogen.load(path)
gomyogen.save(back, block)
first = block.segments[0].analogsignals[:7]
changed = gomyogen.load(path).segments[0].analogsignals[5].rescale("V*s")
json.dump({"units": [a.dimensionality.string for a in first], "other": gomyogen._unit_text(changed)}, sys.stdout)`, []string{here, in, back}, &got)
	want := []string{"mV", "pps", "dimensionless", "dimensionless", "dimensionless", "s*mV", "ct"}
	if !slices.Equal(got.Units, want) || got.Other != "s*V" {
		t.Errorf("%+v, want %v", got, want)
	}
	again, err := npz.ReadBlock(back)
	if diff := cmp.Diff(blocktest.Awkward(), again, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// Names in any script, with quotes, of two channels or populations, negative starts,
// empty trains, populations without signals and signals of one sample come to Neo as they
// are and back again.
func TestOddBlocksInNeo(t *testing.T) {
	channels := func(name string, start units.Time) neo.Segment {
		return neo.Segment{Name: name, SpikeTrains: []neo.SpikeTrain{
			{Name: `the "first"`, TStart: start, TStop: start + 100},
			{Name: "運動 é 🧠", Times: []units.Time{start, start + 0.1, start + 100}, TStart: start, TStop: start + 100, SamplingPeriod: 0.1},
			{Name: "MN", Times: []units.Time{start + 50}, TStart: start, TStop: start + 100}, {Name: "MN", TStart: start, TStop: start + 100},
		}, AnalogSignals: []neo.AnalogSignal{
			{Name: "V", Units: "uV", TStart: start, SamplingPeriod: 0.5, Values: []float64{-0.25}},
			{Name: "V", Units: "nA", TStart: start, SamplingPeriod: 0.1, Values: []float64{1, 2, 3}},
			{Name: `it's "µ"`, Units: "N", TStart: start + 3, SamplingPeriod: 1.0 / 3, Values: []float64{1e-300, 1e300}},
			{Name: "rate", Units: "kHz", TStart: start, SamplingPeriod: 2, Values: []float64{0.065}},
		}}
	}
	b := &neo.Block{Name: `Größe \ "x"`, Annotations: map[string]string{`"k'`: "ü\n"}, Segments: []neo.Segment{
		channels("left", -250.5), channels("right", 1e6), {Name: "silent", SpikeTrains: []neo.SpikeTrain{{Name: "MN", TStart: -1, TStop: 0}}}, {Name: ""}, channels("left", -0.1),
	}}
	dir := t.TempDir()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	in, back := filepath.Join(dir, "in.npz"), filepath.Join(dir, "back.npz")
	if err := npz.WriteBlock(in, b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Trains, Signals []string
		Numbers         []pythontest.Number
	}
	pythontest.Run(t, `
import json, sys
here, path, back = json.load(sys.stdin)
sys.path.append(here)
import gomyogen
block = gomyogen.load(path)
gomyogen.save(back, block)
s = block.segments[0]
json.dump({"trains": [t.name for t in s.spiketrains], "signals": [a.name + " " + a.dimensionality.string for a in s.analogsignals],
    "numbers": [repr(float(x)) for t in s.spiketrains for x in (t.t_start, t.t_stop, *t.magnitude)]
             + [repr(float(x)) for a in s.analogsignals for x in (a.t_start.rescale("ms"), *a.magnitude[:, 0])]}, sys.stdout)`, []string{here, in, back}, &got)
	var want []pythontest.Number
	var trains, signals []string
	for _, x := range b.Segments[0].SpikeTrains {
		trains = append(trains, x.Name)
		want = append(want, pythontest.Numbers(append([]units.Time{x.TStart, x.TStop}, x.Times...))...)
	}
	for _, a := range b.Segments[0].AnalogSignals {
		signals = append(signals, a.Name+" "+a.Units)
		want = append(want, pythontest.Numbers(append([]float64{float64(a.TStart)}, a.Values...))...)
	}
	if !slices.Equal(got.Trains, trains) || !slices.Equal(got.Signals, signals) || !slices.Equal(got.Numbers, want) {
		t.Errorf("Neo has %+v,\nwant %q, %q, %v", got, trains, signals, want)
	}
	again, err := npz.ReadBlock(back)
	if diff := cmp.Diff(b, again, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// Saving names what a file has no place for and what it changes, refuses other formats,
// and leaves the old file after an error; loading says what is no file of ours.
func TestSaveSaysWhatIsLost(t *testing.T) {
	dir := t.TempDir()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Warnings, Errors, Files []string
		Old, Mode               bool
		Times                   []float64
	}
	pythontest.Run(t, `
import json, os, stat, sys, warnings
here, dir = json.load(sys.stdin)
sys.path.append(here)
import gomyogen, neo, numpy as np, quantities as pq
os.chdir(dir)
block, segment = neo.Block(), neo.Segment(name="TA")
block.segments.append(segment)
segment.spiketrains.append(neo.SpikeTrain([3, 1] * pq.ms, t_stop=5 * pq.ms, name="MU_1", cell_idx=7))
segment.events.append(neo.Event([1] * pq.s, labels=["go"]))
segment.epochs.append(neo.Epoch([1] * pq.s, durations=[1] * pq.s, labels=["hold"]))
segment.irregularlysampledsignals.append(neo.IrregularlySampledSignal([0, 1, 5] * pq.s, [1, 2, 3] * pq.N))
with warnings.catch_warnings(record=True) as all:
    warnings.simplefilter("always")
    gomyogen.save("a.npz", block)
errors = []
def fails(f, *args):
    try:
        f(*args)
    except Exception as e:
        errors.append(str(e))
fails(gomyogen.save, "a.csv", block)
open("b.csv", "w").write("unit,time\n")
fails(gomyogen.load, "b.csv")
np.savez("c.npz", format=np.array([{}], dtype=object))
fails(gomyogen.load, "c.npz")
os.chmod("a.npz", 0o640)
before, write = open("a.npz", "rb").read(), np.savez_compressed
def breaks(file, **arrays):
    file.write(b"half")
    raise OSError("the disk is full")
np.savez_compressed = breaks
warnings.simplefilter("ignore")
fails(gomyogen.save, "a.npz", block)
old, np.savez_compressed = open("a.npz", "rb").read() == before, write
gomyogen.save("a.npz", block)
json.dump({"warnings": [str(w.message) for w in all], "errors": errors, "files": sorted(os.listdir()), "old": old,
    "mode": stat.S_IMODE(os.stat("a.npz").st_mode) == 0o640, "times": gomyogen.load("a.npz").segments[0].spiketrains[0].magnitude.tolist()}, sys.stdout)`,
		[]string{here, dir}, &got)
	wantWarnings := []string{
		"a.npz has no place for, and does not hold: events (1), epochs (1), irregularlysampledsignals (1), annotation 'cell_idx' of spike trains (1)",
		"the spike times of these trains were not in rising order, and are sorted: MU_1",
	}
	wantErrors := []string{
		"a.csv must end in .npz: gomyogen.save writes no other format",
		`b.csv is not an .npz file of gomyogen; "myogen convert" makes one of a .csv, .nwb, .mat and others`,
		"c.npz does not hold a block: its array 'format' is no text",
		"the disk is full",
	}
	if diff := cmp.Diff(wantWarnings, got.Warnings) + cmp.Diff(wantErrors, got.Errors); diff != "" {
		t.Error(diff)
	}
	if !got.Old || !got.Mode || !slices.Equal(got.Files, []string{"a.npz", "b.csv", "c.npz"}) || !slices.Equal(got.Times, []float64{1, 3}) {
		t.Errorf("%+v", got)
	}
}
