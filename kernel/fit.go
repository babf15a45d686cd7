//go:build !js

package kernel

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"gomyogen/kernel/chart"
	"gomyogen/myogen"
	"gomyogen/myogen/sweep/fit"
	"gomyogen/myogen/units"
)

// FitResult is the course of a fit and its answer: a kept [Value] with what
// figures ask of it. [Fit] makes it.
type FitResult struct {
	*Value[*fit.Result]
	title string
	fit   myogen.Fit
}

// Fit names a fit, a search for values of an experiment. The cell that first asks
// for its answer searches, with a bar called title and the course of the search
// below it; later cells, kernels and days read what was kept.
//
//	var search = kernel.Fit("drive for 16.82 pps", myogen.Fit{...}, optimizer.Minimize)
//
//	search.Get()     // the answer
//	search.History() // a figure of the course
//	search.Best()    // a run of the experiment that was found
//
// The stop button ends the search, and its result is then partial: it has the
// trials that were made. They are kept, and every minute before: Get goes on from
// there, in a later kernel too, to the answer that it would have had without the
// break.
//
// The Statistics of a fit are Go code, which Fit does not see: such a fit is
// refused. [Keep] a function that calls [Bars.Fit] instead.
//
//go:noinline
func Fit(title string, f myogen.Fit, minimize fit.Minimizer) *FitResult {
	compute := func() (any, error) {
		if len(f.Statistics) > 0 {
			return nil, fmt.Errorf("kernel: Fit %q: it has Statistics, whose code cannot be seen; Keep a function that calls Bars.Fit", title)
		}
		return NewBars(title, 0).Fit(f, minimize)
	}
	return &FitResult{&Value[*fit.Result]{
		running.Values.DeclareWith("Fit", title, reflect.TypeFor[*fit.Result](), fit.Open, compute, parts(f.FingerprintContext)),
	}, title, f}
}

// History returns a figure of the course: the statistics beside what is wanted of
// them, the parameters, and the least cost so far, over the trials.
func (r *FitResult) History() chart.Figure { return history(r.title, r.there()) }

// Best names a run of the experiment with the values that were found, by [Run].
// If every trial failed it ends the cell as [Value.Get] does.
func (r *FitResult) Best() *Result {
	best, ok := r.there().Best()
	plan, err := r.fit.Plan()
	if err == nil && !ok {
		err = fmt.Errorf("kernel: fit %q: %v", r.title, r.there())
	}
	var e myogen.Experiment
	if err == nil {
		e, err = plan.Run(best.Parameters, 0)
	}
	Check(err)
	return Run(r.title+", best", e)
}

// Fit searches at once, with these bars, and keeps the trials of a search that
// was stopped, but not its result.
func (b *Bars) Fit(f myogen.Fit, minimize fit.Minimizer) (*fit.Result, error) {
	if minimize == nil {
		return nil, errors.New("kernel: Fit: the function minimize is nil; optimizer.Minimize is one")
	}
	plan, err := f.Plan()
	if err != nil {
		return nil, err
	}
	b.n = plan.Trials * plan.Repeats
	var folder *fit.Search
	var result *fit.Result
	live := newLive(b.title)
	defer live.ends()
	made := 0
	w := &resumable{bars: b, yaml: f.YAML, what: "trials", total: plan.Trials, each: plan.Repeats}
	err = w.do(func(dir string) (err error) {
		folder, err = fit.Open(dir, plan, minimize, fit.Options{
			Progress: func(t fit.Trial) {
				made++
				w.progress(made, plan.Trials)
				live.show(folder.Result())
			},
			Watch: func(trial, repeat int) func(done, total units.Time) {
				title := fmt.Sprintf("trial %d", trial)
				if plan.Repeats > 1 {
					title += fmt.Sprintf(", run %d of %d", repeat+1, plan.Repeats)
				}
				return b.Next(title).Update
			},
		})
		if err != nil {
			return err
		}
		w.saveState, w.loadState, w.made = folder.SaveState, folder.LoadState, folder.Made
		return nil
	}, func(ctx context.Context) error {
		err := folder.Run(ctx)
		result = folder.Result()
		if ctx.Err() != nil {
			return nil
		}
		return err
	}, func() bool { return result.Partial() })
	return result, err
}
