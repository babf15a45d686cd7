package kernel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"time"

	"gomyogen/kernel/internal/wire"
)

// ErrStopped is the cause of a context that the stop button cancelled.
var ErrStopped = errors.New("stopped")

// Context returns a context that is cancelled by the notebook's stop button
// (or Ctrl-C), with context.Cause ErrStopped. A stop ends the whole cell: the
// contexts that it asks for later are cancelled from the start. Once stopped,
// a cell has about 3 s to show what it has and to end by itself - it then
// counts as a success; 5 s after the button it is killed. What was computed
// with a context that was cancelled is taken for partial: it is not kept, and
// figures and tables say so, as with Show. The returned function releases the
// context:
//
//	ctx, stop := kernel.Context()
//	defer stop()
//	result, err := sim.Run(ctx, 15*units.S, nil)
func Context() (context.Context, context.CancelFunc) { return button.context(cutByContext) }

// button is the stop button of this program, which in a notebook is one cell.
var button = newStopButton()

func newStopButton() *stopButton { return &stopButton{contexts: map[context.Context]given{}} }

type stopButton struct {
	mu       sync.Mutex
	pressed  bool
	contexts map[context.Context]given // not released
	signals  chan os.Signal            // nil while nobody listens
}

// given is a context that somebody has.
type given struct {
	cancel context.CancelCauseFunc
	cuts   string // what is partial when it is cancelled; empty where its owner tells
}

func (b *stopButton) context(cut string) (context.Context, context.CancelFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ctx, cancel := context.WithCancelCause(context.Background())
	if b.pressed {
		cancel(ErrStopped)
		cuts.add(cut)
		return ctx, func() {}
	}
	b.contexts[ctx] = given{cancel, cut}
	b.listen()
	return ctx, func() {
		cancel(context.Canceled)
		b.release(ctx)
	}
}

// listen waits for the button.
func (b *stopButton) listen() {
	if b.signals != nil {
		return
	}
	signals := make(chan os.Signal, 1)
	b.signals = signals
	signal.Notify(signals, os.Interrupt)
	go func() {
		for range signals {
			b.press()
		}
	}()
}

func (b *stopButton) press() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pressed {
		return
	}
	b.pressed = true
	said := ""
	for _, c := range b.contexts {
		c.cancel(ErrStopped)
		cuts.add(c.cuts)
		said = cmp.Or(said, c.cuts)
	}
	b.ignore()
	boards.stop(time.Now())
	if said != "" {
		fmt.Println("Stopped: what the cell goes on to show is partial.")
	}
}

func (b *stopButton) release(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.contexts, ctx)
	if len(b.contexts) == 0 {
		b.ignore()
	}
}

// ignore gives Ctrl-C its usual effect back: it ends a program that looks at
// no context, or that did not end after the first one. In a notebook the
// button may be pressed between two runs of a sweep, and one press may arrive
// twice, from Jupyter and from GoNB; neither must end the cell before it has
// shown what it has. The kernel kills the one that goes on.
func (b *stopButton) ignore() {
	if wire.Notebook || b.signals == nil {
		return
	}
	signal.Stop(b.signals)
	close(b.signals)
	b.signals = nil
}
