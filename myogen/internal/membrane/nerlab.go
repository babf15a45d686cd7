package membrane

import "gomyogen/myogen/internal/cmath"

// NERLab describes one motor neuron of the NERLab model: a soma with fast and
// persistent sodium and fast and slow potassium currents (mechanism napp) and
// a dendrite with a persistent calcium current (mechanism caL). Voltages are
// relative to rest, which is near 0 mV (Cisi and Kohn 2008, J Comput Neurosci
// 25:520; Elias et al. 2012, J Comput Neurosci 33:515).
type NERLab struct {
	Soma struct {
		L, Diam float64 // um
		Ra      float64 // Ohm cm
		Cm      float64 // uF/cm2
		Gnabar  float64 // fast sodium, S/cm2
		Gnapbar float64 // persistent sodium, S/cm2
		Gkfbar  float64 // fast potassium, S/cm2
		Gksbar  float64 // slow potassium, S/cm2
		Gl      float64 // leak, S/cm2
		Ena, Ek float64 // mV
		El      float64 // mV
		Vtraub  float64 // shift of the rates, mV
		Rinact  float64 // closing rate of the slow potassium gate, 1/ms
		Mact    float64 // configured and read back, used by no equation
	}
	Dendrite struct {
		L, Diam float64 // um
		Ra      float64 // Ohm cm
		Cm      float64 // uF/cm2
		GcaLbar float64 // persistent calcium, S/cm2
		Gama    float64 // neuromodulation: the share of GcaLbar that is there
		EcaL    float64 // mV
		Vtraub  float64 // shift of the activation, mV
		Ltau    float64 // time constant of the activation, ms
		Gl      float64 // leak, S/cm2
		El      float64 // mV
	}
	Synapses []Synapse
}

// Nodes of a NERLab cell. The dendrite hangs on the soma's end at x = 0.
const (
	nerlabSoma     = 1
	nerlabDendrite = 3
)

// Start returns the cell ready to be settled.
func (p *NERLab) Start(s Scheme) Cell {
	c := &nerlab{p: p}
	c.dt, c.gain = s.Dt, s.gain()
	soma := section{p.Soma.L, p.Soma.Diam, p.Soma.Ra, p.Soma.Cm}
	dend := section{p.Dendrite.L, p.Dendrite.Diam, p.Dendrite.Ra, p.Dendrite.Cm}
	rs, rd := soma.halfResistance(), dend.halfResistance()
	c.addNode(0, 0, endArea, 0, 0, s)                  // 0 soma, x = 0
	c.addNode(0, rs, soma.area(), endArea, soma.cm, s) // 1 soma
	c.addNode(1, rs, endArea, soma.area(), 0, s)       // 2 soma, x = 1
	c.addNode(0, rd, dend.area(), endArea, dend.cm, s) // 3 dendrite
	c.addNode(3, rd, endArea, dend.area(), 0, s)       // 4 tip
	c.node = []int{nerlabSoma, nerlabDendrite}
	c.perSoma = 100 / soma.area()
	for _, syn := range p.Synapses {
		c.synapses = append(c.synapses, newSynapse(syn, nerlabDendrite, dend.area(), s.Dt))
	}
	return c
}

// nerlab is a NERLab cell while it runs.
type nerlab struct {
	body
	p        *NERLab
	m, h, mp float64 // sodium: activation, inactivation, persistent activation
	n, r     float64 // potassium: fast, slow
	l        float64 // dendritic calcium
}

func (c *nerlab) Step(clamp float64) {
	c.clear()
	c.inject(clamp)
	v := c.v[nerlabSoma]
	c.add(nerlabSoma, c.somaCurrent(v), c.somaCurrent(v+probe))
	for i := len(c.synapses) - 1; i >= 0; i-- {
		c.synapses[i].current(&c.cable)
	}
	v = c.v[nerlabDendrite]
	c.add(nerlabDendrite, c.dendriteCurrent(v), c.dendriteCurrent(v+probe))

	c.solve()

	c.advanceGates()
	for i := range c.synapses {
		c.synapses[i].advance()
	}
}

// somaCurrent returns the current of mechanism napp at v in mA/cm2:
//
//	i = gna m^3 h (v-Ena) + gnap p^3 (v-Ena) + gkf n^4 (v-Ek) + gks r^2 (v-Ek) + gl (v-El)
func (c *nerlab) somaCurrent(v float64) float64 {
	s := &c.p.Soma
	naFast := float64(s.Gnabar * c.m * c.m * c.m * c.h * (v - s.Ena))
	naPers := float64(s.Gnapbar * c.mp * c.mp * c.mp * (v - s.Ena))
	kFast := float64(s.Gkfbar * c.n * c.n * c.n * c.n * (v - s.Ek))
	kSlow := float64(s.Gksbar * c.r * c.r * (v - s.Ek))
	leak := float64(s.Gl * (v - s.El))
	return (naFast + naPers) + (kFast + kSlow) + leak
}

// dendriteCurrent returns the current of mechanism caL at v in mA/cm2:
//
//	i = gcaL gama l (v-EcaL) + gl (v-El)
func (c *nerlab) dendriteCurrent(v float64) float64 {
	d := &c.p.Dendrite
	ca := float64(d.GcaLbar * c.l * d.Gama * (v - d.EcaL))
	leak := float64(d.Gl * (v - d.El))
	return ca + leak
}

func (c *nerlab) advanceGates() {
	r, dt := c.somaRates(), c.dt
	c.m = r.m.relax(c.m, dt)
	c.h = r.h.relax(c.h, dt)
	c.mp = r.p.relax(c.mp, dt)
	c.n = r.n.relax(c.n, dt)
	c.r = r.r.relax(c.r, dt)
	c.l = relax(c.l, c.calciumInf(), c.p.Dendrite.Ltau, dt)
}

func (c *nerlab) Settle(v float64) {
	c.settle(v)
	r := c.somaRates()
	c.m, c.h, c.mp, c.n, c.r = r.m.inf(), r.h.inf(), r.p.inf(), r.n.inf(), r.r.inf()
	c.l = c.calciumInf()
}

type nerlabRates struct{ m, h, p, n, r rates }

// somaRates returns the rates of mechanism napp at the soma's voltage (Cisi
// and Kohn 2008, after Traub et al. 1991). Voltages in mV, rates in 1/ms.
func (c *nerlab) somaRates() nerlabRates {
	v := c.v[nerlabSoma] - c.p.Soma.Vtraub
	return nerlabRates{
		m: rates{0.64 * linoid(15-v, 4), 0.56 * linoid(v-40, 5)},
		h: rates{0.928 * cmath.Exp((17-v)/18), 9 / (cmath.Exp((40-v)/5) + 1)},
		p: rates{0.64 * linoid(5-v, 4), 0.56 * linoid(v-30, 5)},
		n: rates{0.08 * linoid(15-v, 7), 2 * cmath.Exp((10-v)/40)},
		r: rates{3.5 / (cmath.Exp((55-v)/4) + 1), c.p.Soma.Rinact},
	}
}

// calciumInf returns the steady state of the dendritic calcium gate:
//
//	l = 1/(1 + exp(-(v - vtraub + 30)/1))
func (c *nerlab) calciumInf() float64 {
	d := &c.p.Dendrite
	return sigmoid((c.v[nerlabDendrite] - d.Vtraub + 30) / -1)
}

func (c *nerlab) Gates(compartment int) map[string]float64 {
	if compartment == 0 {
		return map[string]float64{"m": c.m, "h": c.h, "p": c.mp, "n": c.n, "r": c.r}
	}
	return map[string]float64{"L": c.l}
}
