package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// againKey is the key of the context that a second interruption cancels.
type againKey struct{}

// untilSignal returns a context that SIGINT, SIGTERM or SIGHUP cancels. A SIGINT
// after that gives up what is being saved ([saving]); a terminal that is closed may send
// the others twice. One more ends the program at once.
func untilSignal() (ctx context.Context, stop func()) {
	again, giveUp := context.WithCancel(context.Background())
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), againKey{}, again))
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		for s := range signals {
			switch {
			case ctx.Err() == nil:
				cancel()
			case s == os.Interrupt:
				signal.Stop(signals)
				giveUp()
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(signals)
		cancel()
		giveUp()
	}
}

// saving returns the context of what is saved: ctx or, when that was cancelled, one
// with its values that the next interruption cancels.
func saving(ctx context.Context) context.Context {
	if ctx.Err() == nil {
		return ctx
	}
	again, ok := ctx.Value(againKey{}).(context.Context)
	if !ok {
		return context.WithoutCancel(ctx)
	}
	return valued{again, ctx}
}

// valued is a context with the values of another.
type valued struct {
	context.Context
	values context.Context
}

func (v valued) Value(key any) any { return v.values.Value(key) }

// givenUp reports whether an error is that of a context that was cancelled.
func givenUp(err error) bool { return errors.Is(err, context.Canceled) }
