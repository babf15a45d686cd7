package membrane

import (
	"fmt"
	"math"
)

// The state of a cell is everything its next step depends on besides its
// parameters, as numbers in this order:
//
//	NERLab      voltage of nodes 0 to 4 (mV); a and b of each synapse (uS);
//	            m, h, p, n, r; l
//	Powers2017  voltage of nodes 0 to 10 (mV); a and b of each synapse (uS);
//	            na3rp m and h, naps m, kdrRL m, mAHP mca, cai (mM) and n, gh n
//	            of the soma; of each dendrite gh n, L_Ca_inact m and h
//
// Nodes are in the order in which Start adds them. Saved runs hold such
// states: an order, once published, stays.

// variables returns the variables that both models have.
func (b *body) variables() []*float64 {
	var all []*float64
	for i := range b.v[:b.n] {
		all = append(all, &b.v[i])
	}
	for i := range b.synapses {
		all = append(all, &b.synapses[i].a, &b.synapses[i].b)
	}
	return all
}

func (c *nerlab) variables() []*float64 {
	return append(c.body.variables(), &c.m, &c.h, &c.mp, &c.n, &c.r, &c.l)
}

func (c *powers) variables() []*float64 {
	all := append(c.body.variables(), &c.m, &c.h, &c.naps, &c.kdr, &c.mca, &c.cai, &c.kca, &c.somaH)
	for i := range c.p.Dendrites {
		all = append(all, &c.dendH[i], &c.caM[i], &c.caH[i])
	}
	return all
}

func (c *nerlab) State() []float64           { return state(c.variables()) }
func (c *nerlab) SetState(s []float64) error { return setState(c.variables(), s) }
func (c *powers) State() []float64           { return state(c.variables()) }
func (c *powers) SetState(s []float64) error { return setState(c.variables(), s) }

func state(variables []*float64) []float64 {
	s := make([]float64, len(variables))
	for i, x := range variables {
		s[i] = *x
	}
	return s
}

func setState(variables []*float64, s []float64) error {
	if len(s) != len(variables) {
		return fmt.Errorf("a state of %d numbers, the cell has %d", len(s), len(variables))
	}
	for i, x := range s {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("number %d of the state is %v", i, x)
		}
	}
	for i, x := range variables {
		*x = s[i]
	}
	return nil
}
