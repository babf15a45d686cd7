package population

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/internal/state"
	"gomyogen/myogen/random"
)

const (
	dt    = 0.1 // ms
	steps = 1000
	seed  = 42
	name  = "P"
)

// kinds are plans of all kinds, with cells that fire, and the latency of cell 1.
var kinds = map[string]struct {
	plan    func() Plan
	latency float64
}{
	"neurons": {func() Plan { return neuronsPlan(nil) }, 2},
	"neurons with a background": {func() Plan {
		return neuronsPlan(&Background{Excitatory: Fluctuation{Mean: 0.02, SD: 0.02, Tau: 20}, Inhibitory: Fluctuation{SD: 0.01, Tau: 5}})
	}, 2},
	"drive": {func() Plan {
		d := &Drive{N: 5, Process: random.Erlang{Order: 5}}
		d.Drive(held(ramp()), 1.5)
		return d
	}, 1.5},
	"given": {func() Plan {
		return &Given{Trains: [][]float64{{0, 0, 3.14, 50, 50.01, 99.95}, {}, {7.7, 1e6}}, Latency: 0.5}
	}, 0.5},
}

// ramp is rates from 0 to 300 pps.
func ramp() []float64 {
	rates := make([]float64, steps)
	for i := range rates {
		rates[i] = 300 * float64(i) / steps
	}
	return rates
}

func neuronsPlan(b *Background) *Neurons {
	n := &Neurons{Contacts: []membrane.Synapse{{E: 70, Tau1: .2, Tau2: .3}, {E: -16, Tau1: .2, Tau2: .3}}, AxonDelay: []float64{3, 2, 1}, Background: b}
	for i := range n.AxonDelay {
		p := &membrane.NERLab{Synapses: n.Contacts}
		p.Soma.L, p.Soma.Diam, p.Soma.Ra, p.Soma.Cm = 78+float64(i), 80, 70, 1
		p.Soma.Gnabar, p.Soma.Gnapbar, p.Soma.Gkfbar, p.Soma.Gksbar, p.Soma.Gl = .04, .0006, .0025, .018, .001
		p.Soma.Ena, p.Soma.Ek, p.Soma.Rinact = 120, -10, .03
		d := &p.Dendrite
		d.L, d.Diam, d.Ra, d.Cm, d.GcaLbar, d.Gama, d.EcaL, d.Vtraub, d.Ltau, d.Gl = 6000, 50, 70, 1, 1e-5, .2, 140, 35, 80, 8e-5
		n.Cells = append(n.Cells, Membrane{Description: p, Threshold: 50})
	}
	return n
}

// sent is a spike on its way.
type sent struct {
	Cell  int
	Spike engine.Spike
}

// rig is a population that runs alone.
type rig struct {
	Group
	engine *engine.Engine
	cells  int
	sent   []sent
}

// newRig starts a plan. Membranes fire by a current, and the first is recorded.
func newRig(t *testing.T, p Plan, env Env) *rig {
	t.Helper()
	var cells []membrane.Description
	var thresholds []float64
	for _, m := range p.Membranes() {
		cells, thresholds = append(cells, m.Description), append(thresholds, m.Threshold)
	}
	e := engine.New(membrane.Start(cells, thresholds, membrane.Scheme{Dt: dt, SecondOrder: true}, membrane.Scalar, nil), dt, 1)
	for i, n := range e.Neurons {
		n.Cell.Settle(0)
		n.Clamp = func(step int, _ float64) float64 { return 14 + float64(i) }
	}
	if len(cells) > 0 {
		e.Neurons[0].Traces = []*engine.Trace{{Value: e.Neurons[0].Cell.Variable(0, "")}}
	}
	env.Name, env.Seed, env.Engine, env.Membranes = name, seed, e, len(cells)
	r := &rig{Group: p.Start(env), engine: e, cells: max(len(cells), p.Generators())}
	if g, ok := p.(*Given); ok {
		r.cells = len(g.Trains)
	}
	if err := r.Ready(); err != nil {
		t.Fatal(err)
	}
	_ = e.Start(func(int) error { return nil }) // its error is that of the look
	return r
}

// run takes steps as a simulation does.
func (r *rig) run(t *testing.T, steps int) {
	t.Helper()
	send := func(cell int, s engine.Spike) { r.sent = append(r.sent, sent{cell, s}) }
	r.Fire(r.next(steps), send)
	if err := r.engine.Advance(steps); err != nil {
		t.Fatal(err)
	}
	r.Collect(send)
}

func (r *rig) next(steps int) Steps {
	next := Steps{First: r.engine.Step}
	for c := r.engine.Clock; len(next.Begin) <= steps; c = c.Next() {
		next.Begin = append(next.Begin, c.T)
	}
	return next
}

// spikes returns what was sent, by step and cell.
func (r *rig) spikes() []sent {
	return slices.SortedStableFunc(slices.Values(r.sent), func(a, b sent) int {
		return cmp.Or(cmp.Compare(a.Spike.Step, b.Spike.Step), cmp.Compare(a.Cell, b.Cell))
	})
}

// lists is what a state.Writer has collected.
type lists struct {
	Ints   map[string][]int64
	Floats map[string][]float64
}

func save(t *testing.T, r *rig) *lists {
	t.Helper()
	w := state.NewWriter()
	if err := r.Save(w); err != nil {
		t.Fatal(err)
	}
	all := &lists{map[string][]int64{}, map[string][]float64{}}
	for name, list := range w.AllInts() {
		_ = list(func(piece []int64) error { all.Ints[name] = append(all.Ints[name], piece...); return nil }) // which is nil
	}
	for name, list := range w.AllFloats() {
		_ = list(func(piece []float64) error { all.Floats[name] = append(all.Floats[name], piece...); return nil })
	}
	return all
}

// restored returns a new rig of a plan with the state of another, without what
// was sent, and the error if the state was refused.
func restored(t *testing.T, p Plan, w *lists, taken int) (*rig, error) {
	t.Helper()
	r := newRig(t, p, Env{})
	reader := &state.Reader{Ints: maps.Clone(w.Ints), Floats: maps.Clone(w.Floats), Steps: taken}
	for range taken {
		r.engine.Clock, r.engine.Step = r.engine.Next(), r.engine.Step+1
	}
	if err := r.Restore(reader); err != nil {
		return nil, err
	}
	return r, reader.End()
}

// A population sends each spike of a cell once, in the step of the spike, wherever
// the run is cut, and keeps all.
func TestSendsEachSpikeOnce(t *testing.T) {
	for kind, k := range kinds {
		t.Run(kind, func(t *testing.T) {
			whole := newRig(t, k.plan(), Env{})
			whole.run(t, steps)
			if len(whole.sent) < 5 {
				t.Fatalf("%d spikes are too few for a test", len(whole.sent))
			}
			begin := newRig(t, k.plan(), Env{}).next(steps).Begin
			for cell := range whole.cells {
				var sent []engine.Spike
				for _, s := range whole.sent {
					if s.Cell == cell {
						sent = append(sent, s.Spike)
					}
				}
				if d := gocmp.Diff(whole.Spikes(cell), sent); d != "" {
					t.Errorf("cell %d (-fired +sent):\n%s", cell, d)
				}
				for _, s := range sent {
					if !(begin[s.Step] <= s.T && s.T < begin[s.Step+1]) {
						t.Errorf("cell %d: a spike at %v ms is in step %d, from %v to %v ms", cell, s.T, s.Step, begin[s.Step], begin[s.Step+1])
					}
				}
			}
			for _, piece := range []int{1, 7, 250} {
				cut := newRig(t, k.plan(), Env{})
				for cut.engine.Step < steps {
					cut.run(t, min(piece, steps-cut.engine.Step))
				}
				if d := gocmp.Diff(whole.spikes(), cut.spikes()); d != "" {
					t.Errorf("%d steps at once (-whole +cut):\n%s", piece, d)
				}
			}
			if got := whole.Latency(1); got != k.latency {
				t.Errorf("the latency is %v ms, want %v", got, k.latency)
			}
		})
	}
}

// A population that is saved in the middle of a run and restored in a new one goes
// on with the same spikes, and its state is the one that was restored.
func TestRestoresInTheMiddle(t *testing.T) {
	for kind, k := range kinds {
		for _, at := range []int{0, 1, 333, 500, steps} {
			t.Run(fmt.Sprintf("%s/%d", kind, at), func(t *testing.T) {
				whole := newRig(t, k.plan(), Env{})
				whole.run(t, at)
				w := save(t, whole)
				r, err := restored(t, k.plan(), w, at)
				if err != nil {
					t.Fatal(err)
				}
				if d := gocmp.Diff(w, save(t, r)); d != "" {
					t.Errorf("the state (-saved +restored):\n%s", d)
				}
				before := len(whole.sent)
				whole.run(t, steps-at)
				r.run(t, steps-at)
				if d := gocmp.Diff(append([]sent(nil), whole.sent[before:]...), r.sent); d != "" {
					t.Errorf("(-whole +restored):\n%s", d)
				}
				if at < steps && len(r.sent) == 0 {
					t.Error("no spikes after the break")
				}
				for cell := range whole.cells {
					if d := gocmp.Diff(whole.Spikes(cell), r.Spikes(cell)); d != "" {
						t.Errorf("cell %d (-whole +restored):\n%s", cell, d)
					}
				}
			})
		}
	}
}

// A state of which a number is missing, or of which a newer version has written more,
// is refused, and so is one of another kind.
func TestRefusesOtherStates(t *testing.T) {
	const at = 600
	states := map[string]*lists{}
	for kind, k := range kinds {
		r := newRig(t, k.plan(), Env{})
		r.run(t, at)
		states[kind] = save(t, r)
	}
	refuses := func(t *testing.T, kind, change string, w *lists) {
		t.Helper()
		if _, err := restored(t, kinds[kind].plan(), w, at); err == nil {
			t.Errorf("%s: not refused", change)
		}
	}
	for kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			good := states[kind]
			copied := func() *lists {
				return &lists{maps.Clone(good.Ints), maps.Clone(good.Floats)}
			}
			for list, x := range good.Ints {
				w := copied()
				w.Ints[list] = x[:max(len(x)-1, 0)]
				refuses(t, kind, list+" cut", w)
				w = copied()
				w.Ints[list] = append(slices.Clone(x), 1)
				refuses(t, kind, list+" longer", w)
				w = copied()
				w.Ints[list] = append([]int64{math.MinInt64}, x[1:]...)
				if list != "generators" { // any number but 0 is the state of one
					refuses(t, kind, list+" changed", w)
				}
			}
			for list, x := range good.Floats {
				w := copied()
				w.Floats[list] = x[:max(len(x)-1, 0)]
				refuses(t, kind, list+" cut", w)
				w = copied()
				w.Floats[list] = append(slices.Clone(x), 1)
				refuses(t, kind, list+" longer", w)
				w = copied()
				w.Floats[list] = append([]float64{math.NaN()}, x[1:]...)
				if list != "traces" { // what was recorded decides nothing
					refuses(t, kind, list+" changed", w)
				}
			}
			for other, w := range states {
				if other != kind {
					refuses(t, kind, "the state of "+other, w)
				}
			}
		})
	}
}

// The error of a state that cannot be names the cell.
func TestRefusalNamesTheCell(t *testing.T) {
	for kind, c := range map[string]struct {
		change func(w *lists)
		want   string
	}{
		"drive":                     {func(w *lists) { w.Floats["integrals"][2] = -1 }, "cell 2: random: generator"},
		"given":                     {func(w *lists) { w.Ints["given_left"][2] = 3 }, "cell 2 has 3 of 2 spikes left"},
		"neurons":                   {func(w *lists) { w.Floats["cells"][0] = math.Inf(1) }, "cell 0: "},
		"neurons with a background": {func(w *lists) { w.Floats["background_deviations"][3] = math.NaN() }, "cell 1: its background conductance deviates by NaN uS"},
	} {
		r := newRig(t, kinds[kind].plan(), Env{})
		r.run(t, 300)
		w := save(t, r)
		c.change(w)
		if _, err := restored(t, kinds[kind].plan(), w, 300); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", kind, err, c.want)
		}
	}
	r := newRig(t, kinds["given"].plan(), Env{})
	r.run(t, 300)
	w := save(t, r)
	w.Ints["given_left"][0]++ // as if a spike that was sent were still to come
	if _, err := restored(t, kinds["given"].plan(), w, 300); err == nil || !strings.Contains(err.Error(), "cell 0 has fired 3 times, and 4 of its 6 spikes are left") {
		t.Errorf("a spike too many: error %v", err)
	}
}

// Drive neurons fire as independent integrators of the rates do, with seeds of
// their own: by name, or as MyoGen numbers them. Stepped by hand they fire alike.
func TestDriveNeurons(t *testing.T) {
	plan := kinds["drive"].plan
	for _, c := range []struct {
		name string
		env  Env
		seed func(cell int) uint64
	}{
		{"named streams", Env{}, func(i int) uint64 { return uint64(random.StreamSeed(seed, "drive neuron", name, i)) }},
		{"MyoGen's order", Env{MyoGen: true, Generator: 7}, func(i int) uint64 {
			return uint64(random.DeriveSubseed(seed, uint64(7+i), uint64(7+i))) // no cell has a membrane
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, plan(), c.env)
			r.run(t, steps)
			hand := newRig(t, plan(), c.env)
			for cell := range r.cells {
				s := random.NewSpiker(c.seed(cell), random.Erlang{Order: 5})
				var want []engine.Spike
				for k, rate := range ramp() {
					if s.Step(rate, dt) {
						want = append(want, engine.Spike{Step: k, T: timeOf(k)})
					}
				}
				if d := gocmp.Diff(want, r.Spikes(cell)); d != "" || len(want) == 0 {
					t.Errorf("cell %d fires %d times (-alone +here):\n%s", cell, len(want), d)
				}
				for k, rate := range ramp() {
					hand.Group.(Integrator).Integrate(cell, rate, dt, engine.Spike{Step: k, T: timeOf(k)})
				}
				if d := gocmp.Diff(want, hand.Spikes(cell)); d != "" {
					t.Errorf("cell %d by hand (-alone +here):\n%s", cell, d)
				}
			}
		})
	}
	if err := (&Drive{N: 1, Process: random.Poisson{}}).Start(Env{Engine: engine.New(nil, dt, 1)}).Ready(); err == nil ||
		!strings.Contains(err.Error(), "has no input") {
		t.Errorf("without rates: error %v", err)
	}
}

// timeOf returns the time in ms at which a step begins.
func timeOf(step int) float64 {
	c := engine.Clock{Dt: dt}
	for range step {
		c = c.Next()
	}
	return c.T
}

// Rates are asked for each step once, in order, when what happened before is known:
// neurons can be driven by what others have done.
func TestRatesFollowTheRun(t *testing.T) {
	var asked []int
	d := &Drive{N: 3, Process: random.Erlang{Order: 1000}} // close to regular
	var r *rig
	d.Drive(func(first int, rates []float64) {
		for k := range rates {
			asked = append(asked, first+k)
			rates[k] = 1000
			if len(r.Spikes(0)) >= 2 { // seen at the next call: the two spikes silence all
				rates[k] = 0
			}
		}
	}, 1)
	r = newRig(t, d, Env{})
	for range 10 {
		r.run(t, 25)
	}
	for i, step := range asked {
		if i != step {
			t.Fatalf("asked for the steps %v", asked)
		}
	}
	if n := len(r.Spikes(0)); len(asked) != 250 || n < 2 || n > 4 {
		t.Errorf("asked for %d steps, and cell 0 fired %d times", len(asked), n)
	}

}

// The conductance of a background has the mean, the deviation and the correlation
// of its process, is never negative, and does not fluctuate without a deviation.
func TestFluctuation(t *testing.T) {
	const n, mean, sd, tau = 400000, 10, 1, 5.0 // uS, uS, ms
	f := Fluctuation{Mean: mean, SD: sd, Tau: tau}.start(dt)
	g := random.New(1)
	x := make([]float64, n)
	for i := range x {
		x[i] = f.next(g)
	}
	var m, variance, lagged float64
	const lag = 50 // steps: tau
	for _, v := range x {
		m += v / n
	}
	for i, v := range x {
		variance += (v - m) * (v - m) / n
		lagged += (v - m) * (x[(i+lag)%n] - m) / n
	}
	// The process has n dt/(2 tau) = 4000 independent values.
	if math.Abs(m-mean) > 0.06 || math.Abs(variance-sd*sd) > 0.1 || math.Abs(lagged/variance-math.Exp(-1)) > 0.05 {
		t.Errorf("mean %v, variance %v, correlation at tau %v", m, variance, lagged/variance)
	}
	low := Fluctuation{SD: sd, Tau: tau}.start(dt)
	zero := 0
	for range 10000 {
		v := low.next(g)
		if v < 0 {
			t.Fatalf("a conductance of %v uS", v)
		}
		if v == 0 {
			zero++
		}
	}
	if zero < 3000 || zero > 7000 {
		t.Errorf("%d of 10000 conductances are 0, want about half", zero)
	}
	still := Fluctuation{Mean: 0.3, Tau: tau}.start(dt)
	if v := still.next(g); v != 0.3 {
		t.Errorf("without a deviation the conductance is %v uS, want 0.3", v)
	}
}

// held returns rates that are known beforehand; the last is held.
func held(values []float64) Rates {
	return func(first int, rates []float64) {
		for k := range rates {
			rates[k] = values[min(first+k, len(values)-1)]
		}
	}
}
