package myogen

import (
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

// With named streams neither the order in which a network was put together nor
// the number of workers changes a spike. The network is made for collisions:
// events of two drives, of given trains and of motor neurons reach the same
// cells at the same times.
func TestOrderOfAddDoesNotMatter(t *testing.T) {
	base := closedLoop(t, NERLab)
	for _, err := range []error{
		base.Add("another", DescendingDrivePool{N: 20}),
		base.ConnectFromExternal("cerebellum", "another", External{Drive: Drive{Shape: Step[units.Rate]{Level: 80, Duration: 300}, Noise: 10, Duration: 300}, Latency: 1.5}),
		base.Connect("another", "aMN", Connection{Probability: 0.5, Weight: 0.2}),
		base.Add("Zaffe", base.populations[2].Population),
		base.Connect("DD", "Zaffe", Connection{Probability: 0.5, Weight: 0.2}),
		base.Connect("Zaffe", "aMN", Connection{Probability: 0.5, Weight: 0.1, Delay: 2}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	cfg := closedLoopConfig()
	want := run(t, base, cfg, 300)
	if n := len(spikeTimes(t, want, "Zaffe")); n == 0 {
		t.Fatal("Zaffe is silent")
	}
	state := filepath.Join(t.TempDir(), "run.state")
	half, err := NewSimulation(base, cfg)
	if err == nil {
		_, err = half.Run(t.Context(), 123, nil)
	}
	if err == nil {
		err = half.Save(state)
	}
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := &Network{}
		for _, p := range rapid.Permutation(base.populations).Draw(t, "populations") {
			if err := n.Add(p.name, p.Population); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range rapid.Permutation(base.connections).Draw(t, "connections") {
			if err := n.Connect(c.source, c.target, c.Connection); err != nil {
				t.Fatal(err)
			}
		}
		for _, x := range rapid.Permutation(base.externals).Draw(t, "externals") {
			if err := n.ConnectFromExternal(x.source, x.target, x.External); err != nil {
				t.Fatal(err)
			}
		}
		cfg := cfg
		cfg.Workers = rapid.SampledFrom([]int{1, 2, 3, 8}).Draw(t, "workers")
		s, err := NewSimulation(n, cfg)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Run(t.Context(), 300, nil)
		if err != nil {
			t.Fatal(err)
		}
		// A state is taken up by a network that was put together in another order.
		resumed, err := Resume(n, cfg, state)
		if err != nil {
			t.Fatal(err)
		}
		r, err := resumed.Run(t.Context(), 300, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c := stats.Compare(want.Block, r.Block); !c.Identical() {
			t.Fatalf("resumed: %v", c)
		}
		if c := stats.Compare(want.Block, got.Block); !c.Identical() {
			t.Fatal(c)
		}
		if a, b := want.Report(), got.Report(); a.ConfigurationSHA256 != b.ConfigurationSHA256 || a.SpikesSHA256 != b.SpikesSHA256 {
			t.Fatalf("the reports differ: %s\n%v\n%v", a.Configuration.Difference(b.Configuration), a, b)
		}
	})
}

// Every population and every connection has random numbers of its own.
func TestStreamsAreIndependent(t *testing.T) {
	n := &Network{}
	drive := Drive{Shape: Step[units.Rate]{Level: 50, Duration: 200}, Noise: 5, Duration: 200}
	pool := AlphaMNPool{Thresholds: []float64{0.1, 0.2, 0.3}}
	for _, err := range []error{
		n.Add("left", DescendingDrivePool{N: 30}), n.Add("right", DescendingDrivePool{N: 30}), n.Add("aMN", pool),
		n.ConnectFromExternal("a", "left", External{Drive: drive}), n.ConnectFromExternal("b", "right", External{Drive: drive}),
		n.Connect("left", "aMN", Connection{Probability: 0.5, Weight: 0.1}),
		n.Connect("left", "aMN", Connection{Probability: 0.5, Weight: 0.1}),
		n.Connect("left", "aMN", Connection{Probability: 0.5, Weight: 0.1, Inhibitory: true}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, order := range []DrawOrder{NamedStreams, MyoGenOrder} {
		s, err := NewSimulation(n, SimulationConfig{Draws: Draws{Seed: 1, Order: order}})
		if err != nil {
			t.Fatal(err)
		}
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
		if signal, err := drive.Signal(Draws{Seed: 1, Order: order}, "a"); err != nil || signal.Values[77] != left.Values[77] {
			t.Errorf("%v: Signal gives %v, the run has %v; %v", order, signal.Values[77], left.Values[77], err)
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
		r, err := s.Run(t.Context(), 200*units.Ms, nil)
		if err != nil {
			t.Fatal(err)
		}
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
