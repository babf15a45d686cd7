package main

import (
	"math"
	"math/big"
)

// Divisions are slow; a quotient can be had from a correctly rounded
// reciprocal y = 1/b with three faster operations, rounded as a division
// rounds (Markstein 1990, IBM J Res Dev 34:111):
//
//	q = a y        r = a - b q, exact        a/b = q + r y
//
// It holds while nothing over- or underflows, which checked potentials see to.

// over is a/b for a known y = 1/b.
func (g *graph) over(a, b, y *node) *node {
	q := g.product(a, y)
	return g.fma(g.fma(g.neg(b), q, a), y, q)
}

// overConstant is a/b for a constant b. With 1/b = y + z to twice the usual
// precision, a y + a z rounds as the quotient does in two operations, for nearly
// all b (Brisebarre and Muller 2008, IEEE Trans Comput 57:165).
func (g *graph) overConstant(a, b *node) *node {
	if y, z, ok := reciprocalPair(b.float()); ok {
		return g.fma(a, g.constant(y), g.product(a, g.constant(z)))
	}
	return g.over(a, b, g.constant(1/b.float()))
}

// reciprocalPair returns y + z = 1/b and whether fma(a, y, a*z) is a/b,
// correctly rounded, for every a.
//
// The sum misses a/b by less than 2^-53 of a unit in the last place. Let A
// and B be the mantissas of a and b as 53-bit integers. A quotient misses the
// middle between two numbers by |k|/2B of a unit, with the integer
// k = 2^(s+1) A - (2Q+1) B, s = 52 or 53: by more, unless |k| = 1. An even B makes k even. For an odd
// one the As of k = 1 and -1 are found and tried.
func reciprocalPair(b float64) (y, z float64, ok bool) {
	const precision = 300
	exact := new(big.Float).SetPrec(precision).Quo(big.NewFloat(1).SetPrec(precision), big.NewFloat(b))
	y, _ = exact.Float64()
	z, _ = new(big.Float).SetPrec(precision).Sub(exact, big.NewFloat(y)).Float64()
	mantissa, _ := math.Frexp(b)
	bigB := big.NewInt(int64(math.Ldexp(mantissa, 53)))
	if bigB.Bit(0) == 0 {
		return y, z, true
	}
	for _, s := range []uint{53, 54} {
		inverse := new(big.Int).ModInverse(new(big.Int).Lsh(big.NewInt(1), s), bigB)
		for _, k := range []int64{1, -1} {
			candidate := new(big.Int).Mod(new(big.Int).Mul(inverse, big.NewInt(k)), bigB)
			for _, c := range []*big.Int{candidate, new(big.Int).Add(candidate, bigB)} {
				a, _ := new(big.Float).SetInt(c).Float64()
				if math.FMA(a, y, float64(a*z)) != a/b {
					return 0, 0, false
				}
			}
		}
	}
	return y, z, true
}

// reciprocal is 1/b. For b = 1/s, rounded, one step of Newton from s gives it:
// s is within half a unit in the last place of 1/b, and the one b for which
// that is not enough, with all bits of the mantissa set, is no reciprocal.
func (g *graph) reciprocal(b *node) *node {
	y := g.quotient(g.constant(1), b)
	if s := g.inverted[b]; s != nil {
		y = g.fma(g.fma(g.neg(b), s, g.constant(1)), s, s)
	}
	g.inverted[y] = b
	return y
}

// shareReciprocals returns the graph with a reciprocal for every divisor that
// is constant or divides more than once.
func shareReciprocals(old *graph) *graph {
	uses := map[*node]int{}
	for _, n := range old.nodes {
		if n.op == opDiv {
			uses[n.args[1]]++
		}
	}
	return old.rebuilt(func(g *graph, n *node, args []*node) *node {
		switch {
		case n.op == opDiv && args[1].isConst():
			return g.overConstant(args[0], args[1])
		case n.op == opDiv && args[0].is(1):
			return g.reciprocal(args[1])
		case n.op == opDiv && uses[n.args[1]] > 1:
			return g.over(args[0], args[1], g.reciprocal(args[1]))
		}
		c := *n
		c.args = args
		return g.add(c)
	})
}
