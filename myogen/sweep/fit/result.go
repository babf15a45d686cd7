package fit

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/sweep"
)

// Result is the course of a fit and what it has found, as plain data.
type Result struct {
	Parameters []Quantity // that are searched for
	Targets    []Wanted
	Trials     []Trial
	Budget     int    // trials at most
	Ended      string // why the search is over; "" if it is not
}

// Quantity is a number with a name.
type Quantity struct{ Name, Unit string }

// Wanted is a target.
type Wanted struct {
	Quantity
	Value, Tolerance float64
}

// Result returns the trials that Run made or read.
func (s *Search) Result() *Result {
	r := &Result{Trials: s.trials, Budget: s.Trials, Ended: s.ended}
	for _, d := range s.Dimensions {
		r.Parameters = append(r.Parameters, Quantity{d.Name, d.Unit})
	}
	for _, g := range s.Goals {
		r.Targets = append(r.Targets, Wanted{Quantity{g.Name, g.Unit}, g.Value, g.Tolerance})
	}
	return r
}

// Partial reports whether the search was stopped before its end.
func (r *Result) Partial() bool { return r.Ended == "" }

// Best returns the trial with the least cost, the first of equals; ok is false if
// every trial failed or lacks a statistic, or there is none.
func (r *Result) Best() (best Trial, ok bool) {
	best.Cost = math.Inf(1)
	for _, t := range r.Trials {
		if t.Cost < best.Cost {
			best, ok = t, true
		}
	}
	return best, ok
}

// Within reports whether every statistic of a trial is within the tolerance of
// its target.
func (r *Result) Within(t Trial) bool {
	if t.Error != "" || len(t.Statistics) != len(r.Targets) {
		return false
	}
	for i, w := range r.Targets {
		if !(math.Abs(t.Statistics[i]-w.Value) <= w.Tolerance) {
			return false
		}
	}
	return true
}

// lacks says why a trial has no cost.
func (t Trial) lacks(targets []Wanted) string {
	if t.Error != "" {
		return "failed: " + t.Error
	}
	var names []string
	for i, w := range targets {
		if math.IsNaN(t.Statistics[i]) {
			names = append(names, w.Name)
		}
	}
	return "has no " + strings.Join(names, " and no ") + ", as of a silent pool"
}

// String says in a few lines what was found.
func (r *Result) String() string {
	best, ok := r.Best()
	if !ok {
		text := fmt.Sprintf("no answer after %d trials", len(r.Trials))
		if n := len(r.Trials); n > 0 {
			text += "; the last " + r.Trials[n-1].lacks(r.Targets)
		}
		return text
	}
	var b strings.Builder
	fmt.Fprintf(&b, "best of %d trials: number %d, cost %.3g", len(r.Trials), best.Trial, best.Cost)
	for i, p := range r.Parameters {
		fmt.Fprintf(&b, "\n  %-22s %.4g %s", p.Name, best.Parameters[i], p.Unit)
	}
	for i, w := range r.Targets {
		outside := ""
		if !(math.Abs(best.Statistics[i]-w.Value) <= w.Tolerance) {
			outside = ", not reached"
		}
		fmt.Fprintf(&b, "\n  %-22s %s, wanted %.4g ± %.4g%s", w.Name, strings.TrimSpace(fmt.Sprintf("%.4g %s", best.Statistics[i], w.Unit)),
			w.Value, w.Tolerance, outside)
	}
	if r.Ended != "" {
		fmt.Fprintf(&b, "\nended because %s", r.Ended)
	}
	return b.String()
}

// Table returns a row for each trial.
func (r *Result) Table() *sweep.Table {
	t := &sweep.Table{}
	add := func(name, unit string, v frame.Values) {
		t.Columns = append(t.Columns, frame.Column{Name: name, Unit: unit, Values: v})
	}
	column := func(q Quantity, of func(Trial) float64) {
		v := make(frame.Floats, len(r.Trials))
		for i, trial := range r.Trials {
			v[i] = of(trial)
		}
		add(q.Name, q.Unit, v)
	}
	numbers := make(frame.Ints, len(r.Trials))
	sums, failures := make(frame.Texts, len(r.Trials)), make(frame.Texts, len(r.Trials))
	for i, trial := range r.Trials {
		numbers[i], sums[i], failures[i] = int64(trial.Trial), trial.SHA256, trial.Error
	}
	add("trial", "", numbers)
	for i, p := range r.Parameters {
		column(p, func(t Trial) float64 { return t.Parameters[i] })
	}
	for i, w := range r.Targets {
		column(w.Quantity, func(t Trial) float64 {
			if t.Error != "" {
				return math.NaN()
			}
			return t.Statistics[i]
		})
	}
	column(Quantity{Name: "cost"}, func(t Trial) float64 { return t.Cost })
	add("spikes_sha256", "", sums)
	add("error", "", failures)
	return t
}

// Write writes the trials to trials.csv and trials.npz in the folder, and the
// experiment of the best one to best.yaml, and returns the table. It ends with the error of
// ctx soon after it is cancelled, and reports to the Starting of a [myogen.Observer].
func (s *Search) Write(ctx context.Context) (*sweep.Table, error) {
	r := s.Result()
	t := r.Table()
	if err := t.WriteContext(ctx, s.dir, "trials"); err != nil {
		return nil, err
	}
	best, ok := r.Best()
	if !ok {
		return t, nil
	}
	e, err := s.FitPlan.Run(best.Parameters, 0)
	if err == nil {
		err = e.SaveYAML(filepath.Join(s.dir, "best.yaml"))
	}
	return t, err
}
