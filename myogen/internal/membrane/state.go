package membrane

import (
	"fmt"
	"math"
)

// The state of a cell is everything its next step depends on besides its
// parameters, as numbers in this order:
//
//	NERLab      voltage of nodes 0 to 4 (mV): root, soma, its tip, dendrite, its
//	            tip; a and b of each synapse (uS); m, h, p, n, r; l
//	Powers2017  voltage of nodes 0 to 10 (mV): root, soma, its end, then
//	            dendrites 3 to 0 each with its tip; a and b of each synapse (uS);
//	            na3rp m and h, naps m, kdrRL m, mAHP mca, cai (mM) and n, gh n
//	            of the soma; of each dendrite gh n, L_Ca_inact m and h
//
// Saved runs hold such states: an order, once published, stays.

func (c *nerlab) variables() []*float64 {
	all := []*float64{&c.root, &c.vSoma, &c.vSomaTip, &c.vDend, &c.vDendTip}
	all = append(all, &c.excitation.a, &c.excitation.b, &c.inhibition.a, &c.inhibition.b)
	return append(all, &c.m, &c.h, &c.p, &c.n, &c.r, &c.l)
}

func (c *powers) variables() []*float64 {
	all := []*float64{&c.root, &c.vSoma, &c.end}
	for i := len(c.dends) - 1; i >= 0; i-- {
		all = append(all, &c.dends[i].v, &c.dends[i].vTip)
	}
	for i := range c.dends {
		d := &c.dends[i]
		all = append(all, &d.excitation.a, &d.excitation.b, &d.inhibition.a, &d.inhibition.b)
	}
	all = append(all, &c.m, &c.h, &c.naps, &c.kdr, &c.mca, &c.cai, &c.kca, &c.somaH)
	for i := range c.dends {
		all = append(all, &c.dends[i].h, &c.dends[i].caM, &c.dends[i].caH)
	}
	return all
}

// slotsIn returns the slots of fields of a cell.
func slotsIn[C any](cell *C, fields []*float64) []int {
	slots := make([]int, len(fields))
	for i, f := range fields {
		slots[i] = slotIn(cell, f)
	}
	return slots
}

// State returns a copy of everything that the next step depends on.
func (c Cell) State() []float64 {
	s := make([]float64, len(c.Block.model.variable))
	for i, slot := range c.Block.model.variable {
		s[i] = *c.Block.at(slot, c.Lane)
	}
	return s
}

// SetState takes over a state of a cell of the same model.
func (c Cell) SetState(s []float64) error {
	slots := c.Block.model.variable
	if len(s) != len(slots) {
		return fmt.Errorf("a state of %d numbers, the cell has %d", len(s), len(slots))
	}
	for i, x := range s {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("number %d of the state is %v", i, x)
		}
	}
	c.each(func(lane int) {
		for i, slot := range slots {
			*c.Block.at(slot, lane) = s[i]
		}
	})
	c.Block.look()
	return nil
}
