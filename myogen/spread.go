package myogen

import (
	"fmt"

	"gomyogen/myogen/internal/cmath"
	"gomyogen/myogen/internal/fields"
)

// spread gives each cell of a pool its place in the configured ranges.
type spread struct {
	model      Model
	ranges     Parameters
	thresholds []float64
	n          int
	err        error // the first
}

// first returns a parameter that holds for every cell.
func (s *spread) first(path string) float64 { return s.ranges[path].First }

// at returns the value of a parameter for cell i.
func (s *spread) at(path string, i int) float64 {
	x := s.inRange(path, i)
	if err := checkParameter(path, x); err != nil && s.err == nil {
		s.err = fmt.Errorf("cell %d: %w", i, err)
		if s.thresholds != nil {
			s.err = fields.At("thresholds", fmt.Errorf("%w; its threshold is %v, the ranges are for 0 to 1", s.err, s.thresholds[i]))
		}
	}
	return x
}

func (s *spread) inRange(path string, i int) float64 {
	r := s.ranges[path]
	switch {
	case r.First == r.Last:
		return r.First
	case s.thresholds == nil:
		return s.curved(path, r, i)
	case r.Reversed:
		return float64(s.thresholds[i]*(r.First-r.Last)) + r.Last
	}
	return float64(s.thresholds[i]*(r.Last-r.First)) + r.First
}

// curved returns the value for cell i of a pool without thresholds: the
// exponential from First to Last over x = 0..4 that has gone the share k of
// the way at x = 2,
//
//	rising   first + (last-first) k/(q-1) (exp(beta x) - 1), q = 1/k - 1, beta = ln(q)/2
//	falling  first + (first-last) (1-k)/(1-p) (exp(-beta x) - 1), p = k/(1-k), beta = -ln(p)/2
//
// with k = curve (Powers2017) or 1/curve (NERLab), and the straight line for
// k = 1/2 and for no curve. Reversed chooses the other branch and leaves the direction alone.
func (s *spread) curved(path string, r Range, i int) float64 {
	k := r.Curve
	switch {
	case k == 0:
		k = 0.5
	case s.model == NERLab:
		k = 1 / r.Curve
	}
	if !(k > 0 && k < 1) {
		s.err = fmt.Errorf("%s: curve %v does not fit a pool without thresholds (NERLab: above 1; Powers2017: between 0 and 1)", path, r.Curve)
		return r.First
	}
	if s.n == 1 {
		return r.First
	}
	x := float64(i) * (4 / float64(s.n-1))
	rising := r.First <= r.Last
	if r.Reversed {
		rising = r.Last <= r.First
	}
	switch {
	case k == 0.5:
		return r.First + float64((r.Last-r.First)*x/4)
	case rising:
		q := 1/k - 1
		return r.First + float64((r.Last-r.First)*k/(q-1)*(cmath.Exp(cmath.Log(q)/2*x)-1))
	}
	q := k / (1 - k)
	return r.First + float64((r.First-r.Last)*(1-k)/(1-q)*(cmath.Exp(cmath.Log(q)/2*x)-1))
}

func (s *spread) nerlab(i int) *NERLabCell {
	c := &NERLabCell{Synapses: s.synapses()}
	soma := func(name string) float64 { return s.at("NERLab.soma."+name, i) }
	m := &c.Soma
	m.Diam = soma("diameter")
	m.L = m.Diam
	m.Ra, m.Cm = soma("Ra"), soma("cm")
	m.Gnabar, m.Gnapbar = soma("gnabar"), soma("gnapbar")
	m.Gkfbar, m.Gksbar = soma("gkfbar"), soma("gksbar")
	m.Gl, m.El, m.Ena, m.Ek = soma("gl"), soma("el"), soma("ena"), soma("ek")
	m.Vtraub, m.Rinact, m.Mact = soma("vtraub"), soma("rinact"), soma("mact")
	dend := func(name string) float64 { return s.at("NERLab.dendrite."+name, i) }
	d := &c.Dendrite
	d.L, d.Diam, d.Ra, d.Cm = dend("length"), dend("diameter"), dend("Ra"), dend("cm")
	d.GcaLbar, d.EcaL, d.Vtraub, d.Ltau = dend("gcaLbar"), dend("ecaL"), dend("vtraub"), dend("Ltau")
	d.Gl, d.El, d.Gama = dend("gl"), dend("el"), s.first("gamma")
	return c
}

func (s *spread) powers2017(i int, celsius float64) *Powers2017Cell {
	c := &Powers2017Cell{Synapses: s.synapses(), Celsius: celsius}
	soma := func(name string) float64 { return s.at("Powers2017.soma."+name, i) }
	m := &c.Soma
	m.L, m.Diam, m.Ra, m.Cm = soma("length"), soma("diameter"), soma("Ra"), soma("cm")
	m.GPas, m.EPas = soma("g_pas"), soma("e_pas")
	m.GbarNa3rp, m.GbarNaps = soma("gbar_na3rp"), soma("gbar_naps")*s.first("lambda")
	m.GMaxKdrRL, m.GhbarGh = soma("gMax_kdrRL"), soma("ghbar_gh")
	m.GcamaxMAHP, m.GkcamaxMAHP, m.TauMAHP = soma("gcamax_mAHP"), soma("gkcamax_mAHP"), soma("tau_mAHP")
	m.Ena, m.Ek, m.Eca = soma("ena"), soma("ek"), soma("eca")
	dend := func(name string) float64 { return s.at("Powers2017.dendrite."+name, i) }
	for j := range c.Dendrites {
		d := &c.Dendrites[j]
		d.L, d.Diam, d.Ra, d.Cm = dend("length"), dend("diameter"), dend("Ra"), dend("cm")
		d.GPas, d.EPas, d.GhbarGh = dend("g_pas"), dend("e_pas"), dend("ghbar_gh")
		d.ThetaM, d.ThetaH = dend("theta_m"), dend("theta_h")
		d.Gcabar = dend(fmt.Sprintf("gcabar_%d", j)) * s.first("gamma")
	}
	return c
}

// synapses returns the synapses of a cell: on each dendrite an excitatory one,
// then an inhibitory one.
func (s *spread) synapses() []Synapse {
	at := func(name string) float64 { return s.first(string(s.model) + ".synapse." + name) }
	var all []Synapse
	for d := range s.model.dendrites() {
		s := Synapse{Dendrite: d, E: at("e_excitatory"), Tau1: at("tau1"), Tau2: at("tau2")}
		all = append(all, s)
		s.Inhibitory, s.E = true, at("e_inhibitory")
		all = append(all, s)
	}
	return all
}
