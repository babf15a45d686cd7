package matlab_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/myogen/format/matlab"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/pythontest"
	"gomyogen/myogen/units"
)

// files makes files as decomposition programs write them, and some that are not
// right, in the folder that comes as dir.
const files = `
import json, sys, numpy as np
from scipy.io import savemat
job = json.load(sys.stdin)
dir, here, tasks = job["dir"], job["here"], job["tasks"]
def cells(*x):
    c = np.empty(len(x), dtype=object)
    for i, v in enumerate(x): c[i] = np.asarray(v)
    return c
def save(name, **x): savemat(f"{dir}/{name}.mat", x)
rng = np.random.default_rng(1)
emg = rng.normal(size=(5, 3))
# DEMUSE's variables, and the types in which such files have them.
def demuse(kind, column):
    pulses = [np.array([1, 2049]), np.array([4097])]
    return cells(*((p[:, None] if column else p[None, :]).astype(kind) for p in pulses))
for kind in ("f8", "f4", "i4", "u2", ">f8"):
    for column in (False, True):
        save(f"demuse_{kind.strip('>')}{'big' if '>' in kind else ''}_{column}", MUPulses=demuse(kind, column), IPTs=emg, SIG=cells(emg, emg), PNR=np.array([30.0, 31]),
             fsamp=np.array(2048, "u2"), ref_signal=rng.normal(size=(1, 9)), other=cells([1.5], [2.5]))
save("demuse_columncell", MUPulses=demuse("f8", False)[:, None], fsamp=2048.0)
# MUedit's: a row of cells for each grid, and a cell array of cell arrays.
grid = np.empty((2, 2), object)
grid[0, 0], grid[0, 1], grid[1, 0], grid[1, 1] = np.array([[1, 2049]]), np.array([[1025]]), np.array([[4097.0]]), np.zeros((0, 0))
nested = np.empty((1, 2), object)
nested[0, 0], nested[0, 1] = cells([1, 2049], [1025])[None, :], cells([4097])[None, :]
signal = {"fsamp": 2048.0, "data": emg, "Dischargetimes": grid, "target": rng.normal(size=9)}
save("muedit_raw", signal=signal)
save("muedit", signal=signal, edition={"Distimeclean": nested, "Distime": grid, "silval": emg}, force={"fs": 100.0})
for fmt in ("4", "5"):
    savemat(f"{dir}/binary{fmt}.mat", {"firings": np.array([[0, 1, 0, 1], [1, 0, 0, 0]], "f8")}, format=fmt)
savemat(f"{dir}/packed.mat", {"MUPulses": demuse("f8", False), "fsamp": 2048.0}, do_compression=True)
from scipy.sparse import csc_array
save("sparse", firings=csc_array(np.array([[0, 1, 0, 1], [1, 0, 0, 0]], float)))
save("tall", firings=csc_array(np.array([[0, 1, 0, 1], [1, 0, 0, 0]], float).T))
# OTBiolab+'s: all signals in one matrix, which labels explain.
otb = np.zeros((5000, 5)); otb[:, 0] = rng.normal(size=5000); otb[[0, 2048], 1] = 1; otb[4096, 2] = 1; otb[:, 3:] = rng.normal(size=(5000, 2))
labels = np.array([[np.array([s])] for s in ("TA (1)[uV]", "1 - 4 - Decomposition of TA (1)[a.u]", "Decomposition of TA (2)[a.u]",
                                             "Source for decomposition of TA (1)[a.u]", "acquired data[ %(MVC)]")], dtype=object)
for i, s in enumerate(labels.flat): labels[i, 0] = str(s)
data, time = np.empty((1, 1), object), np.empty((1, 1), object)
data[0, 0], time[0, 0] = otb, np.arange(5000)[:, None] / 2048 + 7
save("otbiolab", Data=data, Description=labels, OTBFile="a", SamplingFrequency=np.array(2048, "u2"), Time=time)
save("onlytime", Time=time)
save("logical", firings=np.array([[0, 1, 0, 1], [1, 0, 0, 0]], bool))
mu = np.zeros(2, dtype=[("times", object), ("pnr", object)])
mu["times"][0], mu["times"][1], mu["pnr"][0], mu["pnr"][1] = np.array([0.5, 1.25]), np.array([2.0]), 30.0, "?"
save("structarray", MU=mu)
save("seconds", times=cells([0.5, 1.25], [2.0], []), note="text", emg=emg)
save("norate", MUPulses=cells([1, 2049], [4097]))
save("struct", signal={"spikeTrains": cells([0.5, 1.5], [0.75]), "fsamp": 2048.0})
save("deep", a={"b": {"c": {"firings": cells([0.5])}}})
save("two", a=cells([0.5]), b=cells([0.5]))
save("tworates", MUPulses=cells([1, 2]), emg={"fs": 2048.0}, force={"fs": 100.0})
save("twice", a={"MUPulses": cells([1, 2])}, b={"MUPulses": cells([1, 2])})
save("nothing", emg=emg, text="abc", complex=np.array([1j]))
save("nan", a=cells([0.5, float("nan")], [1.5]))
save("zero", MUPulses=cells([0, 5], [7]), fsamp=2048)
whole = open(f"{dir}/packed.mat", "rb").read()
with open(f"{dir}/cut.mat", "wb") as f: f.write(whole[:-20])
with open(f"{dir}/text.mat", "wb") as f: f.write(b"no MATLAB")
with open(f"{dir}/hdf5.mat", "wb") as f: f.write(b"MATLAB 7.3 MAT-file" + b" " * 105 + b"\x00\x02IM" + b"\x89HDF\r\n\x1a\n" + bytes(600))
`

// readAll reads files with the program that Read starts, all in one process.
const readAll = `
sys.path.append(here)
import convert
out = []
for task in tasks:
    try:
        convert.gomyogen.save(task["out"], convert.read_matlab(task))
        out.append({"text": "", "option": ""})
    except convert.Refused as e:
        out.append({"text": str(e), "option": e.option})
json.dump(out, sys.stdout)`

func TestFiles(t *testing.T) {
	demuse := "[0 1000] [2000]"
	read := map[string]struct {
		options matlab.Options
		want    string // times in ms; | between segments
		rate    float64
	}{
		"demuse_f8_False": {want: demuse, rate: 2048}, "demuse_f8_True": {want: demuse, rate: 2048},
		"demuse_f4_False": {want: demuse, rate: 2048}, "demuse_f4_True": {want: demuse, rate: 2048},
		"demuse_i4_False": {want: demuse, rate: 2048}, "demuse_i4_True": {want: demuse, rate: 2048},
		"demuse_u2_False": {want: demuse, rate: 2048}, "demuse_u2_True": {want: demuse, rate: 2048},
		"demuse_f8big_False": {want: demuse, rate: 2048}, "demuse_columncell": {want: demuse, rate: 2048}, "packed": {want: demuse, rate: 2048},
		"muedit_raw": {want: "[0 1000] [500] | [2000]", rate: 2048}, "muedit": {want: "[0 1000] [500] | [2000]", rate: 2048},
		"testdata/v73": {want: "[0 1000] [500] | [2000]", rate: 2048},
		"binary4":      {matlab.Options{Rate: 1000}, "[1 3] [0]", 1000}, "binary5": {matlab.Options{Rate: 1000}, "[1 3] [0]", 1000},
		"otbiolab": {want: demuse, rate: 2048},
		"sparse":   {matlab.Options{Rate: 1000}, "[1 3] [0]", 1000}, "tall": {matlab.Options{Rate: 1000}, "[1 3] [0]", 1000},
		"logical":     {matlab.Options{Rate: 1000}, "[1 3] [0]", 1000},
		"structarray": {want: "[500 1250] [2000]"}, "seconds": {want: "[500 1250] [2000] []"},
		"seconds ": {matlab.Options{TimeUnit: "ms"}, "[0.5 1.25] [2] []", 0},
		"norate":   {matlab.Options{Rate: 1024}, "[0 2000] [4000]", 1024}, "norate ": {matlab.Options{TimeUnit: "s"}, "[1000 2.049e+06] [4.097e+06]", 0},
		"struct": {want: "[500 1500] [750]"}, "deep": {want: "[500]"}, "two": {matlab.Options{Variable: "b"}, "[500]", 0},
	}
	refused := map[string]struct {
		options      matlab.Options
		want, option string
	}{
		"norate":   {want: "whole numbers, samples as it seems", option: "Rate"},
		"two":      {want: "['a', 'b'] could", option: "Variable"},
		"twice":    {want: "['a.MUPulses', 'b.MUPulses'] could", option: "Variable"},
		"tworates": {want: "['emg.fs', 'force.fs'] give several rates", option: "Rate"},
		"seconds":  {matlab.Options{Variable: "emg"}, "'emg' is not a cell array", "Variable"},
		"struct":   {matlab.Options{Rate: 2048}, "unit 1: a discharge at 0.5, which is no sample", ""},
		"sparse":   {want: "not known how many there are in a second", option: "Rate"},
		"nothing":  {want: "there are ['complex', 'emg', 'text']"},
		"nan":      {want: "unit 1: discharge 2 is not a finite number"},
		"zero":     {want: "MATLAB's first sample is 1"},
		"onlytime": {want: "there are ['Time']"},
		"hdf5":     {want: "version 7.3"},
		"cut":      {want: "damaged"},
		"text":     {want: "not a MATLAB file"},
	}
	type task struct {
		In       string  `json:"in"`
		Out      string  `json:"out"`
		Variable string  `json:"variable"`
		Rate     float64 `json:"rate"`
		Unit     string  `json:"unit"`
		name     string
	}
	dir := t.TempDir()
	var tasks []task
	add := func(name string, o matlab.Options) {
		path, err := filepath.Abs(strings.TrimSpace(name) + ".mat")
		if !strings.Contains(name, "/") {
			path = filepath.Join(dir, strings.TrimSpace(name)+".mat")
		}
		if err != nil {
			t.Fatal(err)
		}
		tasks = append(tasks, task{path, filepath.Join(dir, fmt.Sprint(len(tasks), ".npz")), o.Variable, float64(o.Rate), o.TimeUnit, name})
	}
	for name, c := range read {
		add(name, c.options)
	}
	for name, c := range refused {
		add(name, c.options)
	}
	here, err := filepath.Abs("../python")
	if err != nil {
		t.Fatal(err)
	}
	var got []struct{ Text, Option string }
	pythontest.Run(t, files+readAll, map[string]any{"dir": dir, "here": here, "tasks": tasks}, &got)
	for i, x := range tasks[len(read):] {
		c, r := refused[x.name], got[len(read)+i]
		if !strings.Contains(r.Text, c.want) || r.Option != c.option {
			t.Errorf("%s: %+v, want %q", x.name, r, c.want)
		}
	}
	for i, x := range tasks[:len(read)] {
		if got[i].Text != "" {
			t.Errorf("%s: %s", x.name, got[i].Text)
			continue
		}
		b, err := npz.ReadBlock(x.Out)
		if err != nil {
			t.Fatal(err)
		}
		name, c := x.name, read[x.name]
		var got []string
		for i, s := range b.Segments {
			if i > 0 {
				got = append(got, "|")
			}
			for _, x := range s.SpikeTrains {
				times := make([]float64, len(x.Times))
				for i, v := range x.Times {
					times[i] = float64(v)
				}
				got = append(got, fmt.Sprint(times))
				if want := units.Time(0); c.rate > 0 && x.SamplingPeriod != units.Time(1000/c.rate) || c.rate == 0 && x.SamplingPeriod != want {
					t.Errorf("%s: sampling period %v", name, x.SamplingPeriod)
				}
			}
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestRead(t *testing.T) {
	pythontest.DataFolder(t)
	b, err := matlab.Read(t.Context(), "testdata/v73.mat", matlab.Options{})
	if err != nil || len(b.Segments) != 2 || b.Segments[1].SpikeTrains[0].Times[0] != 2000 {
		t.Errorf("%+v, %v", b, err)
	}
	_, err = matlab.Read(t.Context(), "testdata/v73.mat", matlab.Options{Variable: "edition"})
	var refused interface{ Option() string }
	if !errors.As(err, &refused) || refused.Option() != "Variable" || !strings.Contains(err.Error(), "v73.mat: 'edition' is not a cell array") {
		t.Error(err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for path, c := range map[string]struct {
		ctx     context.Context
		options matlab.Options
		want    string
	}{
		"none.mat":         {t.Context(), matlab.Options{}, "no such file"},
		"testdata":         {t.Context(), matlab.Options{}, "not a regular file"},
		"testdata/v73.mat": {stopped, matlab.Options{}, "canceled"},
		"a.mat":            {t.Context(), matlab.Options{TimeUnit: "min"}, `the unit of time is "min"`},
		"b.mat":            {t.Context(), matlab.Options{TimeUnit: "s", Rate: 1}, "not both"},
		"c.mat":            {t.Context(), matlab.Options{Rate: -1}, "the rate is -1"},
	} {
		if _, err := matlab.Read(c.ctx, path, c.options); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q", path, err, c.want)
		}
	}
}
