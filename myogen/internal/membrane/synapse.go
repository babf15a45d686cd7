package membrane

import (
	"math"

	"gomyogen/myogen/internal/cmath"
)

// Synapse describes a conductance that rises and falls with two time
// constants after each event (Exp2Syn; Carnevale and Hines 2006). An event of
// weight w reaches a peak of w.
type Synapse struct {
	Dendrite   int     // index of the dendrite it sits on
	E          float64 // reversal potential, mV
	Tau1, Tau2 float64 // rise and decay, ms; Tau1 < Tau2
}

// excitatoryAbove is the reversal potential in mV from which a synapse counts
// as excitatory, also on NERLab's scale, where the cell rests near 0 mV.
const excitatoryAbove = -40

// Excitatory tells whether events depolarise the cell.
func (s Synapse) Excitatory() bool { return s.E >= excitatoryAbove }

// synapse is a Synapse in a running cell.
type synapse struct {
	node    int
	e       float64 // mV
	perArea float64 // 100/area: from nA to mA/cm2
	factor  float64 // makes the peak of a unit event 1
	decay1  float64 // share of a that goes in one step
	decay2  float64 // share of b that goes in one step
	a, b    float64 // uS; the conductance is b - a
	g       float64 // uS, as used in the last step
}

func newSynapse(s Synapse, node int, area, dt float64) synapse {
	peak := (s.Tau1 * s.Tau2) / (s.Tau2 - s.Tau1) * math.Log(s.Tau2/s.Tau1) // ms after the event
	return synapse{
		node:    node,
		e:       s.E,
		perArea: 100 / area,
		factor:  1 / (-cmath.Exp(-peak/s.Tau1) + cmath.Exp(-peak/s.Tau2)),
		decay1:  1 - cmath.Exp(dt*(-1/s.Tau1)),
		decay2:  1 - cmath.Exp(dt*(-1/s.Tau2)),
	}
}

// receive takes an event of the given weight (uS).
func (s *synapse) receive(weight float64) {
	s.a += float64(weight * s.factor)
	s.b += float64(weight * s.factor)
}

// current adds the synaptic current to the cell's system.
func (s *synapse) current(c *cable) {
	v := c.v[s.node]
	s.g = s.b - s.a
	i := s.g * (v - s.e) // nA
	iProbe := s.g * (v + probe - s.e)
	c.rhs[s.node] -= float64(i * s.perArea)
	c.d[s.node] += float64((iProbe - i) / probe * s.perArea)
}

// advance lets the conductance decay for one step.
func (s *synapse) advance() {
	s.a -= float64(s.decay1 * s.a)
	s.b -= float64(s.decay2 * s.b)
}
