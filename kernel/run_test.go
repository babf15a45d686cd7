package kernel

import (
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gomyogen/myogen"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

func (l *boardList) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all)
}

// runNetwork is a small pool under drive.
func runNetwork(t *testing.T, weight units.Conductance, duration units.Time) *myogen.Network {
	t.Helper()
	rt, err := myogen.RecruitmentThresholds{N: 10}.Values()
	if err != nil {
		t.Fatal(err)
	}
	n := &myogen.Network{}
	drive := myogen.Drive{Shape: myogen.Trapezoid[units.Rate]{Peak: 65 * units.Pps, Ramp: 100 * units.Ms, Plateau: duration - 200}, Duration: duration}
	for _, err := range []error{
		n.Add("DD", myogen.DescendingDrivePool{N: 10, Process: random.Erlang{Order: 5}}),
		n.Add("aMN", myogen.AlphaMNPool{Thresholds: rt}),
		n.Connect("DD", "aMN", myogen.Connection{Probability: 0.5, Weight: weight, Delay: 1 * units.Ms}),
		n.ConnectFromExternal("cortical_input", "DD", myogen.External{Drive: drive}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// A stopped run is partial; run again it goes on to what it would have been.
func TestRunStopsAndGoesOn(t *testing.T) {
	const duration = 60 * units.S
	late := make(chan os.Signal, 10) // one that comes after a run must not end the tests
	signal.Notify(late, os.Interrupt)
	defer signal.Stop(late)
	weight := 0.3 * units.MicroS
	t.Setenv("MYOGEN_NOTEBOOK_DIR", t.TempDir())
	var whole *myogen.Result
	var err error
	quiet(t, func() {
		whole, err = Run("whole", runNetwork(t, weight, duration), myogen.SimulationConfig{}, duration)
	})
	if err != nil || whole.Partial() {
		t.Fatalf("partial %v, error %v", whole.Partial(), err)
	}
	if _, err := encode(whole); err != nil {
		t.Errorf("the result of a run cannot be kept: %v", err)
	}
	state, err := stateFile("run")
	if err != nil {
		t.Fatal(err)
	}
	var result *myogen.Result
	stop := func(weight units.Conductance) string {
		newCell(t)
		defer newCell(t)
		return quiet(t, func() {
			go func() {
				// The handler is there when the bar is.
				for n := boards.count(); boards.count() == n; {
					time.Sleep(time.Millisecond)
				}
				if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
					t.Error(err)
				}
			}()
			result, err = Run("run", runNetwork(t, weight, duration), myogen.SimulationConfig{}, duration)
		})
	}
	said := stop(weight)
	if err != nil || !result.Partial() || result.Simulated == 0 {
		t.Fatalf("stopped: %+v, error %v", result, err)
	}
	if !strings.Contains(said, "run: stopped at ") {
		t.Errorf("the bar says %q", said)
	}
	if _, err := os.Stat(state); err != nil {
		t.Error(err)
	}
	first := result.Simulated
	if stop(weight); err != nil || !result.Partial() || result.Simulated <= first {
		t.Fatalf("stopped again at %v after %v, error %v", result.Simulated, first, err)
	}
	quiet(t, func() { result, err = Run("run", runNetwork(t, weight, duration), myogen.SimulationConfig{}, duration) })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole.Block.Segments[1].SpikeTrains, result.Block.Segments[1].SpikeTrains); diff != "" {
		t.Errorf("after two breaks (-whole +resumed)\n%s", diff)
	}
	if _, err := os.Stat(state); !os.IsNotExist(err) {
		t.Errorf("the state of a finished run is still there: %v", err)
	}

	// Another network starts anew and says why.
	stop(weight)
	said = quiet(t, func() {
		result, err = Run("run", runNetwork(t, 2*weight, duration), myogen.SimulationConfig{}, duration)
	})
	if err != nil || result.Partial() || !strings.Contains(said, `kernel: run "run" starts anew`) {
		t.Errorf("another network: error %v, said %q", err, said)
	}
}
