package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

// bench measures the engine with the work of the descending-drive tutorial:
// 100 drive neurons, 100 motor neurons, 15 s at 0.1 ms.
func bench(ctx context.Context, args []string, out io.Writer) error {
	f := flags("bench")
	model := f.String("model", "", "NERLab or Powers2017; empty is both")
	duration := timeFlag{Time: 15 * units.S}
	f.Var(&duration, "duration", "simulated time, 15s")
	python := f.String("neuron", "", "a Python with NEURON, to measure it beside")
	loop := f.String("myogen", "", "a Python with MyoGen, to measure its whole loop beside")
	growth := f.Bool("growth", false, "also 1000 and 10 000 cells, 1 s and 60 s")
	sweeps := f.Bool("sweep", false, "measure sweeps")
	runs := f.Int("runs", 100, "with -sweep, runs of each kind")
	most := f.Int("most", 10_000, "with -sweep, short runs at most")
	if _, err := parse(f, args, 0); err != nil {
		return err
	}
	if *sweeps {
		return benchSweep(ctx, out, *runs, *most)
	}
	if *loop != "" {
		var err error
		if *loop, err = pythonWithMyoGen(ctx, *loop); err != nil {
			return err
		}
	}
	models := []myogen.Model{myogen.NERLab, myogen.Powers2017}
	if *model != "" {
		models = []myogen.Model{myogen.Model(*model)}
	}
	b := &benchmark{out: out, duration: duration.Time}
	fmt.Fprintf(out, "%d threads, %s %s/%s. Times are the least of several; with one thread they are processor time.\n\n",
		runtime.GOMAXPROCS(0), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, m := range models {
		if err := b.model(ctx, m, *python, *loop, *growth); err != nil {
			return err
		}
	}
	return b.rest(ctx)
}

type benchmark struct {
	out      io.Writer
	duration units.Time
}

// contraction is the tutorial's, its phases in proportion to the duration.
func contraction(duration units.Time) myogen.Trapezoid[units.Rate] {
	unit := duration / 15
	return myogen.Trapezoid[units.Rate]{Peak: 65 * units.Pps, Rest: unit, Ramp: unit / 2, Plateau: 10 * unit}
}

// work is an experiment whose drive spikes are known.
type work struct {
	model  myogen.Model
	cells  int
	driven myogen.Experiment // with drive neurons
	given  myogen.Experiment // with their spikes
	links  []myogen.Link
	drive  []neo.SpikeTrain
	spikes []neo.SpikeTrain // of the motor neurons
}

// connection is that of the tutorial.
var connection = myogen.Connection{Source: "DD", Target: "aMN", Probability: 0.5, Weight: 0.15 * units.MicroSiemens}

func newWork(ctx context.Context, m myogen.Model, cells int, duration units.Time) (*work, error) {
	pool := myogen.AlphaMNPool{Name: "aMN", N: cells, Model: m}
	w := &work{model: m, cells: cells, driven: myogen.Experiment{
		Seed: 42, Draws: myogen.MyoGenOrder, Duration: duration, // Python's
		Populations: []myogen.Population{myogen.DescendingDrivePool{Name: "DD"}, pool},
		Inputs:      []myogen.Input{{Source: "cortical_input", Target: "DD", Shape: contraction(duration), Noise: 1 * units.Pps}},
		Connections: []myogen.Connection{connection},
	}}
	s, err := myogen.NewSimulation(ctx, w.driven)
	if err != nil {
		return nil, err
	}
	if w.links, err = s.Connections("DD", "aMN"); err != nil {
		return nil, err
	}
	r, err := s.Run(ctx, nil)
	if err != nil {
		return nil, err
	}
	if w.drive, err = r.SpikeTrains("DD"); err != nil {
		return nil, err
	}
	if w.spikes, err = r.SpikeTrains("aMN"); err != nil {
		return nil, err
	}
	w.given = w.driven
	w.given.Inputs = nil
	w.given.Populations = []myogen.Population{myogen.SpikeSource{Name: "DD", Trains: w.drive}, pool}
	given := connection
	given.Probability, given.Pairs = 0, w.links
	w.given.Connections = []myogen.Connection{given}
	return w, nil
}

// timing is what a run took per cell and step.
type timing struct {
	ns      float64
	bytes   float64 // per cell
	seconds float64
}

// run runs the given spikes repeatedly and returns the least time.
func (b *benchmark) run(ctx context.Context, w *work, e myogen.Experiment, backend string, threads, repeats int) (timing, error) {
	os.Setenv(myogen.BackendVariable, backend)
	defer os.Unsetenv(myogen.BackendVariable)
	best := timing{ns: math.Inf(1)}
	for range repeats {
		before := heap()
		s, err := myogen.NewSimulation(ctx, e)
		if err == nil {
			err = s.SetWorkers(threads)
		}
		if err != nil {
			return best, err
		}
		bytes := (heap() - before) / float64(w.cells)
		clock := wallTime
		if threads == 1 {
			clock = cpuTime
		}
		start := clock()
		r, err := s.Run(ctx, nil)
		if err != nil {
			return best, err
		}
		spent := clock() - start
		if r.Partial() {
			return best, context.Canceled
		}
		trains, err := r.SpikeTrains("aMN")
		if err != nil {
			return best, err
		}
		if !sameSpikes(trains, w.spikes) {
			return best, fmt.Errorf("the %s back end has other spikes", backend)
		}
		if ns := float64(spent.Nanoseconds()) / float64(w.cells) / float64(r.Steps); ns < best.ns {
			best = timing{ns: ns, bytes: bytes, seconds: spent.Seconds()}
		}
	}
	return best, nil
}

func sameSpikes(a, b []neo.SpikeTrain) bool {
	for i := range b {
		if len(a[i].Times) != len(b[i].Times) {
			return false
		}
		for j, t := range b[i].Times {
			if a[i].Times[j] != t {
				return false
			}
		}
	}
	return len(a) == len(b)
}

func count(trains []neo.SpikeTrain) (n int) {
	for _, t := range trains {
		n += len(t.Times)
	}
	return n
}

// heap returns the bytes that are in use.
func heap() float64 {
	runtime.GC()
	runtime.GC() // what finalizers and pools held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

var started = time.Now()

func wallTime() time.Duration { return time.Since(started) }

// timings prints a row for each timing of a model, beside NEURON's.
type timings struct {
	*tabwriter.Writer
	reference timing // of NEURON; zero is none
}

func (t timings) row(name string, threads, cells int, duration units.Time, x timing) {
	ratio, memory := "", ""
	if t.reference.ns > 0 {
		ratio = fmt.Sprintf("%.1fx", t.reference.ns/x.ns)
	}
	if x.bytes > 0 {
		memory = fmt.Sprintf("%.2f kB", x.bytes/1000)
	}
	fmt.Fprintf(t, "%s\t%d\t%d\t%v\t%.1f ns\t%s\t%.2f s\t%s\t\n", name, threads, cells, duration, x.ns, ratio, x.seconds, memory)
}

// model prints the table of one model.
func (b *benchmark) model(ctx context.Context, m myogen.Model, python, loop string, growth bool) error {
	w, err := newWork(ctx, m, 100, b.duration)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.out, "%s: 100 cells, %v, %d drive spikes given, %d spikes\n", m, b.duration, count(w.drive), count(w.spikes))
	t := timings{Writer: tabwriter.NewWriter(b.out, 0, 0, 2, ' ', tabwriter.AlignRight)}
	if python != "" {
		if t.reference, err = b.neuron(ctx, w, python); err != nil {
			return err
		}
	}
	fmt.Fprintf(t, "back end\tthreads\tcells\tsimulated\tcell and step\tNEURON\ttime\ta cell\t\n")
	if t.reference.ns > 0 {
		t.row("NEURON", 1, 100, b.duration, t.reference)
	}
	threads := []int{1}
	for n := 2; n <= runtime.GOMAXPROCS(0); n *= 2 {
		threads = append(threads, n)
	}
	backends := myogen.Backends()
	most, fastest := threads[len(threads)-1], backends[len(backends)-1]
	if err := b.backends(ctx, t, w, backends, threads); err != nil {
		return err
	}
	all, err := b.run(ctx, w, w.driven, fastest, most, 15)
	if err != nil {
		return err
	}
	t.row(fastest+", drive included", most, w.cells, w.driven.Duration, all)
	if growth {
		if err := b.growth(ctx, t, m, fastest); err != nil {
			return err
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if loop != "" {
		err := b.myogen(ctx, w, loop, most, func() (float64, error) {
			x, err := b.run(ctx, w, w.driven, fastest, most, 5)
			return x.seconds, err
		})
		if err != nil {
			return err
		}
	}
	fmt.Fprintln(b.out)
	return nil
}

// backends measures each back end with each number of threads.
func (b *benchmark) backends(ctx context.Context, t timings, w *work, backends []string, threads []int) error {
	for _, backend := range backends {
		for _, n := range threads {
			repeats := 5
			if n > 1 { // then the time on the wall counts, which others disturb more
				repeats = 15
			}
			if backend == "scalar" {
				repeats = repeats/5 + 2
			}
			x, err := b.run(ctx, w, w.given, backend, n, repeats)
			if err != nil {
				return err
			}
			t.row(backend, n, w.cells, w.driven.Duration, x)
		}
	}
	return nil
}

// growth measures pools and runs of other sizes.
func (b *benchmark) growth(ctx context.Context, t timings, m myogen.Model, backend string) error {
	for _, g := range []struct {
		cells    int
		duration units.Time
	}{{1000, 3 * units.S}, {10000, 1 * units.S}, {100, 1 * units.S}, {100, 60 * units.S}} {
		w, err := newWork(ctx, m, g.cells, g.duration)
		if err != nil {
			return err
		}
		x, err := b.run(ctx, w, w.given, backend, 1, 3)
		if err != nil {
			return err
		}
		t.row(backend, 1, g.cells, g.duration, x)
	}
	return nil
}

// rest measures what comes before and after the engine.
func (b *benchmark) rest(ctx context.Context) error {
	w, err := newWork(ctx, myogen.NERLab, 100, b.duration)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', 0)
	var failed error
	measure := func(what string, f func() error) {
		best := math.Inf(1)
		for range 7 {
			start := time.Now()
			if err := f(); err != nil && failed == nil {
				failed = err
			}
			best = min(best, time.Since(start).Seconds())
		}
		fmt.Fprintf(t, "%s\t%.1f ms\n", what, 1e3*best)
	}
	drive := func() (neo.AnalogSignal, error) { return w.driven.Drive("DD") }
	signal, err := drive()
	if err != nil {
		return err
	}
	measure(fmt.Sprintf("drive signal, %d samples", len(signal.Values)), func() error {
		_, err := drive()
		return err
	})
	measure(fmt.Sprintf("100 drive neurons, %d samples", len(signal.Values)), func() error {
		spikers := make([]*random.Spiker, 100)
		for i := range spikers {
			spikers[i] = random.NewSpiker(uint64(i+1), random.Poisson{})
		}
		random.RunSpikers(spikers, signal.Values, float64(myogen.DefaultStep), func(int, int) {})
		return nil
	})
	wired := w.given
	wired.Connections = []myogen.Connection{connection}
	measure("build a network of 100 cells and wire it", func() error {
		_, err := myogen.NewSimulation(ctx, wired)
		return err
	})
	measure("statistics and smoothed rates", func() error {
		stats.FiringRates(w.spikes)
		if _, err := stats.TimeHistogram(w.spikes, 100*units.Ms); err != nil {
			return err
		}
		if _, err := stats.RatesWithin(w.spikes, b.duration/10, b.duration*115/150); err != nil {
			return err
		}
		_, err := stats.InstantaneousRatesEvery(w.spikes, 400*units.Ms, myogen.DefaultStep)
		return err
	})
	if err := t.Flush(); err != nil {
		return err
	}
	return failed
}

// quiet drops what NEURON says without a display.
func quiet(s string) string {
	var keep []string
	for _, l := range strings.Split(s, "\n") {
		if !strings.HasPrefix(l, "Warning: no DISPLAY") && !strings.HasPrefix(l, "--No graphics") {
			keep = append(keep, l)
		}
	}
	return strings.TrimSpace(strings.Join(keep, "\n"))
}
