// Package runs is what sweeps and fits share: a folder of their own, workers, and
// runs of one core.
package runs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"gomyogen/myogen"
	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/sweep/internal/rows"
	"gomyogen/myogen/units"
)

// Prepare makes a folder for the file NAME.yaml with this text, unless it is
// there already. Another text, or other files than ours, are an error.
func Prepare(dir, name, text string, ours ...string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("%w", err)
	}
	path := filepath.Join(dir, name+".yaml")
	switch old, err := atomicfile.Read(path, 64<<20); {
	case err == nil && string(old) != text:
		return fmt.Errorf("%s holds another %s; choose another folder, or remove it", path, name)
	case err == nil:
		return nil
	case !errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%w", err)
	}
	others, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	for _, f := range others {
		// Several programs may start in a new folder at the same time.
		if !slices.Contains(ours, f.Name()) && f.Name() != name+".yaml" && !strings.HasPrefix(f.Name(), ".") {
			return fmt.Errorf("the folder %s has other files, %q among them; choose an empty one", dir, f.Name())
		}
	}
	switch err := atomicfile.WriteNew(path, []byte(text), 0o666); {
	case errors.Is(err, os.ErrExist): // another program was first
		return Prepare(dir, name, text, ours...)
	case err != nil:
		return fmt.Errorf("%w", err)
	}
	return nil
}

// Values returns the statistics of a result.
func Values(result *myogen.Result, statistics []myogen.Statistic) ([]rows.Float, error) {
	all := make([]rows.Float, 0, len(statistics))
	for _, x := range statistics {
		v, err := x.Of(result)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", x.Name, err)
		}
		all = append(all, rows.Float(v))
	}
	return all, nil
}

// Simulate runs an experiment on so many cores: other runs have the others.
func Simulate(ctx context.Context, e myogen.Experiment, cores int, report func(done, total units.Time)) (*myogen.Result, error) {
	sim, err := myogen.NewSimulation(ctx, e)
	if err == nil {
		err = sim.SetWorkers(cores)
	}
	if err != nil {
		return nil, err
	}
	return sim.Run(ctx, report)
}

// Work computes something of each job on so many workers, and hands the results
// to keep, one at a time, in the order in which they are ready. The first error
// ends it; so does ctx, whose error it then returns.
func Work[Job, Result any](ctx context.Context, workers int, jobs func(yield func(Job) bool), one func(context.Context, Job) (Result, error), keep func(Result) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan Job)
	go func() {
		defer close(next)
		for job := range jobs {
			select {
			case next <- job:
			case <-ctx.Done():
				return
			}
		}
	}()
	var running sync.WaitGroup
	var mu sync.Mutex
	for range workers {
		running.Go(func() {
			for job := range next {
				r, err := one(ctx, job)
				if err == nil && ctx.Err() == nil {
					mu.Lock()
					err = keep(r)
					mu.Unlock()
				}
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	running.Wait()
	return context.Cause(ctx)
}
