// Package engine advances many cells through time: it delivers synaptic
// events, detects spikes and records traces, each cell on its own between two
// exchanges of spikes, so that neither the number of workers nor the length
// of an epoch changes a result.
package engine

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"

	"gomyogen/myogen/internal/membrane"
)

// Clock is simulated time. NEURON adds half a step twice, and what that rounds
// is part of every spike time.
type Clock struct {
	T  float64 // ms, at the start of the next step
	Dt float64 // ms
}

// Middle is the time at which a step takes its clamps and events.
func (c Clock) Middle() float64 { return c.T + c.Dt/2 }

// Next returns the clock one step on.
func (c Clock) Next() Clock { return Clock{T: c.Middle() + c.Dt/2, Dt: c.Dt} }

// Event is a synaptic event on its way to a cell.
type Event struct {
	At      float64 // ms
	Weight  float64 // uS
	Synapse int
	// Sent orders events that arrive at the same time as they were sent.
	Sent Order
}

// Order says when an event was sent: the step, the source in the order in
// which sources act within a step, and its connection.
type Order struct{ Step, Source, Connection int }

func (a Event) compare(b Event) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Sent.Step, b.Sent.Step),
		cmp.Compare(a.Sent.Source, b.Sent.Source), cmp.Compare(a.Sent.Connection, b.Sent.Connection))
}

// Spike is a spike of a cell: the step that detected it and its time in ms.
type Spike struct {
	Step int
	T    float64
}

// Trace is a recorded variable: one value before the first step and one after
// each.
type Trace struct {
	Value  func(membrane.Cell) float64
	Values []float64
}

// Neuron is one cell with what surrounds it.
type Neuron struct {
	Cell      membrane.Cell
	Threshold float64                                // mV, of the spike detector on the soma
	Clamp     func(step int, middle float64) float64 // current into the soma in nA; nil is none
	Traces    []*Trace
	Spikes    []Spike

	above  bool
	queue  []Event // in the order of arrival
	sorted bool
}

// Receive takes an event.
func (n *Neuron) Receive(e Event) {
	n.queue = append(n.queue, e)
	n.sorted = false
}

// advance takes the given number of steps. It fails when the membrane
// potential stops being a number.
func (n *Neuron) advance(c Clock, step, steps int) error {
	if !n.sorted {
		slices.SortStableFunc(n.queue, Event.compare)
		n.sorted = true
	}
	delivered := 0
	for range steps {
		if v := n.Cell.Voltage(0) - n.Threshold; v > 0 {
			if !n.above {
				n.above = true
				n.Spikes = append(n.Spikes, Spike{Step: step, T: c.T + detectorDelay})
			}
		} else {
			n.above = false
		}
		middle := c.Middle()
		for delivered < len(n.queue) && n.queue[delivered].At <= middle {
			e := &n.queue[delivered]
			n.Cell.Receive(e.Synapse, e.Weight)
			delivered++
		}
		clamp := 0.0
		if n.Clamp != nil {
			clamp = n.Clamp(step, middle)
		}
		n.Cell.Step(clamp)
		c = c.Next()
		step++
		for _, t := range n.Traces {
			t.Values = append(t.Values, t.Value(n.Cell))
		}
		if v := n.Cell.Voltage(0); math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("membrane potential is %v at %.1f ms", v, c.T)
		}
	}
	n.queue = append(n.queue[:0], n.queue[delivered:]...)
	return nil
}

// detectorDelay is what NEURON adds to the time of a detected spike, in ms.
const detectorDelay = 1e-10

// Engine is cells that run together.
type Engine struct {
	Clock
	Step    int // steps taken
	Neurons []*Neuron
	Workers int // > 0
}

// Start records the initial state.
func (e *Engine) Start() {
	for _, n := range e.Neurons {
		for _, t := range n.Traces {
			t.Values = append(t.Values, t.Value(n.Cell))
		}
	}
}

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
	errs := make([]error, len(e.Neurons))
	run := func(i int) { errs[i] = e.Neurons[i].advance(e.Clock, e.Step, steps) }
	if workers := min(e.Workers, len(e.Neurons)); workers > 1 {
		var wg sync.WaitGroup
		next := make(chan int)
		for range workers {
			wg.Go(func() {
				for i := range next {
					run(i)
				}
			})
		}
		for i := range e.Neurons {
			next <- i
		}
		close(next)
		wg.Wait()
	} else {
		for i := range e.Neurons {
			run(i)
		}
	}
	for range steps {
		e.Clock = e.Clock.Next()
	}
	e.Step += steps
	for i, err := range errs {
		if err != nil {
			return &CellError{Cell: i, Err: err}
		}
	}
	return nil
}
