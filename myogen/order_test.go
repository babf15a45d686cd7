package myogen

import (
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

// With named streams neither the order in which a network was put together nor
// the number of workers changes a spike. The network is made for collisions:
// events of two drives, of given trains and of motor neurons reach the same
// cells at the same times.
func TestOrderDoesNotMatter(t *testing.T) {
	base := closedLoop(NERLab)
	base.Populations = append(base.Populations, DescendingDrivePool{Name: "another", N: 20}, AlphaMNPool{Name: "Zaffe", N: 4})
	base.Inputs = append(base.Inputs, Input{Source: "cerebellum", Target: "another", Shape: Step[units.Rate]{Level: 80, Duration: 300}, Noise: 10, Latency: 1.5})
	base.Populations = append(base.Populations, DescendingDrivePool{Name: "IN", N: 20})
	base.Inputs = append(base.Inputs, Input{Source: "interneurons", Target: "IN", Follow: &Follow{Population: "another", Gain: -0.5, Baseline: 50}, Noise: 2})
	base.Connections = append(base.Connections,
		Connection{Source: "IN", Target: "Zaffe", Probability: 0.5, Weight: 0.1, Inhibitory: true},
		Connection{Source: "another", Target: "aMN", Probability: 0.5, Weight: 0.2},
		Connection{Source: "DD", Target: "Zaffe", Probability: 0.5, Weight: 0.2},
		Connection{Source: "Zaffe", Target: "aMN", Probability: 0.5, Weight: 0.1, Delay: 2},
	)
	want := run(t, base)
	if n := len(slices.Concat(spikeTimes(t, want, "Zaffe")...)); n == 0 {
		t.Fatal("Zaffe is silent")
	}
	state := filepath.Join(t.TempDir(), "run.state")
	half := start(t, base)
	if _, err := half.RunUntil(t.Context(), 123, nil); err != nil {
		t.Fatal(err)
	}
	if err := half.SaveState(state); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		e := base
		e.Populations = rapid.Permutation(base.Populations).Draw(t, "populations")
		e.Connections = rapid.Permutation(base.Connections).Draw(t, "connections")
		e.Inputs = rapid.Permutation(base.Inputs).Draw(t, "inputs")
		got := finish(t, startOn(t, e, rapid.SampledFrom([]int{1, 2, 3, 8}).Draw(t, "workers")))
		// A state is taken up by an experiment that was put together in another order.
		resumed, err := ResumeState(t.Context(), e, state)
		if err != nil {
			t.Fatal(err)
		}
		r := finish(t, resumed)
		if c := stats.Compare(want.Block, r.Block); !c.Identical() {
			t.Fatalf("resumed: %v", c)
		}
		if c := stats.Compare(want.Block, got.Block); !c.Identical() {
			t.Fatal(c)
		}
		if a, b := want.Report(), got.Report(); a.FingerprintSHA256 != b.FingerprintSHA256 || a.SpikesSHA256 != b.SpikesSHA256 {
			t.Fatalf("the reports differ: %s\n%v\n%v", a.Fingerprint.Difference(b.Fingerprint), a, b)
		}
	})
}

// Every population and every connection has random numbers of its own.
func TestStreamsAreIndependent(t *testing.T) {
	shape := Step[units.Rate]{Level: 50, Duration: 200}
	e := Experiment{
		Seed: 1, Duration: 200,
		Populations: []Population{
			DescendingDrivePool{Name: "left", N: 30}, DescendingDrivePool{Name: "right", N: 30},
			AlphaMNPool{Name: "aMN", Thresholds: []float64{0.1, 0.2, 0.3}},
		},
		Inputs: []Input{{Source: "a", Target: "left", Shape: shape, Noise: 5}, {Source: "b", Target: "right", Shape: shape, Noise: 5}},
		Connections: []Connection{
			{Source: "left", Target: "aMN", Probability: 0.5, Weight: 0.1},
			{Source: "left", Target: "aMN", Probability: 0.5, Weight: 0.1},
			{Source: "left", Target: "aMN", Probability: 0.5, Weight: 0.1, Inhibitory: true},
		},
	}
	for _, order := range []DrawOrder{NamedStreams, MyoGenOrder} {
		e.Draws = order
		s := start(t, e)
		left, _ := s.Drive("left")
		right, _ := s.Drive("right")
		same := 0
		for i := range left.Values {
			if left.Values[i] > 50 && left.Values[i] == right.Values[i] {
				same++
			}
		}
		if same > 0 {
			t.Errorf("%v: the two drives share %d samples of noise", order, same)
		}
		for name, ran := range map[string]neo.AnalogSignal{"left": left, "right": right} {
			if signal, err := e.Drive(name); err != nil || !slices.Equal(signal.Values, ran.Values) {
				t.Errorf("%v: Drive of %s does not give what the run has; %v", order, name, err)
			}
		}
		sets := map[[2]int]int{}
		for _, d := range s.links {
			for _, l := range s.pairs(&d) {
				sets[[2]int{l.Source, l.Target}]++
			}
		}
		// Of 90 pairs three connections with p = 0.5 leave 1/8 in all three, and 3/8 in two.
		all := 0
		for _, k := range sets {
			if k == 3 {
				all++
			}
		}
		if all > 30 {
			t.Errorf("%v: %d of 90 pairs are in all three connections", order, all)
		}
		r := finish(t, s)
		l, q := spikeTimes(t, r, "left"), spikeTimes(t, r, "right")
		equal := 0
		for i := range l {
			if len(l[i]) > 0 && len(q[i]) > 0 && l[i][0] == q[i][0] {
				equal++
			}
		}
		if equal > 3 {
			t.Errorf("%v: %d drive neurons of the two pools fire together", order, equal)
		}
	}
}
