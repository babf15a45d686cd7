package kernel

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gomyogen/kernel/env"
	"gomyogen/kernel/internal/keep"
	"gomyogen/myogen"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// experiment is a small pool under drive.
func experiment(weight units.Conductance, duration units.Time) myogen.Experiment {
	return myogen.Experiment{
		Duration: duration,
		Populations: []myogen.Population{
			myogen.DescendingDrivePool{Name: "DD", N: 10, Process: random.Erlang{Order: 5}}, myogen.AlphaMNPool{Name: "aMN", N: 10},
		},
		Inputs: []myogen.Input{{Source: "cortical_input", Target: "DD",
			Shape: myogen.Trapezoid[units.Rate]{Peak: 65 * units.Pps, Ramp: 100 * units.Ms, Plateau: duration - 200}}},
		Connections: []myogen.Connection{{Source: "DD", Target: "aMN", Probability: 0.5, Weight: weight}},
	}
}

// A stopped run is partial; run again it goes on to what it would have been.
func TestRunStopsAndGoesOn(t *testing.T) {
	const duration = 60 * units.S
	late := make(chan os.Signal, 10) // one that comes after a run must not end the tests
	signal.Notify(late, os.Interrupt)
	defer signal.Stop(late)
	weight := 0.3 * units.MicroSiemens
	keepHere(t)
	var whole *myogen.Result
	var err error
	quiet(t, func() {
		whole, err = NewProgress("whole").Simulate(experiment(weight, duration))
	})
	if err != nil || whole.Partial() {
		t.Fatalf("partial %v, error %v", whole.Partial(), err)
	}
	setTo(theRun, func() (*myogen.Result, error) { return whole, nil })
	if said := quiet(t, func() { Keep("whole", makeRun).Get() }); said != "" {
		t.Errorf("the result of a run cannot be kept: %s", said)
	}
	if err := forget([]string{"whole"}); err != nil {
		t.Fatal(err)
	}
	var result *myogen.Result
	stop := func(weight units.Conductance) string {
		nextCell(t)
		defer nextCell(t)
		return quiet(t, func() {
			bar := NewProgress("run")
			begun := func() bool { // the handler is there when the bar is
				bar.board.mu.Lock()
				defer bar.board.mu.Unlock()
				return !bar.start.IsZero()
			}
			go func() {
				for !begun() {
					time.Sleep(time.Millisecond)
				}
				if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
					t.Error(err)
				}
			}()
			result, err = bar.Simulate(experiment(weight, duration))
		})
	}
	said := stop(weight)
	if err != nil || !result.Partial() || result.Simulated == 0 {
		t.Fatalf("stopped: %+v, error %v", result, err)
	}
	if !strings.Contains(said, "run: stopped at ") {
		t.Errorf("the bar says %q", said)
	}
	if names := keptNames(); !slices.Equal(names, []string{"run"}) {
		t.Errorf("kept are %q, want the stopped run", names)
	}
	first := result.Simulated
	if stop(weight); err != nil || !result.Partial() || result.Simulated <= first {
		t.Fatalf("stopped again at %v after %v, error %v", result.Simulated, first, err)
	}
	quiet(t, func() { result, err = NewProgress("run").Simulate(experiment(weight, duration)) })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole.Block.Segments[1].SpikeTrains, result.Block.Segments[1].SpikeTrains); diff != "" {
		t.Errorf("after two breaks (-whole +resumed)\n%s", diff)
	}
	if names := keptNames(); len(names) != 0 {
		t.Errorf("the state of a finished run is still there: %q", names)
	}

	// Another network with the same title, as of another notebook, has a state
	// of its own.
	stop(weight)
	first = result.Simulated
	quiet(t, func() { _, err = NewProgress("run").Simulate(experiment(2*weight, duration)) })
	if err != nil {
		t.Fatal(err)
	}
	if stop(weight); err != nil || result.Simulated <= first {
		t.Errorf("stopped at %v after %v, error %v", result.Simulated, first, err)
	}
	if err := forget([]string{"run"}); err != nil || len(keptNames()) != 0 {
		t.Errorf("after Forget there is %q, error %v", keptNames(), err)
	}

	// A state that is damaged starts anew and says why.
	stop(weight)
	files, globErr := filepath.Glob(filepath.Join(os.Getenv(env.NotebookDir), ".myogen", "*.kept"))
	if globErr != nil || len(files) != 1 {
		t.Fatalf("kept are %q, error %v", files, globErr)
	}
	if err := os.WriteFile(files[0], []byte("not ours"), 0o644); err != nil {
		t.Fatal(err)
	}
	said = quiet(t, func() { result, err = NewProgress("run").Simulate(experiment(weight, duration)) })
	if err != nil || result.Partial() || !strings.Contains(said, `kernel: "run": starts anew, not where it was stopped: `) || !strings.Contains(said, "is damaged") {
		t.Errorf("error %v, said %q", err, said)
	}
}

// theRun is what makeRun does, unseen by Keep.
var theRun = new(func() (*myogen.Result, error))

func makeRun() (*myogen.Result, error) { return (*theRun)() }

func setTo[T any](to *T, v T) { *to = v }

// A stopped run in a kept value goes on when it is needed next. Until then Peek
// has what there is, and says that it is partial.
func TestKeptRunGoesOn(t *testing.T) {
	keepHere(t)
	const duration = 2 * units.S
	setTo(theRun, func() (*myogen.Result, error) {
		return NewProgress("run").Simulate(experiment(0.3*units.MicroSiemens, duration))
	})
	peek := func() (r *myogen.Result, ok bool) {
		t.Helper()
		if said := printed(t, func() { r, ok = Keep("kept", makeRun).Peek() }); said != "" {
			t.Errorf("Peek says %q", said)
		}
		return r, ok
	}
	if _, ok := peek(); ok {
		t.Error("there is a value before it was computed")
	}
	nextCell(t).Stop()
	var result *myogen.Result
	said := printed(t, func() { result = Keep("kept", makeRun).Get() })
	if !result.Partial() || strings.Contains(said, "kernel: ") || !strings.Contains(said, "kept and marked partial") {
		t.Errorf("stopped: partial %v, said %q", result.Partial(), said)
	}
	stoppedAt := result.Simulated
	nextCell(t)
	result, ok := peek()
	if !ok || !result.Partial() || result.Simulated != stoppedAt {
		t.Fatalf("after the stop there is %v, %v", ok, result)
	}
	if want := []string{"run stopped at 0 of 2000 ms"}; !slices.Equal(running.Partial(), want) {
		t.Errorf("what the cell shows is marked %q, want %q", running.Partial(), want)
	}
	nextCell(t)
	if said := quiet(t, func() { result = Keep("kept", makeRun).Get() }); result.Partial() || said == "" {
		t.Errorf("it did not go on: said %q", said)
	}
	nextCell(t)
	if result, ok = peek(); !ok || result.Partial() || len(running.Partial()) > 0 {
		t.Errorf("complete: there is %v, marked %q", ok, running.Partial())
	}
	if names := keptNames(); !slices.Equal(names, []string{"kept"}) {
		t.Errorf("kept are %q", names)
	}
	folder, err := keep.Folder()
	if err != nil {
		t.Fatal(err)
	}
	if all, err := folder.List(); err != nil || len(all) != 1 {
		t.Errorf("there are %d files, error %v", len(all), err)
	}
}

// A run whose program is killed goes on from its last checkpoint, to the spikes
// of one that was not.
func TestKilledRunGoesOn(t *testing.T) {
	const duration = 60 * units.S
	e := experiment(0.3*units.MicroSiemens, duration)
	if os.Getenv("KERNEL_TEST_KILLED") != "" {
		running.Values.CheckpointInterval = 20 * time.Millisecond
		_, err := NewProgress("run").Simulate(e)
		t.Fatalf("it was not killed, error %v", err)
	}
	dir := keepHere(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledRunGoesOn$")
	cmd.Env = append(os.Environ(), "KERNEL_TEST_KILLED=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for states := 0; states < 2; time.Sleep(time.Millisecond) {
		files, err := filepath.Glob(filepath.Join(dir, ".myogen", "*.kept"))
		if err != nil {
			t.Fatal(err)
		}
		states = len(files)
		select {
		case err := <-ended:
			t.Fatalf("the program ended after %d checkpoints: %v", states, err)
		default:
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-ended
	bar := NewProgress("run")
	var result, whole *myogen.Result
	var err error
	if said := quiet(t, func() { result, err = bar.Simulate(e) }); err != nil || strings.Contains(said, "starts anew") {
		t.Fatalf("error %v, said %q", err, said)
	}
	if names := keptNames(); len(names) != 0 {
		t.Errorf("kept are %q after the end", names)
	}
	fresh := NewProgress("whole")
	quiet(t, func() { whole, err = fresh.Simulate(e) })
	if err != nil {
		t.Fatal(err)
	}
	if bar.first <= fresh.first {
		t.Errorf("after the kill the first report is of %v, as of a new run, %v", bar.first, fresh.first)
	}
	if diff := cmp.Diff(whole.Block.Segments[1].SpikeTrains, result.Block.Segments[1].SpikeTrains); diff != "" {
		t.Errorf("after the kill (-whole +resumed)\n%s", diff)
	}
}
