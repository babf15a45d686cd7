package nwb_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gomyogen/myogen/format/internal/blocktest"
	"gomyogen/myogen/format/npz"
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
	if err := nwb.Write(t.Context(), path, result(), session); err != nil {
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
		Subject                   []string
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
               start=f.session_start_time.isoformat(), script=f.source_script, identifier=f.identifier, subject=[f.subject.description, f.subject.sex, f.subject.age, f.subject.species.rpartition("_")[2]])
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
		"2026-05-01T10:00:00+00:00", "seed: 42\n", result().SpikeSHA256(),
		[]string{"There is no subject: the data are simulated.", "U", "P0D/", "32644"}}
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
	want := blocktest.Awkward()
	path := filepath.Join(t.TempDir(), "a.nwb")
	if err := nwb.Write(t.Context(), path, want, nwb.Session{Report: session.Report}); err != nil {
		t.Fatal(err)
	}
	back, err := nwb.Read(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, back, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	if back.SpikeSHA256() != want.SpikeSHA256() {
		t.Error("a spike has another bit")
	}
}

// Who was recorded, by whom and where is in the file when it is given.
func TestSessionOfARecording(t *testing.T) {
	pythontest.DataFolder(t)
	path := filepath.Join(t.TempDir(), "a.nwb")
	b := &neo.Block{Segments: []neo.Segment{{Name: "TA", SpikeTrains: []neo.SpikeTrain{{Name: "MU_0", Times: []units.Time{500, 750.5}, TStop: 1000, SamplingPeriod: 0.5}}}}}
	err := nwb.Write(t.Context(), path, b, nwb.Session{
		Description: "Isometric contraction", Identifier: "P01-1", Start: "2026-05-01T10:00:00+02:00", Experimenter: []string{"Last, First"},
		Institution: "University", Lab: "Motor control", Keywords: []string{"motor unit"},
		Subject: &nwb.Subject{ID: "P01", Species: "Homo sapiens", Sex: "F", Age: "P27Y", Description: "healthy"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	pythontest.Run(t, `
import json, sys
from pynwb import NWBHDF5IO, validate
from nwbinspector import inspect_nwbfile
path = json.load(sys.stdin)
with NWBHDF5IO(path, "r") as io:
    f = io.read()
    s = f.subject
    out = {"session": [f.session_description, f.identifier, f.session_start_time.isoformat(), *f.experimenter, f.institution, f.lab, *f.keywords[:]],
           "subject": [s.subject_id, s.species, s.sex, s.age, s.description], "resolution": str(f.units.resolution), "columns": list(f.units.colnames),
           "spikes": list(f.units["spike_times"][0]), "script": str(f.source_script)}
out["findings"] = [str(e) for e in validate(path=path)] + [f"{m.importance.name}: {m.message}" for m in inspect_nwbfile(nwbfile_path=path)
                                                         if m.importance.name in ("ERROR", "PYNWB_VALIDATION", "CRITICAL", "BEST_PRACTICE_VIOLATION")]
json.dump(out, sys.stdout)`, path, &got)
	want := map[string]any{
		"session":    []any{"Isometric contraction", "P01-1", "2026-05-01T10:00:00+02:00", "Last, First", "University", "Motor control", "motor unit"},
		"subject":    []any{"P01", "Homo sapiens", "F", "P27Y", "healthy"},
		"resolution": "0.0005", "columns": []any{"spike_times", "obs_intervals", "unit_name", "population"},
		"spikes": []any{0.5, 0.7505}, "script": "None", "findings": []any{},
	}
	sortStrings := cmpopts.SortSlices(func(a, b any) bool { return fmt.Sprint(a) < fmt.Sprint(b) })
	if diff := cmp.Diff(want["columns"], got["columns"], sortStrings); diff != "" {
		t.Error(diff)
	}
	delete(want, "columns")
	delete(got, "columns")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// readAll reads files with the program that Read starts, all in one process.
const readAll = `
sys.path.append(here)
import convert
out = []
for name in names:
    try:
        convert.gomyogen.save(f"{dir}/{name}.npz", convert.read_nwb({"in": f"{dir}/{name}"}))
        out.append("")
    except convert.Refused as e:
        out.append(str(e))
json.dump(out, sys.stdout)`

// Files of others, in the styles of DANDI's sets: ragged and absent columns, no
// names, no observation intervals or many, electrodes, waveforms, a resolution that
// is not a number, series with time stamps and conversions, processing modules.
func TestReadFilesOfOthers(t *testing.T) {
	dir := t.TempDir()
	names := []string{"plain", "sorted", "series", "silent", "empty", "newer", "nan", "zarr", "text"}
	here, err := filepath.Abs("../python")
	if err != nil {
		t.Fatal(err)
	}
	var refused []string
	pythontest.Run(t, `
import json, sys, numpy as np
from datetime import datetime, timezone
from pynwb import NWBHDF5IO, NWBFile, TimeSeries
from pynwb.misc import Units
from pynwb.ecephys import ElectricalSeries
job = json.load(sys.stdin)
dir, here, names = job["dir"], job["here"], job["names"]
def file():
    return NWBFile(session_description="a", identifier="b", session_start_time=datetime(2020, 1, 1, tzinfo=timezone.utc))
def save(f, name):
    with NWBHDF5IO(dir + "/" + name, "w") as io:
        io.write(f)
f = file()
f.add_unit(spike_times=[0.5, 1.25])
f.add_unit(spike_times=[2.0])
f.add_acquisition(TimeSeries(name="emg", data=np.array([[1, 2], [3, 4]], "int16"), unit="volts", conversion=0.5, rate=2000.0))
f.add_acquisition(TimeSeries(name="odd", data=[1.0, 2.0, 3.0], unit="N", timestamps=[0.0, 0.7, 0.8]))
save(f, "plain")
# A spike sorter's: electrodes, waveforms, quality, intervals, a name, no order.
f = file()
device = f.create_device(name="probe")
group = f.create_electrode_group(name="shank", description="d", location="TA", device=device)
for i in range(3): f.add_electrode(group=group, location="TA")
f.units = Units(name="units", description="sorted", resolution=float("nan"))
f.add_unit_column("cluster_name", "name of the cluster")
f.add_unit_column("quality", "good or not")
f.add_unit(spike_times=[3.0, 1.0], electrodes=[0, 2], obs_intervals=[[0.5, 2.0], [2.5, 4.0]], waveform_mean=np.zeros((8, 2)), cluster_name="k7", quality="good")
f.add_unit(spike_times=np.array([2.0], "f4"), electrodes=[1], obs_intervals=[[0.5, 4.0]], waveform_mean=np.zeros((8, 2)), cluster_name="k9", quality="mua")
region = f.create_electrode_table_region([0, 1], "two")
f.add_acquisition(ElectricalSeries(name="raw", data=np.array([[1, 2], [3, 4]], "int16"), electrodes=region, rate=1000.0, starting_time=0.5, conversion=0.5, offset=1.0, channel_conversion=[1.0, 10.0]))
save(f, "sorted")
f = file()
f.add_stimulus(TimeSeries(name="force", data=np.arange(4.0), unit="newtons", timestamps=1.0 + 0.01 * np.arange(4)))
f.add_acquisition(TimeSeries(name="words", data=["a", "b"], unit="n/a", rate=1.0))
f.add_acquisition(TimeSeries(name="frames", data=np.zeros((2, 2, 2)), unit="n/a", rate=1.0))
module = f.create_processing_module(name="behavior", description="d")
module.add(TimeSeries(name="position", data=[1.0], unit="m", rate=1.0))
save(f, "series")
f = file(); f.add_unit(spike_times=[]); f.add_unit(spike_times=[-0.5, 1.0])
save(f, "silent")
f = file()
save(f, "empty")
f = file(); f.notes = json.dumps({"gomyogen nwb": 2}); f.add_unit(spike_times=[1.0])
save(f, "newer")
f = file(); f.add_unit(spike_times=[1.0, float("nan")])
save(f, "nan")
import h5py
with h5py.File(dir + "/zarr", "w") as f: f["a"] = 1
with open(dir + "/text", "w") as f: f.write("no HDF5")
# 170 kB that claim 160 GB of spikes.
f = file(); f.add_unit(spike_times=[1.0])
save(f, "bomb")
with h5py.File(dir + "/bomb", "a") as f:
    u = f["units"]
    for name, new in {"spike_times": dict(shape=(20_000_000_000,), chunks=(1 << 20,), compression="gzip", dtype="f8"),
                      "spike_times_index": dict(data=[20_000_000_000], dtype="u8")}.items():
        attributes = dict(u[name].attrs)
        del u[name]
        u.create_dataset(name, **new).attrs.update(attributes)
    u["spike_times_index"].attrs["target"] = u["spike_times"].ref
`+readAll, map[string]any{"dir": dir, "here": here, "names": names}, &refused)
	note := func(left string) map[string]string {
		m := map[string]string{"session_description": "a"}
		if left != "" {
			m["not_read"] = left
		}
		return m
	}
	signal := func(name, unit string, start, period units.Time, values ...float64) neo.AnalogSignal {
		return neo.AnalogSignal{Name: name, Units: unit, TStart: start, SamplingPeriod: period, Values: values}
	}
	train := func(name string, start, stop units.Time, times ...units.Time) neo.SpikeTrain {
		return neo.SpikeTrain{Name: name, TStart: start, TStop: stop, Times: times}
	}
	for i, want := range []any{
		&neo.Block{Name: "b", Annotations: note("odd"), Segments: []neo.Segment{
			{Name: "units", SpikeTrains: []neo.SpikeTrain{train("unit_0", 0, 2000, 500, 1250), train("unit_1", 0, 2000, 2000)}},
			{Name: "acquisition", AnalogSignals: []neo.AnalogSignal{signal("emg[0]", "V", 0, 0.5, 0.5, 1.5), signal("emg[1]", "V", 0, 0.5, 1, 2)}}}},
		&neo.Block{Name: "b", Annotations: note(""), Segments: []neo.Segment{
			{Name: "units", SpikeTrains: []neo.SpikeTrain{train("k7", 500, 4000, 1000, 3000), train("k9", 500, 4000, 2000)}},
			{Name: "acquisition", AnalogSignals: []neo.AnalogSignal{signal("raw[0]", "V", 500, 1, 1.5, 2.5), signal("raw[1]", "V", 500, 1, 11, 21)}}}},
		&neo.Block{Name: "b", Annotations: note("frames, words, behavior/position"), Segments: []neo.Segment{
			{Name: "stimulus", AnalogSignals: []neo.AnalogSignal{signal("force", "N", 1000, 10, 0, 1, 2, 3)}}}},
		&neo.Block{Name: "b", Annotations: note(""), Segments: []neo.Segment{
			{Name: "units", SpikeTrains: []neo.SpikeTrain{train("unit_0", -500, 1000), train("unit_1", -500, 1000, -500, 1000)}}}},
		"it has no units", "version 2 of gomyogen's layout", "unit 0: spike 1 is not a finite number", "pynwb cannot read it", "not an HDF5 file",
	} {
		if text, ok := want.(string); ok {
			if !strings.Contains(refused[i], text) {
				t.Errorf("%s: %q, want %q", names[i], refused[i], text)
			}
			continue
		}
		b, err := npz.ReadBlock(filepath.Join(dir, names[i]+".npz"))
		if err != nil {
			t.Errorf("%s: %v %s", names[i], err, refused[i])
			continue
		}
		near := cmp.Comparer(func(a, b units.Time) bool { return math.Abs(float64(a-b)) < 1e-9 })
		if diff := cmp.Diff(want, b, cmpopts.EquateEmpty(), near); diff != "" {
			t.Errorf("%s: %s", names[i], diff)
		}
	}
	pythontest.DataFolder(t)
	if b, err := nwb.Read(t.Context(), filepath.Join(dir, "plain")); err != nil || len(b.Segments) != 2 {
		t.Errorf("%v, %v", b, err)
	}
	for name, want := range map[string]string{"text": "not an HDF5 file", "none": "no such file", "bomb": "it needs more memory than there is"} {
		if _, err := nwb.Read(t.Context(), filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

func TestNothingIsHalfWritten(t *testing.T) {
	pythontest.DataFolder(t)
	path := filepath.Join(t.TempDir(), "a.nwb")
	for _, s := range []nwb.Session{{Report: "{"}, {Start: "yesterday"}, {Thresholds: map[string][]float64{"aMN": {1}}}, {Subject: &nwb.Subject{Age: "x", Sex: "M"}, Start: "2020"}} {
		err := nwb.Write(t.Context(), path, result(), s)
		if _, missing := os.Stat(path); s.Subject == nil && (err == nil || !os.IsNotExist(missing)) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

// Without the part the error says how to get it.
func TestWithoutPython(t *testing.T) {
	t.Setenv("MYOGEN_DATA", t.TempDir())
	err := nwb.Write(t.Context(), filepath.Join(t.TempDir(), "a.nwb"), result(), session)
	if err == nil || !strings.Contains(err.Error(), "go run ./install nwb") {
		t.Error(err)
	}
}
