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
	// Synapses are an excitatory and an inhibitory one on dendrite 0, then on 1
	// and so on; but for their place all of one kind are alike.
	Synapses []Synapse
	Celsius  float64 // temperature of the fast sodium rates, degC
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

// powers is a Powers2017 cell while it runs. Its nodes are the root, which is
// the end of the soma that dendrites 0 and 2 hang on, the soma's centre, its
// other end with dendrites 1 and 3, and each dendrite's centre and tip.
type powers struct {
	powersConstants
	powersState
}

type powersConstants struct {
	dt, gain  float64 // ms; v changes by gain times the solution
	threshold float64 // mV, of the spike detector
	watched   limits  // of the soma's potential, in the kernels

	gPas, gNa3rp, gNaps, gKdr, gCa, gKca, gH float64      // S/cm2
	ePas, eNa, eK, eCa                       float64      // mV
	q, qInverse                              float64      // how many times faster na3rp is than at 24 degC
	caTau                                    timeConstant // of the removal of calcium
	caAtRest                                 float64      // inflow that keeps calcium at rest, mM/ms
	hShare, napsShare, mcaShare              float64      // see timeConstant.share
	lcaMShare, lcaHShare                     float64
	perSoma                                  float64 // 100/area: from nA to mA/cm2
	excitatory, inhibitory                   synapseConstants
	soma                                     cylinder
	rootD, endD                              float64 // diagonals of the soma's ends

	dend [4]powersDendrite
}

type powersDendrite struct {
	gPas, gCa, gH  float64 // S/cm2
	ePas           float64 // mV
	thetaM, thetaH float64 // mV
	perArea        float64 // 100/area: from nA to mA/cm2
	cylinder       cylinder
	tip            tip
}

type powersState struct {
	injected         float64 // current into the soma, mA/cm2
	root, vSoma, end float64 // mV

	m, h  float64 // fast sodium
	naps  float64 // persistent sodium
	kdr   float64 // delayed rectifier
	mca   float64 // calcium current of mAHP
	cai   float64 // calcium of mAHP, mM
	kca   float64 // calcium-activated potassium
	ica   float64 // calcium current of mAHP in the last step, mA/cm2
	somaH float64 // h current

	background background `usually:"0"`

	dends [4]powersDendriteState
}

type powersDendriteState struct {
	v, vTip    float64 // mV
	h          float64 // h current
	caM, caH   float64 // persistent calcium: activation, inactivation
	excitation synapseState
	inhibition synapseState `usually:"0"`
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

// advancePotentials takes the first half of a step: it advances potentials and
// synapses and reports whether the soma is above the detector's threshold afterwards.
// A step of the cable equation C v' = -i(v) + axial currents is the linear system
//
//	(C cj + di/dv - A) x = -i(v) + A v,   v(t+dt) = v + gain x,
//
// with the matrix A of axial conductances: a tree, which is solved by elimination from
// the tips inwards and substitution outwards (Hines 1984, Int J Biomed Comput 15:69).
func (c *powers) advancePotentials() bool {
	// Membrane currents, mA/cm2.
	c.ica = c.icaMAHP(c.vSoma)
	soma := c.somaCurrents()
	var dend [4]row
	for i := range dend {
		dend[i] = c.dendriteCurrents(&c.dend[i], &c.dends[i])
	}

	// Capacitance and axial currents, from the root outwards. NEURON numbers
	// the nodes of the dendrite made last first.
	dvSoma, dvEnd := c.root-c.vSoma, c.vSoma-c.end
	soma = c.soma.axial(soma, dvSoma, dvEnd)
	root := row{float64(c.soma.toEnd * dvSoma), c.rootD}
	end := row{0 - float64(c.soma.toEnd*dvEnd), c.endD}
	var tips [4]float64 // right-hand sides
	for i := 3; i >= 0; i-- {
		k, s := &c.dend[i].cylinder, &c.dends[i]
		dvTip := s.v - s.vTip
		if i%2 == 0 {
			dv := c.root - s.v
			dend[i] = k.axial(dend[i], dv, dvTip)
			root.rhs += float64(k.toEnd * dv)
		} else {
			dv := c.end - s.v
			dend[i] = k.axial(dend[i], dv, dvTip)
			end.rhs += float64(k.toEnd * dv)
		}
		tips[i] = 0 - float64(k.toEnd*dvTip)
	}

	// Elimination from the tips inwards.
	for i := range dend {
		d := &c.dend[i]
		dend[i] = d.tip.eliminate(&d.cylinder, dend[i], tips[i])
		if i%2 == 0 {
			root = d.cylinder.eliminate(root, dend[i])
		} else {
			end = d.cylinder.eliminate(end, dend[i])
		}
	}
	f := c.soma.toCentre / end.d
	soma.d -= float64(f * c.soma.toEnd)
	soma.rhs -= float64(f * end.rhs)
	root = c.soma.eliminate(root, soma)

	// Substitution outwards.
	xRoot := root.rhs / root.d
	xSoma := c.soma.substitute(soma, xRoot)
	xEnd := (end.rhs - float64(c.soma.toEnd*xSoma)) / end.d
	c.root = extrapolate(c.root, c.gain, xRoot)
	c.vSoma = extrapolate(c.vSoma, c.gain, xSoma)
	c.end = extrapolate(c.end, c.gain, xEnd)
	for i := range dend {
		k, s := &c.dend[i].cylinder, &c.dends[i]
		x := xRoot
		if i%2 == 1 {
			x = xEnd
		}
		x = k.substitute(dend[i], x)
		s.v = extrapolate(s.v, c.gain, x)
		s.vTip = extrapolate(s.vTip, c.gain, c.dend[i].tip.substitute(k, tips[i], x))
		s.excitation.advance(&c.excitatory)
		s.inhibition.advance(&c.inhibitory)
	}
	return c.vSoma > c.threshold
}

// icaMAHP returns the calcium current gcamax mca (v-eca) of mAHP in mA/cm2.
func (c *powers) icaMAHP(v float64) float64 { return float64(c.gCa * c.mca * (v - c.eCa)) }

// ikMAHP returns the potassium current gkcamax n (v-ek) of mAHP in mA/cm2.
func (c *powers) ikMAHP(v float64) float64 { return float64(c.gKca * c.kca * (v - c.eK)) }

// somaCurrents returns the currents of the soma, in mA/cm2:
//
//	pas       g (v-e)
//	Gfluctdv  see background
//	gh        ghbar n (v-eh)
//	kdrRL     gMax m^4 (v-ek)
//	mAHP      gkcamax n (v-ek) + gcamax mca (v-eca)
//	na3rp     gbar m^3 h (v-ena)
//	naps      gbar m (v-ena)
//
// The slow gates of na3rp and naps stay at 1 with these parameters (ar = 1)
// and are left out.
func (c *powers) somaCurrents() row {
	v := c.vSoma
	var r row
	r = r.ohmic(c.gPas, v, c.ePas)
	r.rhs += c.injected
	r = c.background.current(r, v, c.excitatory.e, c.inhibitory.e, c.perSoma)
	r = r.ohmic(c.gH*c.somaH, v, eH)
	r = r.ohmic(c.gKdr*cmath.Fourth(c.kdr), v, c.eK)
	r = r.add(c.ikMAHP(v)+c.ica, c.ikMAHP(v+probe)+c.icaMAHP(v+probe))
	r = r.ohmic(c.gNa3rp*c.m*c.m*c.m*c.h, v, c.eNa)
	return r.ohmic(c.gNaps*c.naps, v, c.eNa)
}

// dendriteCurrents returns the currents of a dendrite, in mA/cm2:
//
//	pas         g (v-e)
//	synapses    the inhibitory one first
//	gh          ghbar n (v-eh)
//	L_Ca_inact  gcabar m h (v-vca)
func (c *powers) dendriteCurrents(d *powersDendrite, s *powersDendriteState) row {
	var r row
	r = r.ohmic(d.gPas, s.v, d.ePas)
	r = s.inhibition.current(&c.inhibitory, r, s.v, d.perArea)
	r = s.excitation.current(&c.excitatory, r, s.v, d.perArea)
	r = r.ohmic(d.gH*s.h, s.v, eH)
	return r.ohmic(d.gCa*s.caM*s.caH, s.v, eLCa)
}

// advanceGates takes the second half of a step: it advances gates and calcium
// with the new potentials. Calcium takes the current of the first
// half: old potential, old gate.
func (c *powers) advanceGates() {
	v, dt := watch(c.vSoma, c.watched.low, c.watched.high), c.dt
	c.somaH = relaxBy(c.somaH, hTable.at(v), hTau, c.hShare)
	c.kdr = relax(c.kdr, kdrInf(v), kdrTau(v), dt)
	c.mca = approach(c.mca, mcaInf(v), c.mcaShare)
	c.cai = c.caTau.decay(c.cai, calciumInflux(c.ica)+c.caAtRest)
	kca := kcaRates(c.cai)
	c.kca = relax(c.kca, kca.alpha*kca.tau(), kca.tau(), dt)
	m := na3rpM(v)
	c.m = relax(c.m, m.inf(), max(over(m.tau(), c.q, c.qInverse), na3rpMinTauM), dt)
	c.h = relax(c.h, na3rpHInf(v), max(over(na3rpH(v).tau(), c.q, c.qInverse), na3rpMinTauH), dt)
	c.naps = approach(c.naps, napsInf(v), c.napsShare)
	for i := range c.dends {
		c.advanceDendrite(&c.dend[i], &c.dends[i])
	}
}

// advanceDendrite advances the gates of a dendrite.
func (c *powers) advanceDendrite(d *powersDendrite, s *powersDendriteState) {
	v := watch(s.v, lowestWatched, highestWatched)
	s.h = relaxBy(s.h, hTable.at(v), hTau, c.hShare)
	s.caM = relaxBy(s.caM, lcaMInf(v, d.thetaM), lcaTauM, c.lcaMShare)
	s.caH = relaxBy(s.caH, lcaHInf(v, d.thetaH), lcaTauH, c.lcaHShare)
}

// The fast sodium current na3rp. Its rates are q times faster than at 24 degC.
const (
	na3rpShift   = 1.0   // mV
	na3rpThetaM  = -30.0 // mV
	na3rpThetaH  = -45.0 // mV
	na3rpSlopeM  = 7.2   // mV
	na3rpSlopeH  = 1.5   // mV
	na3rpMinTauM = 0.02  // ms
	na3rpMinTauH = 0.5   // ms
)

func na3rpM(v float64) rates {
	return rates{
		na3rpRate(v, na3rpThetaM+na3rpShift, 0.4, na3rpSlopeM),
		na3rpRate(-v, -na3rpThetaM-na3rpShift, 0.124, na3rpSlopeM),
	}
}

// na3rpH are the rates of the inactivation's time constant; its steady state
// is na3rpHInf.
func na3rpH(v float64) rates {
	return rates{
		na3rpRate(v, na3rpThetaH+na3rpShift, 0.03, na3rpSlopeH),
		na3rpRate(-v, -na3rpThetaH-na3rpShift, 0.01, na3rpSlopeH),
	}
}

func na3rpHInf(v float64) float64 { return sigmoid((v + 50 - na3rpShift) / 8) }

// na3rpRate returns a (u-th)/(1 - exp(-(u-th)/s)), and a s at u = th, in 1/ms.
func na3rpRate(u, th, a, s float64) float64 {
	x := u - th
	if rare(math.Abs(x) <= 1e-6) {
		return float64(a * s)
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

// kcaRates returns the rates of calcium-activated potassium at cai (mM), in 1/ms:
//
//	a = 0.1 (1000 (cai - rest))^2   b = 0.1
//
// NEURON's steady state is a tau, not a/(a+b).
func kcaRates(cai float64) rates {
	x := 1000 * (cai - caRest)
	return rates{float64(0.1 * (x * x)), 0.1}
}

// lcaMInf and lcaHInf are the steady states of the dendritic calcium current
// at v (mV) with half activation theta (mV).
func lcaMInf(v, theta float64) float64 { return sigmoid((v - theta) / -6) }
func lcaHInf(v, theta float64) float64 { return sigmoid((v - theta) / 5) }

// hActivation is the steady state of the h current, 1/(1+exp((v+77)/8)),
// tabulated at -100, -99 ... 100 mV and interpolated. NEURON does so too, and
// the difference from the formula, up to 2e-4, is part of the model. The last
// value stands twice, as the next of itself.
type hActivation [202]float64

var hTable = func() (t hActivation) {
	for j := range t {
		v := -100 + float64(min(j, 200))
		t[j] = sigmoid((v + 77) / 8)
	}
	return t
}()

func (t *hActivation) at(v float64) float64 {
	x := v + 100
	switch {
	case !(x > 0):
		x = 0
	case x > 200:
		x = 200
	}
	k := int(x)
	return t[k] + float64((x-float64(k))*(t[k+1]-t[k]))
}

// start fills in a cell from its description.
func (c *powers) start(p *Powers2017, s Scheme) {
	c.dt, c.gain = s.Dt, s.gain()
	c.watched = p.limits().and(exponentialRange)
	soma := section{p.Soma.L, p.Soma.Diam, p.Soma.Ra, p.Soma.Cm}
	c.soma, c.perSoma = newCylinder(soma, s), 100/soma.area()
	c.gPas, c.gNa3rp, c.gNaps, c.gKdr = p.Soma.GPas, p.Soma.GbarNa3rp, p.Soma.GbarNaps, p.Soma.GMaxKdrRL
	c.gCa, c.gKca, c.gH = p.Soma.GcamaxMAHP, p.Soma.GkcamaxMAHP, p.Soma.GhbarGh
	c.ePas, c.eNa, c.eK, c.eCa = p.Soma.EPas, p.Soma.Ena, p.Soma.Ek, p.Soma.Eca
	c.q = cmath.Exp2((p.Celsius - 24) / 10)
	c.qInverse = 1 / c.q
	c.caTau, c.caAtRest = newTimeConstant(p.Soma.TauMAHP, s.Dt), caRest/p.Soma.TauMAHP
	c.hShare, c.napsShare, c.mcaShare = gone(s.Dt*(1/hTau)), gone(s.Dt*(1/napsTau)), gone(s.Dt*(1/mcaTau))
	c.lcaMShare, c.lcaHShare = gone(s.Dt*(1/lcaTauM)), gone(s.Dt*(1/lcaTauH))
	c.rootD, c.endD = 0-c.soma.toEnd, 0-c.soma.toEnd
	for i := 3; i >= 0; i-- {
		c.dend[i] = p.Dendrites[i].start(s)
		if i%2 == 0 {
			c.rootD -= c.dend[i].cylinder.toEnd
		} else {
			c.endD -= c.dend[i].cylinder.toEnd
		}
	}
	for i, syn := range p.Synapses {
		k := newSynapse(syn, s.Dt)
		kind := &c.excitatory
		if i%2 == 1 {
			kind = &c.inhibitory
		}
		if i < 2 {
			*kind = k
		} else if *kind != k {
			panic("membrane: synapses of one kind differ")
		}
	}
}

// limits returns those of the soma's potential.
func (p *Powers2017) limits() limits {
	reversals := []float64{p.Soma.EPas, p.Soma.Ena, p.Soma.Ek, p.Soma.Eca, eH, eLCa}
	for i := range p.Dendrites {
		reversals = append(reversals, p.Dendrites[i].EPas)
	}
	for _, s := range p.Synapses {
		reversals = append(reversals, s.E)
	}
	return somaLimits(reversals)
}

func (p *Powers2017Dendrite) start(s Scheme) powersDendrite {
	dend := section{p.L, p.Diam, p.Ra, p.Cm}
	k := newCylinder(dend, s)
	return powersDendrite{
		gPas: p.GPas, gCa: p.Gcabar, gH: p.GhbarGh, ePas: p.EPas,
		thetaM: p.ThetaM, thetaH: p.ThetaH,
		perArea: 100 / dend.area(), cylinder: k, tip: newTip(k),
	}
}

// settle puts every node at voltage v and every gate at its steady state there.
func (c *powers) settle(v float64) {
	c.powersState = powersState{root: v, vSoma: v, end: v}
	c.somaH, c.kdr, c.mca, c.cai = hTable.at(v), kdrInf(v), mcaInf(v), caRest
	kca := kcaRates(c.cai)
	c.kca = kca.alpha * kca.tau()
	c.m, c.h, c.naps = na3rpM(v).inf(), na3rpHInf(v), napsInf(v)
	for i := range c.dends {
		d := &c.dend[i]
		c.dends[i] = powersDendriteState{v: v, vTip: v, h: hTable.at(v), caM: lcaMInf(v, d.thetaM), caH: lcaHInf(v, d.thetaH)}
	}
}

// currents returns the membrane currents of a compartment.
func (c *powers) currents(compartment int) []Current {
	if compartment == 0 {
		v := c.vSoma
		return []Current{
			{"pas", c.gPas * (v - c.ePas)},
			{"gh", c.gH * c.somaH * (v - eH)},
			{"kdrRL", c.gKdr * cmath.Fourth(c.kdr) * (v - c.eK)},
			{"mAHP", c.ikMAHP(v) + c.icaMAHP(v)},
			{"na3rp", c.gNa3rp * c.m * c.m * c.m * c.h * (v - c.eNa)},
			{"naps", c.gNaps * c.naps * (v - c.eNa)},
		}
	}
	d, s := &c.dend[compartment-1], &c.dends[compartment-1]
	return []Current{
		{"pas", d.gPas * (s.v - d.ePas)},
		{"gh", d.gH * s.h * (s.v - eH)},
		{"L_Ca_inact", d.gCa * s.caM * s.caH * (s.v - eLCa)},
	}
}
