package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	mathbits "math/bits"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/sweep/internal/rows"
	"gomyogen/myogen/sweep/internal/runs"
	"gomyogen/myogen/units"
)

// Options say how a sweep is run. The zero value runs all of it on all cores.
type Options struct {
	Workers int // 0 means all cores; the table does not depend on it
	Shard   int // this shard, from 0
	Shards  int // 0 means 1
	// Progress, which may be nil, learns of each run that is done.
	Progress func(done, total int)
	// Watch, which may be nil, is called before a run. The function that it
	// returns, which may be nil, learns of the simulated time of that run, which
	// ends with the total even if the run fails.
	Watch func(run int) func(done, total units.Time)
	// Others, which may be nil, is called once when another program makes a run of the
	// shard in the same folder.
	Others func()
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
	dir     string
	options Options
	made    bits // by run; nil before the folder was read
	news    *news

	blockRows int // of a table in memory
}

// Open prepares a folder for a sweep: a new or empty one, or that of the same
// sweep, which then goes on. It writes the sweep to sweep.yaml in it.
func Open(dir string, p *myogen.Plan, o Options) (*Sweep, error) {
	o, err := o.check()
	if err != nil {
		return nil, err
	}
	s := &Sweep{Plan: p, dir: dir, options: o, blockRows: blockRows}
	if err := s.checkNames(); err != nil {
		return nil, err
	}
	text, err := p.YAML()
	if err != nil {
		return nil, err
	}
	// A row is text and stands in three tables; this is less than it takes.
	needs := int64(s.Runs()/o.Shards) * int64(64+32*len(s.Statistics))
	if err := atomicfile.CheckFree(atomicfile.Need{Path: filepath.Join(dir, "table.npz"), Bytes: needs}); err != nil {
		return nil, fmt.Errorf("sweep: %d runs: %w", s.Runs(), err)
	}
	if err := runs.Prepare(dir, "sweep", text, rowsFolder, trainsFolder, jobsFolder); err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	return s, nil
}

// Folders in that of a sweep.
const (
	rowsFolder   = "rows"
	trainsFolder = "trains"
	jobsFolder   = "slurm" // of package slurm
)

// row is what a run gave, as it is kept.
type row struct {
	Run    int          `json:"run"`
	Seed   uint64       `json:"seed"`
	Values []rows.Float `json:"values,omitempty"` // of the statistics; none if the run failed
	SHA256 string       `json:"sha256,omitempty"` // of the spikes
	Error  string       `json:"error,omitempty"`
}

func (s *Sweep) rows() string { return filepath.Join(s.dir, rowsFolder) }

// each calls f with the rows of all shards whose run is in [start, stop), and looks at
// each row.
func (s *Sweep) each(w *watch.Watch, start, stop int, f func(row) error) error {
	return s.follow(w, rows.NewTail(s.rows()), start, stop, f)
}

// follow is each for the rows that a tail has not read.
func (s *Sweep) follow(w *watch.Watch, tail *rows.Tail, start, stop int, f func(row) error) error {
	wanted := func(text []byte) (bool, error) {
		run, ok := runOf(text)
		return !ok || run >= start && run < stop, w.Did(1)
	}
	err := rows.ReadNew(tail, wanted, func(r row) error {
		if r.Run < 0 || r.Run >= s.Runs() || r.Error == "" && len(r.Values) != len(s.Statistics) {
			return fmt.Errorf("it is run %d with %d values, of %d runs with %d", r.Run, len(r.Values), s.Runs(), len(s.Statistics))
		}
		return f(r)
	})
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}

// runOf returns the run of a row that is not parsed.
func runOf(text []byte) (run int, ok bool) {
	text, ok = bytes.CutPrefix(text, []byte(`{"run":`))
	if !ok {
		return 0, false
	}
	digits, _, ok := bytes.Cut(text, []byte(","))
	run, err := strconv.Atoi(string(digits))
	return run, ok && err == nil
}

// bits is a set of runs.
type bits []uint64

func newBits(n int) bits { return make(bits, (n+63)/64) }

func (b bits) has(i int) bool { return b[i/64]>>(i%64)&1 == 1 }

func (b bits) add(i int) { b[i/64] |= 1 << (i % 64) }

// read notes which runs are made, once.
func (s *Sweep) read(w *watch.Watch) error {
	if s.made != nil {
		return nil
	}
	w.Begin("reading rows", s.Runs())
	made, tail := newBits(s.Runs()), rows.NewTail(s.rows())
	err := s.follow(w, tail, 0, s.Runs(), func(r row) error {
		made.add(r.Run)
		return nil
	})
	if err == nil {
		s.made, s.news = made, &news{sweep: s, tail: tail, made: newBits(s.Runs())}
	}
	return err
}

// trainsPath is where the spike trains of a run are kept: a thousand to a folder.
func (s *Sweep) trainsPath(run int) string {
	return filepath.Join(s.dir, trainsFolder, fmt.Sprintf("%04d", run/1000), fmt.Sprintf("%d.npz", run))
}

func (s *Sweep) log() *rows.Log {
	return rows.New(s.rows(), fmt.Sprintf("%d-of-%d", s.options.Shard+1, s.options.Shards))
}

// shard returns how many runs the shard has, and how many of them are made.
func (s *Sweep) shard() (total, done int) {
	for run := s.options.Shard; run < s.Runs(); run += s.options.Shards {
		total++
		if s.made.has(run) {
			done++
		}
	}
	return total, done
}

// Run makes the runs of the shard that no program has made. A run that another program
// is making is left to it; Run waits for it, and makes the run if that program dies. A
// run that fails is a row with its error. When ctx is cancelled Run returns its error;
// what was done is kept.
func (s *Sweep) Run(ctx context.Context) error {
	if err := s.read(watch.Of(ctx)); err != nil {
		return err
	}
	o := s.others()
	defer o.claims.Close()
	total, done := s.shard()
	var before bits // this round
	left := func(yield func(int) bool) {
		for run := s.options.Shard; run < s.Runs(); run += s.options.Shards {
			if !before.has(run) && !yield(run) {
				return
			}
		}
	}
	l := s.log()
	var err error
	for err == nil && done < total {
		doneBefore := done
		before = slices.Clone(s.made)
		err = runs.Work(ctx, s.options.Workers, left, func(ctx context.Context, run int) (turn, error) { return s.turn(ctx, o, run) }, func(t turn) error {
			if t.elsewhere {
				return nil
			}
			if !t.made {
				err := l.Append(t.row)
				o.claims.Give(t.Run)
				if err != nil {
					return fmt.Errorf("sweep: %w", err)
				}
			}
			s.made.add(t.Run)
			done++
			if s.options.Progress != nil {
				s.options.Progress(done, total)
			}
			return nil
		})
		if err == nil && done == doneBefore {
			select {
			case <-ctx.Done():
			case <-time.After(askAgain):
			}
		}
	}
	if closeErr := l.Close(); closeErr != nil {
		err = errors.Join(err, fmt.Errorf("sweep: %w", closeErr))
	}
	return err
}

// askAgain is how long a program waits before it looks again at runs that others make.
const askAgain = 200 * time.Millisecond

// others are the programs that make runs of the sweep in its folder.
type others struct {
	claims *runs.Claims
	tell   func() // once, that there are some
	news   *news
}

// news are the runs that have been made since the folder was read.
type news struct {
	sweep *Sweep
	mu    sync.Mutex
	tail  *rows.Tail
	made  bits
}

// others returns what there is to know of other programs.
func (s *Sweep) others() *others {
	tell := s.options.Others
	if tell == nil {
		tell = func() {}
	}
	return &others{runs.OpenClaims(filepath.Join(s.dir, "sweep.yaml")), sync.OnceFunc(tell), s.news}
}

// claim claims a run, unless another program has it or has made it.
func (o *others) claim(run int) (ours, made bool, err error) {
	if !o.claims.Take(run) {
		o.tell()
		return false, false, nil
	}
	made, err = o.news.has(run)
	if made || err != nil {
		o.claims.Give(run)
	}
	return !made && err == nil, made, err
}

// has reports whether a run is made by now.
func (n *news) has(run int) (bool, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.sweep.follow(nil, n.tail, 0, n.sweep.Runs(), func(r row) error {
		n.made.add(r.Run)
		return nil
	}); err != nil {
		return false, err
	}
	return n.made.has(run), nil
}

// turn is what came of a run when it was its turn.
type turn struct {
	row
	made      bool // by another program, which has its row
	elsewhere bool // another program is making it
}

// turn makes a run unless another program does.
func (s *Sweep) turn(ctx context.Context, o *others, run int) (turn, error) {
	ours, made, err := o.claim(run)
	if err != nil || !ours {
		return turn{row: row{Run: run}, made: made, elsewhere: !made}, err
	}
	r, err := s.one(ctx, run)
	return turn{row: r}, err
}

// one makes a run. An error of the experiment is in the row; the error that it
// returns ends the sweep.
func (s *Sweep) one(ctx context.Context, run int) (row, error) {
	var report func(done, total units.Time)
	if s.options.Watch != nil {
		report = s.options.Watch(run)
	}
	e, err := s.Plan.Run(run)
	r := row{Run: run, Seed: e.Seed}
	var result *myogen.Result
	if err == nil {
		result, err = runs.Simulate(ctx, e, 1, report)
	}
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	if err == nil {
		r.Values, err = runs.Values(result, s.Statistics)
	}
	if err != nil {
		if report != nil {
			report(e.Duration, e.Duration)
		}
		r.Error = err.Error()
		return r, nil
	}
	r.SHA256 = result.Block.SpikeSHA256()
	if !s.Trains {
		return r, nil
	}
	path := s.trainsPath(run)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return r, fmt.Errorf("sweep: %w", err)
	}
	return r, npz.WriteBlock(path, result.Block)
}

// Estimate is what the rest of a shard will take.
type Estimate struct {
	Runs  int           // of the shard
	Left  int           // that are not made
	Each  time.Duration // of one core; 0 where other programs are making all that is left
	Bytes int64         // of what is kept of them
}

// Estimate makes and times the first run of the shard that is left and that no other
// program is making, and keeps its row.
func (s *Sweep) Estimate(ctx context.Context) (Estimate, error) {
	if err := s.read(watch.Of(ctx)); err != nil {
		return Estimate{}, err
	}
	total, done := s.shard()
	e := Estimate{Runs: total, Left: total - done}
	o := s.others()
	defer o.claims.Close()
	first := s.options.Shard
	for ours := false; ; first += s.options.Shards {
		if first >= s.Runs() {
			return e, nil
		}
		if s.made.has(first) {
			continue
		}
		var made bool
		var err error
		if ours, made, err = o.claim(first); err != nil {
			return e, err
		}
		if made {
			s.made.add(first)
			e.Left--
		}
		if ours {
			break
		}
	}
	start := time.Now()
	r, err := s.one(ctx, first)
	if err != nil {
		return e, err
	}
	e.Each = time.Since(start)
	line, err := rows.Line(r)
	if err == nil {
		l := s.log()
		err = errors.Join(l.Append(r), l.Close())
	}
	if err != nil {
		return e, fmt.Errorf("sweep: %w", err)
	}
	s.made.add(first)
	each := int64(3 * len(line)) // the row, and its part of the tables
	if info, err := os.Stat(s.trainsPath(first)); err == nil && s.Trains {
		each += info.Size()
	}
	e.Bytes = int64(e.Left) * each
	return e, nil
}

// String prints the estimate in one line.
func (e Estimate) String() string {
	text := fmt.Sprintf("%d runs", e.Runs)
	if e.Left < e.Runs {
		text += fmt.Sprintf(", %d of them made before", e.Runs-e.Left)
	}
	switch {
	case e.Left == 0:
		return text
	case e.Each == 0:
		return fmt.Sprintf("%s: %d are being made by another program", text, e.Left)
	}
	size := fmt.Sprintf("%.1f MB", float64(e.Bytes)/1e6)
	if e.Bytes < 1e6 {
		size = fmt.Sprintf("%.0f kB", float64(e.Bytes)/1e3)
	}
	return fmt.Sprintf("%s: %d of about %v each, %.2g core-hours, %s", text, e.Left, e.Each.Round(time.Millisecond),
		(time.Duration(e.Left) * e.Each).Hours(), size)
}

// Done returns how many runs of all shards are made.
func (s *Sweep) Done() (int, error) {
	s.made = nil // other programs may have made some
	if err := s.read(nil); err != nil {
		return 0, err
	}
	n := 0
	for _, word := range s.made {
		n += mathbits.OnesCount64(word)
	}
	return n, nil
}

// MissingError reports runs that have not been made yet.
type MissingError struct {
	Runs   int
	Shards []int // from 1, those that are not complete
	Of     int
}

func (e *MissingError) Error() string {
	if e.Of == 1 {
		return fmt.Sprintf("sweep: %d runs are missing", e.Runs)
	}
	return fmt.Sprintf("sweep: %d runs are missing, of the shards %v of %d", e.Runs, e.Shards, e.Of)
}

// missing returns a MissingError unless all runs are made.
func (s *Sweep) missing() error {
	e := &MissingError{Of: s.options.Shards}
	for shard := range s.options.Shards {
		before := e.Runs
		for run := shard; run < s.Runs(); run += s.options.Shards {
			if !s.made.has(run) {
				e.Runs++
			}
		}
		if e.Runs > before {
			e.Shards = append(e.Shards, shard+1)
		}
	}
	if e.Runs > 0 {
		return e
	}
	return nil
}

// SaveState writes the rows that there are to one file, from which LoadState of
// the same sweep in another folder goes on. It ends with the error of ctx soon after it
// is cancelled.
func (s *Sweep) SaveState(ctx context.Context, path string) error {
	w := watch.Of(ctx)
	w.Begin("saving rows", s.Runs())
	if err := rows.Save(s.rows(), path, w.Did); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}

// LoadState adds the rows that SaveState wrote.
func (s *Sweep) LoadState(path string) error {
	s.made = nil
	if err := rows.Load(s.rows(), path, func() error { return s.read(nil) }); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}

// Progress returns how many runs of each shard are made, and how many it has.
func (s *Sweep) Progress() (made, total []int, err error) {
	if _, err := s.Done(); err != nil {
		return nil, nil, err
	}
	made, total = make([]int, s.options.Shards), make([]int, s.options.Shards)
	for run := range s.Runs() {
		shard := run % s.options.Shards
		total[shard]++
		if s.made.has(run) {
			made[shard]++
		}
	}
	return made, total, nil
}
