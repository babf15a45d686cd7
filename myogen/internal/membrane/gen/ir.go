package main

import (
	"fmt"
	"math"
)

// op is an operation on the numbers of each cell.
type op int

const (
	opConst op = iota // the bits, in every lane
	opSlot            // a slot of the cells
	opAdd
	opSub
	opMul
	opDiv
	opMin
	opMax
	opFMA // a*b + c, rounded once; see node.negProduct, node.negAddend
	opNeg
	opAbs
	opTruncate
	opOdd     // a rounded sum and its error, rounded to odd
	opSame    // reports in each lane whether two numbers are equal
	opBoth    // reports in each lane whether both tests hold
	opAttempt // a value, or what a function makes of its argument where a test failed (emulate.go)
	opAnd     // from here on bits and integers
	opShl
	opShr
	opAddInt
	opSubInt
	opGather  // fetches the pair that begins at each lane's number of a table
	opFirst   // the first number of a gathered pair
	opSecond  // the second
	opCheck   // reports whether a condition holds in every lane, and every one before it
	opBail    // leaves both halves to the reference code unless all checks held
	opStore   // into a slot
	opCompare // gives the lanes in which a > b: the result of the first half
)

// A kernel is two halves of a step of two blocks that run together: while
// one block waits for its linear system to be solved, the other computes
// exponentials. part says which.
const (
	partPotentials = iota
	partGates
)

// node is one operation in static single assignment form.
type node struct {
	op   op
	part int // of a slot or a store
	args []*node
	bits uint64 // of a constant
	n    int    // slot, shift, stride or predicate
	from table  // of opGather

	negProduct, negAddend bool // of opFMA

	after []*node // what must come before it although it does not use it
	id    int
}

// Predicates of opCheck and opCompare, as AVX encodes them: ordered, so that they are
// false for what is no number.
const (
	lessThan       = 0x11
	greaterOrEqual = 0x1d
	greaterThan    = 0x1e
)

// graph makes nodes: equal operations on equal arguments are one node.
type graph struct {
	nodes    []*node
	known    map[string]*node
	inverted map[*node]*node // of a reciprocal: the divisor
	checks   []*node
	stores   []*node
	result   *node

	attempts bool    // whether fused operations are put between bounds (emulate.go)
	tests    []*node // of these bounds
}

func newGraph() *graph {
	return &graph{known: map[string]*node{}, inverted: map[*node]*node{}}
}

func (g *graph) add(n node) *node {
	key := fmt.Sprintln(n.op, n.part, n.bits, n.n, n.from, n.negProduct, n.negAddend)
	for _, a := range n.args {
		key += fmt.Sprint(" ", a.id)
	}
	if have := g.known[key]; have != nil {
		return have
	}
	n.id = len(g.nodes)
	g.nodes = append(g.nodes, &n)
	g.known[key] = &n
	return &n
}

func (n *node) isConst() bool     { return n.op == opConst }
func (n *node) float() float64    { return math.Float64frombits(n.bits) }
func (n *node) is(x float64) bool { return n.isConst() && n.float() == x }

func (g *graph) constant(x float64) *node { return g.bits(math.Float64bits(x)) }
func (g *graph) bits(x uint64) *node      { return g.add(node{op: opConst, bits: x}) }

func (g *graph) slot(part, i int) *node { return g.add(node{op: opSlot, part: part, n: i}) }

func sorted(a, b *node) []*node {
	if a.id > b.id {
		a, b = b, a
	}
	return []*node{a, b}
}

// The arithmetic moves signs outwards, where they cost nothing. What it leaves
// out of IEEE 754 is the sign of a zero, which no rate and no current sees.

func (g *graph) neg(a *node) *node {
	switch {
	case a.isConst():
		return g.constant(-a.float())
	case a.op == opNeg:
		return a.args[0]
	}
	return g.add(node{op: opNeg, args: []*node{a}})
}

func (g *graph) sum(a, b *node) *node {
	switch {
	case a.isConst() && b.isConst():
		return g.constant(a.float() + b.float())
	case a.is(0):
		return b
	case b.is(0):
		return a
	case b.op == opNeg:
		return g.difference(a, b.args[0])
	case a.op == opNeg:
		return g.difference(b, a.args[0])
	}
	return g.add(node{op: opAdd, args: sorted(a, b)})
}

func (g *graph) difference(a, b *node) *node {
	switch {
	case a.isConst() && b.isConst():
		return g.constant(a.float() - b.float())
	case a.is(0):
		return g.neg(b)
	case b.is(0):
		return a
	case b.op == opNeg:
		return g.sum(a, b.args[0])
	case a.op == opNeg:
		return g.neg(g.sum(a.args[0], b))
	}
	return g.add(node{op: opSub, args: []*node{a, b}})
}

func (g *graph) product(a, b *node) *node {
	switch {
	case a.isConst() && b.isConst():
		return g.constant(float64(a.float() * b.float()))
	case a.is(0) || b.is(0): // of finite numbers, as checked potentials see to
		return g.constant(0)
	case a.is(1):
		return b
	case b.is(1):
		return a
	case a.op == opNeg:
		return g.neg(g.product(a.args[0], b))
	case b.op == opNeg:
		return g.neg(g.product(a, b.args[0]))
	case a.isConst() && a.float() < 0:
		return g.neg(g.product(g.constant(-a.float()), b))
	case b.isConst() && b.float() < 0:
		return g.neg(g.product(a, g.constant(-b.float())))
	}
	return g.add(node{op: opMul, args: sorted(a, b)})
}

func (g *graph) quotient(a, b *node) *node {
	switch {
	case a.isConst() && b.isConst():
		return g.constant(a.float() / b.float())
	case a.is(0):
		return a
	case a.op == opNeg:
		return g.neg(g.quotient(a.args[0], b))
	case b.op == opNeg:
		return g.neg(g.quotient(a, b.args[0]))
	case a.isConst() && a.float() < 0:
		return g.neg(g.quotient(g.constant(-a.float()), b))
	case b.isConst() && b.float() < 0:
		return g.neg(g.quotient(a, g.constant(-b.float())))
	case b.isConst() && powerOfTwo(b.float()):
		return g.product(a, g.constant(1/b.float()))
	}
	return g.add(node{op: opDiv, args: []*node{a, b}})
}

func powerOfTwo(x float64) bool {
	f, _ := math.Frexp(x)
	return f == 0.5
}

// fma returns a*b + c.
func (g *graph) fma(a, b, c *node) *node {
	if g.attempts {
		return g.unfused(a, b, c)
	}
	var n node
	n.op = opFMA
	for _, f := range []**node{&a, &b} {
		if (*f).op == opNeg {
			*f = (*f).args[0]
			n.negProduct = !n.negProduct
		}
	}
	if c.op == opNeg {
		c, n.negAddend = c.args[0], true
	}
	n.args = append(sorted(a, b), c)
	return g.add(n)
}

// fmaSmall is fma where a*b hardly ever decides how c is rounded.
func (g *graph) fmaSmall(a, b, c *node) *node {
	if g.attempts && !g.exact(a, b) {
		return g.between(a, b, c)
	}
	return g.fma(a, b, c)
}

func (g *graph) min(a, b *node) *node { return g.add(node{op: opMin, args: []*node{a, b}}) }
func (g *graph) max(a, b *node) *node { return g.add(node{op: opMax, args: []*node{a, b}}) }

func (g *graph) abs(a *node) *node {
	if a.op == opNeg {
		a = a.args[0]
	}
	return g.add(node{op: opAbs, args: []*node{a}})
}

func (g *graph) truncate(a *node) *node { return g.add(node{op: opTruncate, args: []*node{a}}) }
func (g *graph) and(a *node, mask uint64) *node {
	return g.add(node{op: opAnd, args: []*node{a, g.bits(mask)}})
}
func (g *graph) shl(a *node, n int) *node { return g.add(node{op: opShl, args: []*node{a}, n: n}) }
func (g *graph) shr(a *node, n int) *node { return g.add(node{op: opShr, args: []*node{a}, n: n}) }
func (g *graph) addInt(a, b *node) *node  { return g.add(node{op: opAddInt, args: []*node{a, b}}) }
func (g *graph) subInt(a, b *node) *node  { return g.add(node{op: opSubInt, args: []*node{a, b}}) }

// gather returns for each lane two numbers of a table, those from stride times i,
// where i is the last byte of the given bits; stride is 1 or 2.
func (g *graph) gather(from table, stride int, i *node) (first, second *node) {
	pair := g.add(node{op: opGather, args: []*node{i}, n: stride, from: from})
	return g.add(node{op: opFirst, args: []*node{pair}}), g.add(node{op: opSecond, args: []*node{pair}})
}

// check demands a condition of every lane, or the step is left to the reference code.
func (g *graph) check(predicate int, a, b *node) {
	g.checks = append(g.checks, &node{op: opCheck, n: predicate, args: []*node{a, b}})
}

// rebuilt returns the graph with each node replaced by what make builds of it and
// its new arguments.
func (old *graph) rebuilt(make func(g *graph, n *node, args []*node) *node) *graph {
	g := newGraph()
	made := map[*node]*node{}
	var rebuild func(n *node) *node
	rebuild = func(n *node) *node {
		if have := made[n]; have != nil {
			return have
		}
		var args []*node
		for _, a := range n.args {
			args = append(args, rebuild(a))
		}
		made[n] = make(g, n, args)
		return made[n]
	}
	for _, n := range old.nodes { // keeps the order of the program
		rebuild(n)
	}
	for _, c := range old.checks {
		g.checks = append(g.checks, &node{op: opCheck, n: c.n, args: []*node{rebuild(c.args[0]), rebuild(c.args[1])}})
	}
	for _, s := range old.stores {
		g.stores = append(g.stores, &node{op: opStore, part: s.part, n: s.n, args: []*node{rebuild(s.args[0])}})
	}
	g.result = &node{op: opCompare, n: old.result.n, args: []*node{rebuild(old.result.args[0]), rebuild(old.result.args[1])}}
	return g
}
