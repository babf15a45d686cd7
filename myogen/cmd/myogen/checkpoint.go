package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/datafolder"
	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/userkey"
	"gomyogen/myogen/units"
)

// checkpoints are the states of a run that is not complete, from which the same
// command goes on after it was killed. The last two stand beside the results
// and are removed when the run has written them. They are signed: the command
// finds them by their names, so that those of a clone would be believed else.
type checkpoints struct {
	base  string // path of the results
	every time.Duration
	key   []byte
	last  time.Time
	next  int // which of the two is written next
}

func newCheckpoints(results string, every time.Duration) (*checkpoints, error) {
	data, err := datafolder.Find()
	if err != nil {
		return nil, err
	}
	key, err := userkey.Make(filepath.Join(data, "checkpoint.key"))
	if err != nil {
		return nil, fmt.Errorf("the key of checkpoints: %w", err)
	}
	return &checkpoints{base: results, every: every, key: key, last: atomicfile.Now()}, nil
}

func (c *checkpoints) path(i int) string { return checkpointPath(c.base, i) }

func checkpointPath(results string, i int) string {
	return fmt.Sprintf("%s.checkpoint%d", results, i+1)
}

// resume returns the simulation that the newest good checkpoint of the
// experiment leads to; nil if there is none. What it cannot use it says. An error
// is that of the context.
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
	if newest != nil {
		fmt.Fprintf(out, "going on at %v from %s\n", newest.Time().Round(units.Us), c.path(1-c.next))
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
