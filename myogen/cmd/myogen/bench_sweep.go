package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"text/tabwriter"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/random"
	"gomyogen/myogen/stats"
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

// sweepTime is what a chunk of the runs of a sweep takes, the median of all.
type sweepTime struct {
	runs   int           // of all chunks
	all    time.Duration // of a run, everything included
	engine time.Duration // of a run, the simulation alone
	step   float64       // of a cell and a step, everything included, in ns
}

// chunk is the number of runs that are timed at once.
const chunk = 10

// timeSweep runs a sweep on two cores, and the simulations of its runs alone, on
// two cores as well; in turns, so that both see the same machine.
func timeSweep(ctx context.Context, cells, runs int, duration units.Time) (t sweepTime, err error) {
	plan, err := poolSweep(cells, runs, duration)
	if err != nil {
		return t, err
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return t, err
	}
	defer os.RemoveAll(dir)
	t.runs = plan.Runs()
	var all, engine []float64 // by chunk, of a run, in ns
	for shard := range t.runs / chunk {
		s, err := sweep.Open(dir, plan, sweep.Options{Workers: 2, Shard: shard, Shards: t.runs / chunk})
		if err != nil {
			return t, err
		}
		if _, err := s.Done(); err != nil { // reads what was made, once
			return t, err
		}
		start := cpuTime()
		if err := s.Run(ctx); err != nil {
			return t, err
		}
		all = append(all, float64(cpuTime()-start)/chunk)
		var sims []*myogen.Simulation
		for run := shard; run < t.runs; run += t.runs / chunk {
			e, err := plan.Run(run)
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
			sims = append(sims, sim)
		}
		start = cpuTime()
		if err := runAll(ctx, sims); err != nil {
			return t, err
		}
		engine = append(engine, float64(cpuTime()-start)/chunk)
	}
	steps := float64(cells) * float64(duration/myogen.DefaultStep)
	t.all, t.engine = time.Duration(stats.Median(all)), time.Duration(stats.Median(engine))
	t.step = stats.Median(all) / steps
	return t, nil
}

// runAll runs simulations on two cores.
func runAll(ctx context.Context, sims []*myogen.Simulation) error {
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i := range errs {
		both.Go(func() {
			for j := i; j < len(sims) && errs[i] == nil; j += 2 {
				_, errs[i] = sims[j].Run(ctx, nil)
			}
		})
	}
	both.Wait()
	return errors.Join(errs...)
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
	fmt.Fprintf(out, "Sweeps on two cores of %s/%s, %s; processor time, medians of %d runs each.\n\n", runtime.GOOS, runtime.GOARCH, runtime.Version(), chunk)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "cells\truns of 5 s\ta run\tits simulation\tratio\tcell and step\tto pools of 100\t\n")
	reference := 0.0
	for _, cells := range []int{100, 20} {
		t, err := timeSweep(ctx, cells, runs, 5*units.S)
		if err != nil {
			return err
		}
		if reference == 0 {
			reference = t.step
		}
		fmt.Fprintf(w, "%d\t%d\t%v\t%v\t%.3fx\t%.1f ns\t%.2fx\t\n", cells, t.runs, t.all.Round(time.Millisecond/10), t.engine.Round(time.Millisecond/10),
			float64(t.all)/float64(t.engine), t.step, t.step/reference)
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
