package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gomyogen/myogen"
	"gomyogen/myogen/format/parquet"
	"gomyogen/myogen/internal/pythontest"
)

// shortened writes an example file with shorter runs and smaller pools.
func shortened(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range [][2]string{
		{"n: 100", "n: 12"}, {"n: 20", "n: 12"}, {"duration: 2 s", "duration: 500 ms"}, {"plateau: 1 s", "plateau: 200 ms"},
		{"duration: 3 s\n", "duration: 500 ms\n"}, {"repeats: 3 ", "repeats: 1 "},
	} {
		text = bytes.ReplaceAll(text, []byte(r[0]), []byte(r[1]))
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// prints runs the command line, which must print all of these.
func prints(t *testing.T, args []string, want ...string) {
	t.Helper()
	out, err := command(t, args...)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	for _, w := range want {
		if !strings.Contains(out, w) {
			t.Errorf("%q prints\n%swant %q", args, out, w)
		}
	}
}

// A sweep in one program and in shards gives the same files.
func TestSweepCommand(t *testing.T) {
	file, whole, parts := shortened(t, "sweep_small.yaml"), t.TempDir(), t.TempDir()
	prints(t, []string{"sweep", file, "-o", whole}, "8 runs: 8 of about ", " core-hours, ", "100 %  8 of 8 runs\n", "took ", "8 rows, 0 of them failed")
	prints(t, []string{"sweep", file, "-o", whole}, "8 runs, 8 of them made before", "8 rows")
	prints(t, []string{"sweep", file, "-o", whole, "-status"}, "8 of 8 runs are made")
	prints(t, []string{"sweep", file, "-o", parts, "-shard", "2/3"}, "3 runs: 3 of about ")
	prints(t, []string{"sweep", file, "-o", parts, "-status", "-shards", "3"}, "3 of 8 runs are made")
	if _, err := command(t, "sweep", file, "-o", parts, "-merge", "-shards", "3"); err == nil || !strings.Contains(err.Error(), "5 runs are missing, of the shards [1 3] of 3") {
		t.Errorf("merge of a part: error %v", err)
	}
	prints(t, []string{"sweep", file, "-o", parts, "-shard", "1/3"})
	prints(t, []string{"sweep", file, "-o", parts, "-shard", "3/3"})
	prints(t, []string{"sweep", file, "-o", parts, "-merge", "-shards", "3"}, "8 rows")
	for _, name := range []string{"sweep.yaml", "table.parquet", "table.csv", "table.npz"} {
		a, errA := os.ReadFile(filepath.Join(whole, name))
		b, errB := os.ReadFile(filepath.Join(parts, name))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs: %v, %v", name, errA, errB)
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	for want, args := range map[string][]string{
		"has no sweep":                             {"-o", none, "-status"},
		"has no sweep ":                            {"-o", none, "-merge"},
		"-shard and -merge do not go together":     {"-o", whole, "-shard", "1/3", "-merge"},
		"-shards goes with -merge and -status":     {"-o", whole, "-shards", "3"},
		"-shards is 0, must be at least 1":         {"-o", whole, "-status", "-shards", "0"},
		"-cores goes with -slurm":                  {"-o", whole, "-cores", "2"},
		"-o says in which folder the results are":  {},
		"not a directory":                          {"-o", file},
		"holds another sweep; choose another fold": {"-o", whole},
	} {
		of := file
		if strings.HasPrefix(want, "holds") {
			of = shortened(t, "sweep_1000.yaml")
		}
		if _, err := command(t, append([]string{"sweep", of}, args...)...); err == nil || !strings.Contains(err.Error(), strings.TrimSpace(want)) {
			t.Errorf("%q: error %v, want it to say %q", args, err, want)
		}
	}
	if _, err := os.Stat(none); err == nil {
		t.Error("-status makes a folder")
	}
	prints(t, []string{"sweep", "-h"}, "myogen sweep SWEEP.yaml -o DIR", "-slurm [-tasks 20]")
	for _, bad := range []string{"0/3", "4/3", "2", "a/b", "1/0"} {
		if _, err := command(t, "sweep", file, "-o", parts, "-shard", bad); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("-shard %s: error %v", bad, err)
		}
	}
}

// A fit writes its trials and the experiment that it found, which can be run.
// What is interrupted before its first run says so.
func TestInterruptedAtTheStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := filepath.Join(t.TempDir(), "results")
	for _, args := range [][]string{{"sweep", "sweep_small.yaml", "-o", dir}, {"run", "ramps.yaml"}, {"check-step", "ramps.yaml"}} {
		err := run(ctx, args, io.Discard)
		if err == nil || !strings.Contains(err.Error(), args[0]+": interrupted") {
			t.Errorf("%q: error %v", args, err)
		}
	}
}

func TestFitCommand(t *testing.T) {
	file, dir := shortened(t, "fit_rate.yaml"), t.TempDir()
	prints(t, []string{"fit", file, "-o", dir}, "trial 0: cost ", "drive 40 pps, aMN.mean_rate ", "took ", "best of ", "aMN.mean_rate ", "wanted 16.82 ± 2.5")
	first, err := os.ReadFile(filepath.Join(dir, "trials.csv"))
	if err != nil {
		t.Fatal(err)
	}
	prints(t, []string{"fit", file, "-o", dir, "-workers", "1"}, "best of ")
	again, err := os.ReadFile(filepath.Join(dir, "trials.csv"))
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("trials.csv differs: %v", err)
	}
	prints(t, []string{"run", filepath.Join(dir, "best.yaml"), "-out", filepath.Join(dir, "best.npz")}, "12 NERLab motor neurons")
	if _, err := command(t, "fit", shortened(t, "sweep_small.yaml"), "-o", t.TempDir()); err == nil || !strings.Contains(err.Error(), `this is the file of a sweep: "myogen sweep"`) {
		t.Errorf("a sweep is no fit: error %v", err)
	}
}

// The tables of a sweep and a fit are tried before the first run, and are not what
// these are read from, whatever leads there.
func TestTablesAreTriedFirst(t *testing.T) {
	type plan interface{ YAML() (string, error) }
	load := func(command, file string) (plan, error) {
		if command == "fit" {
			return myogen.LoadFit(file)
		}
		return myogen.LoadSweep(file)
	}
	for name, c := range map[string]struct {
		place func(file, named, table string) error
		want  string
	}{
		"a link to the file":   {func(file, _, table string) error { return os.Symlink(file, table) }, "is the same file as the experiment"},
		"a link to thresholds": {func(_, named, table string) error { return os.Symlink(named, table) }, "is the same file as a file that the experiment names"},
		"a folder":             {func(_, _, table string) error { return os.Mkdir(table, 0o755) }, "it is a folder"},
		"a pipe":               {func(_, _, table string) error { return syscall.Mkfifo(table, 0o644) }, "it is a named pipe"},
		"a protected file":     {func(_, _, table string) error { return os.WriteFile(table, []byte("mine"), 0o444) }, "write-protected"},
	} {
		for kind, table := range map[string]string{"sweep": "table.csv", "fit": "best.yaml"} {
			file := shortened(t, map[string]string{"sweep": "sweep_small.yaml", "fit": "fit_rate.yaml"}[kind])
			named := filepath.Join(filepath.Dir(file), "rt.npy")
			text, err := os.ReadFile(file)
			if err = errors.Join(err, myogen.SaveThresholds(named, []float64{0.25, 0.75})); err != nil {
				t.Fatal(err)
			}
			text = regexp.MustCompile(`n: \d+, thresholds: \{\}`).ReplaceAll(text, []byte("thresholds: rt.npy"))
			dir := t.TempDir()
			if err := os.WriteFile(file, text, 0o644); err != nil {
				t.Fatal(err)
			}
			// What a program that was killed at once leaves of this folder.
			plan, err := load(kind, file)
			if err == nil {
				text, textErr := plan.YAML()
				err = errors.Join(textErr, os.WriteFile(filepath.Join(dir, kind+".yaml"), []byte(text), 0o644))
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := c.place(file, named, filepath.Join(dir, table)); err != nil {
				t.Fatal(err)
			}
			out, err := command(t, kind, file, "-o", dir)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(out, " of about ") || strings.Contains(out, "trial 0") {
				t.Errorf("%s, %s: error %v, want %q; it prints %q", name, kind, err, c.want, out)
			}
			if left, err := os.ReadFile(file); err != nil || !bytes.Equal(left, text) {
				t.Errorf("%s, %s: the file has changed: %v", name, kind, err)
			}
		}
	}
}

// pandas and polars read the table, with its units.
const readTable = `
import json, sys
import numpy, pandas, polars
folder = json.load(sys.stdin)
frame = pandas.read_parquet(folder + "/table.parquet")
other = polars.read_parquet(folder + "/table.parquet")
units = json.loads(polars.read_parquet_metadata(folder + "/table.parquet")["units"])
text = pandas.read_csv(folder + "/table.csv", keep_default_na=False)
arrays = numpy.load(folder + "/table.npz")
json.dump({
    "Columns": list(frame.columns), "Polars": other.columns, "Units": units, "Attrs": frame.attrs["units"],
    "Types": [str(t) for t in frame.dtypes],
    "Seeds": frame["seed"].tolist(), "Weights": [repr(x) for x in frame["weight"]], "PolarsWeights": [repr(x) for x in other["weight"]],
    "Rates": [repr(x) for x in frame["aMN.mean_rate"]], "ArrayRates": [repr(float(x)) for x in arrays["aMN.mean_rate [pps]"]],
    "Sums": frame["spikes_sha256"].tolist(), "TextSums": text["spikes_sha256"].tolist(),
}, sys.stdout)
`

func TestTableInPython(t *testing.T) {
	file, dir := shortened(t, "sweep_small.yaml"), t.TempDir()
	prints(t, []string{"sweep", file, "-o", dir}, "8 rows")
	var got struct {
		Columns, Polars, Types                    []string
		Units, Attrs                              map[string]string
		Seeds                                     []int64
		Weights, PolarsWeights, Rates, ArrayRates []pythontest.Number
		Sums, TextSums                            []string
	}
	pythontest.Run(t, readTable, dir, &got)
	want, err := parquet.Read(filepath.Join(dir, "table.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	var columns []string
	units := map[string]string{}
	for _, c := range want.Columns {
		columns = append(columns, c.Name)
		if c.Unit != "" {
			units[c.Name] = c.Unit
		}
	}
	for what, pair := range map[string][2]any{
		"columns": {got.Columns, columns}, "columns of polars": {got.Polars, columns},
		"units of polars": {got.Units, units}, "units of pandas": {got.Attrs, units},
	} {
		if diff := cmp.Diff(pair[1], pair[0]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", what, diff)
		}
	}
	if units["weight"] != "uS" || units["aMN.mean_rate"] != "pps" || len(got.Seeds) != 8 || got.Seeds[7] != 1 {
		t.Errorf("units %v, seeds %v", units, got.Seeds)
	}
	for name, lists := range map[string][][]pythontest.Number{"weight": {got.Weights, got.PolarsWeights}, "aMN.mean_rate": {got.Rates, got.ArrayRates}} {
		numbers, err := want.Floats(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range lists {
			if !pythontest.Near(list, pythontest.Numbers(numbers), 0) {
				t.Errorf("%s is %v, want %v", name, list, numbers)
			}
		}
	}
	sums, err := want.Texts("spikes_sha256")
	if err != nil || !slices.Equal(got.Sums, sums) || !slices.Equal(got.TextSums, sums) {
		t.Errorf("the digests are %q and %q, want %q, %v", got.Sums, got.TextSums, sums, err)
	}
}
