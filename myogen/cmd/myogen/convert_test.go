package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gomyogen/myogen"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/pythontest"
	"gomyogen/myogen/neo"
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

// What a table does not hold is printed, and signals come back.
func TestConvertSaysWhatIsLost(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "a.npz")
	b := &neo.Block{Name: "run", Annotations: map[string]string{"seed": "1"}, Segments: []neo.Segment{{
		Name: "aMN",
		SpikeTrains: []neo.SpikeTrain{
			{Name: "MN_0", Times: []units.Time{5, 7.5}, TStop: 1000, SamplingPeriod: 0.1}, {Name: "MN_1", TStop: 1000, SamplingPeriod: 0.1},
		},
		AnalogSignals: []neo.AnalogSignal{{Name: "force", Units: "N", SamplingPeriod: 1, Values: []float64{0, 1, 2}}},
	}}}
	if err := npz.WriteBlock(in, b); err != nil {
		t.Fatal(err)
	}
	const all = "; .npz and .nwb hold all\n"
	for _, c := range []struct{ what, out, want string }{
		{"spikes", "s.csv", "not in %s: 1 of the 2 cells of aMN, which have no spike; 1 signal, which -what signals writes; " +
			"begin and end of the trains, as 0 ms to 1 s of MN_0, which is 0 ms to 7.5 ms when it is read; the sampling period of spike times; annotations: seed" + all},
		{"spikes", "s.parquet", "not in %s: 1 signal, which -what signals writes" + all},
		{"signals", "f.csv", "not in %s: 2 spike trains, which -what spikes writes; annotations: seed" + all},
		{"signals", "f.parquet", "not in %s: 2 spike trains, which -what spikes writes; annotations: seed" + all},
		{"statistics", "t.csv", "wrote %s\n"},
		{"spikes", "b.npz", "wrote %s\n"},
	} {
		path := filepath.Join(dir, c.out)
		if said, want := converted(t, "-what", c.what, in, path), strings.ReplaceAll(c.want, "%s", path); !strings.HasSuffix(said, want) {
			t.Errorf("it printed %s\nwant %s", said, want)
		}
		if c.what == "signals" {
			back := filepath.Join(dir, "back.npz")
			converted(t, path, back)
			again, err := npz.ReadBlock(back)
			if err != nil || !cmp.Equal(again.Segments[0].AnalogSignals, b.Segments[0].AnalogSignals) {
				t.Errorf("%s: %v, %v", path, again, err)
			}
		}
	}
	unsorted := filepath.Join(dir, "u.csv")
	if err := os.WriteFile(unsorted, []byte("unit,time [s]\nMU,2\nMU,1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if said := converted(t, unsorted, filepath.Join(dir, "u.npz")); !strings.Contains(said, "note: the spike times of these trains were not in rising order, and are sorted: MU\n") {
		t.Errorf("it printed %s", said)
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
	link := filepath.Join(dir, "link.npz")
	if err := os.Symlink(in, link); err != nil {
		t.Fatal(err)
	}
	csv := write("a.csv", "unit,time\n1,2\n")
	pkl := write("a.pkl", "\x80\x04c__builtin__\nopen\n.")
	b := filepath.Join(dir, "b.npz")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{in, in}, "is the same file"},
		{[]string{in, link}, "is the same file"},
		{[]string{in, filepath.Join(dir, "a.xlsx")}, "convert writes .npz, .nwb, .csv, .parquet\nmyogen convert -h lists what goes where"},
		{[]string{write("a.xlsx", ""), b}, "convert reads .npz, .nwb, .csv, .tsv, .txt, .parquet, .npy, .mat, .json, .pkl\nmyogen convert -h"},
		{[]string{in, filepath.Join(dir, "a.npy")}, "only MyoGen's thresholds"},
		{[]string{pkl, b}, "MyoGen's thresholds are written to .npy"},
		{[]string{csv, b}, `column "time" does not say whether it is in s, ms or us: "time [s]" would; say it: -unit ms, or -rate 2048`},
		{[]string{write("x.csv", "a,b\n1,2\n"), b}, "say it: -columns unit=NAME,time=NAME, or -wide"},
		{[]string{write("n.csv", "1,2\n2,3\n"), b}, "; -no-header -columns unit=1,time=2 reads"},
		{[]string{"-unit", "min", csv, b}, `-unit is "min"`},
		{[]string{"-unit", "s", "-rate", "5", csv, b}, "not both"},
		{[]string{"-rate", "-5", csv, b}, "-rate is -5"},
		{[]string{"-columns", "mu=a", csv, b}, `-columns has "mu=a"`},
		{[]string{"-columns", "unit=a", csv, b}, `there is no column "a"; there are ["unit" "time"]`},
		{[]string{"-what", "all", in, filepath.Join(dir, "b.csv")}, `-what is "all"`},
		{[]string{pkl, filepath.Join(dir, "b.npy")}, "-run-pickle lets Python load"},
		{[]string{in}, "convert takes 2 file names"},
		{[]string{filepath.Join(dir, "none.csv"), b}, "none.csv"},
		{[]string{"-out", in, b}, "-out"},
	} {
		var out strings.Builder
		if err := run(t.Context(), append([]string{"convert"}, c.args...), &out); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.args, err, c.want)
		}
	}
	if _, err := os.Stat(b); err == nil {
		t.Error("a refused conversion wrote a file")
	}
}

// Tables as people have them, by the flags that the errors name.
func TestConvertTablesOfOthers(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out.npz")
	for _, c := range []struct {
		name, text string
		flags      []string
		want       []units.Time // of the first unit
	}{
		{"a.csv", "MU;Zeit\n1;0,5\n1;1,25\n", []string{"-columns", "time=Zeit", "-unit", "s"}, []units.Time{500, 1250}},
		{"a.tsv", "MU\tTime_ms\n1\t0.5\n", nil, []units.Time{0.5}},
		{"a.txt", "1,0\n1,2048\n", []string{"-no-header", "-columns", "unit=1,time=2", "-rate", "2048"}, []units.Time{0, 1000}},
		{"b.csv", "MU1,MU2\n0.5,0.25\n0.75,\n", []string{"-wide", "-unit", "s"}, []units.Time{500, 750}},
	} {
		in := filepath.Join(dir, c.name)
		if err := os.WriteFile(in, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		converted(t, append(c.flags, in, out)...)
		b, err := npz.ReadBlock(out)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.Segments[0].SpikeTrains[0].Times; !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// stopAfter is a context that ends at the nth look at it.
type stopAfter struct {
	context.Context
	looks *atomic.Int64
	stop  context.CancelFunc
}

func (c stopAfter) Err() error {
	if c.looks.Add(-1) < 0 {
		c.stop()
	}
	return c.Context.Err()
}

// Stopped at any point, a conversion leaves a whole file or none.
func TestConvertStopped(t *testing.T) {
	in, _ := smallRun(t)
	for _, name := range []string{"a.csv", "a.parquet", "a.npz"} {
		for _, looks := range []int64{0, 1, 3} {
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			left := new(atomic.Int64)
			left.Store(looks)
			var out strings.Builder
			err := run(stopAfter{ctx, left, stop}, []string{"convert", in, path}, &out)
			files, readErr := os.ReadDir(dir)
			if readErr != nil {
				t.Fatal(readErr)
			}
			switch {
			case err == nil && len(files) == 1 && files[0].Name() == name: // it was faster
			case errors.Is(err, context.Canceled) && len(files) == 0:
			default:
				t.Errorf("%s after %d looks: %v, %v", name, looks, err, files)
			}
			if looks == 0 && err == nil {
				t.Errorf("%s: it went on", name)
			}
		}
	}
}

// Python ends with the conversion, and leaves nothing behind.
func TestConvertStoppedInPython(t *testing.T) {
	pythontest.DataFolder(t)
	in, _ := smallRun(t)
	dir, temporary := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temporary)
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	err := run(ctx, []string{"convert", in, filepath.Join(dir, "a.nwb")}, io.Discard)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	for _, dir := range []string{dir, temporary} {
		if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
			t.Errorf("%v, %v", files, err)
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

// A table of a time and values becomes signals, and says by line what is no signal.
func TestConvertSignals(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "rate.csv"), filepath.Join(dir, "rate.npz")
	try := func(text string, flags ...string) error {
		if err := os.WriteFile(in, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return convert(t.Context(), append(flags, in, out), io.Discard)
	}
	for _, c := range []struct {
		text, want string
		flags      []string
	}{
		{"time [s],rate [pps]\n0,10\n0.001,11\n", "", nil},
		{"time_ms,rate_pps\n0,10\n1,11\n", "", nil},
		{"time,rate\n0,10\n0.001,11\n", "", []string{"-unit", "s", "-value-unit", "pps"}},
		{"time,rate (pps)\n0,10\n1,11\n", "say it: -unit ms", nil},
		{"time [s],rate\n0,10\n1,11\n", "say it: -value-unit pps", nil},
		{"time [s],rate [pps]\n0,10\n\n1,\n", `rate.csv: frame: line 4: column "rate": a value is missing`, nil},
		{"time [s],rate [pps]\n0,10\n1,11\n1,12\n", `line 4: column "time": the time is 1, a second time`, nil},
	} {
		err := try(c.text, c.flags...)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%q: error %v, want %q", c.text, err, c.want)
			}
			continue
		}
		b, readErr := npz.ReadBlock(out)
		if err != nil || readErr != nil || len(b.Segments[0].AnalogSignals) != 1 || b.Segments[0].AnalogSignals[0].String() != "rate: 2 samples in pps, every 1 ms from 0 ms" {
			t.Errorf("%q: %v, %v, %v", c.text, b, err, readErr)
		}
	}
}
