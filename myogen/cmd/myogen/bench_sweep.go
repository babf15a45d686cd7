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

// sweepTimer times the runs of a sweep over pools of a size.
type sweepTimer struct {
	cells       int
	plan        *myogen.Plan
	dir         string
	steps       float64   // of a run
	all, engine []float64 // by chunk, of a run, in ns: everything included, and the simulation alone
}

// chunk is the number of runs that are timed at once.
const chunk = 10

func newSweepTimer(cells, runs int, duration units.Time) (*sweepTimer, error) {
	plan, err := poolSweep(cells, runs, duration)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "bench-")
	return &sweepTimer{cells: cells, plan: plan, dir: dir, steps: float64(duration / myogen.DefaultStep)}, err
}

// chunks is the number of chunks of the sweep, a shard each.
func (t *sweepTimer) chunks() int { return t.plan.Runs() / chunk }

// time makes the runs of a chunk on two cores, and then their simulations alone on
// two cores as well.
func (t *sweepTimer) time(ctx context.Context, shard int) error {
	s, err := sweep.Open(t.dir, t.plan, sweep.Options{Workers: 2, Shard: shard, Shards: t.chunks()})
	if err != nil {
		return err
	}
	if _, err := s.Done(); err != nil { // reads what was made, once
		return err
	}
	start := cpuTime()
	if err := s.Run(ctx); err != nil {
		return err
	}
	t.all = append(t.all, float64(cpuTime()-start)/chunk)
	var sims []*myogen.Simulation
	for run := shard; run < t.plan.Runs(); run += t.chunks() {
		e, err := t.plan.Run(run)
		if err != nil {
			return err
		}
		sim, err := myogen.NewSimulation(ctx, e)
		if err == nil {
			err = sim.SetWorkers(1)
		}
		if err != nil {
			return err
		}
		sims = append(sims, sim)
	}
	start = cpuTime()
	if err := runAll(ctx, sims); err != nil {
		return err
	}
	t.engine = append(t.engine, float64(cpuTime()-start)/chunk)
	return nil
}

// step is the time of a cell and a step in ns, everything included.
func (t *sweepTimer) step() float64 { return stats.Median(t.all) / float64(t.cells) / t.steps }

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

// sweepMemory makes a sweep of short runs and its table, and returns the most
// memory in use, seen a hundred times on the way to each.
func sweepMemory(ctx context.Context, runs int) (running, merging float64, err error) {
	plan, err := poolSweep(4, runs, 15*units.Ms)
	if err != nil {
		return 0, 0, err
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(dir)
	s, err := sweep.Open(dir, plan, sweep.Options{Progress: func(done, total int) {
		if done%max(total/100, 1) == 0 {
			running = max(running, heap())
		}
	}})
	if err != nil {
		return 0, 0, err
	}
	if err := s.Run(ctx); err != nil {
		return 0, 0, err
	}
	_, _, err = writeTable(ctx, s, dir, func() { merging = max(merging, heap()) })
	return running, merging, err
}

// benchSweep measures what a sweep adds to the simulations of its runs.
func benchSweep(ctx context.Context, out io.Writer, runs, most int) error {
	fmt.Fprintf(out, "Sweeps on two cores of %s/%s, %s; processor time, medians of %d runs each.\nPools of motor neurons with as many drive neurons, half of which reach each; times are per motor neuron.\n\n", runtime.GOOS, runtime.GOARCH, runtime.Version(), chunk)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "cells\truns of 5 s\ta run\tits simulation\tratio\tcell and step\tto pools of 100\t\n")
	var timers []*sweepTimer
	for _, cells := range []int{100, 20} {
		t, err := newSweepTimer(cells, runs, 5*units.S)
		if err != nil {
			return err
		}
		defer os.RemoveAll(t.dir)
		timers = append(timers, t)
	}
	for shard := range timers[0].chunks() { // in turns, so that all see the same machine
		for _, t := range timers {
			if err := t.time(ctx, shard); err != nil {
				return err
			}
		}
	}
	for _, t := range timers {
		all, engine := stats.Median(t.all), stats.Median(t.engine)
		fmt.Fprintf(w, "%d\t%d\t%.1f ms\t%.1f ms\t%.3fx\t%.1f ns\t%.2fx\t\n", t.cells, t.plan.Runs(), all/1e6, engine/1e6, all/engine, t.step(), t.step()/timers[0].step())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	for n := 100; n <= most; n *= 10 {
		running, merging, err := sweepMemory(ctx, n)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%7d short runs: at most %.2f MB in use while they are made, %.2f MB while the table is written\n", n, running/1e6, merging/1e6)
	}
	return nil
}
