//go:build !js

package kernel

import (
	"context"
	"errors"
	"fmt"
	"os"

	"gomyogen/kernel/internal/cell"
	"gomyogen/kernel/internal/keep"
	"gomyogen/kernel/internal/keep/store"
)

// A continuation is the kept state of work that was stopped or killed, from which
// a later cell goes on, with what the cell says of it.
type continuation struct {
	cell    *cell.Cell
	title   string
	state   *keep.Checkpoint
	unsaved error // why the state is not saved while the work goes on, once it was said
}

// newContinuation returns the continuation of the work with a title. The key
// identifies all that the rest of the work depends on.
func newContinuation(c *cell.Cell, title, key string) (*continuation, error) {
	state, err := c.Values.Checkpoint(title, key)
	return &continuation{cell: c, title: title, state: state}, err
}

// due saves the state with write if it is time to. at says how far the work is, done
// is that as a number. Work that is stopped meanwhile keeps the states of before, and
// calls stopped. look follows the copy into the folder of kept values, and may stop it.
func (c *continuation) due(at string, done float64, write func(path string) error, look store.Look) {
	if c.unsaved != nil {
		return
	}
	err := c.state.SaveDue(at, done, write, look)
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	c.unsaved = err
	c.lost(err)
}

// lost says that the state is not saved.
func (c *continuation) lost(err error) { c.warn("if the kernel dies, it cannot go on: %v", err) }

// secure saves the state of work that goes on though it was stopped, since little of it is
// left.
func (c *continuation) secure(at string, done float64, write func(path string) error, look store.Look) {
	err := c.state.Save(at, done, write, look)
	var ahead *keep.AheadError
	if err != nil && !errors.As(err, &ahead) {
		c.lost(err)
	}
}

// stopped saves the state of work that was stopped, and marks all that the cell
// computes from it as partial. done is how far the work is, of a total. look follows the
// copy into the folder of kept values.
func (c *continuation) stopped(at string, done, total float64, write func(path string) error, look store.Look) {
	c.cell.CutShort(c.title+" "+at, 1-done/total)
	err := c.state.Save(at, done, write, look)
	var ahead *keep.AheadError
	if errors.As(err, &ahead) {
		c.cell.Values.Told()
		fmt.Printf("%s: %s, marked partial; %v, and the cell goes on from there when it runs again\n", c.title, at, ahead)
		return
	}
	if err != nil {
		c.warn("%s; it cannot go on from there: %v", at, err)
		return
	}
	c.told(at)
}

// told says that stopped work goes on when its cell runs again.
func (c *continuation) told(at string) {
	c.cell.Values.Told()
	fmt.Printf("%s: %s; kept and marked partial, run the cell again to go on\n", c.title, at)
}

// anew says why the work does not go on where it was stopped.
func (c *continuation) anew(why error) { c.warn("starts anew, not where it was stopped: %v", why) }

// done removes the state of work that is complete.
func (c *continuation) done() error {
	if err := c.state.Remove(); err != nil {
		return fmt.Errorf("kernel: remove the state of %q: %w", c.title, err)
	}
	return nil
}

func (c *continuation) warn(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "kernel: %q: %s\n", c.title, fmt.Sprintf(format, args...))
}
