package membrane

import "math"

// section is an unbranched cylinder with one membrane compartment: a node in
// its centre and nodes without area at its ends.
type section struct {
	length, diam float64 // um
	ra           float64 // axial resistivity, Ohm cm
	cm           float64 // uF/cm2
}

// area returns the membrane area in um2.
func (s section) area() float64 { return math.Pi * s.diam * s.length }

// halfResistance returns the axial resistance from the centre to an end in
// MOhm.
func (s section) halfResistance() float64 {
	return 1e-2 * s.ra * (s.length / 2) / (math.Pi * s.diam * s.diam / 4)
}

// endArea is the area in um2 by which NEURON divides the equation of a node without
// membrane (Carnevale and Hines 2006).
const endArea = 100

// Scheme is the time integration of a fixed step.
type Scheme struct {
	Dt float64 // ms
	// SecondOrder selects Crank-Nicolson, taken as a half step of backward
	// Euler and its extrapolation; false is backward Euler.
	SecondOrder bool
}

// cj is the factor of the capacitance in the linear system, 1/ms.
func (s Scheme) cj() float64 {
	if s.SecondOrder {
		return 2 / s.Dt
	}
	return 1 / s.Dt
}

// gain is the change of a potential over the solution of the linear system: 2 for
// the extrapolated half step of Crank-Nicolson, 1 for backward Euler.
func (s Scheme) gain() float64 {
	if s.SecondOrder {
		return 2
	}
	return 1
}

// extrapolate returns v + gain x. The gain is 1 or 2, so the product is exact and
// vector code may fuse it with the sum.
func extrapolate(v, gain, x float64) float64 { return v + float64(gain*x) }

// row is a node's equation in the linear system of a step.
type row struct {
	rhs float64 // current into the node, mA/cm2
	d   float64 // diagonal, mA/cm2 per mV = S/cm2
}

// probe is the shift in mV with which NEURON differentiates a current numerically.
const probe = 0.001

// add adds an outward membrane current to a row, linearised as in NEURON:
//
//	rhs = rhs - i(v)   d = d + (i(v+probe) - i(v))/probe
//
// with i = i(v) and iProbe = i(v+probe) in mA/cm2. The rounding of the difference is
// part of the result.
func (r row) add(i, iProbe float64) row {
	return row{r.rhs - i, r.d + (iProbe-i)/probe}
}

// ohmic adds the current g (v-e) of a conductance g in S/cm2.
func (r row) ohmic(g, v, e float64) row {
	return r.add(float64(g*(v-e)), float64(g*(v+probe-e)))
}

// cylinder holds the constants of a section in the linear system. Its two
// halves have the same resistance, so two numbers are enough for both: the
// effect of an end on the centre and of the centre on an end, which are minus
// the axial conductance over the area.
type cylinder struct {
	cap      float64 // capacitive part of the diagonal, 1e-3 cj cm, S/cm2
	toCentre float64 // S/cm2 of the centre's membrane
	toEnd    float64 // S/cm2 of endArea
}

func newCylinder(s section, scheme Scheme) cylinder {
	g := 1 / s.halfResistance() // uS
	return cylinder{
		cap:      0.001 * scheme.cj() * s.cm,
		toCentre: -100 * g / s.area(),
		toEnd:    -100 * g / endArea,
	}
}

// axial adds to the centre's row its capacitance and the axial currents:
// dvIn is the voltage of the end nearer to the root over the centre's, dvOut
// the centre's over that of the other end.
func (k *cylinder) axial(r row, dvIn, dvOut float64) row {
	return row{
		rhs: r.rhs - float64(k.toCentre*dvIn) + float64(k.toCentre*dvOut),
		d:   r.d + k.cap - k.toCentre - k.toCentre,
	}
}

// eliminate takes the centre out of the row of the end nearer to the root
// (Hines 1984, Int J Biomed Comput 15:69).
func (k *cylinder) eliminate(end, centre row) row {
	f := k.toEnd / centre.d
	return row{end.rhs - float64(f*centre.rhs), end.d - float64(f*k.toCentre)}
}

// substitute returns the solution at the centre from that at the end nearer to
// the root.
func (k *cylinder) substitute(centre row, end float64) float64 {
	return (centre.rhs - float64(k.toCentre*end)) / centre.d
}

// tip holds the constants of an end without further sections. Its diagonal is
// -toEnd.
type tip struct {
	inverse float64 // 1/diagonal
	share   float64 // of its row that goes to the centre's
}

func newTip(k cylinder) tip {
	return tip{inverse: 1 / -k.toEnd, share: k.toCentre / -k.toEnd}
}

// eliminate takes the tip with the right-hand side rhs out of the centre's row.
func (t *tip) eliminate(k *cylinder, centre row, rhs float64) row {
	return row{centre.rhs - float64(t.share*rhs), centre.d - float64(t.share*k.toEnd)}
}

// substitute returns the solution at the tip from that at the centre.
func (t *tip) substitute(k *cylinder, rhs, centre float64) float64 {
	return over(rhs-float64(k.toEnd*centre), -k.toEnd, t.inverse)
}
