package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/datafolder"
	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/userkey"
	"gomyogen/myogen/units"
)

// checkpoints are the states of a run that is not complete, from which the same
// command goes on after it was killed. The last two stand beside the results
// and are removed when the run has written them. Their names have a digest of the
// experiment, so that the run of an edited file leaves those of the file before. They
// are signed: the command finds them by their names, so that those of a clone would be
// believed else.
type checkpoints struct {
	base  string // path of the results
	id    string // of the experiment and the user's key
	every time.Duration
	key   []byte
	last  time.Time
	next  int // which of the two is written next
}

func newCheckpoints(ctx context.Context, e myogen.Experiment, results string, every time.Duration) (*checkpoints, error) {
	id, err := myogen.StateID(ctx, e)
	if err != nil {
		return nil, err
	}
	c := &checkpoints{base: results, last: atomicfile.Now()}
	data, err := datafolder.Find()
	if err == nil {
		c.key, err = userkey.Make(filepath.Join(data, "checkpoint.key"))
	}
	c.id = userkey.Sign(c.key, []byte(id))[:8]
	if err != nil { // a run without checkpoints is a run
		return c, fmt.Errorf("the key of checkpoints: %w", err)
	}
	c.every = every
	return c, nil
}

// checkpointName is what follows the path of the results in that of a checkpoint.
const checkpointName = ".checkpoint"

func (c *checkpoints) path(i int) string {
	return fmt.Sprintf("%s%s-%s-%d", c.base, checkpointName, c.id, i+1)
}

// files returns the files that are written.
func (c *checkpoints) files() []file {
	return []file{{"a checkpoint", c.path(0)}, {"a checkpoint", c.path(1)}}
}

// others returns the checkpoints beside the same results that are not of this
// experiment, program and user, the newest first, and their size.
func (c *checkpoints) others() (paths []string, bytes int64) {
	dir, name := filepath.Dir(c.base), filepath.Base(c.base)+checkpointName
	all, err := os.ReadDir(dir)
	if err != nil {
		return nil, 0 // the results cannot be written there either
	}
	own := []string{filepath.Base(c.path(0)), filepath.Base(c.path(1))}
	made := map[string]time.Time{}
	for _, f := range all {
		if !strings.HasPrefix(f.Name(), name) || slices.Contains(own, f.Name()) {
			continue
		}
		if info, err := f.Info(); err == nil && info.Mode().IsRegular() {
			path := filepath.Join(dir, f.Name())
			paths, bytes, made[path] = append(paths, path), bytes+info.Size(), info.ModTime()
		}
	}
	slices.SortFunc(paths, func(a, b string) int { return made[b].Compare(made[a]) })
	return paths, bytes
}

// resume returns the simulation that the newest good checkpoint of the
// experiment leads to; nil if there is none. What it cannot use it says. An error
// is that of the context, or that the run would overwrite rows of another.
func (c *checkpoints) resume(ctx context.Context, e myogen.Experiment, out io.Writer) (*myogen.Simulation, error) {
	var newest *myogen.Simulation
	for i := range 2 {
		sim, err := myogen.ResumeSignedState(ctx, e, c.path(i), c.key)
		switch {
		case errors.Is(err, fs.ErrNotExist) && !exists(c.path(i)):
		case err != nil && ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			fmt.Fprintf(out, "not going on from a checkpoint: %v\n", err)
		case newest == nil || sim.Time() > newest.Time():
			newest, c.next = sim, 1-i
		}
	}
	others, bytes := c.others()
	if newest != nil {
		fmt.Fprintf(out, "going on at %v from %s\n", newest.Time().Round(units.Us), c.path(1-c.next))
	} else if len(others) > 0 {
		_, err := myogen.ResumeSignedState(ctx, e, others[0], c.key)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		fmt.Fprintf(out, "not going on from a checkpoint: %v\n", err)
		for _, r := range e.RecordAll {
			if rows := atomicfile.PartialPath(r.Path); exists(rows) {
				return nil, fmt.Errorf("run: the rows so far in %s may be those that %s goes on from: run that experiment to its end, "+
					"record to another path, or remove them", rows, others[0])
			}
		}
	}
	if len(others) > 0 {
		fmt.Fprintf(out, "kept, %.1f MB, for the same command with the experiment that they are of: %s\n", float64(bytes)/1e6, strings.Join(others, ", "))
	}
	return newest, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// save writes a checkpoint if it is time to. When ctx is cancelled it gives it up;
// that is no error, and the two of before stay.
func (c *checkpoints) save(ctx context.Context, sim *myogen.Simulation) error {
	if c.every <= 0 || !atomicfile.Due(c.last, c.every) {
		return nil
	}
	err := c.saveNow(ctx, sim)
	if err != nil && ctx.Err() != nil {
		return nil
	}
	return err
}

func (c *checkpoints) saveNow(ctx context.Context, sim *myogen.Simulation) error {
	c.last = atomicfile.Now()
	if err := sim.SaveStateContext(ctx, c.path(c.next), c.key); err != nil {
		return err
	}
	c.next = 1 - c.next
	return nil
}

// saveLast writes the checkpoint of a run that was stopped, and says how the run goes on.
// A second interruption gives it up, and the newest of before stays.
func (c *checkpoints) saveLast(ctx context.Context, sim *myogen.Simulation, out io.Writer) error {
	if c.every <= 0 {
		return nil
	}
	_, state := sim.Needs(sim.Time())
	fmt.Fprintf(out, "saving the state, %.1f MB before compression; Ctrl-C again gives it up\n", float64(state)/1e6)
	err := c.saveNow(saving(ctx), sim)
	switch {
	case err == nil:
		fmt.Fprintln(out, "the same command goes on from here")
	case givenUp(err) && (exists(c.path(0)) || exists(c.path(1))):
		fmt.Fprintln(out, "the state was given up; the same command goes on from the checkpoint of before")
		return nil
	case givenUp(err):
		fmt.Fprintln(out, "the state was given up; there is no checkpoint of before")
		return nil
	}
	return err
}

// remove removes both checkpoints.
func (c *checkpoints) remove() error {
	return errors.Join(atomicfile.Remove(c.path(0)), atomicfile.Remove(c.path(1)))
}
