//go:build !js

package kernel

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"gomyogen/kernel/internal/keep"
	"gomyogen/kernel/internal/keep/code"
	"gomyogen/kernel/internal/keep/store"
	"gomyogen/myogen"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Result is the result of a run of an experiment: a kept [Value] with what
// figures and tables ask of it. [Run] makes it.
type Result struct {
	*Value[*myogen.Result]
	experiment myogen.Experiment
}

// Run names a run of an experiment. The cell that first asks for its result
// simulates it, with a progress bar called title; later cells, kernels and days
// read what was kept, until the experiment changes. As for all kept values
// [Value.Get] computes, and [Value.Now] shows what there is.
//
//	var nerlab = kernel.Run("NERLab", experiment)
//
//	nerlab.SpikeTrains("aMN") // in any cell
//
// The stop button ends a run, and the result is then partial. Its state is kept,
// and every minute before: Get goes on from there, in a later kernel too, to the
// spikes it would have had without the break. [Kept] shows runs and states, and
// [Forget] removes them, by title.
//
//go:noinline
func Run(title string, e myogen.Experiment) *Result {
	return keepRun(title, e, func() *Progress { return NewProgress(title) })
}

// Run is the function [Run] with this bar, which may be one of several [Bars].
func (p *Progress) Run(e myogen.Experiment) *Result {
	return keepRun(p.title, e, func() *Progress { return p })
}

func keepRun(title string, e myogen.Experiment, bar func() *Progress) *Result {
	simulate := func() (any, error) { return bar().Simulate(e) }
	return &Result{&Value[*myogen.Result]{
		running.Values.DeclareWith(title, reflect.TypeFor[*myogen.Result](), myogen.Run, simulate, parts(e.FingerprintContext)),
	}, e}
}

// untilStop returns a context that the stop button cancels. Once it was pressed, nothing
// cancels it: figures then still ask for what is kept, and results are still saved.
func untilStop() (context.Context, context.CancelFunc) {
	if running.Stopped() {
		return context.WithCancel(context.Background())
	}
	return running.Context("")
}

// parts returns a function that lists what is in a fingerprint. The stop button ends it.
func parts(fingerprint func(context.Context) (myogen.Fingerprint, error)) func() ([]code.Part, error) {
	return func() ([]code.Part, error) {
		ctx, release := untilStop()
		defer release()
		f, err := fingerprint(ctx)
		if err != nil && ctx.Err() != nil {
			return nil, fmt.Errorf("kernel: %w before the first step", context.Cause(ctx))
		}
		if err != nil {
			return nil, err
		}
		var all []code.Part
		for _, name := range slices.Sorted(maps.Keys(f)) {
			p := code.Part{Name: name, Sum: f[name]}
			if len(f[name]) <= 40 {
				p.Shown = f[name]
			}
			all = append(all, p)
		}
		return all, nil
	}
}

// SpikeTrains returns the spike trains of a population: those of what there is
// after a stop, which figures then say, and of the whole run otherwise. An error
// ends the cell as with [Value.Get].
func (r *Result) SpikeTrains(population string) []neo.SpikeTrain {
	return Must(r.there().SpikeTrains(population))
}

// Signal returns the first recorded signal of a population, the rate that
// drives it or that of its first probe, as SpikeTrains does.
func (r *Result) Signal(population string) neo.AnalogSignal {
	return Must(r.there().Signal(population))
}

// Force returns the force of a pool, as SpikeTrains does; [myogen.Experiment]'s
// Force asks for it.
func (r *Result) Force(population string) neo.AnalogSignal {
	return Must(r.there().Force(population))
}

// Report returns the report of the run.
func (r *Result) Report() myogen.Report { return r.Get().Report() }

// Save writes the result to path, an .npz file, with its report and the file of
// its experiment beside it, which "myogen run" repeats: results.npz,
// results.report.json and results.yaml. It makes the folder if there is none. What there
// is of a stopped run does not replace a complete result: it goes to
// results.partial.npz, which Save prints. An error ends the cell.
func (r *Result) Save(path string) {
	err := os.MkdirAll(filepath.Dir(path), 0o777)
	if err == nil {
		result := r.there()
		if to := path; result.Partial() {
			if path = myogen.PartialPath(to); path != to {
				fmt.Printf("%s is complete and stays; what there is of the stopped run is in %s\n", to, path)
			}
		}
		ctx, release := untilStop()
		err = result.SaveContext(ctx, path)
		release()
	}
	if err == nil {
		err = r.experiment.SaveYAML(strings.TrimSuffix(path, ".npz") + ".yaml")
	}
	Check(err)
}

// Simulate runs an experiment at once, and keeps its state but not its result.
func (p *Progress) Simulate(e myogen.Experiment) (*myogen.Result, error) {
	c := cellOf(p.board)
	ctx, release := c.Context("") // first: without it the button ends the cell without a word
	defer release()
	observed := myogen.Observe(ctx, myogen.Observer{Starting: p.starting})
	sim, err := myogen.NewSimulation(observed, e)
	if err != nil && ctx.Err() != nil {
		return p.notBegun(ctx, e)
	}
	if err != nil {
		return nil, err
	}
	goOn, err := newContinuation(c, p.title, sim.StateID())
	if err != nil {
		return nil, err
	}
	sim, err = resume(observed, goOn.state, sim, e, func(done, total int) error {
		p.starting("reading the kept state", done, total)
		return ctx.Err()
	})
	if err != nil && ctx.Err() != nil {
		return p.notBegun(ctx, e)
	}
	if err != nil {
		goOn.anew(err)
	}
	for _, w := range sim.Warnings() {
		goOn.warn("%s", w)
	}
	_, state := sim.Needs(e.Duration)
	if err := goOn.state.CheckFree(state); err != nil {
		goOn.warn("before compression %v", err)
	}
	result, err := sim.Run(observed, func(done, total units.Time) {
		p.Update(done, total)
		goOn.due(reached("going on", done, total), float64(done), func(path string) error {
			return sim.SaveStateContext(observed, path, nil)
		}, func(done, total int) error {
			p.starting("keeping the state", done, total)
			return ctx.Err()
		})
	})
	// What the button stops once it was pressed is the cell, which is killed when it does
	// not end, and then goes on from the last state.
	last := myogen.Observe(context.WithoutCancel(ctx), myogen.Observer{Starting: p.afterStop})
	write := func(path string) error { return sim.SaveStateContext(last, path, nil) }
	keeping := func(done, total int) error {
		p.afterStop("keeping the state", done, total)
		return nil
	}
	if errors.Is(err, context.Canceled) { // the run is complete, and its result was being gathered
		goOn.secure(reached("complete", sim.Time(), e.Duration), float64(sim.Time()), write, keeping)
		result, err = sim.Run(last, nil)
	}
	if err != nil {
		return nil, err
	}
	if !result.Partial() {
		return result, goOn.done()
	}
	goOn.stopped(reached("stopped", result.Simulated, e.Duration), float64(result.Simulated), float64(e.Duration), write, keeping)
	p.stopsAt(result.Simulated)
	return result, nil
}

func reached(how string, done, total units.Time) string {
	return fmt.Sprintf("%s at %.0f of %.0f ms", how, float64(done), float64(total))
}

// notBegun returns the result of a run that was stopped before its first step:
// its populations without a spike.
func (p *Progress) notBegun(ctx context.Context, e myogen.Experiment) (*myogen.Result, error) {
	e.Connections, e.RecordAll = nil, nil // what takes long, and what is written
	sim, err := myogen.NewSimulation(context.WithoutCancel(ctx), e)
	if err != nil {
		return nil, err
	}
	goOn := &continuation{cell: cellOf(p.board), title: p.title}
	at := reached("stopped", 0, e.Duration)
	goOn.cell.CutShort(p.title+" "+at, 1)
	goOn.told(at)
	return sim.Result(), nil
}

// resume returns the simulation that the checkpoint holds, or sim, which is new,
// if there is none. With an error, which says why the checkpoint cannot be used,
// it returns sim too.
func resume(ctx context.Context, c *keep.Checkpoint, sim *myogen.Simulation, e myogen.Experiment, look store.Look) (*myogen.Simulation, error) {
	err := c.Load(func(path string) error {
		old, err := myogen.ResumeState(ctx, e, path)
		if err != nil {
			return err
		}
		sim = old
		return nil
	}, look)
	return sim, err
}
