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
	Synapses []Synapse // at most two, the excitatory one first
}

// nerlab is a NERLab cell while it runs. Its nodes are the root, which is the
// end of the soma that the dendrite hangs on, the soma's centre and other end,
// the dendrite's centre and tip.
type nerlab struct {
	nerlabConstants
	nerlabState
}

type nerlabConstants struct {
	dt, gain  float64 // ms; v changes by gain times the solution
	threshold float64 // mV, of the spike detector
	watched   limits  // of the soma's potential, in the kernels

	gna, gnap, gkf, gks, gl float64 // S/cm2
	ena, ek, el             float64 // mV
	vtraub                  float64 // mV
	rinact                  float64 // 1/ms
	soma                    cylinder
	somaTip                 tip
	rootD                   float64 // diagonal of the root, S/cm2

	gca, gama, gld float64 // S/cm2, share, S/cm2
	eca, eld       float64 // mV
	vtraubL        float64 // mV
	lTau           timeConstant
	dend           cylinder
	dendTip        tip
	perSoma        float64 // 100/area of the soma: from nA to mA/cm2
	perDend        float64 // 100/area of the dendrite
	excitatory     synapseConstants
	inhibitory     synapseConstants
}

type nerlabState struct {
	injected                               float64 // current into the soma, mA/cm2
	root, vSoma, vSomaTip, vDend, vDendTip float64 // mV

	m, h, p float64 // sodium: activation, inactivation, persistent activation
	n, r    float64 // potassium: fast, slow
	l       float64 // dendritic calcium

	excitation synapseState
	inhibition synapseState `usually:"0"`
	background background   `usually:"0"`
}

// advancePotentials takes the first half of a step: it advances potentials and
// synapses and reports whether the soma is above the detector's threshold afterwards.
// A step of the cable equation C v' = -i(v) + axial currents is the linear system
//
//	(C cj + di/dv - A) x = -i(v) + A v,   v(t+dt) = v + gain x,
//
// with the matrix A of axial conductances: a tree, which is solved by elimination from
// the tips inwards and substitution outwards (Hines 1984, Int J Biomed Comput 15:69).
func (c *nerlab) advancePotentials() bool {
	// Membrane currents, mA/cm2.
	v := c.vSoma
	soma := row{rhs: c.injected}
	soma = c.background.current(soma, v, c.excitatory.e, c.inhibitory.e, c.perSoma)
	soma = soma.add(c.napp(v), c.napp(v+probe))
	v = c.vDend
	var dend row
	dend = c.inhibition.current(&c.inhibitory, dend, v, c.perDend)
	dend = c.excitation.current(&c.excitatory, dend, v, c.perDend)
	dend = dend.add(c.caL(v), c.caL(v+probe))

	// Capacitance and axial currents, mA/cm2, from the root outwards.
	dvSoma, dvSomaTip := c.root-c.vSoma, c.vSoma-c.vSomaTip
	dvDend, dvDendTip := c.root-c.vDend, c.vDend-c.vDendTip
	soma = c.soma.axial(soma, dvSoma, dvSomaTip)
	dend = c.dend.axial(dend, dvDend, dvDendTip)
	root := row{float64(c.soma.toEnd*dvSoma) + float64(c.dend.toEnd*dvDend), c.rootD}
	somaTip := 0 - float64(c.soma.toEnd*dvSomaTip)
	dendTip := 0 - float64(c.dend.toEnd*dvDendTip)

	// Elimination from the tips inwards, substitution outwards.
	dend = c.dendTip.eliminate(&c.dend, dend, dendTip)
	root = c.dend.eliminate(root, dend)
	soma = c.somaTip.eliminate(&c.soma, soma, somaTip)
	root = c.soma.eliminate(root, soma)
	xRoot := root.rhs / root.d
	xSoma := c.soma.substitute(soma, xRoot)
	xSomaTip := c.somaTip.substitute(&c.soma, somaTip, xSoma)
	xDend := c.dend.substitute(dend, xRoot)
	xDendTip := c.dendTip.substitute(&c.dend, dendTip, xDend)
	c.root = extrapolate(c.root, c.gain, xRoot)
	c.vSoma = extrapolate(c.vSoma, c.gain, xSoma)
	c.vSomaTip = extrapolate(c.vSomaTip, c.gain, xSomaTip)
	c.vDend = extrapolate(c.vDend, c.gain, xDend)
	c.vDendTip = extrapolate(c.vDendTip, c.gain, xDendTip)

	c.excitation.advance(&c.excitatory)
	c.inhibition.advance(&c.inhibitory)
	return c.vSoma > c.threshold
}

// napp returns the current of mechanism napp at v in mA/cm2:
//
//	i = gna m^3 h (v-ena) + gnap p^3 (v-ena) + gkf n^4 (v-ek) + gks r^2 (v-ek) + gl (v-el)
func (c *nerlab) napp(v float64) float64 {
	naFast := float64(c.gna * c.m * c.m * c.m * c.h * (v - c.ena))
	naPers := c.inap(v)
	kFast := float64(c.gkf * c.n * c.n * c.n * c.n * (v - c.ek))
	kSlow := float64(c.gks * c.r * c.r * (v - c.ek))
	leak := float64(c.gl * (v - c.el))
	return (naFast + naPers) + (kFast + kSlow) + leak
}

// inap returns the persistent sodium current of mechanism napp at v in mA/cm2.
func (c *nerlab) inap(v float64) float64 { return float64(c.gnap * c.p * c.p * c.p * (v - c.ena)) }

// caL returns the current of mechanism caL at v in mA/cm2:
//
//	i = gca gama l (v-eca) + gl (v-el)
func (c *nerlab) caL(v float64) float64 {
	ca := c.icaL(v)
	leak := float64(c.gld * (v - c.eld))
	return ca + leak
}

// icaL returns the persistent calcium current of mechanism caL at v in mA/cm2.
func (c *nerlab) icaL(v float64) float64 { return float64(c.gca * c.l * c.gama * (v - c.eca)) }

// advanceGates takes the second half of a step: it advances the gates with the
// new potentials.
func (c *nerlab) advanceGates() {
	v, dt := watch(c.vSoma, c.watched.low, c.watched.high)-c.vtraub, c.dt
	c.m = c.mRates(v).relax(c.m, dt)
	c.h = c.hRates(v).relax(c.h, dt)
	c.p = c.pRates(v).relax(c.p, dt)
	c.n = c.nRates(v).relax(c.n, dt)
	c.r = c.rRates(v).relax(c.r, dt)
	c.l = c.lTau.relax(c.l, c.lInf(watch(c.vDend, lowestWatched, highestWatched)))
}

// The rates of mechanism napp at v, the potential less vtraub (Cisi and Kohn
// 2008, after Traub et al. 1991). Voltages in mV, rates in 1/ms.

func (c *nerlab) mRates(v float64) rates {
	return rates{float64(0.64 * linoid(15-v, 4)), float64(0.56 * linoid(v-40, 5))}
}

func (c *nerlab) hRates(v float64) rates {
	return rates{float64(0.928 * cmath.Exp((17-v)/18)), 9 / (cmath.Exp((40-v)/5) + 1)}
}

func (c *nerlab) pRates(v float64) rates {
	return rates{float64(0.64 * linoid(5-v, 4)), float64(0.56 * linoid(v-30, 5))}
}

func (c *nerlab) nRates(v float64) rates {
	return rates{float64(0.08 * linoid(15-v, 7)), float64(2 * cmath.Exp((10-v)/40))}
}

func (c *nerlab) rRates(v float64) rates {
	return rates{3.5 / (cmath.Exp((55-v)/4) + 1), c.rinact}
}

// lInf returns the steady state of the dendritic calcium gate at v (mV):
//
//	l = 1/(1 + exp(-(v - vtraub + 30)/1))
func (c *nerlab) lInf(v float64) float64 { return sigmoid(-(v - c.vtraubL + 30)) }

// start fills in a cell from its description.
func (c *nerlab) start(p *NERLab, s Scheme) {
	c.dt, c.gain = s.Dt, s.gain()
	c.watched = p.limits().and(exponentialRange)
	soma := section{p.Soma.L, p.Soma.Diam, p.Soma.Ra, p.Soma.Cm}
	dend := section{p.Dendrite.L, p.Dendrite.Diam, p.Dendrite.Ra, p.Dendrite.Cm}
	c.soma, c.dend = newCylinder(soma, s), newCylinder(dend, s)
	c.somaTip, c.dendTip = newTip(c.soma), newTip(c.dend)
	c.rootD = 0 - c.soma.toEnd - c.dend.toEnd
	c.perSoma, c.perDend = 100/soma.area(), 100/dend.area()

	c.gna, c.gnap, c.gkf, c.gks, c.gl = p.Soma.Gnabar, p.Soma.Gnapbar, p.Soma.Gkfbar, p.Soma.Gksbar, p.Soma.Gl
	c.ena, c.ek, c.el, c.vtraub, c.rinact = p.Soma.Ena, p.Soma.Ek, p.Soma.El, p.Soma.Vtraub, p.Soma.Rinact
	c.gca, c.gama, c.gld = p.Dendrite.GcaLbar, p.Dendrite.Gama, p.Dendrite.Gl
	c.eca, c.eld, c.vtraubL = p.Dendrite.EcaL, p.Dendrite.El, p.Dendrite.Vtraub
	c.lTau = newTimeConstant(p.Dendrite.Ltau, s.Dt)
	for i, k := range []*synapseConstants{&c.excitatory, &c.inhibitory} {
		if i < len(p.Synapses) {
			*k = newSynapse(p.Synapses[i], s.Dt)
		}
	}
}

// limits returns those of the soma's potential.
func (p *NERLab) limits() limits {
	reversals := []float64{p.Soma.Ena, p.Soma.Ek, p.Soma.El, p.Dendrite.EcaL, p.Dendrite.El}
	for _, s := range p.Synapses {
		reversals = append(reversals, s.E)
	}
	return somaLimits(reversals)
}

// settle puts every node at voltage v and every gate at its steady state there.
func (c *nerlab) settle(v float64) {
	c.nerlabState = nerlabState{root: v, vSoma: v, vSomaTip: v, vDend: v, vDendTip: v}
	c.l = c.lInf(v)
	v -= c.vtraub
	c.m, c.h, c.p = c.mRates(v).inf(), c.hRates(v).inf(), c.pRates(v).inf()
	c.n, c.r = c.nRates(v).inf(), c.rRates(v).inf()
}

// currents returns the membrane currents of a compartment: that of its mechanism,
// and the persistent one in it.
func (c *nerlab) currents(compartment int) []Current {
	if compartment == 0 {
		return []Current{{"napp", c.napp(c.vSoma)}, {"inap", c.inap(c.vSoma)}}
	}
	return []Current{{"caL", c.caL(c.vDend)}, {"icaL", c.icaL(c.vDend)}}
}
