//go:build !js

package kernel

import (
	"context"
	"fmt"
	"os"
	"strings"

	"gomyogen/kernel/env"
)

// resumable is work in a folder of rows that goes on where it was stopped.
type resumable struct {
	bars *Bars
	yaml func() (string, error) // what decides the rows

	ctx       context.Context // that the stop button cancels
	saveState func(ctx context.Context, path string) error
	loadState func(path string) error
	made      func() (int, error) // rows
	goOn      *continuation
	what      string // "runs"
	total     int    // rows at most
	each      int    // runs of a row
	at        string // how far it is
	done      int    // rows
}

// do opens a folder that goes away, fills it with the rows of an earlier cell,
// works, and keeps the rows if the work is partial then.
func (w *resumable) do(open func(dir string) error, work func(ctx context.Context) error, partial func() bool) error {
	title := w.bars.title
	c := cellOf(w.bars.board)
	ctx, release := c.Context("") // first: without it the button ends the cell without a word
	defer release()
	w.ctx = ctx
	text, err := w.yaml()
	if err != nil {
		return err
	}
	if w.goOn, err = newContinuation(c, title, text); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(os.Getenv(env.GoNBDir), "rows-") // where a killed kernel's files are swept up
	if err != nil {
		return fmt.Errorf("kernel: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := open(dir); err != nil {
		return err
	}
	if err := w.goOn.state.Load(w.loadState, func(int, int) error { return ctx.Err() }); err != nil {
		w.goOn.anew(err)
	}
	n, err := w.made()
	if err != nil {
		return err
	}
	w.bars.before(n * w.each)
	w.at, w.done = fmt.Sprintf("going on after %d %s", n, w.what), n
	if err := work(ctx); err != nil {
		return err
	}
	if !partial() {
		w.bars.ends()
		return w.goOn.done()
	}
	w.goOn.stopped(strings.Replace(w.at, "going on", "stopped", 1), float64(w.done), float64(w.total), func(path string) error {
		return w.saveState(context.WithoutCancel(ctx), path)
	}, nil)
	return nil
}

// progress notes how far the work is, and saves its rows when it is time to.
func (w *resumable) progress(done, total int) {
	w.at = fmt.Sprintf("going on after %d of %d %s", done, total, w.what)
	w.done = done
	w.goOn.due(w.at, float64(done), func(path string) error { return w.saveState(w.ctx, path) }, func(int, int) error { return w.ctx.Err() })
}
