package myogen

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// The simulations of a property take a while: 20 of them unless asked for more.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "20"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// closedLoop is a small network with every kind of population and connection.
func closedLoop(m Model) Experiment {
	return Experiment{
		Seed: 5, Duration: 300,
		Populations: []Population{
			DescendingDrivePool{Name: "DD", N: 40},
			SpikeSource{Name: "Ia", Trains: []neo.SpikeTrain{{Times: []units.Time{0, 3.3, 100, 100, 250.05}}, {Times: []units.Time{100}}}, Latency: 2.5},
			AlphaMNPool{Name: "aMN", N: 4, Model: m},
		},
		Inputs: []Input{{Source: "cortical_input", Target: "DD", Shape: Ramp[units.Rate]{From: 60, To: 120, Duration: 100}, Noise: 5, Latency: 1.5}},
		Connections: []Connection{
			{Source: "DD", Target: "aMN", Probability: 0.6, Weight: 0.25},
			{Source: "DD", Target: "aMN", Probability: 0.1, Weight: 0.1, Inhibitory: true, Delay: 3},
			{Source: "Ia", Target: "aMN", Probability: 1, Weight: 0.3, Delay: 0.7},
			{Source: "aMN", Target: "aMN", Probability: 0.4, Weight: 0.05, Inhibitory: true, Delay: 2},
		},
		Record: []Probe{{Population: "aMN", Cell: 2}, {Population: "aMN", Cell: 2, Compartment: 1}},
		Inject: []Injection{{Population: "aMN", Cell: 3, Amplitude: 3, Start: 50, Duration: 200}},
	}
}

func spikeTimes(t rapid.TB, r *Result, population string) [][]float64 {
	t.Helper()
	var all [][]float64
	for _, train := range mustTrains(t, r, population) {
		times := []float64{}
		for _, x := range train.Times {
			times = append(times, float64(x))
		}
		all = append(all, times)
	}
	return all
}

// A run that is saved at any time and goes on elsewhere is the run that never stopped.
func TestResumeIsTheSameRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.state")
	for _, m := range []Model{NERLab, Powers2017} {
		e := closedLoop(m)
		whole := run(t, e)
		if spikes := len(slices.Concat(spikeTimes(t, whole, "aMN")...)); spikes < 5 {
			t.Fatalf("%s: %d motor spikes are too few for a test", m, spikes)
		}
		rapid.Check(t, func(t *rapid.T) {
			check := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			workers := rapid.IntRange(1, 8)
			s := startOn(t, e, workers.Draw(t, "workers"))
			breaks := rapid.SliceOfN(rapid.Float64Range(0.05, 299.95), 1, 8).Draw(t, "breaks")
			slices.Sort(breaks)
			for _, at := range breaks {
				_, err := s.RunUntil(context.Background(), units.Time(at), nil)
				check(err)
				check(s.SaveState(path))
				s, err = ResumeState(context.Background(), e, path)
				check(err)
				check(s.SetWorkers(workers.Draw(t, "workers")))
			}
			r := finish(t, s)
			if !reflect.DeepEqual(whole.Block, r.Block) {
				t.Fatalf("%s: (-whole +resumed):\n%s", m, cmp.Diff(whole.Block, r.Block))
			}
		})
	}
}

// savedState is a state of the closed loop at 120 ms.
func savedState(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run.state")
	s := start(t, closedLoop(NERLab))
	if _, err := s.RunUntil(context.Background(), 120, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveState(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestResumeRefuses(t *testing.T) {
	path := savedState(t)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	good, err := npz.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, data []byte) string {
		p := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(p, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return p
	}
	// changed is the state with another array under a checksum that is right.
	changed := func(name string, a npz.Array) string {
		f := npz.File{}
		for k, v := range good {
			f[k] = v
		}
		delete(f, "checksum")
		f[name] = a
		sum, err := f.SHA256()
		if err != nil {
			t.Fatal(err)
		}
		f["checksum"] = npz.Texts([]string{sum})
		p := filepath.Join(t.TempDir(), "changed")
		if err := npz.Write(p, f); err != nil {
			t.Fatal(err)
		}
		return p
	}
	damaged := npz.File{}
	for k, v := range good {
		damaged[k] = v
	}
	cells := slices.Clone(good["cells"].Float)
	cells[7]++
	damaged["cells"] = npz.Floats(cells)
	damagedPath := filepath.Join(t.TempDir(), "damaged")
	if err := npz.Write(damagedPath, damaged); err != nil {
		t.Fatal(err)
	}
	bent := slices.Clone(good["event_connections"].Int)
	bent[0] = 99
	for _, c := range []struct{ path, want string }{
		{filepath.Join(t.TempDir(), "none"), "no such file"},
		{file("empty", nil), "not an .npz file"},
		{file("cut", data[:len(data)/2]), "not an .npz file"},
		{file("text", []byte("state")), "not an .npz file"},
		{"testdata/network_NERLab_seed42.npz", "not a saved state"},
		{damagedPath, "its checksum is"},
		{changed("step", npz.Ints([]int64{3})), "after 3 steps the time is"},
		{changed("step", npz.Ints([]int64{1 << 62})), "step is 4611686018427387904"},
		{changed("event_connections", npz.Ints(bent)), "in connection 99"},
		{changed("cells", npz.Floats(good["cells"].Float[1:])), `array "cells" is too short`},
		{changed("format", npz.Texts([]string{"gomyogen state 3"})), `another version of this program, as "gomyogen state 3"`},
		{changed("more", npz.Ints([]int64{1})), `array "more" is too long`},
	} {
		if _, err := ResumeState(t.Context(), closedLoop(NERLab), c.path); err == nil ||
			!strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("%s: error %v, want it to name the file and say %q", c.path, err, c.want)
		}
	}
}

// The error of a state that belongs to another experiment names what differs.
func TestResumeNamesWhatDiffers(t *testing.T) {
	path := savedState(t)
	for want, change := range map[string]func(*Experiment){
		"seed is 5, and 6": func(e *Experiment) { e.Seed = 6 },
		"method is Crank-Nicolson, and backward Euler":        func(e *Experiment) { e.Method = BackwardEuler },
		"step is 0.1 ms, and 0.05 ms":                         func(e *Experiment) { e.Step = 0.05 },
		"record[1].cell is 2, and missing":                    func(e *Experiment) { e.Record = e.Record[:1] },
		"connection DD -> aMN: weight is 0.25 uS, and 0.3 uS": func(e *Experiment) { e.Connections[0].Weight = 0.3 },
		": noise is 5 pps, and 2 pps":                         func(e *Experiment) { e.Inputs[0].Noise = 2 },
		"soma.gl is [0.000952381, 0.001538462, 2.5], and [0.001, 0.002, 1]": func(e *Experiment) {
			e.Populations[2] = AlphaMNPool{Name: "aMN", N: 4, Parameters: Parameters{"NERLab.soma.gl": {First: 1e-3, Last: 2e-3, Curve: 1}}}
		},
	} {
		e := closedLoop(NERLab)
		change(&e)
		if _, err := ResumeState(t.Context(), e, path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want it to say %q", err, want)
		}
	}
}

// A state of many probes, whose fingerprint has megabytes, can be read.
func TestStateOfManyProbes(t *testing.T) {
	e := tutorial(AlphaMNPool{N: 100})
	e.Duration, e.Inject, e.Record = 5, nil, nil
	for i := range 20_000 {
		e.Record = append(e.Record, Probe{Population: "aMN", Cell: i % 100})
	}
	s := start(t, e)
	if _, err := s.RunUntil(t.Context(), 1, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "state.npz")
	if err := s.SaveState(path); err != nil {
		t.Fatal(err)
	}
	if again, err := ResumeState(t.Context(), e, path); err != nil || again.Time() != s.Time() {
		t.Errorf("it goes on from %v, %v", again, err)
	}
}
