package membrane

// Cell is one motor neuron while it runs.
type Cell interface {
	// Settle puts every compartment at v (mV) and every gate at its steady
	// state there, and empties the synapses.
	Settle(v float64)
	// Step advances by one time step with the current clamp (nA) into the soma.
	Step(clamp float64)
	// Receive takes a synaptic event: synapse is an index of the cell's
	// Synapses, weight a conductance in uS.
	Receive(synapse int, weight float64)
	// Voltage returns the potential in mV of compartment 0, the soma, or 1...,
	// the dendrites.
	Voltage(compartment int) float64
	// Conductance returns the conductance in uS that a synapse had in the last step.
	Conductance(synapse int) float64
	// Gates returns the gates of a compartment by the name of their channel.
	Gates(compartment int) map[string]float64
	// State returns a copy of everything that the next step depends on;
	// SetState takes it over. The order of the numbers is in state.go.
	State() []float64
	SetState([]float64) error
}

// body is what both models share: the cable, the synapses and the clamp.
type body struct {
	cable
	dt       float64 // ms
	node     []int   // node[0] is the soma's centre, the rest the dendrites'
	perSoma  float64 // 100/area of the soma: from nA to mA/cm2
	synapses []synapse
}

func (b *body) Receive(synapse int, weight float64) { b.synapses[synapse].receive(weight) }
func (b *body) Voltage(compartment int) float64     { return b.v[b.node[compartment]] }
func (b *body) Conductance(synapse int) float64     { return b.synapses[synapse].g }

func (b *body) settle(v float64) {
	b.cable.settle(v)
	for i := range b.synapses {
		s := &b.synapses[i]
		s.a, s.b, s.g = 0, 0, 0
	}
}

// inject adds a current (nA) into the soma.
func (b *body) inject(clamp float64) { b.rhs[b.node[0]] += float64(clamp * b.perSoma) }
