package python

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/pythontest"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

// trains returns trains of uneven intervals.
func trains(t *testing.T) []neo.SpikeTrain {
	t.Helper()
	rng := random.New(42)
	all := make([]neo.SpikeTrain, 5)
	for i := range all {
		all[i] = neo.SpikeTrain{Name: "MN_" + string(rune('0'+i)), TStart: 0, TStop: 5000, SamplingPeriod: 0.1}
		for x := 0.0; ; {
			x += 40 + 60*rng.Float64()
			if x >= 5000 {
				break
			}
			all[i].Times = append(all[i].Times, units.Time(x))
		}
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
		Rates, Histogram []pythontest.Number
		CV, CV2, LV      []pythontest.Number
		Fano             pythontest.Number
	}
	pythontest.Run(t, `
import json, sys
here, path, back = json.load(sys.stdin)
sys.path.append(here)
import gomyogen
block = gomyogen.load(path)
trains = block.segments[1].spiketrains
import numpy as np, quantities as pq
from elephant import statistics as es
num = lambda x: [repr(float(v)) for v in np.ravel(x)]
isis = [es.isi(t) for t in trains]
json.dump({"names": [t.name for t in trains], "units": [a.dimensionality.string for a in block.segments[0].analogsignals],
    "seed": block.annotations["seed"], "rate": str(trains[0].sampling_rate), "stop": str(trains[0].t_stop),
    "rates": num([es.mean_firing_rate(t).rescale("1/s") for t in trains]),
    "histogram": num(es.time_histogram(list(trains), 100 * pq.ms, output="rate").rescale("1/s")),
    "cv": num([es.cv(i) for i in isis]), "cv2": num([es.cv2(i) for i in isis]), "lv": num([es.lv(i) for i in isis]),
    "fano": repr(float(es.fanofactor(list(trains))))}, sys.stdout)
gomyogen.save(back, block)`, []string{here, in, back}, &got)
	if want := []string{"pps", "mV", "dimensionless"}; !slices.Equal(got.Units, want) || got.Seed != "42" || got.Rate != "10000.0 Hz" || got.Stop != "5000.0 ms" || got.Names[4] != "MN_4" {
		t.Errorf("%+v", got)
	}
	var rates, cv, cv2, lv []float64
	for _, x := range b.Segments[1].SpikeTrains {
		r, err := stats.MeanFiringRate(x)
		if err != nil {
			t.Fatal(err)
		}
		rates, cv, cv2, lv = append(rates, float64(r)), append(cv, stats.CV(x)), append(cv2, stats.CV2(x)), append(lv, stats.LV(x))
	}
	histogram, err := stats.TimeHistogram(b.Segments[1].SpikeTrains, 100*units.Ms)
	if err != nil {
		t.Fatal(err)
	}
	fano, err := stats.FanoFactor(b.Segments[1].SpikeTrains)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string][2][]pythontest.Number{
		"mean firing rate": {pythontest.Numbers(rates), got.Rates}, "CV": {pythontest.Numbers(cv), got.CV}, "CV2": {pythontest.Numbers(cv2), got.CV2},
		"LV": {pythontest.Numbers(lv), got.LV}, "Fano factor": {{pythontest.Number(fano)}, {got.Fano}}, "time histogram": {pythontest.Numbers(histogram.Values), got.Histogram},
	} {
		if !pythontest.Near(x[0], x[1], 1e-12) {
			t.Errorf("%s: %v, Elephant has %v", name, x[0][:min(3, len(x[0]))], x[1][:min(3, len(x[1]))])
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
