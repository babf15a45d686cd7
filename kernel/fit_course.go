//go:build !js

package kernel

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/internal/wire"
	"gomyogen/myogen/sweep/fit"
)

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
			f.X.Max = end(r.Budget)
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
		X:     chart.Axis{Label: "Trial", Min: end(0), Max: end(max(n, 1))},
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
			Title: w.Name + ", wanted " + withUnit(w.Value, w.Unit), Height: 130, Y: chart.Axis{Label: w.Name, Unit: w.Unit},
			Series: []chart.Series{
				chart.Rule{At: w.Value, Color: chart.Red},
				chart.Band{X: []float64{end(0), end(max(r.Budget, n))}, Low: both(w.Value - w.Tolerance), High: both(w.Value + w.Tolerance), Color: chart.Red},
				points(func(t fit.Trial) float64 { return t.Statistics[i] }),
			},
		})
	}
	for i, q := range r.Parameters {
		p := chart.Panel{
			Title: asLabel(q.Name), Height: 130, Y: chart.Axis{Label: asLabel(q.Name), Unit: q.Unit},
			Series: []chart.Series{points(func(t fit.Trial) float64 { return t.Parameters[i] })},
		}
		if found {
			p.Title += ", best " + withUnit(best.Parameters[i], q.Unit)
			p.Series = append(p.Series, chart.Rule{At: best.Parameters[i]})
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

// end is where the axis of the trials ends after n of them, which are numbered from
// 0: half a trial beside the first and the last, so that no point stands on an edge.
func end(n int) float64 { return float64(n) - 0.5 }

// withUnit says a value in a panel's title: beside its line it would stand on
// the trials, which end there.
func withUnit(x float64, unit string) string {
	return strings.TrimSpace(fmt.Sprintf("%.4g %s", x, unit))
}

// both is a value at both ends.
func both(x float64) []float64 { return []float64{x, x} }
