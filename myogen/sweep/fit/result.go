package fit

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"gomyogen/myogen/format/npz"
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
// every trial failed or there is none.
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

// String says in a few lines what was found.
func (r *Result) String() string {
	best, ok := r.Best()
	if !ok {
		text := fmt.Sprintf("no answer after %d trials", len(r.Trials))
		if n := len(r.Trials); n > 0 {
			text += "; the last failed: " + r.Trials[n-1].Error
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
	n := len(r.Trials)
	column := func(q Quantity, of func(Trial) float64) sweep.Column {
		c := sweep.Column{Name: sweep.ColumnName(q.Name, q.Unit), Unit: q.Unit, Numbers: make([]float64, n)}
		for i, t := range r.Trials {
			c.Numbers[i] = of(t)
		}
		return c
	}
	numbers := sweep.Column{Name: "trial", Ints: make([]int64, n)}
	sums, failed := sweep.Column{Name: "spikes_sha256", Texts: make([]string, n)}, sweep.Column{Name: "error", Texts: make([]string, n)}
	for i, t := range r.Trials {
		numbers.Ints[i], sums.Texts[i], failed.Texts[i] = int64(t.Trial), t.SHA256, t.Error
	}
	all := &sweep.Table{Columns: []sweep.Column{numbers}}
	for i, p := range r.Parameters {
		all.Columns = append(all.Columns, column(p, func(t Trial) float64 { return t.Parameters[i] }))
	}
	for i, w := range r.Targets {
		all.Columns = append(all.Columns, column(w.Quantity, func(t Trial) float64 {
			if t.Error != "" {
				return math.NaN()
			}
			return t.Statistics[i]
		}))
	}
	all.Columns = append(all.Columns, column(Quantity{Name: "cost"}, func(t Trial) float64 { return t.Cost }), sums, failed)
	return all
}

// Write writes the trials to trials.csv and trials.npz in the folder, and the
// experiment of the best one to best.yaml, and returns the table.
func (s *Search) Write() (*sweep.Table, error) {
	r := s.Result()
	t := r.Table()
	if err := t.WriteCSV(filepath.Join(s.dir, "trials.csv")); err != nil {
		return nil, err
	}
	if err := npz.Write(filepath.Join(s.dir, "trials.npz"), t.NPZ()); err != nil {
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
