package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/datafolder"
	"gomyogen/myogen/format/atomicfile/faultydisk"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/watch/watchtest"
	"gomyogen/myogen/units"
)

// long is short's pool for long enough to be killed.
var long = strings.Replace(short, "duration: 200 ms", "duration: 20 s", 1)

// The tests have a data folder of their own.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "myogen-test-")
	if err == nil {
		err = os.Setenv(datafolder.Variable, dir)
	}
	if err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// build returns the path of the command.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "myogen")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

func spikes(t *testing.T, results string) string {
	t.Helper()
	report, err := myogen.LoadReport(results)
	if err != nil {
		t.Fatal(err)
	}
	if report.Partial {
		t.Errorf("%s is partial", results)
	}
	return report.SpikesSHA256
}

// contents returns the SHA-256 of a file.
func contents(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(b))
}

// A command that is killed at any moment goes on from its newest checkpoint
// when it is given again, to the spikes of a run that was not killed.
func TestKilledRunGoesOn(t *testing.T) {
	if !strings.Contains(long, "20 s") {
		t.Fatal("the experiment has another duration")
	}
	bin, dir := build(t), t.TempDir()
	rows := filepath.Join(dir, "v.npy") // of whole populations: what is written while a run goes on
	e := write(t, "e.yaml", long+fmt.Sprintf("record_all:\n  - {population: aMN, path: %s}\n", rows))
	whole := filepath.Join(dir, "whole.npz")
	start := time.Now()
	if out, err := exec.Command(bin, "run", e, "-out", whole).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	took := time.Since(start)
	want, wantRows := contents(t, whole), contents(t, rows)
	kills := 50
	if testing.Short() {
		kills = 5
	}
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	killed, wentOn := 0, 0
	for run := 0; killed < kills; run++ {
		results := filepath.Join(dir, fmt.Sprintf("r%d.npz", run))
		for {
			var out strings.Builder
			cmd := exec.Command(bin, "run", e, "-out", results, "-checkpoint", "20ms")
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if killed < kills {
				time.AfterFunc(time.Duration(r.Int64N(int64(took))), func() { _ = cmd.Process.Kill() })
			}
			err := cmd.Wait()
			if strings.Contains(out.String(), "not going on") {
				t.Fatalf("seed %d: %s", seed, out.String())
			}
			if strings.Contains(out.String(), "going on at") {
				wentOn++
			}
			if err == nil {
				break
			}
			if !cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
				t.Fatalf("seed %d: %v\n%s", seed, err, out.String())
			}
			killed++
		}
		spikes(t, results)
		if contents(t, results) != want || contents(t, rows) != wantRows {
			t.Errorf("seed %d: run %d has other results", seed, run)
		}
		left, err := filepath.Glob(results + ".checkpoint*")
		parts, partsErr := filepath.Glob(rows + ".*")
		if err := errors.Join(err, partsErr); err != nil || left != nil || parts != nil {
			t.Errorf("left behind: %q, %q, %v", left, parts, err)
		}
	}
	if wentOn == 0 {
		t.Errorf("of %d killed runs none went on from a checkpoint", killed)
	}
}

// SIGTERM and SIGHUP end a run as Ctrl-C does: what there is is saved, and the
// same command goes on.
func TestSignalsSave(t *testing.T) {
	bin := build(t)
	e := write(t, "e.yaml", strings.Replace(short, "duration: 200 ms", "duration: 100 s", 1))
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		// Under nohup a terminal that closes ends nothing.
		nohup := sig == syscall.SIGTERM
		results := filepath.Join(t.TempDir(), "r.npz")
		pipe, err := os.Create(filepath.Join(t.TempDir(), "log"))
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(bin, "run", e, "-out", results)
		if nohup {
			cmd = exec.Command("nohup", cmd.Args...)
		}
		cmd.Stdout, cmd.Stderr = pipe, pipe
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for { // until it runs
			if text, _ := os.ReadFile(pipe.Name()); strings.Contains(string(text), "10 %") {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		if nohup {
			if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
				t.Fatal(err)
			}
			for { // until it goes on
				if text, _ := os.ReadFile(pipe.Name()); strings.Contains(string(text), "20 %") || strings.Contains(string(text), "interrupted") {
					break
				}
				time.Sleep(5 * time.Millisecond)
			}
		}
		if err := cmd.Process.Signal(sig); err != nil && !nohup {
			t.Fatal(err)
		}
		err = cmd.Wait()
		text, _ := os.ReadFile(pipe.Name())
		if nohup && !strings.Contains(string(text), "20 %") {
			t.Errorf("SIGHUP under nohup:\n%s", text)
		}
		if err == nil || !strings.Contains(string(text), "interrupted at") || !strings.Contains(string(text), "the same command goes on") {
			t.Errorf("%v: %v\n%s", sig, err, text)
		}
		if report, err := myogen.LoadReport(results); err != nil || !report.Partial {
			t.Errorf("%v: partial %v, %v", sig, report.Partial, err)
		}
		if left, err := filepath.Glob(results + ".checkpoint-*-1"); err != nil || len(left) != 1 {
			t.Errorf("%v: checkpoints %q, %v", sig, left, err)
		}
	}
}

// A checkpoint that is damaged, or of another experiment, is told and not used;
// the older one is.
func TestDamagedCheckpoint(t *testing.T) {
	e := write(t, "e.yaml", short)
	results := filepath.Join(t.TempDir(), "r.npz")
	experiment, err := myogen.LoadExperiment(e)
	if err != nil {
		t.Fatal(err)
	}
	c, err := newCheckpoints(t.Context(), experiment, results, time.Nanosecond)
	if err != nil {
		t.Fatal(err)
	}
	sim, err := myogen.NewSimulation(t.Context(), experiment)
	if err != nil {
		t.Fatal(err)
	}
	for _, until := range []units.Time{50, 100} {
		if _, err := sim.RunUntil(t.Context(), until, nil); err != nil {
			t.Fatal(err)
		}
		if err := c.save(t.Context(), sim); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(c.path(1), []byte("not ours"), 0o644); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := run(t.Context(), []string{"run", e, "-out", results}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"not going on from a checkpoint: ", c.path(1), "going on at 50"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it says %s, want %q", out.String(), want)
		}
	}
}

// A run that is stopped at any moment, while it writes one of its checkpoints too,
// leaves the two of before or a newer one, and goes on to the same spikes.
func TestStopInACheckpoint(t *testing.T) {
	e := write(t, "e.yaml", short)
	dir := t.TempDir()
	results := filepath.Join(dir, "whole.npz")
	every := []string{"run", e, "-checkpoint", "1ns", "-out"}
	whole := &watchtest.Counting{Context: t.Context(), Most: 1 << 40}
	if err := run(whole, append(every, results), io.Discard); err != nil {
		t.Fatal(err)
	}
	want := spikes(t, results)
	wentOn := 0
	for i := range 12 {
		results := filepath.Join(dir, fmt.Sprintf("r%d.npz", i))
		var out strings.Builder
		c, err := watchtest.Stopped(t.Context(), (i+1)*whole.Looks/13, func(ctx context.Context) error { // one that is faster takes more steps at once
			out.Reset()
			return run(ctx, append(every, results), &out)
		})
		if !strings.Contains(err.Error(), "interrupted") || strings.Contains(out.String(), "no checkpoint") {
			t.Errorf("stopped after %d looks: %v\n%s", c.Most, err, out.String())
		}
		out.Reset()
		if err := run(t.Context(), append(every, results), &out); err != nil || strings.Contains(out.String(), "not going on") {
			t.Errorf("stopped after %d looks: %v\n%s", c.Most, err, out.String())
		}
		if strings.Contains(out.String(), "going on at") {
			wentOn++
		}
		if got := spikes(t, results); got != want {
			t.Errorf("stopped after %d looks: other spikes", c.Most)
		}
	}
	if wentOn < 6 {
		t.Errorf("%d of 12 went on", wentOn)
	}
}

// Results that cannot be written any more at the end are written elsewhere.
func TestResultsThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	e, results := write(t, "e.yaml", short), filepath.Join(dir, "sub", "r.npz")
	if err := os.Mkdir(filepath.Dir(results), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", t.TempDir())
	var out strings.Builder
	gone := writerFunc(func(b []byte) (int, error) {
		if strings.Contains(string(b), " %  ") {
			if err := os.RemoveAll(filepath.Dir(results)); err != nil {
				t.Error(err)
			}
		}
		return out.Write(b)
	})
	err := run(context.Background(), []string{"run", e, "-out", results}, gone)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	_, after, ok := strings.Cut(out.String(), "it is in ")
	elsewhere, _, _ := strings.Cut(after, " instead")
	if !ok {
		t.Fatalf("it says %s", out.String())
	}
	spikes(t, elsewhere)
}

// Checkpoints that somebody else made are not believed, though they are good.
func TestForeignCheckpoint(t *testing.T) {
	e := write(t, "e.yaml", short)
	results := filepath.Join(t.TempDir(), "r.npz")
	experiment, err := myogen.LoadExperiment(e)
	if err != nil {
		t.Fatal(err)
	}
	sim, err := myogen.NewSimulation(t.Context(), experiment)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sim.RunUntil(t.Context(), 50, nil); err != nil {
		t.Fatal(err)
	}
	other, err := newCheckpoints(t.Context(), experiment, results, time.Nanosecond)
	if err != nil {
		t.Fatal(err)
	}
	other.key = []byte("another user's")
	if err := errors.Join(other.saveNow(t.Context(), sim), sim.SaveState(other.path(1))); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := run(t.Context(), []string{"run", e, "-out", results}, &out); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); strings.Count(got, "was not made by you") != 2 || strings.Contains(got, "going on at") {
		t.Errorf("it says %s", got)
	}
}

// An older checkpoint of the same user, put back, takes the run to the same end; one
// of another experiment is refused, though the signature is right.
func TestReplayedCheckpoint(t *testing.T) {
	e := write(t, "e.yaml", short)
	whole := filepath.Join(t.TempDir(), "whole.npz")
	if err := run(t.Context(), []string{"run", e, "-out", whole}, io.Discard); err != nil {
		t.Fatal(err)
	}
	experiment, err := myogen.LoadExperiment(e)
	if err != nil {
		t.Fatal(err)
	}
	other := experiment
	other.Seed++
	for name, c := range map[string]struct {
		experiment myogen.Experiment
		want       string
		goesOn     bool
	}{
		"older":   {experiment, "going on at 50", true},
		"another": {other, "it belongs to another experiment: in the state seed is", false},
	} {
		results := filepath.Join(t.TempDir(), "r.npz")
		saved, err := newCheckpoints(t.Context(), c.experiment, results, time.Nanosecond)
		if err != nil {
			t.Fatal(err)
		}
		sim, err := myogen.NewSimulation(t.Context(), c.experiment)
		if err != nil {
			t.Fatal(err)
		}
		var older []byte
		for _, until := range []units.Time{50, 100, 150} {
			if _, err := sim.RunUntil(t.Context(), until, nil); err != nil {
				t.Fatal(err)
			}
			if err := saved.saveNow(t.Context(), sim); err != nil {
				t.Fatal(err)
			}
			if older == nil {
				if older, err = os.ReadFile(saved.path(0)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := errors.Join(os.WriteFile(saved.path(0), older, 0o644), os.WriteFile(saved.path(1), older, 0o644)); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := run(t.Context(), []string{"run", e, "-out", results}, &out); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); !strings.Contains(got, c.want) || strings.Contains(got, "going on at") != c.goesOn {
			t.Errorf("%s: it says %s", name, got)
		}
		if contents(t, results) != contents(t, whole) {
			t.Errorf("%s: other results", name)
		}
	}
}

// A run of an edited experiment leaves the checkpoints of the one before, which goes on
// from them when the file is as it was; one that would record over its rows is refused.
func TestEditedExperimentKeepsCheckpoints(t *testing.T) {
	t.Chdir(t.TempDir())
	before, after := short, strings.Replace(short, "seed: 3", "seed: 4", 1)
	if before == after {
		t.Fatal("the experiment has another seed")
	}
	// stopped runs until its second line of progress, and returns what it says.
	stopped := func(text string) string {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		if err := os.WriteFile("e.yaml", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		lines := 0
		var out strings.Builder
		err := run(ctx, []string{"run", "e.yaml", "-checkpoint", "1ns"}, writerFunc(func(b []byte) (int, error) {
			if strings.Contains(string(b), " %  ") {
				lines++
			}
			if lines == 2 {
				stop()
			}
			return out.Write(b)
		}))
		if err == nil || !strings.Contains(err.Error(), "interrupted at") {
			t.Fatalf("%v\n%s", err, out.String())
		}
		return out.String()
	}
	says := func(said string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(said, w) {
				t.Errorf("it says %s\nwant %q", said, w)
			}
		}
	}
	stopped(before)
	says(stopped(after), "it belongs to another experiment: in the state seed is 3, and 4 in this one", "kept, ", "e.npz.checkpoint-")
	says(stopped(before), "going on at ", "kept, ")
	says(stopped(after), "going on at ", "kept, ")

	recording := "record_all:\n  - {population: aMN, path: v.npy}\n"
	stopped(before + recording)
	var out strings.Builder
	if err := os.WriteFile("e.yaml", []byte(after+recording), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), []string{"run", "e.yaml"}, &out); err == nil || !strings.Contains(err.Error(), "the rows so far in v.npy.partial may be those") {
		t.Errorf("%v\n%s", err, out.String())
	}
	says(stopped(before+recording), "going on at ")
}

// Part of a run never replaces complete results.
func TestPartialResultsReplaceNoComplete(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("e.yaml", []byte(short), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t, "run", "e.yaml"); err != nil {
		t.Fatal(err, out)
	}
	complete, report := contents(t, "e.npz"), contents(t, "e.report.json")
	for range 2 { // a partial one is replaced
		out, err := command(t, "run", "e.yaml", "-until", "50ms", "-out", "e.npz")
		if err != nil || !strings.Contains(out, "e.npz is complete and stays\nwritten to e.partial.npz and e.partial.report.json") {
			t.Errorf("%v\n%s", err, out)
		}
	}
	if contents(t, "e.npz") != complete || contents(t, "e.report.json") != report {
		t.Error("other results")
	}
	if r, err := myogen.LoadReport("e.partial.npz"); err != nil || !r.Partial {
		t.Errorf("partial %v, %v", r.Partial, err)
	}
	if _, err := command(t, "run", "e.yaml", "-until", "50ms", "-out", "e.npz", "-state", "e.partial.npz"); err == nil || !strings.Contains(err.Error(), "is the same file as -state") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat("e.partial.partial.npz"); err == nil {
		t.Error("a partial result is kept as a complete one")
	}
}

// After any fault of the disk while checkpoints are written, a kill or a power
// loss, the run goes on from one that was written; from the last one, if that
// was without an error.
func TestFaultsLoseNoCheckpoint(t *testing.T) {
	few := strings.NewReplacer("n: 30", "n: 5", "200 ms", "60 ms", "start: 20 ms", "start: 1 ms", "120 pps", "300 pps").Replace(short)
	experiment, err := myogen.LoadExperiment(write(t, "e.yaml", few))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := myogen.Run(t.Context(), experiment, nil)
	if err != nil {
		t.Fatal(err)
	}
	if whole.Report().Populations[0].Spikes < 10 {
		t.Fatalf("too few spikes: %v", whole.Report().Populations)
	}
	failed := 0
	faultydisk.Seeds(t, 30, func(seed uint64, dir string) error {
		e := experiment
		e.RecordAll = []myogen.Recording{{Population: "aMN", Path: filepath.Join(dir, "v.npy")}}
		c, err := newCheckpoints(context.Background(), e, filepath.Join(dir, "r.npz"), time.Nanosecond)
		if err != nil {
			return err
		}
		d := faultydisk.New(seed, dir, 60)
		var good, begun units.Time
		died := d.Run(func() {
			sim, err := myogen.NewSimulation(context.Background(), e)
			for at := units.Time(10); err == nil && at < 60; at += 10 {
				if _, err = sim.RunUntil(context.Background(), at, nil); err == nil {
					begun = sim.Time()
					err = c.saveNow(context.Background(), sim)
				}
				if err == nil {
					good = sim.Time()
				}
			}
			if err != nil {
				failed++
			}
		})
		if d.Random.IntN(2) == 0 {
			if err := d.PowerLoss(); err != nil {
				return err
			}
		}
		d.Restart()
		var said strings.Builder
		var results *myogen.Result
		var again error
		d.Run(func() {
			sim, _ := c.resume(context.Background(), e, &said)
			if sim == nil && good > 0 || sim != nil && (sim.Time() < good || sim.Time() > begun) {
				again = fmt.Errorf("died %v: goes on from %v, want %v to %v: %s", died, sim, good, begun, said.String())
				return
			}
			if sim == nil {
				if sim, again = myogen.NewSimulation(context.Background(), e); again != nil {
					return
				}
			}
			results, again = sim.Run(context.Background(), nil)
		})
		if again != nil {
			return again
		}
		if results.Block.SpikeSHA256() != whole.Block.SpikeSHA256() {
			return errors.New("other spikes")
		}
		_, err = npz.ReadArray(e.RecordAll[0].Path)
		return err
	})
	if failed == 0 {
		t.Error("nothing failed")
	}
}

// What needs more than is free is refused before the first step or, where it may
// be less after compression, said. A disk that is full though it claimed to have
// space leaves the rows so far, and results elsewhere.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", t.TempDir())
	rows, results := filepath.Join(dir, "v.npy"), filepath.Join(dir, "r.npz")
	e := write(t, "e.yaml", short+fmt.Sprintf("record:\n  - {population: aMN, cell: 0}\nrecord_all:\n  - {population: aMN, path: %s}\n", rows))
	const row = 3 * 8
	for _, c := range []struct {
		name         string
		claims, room uint64
		want         []string
		begun        bool
	}{
		{"too little", 20_000, 0, []string{"record_all: " + rows + " needs 48.2 kB (48152 bytes), and 20 kB (20000 bytes) are free"}, false},
		{"enough for recordings alone", 50_000, 0, []string{"warning: before compression " + results, "50 kB (50000 bytes) are free"}, true},
		{"a lie", 1 << 40, 128 + 1000*row + 5, []string{"no space left on device", "it is in ", "the rows so far are in " + rows + ".partial"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := faultydisk.New(1, dir, 1)
			d.Fault, d.Claims, d.Room = faultydisk.None, c.claims, c.room
			var out strings.Builder
			var err error
			d.Run(func() { err = run(t.Context(), []string{"run", e, "-out", results}, &out) })
			said := out.String() + fmt.Sprint(err)
			for _, want := range c.want {
				if !strings.Contains(said, want) {
					t.Errorf("it says %s\nwant %q", said, want)
				}
			}
			if begun := strings.Contains(out.String(), " %  "); c.begun != begun {
				t.Errorf("begun is %v: %v", begun, err)
			}
			if c.room > 0 {
				if a, err := npz.ReadArray(rows + ".partial"); err != nil || len(a.Shape) != 2 || a.Shape[0] < 500 || a.Shape[0] > 1000 {
					t.Errorf("the rows so far have shape %v, %v", a.Shape, err)
				}
			}
		})
	}
}

// A stopped run says that it saves its state. A second interruption gives that up,
// at any moment, and leaves the checkpoint of before, from which the run goes on; one
// while the results are written saves the state first.
func TestSecondInterruption(t *testing.T) {
	e, dir := write(t, "e.yaml", short), t.TempDir()
	whole := filepath.Join(dir, "whole.npz")
	if err := run(t.Context(), []string{"run", e, "-out", whole}, io.Discard); err != nil {
		t.Fatal(err)
	}
	// stopped runs until its second line of progress, before whose checkpoint it is
	// interrupted, and again so many looks later.
	stopped := func(results string, looks int) (string, error) {
		again := &watchtest.Counting{Context: context.Background(), Most: looks}
		ctx, stop := context.WithCancel(context.WithValue(t.Context(), againKey{}, context.Context(again)))
		defer stop()
		lines := 0
		var out strings.Builder
		err := run(ctx, []string{"run", e, "-out", results, "-checkpoint", "1ns"}, writerFunc(func(b []byte) (int, error) {
			if strings.Contains(string(b), " %  ") {
				lines++
			}
			if lines == 2 {
				stop()
			}
			return out.Write(b)
		}))
		return out.String(), err
	}
	for i := range 8 {
		results := filepath.Join(dir, fmt.Sprintf("r%d.npz", i))
		said, err := stopped(results, 10*i)
		gaveUp := strings.Contains(said, "the state was given up; the same command goes on from the checkpoint of before")
		if err == nil || !strings.Contains(err.Error(), "interrupted at") || !strings.Contains(said, "saving the state, ") || i == 0 && !gaveUp {
			t.Errorf("given up after %d looks: %v\n%s", 10*i, err, said)
		}
		var out strings.Builder
		if err := run(t.Context(), []string{"run", e, "-out", results}, &out); err != nil || !strings.Contains(out.String(), "going on at") {
			t.Errorf("given up after %d looks: %v\n%s", 10*i, err, out.String())
		}
		if contents(t, results) != contents(t, whole) {
			t.Errorf("given up after %d looks: other results", 10*i)
		}
	}
	// The last line of progress is printed before the result is gathered, and the report
	// before the results are written.
	for i, c := range []struct{ line, want, then string }{
		{"100 %", "before its results were gathered", "the same command goes on from here"},
		{"Run of 200 ms", "before its results were written", "the same command goes on from here"},
		{"100 %", "", "written to"}, // without checkpoints
	} {
		results := filepath.Join(dir, fmt.Sprintf("late%d.npz", i))
		late := &watchtest.Counting{Context: t.Context(), Most: 1 << 40}
		var out strings.Builder
		args := []string{"run", e, "-out", results}
		if c.want == "" {
			args = append(args, "-checkpoint", "0")
		}
		err := run(late, args, writerFunc(func(b []byte) (int, error) {
			if strings.Contains(string(b), c.line) {
				late.Most = late.Looks + 3
			}
			return out.Write(b)
		}))
		if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) || !strings.Contains(out.String(), c.then) {
			t.Errorf("stopped after %q: %v\n%s", c.line, err, out.String())
		}
		if c.want == "" {
			if contents(t, results) != contents(t, whole) {
				t.Errorf("stopped after %q: other results", c.line)
			}
			continue
		}
		if err := run(t.Context(), []string{"run", e, "-out", results}, io.Discard); err != nil || contents(t, results) != contents(t, whole) {
			t.Errorf("after a stop after %q: %v", c.line, err)
		}
	}
}
