package engine

import "fmt"

// State is everything a neuron needs to go on, and what it has recorded.
type State struct {
	Cell   []float64 // of membrane.Cell
	Above  bool      // the spike detector's
	Queue  []Event   // events that have not arrived
	Spikes []Spike
	Traces [][]float64 // values of each trace
}

// State returns a copy of the neuron's state.
func (n *Neuron) State() State {
	s := State{Cell: n.Cell.State(), Above: n.above, Queue: append([]Event(nil), n.queue...), Spikes: append([]Spike(nil), n.Spikes...)}
	for _, t := range n.Traces {
		s.Traces = append(s.Traces, append([]float64(nil), t.Values...))
	}
	return s
}

// SetState takes over a state of a neuron with the same parameters and traces.
func (n *Neuron) SetState(s State) error {
	if len(s.Traces) != len(n.Traces) {
		return fmt.Errorf("a state of %d traces, the neuron has %d", len(s.Traces), len(n.Traces))
	}
	if err := n.Cell.SetState(s.Cell); err != nil {
		return err
	}
	n.above, n.queue, n.sorted, n.Spikes = s.Above, s.Queue, false, s.Spikes
	for i, t := range n.Traces {
		t.Values = s.Traces[i]
	}
	return nil
}

// Name says what does the arithmetic. It is the same to the last bit whatever
// its name.
const Name = "scalar Go"
