package myogen

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/watch/watchtest"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// A simulation can be stopped at any time before its first step, and so can one
// that goes on from a state: while its cells are described, made, started and
// restored, and at each source whose connections are drawn, which has a million
// targets at most.
func TestStopBeforeTheFirstStep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.npz")
	const n = 2000 // cells of each population
	e := tutorial(AlphaMNPool{N: 2})
	e.Populations = []Population{
		DescendingDrivePool{Name: "DD", N: n}, AlphaMNPool{Name: "aMN", N: n}, AlphaMNPool{Name: "P", N: n, Model: Powers2017, Background: &Background{Excitatory: Fluctuation{Mean: 0.01}}},
	}
	e.Connections[0].Probability, e.Duration, e.Inject = 0.001, 5, nil
	s := start(t, e)
	if _, err := s.RunUntil(t.Context(), 1, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveState(path); err != nil {
		t.Fatal(err)
	}
	for name, begin := range map[string]func(context.Context) error{
		"new":     func(ctx context.Context) error { _, err := NewSimulation(ctx, e); return err },
		"resumed": func(ctx context.Context) error { _, err := ResumeState(ctx, e, path); return err },
	} {
		whole := &watchtest.Counting{Context: t.Context(), Most: 1 << 30}
		told := map[string]int{}
		observed := Observe(whole, Observer{Starting: func(what string, done, total int) {
			told[what]++
			// 0 where the machine was slow to come to the first piece, or there are no pieces.
			if done < 0 || total < 0 || done > total+lookEvery {
				t.Errorf("%s: %s: %d of %d", name, what, done, total)
			}
		}})
		if err := begin(observed); err != nil {
			t.Fatal(err)
		}
		want := []string{"describing cells", "making membranes", "starting cells", "drawing connections"}
		if name == "resumed" {
			want = append(want, "reading the state", "checking the state", "restoring cells")
		}
		for _, what := range want {
			if told[what] == 0 {
				t.Errorf("%s: nothing is told of %s: %v", name, what, told)
			}
		}
		// Each cell is looked at: twice when it is described and when its potential
		// settles, in eights when membranes are made.
		if whole.Looks < 5*n {
			t.Errorf("%s: it looked up %d times", name, whole.Looks)
		}
		for i := range 12 {
			c, err := watchtest.Stopped(t.Context(), i*whole.Looks/12, begin)
			if !errors.Is(err, context.Canceled) || c.Looks > c.Most+2 {
				t.Errorf("%s: after %d looks of %d: %v", name, c.Looks, c.Most, err)
			}
		}
	}
}

// A state that is being saved can be stopped at any time, and leaves the one of
// before: each cell is looked at, and each 64 kB that are summed or written.
func TestStopWhileSaving(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.npz")
	const n = 500 // cells of each population
	e := tutorial(AlphaMNPool{N: n})
	e.Populations[0], e.Connections[0].Probability, e.Duration = DescendingDrivePool{Name: "DD", N: n}, 0.01, 5
	s := start(t, e)
	save := func(ctx context.Context) error { return s.SaveStateContext(ctx, path, []byte("key")) }
	if err := save(t.Context()); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.RunUntil(t.Context(), 1, nil); err != nil {
		t.Fatal(err)
	}
	whole := &watchtest.Counting{Context: t.Context(), Most: 1 << 30}
	other := filepath.Join(dir, "other.npz")
	told := map[string]bool{}
	observed := Observe(whole, Observer{Starting: func(what string, done, total int) { told[what] = true }})
	if err := s.SaveStateContext(observed, other, []byte("key")); err != nil {
		t.Fatal(err)
	}
	bytes := 0
	if f, err := npz.Read(other); err != nil {
		t.Fatal(err)
	} else {
		for _, a := range f {
			bytes += 8 * (len(a.Float) + len(a.Int))
		}
	}
	if least := 2*n + 2*bytes/(1<<16); whole.Looks < least || !told["saving cells"] {
		t.Errorf("it looked up %d times, want at least %d, and told of %v", whole.Looks, least, told)
	}
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		c, err := watchtest.Stopped(t.Context(), i*whole.Looks/12, save)
		if !errors.Is(err, context.Canceled) || c.Looks > c.Most+2 {
			t.Errorf("after %d looks of %d: %v", c.Looks, c.Most, err)
		}
		after, err := os.ReadFile(path)
		if files, _ := os.ReadDir(dir); err != nil || !slices.Equal(before, after) || len(files) != 1 {
			t.Fatalf("stopped after %d looks it leaves %v, %v", c.Most, files, err)
		}
	}
	if err := save(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again, err := ResumeSignedState(t.Context(), e, path, []byte("key")); err != nil || again.Time() != s.Time() {
		t.Errorf("it goes on from %v, %v", again, err)
	}
}

// The first steps of a run are as few as its cells are many, at any time step;
// before, 100,000 drive neurons at 0.001 ms took 50,000 steps at once.
func TestFirstStepsAreFew(t *testing.T) {
	for _, n := range []int{10, 1000, 100_000} {
		for _, step := range []units.Time{0.001, 0.1} {
			e := tutorial(AlphaMNPool{N: 2})
			e.Populations = []Population{DescendingDrivePool{Name: "DD", N: n}}
			e.Connections, e.Record, e.Inject, e.Step, e.Duration = nil, nil, nil, step, 100
			s := start(t, e)
			if work := s.epochSteps(100, s.pace()) * n; work > 4_000_000 { // 10 to 20 ns each
				t.Errorf("%d cells at %v: %d cell steps before the first look", n, step, work)
			}
		}
	}
}

// probed returns an experiment whose pool has some probes in each cell.
func probed(cells, probes int) Experiment {
	e := tutorial(AlphaMNPool{N: cells})
	e.Populations[0] = DescendingDrivePool{Name: "DD", N: max(cells/10, 10)}
	e.Connections[0].Probability, e.Inject = min(0.5, 100/float64(cells)), nil
	e.Record = nil
	for i := range cells * probes {
		e.Record = append(e.Record, Probe{Population: "aMN", Cell: i / probes, Compartment: i % 2})
	}
	return e
}

// Probes are looked at one by one while they are checked, written for the fingerprint
// and attached, and so are their samples, in which no step allocates.
func TestStopInManyProbes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.npz")
	const cells, probes = 50, 20
	e := probed(cells, probes)
	e.Duration = 5
	s := start(t, e)
	room := cap(s.probes[0].Values)
	half, err := s.RunUntil(t.Context(), 2.5, nil)
	if err != nil {
		t.Fatal(err)
	}
	save := func(ctx context.Context) error { return s.SaveStateContext(ctx, path, nil) }
	for _, c := range []struct {
		name string
		do   func(context.Context) error
		want int // looks at each probe
	}{
		{"new", func(ctx context.Context) error { _, err := NewSimulation(ctx, e); return err }, 5}, // checked twice, written, an entry or more, attached
		{"saving", save, 0},
		{"resumed", func(ctx context.Context) error { _, err := ResumeState(ctx, e, path); return err }, 6},
	} {
		whole := &watchtest.Counting{Context: t.Context(), Most: 1 << 30}
		if err := c.do(whole); err != nil {
			t.Fatal(err)
		}
		if whole.Looks < c.want*cells*probes {
			t.Errorf("%s: it looked up %d times", c.name, whole.Looks)
		}
		for i := range 12 {
			stop, err := watchtest.Stopped(t.Context(), i*whole.Looks/12, c.do)
			if !errors.Is(err, context.Canceled) || stop.Looks > stop.Most+2 {
				t.Errorf("%s: after %d looks of %d: %v", c.name, stop.Looks, stop.Most, err)
			}
		}
		if err := save(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	// A simulation that goes on, from a state too, leaves a result of before as it is.
	before := slices.Clone(half.Block.Segments[1].AnalogSignals[0].Values)
	resumed, err := ResumeState(t.Context(), e, path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*Simulation{s, resumed} {
		r, err := s.Run(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if v := r.Block.Segments[1].AnalogSignals[0].Values; len(v) != r.Steps+1 || !slices.Equal(v[:len(before)], before) {
			t.Errorf("%d samples after %d steps, or others than before", len(v), r.Steps)
		}
		for _, p := range s.probes {
			if cap(p.Values) != room {
				t.Fatalf("a probe has room for %d samples, and had for %d", cap(p.Values), room)
			}
		}
	}
	if !slices.Equal(half.Block.Segments[1].AnalogSignals[0].Values, before) {
		t.Error("the result of before has changed")
	}
}

func TestTooManyContacts(t *testing.T) {
	e := tutorial(AlphaMNPool{N: 2})
	e.Populations = []Population{DescendingDrivePool{Name: "DD", N: 1 << 20}, AlphaMNPool{Name: "aMN", N: 10_000}}
	_, err := NewSimulation(t.Context(), e)
	refused(t, "some 5.24e+09 contacts, at most 4294967296 fit into memory", err)
}

// Long lists of pairs and of given spikes are looked at while they are checked,
// written for the fingerprint and connected.
func TestStopInLongLists(t *testing.T) {
	const n = 3 * lookEvery
	e := tutorial(AlphaMNPool{N: 2})
	e.Populations[0], e.Inputs = SpikeSource{Name: "DD", Trains: []neo.SpikeTrain{{Times: make([]units.Time, n)}}}, nil
	e.Connections[0].Probability, e.Connections[0].Pairs = 0, make([]Link, n)
	e.Duration, e.Inject = 5, nil
	told := map[string]bool{}
	whole := &watchtest.Counting{Context: t.Context(), Most: 1 << 30}
	observed := Observe(whole, Observer{Starting: func(what string, done, total int) {
		told[what] = true
		if done < 0 || done > total {
			t.Errorf("%s: %d of %d", what, done, total)
		}
	}})
	if _, err := NewSimulation(observed, e); err != nil {
		t.Fatal(err)
	}
	if !told["checking pairs"] || whole.Looks < 2*n/(1<<12) {
		t.Errorf("it looked up %d times, and told of %v", whole.Looks, told)
	}
	for i := range 12 {
		c, err := watchtest.Stopped(t.Context(), i*whole.Looks/12, func(ctx context.Context) error { _, err := NewSimulation(ctx, e); return err })
		if !errors.Is(err, context.Canceled) || c.Looks > c.Most+2 {
			t.Errorf("after %d looks of %d: %v", c.Looks, c.Most, err)
		}
	}
	// So it is with the fingerprint alone.
	whole = &watchtest.Counting{Context: t.Context(), Most: 1 << 30}
	f, err := e.FingerprintContext(whole)
	if g, plainErr := e.Fingerprint(); err != nil || plainErr != nil || f.Difference(g) != "" || whole.Looks < n/(1<<12) {
		t.Errorf("it looked up %d times: %v, %v, %s", whole.Looks, err, plainErr, f.Difference(g))
	}
	for i := range 12 {
		c, err := watchtest.Stopped(t.Context(), i*whole.Looks/12, func(ctx context.Context) error { _, err := e.FingerprintContext(ctx); return err })
		if !errors.Is(err, context.Canceled) || c.Looks > c.Most+2 {
			t.Errorf("fingerprint: after %d looks of %d: %v", c.Looks, c.Most, err)
		}
	}
}

// A result can be stopped while it is gathered, at each cell and each probe. Then the run
// is complete: it can be saved, and gathered when Run is called again or by another
// simulation that goes on from the state. So it is after its recordings were closed.
func TestStopWhileGathering(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.npz")
	const cells, probes = 200, 2
	e := probed(cells, probes)
	e.Duration, e.Force = 5, []Force{{Population: "aMN"}}
	e.RecordAll = []Recording{{Population: "aMN", Path: filepath.Join(dir, "v.npy")}}
	want := run(t, e)
	recorded, err := os.ReadFile(e.RecordAll[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, e)
	told := map[string]int{}
	// The first look that is told of is stopped.
	ctx, cancel := context.WithCancel(t.Context())
	observed := Observe(ctx, Observer{Starting: func(what string, done, total int) {
		told[what]++
		if what == "gathering the result" {
			cancel()
		}
	}})
	if r, err := s.Run(observed, nil); !errors.Is(err, context.Canceled) || r != nil || told["gathering the result"] == 0 {
		t.Fatalf("stopped while it is gathered: %v, %v, told of %v", r, err, told)
	}
	same := func(name string, s *Simulation, ctx context.Context) {
		t.Helper()
		r, err := s.Run(ctx, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		force, err := r.Force("aMN")
		wanted, wantErr := want.Force("aMN")
		if err != nil || wantErr != nil || !slices.Equal(force.Values, wanted.Values) || r.Partial() || r.Block.SpikeSHA256() != want.Block.SpikeSHA256() {
			t.Errorf("%s: %v, %v, another result", name, err, wantErr)
		}
		if now, err := os.ReadFile(e.RecordAll[0].Path); err != nil || !slices.Equal(now, recorded) {
			t.Errorf("%s: %v, another recording", name, err)
		}
	}
	resume := func() *Simulation {
		t.Helper()
		if err := errors.Join(s.SaveState(path), s.Suspend()); err != nil {
			t.Fatal(err)
		}
		resumed, err := ResumeState(t.Context(), e, path)
		if err != nil {
			t.Fatal(err)
		}
		return resumed
	}
	s = resume()
	// The first look decides whether the run is stopped before it is gathered.
	whole := &watchtest.Counting{Context: t.Context(), Most: 1 << 30}
	same("resumed", s, whole)
	if whole.Looks < cells+cells*probes {
		t.Errorf("it looked up %d times", whole.Looks)
	}
	for i := range 6 {
		c := &watchtest.Counting{Context: t.Context(), Most: 1 + i*(cells+cells*probes)/6}
		if _, err := s.Run(c, nil); !errors.Is(err, context.Canceled) || c.Looks > c.Most+2 {
			t.Errorf("after %d looks of %d: %v", c.Looks, c.Most, err)
		}
	}
	same("again", s, t.Context())
	s = resume()
	same("resumed after its recordings were closed", s, t.Context())
	same("stopped before it is gathered", s, &watchtest.Counting{Context: t.Context()})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// The function Run, whose simulation nobody has, gathers the result all the same.
	ctx, cancel = context.WithCancel(t.Context())
	observed = Observe(ctx, Observer{Starting: func(what string, done, total int) {
		if what == "gathering the result" {
			cancel()
		}
	}})
	if r, err := Run(observed, e, nil); err != nil || r.Partial() || ctx.Err() == nil || r.Block.SpikeSHA256() != want.Block.SpikeSHA256() {
		t.Errorf("the function Run: %v, stopped: %v", err, ctx.Err())
	}
	c := &watchtest.Counting{Context: t.Context(), Most: 1 << 30}
	if r, err := Run(c, e, func(done, total units.Time) {
		if done == total {
			c.Most = c.Looks + 10
		}
	}); err != nil || r.Partial() || c.Looks <= c.Most || r.Block.SpikeSHA256() != want.Block.SpikeSHA256() {
		t.Errorf("the function Run without an observer: %v after %d of %d looks", err, c.Looks, c.Most)
	}
}
