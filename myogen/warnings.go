package myogen

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"

	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/internal/population"
	"gomyogen/myogen/units"
)

// warnings returns what a run does that its experiment may not mean: currents
// and spikes outside the run, and rates that the time step cannot follow.
func (r *resolved) warnings(drives []*driveRate) []string {
	var all []string
	warn := func(words string, args ...any) { all = append(all, fmt.Sprintf(words, args...)) }
	if r.Duration < shortRun {
		warn("the run lasts %v, and cells settle for some 50 ms: a number without a unit is in ms", r.Duration)
	}
	for _, c := range r.Connections {
		if c.Weight > strongWeight {
			warn("%s: the weight is %v, far above the tutorials' 0.15 uS: a number without a unit is in uS", c.words(), c.Weight)
		}
		fires, latency := r.earliest(c.Source)
		switch delay := delayOr(c.Delay); {
		case delay >= r.Duration:
			warn("%s: the delay is %v, so that no spike arrives before the end of the run at %v", c.words(), delay, r.Duration)
		case fires >= r.Duration || latency >= r.Duration: // that is told elsewhere
		case fires+latency+delay >= r.Duration && fires > 0:
			warn("%s: the first spike of %q is at %v, its latency is %v and the delay %v, so that no spike arrives before the end of the run at %v",
				c.words(), c.Source, fires, latency, delay, r.Duration)
		case fires+latency+delay >= r.Duration:
			warn("%s: the latency of %q is %v and the delay %v, so that no spike arrives before the end of the run at %v",
				c.words(), c.Source, latency, delay, r.Duration)
		case delay < r.step():
			warn("%s: the delay is %v, and spikes arrive at the next of the steps of %v", c.words(), delay, r.step())
		}
	}
	all = append(all, r.twice()...)
	all = append(all, r.unreached()...)
	for _, f := range r.Force {
		if text := tooEarly(f.window(r.Duration), r.Duration); text != "" {
			warn("%s: its statistics are from %v to %v: %s", f.words(), f.Start, f.window(r.Duration), text)
		}
	}
	for i, x := range r.Inputs {
		for _, text := range shapeWarnings(x.Shape, r.Duration, r.step(), 0) {
			warn("%s: %s", x.words(), text)
		}
		if x.Latency >= r.Duration {
			warn("%s: %s", x.words(), lateLatency(x.Latency, r.Duration))
		}
		highest := r.highest[i] + float64(3*x.Noise)
		if d := drives[i]; d.values != nil {
			highest = slices.Max(d.values)
		} else {
			warn("%s: its rate is not recorded: it has %d samples, at most %d are", x.words(), d.n, maxRecorded)
		}
		shape := 1.0 // of a Poisson process
		if p, ok := r.plans[r.targets[i]].Population.(interface{ shape() float64 }); ok {
			shape = p.shape()
		}
		if lost := lostShare(highest, shape, r.step()); lost > worthTelling {
			warn("%s: at %.4g pps the neurons of %q lose %.1f %% of their spikes: a neuron fires at most once in a step, of %v",
				x.words(), highest, x.Target, 100*lost, r.step())
		}
	}
	for _, in := range r.Inject {
		shape, at := in.Shape, units.Time(0)
		if shape == nil { // a pulse is on in the steps whose middle is in it
			shape, at = Step[units.Current]{Start: in.Start, Duration: in.Duration}, r.step()/2
		}
		for _, text := range shapeWarnings(shape, r.Duration, r.step(), at) {
			warn("%s: %s", in.words(), text)
		}
	}
	for _, m := range r.Modulate {
		for _, text := range shapeWarnings(m.Shape, r.Duration, r.step(), 0) {
			warn("%s: %s", m.words(), text)
		}
	}
	scheme := membrane.Scheme{Dt: float64(r.step()), SecondOrder: r.Method == CrankNicolson}
	for _, p := range r.plans {
		if p.cells != nil {
			if largest := membrane.LargestStep(p.cells[0].Description, scheme); scheme.Dt > largest {
				warn("population %q: at steps of %v, %v, cells may fire at a wrong rate or not at all; up to %v they are right within 5 %%",
					p.name, r.step(), r.Method, units.Time(largest))
			}
		}
		if w, ok := p.Population.(interface{ warnings(units.Time) []string }); ok {
			for _, text := range w.warnings(r.Duration) {
				warn("population %q: %s", p.name, text)
			}
		}
	}
	return all
}

// earliest returns the earliest time at which a population can fire, and the least time
// from a spike to the terminals of its axons.
func (r *resolved) earliest(population string) (fires, latency units.Time) {
	at, err := r.find(population)
	if err != nil {
		return 0, 0 // resolve has seen to it
	}
	first, least := r.plans[at].Earliest()
	fires, latency = units.Time(first), units.Time(least)
	for _, x := range r.Inputs {
		if x.Target == population {
			latency = delayOr(x.Latency)
		}
	}
	return fires, latency
}

func (r *resolved) step() units.Time { return stepOr(r.Step) }

// shortRun and strongWeight are what is more likely a missing unit than meant.
const (
	shortRun     = 20 * units.Ms
	strongWeight = 10 * units.MicroSiemens
)

// tooEarly says that something ends so early in a run that its unit is likely missing:
// in its first hundredth, before cells have settled.
func tooEarly(stop, end units.Time) string {
	if stop >= shortRun || 100*stop > end {
		return ""
	}
	return fmt.Sprintf("all is over at %v of %v: a number without a unit is in ms", stop, end)
}

// twice returns warnings of connections that are given more than once, and of pairs
// within one. Connections that differ in a field are meant.
func (r *resolved) twice() (all []string) {
	alike := map[string][]int{} // connections without their pairs: the first of each list of pairs
	count := make([]int, len(r.Connections))
	for i, c := range r.Connections {
		pairs := c.Pairs
		c.Pairs, c.Delay = nil, delayOr(c.Delay)
		values := fmt.Sprintf("%q", c)
		same := slices.IndexFunc(alike[values], func(first int) bool { return slices.Equal(r.Connections[first].Pairs, pairs) })
		if same < 0 {
			same = len(alike[values])
			alike[values] = append(alike[values], i)
		}
		count[alike[values][same]]++
	}
	for i, n := range count {
		if n > 1 {
			all = append(all, fmt.Sprintf("%s: it is given %d times with the same values, and counts %d times", r.Connections[i].words(), n, n))
		}
	}
	for _, c := range r.Connections {
		if len(c.Pairs) > mostListed {
			continue
		}
		listed, again := map[Link]bool{}, []Link(nil)
		for _, l := range c.Pairs {
			if listed[l] {
				again = append(again, l)
			}
			listed[l] = true
		}
		if len(again) > 0 {
			all = append(all, fmt.Sprintf("%s: %d of its %d pairs stand in the list before, as cell %d to cell %d, and count again",
				c.words(), len(again), len(c.Pairs), again[0].Source, again[0].Target))
		}
	}
	return all
}

// mostListed is how many pairs are looked through for one that stands twice. Longer
// lists are not written by hand.
const mostListed = 100_000

// unreached returns warnings of populations that are left out of a network: motor
// neurons without any input and, where there are motor neurons, drive neurons that reach
// none. Given spikes may stand alone, to be compared.
func (r *resolved) unreached() (all []string) {
	leads, reached, motor := map[int]bool{}, map[int]bool{}, false
	for _, c := range r.connections {
		leads[c.source], reached[c.target] = true, true
	}
	for _, in := range r.Inject {
		if i, err := r.find(in.Population); err == nil {
			reached[i] = true
		}
	}
	for _, p := range r.plans {
		motor = motor || p.cells != nil
	}
	for i, p := range r.plans {
		pool, isPool := p.Population.(AlphaMNPool)
		_, driven := p.Plan.(population.Driven)
		switch {
		case isPool && !reached[i] && pool.Background == nil:
			all = append(all, fmt.Sprintf("population %q: its motor neurons have no input: no connection, injection or background", p.name))
		case driven && motor && !leads[i]:
			all = append(all, fmt.Sprintf("population %q: its neurons are connected to none", p.name))
		}
	}
	return all
}

// worthTelling is the share of spikes that may be lost without a word.
const worthTelling = 0.02

// lostShare is the share of its spikes that a neuron of a rate in pps loses to the
// time step, whose intervals have a gamma distribution of a shape: 1 for a Poisson
// process, the order for Erlang's. With x = rate step, an interval of T/rate takes
// ceil(T/x) steps and not T/x, and ceil(T/x) has the mean sum over n of P(T > n x).
// A share that is not worth telling is returned as 0.
func lostShare(rate, shape float64, step units.Time) float64 {
	x := rate * step.Seconds()
	if !(x > worthTelling) { // the share is below x
		return 0
	}
	mean := 0.0
	for n := 0.0; ; n++ {
		p := mathext.GammaIncRegComp(shape, float64(shape*n)*x)
		if mean += p; p < 1e-9 {
			return 1 - 1/float64(x*mean)
		}
	}
}

// lateness says what of a shape lies after the end of a run, of those shapes that
// end or begin: they have a method late.
func lateness[Q Quantity](s Shape[Q], end units.Time) string {
	if s, ok := s.(interface{ late(end units.Time) string }); ok {
		return s.late(end)
	}
	return ""
}

// tooFast says that the time step cannot follow a periodic shape, one with a method
// frequency: it aliases above half the sampling rate.
func tooFast[Q Quantity](s Shape[Q], step units.Time) string {
	periodic, ok := s.(interface{ frequency() units.Frequency })
	if !ok {
		return ""
	}
	if f, most := periodic.frequency(), units.Frequency(0.5/step.Seconds()); f > most {
		return fmt.Sprintf("steps of %v cannot follow %v, at most %v", step, f, most)
	}
	return ""
}

// tooShort says that a shape which lasts for some time, one with a method lasting, is
// seen for another time, or not at all: it is sampled in each step, at a time after the
// step's begin.
func tooShort[Q Quantity](s Shape[Q], step, at units.Time) string {
	brief, ok := s.(interface {
		lasting() (start, duration units.Time)
	})
	if !ok {
		return ""
	}
	start, duration := brief.lasting()
	const rounding = 1e-6 // of a step
	first := math.Ceil(float64((start-at)/step) - rounding)
	n := math.Ceil(float64((start+duration-at)/step)-rounding) - max(first, 0)
	seen := units.Time(n * float64(step)) // not fused with what follows
	switch _, sharp := s.(Step[Q]); {
	case !(duration > 0):
		return "it lasts 0 ms, and does nothing"
	case n < 1:
		return fmt.Sprintf("it lasts %v from %v, between two samples: with steps of %v it does nothing", duration, start, step)
	case sharp && math.Abs(float64(seen-duration)) > worthTelling*float64(duration):
		return fmt.Sprintf("it lasts %v, and %v with steps of %v", duration, seen.Round(units.Us/1000), step)
	}
	return ""
}

// early says that the whole course of a shape, of one with a method course, is at the
// begin of a run.
func early[Q Quantity](s Shape[Q], end units.Time) string {
	if s, ok := s.(interface{ course() units.Time }); ok {
		return tooEarly(s.course(), end)
	}
	return ""
}

// shapeWarnings returns what of a shape a run does not show, whose values are taken at
// a time after the begin of each step.
func shapeWarnings[Q Quantity](s Shape[Q], end, step, at units.Time) (all []string) {
	for _, text := range []string{lateness(s, end), tooFast(s, step), tooShort(s, step, at), early(s, end)} {
		if text != "" {
			all = append(all, text)
		}
	}
	return all
}
