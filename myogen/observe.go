package myogen

import (
	"context"

	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/units"
)

// Observer follows the simulations that are given a context of [Observe]. Any of
// its functions may be nil.
type Observer struct {
	// Starting learns several times a second how far what is no step of a run is:
	// what comes before the first step, in [NewSimulation] and [ResumeState] too
	// ("making membranes", "drawing connections"), what comes after the last one, and
	// [Simulation.SaveStateContext] and [Result.SaveContext] ("writing the state"). The
	// total is 0 where it is not known.
	Starting func(what string, done, total int)
	// Progress and Done learn of the runs of [Run].
	Progress func(done, total units.Time)
	Done     func(Experiment, *Result)
}

type observerKey struct{}

// Observe returns a context whose simulations report to o, beside the function
// that [Run] is given. It panics where ctx is nil.
func Observe(ctx context.Context, o Observer) context.Context {
	if ctx == nil {
		panic("myogen: " + errNoContext.Error())
	}
	return watch.With(context.WithValue(ctx, observerKey{}, o), o.Starting)
}

// observed runs a simulation under the observer of a context, if it has one. A complete
// run is gathered though it is stopped meanwhile: nobody could call Run again.
func (s *Simulation) observed(ctx context.Context, report func(done, total units.Time)) (*Result, error) {
	o, _ := ctx.Value(observerKey{}).(Observer)
	r, err := s.Run(ctx, func(done, total units.Time) {
		if o.Progress != nil {
			o.Progress(done, total)
		}
		if report != nil {
			report(done, total)
		}
	})
	if err != nil && s.ended() && ctx.Err() != nil {
		r, err = s.Run(context.WithoutCancel(ctx), nil)
	}
	if err == nil && o.Done != nil {
		o.Done(s.Experiment(), r)
	}
	return r, err
}

// beginDrawing counts the sources whose connections are to be drawn.
func (s *Simulation) beginDrawing(w *watch.Watch) {
	total := 0
	for _, c := range s.experiment.connections {
		total += s.pops[c.source].size
	}
	w.Begin("drawing connections", total)
}
