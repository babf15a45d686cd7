package main

import (
	"maps"
	"math"
)

// function builds what a call stands for.
type function func(g *graph, args []*node) *node

// functions are the calls that the generator knows and does not look into.
var functions = map[string]function{
	"math.Abs":     func(g *graph, a []*node) *node { return g.abs(a[0]) },
	"math.FMA":     func(g *graph, a []*node) *node { return g.fma(a[0], a[1], a[2]) },
	"min":          func(g *graph, a []*node) *node { return g.min(a[0], a[1]) },
	"max":          func(g *graph, a []*node) *node { return g.max(a[0], a[1]) },
	"cmath.Exp":    func(g *graph, a []*node) *node { return g.exp(a[0]) },
	"cmath.Fourth": func(g *graph, a []*node) *node { return g.fourth(a[0]) },
	"gone":         gone((*graph).exp),
	"watch":        func(g *graph, a []*node) *node { return g.watch(a[0], a[1], a[2]) },
	"hTable.at":    func(g *graph, a []*node) *node { return g.hTable(a[0]) },
}

// vectorFunctions are those and some that vector code computes in another way.
var vectorFunctions = func() map[string]function {
	f := maps.Clone(functions)
	f["over"] = func(g *graph, a []*node) *node { return g.over(a[0], a[1], a[2]) }
	f["extrapolate"] = func(g *graph, a []*node) *node { return g.fma(a[1], a[2], a[0]) }
	return f
}()

// plainFunctions are those of a kernel without fused operations.
var plainFunctions = func() map[string]function {
	f := maps.Clone(functions)
	exp := func(g *graph, x *node) *node { return g.attempt(0, x) }
	f["cmath.Exp"] = func(g *graph, a []*node) *node { return exp(g, a[0]) }
	f["cmath.Fourth"] = func(g *graph, a []*node) *node { return g.attempt(1, a[0]) }
	f["gone"] = gone(exp)
	return f
}()

// Constants of cmath; see there.
const (
	log2e128 = 0x1.71547652b82fep7
	shift    = 0x1.8p52
	ln2hi128 = 0x1.62e42fefa0000p-8
	ln2lo128 = 0x1.cf79abc9e3b39p-47
	ln2hi    = 0x1.62e42fefa3800p-1
	ln2lo    = 0x1.ef35793c76730p-45
	c2       = 0x1.ffffffffffdbdp-2
	c3       = 0x1.555555555543cp-3
	c4       = 0x1.55555cf172b91p-5
	c5       = 0x1.1111167a4d017p-7

	bias = 1024 // makes the exponents of numbers positive
)

// exp is cmath.Exp for |x| < 512. For |x| < 2^-54 the general way gives the
// same 1 + x.
func (g *graph) exp(x *node) *node { return g.expTail(x, nil) }

// expTail is exp of x + tail, the tail small.
func (g *graph) expTail(x, tail *node) *node {
	c := g.constant
	biased := g.fmaSmall(c(log2e128), x, c(shift))
	k := g.difference(biased, c(shift))
	r := g.fmaSmall(g.neg(k), c(ln2lo128), g.fmaSmall(g.neg(k), c(ln2hi128), x))
	if tail != nil {
		r = g.sum(r, tail)
	}
	eTail, head := g.gather(tableExp, 2, biased) // k stands in the last bits
	r2 := g.product(r, r)
	p := g.fmaSmall(g.product(r2, r2), g.fmaSmall(r, c(c5), c(c4)), g.fmaSmall(r2, g.fmaSmall(r, c(c3), c(c2)), g.sum(eTail, r)))
	scale := g.addInt(head, g.shl(biased, 45))
	return g.fmaSmall(scale, p, scale)
}

// gone returns 1 - exp(-x) for x >= 0: beyond 500 it is 1, as it is at 500.
func gone(exp func(*graph, *node) *node) function {
	return func(g *graph, a []*node) *node {
		return g.difference(g.constant(1), exp(g, g.neg(g.min(a[0], g.constant(500)))))
	}
}

// fourth is cmath.Fourth for 1e-50 <= x <= 1e50.
func (g *graph) fourth(x *node) *node {
	const (
		l3, l4, l5 = -0x1.555555555556p-1, 0x1.0000000000006p-1, 0x1.999999959554ep-1
		l6, l7, l8 = -0x1.555555529a47ap-1, -0x1.2495b9b4845e9p0, 0x1.0002b8b263fc3p0
		logOffset  = 0x3fe6955500000000
	)
	g.check(greaterOrEqual, x, g.constant(1e-50))
	g.check(lessThan, x, g.constant(1e50))
	c := g.constant
	above := g.subInt(x, g.bits(logOffset))
	// The exponent made positive, put into the mantissa of 2^52 and taken out as a number.
	exponent := g.shr(g.addInt(above, g.bits(bias<<52)), 52)
	k := g.difference(g.addInt(exponent, g.bits(math.Float64bits(0x1p52))), c(0x1p52+bias))
	z := g.subInt(x, g.and(above, 0xfff<<52))
	i := g.and(g.shr(above, 45), 127)
	inverse, log := g.gather(tableLog, 2, i)
	logTail, _ := g.gather(tableLogTail, 1, i)
	r := g.fma(z, inverse, c(-1))
	t1 := g.fma(k, c(ln2hi), log)
	t2 := g.sum(t1, r)
	lo1 := g.fma(k, c(ln2lo), logTail)
	lo2 := g.sum(g.difference(t1, t2), r)
	ar := g.product(c(-0.5), r)
	ar2 := g.product(r, ar)
	ar3 := g.product(r, ar2)
	hi := g.sum(t2, ar2)
	lo3 := g.fma(ar, r, g.neg(ar2))
	lo4 := g.sum(g.difference(t2, hi), ar2)
	p := g.fmaSmall(ar2, g.fmaSmall(ar2, g.fmaSmall(r, c(l8), c(l7)), g.fmaSmall(r, c(l6), c(l5))), g.fmaSmall(r, c(l4), c(l3)))
	lo := g.fma(ar3, p, g.sum(g.sum(g.sum(lo1, lo2), lo3), lo4))
	y := g.sum(hi, lo)
	tail := g.sum(g.difference(hi, y), lo)
	return g.expTail(g.product(c(4), y), g.product(c(4), tail))
}

// watch demands low < v < high of every lane.
func (g *graph) watch(v, low, high *node) *node {
	g.check(greaterThan, v, low)
	g.check(lessThan, v, high)
	return v
}

// hTable is hActivation.at.
func (g *graph) hTable(v *node) *node {
	c := g.constant
	x := g.min(g.max(g.sum(v, c(100)), c(0)), c(200))
	k := g.truncate(x)
	value, next := g.gather(tableH, 1, g.sum(k, c(0x1p52))) // k stands in the last bits of k + 2^52
	return g.sum(value, g.product(g.difference(x, k), g.difference(next, value)))
}
