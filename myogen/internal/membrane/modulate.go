package membrane

import "slices"

// parameter is a conductance, or a share of one, that can change from step to
// step: the slots that are proportional to it. The first half of a step alone
// reads them, and no other slot is computed from them.
type parameter struct {
	name  string // its path in alpha_mn_default.yaml
	slots []int
}

var nerlabParameters = func() []parameter {
	var c nerlab
	p := func(name string, field *float64) parameter { return parameter{name, []int{slotIn(&c, field)}} }
	return []parameter{
		p("gamma", &c.gama),
		p("NERLab.soma.gnabar", &c.gna), p("NERLab.soma.gnapbar", &c.gnap), p("NERLab.soma.gkfbar", &c.gkf),
		p("NERLab.soma.gksbar", &c.gks), p("NERLab.soma.gl", &c.gl),
		p("NERLab.dendrite.gcaLbar", &c.gca), p("NERLab.dendrite.gl", &c.gld),
	}
}()

var powersParameters = func() []parameter {
	var c powers
	p := func(name string, fields ...*float64) parameter { return parameter{name, slotsIn(&c, fields)} }
	d := &c.dend
	return []parameter{
		p("gamma", &d[0].gCa, &d[1].gCa, &d[2].gCa, &d[3].gCa), p("lambda", &c.gNaps),
		p("Powers2017.soma.g_pas", &c.gPas), p("Powers2017.soma.gbar_na3rp", &c.gNa3rp), p("Powers2017.soma.gbar_naps", &c.gNaps),
		p("Powers2017.soma.gMax_kdrRL", &c.gKdr), p("Powers2017.soma.gcamax_mAHP", &c.gCa),
		p("Powers2017.soma.gkcamax_mAHP", &c.gKca), p("Powers2017.soma.ghbar_gh", &c.gH),
		p("Powers2017.dendrite.g_pas", &d[0].gPas, &d[1].gPas, &d[2].gPas, &d[3].gPas),
		p("Powers2017.dendrite.ghbar_gh", &d[0].gH, &d[1].gH, &d[2].gH, &d[3].gH),
		p("Powers2017.dendrite.gcabar_0", &d[0].gCa), p("Powers2017.dendrite.gcabar_1", &d[1].gCa),
		p("Powers2017.dendrite.gcabar_2", &d[2].gCa), p("Powers2017.dendrite.gcabar_3", &d[3].gCa),
	}
}()

// Modulated returns the paths of the parameters that [Cell.Modulator] knows.
func Modulated(d Description) []string {
	var names []string
	for _, p := range d.model().parameters {
		names = append(names, p.name)
	}
	return names
}

// Modulator returns a function that multiplies parameters of the cell by a
// factor each, from the next step on. Factors are those of what the cell was
// started with, not of the last call; two parameters may share a slot. It panics
// if there is no such parameter.
func (c Cell) Modulator(parameters []string) func(factors []float64) {
	type share struct {
		slot    int
		base    float64
		factors []int
	}
	var shares []share
	for i, name := range parameters {
		all := c.Block.model.parameters
		at := slices.IndexFunc(all, func(p parameter) bool { return p.name == name })
		if at < 0 {
			panic("membrane: no parameter " + name)
		}
		for _, slot := range all[at].slots {
			k := slices.IndexFunc(shares, func(s share) bool { return s.slot == slot })
			if k < 0 {
				k = len(shares)
				shares = append(shares, share{slot: slot, base: *c.Block.at(slot, c.Lane)})
			}
			shares[k].factors = append(shares[k].factors, i)
		}
	}
	return func(factors []float64) {
		for _, s := range shares {
			x := s.base
			for _, i := range s.factors {
				x *= factors[i]
			}
			c.each(func(lane int) { *c.Block.at(s.slot, lane) = x })
		}
	}
}
