package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/npz"
)

// Options say how a sweep is run. The zero value runs all of it on all cores.
type Options struct {
	Workers    int         // 0 means all cores; the table does not depend on it
	Shard      int         // this shard, from 0
	Shards     int         // 0 means 1
	Statistics []Statistic // besides the usual
	// Progress, which may be nil, is told of each run that is done.
	Progress func(done, total int)
}

// check returns the options with their defaults.
func (o Options) check() (Options, error) {
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Shards == 0 {
		o.Shards = 1
	}
	switch {
	case o.Workers < 0:
		return o, fmt.Errorf("sweep: %d workers", o.Workers)
	case o.Shards < 0 || o.Shard < 0 || o.Shard >= o.Shards:
		return o, fmt.Errorf("sweep: shard %d of %d, must be 0 to %d", o.Shard, o.Shards, o.Shards-1)
	}
	return o, nil
}

// Sweep is a plan that runs in a folder.
type Sweep struct {
	*myogen.Plan
	dir        string
	statistics []Statistic
	options    Options
}

// Open prepares a folder for a sweep: a new or empty one, or that of the same
// sweep, which then goes on. It writes the sweep to sweep.yaml in it.
func Open(dir string, p *myogen.Plan, o Options) (*Sweep, error) {
	o, err := o.check()
	if err != nil {
		return nil, err
	}
	s := &Sweep{Plan: p, dir: dir, options: o, statistics: append(Usual(p.Experiment), o.Statistics...)}
	seen := map[string]bool{}
	for _, name := range s.names() {
		if seen[name] {
			return nil, fmt.Errorf("sweep: two columns are called %q", name)
		}
		seen[name] = true
	}
	text, err := p.YAML()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	path := filepath.Join(dir, "sweep.yaml")
	switch old, err := os.ReadFile(path); {
	case err == nil && string(old) != text:
		return nil, fmt.Errorf("sweep: %s holds another sweep; choose another folder, or remove it", path)
	case err == nil:
		return s, nil
	case !errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("sweep: %w", err)
	}
	if others, err := os.ReadDir(dir); err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	} else if len(others) > 0 {
		return nil, fmt.Errorf("sweep: the folder %s has other files, %q among them; choose an empty one", dir, others[0].Name())
	}
	if err := atomicfile.Write(path, []byte(text)); err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	return s, nil
}

// names returns the columns of the table.
func (s *Sweep) names() []string {
	all := []string{"run", "seed"}
	for _, c := range s.Columns {
		all = append(all, withUnit(c.Name, c.Unit))
	}
	for _, x := range s.statistics {
		all = append(all, withUnit(x.Name, x.Unit))
	}
	return append(all, "spikes_sha256", "error")
}

// withUnit is the name of a column: weight_uS.
func withUnit(name, unit string) string {
	if unit == "" {
		return name
	}
	return name + "_" + unit
}

func (s *Sweep) logPath(shard, shards int) string {
	return filepath.Join(s.dir, "rows", fmt.Sprintf("%d-of-%d.jsonl", shard+1, shards))
}

// trainsPath is where the spike trains of a run are kept.
func (s *Sweep) trainsPath(run int) string {
	return filepath.Join(s.dir, "trains", fmt.Sprintf("%04d", run/1000), fmt.Sprintf("%d.npz", run))
}

// Run runs what is left of the shard. A run that fails is a row with its error.
// When ctx is cancelled Run returns its error; what was done is kept.
func (s *Sweep) Run(ctx context.Context) error {
	l, rows, err := openLog(s.logPath(s.options.Shard, s.options.Shards), s.Runs(), len(s.statistics))
	if err != nil {
		return err
	}
	done := map[int]bool{}
	for _, r := range rows {
		done[r.Run] = true
	}
	var left []int
	total := 0
	for run := s.options.Shard; run < s.Runs(); run += s.options.Shards {
		total++
		if !done[run] {
			left = append(left, run)
		}
	}
	err = s.work(ctx, left, func(r Row) error {
		if err := l.append(r); err != nil {
			return err
		}
		done[r.Run] = true
		if s.options.Progress != nil {
			s.options.Progress(len(done), total)
		}
		return nil
	})
	return errors.Join(err, l.close())
}

// work makes runs on all workers and hands their rows to keep, one at a time.
func (s *Sweep) work(ctx context.Context, left []int, keep func(Row) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	go func() {
		defer close(next)
		for _, run := range left {
			select {
			case next <- run:
			case <-ctx.Done():
				return
			}
		}
	}()
	var workers sync.WaitGroup
	var mu sync.Mutex
	for range s.options.Workers {
		workers.Go(func() {
			for run := range next {
				row, err := s.one(ctx, run)
				if err == nil && ctx.Err() == nil {
					mu.Lock()
					err = keep(row)
					mu.Unlock()
				}
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	workers.Wait()
	return context.Cause(ctx)
}

// one makes a run. An error of the experiment is in the row; the error that it
// returns ends the sweep.
func (s *Sweep) one(ctx context.Context, run int) (Row, error) {
	row := Row{Run: run}
	e, err := s.Plan.Run(run)
	row.Seed = e.Seed
	var result *myogen.Result
	if err == nil {
		result, err = simulate(ctx, e)
	}
	if ctx.Err() != nil {
		return row, nil // cut short, and left out
	}
	for _, x := range s.statistics {
		if err != nil {
			break
		}
		var v float64
		if v, err = x.Of(result); err == nil {
			row.Values = append(row.Values, v)
		}
	}
	if err != nil {
		row.Values, row.Error = nil, err.Error()
		return row, nil
	}
	row.SHA256 = result.Block.SpikeSHA256()
	if s.Trains {
		path := s.trainsPath(run)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return row, fmt.Errorf("sweep: %w", err)
		}
		if err := npz.WriteBlock(path, result.Block); err != nil {
			return row, err
		}
	}
	return row, nil
}

// simulate runs an experiment on one core: the runs share the others.
func simulate(ctx context.Context, e myogen.Experiment) (*myogen.Result, error) {
	sim, err := myogen.NewSimulation(ctx, e)
	if err == nil {
		err = sim.SetWorkers(1)
	}
	if err != nil {
		return nil, err
	}
	return sim.Run(ctx, nil)
}

// Estimate is what a sweep will take.
type Estimate struct {
	Runs  int
	Each  time.Duration // of one core
	Bytes int64         // of what is kept
}

// Estimate times the first run.
func (s *Sweep) Estimate(ctx context.Context) (Estimate, error) {
	start := time.Now()
	row, err := s.one(ctx, 0)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return Estimate{}, err
	}
	line, err := row.line()
	e := Estimate{Runs: s.Runs(), Each: time.Since(start), Bytes: int64(s.Runs()) * int64(3*len(line))}
	if info, statErr := os.Stat(s.trainsPath(0)); s.Trains && statErr == nil {
		e.Bytes += int64(s.Runs()) * info.Size()
	}
	return e, err
}

// String prints the estimate in one line.
func (e Estimate) String() string {
	return fmt.Sprintf("%d runs of about %v each: %.2g core-hours, %.1f MB", e.Runs, e.Each.Round(time.Millisecond),
		(time.Duration(e.Runs) * e.Each).Hours(), float64(e.Bytes)/1e6)
}

// rows returns the rows of all shards in the order of the runs. The error names
// the shards that are missing or not complete.
func (s *Sweep) rows() ([]Row, error) {
	paths, err := filepath.Glob(filepath.Join(s.dir, "rows", "*.jsonl"))
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	all := make([]*Row, s.Runs())
	for _, path := range paths {
		rows, _, err := readLog(path, s.Runs(), len(s.statistics))
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if old := all[r.Run]; old != nil && (old.SHA256 != r.SHA256 || old.Error != r.Error) {
				return nil, fmt.Errorf("sweep: %s: run %d has other spikes than in another shard", path, r.Run)
			}
			all[r.Run] = &r
		}
	}
	missing := map[int]int{}
	out := make([]Row, 0, len(all))
	for run, r := range all {
		if r == nil {
			missing[run%s.options.Shards]++
			continue
		}
		out = append(out, *r)
	}
	if len(missing) > 0 {
		var shards []int
		n := 0
		for shard, count := range missing {
			shards, n = append(shards, shard+1), n+count
		}
		slices.Sort(shards)
		return out, &MissingError{Runs: n, Shards: shards, Of: s.options.Shards}
	}
	return out, nil
}

// MissingError reports runs that have not been made yet.
type MissingError struct {
	Runs   int
	Shards []int // from 1, those that are not complete
	Of     int
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("sweep: %d runs are missing, of the shards %v of %d", e.Runs, e.Shards, e.Of)
}

// Done returns how many runs are made.
func (s *Sweep) Done() (int, error) {
	rows, err := s.rows()
	var missing *MissingError
	if errors.As(err, &missing) {
		err = nil
	}
	return len(rows), err
}
