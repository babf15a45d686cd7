package membrane

import (
	"math"

	"gomyogen/myogen/internal/cmath"
)

// Powers2017 describes one motor neuron of Powers and Heckman (2017, J
// Neurophysiol 117:1171): a soma with leak, fast and persistent sodium,
// delayed rectifier, calcium-activated potassium and h current, and four
// dendrites with leak, h and persistent inward calcium current. The cell rests
// near -68 mV.
type Powers2017 struct {
	Soma struct {
		L, Diam     float64 // um
		Ra          float64 // Ohm cm
		Cm          float64 // uF/cm2
		GPas        float64 // leak, S/cm2
		EPas        float64 // mV
		GbarNa3rp   float64 // fast sodium, S/cm2
		GbarNaps    float64 // persistent sodium, S/cm2
		GMaxKdrRL   float64 // delayed rectifier, S/cm2
		GcamaxMAHP  float64 // calcium of the afterhyperpolarisation, S/cm2
		GkcamaxMAHP float64 // calcium-activated potassium, S/cm2
		TauMAHP     float64 // removal of calcium, ms
		GhbarGh     float64 // h current, S/cm2
		Ena, Ek     float64 // mV
		Eca         float64 // mV, of the calcium current in mAHP
	}
	Dendrites [4]Powers2017Dendrite
	Synapses  []Synapse
	Celsius   float64 // temperature of the fast sodium rates, degC
}

// Powers2017Dendrite is one dendrite of a Powers2017 cell.
type Powers2017Dendrite struct {
	L, Diam        float64 // um
	Ra             float64 // Ohm cm
	Cm             float64 // uF/cm2
	GPas           float64 // leak, S/cm2
	EPas           float64 // mV
	Gcabar         float64 // persistent calcium, S/cm2
	ThetaM, ThetaH float64 // half activation and inactivation, mV
	GhbarGh        float64 // h current, S/cm2
}

// AtEnd tells at which end of the soma (x = 0 or 1) dendrite i sits.
func (p *Powers2017) AtEnd(i int) int { return i % 2 }

const (
	powersSoma    = 1
	powersSomaEnd = 2
)

// Start returns the cell ready to be settled.
func (p *Powers2017) Start(s Scheme) Cell {
	c := &powers{p: p, na3rp: newNa3rp(p.Celsius)}
	c.dt, c.gain = s.Dt, s.gain()
	soma := section{p.Soma.L, p.Soma.Diam, p.Soma.Ra, p.Soma.Cm}
	rs := soma.halfResistance()
	c.addNode(0, 0, endArea, 0, 0, s)                  // 0 soma, x = 0
	c.addNode(0, rs, soma.area(), endArea, soma.cm, s) // 1 soma
	c.addNode(1, rs, endArea, soma.area(), 0, s)       // 2 soma, x = 1
	c.node = []int{powersSoma, 0, 0, 0, 0}
	c.perSoma = 100 / soma.area()
	var areas [4]float64
	for i := 3; i >= 0; i-- { // NEURON numbers the nodes of the last section made first
		d := &p.Dendrites[i]
		dend := section{d.L, d.Diam, d.Ra, d.Cm}
		r := dend.halfResistance()
		parent := 0
		if p.AtEnd(i) == 1 {
			parent = powersSomaEnd
		}
		areas[i] = dend.area()
		c.node[1+i] = c.n
		c.addNode(parent, r, areas[i], endArea, dend.cm, s)
		c.addNode(c.n-1, r, endArea, areas[i], 0, s)
	}
	for _, syn := range p.Synapses {
		c.synapses = append(c.synapses, newSynapse(syn, c.node[1+syn.Dendrite], areas[syn.Dendrite], s.Dt))
	}
	return c
}

// powers is a Powers2017 cell while it runs.
type powers struct {
	body
	p     *Powers2017
	na3rp na3rp

	m, h     float64 // fast sodium
	naps     float64 // persistent sodium
	kdr      float64 // delayed rectifier
	mca      float64 // calcium current of mAHP
	cai      float64 // calcium of mAHP, mM
	kca      float64 // calcium-activated potassium
	ica      float64 // calcium current of the last step, mA/cm2
	somaH    float64 // h current
	dendH    [4]float64
	caM, caH [4]float64 // persistent calcium: activation, inactivation
}

// Constants of the mechanisms, where Powers and Heckman (2017) or the
// mechanism's file fixes them for every cell.
const (
	eH        = -41.0                 // mV, reversal of the h current
	eLCa      = 80.0                  // mV, reversal of the persistent calcium current
	caRest    = 1e-4                  // mM
	hTau      = 30.0                  // ms
	napsTau   = 1.0                   // ms
	mcaTau    = 2.0                   // ms
	lcaTauM   = 40.0                  // ms
	lcaTauH   = 2500.0                // ms
	faraday   = 0x1.78e555060882cp+16 // C/mol, as NEURON has it
	poolDepth = 0.1                   // um, shell that the calcium of mAHP fills
)

func (c *powers) Step(clamp float64) {
	c.clear()
	c.somaCurrents(clamp)
	for i := range c.p.Dendrites {
		c.dendriteCurrents(i)
	}
	c.solve()
	c.advanceGates()
	for i := range c.synapses {
		c.synapses[i].advance()
	}
}

// somaCurrents adds the currents of the soma, in mA/cm2:
//
//	pas    g (v-e)
//	gh     ghbar n (v-eh)
//	kdrRL  gMax m^4 (v-Ek)
//	mAHP   gkcamax n (v-Ek) + gcamax mca (v-Eca)
//	na3rp  gbar m^3 h (v-Ena)
//	naps   gbar m (v-Ena)
//
// The slow gates of na3rp and naps stay at 1 with these parameters (ar = 1)
// and are left out.
func (c *powers) somaCurrents(clamp float64) {
	s := &c.p.Soma
	v := c.v[powersSoma]
	c.ohmic(powersSoma, v, s.GPas, s.EPas)
	c.inject(clamp)
	c.ohmic(powersSoma, v, s.GhbarGh*c.somaH, eH)
	c.ohmic(powersSoma, v, s.GMaxKdrRL*cmath.Fourth(c.kdr), s.Ek)
	gk, gca := s.GkcamaxMAHP*c.kca, s.GcamaxMAHP*c.mca
	c.ica = float64(gca * (v - s.Eca))
	c.add(powersSoma, float64(gk*(v-s.Ek))+c.ica,
		float64(gk*(v+probe-s.Ek))+float64(gca*(v+probe-s.Eca)))
	c.ohmic(powersSoma, v, s.GbarNa3rp*c.m*c.m*c.m*c.h, s.Ena)
	c.ohmic(powersSoma, v, s.GbarNaps*c.naps, s.Ena)
}

// dendriteCurrents adds the currents of dendrite i, in mA/cm2:
//
//	pas         g (v-e)
//	gh          ghbar n (v-eh)
//	L_Ca_inact  gcabar m h (v-vca)
func (c *powers) dendriteCurrents(i int) {
	d := &c.p.Dendrites[i]
	node := c.node[1+i]
	v := c.v[node]
	c.ohmic(node, v, d.GPas, d.EPas)
	for j := len(c.synapses) - 1; j >= 0; j-- {
		if c.synapses[j].node == node {
			c.synapses[j].current(&c.cable)
		}
	}
	c.ohmic(node, v, d.GhbarGh*c.dendH[i], eH)
	c.ohmic(node, v, d.Gcabar*c.caM[i]*c.caH[i], eLCa)
}

// ohmic adds the current g (v-e) of a conductance g in S/cm2.
func (c *powers) ohmic(node int, v, g, e float64) {
	c.add(node, float64(g*(v-e)), float64(g*(v+probe-e)))
}

func (c *powers) advanceGates() {
	dt, s := c.dt, &c.p.Soma
	v := c.v[powersSoma]
	c.somaH = relax(c.somaH, hTable.at(v), hTau, dt)
	c.kdr = relax(c.kdr, kdrInf(v), kdrTau(v), dt)
	c.mca = relax(c.mca, mcaInf(v), mcaTau, dt)
	influx := calciumInflux(c.ica) // of the step just taken: old voltage, old gate
	k := 1 - cmath.Exp(dt*(-1/s.TauMAHP))
	c.cai += float64(k * ((influx+caRest/s.TauMAHP)/(1/s.TauMAHP) - c.cai))
	inf, tau := kcaGate(c.cai)
	c.kca = relax(c.kca, inf, tau, dt)
	na := c.na3rp.rates(v)
	c.m = relax(c.m, na.mInf, na.mTau, dt)
	c.h = relax(c.h, na.hInf, na.hTau, dt)
	c.naps = relax(c.naps, napsInf(v), napsTau, dt)
	for i := range c.p.Dendrites {
		d, v := &c.p.Dendrites[i], c.v[c.node[1+i]]
		c.dendH[i] = relax(c.dendH[i], hTable.at(v), hTau, dt)
		c.caM[i] = relax(c.caM[i], lcaMInf(v, d.ThetaM), lcaTauM, dt)
		c.caH[i] = relax(c.caH[i], lcaHInf(v, d.ThetaH), lcaTauH, dt)
	}
}

func (c *powers) Settle(v float64) {
	c.settle(v)
	c.somaH, c.kdr, c.mca = hTable.at(v), kdrInf(v), mcaInf(v)
	c.ica, c.cai = 0, caRest
	c.kca, _ = kcaGate(c.cai)
	na := c.na3rp.rates(v)
	c.m, c.h, c.naps = na.mInf, na.hInf, napsInf(v)
	for i := range c.p.Dendrites {
		d := &c.p.Dendrites[i]
		c.dendH[i], c.caM[i], c.caH[i] = hTable.at(v), lcaMInf(v, d.ThetaM), lcaHInf(v, d.ThetaH)
	}
}

// na3rp is the fast sodium current's temperature: its rates are q times faster
// than at 24 degC.
type na3rp struct{ q float64 }

func newNa3rp(celsius float64) na3rp { return na3rp{q: cmath.Exp2((celsius - 24) / 10)} }

type na3rpRates struct{ mInf, mTau, hInf, hTau float64 }

// rates returns steady states and time constants (ms) at v (mV).
func (n na3rp) rates(v float64) na3rpRates {
	const (
		shift   = 1.0   // mV
		thetaM  = -30.0 // mV
		thetaH  = -45.0 // mV
		slopeM  = 7.2   // mV
		slopeH  = 1.5   // mV
		minTauM = 0.02  // ms
		minTauH = 0.5   // ms
	)
	a, b := na3rpRate(v, thetaM+shift, 0.4, slopeM), na3rpRate(-v, -thetaM-shift, 0.124, slopeM)
	r := na3rpRates{mInf: a / (a + b), mTau: max(1/(a+b)/n.q, minTauM)}
	a, b = na3rpRate(v, thetaH+shift, 0.03, slopeH), na3rpRate(-v, -thetaH-shift, 0.01, slopeH)
	r.hTau = max(1/(a+b)/n.q, minTauH)
	r.hInf = sigmoid((v + 50 - shift) / 8)
	return r
}

// na3rpRate returns a (u-th)/(1 - exp(-(u-th)/s)), and a s at u = th, in 1/ms.
func na3rpRate(u, th, a, s float64) float64 {
	x := u - th
	if math.Abs(x) <= 1e-6 {
		return a * s
	}
	return a * x / (1 - cmath.Exp(-x/s))
}

// napsInf is the steady state of persistent sodium at v (mV).
func napsInf(v float64) float64 { return sigmoid(-(v + 52.3 - 5) / 5) }

// kdrInf and kdrTau (ms) are those of the delayed rectifier at v (mV).
func kdrInf(v float64) float64 { return sigmoid(-(v + 21) / 20) }

func kdrTau(v float64) float64 {
	b := cmath.Exp((v + 39) / 5.5)
	return 0.8 + float64(20*b/((1+b)*(1+b)))
}

// mcaInf is the steady state of the calcium current in mAHP at v (mV).
func mcaInf(v float64) float64 { return sigmoid(-(v + 22) / 4) }

// calciumInflux returns the calcium in mM/ms that the current ica (mA/cm2)
// brings into the shell; outward current takes none away.
func calciumInflux(ica float64) float64 {
	depth := poolDepth
	return max(0, -10000*ica/(2*faraday*depth))
}

// kcaGate returns the steady state and time constant (ms) of
// calcium-activated potassium at cai (mM):
//
//	a = 0.1 (1000 (cai - rest))^2   b = 0.1   tau = 1/(a+b)   inf = a tau
func kcaGate(cai float64) (inf, tau float64) {
	x := 1000 * (cai - caRest)
	a, b := float64(0.1*(x*x)), 0.1
	tau = 1 / (a + b)
	return a * tau, tau
}

// lcaMInf and lcaHInf are the steady states of the dendritic calcium current
// at v (mV) with half activation theta (mV).
func lcaMInf(v, theta float64) float64 { return sigmoid((v - theta) / -6) }
func lcaHInf(v, theta float64) float64 { return sigmoid((v - theta) / 5) }

// hActivation is the steady state of the h current, 1/(1+exp((v+77)/8)),
// tabulated at -100, -99 ... 100 mV and interpolated. NEURON does so too, and
// the difference from the formula, up to 2e-4, is part of the model.
type hActivation [201]float64

var hTable = func() (t hActivation) {
	for j := range t {
		v := -100 + float64(j)
		t[j] = sigmoid((v + 77) / 8)
	}
	return t
}()

func (t *hActivation) at(v float64) float64 {
	x := v + 100
	switch {
	case !(x > 0):
		return t[0]
	case x >= 200:
		return t[200]
	}
	k := int(x)
	return t[k] + float64((x-float64(k))*(t[k+1]-t[k]))
}

func (c *powers) Gates(compartment int) map[string]float64 {
	if compartment == 0 {
		return map[string]float64{
			"na3rp_m": c.m, "na3rp_h": c.h, "naps_m": c.naps, "kdrRL_m": c.kdr,
			"mAHP_mca": c.mca, "mAHP_n": c.kca, "mAHP_cai": c.cai, "gh_n": c.somaH,
		}
	}
	i := compartment - 1
	return map[string]float64{"gh_n": c.dendH[i], "L_Ca_inact_m": c.caM[i], "L_Ca_inact_h": c.caH[i]}
}
