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

// endArea is the area in um2 that the equations of a node without membrane
// are divided by, as in NEURON.
const endArea = 100

// maxNodes is the number of nodes of the largest cell, Powers 2017.
const maxNodes = 11

// cable is the tree of nodes of one cell with the linear system of one
// implicit step. Parents come before their children; node 0 is the root.
type cable struct {
	n      int
	parent [maxNodes]int
	// a and b are the effect of a node on its parent and of the parent on it:
	// minus the axial conductance in uS over the area, in mS/cm2.
	a, b [maxNodes]float64
	// cap is the capacitive part of the diagonal, 1e-3 cj cm, in mS/cm2.
	cap [maxNodes]float64

	v      [maxNodes]float64 // mV
	rhs, d [maxNodes]float64

	gain float64 // v changes by gain times the solution: 2 or 1
}

// Scheme is the time integration of a fixed step.
type Scheme struct {
	Dt float64 // ms
	// SecondOrder selects Crank-Nicolson, taken as a half step of backward
	// Euler and its extrapolation; false is backward Euler.
	SecondOrder bool
}

func (s Scheme) cj() float64 {
	if s.SecondOrder {
		return 2 / s.Dt
	}
	return 1 / s.Dt
}

func (s Scheme) gain() float64 {
	if s.SecondOrder {
		return 2
	}
	return 1
}

// addNode appends a node that hangs on parent through resistance r (MOhm).
// Areas are those of the node and of its parent; cm is 0 for an end.
func (c *cable) addNode(parent int, r, area, parentArea, cm float64, s Scheme) {
	i := c.n
	c.n++
	c.parent[i] = parent
	c.cap[i] = 0.001 * s.cj() * cm
	if i == 0 {
		return
	}
	g := 1 / r // uS
	c.a[i] = -100 * g / parentArea
	c.b[i] = -100 * g / area
}

// solve adds axial and capacitive terms to the membrane currents in rhs and d,
// solves for the change of voltage and applies it.
func (c *cable) solve() {
	n := c.n
	v, rhs, d := c.v[:n], c.rhs[:n], c.d[:n]
	a, b, parent := c.a[:n], c.b[:n], c.parent[:n]
	for i := 1; i < n; i++ {
		p := parent[i]
		dv := v[p] - v[i]
		rhs[i] -= float64(b[i] * dv)
		rhs[p] += float64(a[i] * dv)
	}
	for i := range d {
		d[i] += c.cap[i]
	}
	for i := 1; i < n; i++ {
		d[i] -= b[i]
		d[parent[i]] -= a[i]
	}
	for i := n - 1; i > 0; i-- {
		p := parent[i]
		f := a[i] / d[i]
		d[p] -= float64(f * b[i])
		rhs[p] -= float64(f * rhs[i])
	}
	rhs[0] /= d[0]
	for i := 1; i < n; i++ {
		rhs[i] = (rhs[i] - float64(b[i]*rhs[parent[i]])) / d[i]
	}
	for i := range v {
		v[i] += float64(c.gain * rhs[i])
	}
}

// settle puts every node at voltage v.
func (c *cable) settle(v float64) {
	for i := range c.v[:c.n] {
		c.v[i] = v
	}
}

// clear empties the right-hand side and the diagonal.
func (c *cable) clear() {
	c.rhs = [maxNodes]float64{}
	c.d = [maxNodes]float64{}
}

// add takes an outward membrane current i, in mA/cm2 at the node's voltage v,
// and its value at v+probe into the system. NEURON linearises numerically, and
// so do we: the rounding of the difference is part of the result.
func (c *cable) add(node int, i, iProbe float64) {
	c.rhs[node] -= i
	c.d[node] += (iProbe - i) / probe
}

// probe is the step in mV of the numerical derivative of a current.
const probe = 0.001
