package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gomyogen/myogen"
	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/units"
)

// small is a sweep of twelve short runs, of which two fail: at 200 pps the
// statistic below is an error.
func small(t *testing.T) *myogen.Plan {
	t.Helper()
	p, err := myogen.Sweep{
		Experiment: myogen.Experiment{
			Seed: 3, Duration: 200 * units.Ms,
			Populations: []myogen.Population{myogen.DescendingDrivePool{Name: "DD", N: 20}, myogen.AlphaMNPool{Name: "aMN", N: 4}},
			Inputs:      []myogen.Input{{Source: "cortex", Target: "DD", Shape: myogen.Step[units.Rate]{Level: 60, Duration: 1 * units.S}}},
			Connections: []myogen.Connection{{Source: "DD", Target: "aMN", Probability: 0.5, Weight: 0.4 * units.MicroSiemens}},
		},
		Axes: []myogen.Axis{
			{Path: "inputs[0].step.level", Values: []string{"20 pps", "80 pps", "200 pps"}},
			{Path: "connections[0].weight", From: "0.2 uS", To: "0.4 uS", N: 2},
		},
		Repeats:    2,
		Statistics: []myogen.Statistic{picky},
	}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// picky is a statistic that refuses busy drives.
var picky = myogen.Statistic{Name: "picky", Of: func(r *myogen.Result) (float64, error) {
	n, err := count(r, "DD")
	if err == nil && n > 600 {
		err = fmt.Errorf("%d spikes are too many", n)
	}
	return 1, err
}}

// count returns the number of spikes of a population.
func count(r *myogen.Result, population string) (n int, err error) {
	trains, err := r.SpikeTrains(population)
	for _, train := range trains {
		n += len(train.Times)
	}
	return n, err
}

func open(t *testing.T, dir string, o Options) *Sweep {
	t.Helper()
	s, err := Open(dir, small(t), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// files returns the bytes of the table in both forms.
func files(t *testing.T, s *Sweep) []byte {
	t.Helper()
	if err := s.Merge(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, name := range []string{"table.csv", "table.npz"} {
		b, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

// The table is the same from any number of workers and shards, and after
// interruptions at any time.
func TestTableIsTheSameHoweverItIsMade(t *testing.T) {
	first := open(t, t.TempDir(), Options{Workers: 1})
	if err := first.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := files(t, first)
	whole, err := first.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := whole.Write(first.dir, "whole"); err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{".csv", ".npz"} {
		a, errA := os.ReadFile(filepath.Join(first.dir, "whole"+ext))
		b, errB := os.ReadFile(filepath.Join(first.dir, "table"+ext))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("table%s is not the table: %v, %v", ext, errA, errB)
		}
	}
	first.blockRows = 5
	blocks := 0
	if err := first.Merge(t.Context(), func(f *frame.Frame) error {
		if blocks++; f.Len() != 5 && f.Len() != 2 {
			t.Errorf("a block has %d rows", f.Len())
		}
		return nil
	}); err != nil || blocks != 3 {
		t.Errorf("%d blocks, %v", blocks, err)
	}
	if !bytes.Equal(files(t, first), want) {
		t.Error("blocks of five rows give another table")
	}
	if left, err := filepath.Glob(filepath.Join(first.dir, ".*")); err != nil || len(left) > 0 {
		t.Errorf("left over: %q, %v", left, err)
	}
	if n := strings.Count(string(want), "spikes are too many"); n < 2 {
		t.Errorf("%d rows have an error, want at least 2", n)
	}

	many := open(t, t.TempDir(), Options{Workers: 5})
	if err := many.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(files(t, many), want) {
		t.Error("five workers give another table")
	}

	dir := t.TempDir()
	for shard := range 7 {
		s := open(t, dir, Options{Shard: shard, Shards: 7})
		var missing *MissingError
		if _, err := s.Table(t.Context()); !errors.As(err, &missing) || missing.Shards[0] != shard+1 {
			t.Errorf("before shard %d: error %v", shard, err)
		}
		if err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files(t, open(t, dir, Options{Shards: 7})), want) {
		t.Error("seven shards give another table")
	}

	dir = t.TempDir()
	made := 0
	for stop := 1; made < first.Runs(); stop++ {
		ctx, cancel := context.WithCancel(t.Context())
		o := Options{Workers: 2, Progress: func(done, _ int) {
			if made++; done >= 3*stop {
				cancel()
			}
		}}
		err := open(t, dir, o).Run(ctx)
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		// A row that was torn by a loss of power is made again.
		log := filepath.Join(dir, "rows", "1-of-1.2.jsonl")
		if b, err := os.ReadFile(log); err == nil && stop == 2 {
			if err := os.WriteFile(log, b[:len(b)-7], 0o644); err != nil {
				t.Fatal(err)
			}
			made--
		}
	}
	if !bytes.Equal(files(t, open(t, dir, Options{})), want) {
		t.Error("an interrupted sweep gives another table")
	}
}

// A row is what the run alone gives.
func TestRowsAreRuns(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	table, err := s.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) []float64 {
		numbers, err := table.Floats(name)
		if err != nil {
			t.Fatal(err)
		}
		return numbers
	}
	texts := func(name string) []string {
		all, err := table.Texts(name)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	for run, at := range []struct {
		level  units.Rate
		weight units.Conductance
		seed   uint64
	}{{20, 0.2, 3}, {20, 0.2, 4}, {20, 0.4, 3}, {20, 0.4, 4}, {80, 0.2, 3}} {
		if got := column("level")[run]; got != float64(at.level) {
			t.Errorf("run %d: level is %v, want %v", run, got, at.level)
		}
		if got := column("weight")[run]; got != float64(at.weight) {
			t.Errorf("run %d: weight is %v, want %v", run, got, at.weight)
		}
		e := s.Experiment
		e.Seed = at.seed
		e.Inputs = []myogen.Input{{Source: "cortex", Target: "DD", Shape: myogen.Step[units.Rate]{Level: at.level, Duration: 1 * units.S}}}
		e.Connections = []myogen.Connection{{Source: "DD", Target: "aMN", Probability: 0.5, Weight: at.weight}}
		r, err := myogen.Run(t.Context(), e, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := texts("spikes_sha256")[run], r.Block.SpikeSHA256(); got != want {
			t.Errorf("run %d: the spikes are %s, want %s", run, got, want)
		}
		n, err := count(r, "aMN")
		if err != nil {
			t.Fatal(err)
		}
		if got := column("aMN.spikes")[run]; got != float64(n) {
			t.Errorf("run %d: %v spikes, want %d", run, got, n)
		}
	}
	means, levels, weights, err := table.Grid("aMN.spikes", "level", "weight")
	if err != nil {
		t.Fatal(err)
	}
	spikes := column("aMN.spikes")
	if fmt.Sprint(levels, weights) != "[20.0 80.0 200.0] [0.2 0.4]" || means[1][0] != (spikes[4]+spikes[5])/2 || means[0][1] != (spikes[2]+spikes[3])/2 || !math.IsNaN(means[2][0]) {
		t.Errorf("the grid is %v over %q and %q", means, levels, weights)
	}
	failed := 0
	for i, text := range texts("error") {
		if text == "" {
			continue
		}
		failed++
		if !math.IsNaN(column("aMN.spikes")[i]) || column("seed")[i] == 0 {
			t.Errorf("the failed run %d has numbers", i)
		}
	}
	if failed == 0 {
		t.Error("no run failed")
	}
}

func TestSweepRefuses(t *testing.T) {
	s := small(t).Sweep
	for want, change := range map[string]func(*myogen.Sweep){
		"the sweep has no axes": func(s *myogen.Sweep) { s.Axes = nil },
		`there is no "connection"`: func(s *myogen.Sweep) {
			s.Axes = []myogen.Axis{{Path: "connection[0].weight", Values: []string{"1 uS"}}}
		},
		"there is no item [7]": func(s *myogen.Sweep) {
			s.Axes = []myogen.Axis{{Path: "connections[7].weight", Values: []string{"1 uS"}}}
		},
		"value 1, -1 uS": func(s *myogen.Sweep) {
			s.Axes = []myogen.Axis{{Path: "connections[0].weight", Values: []string{"1 uS", "-1 uS"}}}
		},
		"the axis has no values":       func(s *myogen.Sweep) { s.Axes = []myogen.Axis{{Path: "connections[0].weight"}} },
		"a range needs from, to and n": func(s *myogen.Sweep) { s.Axes = []myogen.Axis{{Path: "connections[0].weight", From: "1 uS"}} },
		"this one has both":            func(s *myogen.Sweep) { s.Axes = []myogen.Axis{{Path: "seed", From: "1", Values: []string{"2"}}} },
		"both must be above 0": func(s *myogen.Sweep) {
			s.Axes = []myogen.Axis{{Path: "inputs[0].step.level", From: "0 pps", To: "9 pps", N: 3, Log: true}}
		},
		"two columns are called":                 func(s *myogen.Sweep) { s.Axes = append(s.Axes, s.Axes[0]) },
		"axes that step together":                func(s *myogen.Sweep) { s.Zip = true },
		"repeats is 1099511627776, must be 1 to": func(s *myogen.Sweep) { s.Repeats = 1 << 40 },
		"must be at most":                        func(s *myogen.Sweep) { s.Repeats = 1e7 },
		"n is -1, must be 1 to":                  func(s *myogen.Sweep) { s.Axes = []myogen.Axis{{Path: "seed", From: "1", To: "2", N: -1}} },
		"n is 1099511627776, must be 1 to":       func(s *myogen.Sweep) { s.Axes = []myogen.Axis{{Path: "seed", From: "1", To: "2", N: 1 << 40}} },
		"has no others with it": func(s *myogen.Sweep) {
			s.Axes[0].With = []myogen.Axis{{Path: "seed", Values: []string{"1"}, With: s.Axes[1:]}}
		},
		`there is no population "MN"`: func(s *myogen.Sweep) { s.Recruitment = []string{"MN"} },
		"is no number": func(s *myogen.Sweep) {
			s.Axes = []myogen.Axis{{Path: "populations.aMN.model", From: "NERLab", To: "Powers2017", N: 2}}
		},
	} {
		bad := s
		bad.Axes = append([]myogen.Axis(nil), s.Axes...)
		change(&bad)
		if _, err := bad.Plan(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want it to say %q", err, want)
		}
	}
	dir := t.TempDir()
	open(t, dir, Options{})
	other := s
	other.Repeats = 1
	p, err := other.Plan()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, p, Options{}); err == nil || !strings.Contains(err.Error(), "holds another sweep") {
		t.Errorf("another sweep in the folder: error %v", err)
	}
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "thesis.tex"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(foreign, p, Options{}); err == nil || !strings.Contains(err.Error(), "thesis.tex") {
		t.Errorf("a folder with other files: error %v", err)
	}
	if _, err := Open(t.TempDir(), p, Options{Shard: 3, Shards: 3}); err == nil || !strings.Contains(err.Error(), "shard 3 of 3") {
		t.Errorf("a shard too many: error %v", err)
	}
}

// Two programs that make one sweep in one folder at once make each run once and end with
// the table of one, and of two other sweeps that begin at once in a new folder one is
// refused.
func TestTwoSweepsAtOnce(t *testing.T) {
	want := open(t, t.TempDir(), Options{})
	if err := want.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var errs [2]error
	var wg sync.WaitGroup
	plans := [2]*myogen.Plan{small(t), small(t)}
	var made [2]int
	var told atomic.Int32
	for i, plan := range plans {
		wg.Go(func() {
			s, err := Open(dir, plan, Options{Workers: 2, Others: func() { told.Add(1) }, Progress: func(done, total int) { made[i] = done }})
			if err == nil {
				_, err = s.Estimate(t.Context())
			}
			if err == nil {
				err = s.Run(t.Context())
			}
			if err == nil {
				err = s.Merge(t.Context(), nil)
			}
			errs[i] = err
		})
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(files(t, open(t, dir, Options{})), files(t, want)) {
		t.Error("two sweeps at once give another table")
	}
	if runtime.GOOS == "linux" { // elsewhere some runs are made twice
		if rows := rowsOf(t, open(t, dir, Options{})); slices.Max(rows) != 1 {
			t.Errorf("the runs were made %v times", rows)
		}
	}
	if total := plans[0].Runs(); made != [2]int{total, total} && made != [2]int{0, total} && made != [2]int{total, 0} {
		t.Errorf("progress ends at %v", made)
	}

	other := plans[1].Sweep
	other.Repeats = 1
	var err error
	if plans[1], err = other.Plan(); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		dir := t.TempDir()
		for i, plan := range plans {
			wg.Go(func() { _, errs[i] = Open(dir, plan, Options{}) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || !strings.Contains(errors.Join(errs[:]...).Error(), "holds another sweep") {
			t.Fatalf("errors %v and %v, want one that the folder holds another sweep", errs[0], errs[1])
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("the folder holds %v, error %v", entries, err)
		}
	}
}

// No axis is called like another column of the table, which is found before the first run.
func TestColumnNamesAreTaken(t *testing.T) {
	s := open(t, t.TempDir(), Options{})
	axes := map[string]bool{}
	for _, c := range s.Columns {
		axes[c.Name] = true
	}
	tried := 0
	for _, c := range s.empty(0).Columns {
		if axes[c.Name] {
			continue
		}
		other := s.Plan.Sweep
		other.Axes = slices.Clone(other.Axes)
		other.Axes[0].Name = c.Name
		tried++
		if _, err := other.Plan(); err == nil || !strings.Contains(err.Error(), "another column called") {
			t.Errorf("an axis called %q: error %v", c.Name, err)
		}
	}
	if tried < 10 {
		t.Errorf("%d names were tried", tried)
	}
}

// Spike trains of each run are kept on request, and words are values too.
func TestTrainsAndWords(t *testing.T) {
	s := small(t).Sweep
	s.Trains, s.Repeats, s.Recruitment = true, 0, []string{"aMN"}
	s.Axes = []myogen.Axis{{Name: "kind", Path: "populations.aMN.model", Values: []string{"NERLab", "Powers2017"}}}
	p, err := s.Plan()
	if err != nil {
		t.Fatal(err)
	}
	sw, err := Open(t.TempDir(), p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := sw.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	table, err := sw.Table(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if kinds, err := table.Texts("kind"); err != nil || strings.Join(kinds, " ") != "NERLab Powers2017" {
		t.Errorf("the column is %v, %v", kinds, err)
	}
	if times, err := table.Floats("aMN.0.recruitment"); err != nil || !(times[0] > 0 && times[0] < 0.2) {
		t.Errorf("recruitment is %v, %v", times, err)
	}
	for run := range 2 {
		if _, err := os.Stat(sw.trainsPath(run)); err != nil {
			t.Error(err)
		}
	}
}
