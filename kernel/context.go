package kernel

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// ErrStopped is the cause of a context that the stop button cancelled.
var ErrStopped = errors.New("stopped")

// Context returns a context that is cancelled by the notebook's stop button
// (or Ctrl-C), with context.Cause ErrStopped. Once stopped, a cell has about
// 3 s to show what it has and to end by itself - it then counts as a success;
// 5 s after the button it is killed. The returned function releases the
// context:
//
//	ctx, stop := kernel.Context()
//	defer stop()
//	block, err := sim.Run(ctx, 15*units.S)
func Context() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	done := make(chan struct{})
	go func() {
		select {
		case <-signals:
			cancel(ErrStopped)
			boards.stop(time.Now())
			if !gonbui.IsNotebook {
				signal.Stop(signals) // a second Ctrl-C ends the program
			}
			// In a notebook one press of the button may arrive twice, from
			// Jupyter and from GoNB; the second one must not end the cell.
		case <-done:
		}
	}()
	var once sync.Once
	return ctx, func() {
		once.Do(func() {
			signal.Stop(signals)
			close(done)
		})
		cancel(context.Canceled)
	}
}
