// Package cell is the cell that runs.
//
// GoNB compiles each cell to a program of its own, so a program has one [Cell].
// It knows what belongs to the cell as a whole: whether the stop button was
// pressed and who is to hear of it, what was cut short by it, the progress bars
// on the screen, the kept values that were declared and used, and what must be
// done before the program ends with an error. A plain program is a cell, too:
// Ctrl-C is its stop button.
package cell

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"time"

	"gomyogen/kernel/internal/keep"
	"gomyogen/kernel/internal/wire"
)

// ErrStopped is the cause of a context that the stop button cancelled.
var ErrStopped = errors.New("stopped")

// Unnamed names a partial result that was computed with a context of [Context]:
// nothing else is known of it.
const Unnamed = "stopped before its end"

// Cell is the state of one cell. Its methods may be called by several
// goroutines.
type Cell struct {
	Values *keep.Values // that the cell declares and uses

	// LibraryShown says that a figure of this cell brought the chart library
	// into the notebook.
	LibraryShown bool

	mu       sync.Mutex
	stopped  bool
	contexts map[context.Context]given // not released
	signals  chan os.Signal            // nil while nobody listens
	partial  []string
	bars     []Bar
	cleanups []*func()
}

// given is a context that somebody has.
type given struct {
	cancel  context.CancelCauseFunc
	partial string // what is, once it is cancelled; empty where its owner will say
}

// Bar is a progress bar on the screen.
type Bar interface {
	// Stop shows how far the bar came: the stop button was pressed.
	Stop(now time.Time)
}

// New returns a cell that has done nothing yet.
func New(values *keep.Values) *Cell {
	return &Cell{Values: values, contexts: map[context.Context]given{}}
}

// Context returns a context that the stop button cancels, with the cause
// [ErrStopped], and a function that releases it. After the button was pressed it
// is cancelled from the start. If partial is not empty, it says what the cell
// shows from then on that is partial; else the owner of the context calls
// [Cell.Cut].
func (c *Cell) Context(partial string) (context.Context, context.CancelFunc) {
	c.mu.Lock()
	ctx, cancel := context.WithCancelCause(context.Background())
	stopped := c.stopped
	if !stopped {
		c.contexts[ctx] = given{cancel, partial}
		c.listen()
	}
	c.mu.Unlock()
	if stopped {
		cancel(ErrStopped)
		c.Cut(partial)
		return ctx, func() {}
	}
	return ctx, func() {
		cancel(context.Canceled)
		c.release(ctx)
	}
}

// listen waits for the button.
func (c *Cell) listen() {
	if c.signals != nil {
		return
	}
	signals := make(chan os.Signal, 1)
	c.signals = signals
	signal.Notify(signals, os.Interrupt)
	go func() {
		for range signals {
			c.Stop()
		}
	}()
}

// Stop handles the stop button: it cancels the contexts and stops the bars. A
// second call does nothing.
func (c *Cell) Stop() {
	c.mu.Lock()
	if c.stopped {
		c.mu.Unlock()
		return
	}
	c.stopped = true
	said := ""
	for _, g := range c.contexts {
		c.cut(g.partial) // before anything computed with it can be shown
		g.cancel(ErrStopped)
		said = cmp.Or(said, g.partial)
	}
	c.ignore()
	bars := slices.Clone(c.bars)
	c.mu.Unlock()
	for _, b := range bars {
		b.Stop(time.Now())
	}
	if said != "" {
		fmt.Println("Stopped: what the cell goes on to show is partial.")
	}
}

// Stopped reports whether the button was pressed.
func (c *Cell) Stopped() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped
}

func (c *Cell) release(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.contexts, ctx)
	if len(c.contexts) == 0 {
		c.ignore()
	}
}

// ignore gives Ctrl-C its usual effect back: it ends a program that looks at
// no context, or that did not end after the first one. In a notebook the
// button may be pressed between two runs, and one press may arrive twice, from
// Jupyter and from GoNB; neither must end the cell before it has shown what it
// has. The kernel kills the one that goes on.
func (c *Cell) ignore() {
	if wire.Notebook || c.signals == nil {
		return
	}
	signal.Stop(c.signals)
	close(c.signals)
	c.signals = nil
}

// Cut notes that a result is partial: "NERLab stopped at 4200 of 15000 ms". All
// that is computed from it is partial too, and figures and tables that the cell
// shows from now on have the note in their titles.
func (c *Cell) Cut(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut(what)
}

func (c *Cell) cut(what string) {
	if what == "" {
		return
	}
	if !slices.Contains(c.partial, what) {
		c.partial = append(c.partial, what)
	}
	c.Values.Cut(what)
}

// CutShort is Cut where the share that is missing of the result is known.
func (c *Cell) CutShort(what string, missing float64) {
	c.Cut(what)
	c.Values.CutShort(what, missing)
}

// Partial returns what was cut short so far.
func (c *Cell) Partial() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.partial)
}

// Add notes that a bar is on the screen, and reports whether the button was
// pressed before.
func (c *Cell) Add(b Bar) (stopped bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bars = append(c.bars, b)
	return c.stopped
}

// BeforeExit has cleanUp called by [Cell.CleanUp], until
// cancel is called.
func (c *Cell) BeforeExit(cleanUp func()) (cancel func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cleanups = append(c.cleanups, &cleanUp)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.cleanups = slices.DeleteFunc(c.cleanups, func(f *func()) bool { return f == &cleanUp })
	}
}

// CleanUp calls what is to be done before the program ends with an error, the
// last first, once.
func (c *Cell) CleanUp() {
	c.mu.Lock()
	all := c.cleanups
	c.cleanups = nil
	c.mu.Unlock()
	for _, f := range slices.Backward(all) {
		(*f)()
	}
}
