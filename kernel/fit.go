//go:build !js

package kernel

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"slices"
	"sync"
	"time"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/internal/keep/code"
	"gomyogen/kernel/internal/wire"
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
func Fit(title string, f myogen.Fit, minimize fit.Minimizer) *FitResult {
	compute := func() (any, error) {
		if len(f.Statistics) > 0 {
			return nil, fmt.Errorf("kernel: Fit %q: it has Statistics, whose code cannot be seen; Keep a function that calls Bars.Fit", title)
		}
		return NewBars(title, 0).Fit(f, minimize)
	}
	return &FitResult{&Value[*fit.Result]{
		running.Values.DeclareWith(title, reflect.TypeFor[*fit.Result](), fit.Open, compute, func() ([]code.Part, error) { return sectionParts(f.Experiment, f.YAML) }),
	}, title, f}
}

// there returns what there is of the course, or searches.
func (r *FitResult) there() *fit.Result {
	if there, ok := r.Peek(); ok {
		return there
	}
	return r.Get()
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
	if err != nil {
		fail(err, place())
	}
	return Run(r.title+", best", e)
}

// Fit searches at once, with these bars, and keeps the trials of a search that
// was stopped, but not its result.
func (b *Bars) Fit(f myogen.Fit, minimize fit.Minimizer) (*fit.Result, error) {
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
	w := &resumable{bars: b, yaml: f.YAML, what: "trials"}
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
		w.saveState, w.loadState = folder.SaveState, folder.LoadState
		w.made = func() (int, error) {
			n, err := folder.Made()
			return n * plan.Repeats, err
		}
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

// live shows the course of a fit while it goes on.
type live struct {
	title   string
	id      string
	results chan *fit.Result // the last that is not shown
	ended   chan struct{}
	over    sync.WaitGroup
}

// redraw is the least time between two figures of a course: drawing one takes a
// part of a core.
const redraw = 700 * time.Millisecond

func newLive(title string) *live {
	l := &live{title: title, id: newDisplayID(), results: make(chan *fit.Result, 1), ended: make(chan struct{})}
	if !wire.Notebook {
		return l
	}
	l.over.Go(func() {
		shown := false
		for r := range l.results {
			f := history(l.title, r)
			f.X.Max = float64(r.Budget)
			// A figure that cannot be drawn must not end the search.
			if bundle, err := shownAs(f, false); err == nil && display(l.id, bundle) == nil {
				shown = true
			}
			select {
			case <-time.After(redraw):
			case <-l.ended:
			}
		}
		if shown { // the cell shows what it wants of the result
			_ = display(l.id, map[string]string{"text/plain": "", "text/html": ""})
		}
	})
	return l
}

// show shows a course soon. It is for one goroutine.
func (l *live) show(r *fit.Result) {
	if !wire.Notebook {
		return
	}
	copied := *r
	copied.Trials = slices.Clone(r.Trials)
	select { // in the place of one that is not shown
	case <-l.results:
	default:
	}
	l.results <- &copied
}

func (l *live) ends() {
	close(l.ended)
	close(l.results)
	l.over.Wait()
}

// history is the course of a fit over its trials.
func history(title string, r *fit.Result) chart.Figure {
	n := len(r.Trials)
	f := chart.Figure{
		Title: title,
		Alt:   fmt.Sprintf("Statistics, parameters and cost over %d trials", n),
		X:     chart.Axis{Label: "Trial", Max: float64(max(n-1, 1))},
	}
	x := make([]float64, n)
	for i, t := range r.Trials {
		x[i] = float64(t.Trial)
	}
	best, found := r.Best()
	points := func(of func(fit.Trial) float64) chart.Line {
		l := chart.Line{X: x, Y: make([]float64, n), Color: chart.Blue, Scatter: true}
		for i, t := range r.Trials {
			l.Y[i] = math.NaN()
			if t.Error == "" {
				l.Y[i] = of(t)
			}
		}
		return l
	}
	for i, w := range r.Targets {
		f.Panels = append(f.Panels, chart.Panel{
			Title: w.Name, Height: 130, Y: chart.Axis{Label: w.Name, Unit: w.Unit},
			Series: []chart.Series{
				chart.Rule{At: w.Value, Name: "wanted", Color: chart.Red},
				chart.Band{X: []float64{0, float64(max(r.Budget, n))}, Low: both(w.Value - w.Tolerance), High: both(w.Value + w.Tolerance), Color: chart.Red},
				points(func(t fit.Trial) float64 { return t.Statistics[i] }),
			},
		})
	}
	for i, q := range r.Parameters {
		p := chart.Panel{
			Title: q.Name, Height: 130, Y: chart.Axis{Label: q.Name, Unit: q.Unit},
			Series: []chart.Series{points(func(t fit.Trial) float64 { return t.Parameters[i] })},
		}
		if found {
			p.Series = append(p.Series, chart.Rule{At: best.Parameters[i], Name: fmt.Sprintf("best: %.4g", best.Parameters[i])})
		}
		f.Panels = append(f.Panels, p)
	}
	cost := chart.Line{X: x, Y: make([]float64, n), Color: chart.Blue, Step: true}
	least := math.Inf(1)
	for i, t := range r.Trials {
		least = min(least, t.Cost)
		cost.Y[i] = least
		if !(least > 0) || math.IsInf(least, 1) { // a log axis has no place for it
			cost.Y[i] = math.NaN()
		}
	}
	f.Panels = append(f.Panels, chart.Panel{
		Title: "Least cost so far", Height: 130, Y: chart.Axis{Label: "Cost", Log: true}, Series: []chart.Series{cost},
	})
	return f
}

// both is a value at both ends.
func both(x float64) []float64 { return []float64{x, x} }
