package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"text/tabwriter"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/random"
	"gomyogen/myogen/sweep"
	"gomyogen/myogen/units"
)

// poolSweep is a sweep over drive and weight of a pool and as many drive neurons.
func poolSweep(cells, runs int, duration units.Time) (*myogen.Plan, error) {
	return myogen.Sweep{
		Experiment: myogen.Experiment{
			Seed: 1, Duration: duration,
			Populations: []myogen.Population{
				myogen.DescendingDrivePool{Name: "DD", N: cells, Process: random.Erlang{Order: 5}},
				myogen.AlphaMNPool{Name: "aMN", N: cells},
			},
			Inputs:      []myogen.Input{{Source: "cortical_input", Target: "DD", Shape: contraction(duration), Noise: 1 * units.Pps}},
			Connections: []myogen.Connection{connection},
		},
		Axes:    []myogen.Axis{{Path: "inputs[0].trapezoid.peak", From: "30 pps", To: "90 pps", N: 10}},
		Repeats: (runs + 9) / 10,
	}.Plan()
}

// sweepTime is what a sweep takes.
type sweepTime struct {
	runs, cells int
	steps       float64
	all         time.Duration // of one core, everything included
	engine      time.Duration // of one core, the simulations alone
}

// perStep is the time per cell and step in ns.
func (t sweepTime) perStep(d time.Duration) float64 {
	return float64(d.Nanoseconds()) / float64(t.runs) / float64(t.cells) / t.steps
}

// timeSweep runs a sweep on one core, and each of its runs alone, in turns so
// that both see the same machine.
func timeSweep(ctx context.Context, cells, runs int, duration units.Time) (sweepTime, error) {
	plan, err := poolSweep(cells, runs, duration)
	if err != nil {
		return sweepTime{}, err
	}
	t := sweepTime{runs: plan.Runs(), cells: cells, steps: float64(duration / myogen.DefaultStep)}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return t, err
	}
	defer os.RemoveAll(dir)
	for shard := range plan.Runs() { // a run each
		s, err := sweep.Open(filepath.Join(dir, fmt.Sprint(shard/100)), plan, sweep.Options{Workers: 1, Shard: shard, Shards: plan.Runs()})
		if err != nil {
			return t, err
		}
		start := cpuTime()
		if err := s.Run(ctx); err != nil {
			return t, err
		}
		t.all += cpuTime() - start
		e, err := plan.Run(shard)
		if err != nil {
			return t, err
		}
		sim, err := myogen.NewSimulation(ctx, e)
		if err == nil {
			err = sim.SetWorkers(1)
		}
		if err != nil {
			return t, err
		}
		start = cpuTime()
		if _, err := sim.Run(ctx, nil); err != nil {
			return t, err
		}
		t.engine += cpuTime() - start
	}
	return t, nil
}

// sweepMemory runs a sweep of short runs and returns the most memory in use, seen
// a hundred times on its way.
func sweepMemory(ctx context.Context, runs int) (bytes float64, err error) {
	plan, err := poolSweep(4, runs, 15*units.Ms)
	if err != nil {
		return 0, err
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	s, err := sweep.Open(dir, plan, sweep.Options{Progress: func(done, total int) {
		if done%max(total/100, 1) == 0 {
			bytes = max(bytes, heap())
		}
	}})
	if err != nil {
		return 0, err
	}
	return bytes, s.Run(ctx)
}

// benchSweep measures what a sweep adds to the simulations of its runs.
func benchSweep(ctx context.Context, out io.Writer, runs, most int) error {
	fmt.Fprintf(out, "Sweeps on one core of %s/%s, %s; processor time.\n\n", runtime.GOOS, runtime.GOARCH, runtime.Version())
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "cells\truns of 5 s\tcell and step\tsimulation alone\tratio\tto pools of 100\t\n")
	reference := 0.0
	for _, cells := range []int{100, 20} {
		t, err := timeSweep(ctx, cells, runs, 5*units.S)
		if err != nil {
			return err
		}
		if reference == 0 {
			reference = t.perStep(t.all)
		}
		fmt.Fprintf(w, "%d\t%d\t%.1f ns\t%.1f ns\t%.3fx\t%.2fx\t\n", cells, t.runs, t.perStep(t.all), t.perStep(t.engine),
			float64(t.all)/float64(t.engine), t.perStep(t.all)/reference)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	for n := 100; n <= most; n *= 10 {
		bytes, err := sweepMemory(ctx, n)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%7d short runs: at most %.2f MB in use\n", n, bytes/1e6)
	}
	return nil
}
