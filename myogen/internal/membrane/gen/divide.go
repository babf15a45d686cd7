package main

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
	g := newGraph()
	made := map[*node]*node{}
	var rebuild func(n *node) *node
	rebuild = func(n *node) *node {
		if have := made[n]; have != nil {
			return have
		}
		args := make([]*node, len(n.args))
		for i, a := range n.args {
			args[i] = rebuild(a)
		}
		var out *node
		switch {
		case n.op == opDiv && args[1].isConst():
			out = g.over(args[0], args[1], g.constant(1/args[1].float()))
		case n.op == opDiv && args[0].is(1):
			out = g.reciprocal(args[1])
		case n.op == opDiv && (uses[n.args[1]] > 1 || g.inverted[args[1]] != nil):
			out = g.over(args[0], args[1], g.reciprocal(args[1]))
		default:
			c := *n
			c.args = args
			out = g.add(c)
		}
		made[n] = out
		return out
	}
	for _, n := range old.nodes { // keeps the order of the program
		rebuild(n)
	}
	for _, c := range old.checks {
		g.checks = append(g.checks, &node{op: opCheck, n: c.n, args: []*node{rebuild(c.args[0]), rebuild(c.args[1])}})
	}
	for _, s := range old.stores {
		g.stores = append(g.stores, &node{op: opStore, n: s.n, args: []*node{rebuild(s.args[0])}})
	}
	g.result = &node{op: opCompare, n: old.result.n, args: []*node{rebuild(old.result.args[0]), rebuild(old.result.args[1])}}
	return g
}
