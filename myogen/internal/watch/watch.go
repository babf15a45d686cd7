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

type reportKey struct{}

// With returns a context whose Watches report to a function.
func With(ctx context.Context, report func(what string, done, total int)) context.Context {
	return context.WithValue(ctx, reportKey{}, report)
}

// Of returns a Watch of a context that reports to the function of [With], if the
// context has one.
func Of(ctx context.Context) *Watch {
	report, _ := ctx.Value(reportKey{}).(func(what string, done, total int))
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

// Part returns a Watch of one of the pieces of this one's work: it looks at the same
// context, and reports how far all of it is.
func (w *Watch) Part() *Watch {
	if w == nil {
		return nil
	}
	return &Watch{ctx: w.ctx, report: func(string, int, int) { w.report(w.what, w.done, w.total) }}
}

// Err returns what Did has returned last.
func (w *Watch) Err() error {
	if w == nil {
		return nil
	}
	return w.err
}

// While does a piece of work that cannot look at a context: it calls f, and reports
// until f returns. When the context is cancelled it returns its error at once, and f
// ends for nothing: f must only compute.
func (w *Watch) While(what string, f func() error) error {
	if w == nil {
		return f()
	}
	w.Begin(what, 0)
	if err := w.Did(0); err != nil {
		return err
	}
	return While(w.Did, f)
}

// While calls f in a goroutine of its own, and look(0) every 30 ms until f returns. It
// returns an error of look at once, though f still goes on. A panic of f is one of
// While.
func While(look func(n int) error, f func() error) error {
	type end struct {
		err      error
		panicked any
	}
	ended := make(chan end, 1)
	go func() {
		var e end
		defer func() {
			e.panicked = recover()
			ended <- e
		}()
		e.err = f()
	}()
	tick := time.NewTicker(Every)
	defer tick.Stop()
	for {
		select {
		case e := <-ended:
			if e.panicked != nil {
				panic(e.panicked)
			}
			return e.err
		case <-tick.C:
			if err := look(0); err != nil {
				return err
			}
		}
	}
}
