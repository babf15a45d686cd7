package main

import (
	"fmt"
	"go/format"
	"strings"
)

// Go code for every platform computes one cell at a time. It is one long
// sequence of operations, in an order in which many of them can overlap: the
// reference code computes one gate after the other, and a processor
// does not look far enough ahead to begin the next gate while it waits for this one.
//
// Without GOAMD64=v3, every math.FMA on amd64 is a test and a jump. So this code
// keeps divisions that vector code replaces by fused operations (divide.go).

// portableWindow and portableWidth are those of schedule. With a wider window a
// kernel keeps more values in memory and is slower.
const (
	portableWindow = 40
	portableWidth  = 1
)

const portableHead = `package kernels

import (
	"math"
	"unsafe"
)
`

// portable is Go code that is being written.
type portable struct {
	strings.Builder
	slots  int      // of a cell, as far as they are used
	checks []string // conditions, up to the bail
}

func (o *portable) line(format string, args ...any) { fmt.Fprintf(o, format+"\n", args...) }

// portableKernel returns the Go code of a step.
func portableKernel(name string, g *graph) (string, error) {
	program := schedule(g.arrange(), portableWindow, portableWidth)
	used := map[*node]bool{}
	for _, n := range program {
		for _, a := range n.args {
			used[a] = true
		}
	}
	var body portable
	for _, n := range program {
		if used[n] || n.op >= opCheck { // not the half of a pair that nobody needs
			body.emit(n)
		}
	}
	var o portable
	o.line("\nfunc %s%s {", name, signature)
	for _, half := range []string{partPotentials: "potentials", partGates: "gates"} {
		o.line("%c := (*[%d]float64)(unsafe.Pointer(%s))", half[0], stride*(body.slots-1)+1, half)
	}
	o.line("%sreturn above\n}", body.String())
	text, err := format.Source([]byte(o.String()))
	return string(text), err
}

// stride is how many numbers apart the slots of a cell are.
const stride = 8

var goOperators = map[op]string{
	opAdd: "%s + %s", opSub: "%s - %s", opMul: "float64(%s * %s)", opDiv: "%s / %s",
	opNeg: "-%s", opAbs: "math.Abs(%s)", opTruncate: "float64(int64(%s))",
}

var goBitOperators = map[op]string{
	opAnd: "%s & %s", opAddInt: "%s + %s", opSubInt: "%s - %s",
	opShl: "%s << %d", opShr: "%s >> %d",
}

// emit writes one operation. The value of node 12 is the variable v12, its last
// byte as an index i12.
func (o *portable) emit(n *node) {
	switch n.op {
	case opAdd, opSub, opMul, opDiv, opNeg, opAbs, opTruncate:
		var args []any
		for _, a := range n.args {
			args = append(args, o.float(a))
		}
		o.line("v%d := "+goOperators[n.op], append([]any{n.id}, args...)...)
	case opAnd, opAddInt, opSubInt:
		o.line("v%d := "+goBitOperators[n.op], n.id, o.bits(n.args[0]), o.bits(n.args[1]))
	case opShl, opShr:
		o.line("v%d := "+goBitOperators[n.op], n.id, o.bits(n.args[0]), n.n)
	case opMin, opMax:
		o.line("v%d := float64(%s)", n.id, o.float(n.args[0]))
		o.line("if x := float64(%s); v%d %s x { v%d = x }", o.float(n.args[1]), n.id, map[op]string{opMin: ">", opMax: "<"}[n.op], n.id)
	case opFMA:
		x, y, z := n.args[0], n.args[1], n.args[2]
		if y.isConst() { // which can be negated for nothing
			x, y = y, x
		}
		o.line("v%d := math.FMA(%s, %s, %s)", n.id, o.signed(x, n.negProduct), o.float(y), o.signed(z, n.negAddend))
	case opGather:
		o.line("i%d := uint8(%s)", n.id, o.bits(n.args[0]))
	case opFirst, opSecond:
		o.line("v%d := "+tables[n.args[0].from].pair[n.op-opFirst], n.id, n.args[0].id)
	case opCheck, opCompare:
		condition := fmt.Sprintf("%s %s %s", o.float(n.args[0]), map[int]string{lessThan: "<", greaterOrEqual: ">=", greaterThan: ">"}[n.n], o.float(n.args[1]))
		if n.op == opCheck {
			o.checks = append(o.checks, condition)
		} else {
			o.line("if %s { above = 1 }", condition)
		}
	case opBail:
		o.line("if !(%s) { return Undone }", strings.Join(o.checks, " &&\n"))
	case opStore:
		o.line("%s = %s", o.slot(n), o.float(n.args[0]))
	}
}

// isBits reports whether the variable of a node is an integer.
func (n *node) isBits() bool {
	switch n.op {
	case opAnd, opShl, opShr, opAddInt, opSubInt:
		return true
	}
	return false
}

// float returns a value as a float64 expression.
func (o *portable) float(n *node) string {
	switch {
	case n.isConst():
		return fmt.Sprint(n.float())
	case n.op == opSlot:
		return o.slot(n)
	case n.isBits():
		return fmt.Sprintf("math.Float64frombits(v%d)", n.id)
	}
	return fmt.Sprintf("v%d", n.id)
}

// signed is float, negated or not.
func (o *portable) signed(n *node, negate bool) string {
	switch {
	case !negate:
		return o.float(n)
	case n.isConst():
		return fmt.Sprint(-n.float())
	}
	return "-" + o.float(n)
}

// bits returns a value as a uint64 expression.
func (o *portable) bits(n *node) string {
	switch {
	case n.isConst():
		return fmt.Sprintf("%#x", n.bits)
	case n.isBits():
		return fmt.Sprintf("v%d", n.id)
	}
	return fmt.Sprintf("math.Float64bits(%s)", o.float(n))
}

func (o *portable) slot(n *node) string {
	o.slots = max(o.slots, n.n+1)
	return fmt.Sprintf("%c[%d]", "pg"[n.part], stride*n.n)
}
