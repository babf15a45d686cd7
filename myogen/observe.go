package myogen

import (
	"context"

	"gomyogen/myogen/units"
)

// Observer follows the runs of [Run] that are given a context of [Observe]. A function
// that is nil is not called.
type Observer struct {
	Progress func(done, total units.Time)
	Done     func(Experiment, *Result)
}

type observerKey struct{}

// Observe returns a context whose runs report to o, beside the function that [Run]
// is given.
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
