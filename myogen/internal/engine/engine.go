package engine

import (
	"cmp"
	"slices"
	"time"

	"gomyogen/myogen/internal/membrane"
)

// Clock is simulated time. Like NEURON it adds half a step twice; the rounding is part
// of every spike time.
type Clock struct {
	T  float64 // ms, at the start of the next step
	Dt float64 // ms
}

// Middle returns the time in ms at which a step takes its clamps and events.
func (c Clock) Middle() float64 { return c.T + float64(c.Dt/2) }

// Next returns the clock one step on.
func (c Clock) Next() Clock { return Clock{T: c.Middle() + float64(c.Dt/2), Dt: c.Dt} }

// Event is a spike on its way to a terminal.
type Event struct {
	At       float64 // ms, of its arrival
	Terminal int
	// Step and Source say when it was sent: the step, and the source in the
	// order in which sources act within a step. Events that arrive at the same
	// time act in the order in which they were sent.
	Step, Source int
}

func (a Event) compare(b Event) int {
	switch {
	case a.At < b.At:
		return -1
	case a.At > b.At:
		return 1
	}
	return cmp.Or(cmp.Compare(a.Step, b.Step),
		cmp.Compare(a.Source, b.Source), cmp.Compare(a.Terminal, b.Terminal))
}

// Spike is a spike of a cell: the step that detected it and its time in ms.
type Spike struct {
	Step int
	T    float64
}

// Trace is a recorded variable: one value before the first step and one after
// each.
type Trace struct {
	Value  func() float64
	Values []float64
	// Streamed says that somebody takes the values away while the run goes on:
	// they are no part of a neuron's state.
	Streamed bool
}

// Neuron is one cell with what surrounds it.
type Neuron struct {
	Cell  membrane.Cell
	Clamp func(step int, middle float64) float64 // current into the soma in nA; nil is none
	// Background returns the background conductances of the next step in uS; nil is none.
	Background func() (excitatory, inhibitory float64)
	// Modulate sets parameters of the cell for a step; nil is none.
	Modulate func(step int)
	Traces   []*Trace
	Spikes   []Spike
}

// detectorDelay is what NEURON adds to the time of a detected spike, in ms.
const detectorDelay = 1e-10

// Engine is cells that run together.
type Engine struct {
	Clock
	Step    int // steps taken
	Neurons []*Neuron
	Workers int // > 0

	tiles     []*tile
	groups    []*group
	team      team
	tile      []int32 // of each neuron
	terminals []terminal
	events    []Event // still to arrive

	stepTime time.Duration // of the last epoch

	// Of the epoch.
	begin  []float64 // ms, of each step and of the one after
	middle []float64 // ms, of each step

	// Memory that schedule uses again.
	due, unordered []delivery
	next           []int
}

// New returns an engine of cells that are ready to be settled.
func New(cells []membrane.Cell, dt float64, workers int) *Engine {
	e := &Engine{Clock: Clock{Dt: dt}, Workers: workers, Neurons: make([]*Neuron, len(cells)), tile: make([]int32, len(cells))}
	neurons := make([]Neuron, len(cells))
	for i, c := range cells {
		neurons[i].Cell = c
		e.Neurons[i] = &neurons[i]
	}
	for i, c := range cells {
		if c.Lane == 0 {
			e.tiles = append(e.tiles, &tile{number: len(e.tiles), block: c.Block, neurons: e.Neurons[i : i+c.Block.Used]})
		}
		e.tile[i] = int32(len(e.tiles) - 1)
	}
	e.groups = groups(e.tiles)
	return e
}

// Start records the initial state. It calls look for each neuron, whose error ends it.
func (e *Engine) Start(look func(n int) error) error {
	for _, n := range e.Neurons {
		if err := look(1); err != nil {
			return err
		}
		for _, t := range n.Traces {
			t.Values = append(t.Values, t.Value())
		}
	}
	return nil
}

// Send puts an event on its way. It must not be due before the next step.
func (e *Engine) Send(ev Event) { e.events = append(e.events, ev) }

// Advance takes steps steps with every cell. No event sent meanwhile may be
// due before they end.
func (e *Engine) Advance(steps int) error {
	if steps == 0 {
		return nil
	}
	start := time.Now()
	e.times(steps)
	due := e.schedule(steps)
	for _, t := range e.tiles {
		t.begin(due)
	}
	e.team.run(e, steps)
	e.Clock, e.Step = Clock{T: e.begin[steps], Dt: e.Dt}, e.Step+steps
	e.stepTime = max(time.Since(start)/time.Duration(steps), 1)
	if f := e.firstFault(); f != nil {
		return f
	}
	return nil
}

// StepTime returns about how long a step takes, at least 1 ns: the mean of the last
// epoch or, before the first one, a guess that is too long rather than too short. A
// caller who wants to look up after some wall time chooses by it the steps of the
// next epoch. What an epoch costs beside its steps is some per cent from 16 steps on.
func (e *Engine) StepTime() time.Duration {
	const guess = 600 * time.Nanosecond // a Powers 2017 cell with Go kernels on a slow processor
	if e.stepTime == 0 {
		return max(guess*time.Duration(len(e.Neurons)), 1)
	}
	return e.stepTime
}

// times computes when each of the next steps and the one after begin, and their
// middles.
func (e *Engine) times(steps int) {
	e.begin, e.middle = e.begin[:0], e.middle[:0]
	c := e.Clock
	for range steps {
		e.begin, e.middle = append(e.begin, c.T), append(e.middle, c.Middle())
		c = c.Next()
	}
	e.begin = append(e.begin, c.T)
}

// delivery is an event in the step of the epoch that it acts in.
type delivery struct {
	step int
	Event
}

// schedule takes the events out that act in the next steps, in order: it sorts them
// by step, and then the few that share one.
func (e *Engine) schedule(steps int) []delivery {
	due, later := e.unordered[:0], e.events[:0]
	next := append(e.next[:0], make([]int, steps+1)...) // place of the next event of each step
	for _, ev := range e.events {
		k := Locate(e.middle, ev.At)
		if k == steps {
			later = append(later, ev)
			continue
		}
		due = append(due, delivery{k, ev})
		next[k+1]++
	}
	for k := range steps {
		next[k+1] += next[k]
	}
	ordered := slices.Grow(e.due[:0], len(due))[:len(due)]
	for _, d := range due {
		ordered[next[d.step]] = d
		next[d.step]++
	}
	first := 0
	for _, end := range next[:steps] {
		if end > first+1 {
			slices.SortFunc(ordered[first:end], func(a, b delivery) int { return a.compare(b.Event) })
		}
		first = end
	}
	e.events, e.unordered, e.due, e.next = later, due, ordered, next
	return ordered
}

// Locate returns the index of the first of some rising times that is not before
// t, or their number. Unlike a binary search it takes the times to be nearly
// equidistant, and is done at the first guess.
func Locate(times []float64, t float64) int {
	last := len(times) - 1
	if last < 0 {
		return 0
	}
	k := 0
	if share := (t - times[0]) / (times[last] - times[0]); share > 0 {
		k = int(min(share, 1) * float64(last))
	}
	for k > 0 && times[k-1] >= t {
		k--
	}
	for k <= last && times[k] < t {
		k++
	}
	return k
}
