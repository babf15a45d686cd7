package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/format/parquet"
	"gomyogen/myogen/sweep"
	"gomyogen/myogen/sweep/slurm"
)

// runSweep runs a sweep or a shard of it, merges shards, or says how far a
// sweep is.
func runSweep(ctx context.Context, args []string, out io.Writer) error {
	f := flags("sweep")
	dir := f.String("o", "", "folder of the results")
	shard := f.String("shard", "", "shard to run, such as 3/10")
	shards := f.Int("shards", 1, "number of shards, for -merge and -status")
	merge := f.Bool("merge", false, "put the rows of all shards together")
	status := f.Bool("status", false, "say how far the sweep is")
	workers := f.Int("workers", 0, "cores")
	submit := f.Bool("slurm", false, "submit the sweep to Slurm")
	var job slurm.Sweep
	f.IntVar(&job.Shards, "tasks", 20, "tasks of the array job")
	f.IntVar(&job.Cores, "cores", 1, "cores of a task")
	f.StringVar(&job.Partition, "partition", "", "partition of Slurm")
	f.DurationVar(&job.Time, "time", 0, "time limit of a task")
	files, err := parse(f, args, 1)
	if err != nil {
		return err
	}
	if *dir == "" {
		return errors.New("sweep: -o says in which folder the results are")
	}
	if err := together(f); err != nil {
		return err
	}
	if *status || *merge { // of a sweep that has begun
		if _, err := os.Stat(filepath.Join(*dir, "sweep.yaml")); errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("sweep: the folder %s has no sweep", *dir)
		}
	}
	if *shards < 1 {
		return fmt.Errorf("sweep: -shards is %d, must be at least 1", *shards)
	}
	o := sweep.Options{Workers: *workers, Shards: *shards}
	if *shard != "" {
		if o.Shard, o.Shards, err = parseShard(*shard); err != nil {
			return err
		}
	}
	ctx = myogen.Observe(ctx, myogen.Observer{Starting: starting(out)})
	plan, err := interruptible(ctx, func() (*myogen.Plan, error) { return myogen.LoadSweepContext(ctx, files[0]) })
	if err != nil {
		return err
	}
	o.Progress = countProgress(out, time.Now)
	o.Others = func() {
		fmt.Fprintf(out, "another program makes runs of this sweep in %s; each run is made by one of them\n", *dir)
	}
	s, err := sweep.Open(*dir, plan, o)
	if err != nil {
		return err
	}
	if !*status && !*submit {
		if err := checkTables(files[0], *dir, "table.parquet", "table.csv", "table.npz"); err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
	}
	switch {
	case *status:
		return sweepStatus(s, out)
	case *submit:
		job.Dir, job.Shards = *dir, min(job.Shards, s.Runs())
		return submitSweep(ctx, job, out)
	case *merge:
		return mergeSweep(ctx, s, *dir, out)
	}
	estimate, err := s.Estimate(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, estimate)
	start := time.Now()
	if err := s.Run(ctx); err != nil {
		if ctx.Err() != nil {
			return errors.New("sweep: interrupted; the same command goes on from here")
		}
		return err
	}
	fmt.Fprintf(out, "took %v\n", time.Since(start).Round(time.Millisecond))
	if *shard != "" {
		return nil
	}
	return mergeSweep(ctx, s, *dir, out)
}

// together refuses flags that do not go together.
func together(f *flag.FlagSet) error {
	given := map[string]bool{}
	f.Visit(func(x *flag.Flag) { given[x.Name] = true })
	var what []string
	for _, name := range []string{"shard", "merge", "status", "slurm"} {
		if given[name] {
			what = append(what, "-"+name)
		}
	}
	switch {
	case len(what) > 1:
		return fmt.Errorf("sweep: %s do not go together", strings.Join(what, " and "))
	case given["shards"] && !given["merge"] && !given["status"]:
		return errors.New("sweep: -shards goes with -merge and -status; -shard I/N runs a shard")
	}
	for _, name := range []string{"tasks", "cores", "partition", "time"} {
		if given[name] && !given["slurm"] {
			return fmt.Errorf("sweep: -%s goes with -slurm", name)
		}
	}
	return nil
}

// sweepStatus says how many runs are made, and of which shards some are missing.
func sweepStatus(s *sweep.Sweep, out io.Writer) error {
	made, total, err := s.Progress()
	if err != nil {
		return err
	}
	done := 0
	var rest []string
	for i, n := range made {
		done += n
		if n < total[i] {
			rest = append(rest, fmt.Sprintf("%d (%d of %d)", i+1, n, total[i]))
		}
	}
	fmt.Fprintf(out, "%d of %d runs are made\n", done, s.Runs())
	if len(made) > 1 && len(rest) > 0 {
		fmt.Fprintf(out, "shards that are not complete: %s\n", strings.Join(rest, ", "))
	}
	return nil
}

// submitSweep submits a sweep to Slurm and prints what it did.
func submitSweep(ctx context.Context, job slurm.Sweep, out io.Writer) error {
	var err error
	if job.Program, err = os.Executable(); err != nil {
		return err
	}
	jobs, err := job.Submit(ctx)
	if err != nil {
		return err
	}
	folder := filepath.Join(job.Dir, slurm.Folder)
	_, err = fmt.Fprintf(out, `submitted the array job %d with %d tasks (%s)
submitted the job %d, which writes the table when they are over (%s)
  how far it is   myogen sweep %s -o %s -status -shards %d
  its logs        %s
  to cancel it    scancel %d %d
`, jobs.Array, job.Shards, filepath.Join(folder, "array.sh"), jobs.Merge, filepath.Join(folder, "merge.sh"),
		filepath.Join(job.Dir, "sweep.yaml"), job.Dir, job.Shards, folder, jobs.Array, jobs.Merge)
	return err
}

// groupRows is the number of rows of a group in table.parquet, which a merge holds
// in memory.
const groupRows = 1 << 13

// writeTable writes the table of a sweep, and calls each after every block of rows.
func writeTable(ctx context.Context, s *sweep.Sweep, dir string, each func()) (rows, failed int, err error) {
	file, err := atomicfile.Create(filepath.Join(dir, "table.parquet"))
	if err != nil {
		return 0, 0, err
	}
	file.Follow(func(int) error { return ctx.Err() })
	w := parquet.NewWriter(file)
	w.RowsPerGroup = groupRows
	err = s.Merge(ctx, func(f *frame.Frame) error {
		errs, err := f.Texts("error")
		if err != nil {
			return err
		}
		for _, text := range errs {
			if rows++; text != "" {
				failed++
			}
		}
		err = w.Write(f)
		each()
		return err
	})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return rows, failed, errors.Join(err, file.Discard())
	}
	return rows, failed, file.Commit()
}

func mergeSweep(ctx context.Context, s *sweep.Sweep, dir string, out io.Writer) error {
	rows, failed, err := writeTable(ctx, s, dir, func() {})
	if givenUp(err) {
		return errors.New("sweep: interrupted before its table was written; the same command writes it")
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d rows, %d of them failed, in %s: table.parquet, table.csv, table.npz\n", rows, failed, dir)
	return err
}

// parseShard reads "3/10" as shard 2 of 10, counted from 0.
func parseShard(text string) (shard, of int, err error) {
	a, b, ok := strings.Cut(text, "/")
	shard, errA := strconv.Atoi(a)
	of, errB := strconv.Atoi(b)
	if !ok || errA != nil || errB != nil || of < 1 || shard < 1 || shard > of {
		return 0, 0, fmt.Errorf("sweep: -shard is %q, must be like 1/10 to 10/10", text)
	}
	return shard - 1, of, nil
}

// countProgress returns a function that prints a line at every tenth, with the
// time that is left.
func countProgress(out io.Writer, now func() time.Time) func(done, total int) {
	start, first, tenths := now(), -1, 0
	return func(done, total int) {
		if first < 0 {
			first = done - 1
		}
		if n := 10 * done / total; n > tenths {
			tenths = n
			left := time.Duration(float64(now().Sub(start)) / float64(done-first) * float64(total-done))
			fmt.Fprintf(out, "%3d %%  %d of %d runs", 10*n, done, total)
			if done < total {
				fmt.Fprintf(out, ", %v left", left.Round(time.Second))
			}
			fmt.Fprintln(out)
		}
	}
}
