package myogen

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// The process has the mean, the standard deviation and the correlation that
// were asked for, whatever the step. Tolerances are 4 standard errors.
func TestFluctuationIsAnOrnsteinUhlenbeckProcess(t *testing.T) {
	const mean, sd, tau = 1.0, 0.1, 20.0 // the mean so high that 0 is never reached
	for _, dt := range []float64{0.1, 0.025, 2} {
		s := start(t, Experiment{
			Seed: 1, Duration: units.Time(dt), Step: units.Time(dt),
			Populations: []Population{AlphaMNPool{Name: "aMN", Thresholds: []float64{0.1}, Background: &Background{Excitatory: Fluctuation{Mean: mean, SD: sd}}}},
		})
		n, lag := int(400_000/dt), int(tau/dt)
		x := make([]float64, n)
		for i := range x {
			x[i], _ = s.engine.Neurons[0].Background()
		}
		var m, v, c float64
		for i := range x {
			m += x[i] / float64(n)
		}
		for i := range n - lag {
			v += (x[i] - m) * (x[i] - m) / float64(n-lag)
			c += (x[i] - m) * (x[i+lag] - m) / float64(n-lag)
		}
		independent := 400_000 / (2 * tau) // number of independent values
		if e := 4 * sd / math.Sqrt(independent); math.Abs(m-mean) > e {
			t.Errorf("dt %v: the mean is %.4f, want %v within %.4f", dt, m, mean, e)
		}
		if e := 4 / math.Sqrt(independent); math.Abs(v/(sd*sd)-1) > e || math.Abs(c/(sd*sd)-1/math.E) > e {
			t.Errorf("dt %v: variance %.4f and covariance after tau %.4f, want %.4f and %.4f within %.0f %%",
				dt, v, c, sd*sd, sd*sd/math.E, 100*e)
		}
	}
}

// bombarded is a background that makes cells of both models fire.
var bombarded = &Background{
	Excitatory: Fluctuation{Mean: 0.25, SD: 0.08},
	Inhibitory: Fluctuation{Mean: 0.05, SD: 0.03, Tau: 10},
}

// The same spikes on every back end, on any number of workers, and for a run
// that was saved and resumed.
func TestBackgroundGivesTheSameSpikesEverywhere(t *testing.T) {
	for _, m := range []Model{NERLab, Powers2017} {
		e := Experiment{Seed: 5, Duration: 700, Populations: []Population{AlphaMNPool{Name: "aMN", N: 11, Model: m, Background: bombarded}}}
		t.Setenv(BackendVariable, "scalar")
		want := mustTrains(t, finish(t, startOn(t, e, 1)), "aMN")
		spikes := 0
		for _, train := range want {
			spikes += len(train.Times)
		}
		if spikes < 20 {
			t.Errorf("%v: %d spikes", m, spikes)
		}
		for _, backend := range Backends() {
			t.Setenv(BackendVariable, backend)
			sameTrains(t, backend, mustTrains(t, finish(t, startOn(t, e, 3)), "aMN"), want)

			s := startOn(t, e, 3)
			if _, err := s.RunUntil(t.Context(), e.Duration/3, nil); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "state.npz")
			if err := s.SaveState(path); err != nil {
				t.Fatal(err)
			}
			s, err := ResumeState(t.Context(), e, path)
			if err != nil {
				t.Fatal(err)
			}
			sameTrains(t, backend+", resumed", mustTrains(t, finish(t, s), "aMN"), want)
		}
		// Another seed, other spikes.
		e.Seed = 6
		other := mustTrains(t, run(t, e), "aMN")
		same := 0
		for i, train := range other {
			for j, x := range train.Times {
				if j < len(want[i].Times) && x == want[i].Times[j] {
					same++
				}
			}
		}
		if same > spikes/2 {
			t.Errorf("%v: %d of %d spikes are those of another seed", m, same, spikes)
		}
	}
}

func TestBackgroundRefuses(t *testing.T) {
	for _, c := range []struct {
		b    Background
		want string
	}{
		{Background{Excitatory: Fluctuation{Mean: -1}}, `population "aMN": background.excitatory: mean is -1 uS, must not be negative`},
		{Background{Inhibitory: Fluctuation{SD: units.Conductance(nan)}}, `population "aMN": background.inhibitory: sd is NaN uS`},
		{Background{Inhibitory: Fluctuation{Tau: -20}}, `population "aMN": background.inhibitory: tau is -20 ms, must be above 0`},
	} {
		e := Experiment{Duration: 1, Populations: []Population{AlphaMNPool{Name: "aMN", Thresholds: []float64{0.1}, Background: &c.b}}}
		refused(t, c.want, e.Check())
	}
}

func sameTrains(t *testing.T, what string, got, want []neo.SpikeTrain) {
	t.Helper()
	for i, w := range want {
		if !slices.Equal(got[i].Times, w.Times) {
			t.Errorf("%s: cell %d fires at %v, want %v", what, i, got[i].Times, w.Times)
		}
	}
}
