package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/myogen"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/pythontest"
	"gomyogen/myogen/units"
)

// converted runs convert and returns what it prints.
func converted(t *testing.T, args ...string) string {
	t.Helper()
	var out strings.Builder
	if err := run(context.Background(), append([]string{"convert"}, args...), &out); err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return out.String()
}

// smallRun saves the results of a small run.
func smallRun(t *testing.T) (path string, result *myogen.Result) {
	t.Helper()
	e := myogen.Experiment{
		Duration:    600 * units.Ms,
		Populations: []myogen.Population{myogen.AlphaMNPool{Name: "aMN", N: 3}},
		Inject:      []myogen.Injection{{Population: "aMN", Amplitude: 20 * units.NA, Duration: 600 * units.Ms}},
	}
	result, err := myogen.Run(context.Background(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "results.npz")
	if err := errors.Join(result.Save(path), e.SaveYAML(strings.TrimSuffix(path, "npz")+"yaml")); err != nil {
		t.Fatal(err)
	}
	return path, result
}

// There and back, spikes are those of the run to the last bit.
func TestConvertThereAndBack(t *testing.T) {
	pythontest.DataFolder(t)
	in, result := smallRun(t)
	dir := filepath.Dir(in)
	for _, other := range []string{"a.nwb", "a.parquet"} {
		back := filepath.Join(dir, other+".npz")
		if out := converted(t, in, filepath.Join(dir, other)); !strings.Contains(out, "aMN: 3 cells") || !strings.Contains(out, "wrote") {
			t.Errorf("%s: it printed %q", other, out)
		}
		converted(t, filepath.Join(dir, other), back)
		b, err := npz.ReadBlock(back)
		if err != nil {
			t.Fatal(err)
		}
		if b.SpikeSHA256() != result.Block.SpikeSHA256() {
			t.Errorf("%s: other spikes", other)
		}
	}
	var got struct {
		Thresholds []float64
		Script     string
		Notes      string
	}
	pythontest.Run(t, `
import json, sys
from pynwb import NWBHDF5IO
with NWBHDF5IO(json.load(sys.stdin), "r") as io:
    f = io.read()
    json.dump({"thresholds": list(map(float, f.units["recruitment_threshold"][:])), "script": f.source_script, "notes": f.notes}, sys.stdout)`,
		filepath.Join(dir, "a.nwb"), &got)
	if len(got.Thresholds) != 3 || got.Thresholds[2] < 0.999 || !strings.Contains(got.Script, "aMN") || !strings.Contains(got.Notes, "spikes_sha256") {
		t.Errorf("%+v", got)
	}
}

func TestConvertTables(t *testing.T) {
	in, _ := smallRun(t)
	path := filepath.Join(filepath.Dir(in), "a.csv")
	converted(t, "-what", "statistics", in, path)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	if lines[0] != "population,unit,spikes,mean_firing_rate [pps],CV,CV2,LV,first_spike [ms],last_spike [ms]" || len(lines) != 5 || !strings.HasPrefix(lines[1], "aMN,") {
		t.Errorf("%q", lines)
	}
	// What pandas and polars make of Parquet.
	path = filepath.Join(filepath.Dir(in), "a.parquet")
	converted(t, in, path)
	var got struct {
		Pandas, Polars string
		Rows           [2]int
		Columns        []string
	}
	pythontest.Run(t, `
import json, sys, pandas, polars
path = json.load(sys.stdin)
a, b = pandas.read_parquet(path), polars.read_parquet(path)
json.dump({"pandas": a.attrs["units"]["time"], "polars": json.loads(polars.read_parquet_metadata(path)["units"])["time"],
           "rows": [len(a), len(b)], "columns": list(a.columns)}, sys.stdout)`, path, &got)
	if got.Pandas != "ms" || got.Polars != "ms" || got.Rows[0] == 0 || got.Rows[0] != got.Rows[1] || strings.Join(got.Columns, " ") != "population unit time" {
		t.Errorf("%+v", got)
	}
}

func TestConvertRefuses(t *testing.T) {
	in, _ := smallRun(t)
	dir := filepath.Dir(in)
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	csv := write("a.csv", "unit,time\n1,2\n")
	pkl := write("a.pkl", "\x80\x04c__builtin__\nopen\n.")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{in, in}, "is the same file"},
		{[]string{in, filepath.Join(dir, "a.xlsx")}, "convert writes .npz, .nwb, .csv and .parquet"},
		{[]string{write("a.xlsx", ""), filepath.Join(dir, "b.npz")}, "convert reads .npz"},
		{[]string{csv, filepath.Join(dir, "b.npz")}, `the unit ""; a time is in s, ms or us`},
		{[]string{"-unit", "min", csv, filepath.Join(dir, "b.npz")}, `-unit is "min"`},
		{[]string{"-what", "all", in, filepath.Join(dir, "b.csv")}, `-what is "all"`},
		{[]string{pkl, filepath.Join(dir, "b.npy")}, "-run-pickle lets Python load"},
		{[]string{in}, "convert takes 2 file names"},
	} {
		var out strings.Builder
		if err := run(context.Background(), append([]string{"convert"}, c.args...), &out); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.args, err, c.want)
		}
	}
}

func TestConvertHelp(t *testing.T) {
	out := converted(t, "-h")
	for _, want := range []string{".nwb", ".parquet", ".mat", "-run-pickle", "A pickle is a program", "Zarr"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	for line := range strings.SplitSeq(out, "\n") {
		if len(line) > 100 {
			t.Errorf("a line of %d characters: %q", len(line), line)
		}
	}
}
