package membrane

import (
	"gomyogen/myogen/internal/cmath"
)

// Synapse describes a conductance that rises and falls with two time constants after
// each event (Exp2Syn; Carnevale and Hines 2006):
//
//	g(t) = w f (exp(-t/Tau2) - exp(-t/Tau1)),
//
// with f such that an event of weight w reaches a peak of w.
type Synapse struct {
	Dendrite   int     // index of the dendrite it sits on
	Inhibitory bool    // which connections reach it; E says what it does
	E          float64 // reversal potential, mV
	Tau1, Tau2 float64 // rise and decay, ms; Tau1 < Tau2
}

// Amount returns what an event of the given weight (uS) adds to both parts of
// the conductance, so that its peak is the weight.
func (s Synapse) Amount(weight float64) float64 { return float64(weight * s.factor()) }

func (s Synapse) factor() float64 {
	peak := (s.Tau1 * s.Tau2) / (s.Tau2 - s.Tau1) * cmath.Log(s.Tau2/s.Tau1) // ms after the event
	return 1 / (-cmath.Exp(-peak/s.Tau1) + cmath.Exp(-peak/s.Tau2))
}

// synapseConstants are those of a Synapse in a running cell.
type synapseConstants struct {
	e              float64 // mV
	decay1, decay2 float64 // share of a and of b that is gone after a step
}

// synapseState is a conductance b - a of two parts, in uS. An event adds to both.
type synapseState struct{ a, b float64 }

func newSynapse(s Synapse, dt float64) synapseConstants {
	return synapseConstants{e: s.E, decay1: gone(dt * (1 / s.Tau1)), decay2: gone(dt * (1 / s.Tau2))}
}

func (s *synapseState) conductance() float64 { return s.b - s.a }

// current adds the synaptic current
//
//	i = (b - a) (v - e)
//
// at v (mV) to a row; perArea is 100/area, from nA to mA/cm2.
func (s *synapseState) current(k *synapseConstants, r row, v, perArea float64) row {
	if absent(s.a, s.b) {
		return r
	}
	g := s.conductance()
	i := float64(g * (v - k.e)) // nA
	iProbe := float64(g * (v + probe - k.e))
	return row{r.rhs - float64(i*perArea), r.d + float64((iProbe-i)/probe*perArea)}
}

// advance lets the conductance decay for one step.
func (s *synapseState) advance(k *synapseConstants) {
	s.a -= float64(k.decay1 * s.a)
	s.b -= float64(k.decay2 * s.b)
}
