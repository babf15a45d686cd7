package fit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/myogen"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/internal/watch/watchtest"
	"gomyogen/myogen/sweep/fit/optimizer"
	"gomyogen/myogen/sweep/internal/rows"
)

// example returns an example fit with a smaller pool and a shorter run.
func example(t *testing.T, name string, change func(*myogen.Fit)) *myogen.FitPlan {
	t.Helper()
	p, err := myogen.LoadFit(filepath.Join("..", "..", "cmd", "myogen", name))
	if err != nil {
		t.Fatal(err)
	}
	f := p.Fit
	for path, value := range map[string]string{"populations.aMN.n": "20", "duration": "1 s"} {
		if f.Experiment, err = f.Experiment.With(path, value); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(&f)
	}
	if p, err = f.Plan(); err != nil {
		t.Fatal(err)
	}
	return p
}

func open(t *testing.T, dir string, p *myogen.FitPlan, o Options) *Search {
	t.Helper()
	s, err := Open(dir, p, optimizer.Minimize, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// written returns the bytes of what a search writes.
func written(t *testing.T, s *Search) []byte {
	t.Helper()
	if _, err := s.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, name := range []string{"trials.csv", "trials.npz", "best.yaml"} {
		b, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

// reachable returns the targets of a fit with the statistics that its experiment
// has at a drive in pps and a weight in uS.
func reachable(t *testing.T, f *myogen.Fit, drive, weight float64) []myogen.Target {
	t.Helper()
	p, err := f.Plan()
	if err != nil {
		t.Fatal(err)
	}
	e, err := p.Run([]float64{drive, weight}, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := myogen.Run(t.Context(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	var targets []myogen.Target
	for i, g := range p.Goals {
		x, err := g.Of(r)
		if err != nil {
			t.Fatal(err)
		}
		targets = append(targets, myogen.Target{
			Statistic: g.Name, Value: fmt.Sprint(x, " ", g.Unit), Tolerance: fmt.Sprint([]float64{0.5, 0.01}[i], " ", g.Unit),
		})
	}
	return targets
}

// The examples reach their targets, and best.yaml gives the statistics of the
// best trial.
func TestExamplesReachTheirTargets(t *testing.T) {
	for name, parameters := range map[string]int{"fit_rate.yaml": 1, "fit_force.yaml": 1, "fit_rate_cv.yaml": 2} {
		dir := t.TempDir()
		p := example(t, name, func(f *myogen.Fit) {
			if parameters == 2 {
				f.Targets = reachable(t, f, 45, 0.22)
			}
		})
		s := open(t, dir, p, Options{})
		if err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		written(t, s)
		r := s.Result()
		best, ok := r.Best()
		if !ok || !r.Within(best) || len(best.Parameters) != parameters {
			t.Errorf("%s: %v", name, r)
		}
		e, err := myogen.LoadExperiment(filepath.Join(dir, "best.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		result, err := myogen.Run(t.Context(), e, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, g := range s.Goals {
			if x, err := g.Of(result); err != nil || x != best.Statistics[i] {
				t.Errorf("%s: best.yaml has the %s %v, %v, want %v", name, g.Name, x, err, best.Statistics[i])
			}
		}
	}
}

// The answer is the same with any number of workers and after interruptions, and
// no run is made twice.
func TestAnswerIsTheSameHoweverItIsMade(t *testing.T) {
	for _, method := range []myogen.FitMethod{myogen.NelderMead, myogen.CMAES} {
		p := example(t, "fit_rate_cv.yaml", func(f *myogen.Fit) { f.Method, f.Trials, f.Repeats = method, 15, 2 })
		first := open(t, t.TempDir(), p, Options{Workers: 1})
		if err := first.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := written(t, first)
		if n := len(first.Result().Trials); n != 15 {
			t.Errorf("%v: %d trials, want 15", method, n)
		}
		many := open(t, t.TempDir(), p, Options{Workers: 5})
		if err := many.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(written(t, many), want) {
			t.Errorf("%v: five workers give another answer", method)
		}
		dir := t.TempDir()
		for stop := 2; ; stop += 3 {
			ctx, cancel := context.WithCancel(t.Context())
			s := open(t, dir, p, Options{Progress: func(t Trial) {
				if t.Trial >= stop {
					cancel()
				}
			}})
			err := s.Run(ctx)
			cancel()
			if err == nil {
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if !s.Result().Partial() {
				t.Errorf("%v: a stopped search counts as whole", method)
			}
		}
		again := open(t, dir, p, Options{})
		if err := again.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(written(t, again), want) {
			t.Errorf("%v: an interrupted search gives another answer", method)
		}
		made := map[int]int{}
		if err := again.each(nil, func(r trial) error {
			made[r.Trial]++
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for i := range 15 {
			if made[i] != 1 {
				t.Errorf("%v: trial %d was made %d times", method, i, made[i])
			}
		}
		state := filepath.Join(t.TempDir(), "state")
		if err := again.SaveState(t.Context(), state); err != nil {
			t.Fatal(err)
		}
		elsewhere := open(t, t.TempDir(), p, Options{Watch: nil})
		if err := elsewhere.LoadState(state); err != nil {
			t.Fatal(err)
		}
		if err := elsewhere.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(written(t, elsewhere), want) {
			t.Errorf("%v: a search from a state gives another answer", method)
		}
	}
}

// Trials that are read and written can be stopped at each, and leave the files of before.
func TestStopWhileWriting(t *testing.T) {
	const trials = 3000
	s := open(t, t.TempDir(), example(t, "fit_rate.yaml", func(f *myogen.Fit) { f.Trials = trials }), Options{})
	l := rows.New(s.rows(), "trials")
	for i := range trials {
		r := trial{Trial: i, Parameters: kept([]float64{float64(i)}), Statistics: make([]rows.Float, len(s.Goals)), SHA256: strings.Repeat("0", 64)}
		s.trials = append(s.trials, s.trial(r))
		if err := l.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	before := written(t, s)
	told := map[string]bool{}
	for name, c := range map[string]struct {
		least int // looks
		do    func(context.Context) error
	}{
		"reading trials":    {trials, func(ctx context.Context) error { return s.each(watch.Of(ctx), func(trial) error { return nil }) }},
		"saving trials":     {trials, func(ctx context.Context) error { return s.SaveState(ctx, filepath.Join(t.TempDir(), "state")) }},
		"writing the table": {trials * 64 / (1 << 16), func(ctx context.Context) error { _, err := s.Write(ctx); return err }},
	} {
		whole := &watchtest.Counting{Context: t.Context(), Most: 1 << 40}
		observed := myogen.Observe(whole, myogen.Observer{Starting: func(what string, done, total int) { told[what] = true }})
		if err := c.do(observed); err != nil || whole.Looks < c.least || !told[name] {
			t.Errorf("%s: it looked up %d times, and told of %v, %v", name, whole.Looks, told, err)
		}
		for i := range 8 {
			stop, err := watchtest.Stopped(t.Context(), i*whole.Looks/8, c.do)
			if !errors.Is(err, context.Canceled) || stop.Looks > stop.Most+2 {
				t.Errorf("%s: after %d looks of %d: %v", name, stop.Looks, stop.Most, err)
			}
		}
	}
	if !bytes.Equal(written(t, s), before) {
		t.Error("other files after stops")
	}
	stopped := &watchtest.Counting{Context: t.Context()}
	if err := s.Run(stopped); !errors.Is(err, context.Canceled) {
		t.Errorf("a search that is stopped while it reads: %v", err)
	}
}

// A trial that fails, or that has no statistic, does not sink the search.
func TestTrialsThatFail(t *testing.T) {
	p := example(t, "fit_rate.yaml", func(f *myogen.Fit) {
		f.Parameters[0].From = "1 pps" // at which no cell fires
		f.Statistics = []myogen.Statistic{{Name: "picky", Of: func(r *myogen.Result) (float64, error) {
			trains, err := r.SpikeTrains("DD")
			if err == nil && len(trains[0].Times) > 70 {
				err = fmt.Errorf("%d spikes are too many", len(trains[0].Times))
			}
			return 0, err
		}}}
		f.Targets = append(f.Targets, myogen.Target{Statistic: "picky", Value: "0", Tolerance: "1"})
	})
	s := open(t, t.TempDir(), p, Options{})
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, trial := range s.Result().Trials {
		if trial.Error != "" {
			failed++
			if !strings.Contains(trial.Error, "too many") || !math.IsInf(trial.Cost, 1) {
				t.Errorf("trial %+v", trial)
			}
		}
	}
	if best, ok := s.Result().Best(); failed == 0 || !ok || !s.Result().Within(best) {
		t.Errorf("%d trials failed: %v", failed, s.Result())
	}
	nothing := open(t, t.TempDir(), example(t, "fit_rate.yaml", func(f *myogen.Fit) {
		f.Statistics = []myogen.Statistic{{Name: "none", Of: func(*myogen.Result) (float64, error) { return 0, errors.New("no") }}}
		f.Targets, f.Trials = []myogen.Target{{Statistic: "none", Value: "0", Tolerance: "1"}}, 6
	}), Options{})
	if err := nothing.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text := nothing.Result().String(); !strings.Contains(text, "no answer after 6 trials") || !strings.Contains(text, "none: no") {
		t.Error(text)
	}
	if _, err := nothing.Write(t.Context()); err != nil {
		t.Error(err)
	}
}

// No parameter is called like another column of the table, which is found before the
// first trial.
func TestColumnNamesAreTaken(t *testing.T) {
	p := example(t, "fit_rate_cv.yaml", nil)
	s := open(t, t.TempDir(), p, Options{})
	parameters := map[string]bool{}
	for _, d := range p.Dimensions {
		parameters[d.Name] = true
	}
	for _, c := range s.Result().Table().Columns {
		if parameters[c.Name] {
			continue
		}
		f := p.Fit
		f.Parameters = append([]myogen.Parameter(nil), f.Parameters...)
		f.Parameters[0].Name = c.Name
		if _, err := f.Plan(); err == nil || !strings.Contains(err.Error(), "another column called") {
			t.Errorf("a parameter called %q: error %v", c.Name, err)
		}
	}
}

// A point that is known is no further trial, whether the method asks for it again, at once
// twice or beyond a bound; a method that goes round in a circle ends.
func TestKnownPointsAreNoTrials(t *testing.T) {
	p := example(t, "fit_rate.yaml", func(f *myogen.Fit) {
		f.Experiment.Duration, f.Trials = 50, 10
		f.Statistics = []myogen.Statistic{{Name: "any", Of: func(*myogen.Result) (float64, error) { return 1, nil }}}
		f.Targets = []myogen.Target{{Statistic: "any", Value: "0", Tolerance: "1"}}
	})
	asked := 0
	s, err := Open(t.TempDir(), p, func(_ myogen.FitMethod, _ uint64, _ []float64, evaluate func([][]float64) ([]float64, bool)) {
		for more := true; more; asked++ {
			var costs []float64
			if costs, more = evaluate([][]float64{{0.25}, {0.75}, {1.25}, {0.25}}); len(costs) != 4 || costs[3] != 1 {
				t.Errorf("the costs are %v, want 1 of each", costs)
			}
			if asked > 1000 {
				t.Fatal("the search does not end")
			}
		}
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r := s.Result(); len(r.Trials) != 2 || !strings.Contains(r.Ended, "points were all tried before") {
		t.Errorf("%d trials, ended because %s", len(r.Trials), r.Ended)
	}
}

// A trial without a statistic is no answer.
func TestNoStatisticIsNoAnswer(t *testing.T) {
	r := &Result{
		Parameters: []Quantity{{Name: "drive"}}, Targets: []Wanted{{Quantity{Name: "aMN.force_cv"}, 0.02, 0.05}},
		Trials: []Trial{{Parameters: []float64{20}, Statistics: []float64{math.NaN()}, Cost: math.Inf(1)}},
	}
	if best, ok := r.Best(); ok || r.String() != "no answer after 1 trials; the last has no aMN.force_cv, as of a silent pool" {
		t.Errorf("best is %v: %v", best, r)
	}
}
