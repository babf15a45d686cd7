//go:build !js

package kernel

import (
	"context"

	"gomyogen/kernel/internal/cell"
	"gomyogen/kernel/internal/keep"
	"gomyogen/kernel/internal/keep/code"
)

// running is the cell that runs.
var running = newCell()

// newCell returns a new cell. What shows how far a run is says nothing about its
// result, so kept values do not depend on it.
func newCell() *cell.Cell {
	return cell.New(keep.New(code.Package{Path: packagePath, Displays: []string{"Progress", "Bars"}, Makers: []string{"Next"}}))
}

// ErrStopped is the cause of a context that the stop button cancelled.
var ErrStopped = cell.ErrStopped

// Context returns a context that the notebook's stop button (or Ctrl-C) cancels,
// with [context.Cause] [ErrStopped], and a function that releases it. A stop
// ends the whole cell: the contexts that it asks for later are cancelled from
// the start. The cell then has about 3 s to show what it has; 5 s after the
// button it is killed. What it shows and keeps is marked partial, see "The stop
// button" above.
//
//	ctx, stop := kernel.Context()
//	defer stop()
//	result, err := sim.Run(ctx, nil)
//
//go:noinline
func Context() (context.Context, context.CancelFunc) { return running.Context(cell.Unnamed) }
