package main

import (
	"math"
	"math/bits"
)

// Where there is no fused multiply-add, a*b + c, rounded once, is put together
// from ordinary operations (Boldo and Melquiond 2008, IEEE Trans. Comput. 57:462):
//
//	uh + ul = a b        exactly (Veltkamp and Dekker)
//	th + tl = c + ul     exactly (Knuth)
//	vh + vl = uh + th    exactly
//	a b + c = vh + odd(tl + vl)
//
// where odd rounds an inexact sum to the neighbour whose last bit is 1, so that
// the second rounding cannot be led to a wrong middle. It holds without overflow and
// as long as the error of a b is a number or does not matter: |a b| > 2^-960, or
// |c| > 2^-900. The fused operations of the kernels are those of exponentials and
// logarithms, with checked potentials, and in them c is no smaller than the square root of
// |a b| unless all is 0.

// emulate returns the graph without fused operations.
func emulate(old *graph) *graph {
	return old.rebuilt(func(g *graph, n *node, args []*node) *node {
		if n.op != opFMA {
			c := *n
			c.args = args
			return g.add(c)
		}
		a, b, c := args[0], args[1], args[2]
		if b.isConst() {
			a, b = b, a
		}
		if n.negProduct {
			a = g.neg(a)
		}
		if n.negAddend {
			c = g.neg(c)
		}
		return g.unfused(a, b, c)
	})
}

// unfused is fma from ordinary operations.
func (g *graph) unfused(a, b, c *node) *node {
	if g.exact(a, b) {
		return g.sum(g.product(a, b), c)
	}
	uh, ul := g.exactProduct(a, b)
	if c.is(shift) {
		// Of |a b| < 2^50, rounded to odd, two bits more are left than the sum has.
		return g.sum(g.odd(uh, ul), c)
	}
	th, tl := g.exactSum(c, ul)
	vh, vl := g.exactSum(uh, th)
	return g.sum(vh, g.odd(g.exactSum(tl, vl)))
}

// Nearly always less will do. Rounding is monotonic: of bounds l <= a b <= h,
//
//	if round(c + l) = round(c + h), both are a b + c, rounded once
//
// and the numbers beside the rounded product are such bounds (unless the product
// is subnormal and matters, see above). So an exponential, or a fourth power, is
// computed with bounds whose tests are joined; where one fails, in a hundredth of all
// cases, a function with the operations above computes it anew.

// functionsAnew are what is computed with bounds first.
var functionsAnew = []func(*graph, *node) *node{(*graph).exp, (*graph).fourth}

// attempt computes one of them.
func (g *graph) attempt(function int, x *node) *node {
	before, tests := g.attempts, g.tests
	g.attempts, g.tests = true, nil
	value := functionsAnew[function](g, x)
	test := g.tests[0]
	for _, t := range g.tests[1:] {
		test = g.add(node{op: opBoth, args: sorted(test, t)})
	}
	g.attempts, g.tests = before, tests
	return g.add(node{op: opAttempt, n: function, args: []*node{value, test, x}})
}

// between returns a*b + c and adds its test. Times 1 - 2^-53 a number loses one unit in
// the last place, times 1 + 2^-52 it gains one or two.
func (g *graph) between(a, b, c *node) *node {
	p := g.product(a, b)
	low := g.sum(c, g.product(p, g.constant(1-0x1p-53)))
	high := g.sum(c, g.product(p, g.constant(1+0x1p-52)))
	g.tests = append(g.tests, g.add(node{op: opSame, args: sorted(low, high)}))
	return low
}

// exact reports whether a product is one of numbers so short that it is exact: of a
// whole number and the upper part of ln 2 / 128 or ln 2. It is below 2^17 in exp, from a
// potential over a constant, and an exponent in fourth.
func (g *graph) exact(a, b *node) bool {
	if b.isConst() {
		a, b = b, a
	}
	if b.op == opNeg {
		b = b.args[0]
	}
	if !a.isConst() || b.op != opSub {
		return false
	}
	zeros := bits.TrailingZeros64(a.bits)
	switch math.Abs(a.float()) {
	case ln2hi128:
		return zeros >= 17 && b.args[1].is(shift)
	case ln2hi:
		return zeros >= 11 && b.args[1].is(0x1p52+bias)
	}
	return false
}

// exactProduct returns the rounded product of two numbers and the error.
func (g *graph) exactProduct(a, b *node) (product, err *node) {
	p := g.product(a, b)
	ah, al := g.split(a)
	bh, bl := g.split(b)
	e := g.difference(g.product(ah, bh), p)
	e = g.sum(e, g.product(ah, bl))
	e = g.sum(e, g.product(al, bh))
	return p, g.sum(e, g.product(al, bl))
}

// split returns a number as the sum of two with half the digits.
func (g *graph) split(a *node) (high, low *node) {
	if a.op == opNeg {
		high, low = g.split(a.args[0])
		return g.neg(high), g.neg(low)
	}
	big := g.product(g.constant(1<<27+1), a)
	high = g.difference(big, g.difference(big, a))
	return high, g.difference(a, high)
}

// exactSum returns the rounded sum of two numbers and the error.
func (g *graph) exactSum(a, b *node) (sum, err *node) {
	s := g.sum(a, b)
	a1 := g.difference(s, b)
	b1 := g.difference(s, a1)
	return s, g.sum(g.difference(a, a1), g.difference(b, b1))
}

// odd rounds a rounded sum and its error to odd.
func (g *graph) odd(sum, err *node) *node { return g.add(node{op: opOdd, args: []*node{sum, err}}) }
