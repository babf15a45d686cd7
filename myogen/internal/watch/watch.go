// Package watch lets long work that has no steps of a run be followed and stopped.
package watch

import (
	"context"
	"time"
)

// Every is the wall time between two reports of a Watch.
const Every = 30 * time.Millisecond

// Watch looks at a context while something is made, and reports how far it is. A
// nil Watch does neither.
type Watch struct {
	ctx         context.Context
	report      func(what string, done, total int)
	what        string
	done, total int
	told        time.Time
	err         error
}

// New returns a Watch of a context that reports to a function, which may be nil.
func New(ctx context.Context, report func(what string, done, total int)) *Watch {
	if report == nil {
		report = func(string, int, int) {}
	}
	return &Watch{ctx: ctx, report: report}
}

// Begin notes that another piece of work begins, and how much of it there is.
func (w *Watch) Begin(what string, total int) {
	if w != nil {
		w.what, w.done, w.total = what, 0, total
	}
}

// Did notes that n more of the work is done. It returns the error of the context,
// from then on always.
func (w *Watch) Did(n int) error {
	if w == nil {
		return nil
	}
	if w.err != nil {
		return w.err
	}
	w.done += n
	if now := time.Now(); now.Sub(w.told) >= Every || w.done == w.total && n > 0 {
		w.told = now
		w.report(w.what, w.done, w.total)
	}
	w.err = w.ctx.Err()
	return w.err
}

// Err returns what Did has returned last.
func (w *Watch) Err() error {
	if w == nil {
		return nil
	}
	return w.err
}
