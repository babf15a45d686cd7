package engine

import (
	"cmp"
	"fmt"
	"slices"

	"gomyogen/myogen/internal/membrane"
)

// Clock is simulated time. NEURON adds half a step twice, and what that rounds
// is part of every spike time.
type Clock struct {
	T  float64 // ms, at the start of the next step
	Dt float64 // ms
}

// Middle is the time at which a step takes its clamps and events.
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
}

// Neuron is one cell with what surrounds it.
type Neuron struct {
	Cell  membrane.Cell
	Clamp func(step int, middle float64) float64 // current into the soma in nA; nil is none
	// Background returns the background conductances of the next step in uS; nil is none.
	Background func() (excitatory, inhibitory float64)
	Traces     []*Trace
	Spikes     []Spike
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
	events    []Event    // still to arrive
	due       []delivery // of the epoch
	begin     []float64  // ms, of each step of the epoch and of the one after
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

// Start records the initial state.
func (e *Engine) Start() {
	for _, n := range e.Neurons {
		for _, t := range n.Traces {
			t.Values = append(t.Values, t.Value())
		}
	}
}

// Send puts an event on its way. It must not be due before the next step.
func (e *Engine) Send(ev Event) { e.events = append(e.events, ev) }

// CellError is a cell that could not go on.
type CellError struct {
	Cell int // index in Neurons
	Err  error
}

func (e *CellError) Error() string { return fmt.Sprintf("cell %d: %v", e.Cell, e.Err) }
func (e *CellError) Unwrap() error { return e.Err }

// Advance takes steps steps with every cell. No event sent meanwhile may be
// due before they end.
func (e *Engine) Advance(steps int) error {
	e.times(steps)
	due := e.schedule(steps)
	for _, t := range e.tiles {
		t.begin(due)
	}
	e.team.run(e, steps)
	e.Clock, e.Step = Clock{T: e.begin[steps], Dt: e.Dt}, e.Step+steps
	return e.firstError()
}

// firstError returns the first error of the epoch in the order of the neurons.
func (e *Engine) firstError() error {
	first := 0
	for _, t := range e.tiles {
		for lane := range t.neurons {
			if err := t.errs[lane]; err != nil {
				return &CellError{Cell: first + lane, Err: err}
			}
		}
		first += len(t.neurons)
	}
	return nil
}

// times computes when each of the next steps and the one after begin.
func (e *Engine) times(steps int) {
	e.begin = e.begin[:0]
	c := e.Clock
	for range steps + 1 {
		e.begin = append(e.begin, c.T)
		c = c.Next()
	}
}

// delivery is an event in the step of the epoch that it acts in.
type delivery struct{ step, terminal int }

// schedule takes the events out that act in the next steps, in order.
func (e *Engine) schedule(steps int) []delivery {
	slices.SortFunc(e.events, Event.compare)
	due := e.due[:0]
	n := 0
	for k, t := range e.begin[:steps] {
		for middle := (Clock{t, e.Dt}).Middle(); n < len(e.events) && e.events[n].At <= middle; n++ {
			due = append(due, delivery{k, e.events[n].Terminal})
		}
	}
	e.events = append(e.events[:0], e.events[n:]...)
	e.due = due
	return due
}
