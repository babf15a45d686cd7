package engine

import (
	"fmt"
	"slices"
)

// State is everything a neuron needs to go on, but the events on their way,
// and what it has recorded.
type State struct {
	Cell   []float64 // of membrane.Cell
	Above  bool      // the spike detector's
	Spikes []Spike
	Traces [][]float64 // values of each trace
}

// State returns the state of neuron i: a copy, but of the values of its traces, which
// may be gigabytes and to which further steps only append.
func (e *Engine) State(i int) State {
	n := e.Neurons[i]
	s := State{Cell: n.Cell.State(), Above: e.tiles[e.tile[i]].above>>n.Cell.Lane&1 == 1, Spikes: slices.Clone(n.Spikes)}
	for _, t := range n.kept() {
		s.Traces = append(s.Traces, slices.Clip(t.Values))
	}
	return s
}

// kept returns the traces that are part of the neuron's state.
func (n *Neuron) kept() (all []*Trace) {
	for _, t := range n.Traces {
		if !t.Streamed {
			all = append(all, t)
		}
	}
	return all
}

// Kept returns how many traces are part of the neuron's state.
func (n *Neuron) Kept() int { return len(n.kept()) }

// SetState takes over the state of a neuron with the same parameters and traces. It
// calls look for each piece of a trace, whose error ends it.
func (e *Engine) SetState(i int, s State, look func(n int) error) error {
	n := e.Neurons[i]
	kept := n.kept()
	if len(s.Traces) != len(kept) {
		return fmt.Errorf("a state of %d traces, the neuron has %d", len(s.Traces), len(kept))
	}
	if err := n.Cell.SetState(s.Cell); err != nil {
		return err
	}
	above := &e.tiles[e.tile[i]].above
	*above &^= 1 << n.Cell.Lane
	if s.Above {
		*above |= 1 << n.Cell.Lane
	}
	n.Spikes = s.Spikes
	for i, t := range kept {
		t.Values = t.Values[:0] // with its room for the whole run
		for piece := range slices.Chunk(s.Traces[i], pieceSize) {
			if err := look(0); err != nil {
				return err
			}
			t.Values = append(t.Values, piece...)
		}
	}
	for _, t := range n.Traces {
		if t.Streamed {
			t.Values = t.Values[:0]
		}
	}
	return nil
}

// pieceSize is the number of samples that are copied at once, 1 MB.
const pieceSize = 1 << 17

// Events returns the events on their way.
func (e *Engine) Events() []Event { return slices.Clone(e.events) }
