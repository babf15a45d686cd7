package population

import (
	"fmt"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/internal/state"
	"gomyogen/myogen/random"
)

// Motor is motor neurons: membranes with synapses and an axon.
type Motor struct {
	Cells      []Membrane
	Contacts   []membrane.Synapse // of each cell
	AxonDelay  []float64          // ms, of each cell
	Background *Background        // nil is none
}

// Background is the fluctuating conductances of each cell.
type Background struct{ Excitatory, Inhibitory Fluctuation }

// Membranes implements [Plan].
func (m *Motor) Membranes() []Membrane { return m.Cells }

// Generators implements [Plan]: motor neurons draw nothing that MyoGen draws.
func (m *Motor) Generators() int { return 0 }

// Synapses implements [Synaptic].
func (m *Motor) Synapses() []membrane.Synapse { return m.Contacts }

// Start implements [Plan].
func (m *Motor) Start(e Env) Group {
	g := &motor{Motor: m, engine: e.Engine, first: e.First, sent: make([]int, len(m.Cells))}
	if m.Background == nil {
		return g
	}
	// The streams are named in every order of draws: MyoGen has none.
	for i := range m.Cells {
		b := &bombardment{
			m.Background.Excitatory.start(e.Engine.Dt), m.Background.Inhibitory.start(e.Engine.Dt),
			random.Stream(e.Seed, "background", e.Name, i),
		}
		g.bombardments = append(g.bombardments, b)
		g.neuron(i).Background = b.next
	}
	return g
}

type motor struct {
	*Motor
	engine       *engine.Engine
	first        int   // index in the engine
	sent         []int // of each cell: spikes passed on
	bombardments []*bombardment
}

func (g *motor) neuron(i int) *engine.Neuron { return g.engine.Neurons[g.first+i] }

func (g *motor) Ready(int) error                { return nil }
func (g *motor) Fire(Steps, Send)               {}
func (g *motor) Latency(cell int) float64       { return g.AxonDelay[cell] }
func (g *motor) Spikes(cell int) []engine.Spike { return g.neuron(cell).Spikes }

func (g *motor) Collect(send Send) {
	for cell := range g.sent {
		spikes := g.neuron(cell).Spikes
		for _, spike := range spikes[g.sent[cell]:] {
			send(cell, spike)
		}
		g.sent[cell] = len(spikes)
	}
}

func (g *motor) Save(w *state.Writer) error {
	for i := range g.sent {
		w.Neuron(g.engine.State(g.first + i))
	}
	for _, b := range g.bombardments {
		if err := b.save(w); err != nil {
			return err
		}
	}
	return nil
}

func (g *motor) Restore(r *state.Reader, steps int) error {
	for i := range g.sent {
		n := g.neuron(i)
		s := r.Neuron(n.Kept(), steps)
		if r.Err == nil {
			r.Err = g.engine.SetState(g.first+i, s)
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
