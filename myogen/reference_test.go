package myogen

import (
	"context"
	"os"
	"testing"

	"pgregory.net/rapid"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// The reference networks are runs of MyoGen 0.12.0 on NEURON 8.2.7: 100 drive
// neurons, 100 motor neurons, 15 s, seed 42.

func readReference(t testing.TB, m Model) npz.File {
	t.Helper()
	f, err := npz.Read("testdata/network_" + string(m) + "_seed42.npz")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// trains cuts concatenated spike times into trains.
func trains(t testing.TB, f npz.File, prefix string) [][]float64 {
	t.Helper()
	times, err := f.Floats(prefix + "_spike_times_ms")
	if err != nil {
		t.Fatal(err)
	}
	counts, err := f.Ints(prefix + "_spike_counts")
	if err != nil {
		t.Fatal(err)
	}
	var out [][]float64
	for _, n := range counts {
		out = append(out, times[:n])
		times = times[n:]
	}
	return out
}

// trainsAt is one train with spikes at some times.
func trainsAt(times ...units.Time) []neo.SpikeTrain { return []neo.SpikeTrain{{Times: times}} }

// differences counts spikes that are not at the same time to the bit, and all
// that are wanted.
func differences(got []neo.SpikeTrain, want [][]float64) (different, all int) {
	for i, train := range got {
		for j := range max(len(train.Times), len(want[i])) {
			if j >= len(train.Times) || j >= len(want[i]) || float64(train.Times[j]) != want[i][j] {
				different++
			}
		}
		all += len(want[i])
	}
	return different, all
}

// tutorial is the experiment of the descending-drive tutorial with a pool.
func tutorial(pool AlphaMNPool) Experiment {
	pool.Name = "aMN"
	return Experiment{
		Duration:    15 * units.S,
		Populations: []Population{DescendingDrivePool{Name: "DD"}, pool},
		Inputs: []Input{{
			Source: "cortical_input", Target: "DD", Noise: 1 * units.Pps,
			Shape: Trapezoid[units.Rate]{Peak: 65 * units.Pps, Rest: 1 * units.S, Ramp: 500 * units.Ms, Plateau: 10 * units.S},
		}},
		Connections: []Connection{{Source: "DD", Target: "aMN", Probability: 0.5, Weight: 0.15 * units.MicroSiemens}},
	}
}

func start(t rapid.TB, e Experiment) *Simulation {
	t.Helper()
	s, err := NewSimulation(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func startOn(t rapid.TB, e Experiment, workers int) *Simulation {
	t.Helper()
	s := start(t, e)
	if err := s.SetWorkers(workers); err != nil {
		t.Fatal(err)
	}
	return s
}

func finish(t rapid.TB, s *Simulation) *Result {
	t.Helper()
	r, err := s.Run(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func run(t rapid.TB, e Experiment) *Result {
	t.Helper()
	return finish(t, start(t, e))
}

func mustTrains(t rapid.TB, r *Result, population string) []neo.SpikeTrain {
	t.Helper()
	s, err := r.SpikeTrains(population)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// From the seed alone: noise, connections, drive spikes and motor spikes.
func TestSeedEqualsMyoGen(t *testing.T) { eachBackend(t, testSeed) }

func testSeed(t *testing.T) {
	if testing.Short() && os.Getenv(BackendVariable) == "scalar" {
		t.Skip("takes several seconds")
	}
	for _, m := range []Model{NERLab, Powers2017} {
		t.Run(string(m), func(t *testing.T) {
			f := readReference(t, m)
			thresholds, err := f.Floats("thresholds")
			if err != nil {
				t.Fatal(err)
			}
			e := tutorial(AlphaMNPool{Model: m, Thresholds: thresholds})
			e.Seed, e.Draws = 42, MyoGenOrder
			s := start(t, e)
			drive, err := s.Drive("DD")
			if err != nil {
				t.Fatal(err)
			}
			want, err := f.Floats("drive") // every 37th sample
			if err != nil {
				t.Fatal(err)
			}
			for i, w := range want {
				if drive.Values[37*i] != w {
					t.Fatalf("drive sample %d is %v, want %v", 37*i, drive.Values[37*i], w)
				}
			}
			links, err := s.Connections("DD", "aMN")
			if err != nil {
				t.Fatal(err)
			}
			pairs, err := f.Ints("connections")
			if err != nil {
				t.Fatal(err)
			}
			if len(pairs) != 3*len(links) {
				t.Fatalf("%d connections, want %d", len(links), len(pairs)/3)
			}
			for i, l := range links {
				if w := pairs[3*i:]; l != (Link{int(w[0]), int(w[1]), int(w[2])}) {
					t.Fatalf("connection %d is %v, want %v", i, l, w[:3])
				}
			}
			r := finish(t, s)
			if d, all := differences(mustTrains(t, r, "DD"), trains(t, f, "dd")); d != 0 {
				t.Errorf("%d of %d drive spikes differ", d, all)
			}
			d, all := differences(mustTrains(t, r, "aMN"), trains(t, f, "mn"))
			if d != 0 {
				t.Errorf("%d of %d motor spikes differ", d, all)
			}
			t.Logf("%d motor spikes bit-identical, %d steps", all-d, r.Steps)
		})
	}
}

// Workers, epochs and the step-by-step form do not change a spike.
func TestEveryFormGivesTheSameSpikes(t *testing.T) { eachBackend(t, testForms) }

func testForms(t *testing.T) {
	const duration = 1500 * units.Ms
	for _, m := range []Model{NERLab, Powers2017} {
		t.Run(string(m), func(t *testing.T) {
			e := tutorial(AlphaMNPool{N: 12, Model: m})
			e.Seed, e.Duration = 7, duration
			// A closed loop: each motor neuron inhibits others.
			e.Connections = append(e.Connections, Connection{Source: "aMN", Target: "aMN", Probability: 0.3, Weight: 0.05, Inhibitory: true, Delay: 2})
			want := finish(t, startOn(t, e, 1))
			same := func(what string, r *Result) {
				t.Helper()
				for _, p := range []string{"DD", "aMN"} {
					var w [][]float64
					for _, train := range mustTrains(t, want, p) {
						row := []float64{}
						for _, x := range train.Times {
							row = append(row, float64(x))
						}
						w = append(w, row)
					}
					if d, all := differences(mustTrains(t, r, p), w); d != 0 || all == 0 {
						t.Errorf("%s: %d of %d spikes of %s differ", what, d, all, p)
					}
				}
			}
			for _, workers := range []int{2, 3, 8} {
				same("workers", finish(t, startOn(t, e, workers)))
			}
			// By hand.
			s := start(t, e)
			drive, err := s.Drive("DD")
			if err != nil {
				t.Fatal(err)
			}
			for k := 0; s.Time() < duration; k++ {
				for i := range 100 {
					fired, err := s.Integrate("DD", i, units.Rate(drive.Values[min(k, len(drive.Values)-1)]))
					if err != nil {
						t.Fatal(err)
					}
					if at := s.Time() + 1*units.Ms; fired && at < duration {
						if err := s.Deliver("DD", i, at); err != nil {
							t.Fatal(err)
						}
					}
				}
				if err := s.Advance(); err != nil {
					t.Fatal(err)
				}
			}
			same("step by step", s.Result())
		})
	}
}

func TestGivenSpikesEqualTheDriveThatMadeThem(t *testing.T) {
	f := readReference(t, Powers2017)
	r := run(t, givenSpikes(t, Powers2017, f))
	if d, all := differences(mustTrains(t, r, "aMN"), trains(t, f, "mn")); d != 0 {
		t.Errorf("%d of %d motor spikes differ", d, all)
	}
}

func TestCancelledRunGoesOn(t *testing.T) {
	e := tutorial(AlphaMNPool{N: 10})
	e.Duration = 2 * units.S
	want := run(t, e)
	s := start(t, e)
	ctx, cancel := context.WithCancel(context.Background())
	r, err := s.Run(ctx, func(done, total units.Time) {
		if done > 1300*units.Ms {
			cancel()
		}
	})
	if err != nil || !r.Partial() || r.Simulated < 1300 || r.Simulated > 1400 {
		t.Fatalf("stopped at %v, partial %v, error %v; want a partial result at 1.35 s", r.Simulated, r.Partial(), err)
	}
	if r, err = s.Run(context.Background(), nil); err != nil || r.Partial() {
		t.Fatalf("going on: partial %v, error %v", r.Partial(), err)
	}
	for i, train := range mustTrains(t, want, "aMN") {
		got := mustTrains(t, r, "aMN")[i]
		if len(got.Times) != len(train.Times) {
			t.Fatalf("cell %d has %d spikes, want %d", i, len(got.Times), len(train.Times))
		}
		for j := range train.Times {
			if got.Times[j] != train.Times[j] {
				t.Fatalf("cell %d, spike %d is at %v, want %v", i, j, got.Times[j], train.Times[j])
			}
		}
	}
}
