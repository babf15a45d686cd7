package population

import (
	"fmt"
	"slices"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/internal/state"
	"gomyogen/myogen/random"
)

// Neurons is cells with a membrane, synapses and an axon, of any model that the
// engine integrates.
type Neurons struct {
	Cells      []Membrane
	Contacts   []membrane.Synapse // of each cell
	AxonDelay  []float64          // ms, of each cell
	Background *Background        // nil is none
}

// Background is the fluctuating conductances of each cell.
type Background struct{ Excitatory, Inhibitory Fluctuation }

// Membranes implements [Plan].
func (n *Neurons) Membranes() []Membrane { return n.Cells }

// Earliest implements [Plan].
func (n *Neurons) Earliest() (fires, latency float64) { return 0, slices.Min(n.AxonDelay) }

// Generators implements [Plan]: they draw nothing that MyoGen draws.
func (n *Neurons) Generators() int { return 0 }

// Synapses implements [Synaptic].
func (n *Neurons) Synapses() []membrane.Synapse { return n.Contacts }

// Start implements [Plan].
func (n *Neurons) Start(e Env) Group {
	g := &neurons{Neurons: n, engine: e.Engine, first: e.First, sent: make([]int, len(n.Cells))}
	if n.Background == nil {
		_ = e.Watch.Did(len(n.Cells)) // it keeps the error
		return g
	}
	// The streams are named in every order of draws: MyoGen has none.
	for i := range n.Cells {
		if e.Watch.Did(1) != nil {
			break
		}
		b := &bombardment{
			n.Background.Excitatory.start(e.Engine.Dt), n.Background.Inhibitory.start(e.Engine.Dt),
			random.Stream(e.Seed, "background", e.Name, i),
		}
		g.bombardments = append(g.bombardments, b)
		g.neuron(i).Background = b.next
	}
	return g
}

type neurons struct {
	*Neurons
	engine       *engine.Engine
	first        int   // index in the engine
	sent         []int // of each cell: spikes passed on
	bombardments []*bombardment
}

func (g *neurons) neuron(i int) *engine.Neuron { return g.engine.Neurons[g.first+i] }

func (g *neurons) Ready() error                   { return nil }
func (g *neurons) Fire(Steps, Send)               {}
func (g *neurons) Latency(cell int) float64       { return g.AxonDelay[cell] }
func (g *neurons) Spikes(cell int) []engine.Spike { return g.neuron(cell).Spikes }

func (g *neurons) Collect(send Send) {
	for cell := range g.sent {
		spikes := g.neuron(cell).Spikes
		for _, spike := range spikes[g.sent[cell]:] {
			send(cell, spike)
		}
		g.sent[cell] = len(spikes)
	}
}

func (g *neurons) Save(w *state.Writer) error {
	for i := range g.sent {
		if err := w.Neuron(g.engine.State(g.first + i)); err != nil {
			return err
		}
	}
	for _, b := range g.bombardments {
		if err := b.save(w); err != nil {
			return err
		}
	}
	return nil
}

func (g *neurons) Restore(r *state.Reader) error {
	for i := range g.sent {
		n := g.neuron(i)
		s := r.Neuron(n.Kept())
		if r.Err == nil {
			r.Err = g.engine.SetState(g.first+i, s, r.Watch.Did)
		}
		if r.Err != nil {
			return fmt.Errorf("cell %d: %w", i, r.Err)
		}
		g.sent[i] = len(n.Spikes)
	}
	for i, b := range g.bombardments {
		if err := b.restore(r); err != nil {
			return fmt.Errorf("cell %d: %w", i, err)
		}
	}
	return nil
}
