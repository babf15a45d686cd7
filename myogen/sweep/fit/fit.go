package fit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/sweep/internal/rows"
	"gomyogen/myogen/sweep/internal/runs"
	"gomyogen/myogen/units"
)

// Options say how a fit is run. The zero value uses all cores.
type Options struct {
	Workers int // 0 means all cores; the answer does not depend on it
	// Progress, which may be nil, learns of each trial that is made or read, in
	// their order.
	Progress func(Trial)
	// Watch, which may be nil, is called before a run of a trial. The function
	// that it returns, which may be nil, learns of the simulated time of that run,
	// which ends with the total even if the run fails.
	Watch func(trial, repeat int) func(done, total units.Time)
	// Others, which may be nil, is called once when another program makes trials of the
	// same fit in the folder.
	Others func()
}

// Trial is a point that was tried.
type Trial struct {
	Trial      int       // from 0
	Parameters []float64 // in the units of the fit's Dimensions
	Statistics []float64 // of the targets, averaged over the repeats; NaN where no run has one
	Cost       float64   // of the statistics; +Inf if one is NaN or a run failed
	SHA256     string    // of the spikes of all repeats
	Error      string    // of the first run that failed
}

// trial is a Trial as it is kept.
type trial struct {
	Trial      int          `json:"trial"`
	Parameters []rows.Float `json:"parameters"`
	Statistics []rows.Float `json:"statistics,omitempty"`
	SHA256     string       `json:"sha256,omitempty"`
	Error      string       `json:"error,omitempty"`
}

// Minimizer searches for the least cost, beginning at start, in a space that is
// 1 wide in each direction. Evaluate returns the costs of points, in their order,
// and false to end the search. Equal costs lead to equal points. Package optimizer
// has one.
type Minimizer func(method myogen.FitMethod, seed uint64, start []float64, evaluate func(points [][]float64) (costs []float64, more bool))

// Search is a fit that runs in a folder.
type Search struct {
	*myogen.FitPlan
	dir      string
	minimize Minimizer
	options  Options
	kept     map[int]trial
	tail     *rows.Tail
	claims   *runs.Claims
	told     bool // that there are other programs
	trials   []Trial
	ended    string // why the search is over; "" if it is not
}

const rowsFolder = "rows"

// mostIdle is how often the points that convergence looks at may all be known ones until
// the search ends: the method goes round in a circle.
const mostIdle = 100

// lastStep is how close the last trials are in every parameter when the search
// ends, as a part of its range.
const lastStep = 1e-3

// Open prepares a folder for a fit: a new or empty one, or that of the same fit,
// which then goes on. It writes the fit to fit.yaml in it.
func Open(dir string, p *myogen.FitPlan, minimize Minimizer, o Options) (*Search, error) {
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Workers < 0 {
		return nil, fmt.Errorf("fit: %d workers", o.Workers)
	}
	text, err := p.YAML()
	if err != nil {
		return nil, err
	}
	if err := runs.Prepare(dir, "fit", text, rowsFolder); err != nil {
		return nil, fmt.Errorf("fit: %w", err)
	}
	return &Search{FitPlan: p, dir: dir, minimize: minimize, options: o}, nil
}

func (s *Search) rows() string { return filepath.Join(s.dir, rowsFolder) }

// each calls f with the trials that are kept, and looks at each.
func (s *Search) each(w *watch.Watch, f func(trial) error) error {
	return s.follow(w, rows.NewTail(s.rows()), f)
}

// readNew reads the trials that were kept since it was last called.
func (s *Search) readNew(w *watch.Watch) error {
	return s.follow(w, s.tail, func(r trial) error {
		s.kept[r.Trial] = r
		return nil
	})
}

// follow calls f with the trials that a tail has not read, and looks at each.
func (s *Search) follow(w *watch.Watch, tail *rows.Tail, f func(trial) error) error {
	w.Begin("reading trials", s.Trials)
	looked := func([]byte) (bool, error) { return true, w.Did(1) }
	err := rows.ReadNew(tail, looked, func(r trial) error {
		if r.Trial < 0 || r.Trial >= s.Trials || len(r.Parameters) != len(s.Dimensions) || r.Error == "" && len(r.Statistics) != len(s.Goals) {
			return fmt.Errorf("it is trial %d of %d with %d parameters and %d statistics, the fit has %d and %d",
				r.Trial, s.Trials, len(r.Parameters), len(r.Statistics), len(s.Dimensions), len(s.Goals))
		}
		return f(r)
	})
	if err != nil {
		return fmt.Errorf("fit: %w", err)
	}
	return nil
}

// Run makes the trials that are not kept, until the search ends. Trials that another
// program is making in the folder are left to it; Run waits for them, and makes them if
// that program dies. A run that fails is a trial with its error. When ctx is cancelled Run returns its error;
// what was done is kept.
func (s *Search) Run(ctx context.Context) error {
	s.kept, s.trials, s.ended = map[int]trial{}, nil, ""
	s.tail = rows.NewTail(s.rows())
	if err := s.readNew(watch.Of(ctx)); err != nil {
		return err
	}
	s.claims = runs.OpenClaims(filepath.Join(s.dir, "fit.yaml"))
	defer s.claims.Close()
	start := make([]float64, len(s.Dimensions))
	for i, d := range s.Dimensions {
		start[i] = d.Share(d.Start)
	}
	log := rows.New(s.rows(), "trials")
	var failed error
	var points [][]float64
	known := map[string]float64{} // costs by the values of the parameters
	idle := 0                     // points since the last trial
	s.minimize(s.Method, s.Experiment.Seed, start, func(batch [][]float64) ([]float64, bool) {
		var keys []string
		var values [][]float64 // of new trials
		for _, point := range batch {
			v := s.values(point)
			key := fmt.Sprint(v)
			keys, idle = append(keys, key), idle+1
			if _, ok := known[key]; !ok && len(s.trials)+len(values) < s.Trials {
				known[key], idle = 0, 0
				values = append(values, v)
			}
		}
		costs, err := s.batch(ctx, log, values)
		if err != nil {
			failed = err
			return nil, false
		}
		for i, v := range values {
			known[fmt.Sprint(v)] = costs[i]
		}
		all := make([]float64, len(batch))
		for i, key := range keys {
			all[i] = known[key]
		}
		points = append(points, batch...)
		last := max(2*(len(s.Dimensions)+1), len(batch))
		switch {
		case len(s.trials) == s.Trials:
			s.ended = fmt.Sprintf("all %d trials are made", s.Trials)
		case len(points) >= last && converged(points[len(points)-last:]):
			s.ended = fmt.Sprintf("the last %d trials differ by less than %v %% of the range", last, 100*lastStep)
		case idle >= mostIdle*last:
			s.ended = fmt.Sprintf("the last %d points were all tried before", idle)
		}
		return all, s.ended == ""
	})
	if failed == nil && s.ended == "" {
		s.ended = "the method has converged"
	}
	if err := log.Close(); err != nil {
		failed = errors.Join(failed, fmt.Errorf("fit: %w", err))
	}
	return failed
}

// Made returns how many trials are kept.
func (s *Search) Made() (int, error) {
	made := map[int]bool{}
	err := s.each(nil, func(r trial) error {
		made[r.Trial] = true
		return nil
	})
	return len(made), err
}

// job is a run of a trial.
type job struct{ trial, repeat int }

// run is what a job gave.
type run struct {
	job
	statistics []rows.Float
	sha256     string
	failed     string
}

// values returns the values of the parameters at a point of the search.
func (s *Search) values(point []float64) []float64 {
	all := make([]float64, len(point))
	for i, share := range point {
		all[i] = s.Dimensions[i].At(share)
	}
	return all
}

// batch makes trials, or takes those that are kept, and returns their costs.
func (s *Search) batch(ctx context.Context, log *rows.Log, values [][]float64) ([]float64, error) {
	if ctx.Err() != nil { // trials that are kept are not looked at else
		return nil, ctx.Err()
	}
	if len(values) == 0 {
		return nil, nil
	}
	first := len(s.trials)
	if err := s.claim(ctx, first, first+len(values)); err != nil {
		return nil, err
	}
	defer s.claims.Give(first)
	left := make([]int, len(values)) // runs
	for i := range values {
		kept, ok := s.kept[first+i]
		switch {
		case !ok:
			left[i] = s.Repeats
		case !slices.Equal(floats(kept.Parameters), values[i]):
			return nil, fmt.Errorf("fit: the kept trial %d has the parameters %v, the search has come to %v: another version of the program made it",
				first+i, kept.Parameters, values[i])
		}
	}
	var jobs []job
	for i, n := range left {
		for repeat := range n {
			jobs = append(jobs, job{first + i, repeat})
		}
	}
	cores := max(1, s.options.Workers/max(1, len(jobs)))
	made := map[job]run{}
	err := runs.Work(ctx, s.options.Workers, slices.Values(jobs), func(ctx context.Context, j job) (run, error) {
		return s.one(ctx, j, values[j.trial-first], cores)
	}, func(r run) error {
		made[r.job] = r
		i := r.trial - first
		if left[i]--; left[i] > 0 {
			return nil
		}
		t := s.gather(r.trial, values[i], made)
		s.kept[t.Trial] = t
		return log.Append(t)
	})
	if err != nil {
		return nil, err
	}
	costs := make([]float64, len(values))
	for i := range values {
		t := s.trial(s.kept[first+i])
		s.trials = append(s.trials, t)
		costs[i] = math.MaxFloat64 // a failure is worse than all else; a simplex takes no infinity
		if t.Error == "" {
			costs[i] = s.SearchCost(t.Statistics)
		}
		if s.options.Progress != nil {
			s.options.Progress(t)
		}
	}
	return costs, nil
}

// claim waits until no other program makes a batch of trials, which it names by its first
// one, or until they are all there.
func (s *Search) claim(ctx context.Context, first, last int) error {
	for {
		ours := s.claims.Take(first)
		if err := s.readNew(nil); err != nil {
			return err
		}
		missing := false
		for i := first; i < last; i++ {
			_, ok := s.kept[i]
			missing = missing || !ok
		}
		if ours || !missing {
			return nil
		}
		if !s.told && s.options.Others != nil {
			s.options.Others()
		}
		s.told = true
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(askAgain):
		}
	}
}

// askAgain is how long a program waits before it looks again at trials that another one
// makes.
const askAgain = 200 * time.Millisecond

// one makes a run.
func (s *Search) one(ctx context.Context, j job, values []float64, cores int) (run, error) {
	var report func(done, total units.Time)
	if s.options.Watch != nil {
		report = s.options.Watch(j.trial, j.repeat)
	}
	r := run{job: j}
	e, err := s.FitPlan.Run(values, j.repeat)
	var result *myogen.Result
	if err == nil {
		result, err = runs.Simulate(ctx, e, cores, report)
	}
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	if err == nil {
		r.statistics, err = runs.Values(result, s.statistics())
	}
	if err != nil {
		if report != nil {
			report(e.Duration, e.Duration)
		}
		r.failed = err.Error()
		return r, nil
	}
	r.sha256 = result.Block.SpikeSHA256()
	return r, nil
}

func (s *Search) statistics() []myogen.Statistic {
	all := make([]myogen.Statistic, len(s.Goals))
	for i, g := range s.Goals {
		all[i] = g.Statistic
	}
	return all
}

// gather puts the runs of a trial together: the mean of each statistic over the
// runs that have one.
func (s *Search) gather(number int, values []float64, made map[job]run) trial {
	t := trial{Trial: number, Parameters: kept(values)}
	h := sha256.New()
	sums, counts := make([]float64, len(s.Goals)), make([]float64, len(s.Goals))
	for repeat := range s.Repeats {
		r := made[job{number, repeat}]
		if r.failed != "" {
			t.Error = r.failed
			return t
		}
		for i, x := range r.statistics {
			if x := float64(x); !math.IsNaN(x) {
				sums[i] += x
				counts[i]++
			}
		}
		h.Write([]byte(r.sha256))
	}
	for i, sum := range sums {
		mean := math.NaN() // with the bits that it is read back with
		if counts[i] > 0 {
			mean = sum / counts[i]
		}
		t.Statistics = append(t.Statistics, rows.Float(mean))
	}
	t.SHA256 = hex.EncodeToString(h.Sum(nil))
	return t
}

func (s *Search) trial(r trial) Trial {
	t := Trial{Trial: r.Trial, Parameters: floats(r.Parameters), Statistics: floats(r.Statistics), Cost: math.Inf(1), SHA256: r.SHA256, Error: r.Error}
	if t.Error == "" {
		t.Cost = s.Cost(t.Statistics)
	}
	return t
}

func floats(x []rows.Float) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

func kept(x []float64) []rows.Float {
	out := make([]rows.Float, len(x))
	for i, v := range x {
		out[i] = rows.Float(v)
	}
	return out
}

// SaveState writes the trials that there are to one file, from which LoadState
// of the same fit in another folder goes on.
func (s *Search) SaveState(ctx context.Context, path string) error {
	w := watch.Of(ctx)
	w.Begin("saving trials", s.Trials)
	if err := rows.Save(s.rows(), path, w.Did); err != nil {
		return fmt.Errorf("fit: %w", err)
	}
	return nil
}

// LoadState adds the trials that SaveState wrote.
func (s *Search) LoadState(path string) error {
	err := rows.Load(s.rows(), path, func() error { return s.each(nil, func(trial) error { return nil }) })
	if err != nil {
		return fmt.Errorf("fit: %w", err)
	}
	return nil
}

// converged reports whether points are closer to each other than lastStep in
// every parameter.
func converged(points [][]float64) bool {
	for i := range points[0] {
		least, most := math.Inf(1), math.Inf(-1)
		for _, p := range points {
			least, most = min(least, p[i]), max(most, p[i])
		}
		if most-least > lastStep {
			return false
		}
	}
	return true
}
