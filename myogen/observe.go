package myogen

import (
	"context"
	"time"

	"gomyogen/myogen/units"
)

// Observer follows the simulations that are given a context of [Observe]. Any of
// its functions may be nil.
type Observer struct {
	// Drawing learns several times a second of how many sources the connections
	// are drawn: before the first step, in [NewSimulation] too.
	Drawing func(done, total int)
	// Progress and Done learn of the runs of [Run].
	Progress func(done, total units.Time)
	Done     func(Experiment, *Result)
}

type observerKey struct{}

// Observe returns a context whose simulations report to o, beside the function
// that [Run] is given.
func Observe(ctx context.Context, o Observer) context.Context {
	return context.WithValue(ctx, observerKey{}, o)
}

// observed runs a simulation under the observer of a context, if it has one.
func (s *Simulation) observed(ctx context.Context, report func(done, total units.Time)) (*Result, error) {
	o, ok := ctx.Value(observerKey{}).(Observer)
	if !ok {
		return s.Run(ctx, report)
	}
	r, err := s.Run(ctx, func(done, total units.Time) {
		if o.Progress != nil {
			o.Progress(done, total)
		}
		if report != nil {
			report(done, total)
		}
	})
	if err == nil && o.Done != nil {
		o.Done(s.Experiment(), r)
	}
	return r, err
}

// drawing returns what is called after each source whose connections are drawn.
// It looks at the context at each, and reports to its observer now and then.
func (s *Simulation) drawing(ctx context.Context) func() error {
	o, _ := ctx.Value(observerKey{}).(Observer)
	done, total := 0, 0
	for _, c := range s.experiment.connections {
		total += s.pops[c.source].size
	}
	var told time.Time
	return func() error {
		done++
		if now := time.Now(); o.Drawing != nil && (now.Sub(told) >= lookUp || done == total) {
			told = now
			o.Drawing(done, total)
		}
		return ctx.Err()
	}
}
