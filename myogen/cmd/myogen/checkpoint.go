package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/units"
)

// checkpoints are the states of a run that is not complete, from which the same
// command goes on after it was killed. The last two stand beside the results
// and are removed when the run has written them.
type checkpoints struct {
	base  string // path of the results
	every time.Duration
	last  time.Time
	next  int // which of the two is written next
}

func newCheckpoints(results string, every time.Duration) *checkpoints {
	return &checkpoints{base: results, every: every, last: time.Now()}
}

func (c *checkpoints) path(i int) string { return fmt.Sprintf("%s.checkpoint%d", c.base, i+1) }

// resume returns the simulation that the newest good checkpoint of the
// experiment leads to; nil if there is none. What it cannot use it says.
func (c *checkpoints) resume(ctx context.Context, e myogen.Experiment, out io.Writer) *myogen.Simulation {
	var newest *myogen.Simulation
	for i := range 2 {
		sim, err := myogen.ResumeState(ctx, e, c.path(i))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			fmt.Fprintf(out, "not going on from a checkpoint: %v\n", err)
		case newest == nil || sim.Time() > newest.Time():
			newest, c.next = sim, 1-i
		}
	}
	if newest != nil {
		fmt.Fprintf(out, "going on at %v from %s\n", newest.Time().Round(units.Us), c.path(1-c.next))
	}
	return newest
}

// save writes a checkpoint if it is time to.
func (c *checkpoints) save(sim *myogen.Simulation) error {
	if c.every <= 0 || time.Since(c.last) < c.every {
		return nil
	}
	return c.saveNow(sim)
}

func (c *checkpoints) saveNow(sim *myogen.Simulation) error {
	if err := sim.SaveState(c.path(c.next)); err != nil {
		return err
	}
	c.next = 1 - c.next
	c.last = time.Now()
	return nil
}

// remove removes both checkpoints.
func (c *checkpoints) remove() error {
	var errs []error
	for i := range 2 {
		if err := os.Remove(c.path(i)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
