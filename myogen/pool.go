package myogen

import (
	"fmt"
	"math"

	"gomyogen/myogen/internal/cmath"
	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/units"
)

// Parameters of one cell; see the fields' documentation for units.
type (
	NERLabCell         = membrane.NERLab
	Powers2017Cell     = membrane.Powers2017
	Powers2017Dendrite = membrane.Powers2017Dendrite
	Synapse            = membrane.Synapse
)

// AlphaMNPool describes a pool of alpha motor neurons in recruitment order.
// It holds no running state.
type AlphaMNPool struct {
	Thresholds []float64      // recruitment thresholds; nil spreads N cells by the ranges' curves
	N          int            // number of cells; 0 means len(Thresholds)
	Config     *AlphaMNConfig // model and parameters, from DefaultAlphaMNConfig or LoadAlphaMNConfig; nil is NERLab with its defaults
	// SpikeThreshold is the soma potential above which a spike is detected;
	// nil means the model's own: 50 mV for NERLab, 0 mV for Powers2017, whose
	// spikes end below 50 mV.
	SpikeThreshold *units.Voltage
	// Celsius is the temperature of Powers 2017's fast sodium rates; nil means
	// 6.3 degC, NEURON's default, which the tutorial's parameters were used with.
	Celsius *units.Temperature
	// Background is fluctuating synaptic input into each soma; nil is none.
	Background *Background
}

// defaultCelsius is NEURON's.
const defaultCelsius = 6.3

// pool is an AlphaMNPool that was checked, with the parameters of its cells.
type pool struct {
	model          Model
	cells          []membrane.Description
	synapses       []Synapse // of each cell
	axonDelay      []float64 // ms
	vInit          float64   // mV
	spikeThreshold float64   // mV
}

func (p AlphaMNPool) size() int {
	if p.N == 0 {
		return len(p.Thresholds)
	}
	return p.N
}

// Cells returns the parameters of each cell, as *NERLabCell or *Powers2017Cell.
func (p AlphaMNPool) Cells() ([]any, error) {
	built, err := p.build()
	if err != nil {
		return nil, err
	}
	cells := make([]any, len(built.cells))
	for i, c := range built.cells {
		cells[i] = c
	}
	return cells, nil
}

// config returns the parameters, NERLab's defaults if none are given.
func (p AlphaMNPool) config() (*AlphaMNConfig, error) {
	if p.Config != nil {
		return p.Config, nil
	}
	d, err := DefaultAlphaMNConfig(NERLab)
	return &d, err
}

func (p AlphaMNPool) build() (*pool, error) {
	cfg, err := p.config()
	if err != nil {
		return nil, err
	}
	if err := cfg.checkModel(); err != nil {
		return nil, err
	}
	if cfg.ranges == nil {
		return nil, fmt.Errorf("myogen: the configuration is empty; start from DefaultAlphaMNConfig")
	}
	n := p.size()
	switch {
	case n < 1:
		return nil, errNoCells
	case p.Thresholds != nil && len(p.Thresholds) != n:
		return nil, fmt.Errorf("myogen: the pool has N = %d cells and %d thresholds", n, len(p.Thresholds))
	}
	if p.Thresholds != nil {
		if err := CheckThresholds(p.Thresholds); err != nil {
			return nil, err
		}
	}
	s := spread{cfg: cfg, thresholds: p.Thresholds, n: n}
	b := &pool{model: cfg.Model, vInit: cfg.first("v_init")}
	b.spikeThreshold = cfg.first(string(cfg.Model) + ".spike_threshold")
	if p.SpikeThreshold != nil {
		b.spikeThreshold = float64(*p.SpikeThreshold)
	}
	celsius := defaultCelsius
	if p.Celsius != nil {
		celsius = float64(*p.Celsius)
	}
	for _, x := range []float64{b.spikeThreshold, celsius} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("myogen: pool: spike threshold %v mV and temperature %v degC must be finite", b.spikeThreshold, celsius)
		}
	}
	if err := p.Background.validate(); err != nil {
		return nil, err
	}
	velocity := cfg.ranges["axon_velocity"]
	for i := range n {
		var c membrane.Description
		if cfg.Model == NERLab {
			c = s.nerlab(i)
		} else {
			c = s.powers2017(i, celsius)
		}
		b.cells = append(b.cells, c)
		v := velocity.First
		if n > 1 {
			v += float64(float64(i) * ((velocity.Last - velocity.First) / float64(n-1)))
		}
		b.axonDelay = append(b.axonDelay, 1000*cfg.first("axon_length")/v)
	}
	b.synapses = s.synapses()
	for _, syn := range b.synapses {
		if syn.Tau1 >= syn.Tau2 {
			return nil, fmt.Errorf("myogen: %s.synapse: tau1 is %v ms, must be below tau2, %v ms", cfg.Model, syn.Tau1, syn.Tau2)
		}
	}
	return b, s.err
}

// spread gives each cell of a pool its place in the configured ranges.
type spread struct {
	cfg        *AlphaMNConfig
	thresholds []float64
	n          int
	err        error
}

// at returns the value of a parameter for cell i.
func (s *spread) at(path string, i int) float64 {
	r := s.cfg.ranges[path]
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
// k = 1/2. Reversed chooses the other branch and leaves the direction alone.
func (s *spread) curved(path string, r Range, i int) float64 {
	k := r.Curve
	if s.cfg.Model == NERLab {
		k = 1 / r.Curve
	}
	if !(k > 0 && k < 1) {
		s.err = fmt.Errorf("myogen: %s: curve %v does not fit a pool without thresholds (NERLab: above 1; Powers2017: between 0 and 1)", path, r.Curve)
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
	d.Gl, d.El, d.Gama = dend("gl"), dend("el"), s.cfg.first("gamma")
	return c
}

func (s *spread) powers2017(i int, celsius float64) *Powers2017Cell {
	c := &Powers2017Cell{Synapses: s.synapses(), Celsius: celsius}
	soma := func(name string) float64 { return s.at("Powers2017.soma."+name, i) }
	m := &c.Soma
	m.L, m.Diam, m.Ra, m.Cm = soma("length"), soma("diameter"), soma("Ra"), soma("cm")
	m.GPas, m.EPas = soma("g_pas"), soma("e_pas")
	m.GbarNa3rp, m.GbarNaps = soma("gbar_na3rp"), soma("gbar_naps")*s.cfg.first("lambda")
	m.GMaxKdrRL, m.GhbarGh = soma("gMax_kdrRL"), soma("ghbar_gh")
	m.GcamaxMAHP, m.GkcamaxMAHP, m.TauMAHP = soma("gcamax_mAHP"), soma("gkcamax_mAHP"), soma("tau_mAHP")
	m.Ena, m.Ek, m.Eca = soma("ena"), soma("ek"), soma("eca")
	dend := func(name string) float64 { return s.at("Powers2017.dendrite."+name, i) }
	for j := range c.Dendrites {
		d := &c.Dendrites[j]
		d.L, d.Diam, d.Ra, d.Cm = dend("length"), dend("diameter"), dend("Ra"), dend("cm")
		d.GPas, d.EPas, d.GhbarGh = dend("g_pas"), dend("e_pas"), dend("ghbar_gh")
		d.ThetaM, d.ThetaH = dend("theta_m"), dend("theta_h")
		d.Gcabar = dend(fmt.Sprintf("gcabar_%d", j)) * s.cfg.first("gamma")
	}
	return c
}

// synapses returns the synapses of a cell: on each dendrite an excitatory one,
// then an inhibitory one.
func (s *spread) synapses() []Synapse {
	at := func(name string) float64 { return s.cfg.first(string(s.cfg.Model) + ".synapse." + name) }
	var all []Synapse
	for d := range s.cfg.Model.dendrites() {
		for _, e := range []float64{at("e_excitatory"), at("e_inhibitory")} {
			all = append(all, Synapse{Dendrite: d, E: e, Tau1: at("tau1"), Tau2: at("tau2")})
		}
	}
	return all
}
