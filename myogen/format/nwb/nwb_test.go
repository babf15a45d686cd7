package nwb_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gomyogen/myogen/format/nwb"
	"gomyogen/myogen/internal/pythontest"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// result is a block with all that is awkward: times that are no thousand times a
// time in s, a population without cells, a silent cell, equal names, NaN.
func result() *neo.Block {
	train := func(name string, times ...units.Time) neo.SpikeTrain {
		return neo.SpikeTrain{Name: name, Times: times, TStop: 2000, SamplingPeriod: 0.1}
	}
	var steps []units.Time
	for i := range 400 {
		steps = append(steps, units.Time(0.1*float64(10001+i)))
	}
	return &neo.Block{
		Name:        "NERLab",
		Annotations: map[string]string{"seed": "42", "µ": "a, \"b\""},
		Segments: []neo.Segment{
			{Name: "DD", SpikeTrains: []neo.SpikeTrain{train("DD_0", 0, 0.1, 3)}, AnalogSignals: []neo.AnalogSignal{
				{Name: "drive", Units: "pps", SamplingPeriod: 0.1, Values: []float64{1, 2.5, math.Pi}},
			}},
			{Name: "silent/odd:name"},
			{Name: "aMN", SpikeTrains: []neo.SpikeTrain{train("MN_0", steps...), train("MN_1")}, AnalogSignals: []neo.AnalogSignal{
				{Name: "V", Units: "mV", SamplingPeriod: 0.3, TStart: 7.7, Values: []float64{-70, math.NaN(), 3}},
				{Name: "V", Units: "weird^2", SamplingPeriod: 1, Values: []float64{1}},
				{Name: "gates", Units: "", SamplingPeriod: 1, Values: []float64{0, 1}},
			}},
		},
	}
}

var session = nwb.Session{
	Report: `{"seed": 42, "session": {"date": "2026-05-01T10:00:00Z"}}`, Experiment: "seed: 42\n", ExperimentFile: "x.yaml",
	Thresholds: map[string][]float64{"aMN": {0.5, 1}},
}

// What pynwb and nwbinspector say of the file, and what is in it.
func TestWriteForOthers(t *testing.T) {
	pythontest.DataFolder(t)
	path := filepath.Join(t.TempDir(), "a.nwb")
	if err := nwb.Write(path, result(), session); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Errors, Messages          []string
		Spikes                    []pythontest.Number
		Names, Populations        []string
		Thresholds                []pythontest.Number
		Resolution                float64
		Observed                  []float64
		Unit                      string
		Rate                      float64
		Start, Script, Identifier string
		Subject                   string
	}
	pythontest.Run(t, `
import json, sys, numpy as np
from pynwb import NWBHDF5IO, validate
from nwbinspector import inspect_nwbfile
path = json.load(sys.stdin)
out = {"errors": [str(e) for e in validate(path=path)],
       "messages": [f"{m.importance.name}: {m.message}" for m in inspect_nwbfile(nwbfile_path=path)]}
with NWBHDF5IO(path, "r") as io:
    f = io.read()
    u = f.units
    out.update(spikes=[repr(float(x)) for x in u["spike_times"][1] * 1000], names=list(u["unit_name"][:]), populations=list(u["population"][:]),
               thresholds=[repr(float(x)) for x in u["recruitment_threshold"][:]], resolution=u.resolution,
               observed=list(map(float, np.ravel(u["obs_intervals"][1]))), unit=f.stimulus["DD drive"].unit, rate=f.acquisition["aMN V"].rate,
               start=f.session_start_time.isoformat(), script=f.source_script, identifier=f.identifier, subject=f.subject.description)
json.dump(out, sys.stdout)`, path, &got)
	if len(got.Errors) > 0 {
		t.Errorf("pynwb.validate: %q", got.Errors)
	}
	for _, m := range got.Messages {
		t.Log(m)
		if strings.HasPrefix(m, "CRITICAL") || strings.Contains(m, "VIOLATION") || strings.HasPrefix(m, "ERROR") {
			t.Errorf("nwbinspector: %s", m)
		}
	}
	if !pythontest.Near(got.Spikes, pythontest.Numbers(result().Segments[2].SpikeTrains[0].Times), 1e-15) {
		t.Error("spike times differ by more than rounding")
	}
	want := []any{[]string{"DD_0", "MN_0", "MN_1"}, []string{"DD", "aMN", "aMN"}, 0.0001, []float64{0, 2}, "pps", 1000 / 0.3,
		"2026-05-01T10:00:00+00:00", "seed: 42\n", result().SpikeSHA256(), "There is no subject: the data are simulated."}
	have := []any{got.Names, got.Populations, got.Resolution, got.Observed, got.Unit, got.Rate, got.Start, got.Script, got.Identifier, got.Subject}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	if x := got.Thresholds; len(x) != 3 || x[1] != 0.5 || !math.IsNaN(float64(x[0])) || x[2] != 1 {
		t.Errorf("thresholds %v", x)
	}
}

func TestRoundTrip(t *testing.T) {
	pythontest.DataFolder(t)
	path := filepath.Join(t.TempDir(), "a.nwb")
	if err := nwb.Write(path, result(), session); err != nil {
		t.Fatal(err)
	}
	back, err := nwb.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(result(), back, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if back.SpikeSHA256() != result().SpikeSHA256() {
		t.Error("a spike has another bit")
	}
}

// A file of others: no names, no observation intervals, a series with time
// stamps, a matrix with a conversion.
func TestReadFilesOfOthers(t *testing.T) {
	pythontest.DataFolder(t)
	dir := t.TempDir()
	var done bool
	pythontest.Run(t, `
import json, sys, numpy as np
from datetime import datetime, timezone
from pynwb import NWBHDF5IO, NWBFile, TimeSeries
dir = json.load(sys.stdin)
def file():
    return NWBFile(session_description="a", identifier="b", session_start_time=datetime(2020, 1, 1, tzinfo=timezone.utc))
def save(f, name):
    with NWBHDF5IO(dir + "/" + name, "w") as io:
        io.write(f)
f = file()
f.add_unit(spike_times=[0.5, 1.25])
f.add_unit(spike_times=[2.0])
f.add_acquisition(TimeSeries(name="emg", data=np.array([[1, 2], [3, 4]], "int16"), unit="volts", conversion=0.5, rate=2000.0))
f.add_acquisition(TimeSeries(name="odd", data=[1.0, 2.0], unit="N", timestamps=[0.0, 0.7]))
save(f, "others.nwb")
f = file()
save(f, "empty.nwb")
f = file(); f.notes = json.dumps({"gomyogen nwb": 2}); f.add_unit(spike_times=[1.0])
save(f, "newer.nwb")
f = file(); f.add_unit(spike_times=[1.0, float("nan")])
save(f, "nan.nwb")
json.dump(True, sys.stdout)`, dir, &done)
	b, err := nwb.Read(filepath.Join(dir, "others.nwb"))
	want := &neo.Block{Name: "b", Annotations: map[string]string{"session_description": "a", "not_read": "odd"}, Segments: []neo.Segment{
		{Name: "units", SpikeTrains: []neo.SpikeTrain{
			{Name: "unit_0", Times: []units.Time{500, 1250}, TStop: 2000}, {Name: "unit_1", Times: []units.Time{2000}, TStop: 2000}}},
		{Name: "acquisition", AnalogSignals: []neo.AnalogSignal{
			{Name: "emg[0]", Units: "V", SamplingPeriod: 0.5, Values: []float64{0.5, 1.5}}, {Name: "emg[1]", Units: "V", SamplingPeriod: 0.5, Values: []float64{1, 2}}}},
	}}
	if diff := cmp.Diff(want, b, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if err := os.WriteFile(filepath.Join(dir, "text.nwb"), []byte("no HDF5"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"empty.nwb": "it has no units", "newer.nwb": "version 2 of gomyogen's layout", "nan.nwb": "unit 0: spike 1 is not a finite number",
		"text.nwb": "not an HDF5 file", "none.nwb": "no such file",
	} {
		if _, err := nwb.Read(filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

func TestNothingIsHalfWritten(t *testing.T) {
	pythontest.DataFolder(t)
	path := filepath.Join(t.TempDir(), "a.nwb")
	for _, s := range []nwb.Session{{Report: "{"}, {Start: "yesterday"}, {Thresholds: map[string][]float64{"aMN": {1}}}, {Subject: &nwb.Subject{Age: "x", Sex: "M"}, Start: "2020"}} {
		err := nwb.Write(path, result(), s)
		if _, missing := os.Stat(path); s.Subject == nil && (err == nil || !os.IsNotExist(missing)) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

// Without the part the error says how to get it.
func TestWithoutPython(t *testing.T) {
	t.Setenv("MYOGEN_DATA", t.TempDir())
	err := nwb.Write(filepath.Join(t.TempDir(), "a.nwb"), result(), session)
	if err == nil || !strings.Contains(err.Error(), "go run ./install nwb") {
		t.Error(err)
	}
}
