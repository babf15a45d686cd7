package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/format/npz"
)

// command runs a command line and returns what it prints.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := run(context.Background(), args, &out)
	return out.String(), err
}

// From protocol and seed alone, and stopped at 7 s and taken up again, the
// spikes are those of MyoGen on NEURON: 69 026 of the drive, 14 113 and 4423 of
// the motor neurons.
func TestRunEqualsMyoGen(t *testing.T) {
	for _, model := range []string{"NERLab", "Powers2017"} {
		dir := t.TempDir()
		state, results := filepath.Join(dir, "run.state"), filepath.Join(dir, "results.npz")
		if out, err := command(t, "run", model+".yaml", "-until", "7s", "-state", state); err != nil || !strings.Contains(out, "stopped before 15 s") {
			t.Fatalf("%s until 7 s: %v\n%s", model, err, out)
		}
		if out, err := command(t, "run", "-resume", state, "-out", results, "-workers", "1", model+".yaml"); err != nil || !strings.Contains(out, "going on at 7") {
			t.Fatalf("%s from 7 s: %v\n%s", model, err, out)
		}
		out, err := command(t, "compare", "../../testdata/network_"+model+"_seed42.npz", results)
		if err != nil || !strings.Contains(out, "identical to the last bit") || !strings.Contains(out, "69026 spikes of 100 cells") {
			t.Errorf("%s: %v\n%s", model, err, out)
		}
		report, err := myogen.LoadReport(results)
		if err != nil {
			t.Fatal(err)
		}
		motor := report.Populations[1]
		if want := map[string]int{"NERLab": 14113, "Powers2017": 4423}[model]; motor.Spikes != want || report.Partial || report.Seed != 42 || report.Steps != 150001 {
			t.Errorf("%s: the report tells of %+v, %d steps, partial %v", model, motor, report.Steps, report.Partial)
		}
	}
}

// short is an experiment that takes no time.
const short = `
seed: 3
duration: 200 ms
populations:
  DD: {drive_neurons: {n: 30}}
  aMN: {motor_neurons: {n: 3, model: NERLab, thresholds: curves}}
inputs:
  - {source: cortex, target: DD, step: {level: 120 pps, start: 20 ms, duration: 500 ms}}
connections:
  - {source: DD, target: aMN, probability: 0.5, weight: 0.4 uS}
`

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCompareTellsThemApart(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.npz"), filepath.Join(dir, "b.npz")
	for path, text := range map[string]string{a: short, b: strings.Replace(short, "seed: 3", "seed: 4", 1)} {
		if out, err := command(t, "run", write(t, "e.yaml", text), "-out", path); err != nil {
			t.Fatal(err, out)
		}
	}
	if out, err := command(t, "compare", a, a); err != nil || !strings.Contains(out, "identical") {
		t.Errorf("a file and itself: %v\n%s", err, out)
	}
	out, err := command(t, "compare", a, b)
	if !errors.Is(err, errDifferent) || !strings.Contains(out, "first difference: train") {
		t.Errorf("two seeds: %v\n%s", err, out)
	}
	if _, err := command(t, "compare", a, filepath.Join(dir, "none.npz")); err == nil || errors.Is(err, errDifferent) {
		t.Errorf("a missing file: %v", err)
	}
	// A report beside spikes that are not its own is found out.
	block, err := npz.ReadBlock(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := npz.WriteBlock(a, block); err != nil {
		t.Fatal(err)
	}
	if _, err := myogen.LoadReport(a); err == nil || !strings.Contains(err.Error(), "tells of spikes with the checksum") {
		t.Errorf("a foreign report: %v", err)
	}
}

func TestRunRefuses(t *testing.T) {
	e := write(t, "e.yaml", short)
	missing := filepath.Join(t.TempDir(), "no", "such", "r.npz")
	// above is the folder of e, as what is above another one.
	link := filepath.Join(t.TempDir(), "link")
	if err := errors.Join(os.Mkdir(filepath.Join(filepath.Dir(e), "deep"), 0o755), os.Symlink(filepath.Join(filepath.Dir(e), "deep"), link)); err != nil {
		t.Fatal(err)
	}
	above := link + "/.."
	experiment, err := myogen.LoadExperiment(e)
	if err != nil {
		t.Fatal(err)
	}
	c, err := newCheckpoints(t.Context(), experiment, "a.npz", time.Second)
	if err != nil {
		t.Fatal(err)
	}
	checkpoint := c.path(0)
	for _, c := range []struct {
		want string
		args []string
	}{
		{"takes 1 file names, there are 0", []string{"run"}},
		{"no such file", []string{"run", "none.yaml"}},
		{`no "sead"`, []string{"run", write(t, "e.yaml", "sead: 3\n")}},
		{"-until is 300 ms", []string{"run", e, "-until", "300ms"}},
		{"-until is -1 ms", []string{"run", e, "-until", "-1ms"}},
		{"-until is 0 ms", []string{"run", e, "-until", "0s"}},
		{"is not a number with one of the units", []string{"run", e, "-until", "7"}},
		{"says where to save", []string{"run", e, "-until", "100ms"}},
		{"not an .npz file", []string{"run", e, "-resume", e}},
		{"no such file", []string{"run", e, "-out", missing}},
		{"number of workers is -2", []string{"run", e, "-workers", "-2", "-out", filepath.Join(t.TempDir(), "r.npz")}},
		{"must end in .npz", []string{"run", e, "-out", filepath.Join(t.TempDir(), "results")}},
		{"-out: write", []string{"run", e, "-out", t.TempDir() + "/x.npz/y.npz"}},
		{"(" + e + ") is the same file as the experiment", []string{"run", e, "-state", e}},
		{"is the same file as the experiment", []string{"run", above + "/e.yaml", "-state", e}},
		{"is the same file as the experiment", []string{"run", e, "-state", above + "/E.yaml"}},
		{"is the same file as -state", []string{"run", e, "-until", "100ms", "-state", filepath.Join(filepath.Dir(e), "a.npz"), "-out", above + "/a.npz"}},
		{"is the same file as -state", []string{"run", e, "-until", "100ms", "-state", filepath.Join(filepath.Dir(e), "a.npz"), "-out", filepath.Join(filepath.Dir(e), ".", "a.npz")}},
		{"is the same file as -state (" + checkpoint + ")", []string{"run", e, "-out", "a.npz", "-state", checkpoint}},
		{"the rows so far of record_all[0] (r.npy.partial) is the same file as -state", []string{"run", recordingTo(t, "r.npy"), "-until", "100ms", "-state", "r.npy.partial"}},
		{"is the same file as a file that the experiment names", []string{"run", overThresholds(t), "-out", filepath.Join(t.TempDir(), "r.npz")}},
		{"replay: -out (" + e + ") is the same file as -in", []string{"replay", "-in", e, "-out", e}},
		{"every run would write to r.npy", []string{"sweep", sweepOf(t, recordingTo(t, "r.npy")), "-o", t.TempDir()}},
		{"is the same file as -state", []string{"run", recordingTo(t, "r.npy"), "-until", "100ms", "-state", "r.npy"}},
		{"flag provided but not defined", []string{"run", e, "-seed", "3"}},
		{"takes 2 file names", []string{"compare", e}},
		{"no command", []string{"fly"}},
	} {
		if _, err := command(t, c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want it to say %q", c.args, err, c.want)
		}
	}
	if _, err := os.Stat("results.npz"); err == nil {
		t.Error("a run that failed wrote results")
	}
}

// recordingTo writes an experiment that records to a path.
func recordingTo(t *testing.T, path string) string {
	t.Helper()
	t.Chdir(t.TempDir())
	return write(t, "e.yaml", short+"record_all:\n  - {population: aMN, path: "+path+"}\n")
}

// overThresholds writes an experiment that records to the file of its thresholds.
func overThresholds(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "thresholds.npy")
	if err := myogen.SaveThresholds(path, []float64{0.1, 0.2, 1}); err != nil {
		t.Fatal(err)
	}
	e := strings.Replace(short, "n: 3, model: NERLab, thresholds: curves", "thresholds: "+path, 1)
	return write(t, "e.yaml", e+"record_all:\n  - {population: aMN, path: "+path+"}\n")
}

// sweepOf makes a sweep of an experiment file.
func sweepOf(t *testing.T, experiment string) string {
	t.Helper()
	text, err := os.ReadFile(experiment)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, "sweep.yaml", string(text)+"sweep:\n  axes:\n    - {path: seed, values: [1, 2]}\n")
}

// An interrupted run keeps what it has: a partial result, and a state to go on from.
func TestRunInterrupted(t *testing.T) {
	e, dir := write(t, "e.yaml", short), t.TempDir()
	state, out := filepath.Join(dir, "s"), filepath.Join(dir, "r.npz")
	ctx, cancel := context.WithCancel(context.Background())
	stopped := writerFunc(func(b []byte) (int, error) {
		if strings.Contains(string(b), " %  ") {
			cancel()
		}
		return len(b), nil
	})
	if err := run(ctx, []string{"run", e, "-state", state, "-out", out}, stopped); err == nil || !strings.Contains(err.Error(), " of 200 ms") {
		t.Errorf("error %v", err)
	}
	block, err := npz.ReadBlock(out)
	if err != nil || !strings.Contains(block.Annotations["partial"], " of 200 ms") {
		t.Errorf("the result: %v, %v", block, err)
	}
	if printed, err := command(t, "run", e, "-resume", state, "-out", out); err != nil {
		t.Error(err, printed)
	}
	if report, err := myogen.LoadReport(out); err != nil || report.Partial {
		t.Errorf("after going on: partial %v, %v", report.Partial, err)
	}
}

type writerFunc func(b []byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestCheckStepPrints(t *testing.T) {
	out, err := command(t, "check-step", write(t, "e.yaml", short))
	if err != nil || !strings.Contains(out, "0.025 ms") || !strings.Contains(out, "mean CV") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestHelp(t *testing.T) {
	show := func(args ...string) string {
		out, err := command(t, args...)
		if err != nil {
			t.Fatalf("%q: %v", args, err)
		}
		return out
	}
	all := show("-h")
	for _, args := range [][]string{{}, {"help"}, {"--help"}} {
		if got := show(args...); got != all {
			t.Errorf("%q: %q", args, got)
		}
	}
	for _, c := range commands {
		help := show("help", c.name)
		if !strings.HasPrefix(help, "  myogen "+c.name) || !strings.Contains(all, "  myogen "+c.name) {
			t.Errorf("help %s: %q", c.name, help)
		}
		for _, flag := range []string{"-h", "-help", "--help"} {
			if got := show(c.name, flag); got != help {
				t.Errorf("%s %s: %q, want that of help", c.name, flag, got)
			}
		}
	}
	if _, err := command(t, "help", "nothing"); err == nil || !strings.Contains(err.Error(), `no command "nothing"`) {
		t.Error(err)
	}
}
