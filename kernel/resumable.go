//go:build !js

package kernel

import (
	"context"
	"fmt"
	"os"
	"strings"

	"gomyogen/kernel/env"
	"gomyogen/kernel/internal/keep"
)

// resumable is work in a folder of rows that goes on where it was stopped.
type resumable struct {
	bars *Bars
	yaml func() (string, error) // what decides the rows

	saveState, loadState func(path string) error
	made                 func() (int, error) // rows
	checkpoint           *keep.Checkpoint
	unsaved              error  // why there are no checkpoints, once it was said
	what                 string // "runs"
	at                   string // how far it is
}

// do opens a folder that goes away, fills it with the rows of an earlier cell,
// works, and keeps the rows if the work is partial then.
func (w *resumable) do(open func(dir string) error, work func(ctx context.Context) error, partial func() bool) error {
	title := w.bars.title
	c := w.bars.board.cell
	ctx, release := c.Context("") // first: without it the button ends the cell without a word
	defer release()
	text, err := w.yaml()
	if err != nil {
		return err
	}
	if w.checkpoint, err = c.Values.Checkpoint(title, text); err != nil {
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
	if err := w.checkpoint.Load(w.loadState); err != nil {
		fmt.Fprintf(os.Stderr, "kernel: %q starts anew, not where it was stopped: %v\n", title, err)
	}
	n, err := w.made()
	if err != nil {
		return err
	}
	w.bars.before(n)
	w.at = fmt.Sprintf("going on after %d %s", n, w.what)
	if err := work(ctx); err != nil {
		return err
	}
	if !partial() {
		w.bars.ends()
		if err := w.checkpoint.Remove(); err != nil {
			return fmt.Errorf("kernel: remove the state of %q: %w", title, err)
		}
		return nil
	}
	at := strings.Replace(w.at, "going on", "stopped", 1)
	c.Cut(title + " " + at)
	if err := w.checkpoint.Save(at, w.saveState); err != nil {
		fmt.Fprintf(os.Stderr, "kernel: %q: %s; it cannot go on from there: %v\n", title, at, err)
		return nil
	}
	c.Values.Told()
	fmt.Printf("%s: %s; kept and marked partial, run the cell again to go on\n", title, at)
	return nil
}

// progress notes how far the work is, and saves its rows when it is time to.
func (w *resumable) progress(done, total int) {
	w.at = fmt.Sprintf("going on after %d of %d %s", done, total, w.what)
	if w.unsaved == nil {
		if w.unsaved = w.checkpoint.SaveDue(w.at, w.saveState); w.unsaved != nil {
			fmt.Fprintf(os.Stderr, "kernel: %q: if the kernel dies, it cannot go on: %v\n", w.bars.title, w.unsaved)
		}
	}
}
