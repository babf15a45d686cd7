package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
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

// say runs the command line, which must print all of these.
func say(t *testing.T, args []string, want ...string) {
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
	say(t, []string{"sweep", file, "-o", whole}, "8 runs: 8 of about ", " core-hours, ", "100 %  8 of 8 runs", "took ", "8 rows, 0 of them failed")
	say(t, []string{"sweep", file, "-o", whole}, "8 runs, 8 of them made before", "8 rows")
	say(t, []string{"sweep", file, "-o", whole, "-status"}, "8 of 8 runs are made")
	say(t, []string{"sweep", file, "-o", parts, "-shard", "2/3"}, "3 runs: 3 of about ")
	say(t, []string{"sweep", file, "-o", parts, "-status", "-shards", "3"}, "3 of 8 runs are made")
	if _, err := command(t, "sweep", file, "-o", parts, "-merge", "-shards", "3"); err == nil || !strings.Contains(err.Error(), "5 runs are missing, of the shards [1 3] of 3") {
		t.Errorf("merge of a part: error %v", err)
	}
	say(t, []string{"sweep", file, "-o", parts, "-shard", "1/3"})
	say(t, []string{"sweep", file, "-o", parts, "-shard", "3/3"})
	say(t, []string{"sweep", file, "-o", parts, "-merge", "-shards", "3"}, "8 rows")
	for _, name := range []string{"sweep.yaml", "table.parquet", "table.csv", "table.npz"} {
		a, errA := os.ReadFile(filepath.Join(whole, name))
		b, errB := os.ReadFile(filepath.Join(parts, name))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs: %v, %v", name, errA, errB)
		}
	}
	for _, bad := range []string{"0/3", "4/3", "2", "a/b", "1/0"} {
		if _, err := command(t, "sweep", file, "-o", parts, "-shard", bad); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("-shard %s: error %v", bad, err)
		}
	}
}

// A fit writes its trials and the experiment that it found, which can be run.
func TestFitCommand(t *testing.T) {
	file, dir := shortened(t, "fit_rate.yaml"), t.TempDir()
	say(t, []string{"fit", file, "-o", dir}, "trial 0: cost ", "drive 40 pps, aMN.mean_rate ", "took ", "best of ", "aMN.mean_rate ", "wanted 16.82 ± 2.5")
	first, err := os.ReadFile(filepath.Join(dir, "trials.csv"))
	if err != nil {
		t.Fatal(err)
	}
	say(t, []string{"fit", file, "-o", dir, "-workers", "1"}, "best of ")
	again, err := os.ReadFile(filepath.Join(dir, "trials.csv"))
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("trials.csv differs: %v", err)
	}
	say(t, []string{"run", filepath.Join(dir, "best.yaml"), "-out", filepath.Join(dir, "best.npz")}, "12 NERLab motor neurons")
	if _, err := command(t, "fit", shortened(t, "sweep_small.yaml"), "-o", t.TempDir()); err == nil || !strings.Contains(err.Error(), `has no "sweep"`) {
		t.Errorf("a sweep is no fit: error %v", err)
	}
}
