package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

// myogenVersion is the MyoGen whose spikes are ours.
const myogenVersion = "0.12.0"

// A script that runs the same work through MyoGen's public interface.
//
//go:embed bench_myogen.py
var myogenScript []byte

// myogenRepeats is how often MyoGen runs, which takes it a while.
const myogenRepeats = 2

// The two ways in which MyoGen's loop may get the drive.
const (
	asNumbers = "numbers"
	asSignal  = "signal"
)

// inMyoGen is what MyoGen took: for the loop the least of its runs.
type inMyoGen struct {
	loop                         map[string]float64 // s, by the form of the drive
	pools, network, drive, rates float64            // s
	neuron, python               string             // versions
	drives, motors               match
}

// myogen runs the work in MyoGen and prints what that takes beside what this
// program takes for the steps with so many threads. That is asked for in s, as
// steps, after each run of MyoGen, so that other load of the machine slows both.
func (b *benchmark) myogen(ctx context.Context, w *work, python string, threads int, steps func() (float64, error)) error {
	ours := math.Inf(1)
	m, err := b.runMyoGen(ctx, w, python, func() error {
		s, err := steps()
		ours = min(ours, s)
		return err
	})
	if err != nil {
		return err
	}
	build, drive, rates, err := b.around(ctx, w)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.out, "\n%s in MyoGen %s, NEURON %s, Python %s: %v drive spikes and %v motor spikes at the same time to the last bit\n",
		w.model, myogenVersion, m.neuron, m.python, m.drives, m.motors)
	t := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', 0)
	row := func(what string, theirs, ours float64) {
		fmt.Fprintf(t, "%s\t%.2f s\t%.4f s\t%.1fx\n", what, theirs, ours, theirs/ours)
	}
	fmt.Fprintf(t, "elapsed\tMyoGen, 1 thread\there, %d threads\t\n", threads)
	row("all steps: drive neurons, events, cells; drive as plain numbers", m.loop[asNumbers], ours)
	row("the same, drive as an AnalogSignal, as in MyoGen's tutorial", m.loop[asSignal], ours)
	fmt.Fprintln(t, "around them, MyoGen once, here the least of several")
	row("cells and connections (here with the drive signal)", m.pools+m.network, build)
	row("drive signal (MyoGen: sample by sample with units, as in its tutorial, without noise)", m.drive, drive)
	row("smoothed rates (MyoGen: numpy.convolve, as in its tutorial)", m.rates, rates)
	return t.Flush()
}

// pythonWithMyoGen returns the absolute path of a Python that has MyoGen in
// the version to compare with.
func pythonWithMyoGen(ctx context.Context, python string) (string, error) {
	path, err := exec.LookPath(python)
	if err != nil {
		return "", err
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", err
	}
	const ask = `import importlib.metadata as m
try: print(m.version("myogen"))
except m.PackageNotFoundError: pass`
	text, err := exec.CommandContext(ctx, path, "-c", ask).Output()
	if err != nil {
		return "", fmt.Errorf("-myogen %s: it is no Python that runs: %w", python, err)
	}
	switch version := strings.TrimSpace(string(text)); version {
	case myogenVersion:
		return path, nil
	case "":
		return "", fmt.Errorf("-myogen %s: it has no MyoGen; with Python 3.12 or 3.13 and a C compiler: %s -m pip install myogen==%s", python, python, myogenVersion)
	default:
		return "", fmt.Errorf("-myogen %s: it has MyoGen %s, the comparison is with %s", python, version, myogenVersion)
	}
}

// runMyoGen runs the work in MyoGen, with both forms of the drive in turn, calls
// between after each, and compares all spikes of the last run.
func (b *benchmark) runMyoGen(ctx context.Context, w *work, python string, between func() error) (inMyoGen, error) {
	m := inMyoGen{loop: map[string]float64{asNumbers: math.Inf(1), asSignal: math.Inf(1)}}
	dir, err := os.MkdirTemp("", "myogen-python-")
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(dir)
	script, spikes := filepath.Join(dir, "bench_myogen.py"), filepath.Join(dir, "spikes.npz")
	if err := os.WriteFile(script, myogenScript, 0o644); err != nil {
		return m, err
	}
	parts := "all"
	for range myogenRepeats {
		for _, form := range []string{asSignal, asNumbers} {
			cmd := exec.CommandContext(ctx, python, "-W", "ignore", script,
				string(w.model), fmt.Sprint(float64(w.driven.Duration)), fmt.Sprint(spikeThreshold[w.model]), form, parts, spikes)
			cmd.Dir = dir
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); ctx.Err() != nil {
				return m, context.Cause(ctx)
			} else if err != nil {
				return m, errors.Join(fmt.Errorf("MyoGen: %w", err), errors.New(quiet(stdout.String()+stderr.String())))
			}
			var r struct {
				Seconds        map[string]float64
				Neuron, Python string
			}
			lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), &r); err != nil {
				return m, fmt.Errorf("bench_myogen.py: %w: %s", err, &stdout)
			}
			m.neuron, m.python = r.Neuron, r.Python
			m.loop[form] = min(m.loop[form], r.Seconds["loop"])
			if parts == "all" {
				m.pools, m.network, m.drive, m.rates = r.Seconds["pools"], r.Seconds["network"], r.Seconds["drive"], r.Seconds["rates"]
				parts = "loop"
			}
			if err := between(); err != nil {
				return m, err
			}
		}
	}
	if m.drives, err = compareSpikes(spikes, "dd", w.drive); err != nil {
		return m, err
	}
	m.motors, err = compareSpikes(spikes, "mn", w.spikes)
	return m, err
}

// around measures what comes before and after the steps, each the least of several, s.
func (b *benchmark) around(ctx context.Context, w *work) (build, drive, rates float64, err error) {
	least := func(x *float64, f func() error) {
		*x = math.Inf(1)
		for range 7 {
			runtime.GC() // of what came before
			start := time.Now()
			if e := f(); e != nil {
				err = e
			}
			*x = min(*x, time.Since(start).Seconds())
		}
	}
	least(&drive, func() error {
		_, err := w.driven.Drive("DD")
		return err
	})
	least(&build, func() error {
		_, err := myogen.NewSimulation(ctx, w.driven)
		return err
	})
	least(&rates, func() error {
		_, err := stats.InstantaneousRatesEvery(w.spikes, 400*units.Ms, myogen.DefaultStep)
		return err
	})
	return build, drive, rates, err
}
