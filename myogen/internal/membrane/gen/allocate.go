package main

import (
	"fmt"
	"math"
	"strings"
)

// near is how many instructions away the next use of a number in memory may
// be for it to be worth a register.
const near = 25

// place is where a value is; -1 is nowhere.
type place struct {
	register int
	spill    int   // place in the frame
	stored   *node // into this slot
}

// allocator walks through a program and gives out registers. When there is
// none left it takes the one whose value is used furthest ahead (Belady 1966)
// and keeps that value in the frame, unless it is in memory anyway.
type allocator struct {
	target
	asm    *assembly
	places map[*node]*place
	holds  []*node // by register
	locked []bool  // registers of the instruction at hand
	uses   map[*node][]int
	at     int

	spills      freeList
	projections map[*node][]*node // the results of opGather that are used
}

func newAllocator(t target, program []*node, asm *assembly) *allocator {
	a := &allocator{
		target: t, asm: asm, places: map[*node]*place{}, holds: make([]*node, t.registers), locked: make([]bool, t.registers),
		uses: map[*node][]int{}, projections: map[*node][]*node{},
	}
	for i, n := range program {
		if n.op == opFirst || n.op == opSecond {
			a.projections[n.args[0]] = append(a.projections[n.args[0]], n)
		}
		for _, x := range n.args {
			a.uses[x] = append(a.uses[x], i)
		}
	}
	return a
}

// run emits the program.
func (a *allocator) run(program []*node) {
	for i, n := range program {
		a.at = i
		for _, x := range n.args {
			if p := a.where(x); p.register >= 0 {
				a.locked[p.register] = true
			}
		}
		a.emit(n)
		clear(a.locked)
		for _, x := range n.args {
			a.release(x)
		}
	}
}

// next returns the position of the next use of a value after the instruction
// at hand.
func (a *allocator) next(n *node) int {
	u := a.uses[n]
	for len(u) > 0 && u[0] <= a.at {
		u = u[1:]
	}
	a.uses[n] = u
	if len(u) == 0 {
		return math.MaxInt
	}
	return u[0]
}

func (a *allocator) dies(n *node) bool { return a.next(n) == math.MaxInt }

func (a *allocator) where(n *node) *place {
	p := a.places[n]
	if p == nil {
		p = &place{register: -1, spill: -1}
		a.places[n] = p
	}
	return p
}

// release frees what a value holds when it is not used any more.
func (a *allocator) release(n *node) {
	if !a.dies(n) {
		return
	}
	p := a.where(n)
	if p.register >= 0 {
		a.holds[p.register] = nil
		p.register = -1
	}
	if p.spill >= 0 {
		a.spills.put(p.spill)
		p.spill = -1
	}
}

// free returns a register for a value, and locks it.
func (a *allocator) free(n *node) int {
	best, furthest := -1, -1
	for r, held := range a.holds {
		if a.locked[r] {
			continue
		}
		if held == nil {
			best = r
			break
		}
		if u := a.next(held); u > furthest {
			best, furthest = r, u
		}
	}
	if held := a.holds[best]; held != nil {
		p := a.where(held)
		if !held.inMemory() && p.stored == nil && p.spill < 0 && !a.dies(held) {
			p.spill = a.spills.get()
			a.asm.line("VMOVUPD %s, %s", a.reg(best), a.frame(p.spill))
		}
		p.register = -1
	}
	a.bind(n, best)
	return best
}

func (a *allocator) bind(n *node, r int) {
	a.holds[r] = n
	a.locked[r] = true
	if n != nil {
		a.where(n).register = r
	}
}

func (a *allocator) reg(r int) string { return fmt.Sprintf("%s%d", a.register, r) }

func (a *allocator) frame(i int) string { return fmt.Sprintf("%d(R15)", a.bytes*i) }

// loaded returns a register that holds a value.
func (a *allocator) loaded(n *node) string {
	p := a.where(n)
	if p.register >= 0 {
		a.locked[p.register] = true
		return a.reg(p.register)
	}
	memory, _ := a.memory(n)
	r := a.free(n)
	if n.isConst() && a.wide {
		a.asm.line("VBROADCASTSD %s, %s", memory, a.reg(r))
	} else {
		a.asm.line("VMOVUPD %s, %s", memory, a.reg(r))
	}
	return a.reg(r)
}

// memory returns the operand of a value that is in memory, and the suffix that
// the instruction needs.
func (a *allocator) memory(n *node) (operand, suffix string) {
	p := a.where(n)
	switch {
	case n.isConst():
		if a.wide {
			suffix = ".BCST"
		}
		return a.asm.constant(n.bits), suffix
	case n.op == opSlot:
		return slotOperand(n), ""
	case p.stored != nil:
		return slotOperand(p.stored), ""
	case p.spill >= 0:
		return a.frame(p.spill), ""
	}
	panic(fmt.Sprintf("%v has no place", n.op))
}

// slotOperand is the operand of a slot of the block that a half belongs to.
func slotOperand(n *node) string {
	return fmt.Sprintf("%d(%s)", 64*n.n, []string{partPotentials: "DI", partGates: "SI"}[n.part])
}

func (a *allocator) inRegister(n *node) bool { return a.where(n).register >= 0 }

// operand returns a value as a register or, if it is in memory and not worth a
// register, as a memory operand.
func (a *allocator) operand(n *node) (operand, suffix string) {
	if a.inRegister(n) || a.next(n)-a.at < near {
		return a.loaded(n), ""
	}
	return a.memory(n)
}

// result returns a register for the result of the instruction at hand: that
// of an argument that is not used any more, or a free one.
func (a *allocator) result(n *node) string {
	for _, x := range n.args {
		if p := a.where(x); p.register >= 0 && a.dies(x) && a.holds[p.register] == x {
			r := p.register
			p.register = -1
			a.bind(n, r)
			return a.reg(r)
		}
	}
	return a.reg(a.free(n))
}

func (a *allocator) emit(n *node) {
	switch n.op {
	case opAdd, opMul, opAddInt:
		x, y := n.args[0], n.args[1]
		if !a.inRegister(x) && (a.inRegister(y) || a.next(y) < a.next(x)) { // x may stay in memory
			x, y = y, x
		}
		a.binary(n, x, y)
	case opSub, opDiv, opMin, opMax, opSubInt:
		a.binary(n, n.args[0], n.args[1])
	case opAnd:
		a.binary(n, n.args[0], n.args[1])
	case opNeg:
		a.bitwise(n, "VXORPD", 1<<63)
	case opAbs:
		a.bitwise(n, "VANDPD", 1<<63-1)
	case opShl, opShr:
		x := a.loaded(n.args[0])
		a.asm.line("%s $%d, %s, %s", map[op]string{opShl: "VPSLLQ", opShr: "VPSRLQ"}[n.op], n.n, x, a.result(n))
	case opTruncate:
		x := a.loaded(n.args[0])
		a.asm.line("%s $11, %s, %s", a.either("VRNDSCALEPD", "VROUNDPD"), x, a.result(n))
	case opFMA:
		a.fma(n)
	case opGather:
		a.gather(n)
	case opFirst, opSecond: // with opGather
	case opCheck, opCompare:
		a.compare(n)
	case opBail:
		a.bail()
	case opStore:
		x := a.loaded(n.args[0])
		a.asm.line("VMOVUPD %s, %s", x, slotOperand(n))
		if !n.args[0].inMemory() {
			a.where(n.args[0]).stored = n
		}
	}
}

func (a *allocator) either(wide, narrow string) string {
	if a.wide {
		return wide
	}
	return narrow
}

var binaries = map[op]string{
	opAdd: "VADDPD", opSub: "VSUBPD", opMul: "VMULPD", opDiv: "VDIVPD", opMin: "VMINPD", opMax: "VMAXPD",
	opAddInt: "VPADDQ", opSubInt: "VPSUBQ", opAnd: "VPAND",
}

// binary emits x op y; y may be in memory.
func (a *allocator) binary(n, x, y *node) {
	xr := a.loaded(x)
	yr, suffix := a.operand(y)
	name := binaries[n.op]
	if n.op == opAnd && a.wide {
		name = "VPANDQ"
	}
	a.asm.line("%s%s %s, %s, %s", name, suffix, yr, xr, a.result(n))
}

func (a *allocator) bitwise(n *node, name string, bits uint64) {
	x := a.loaded(n.args[0])
	a.asm.line("%s%s %s, %s, %s", name, a.either(".BCST", ""), a.asm.constant(bits), x, a.result(n))
}

// fma emits a fused multiply-add. Its result takes the place of an argument;
// of the other two, one may be in memory.
func (a *allocator) fma(n *node) {
	name := map[[2]bool]string{
		{false, false}: "VFMADD", {true, false}: "VFNMADD", {false, true}: "VFMSUB", {true, true}: "VFNMSUB",
	}[[2]bool{n.negProduct, n.negAddend}]
	tied := a.tie(n)
	x, y, z := n.args[0], n.args[1], n.args[2]
	// r = x*y + z in the order of the instruction: form, second operand, third (or memory).
	var form string
	var second, third *node
	switch tied {
	case 2:
		form, second, third = "231", x, y
		if !a.inRegister(x) && a.inRegister(y) {
			second, third = y, x
		}
	default:
		other := y
		if tied == 1 {
			other = x
		}
		form, second, third = "213", other, z
		if !a.inRegister(other) && a.inRegister(z) {
			form, second, third = "132", z, other
		}
	}
	s := a.loaded(second)
	t, suffix := a.operand(third)
	r := a.tiedRegister(n, n.args[tied])
	a.asm.line("%s%sPD%s %s, %s, %s", name, form, suffix, t, s, r)
}

// tie chooses the argument whose register the result takes: one that is not
// used any more, or one that must be loaded, or any.
func (a *allocator) tie(n *node) int {
	for i := len(n.args) - 1; i >= 0; i-- {
		if x := n.args[i]; a.inRegister(x) && a.dies(x) && !a.twice(n, i) {
			return i
		}
	}
	for i, x := range n.args {
		if !a.inRegister(x) && !a.twice(n, i) {
			return i
		}
	}
	return 2
}

// twice reports whether argument i of n occurs again.
func (a *allocator) twice(n *node, i int) bool {
	for j, x := range n.args {
		if j != i && x == n.args[i] {
			return true
		}
	}
	return false
}

// tiedRegister returns a register for the result that holds argument x.
func (a *allocator) tiedRegister(n, x *node) string {
	p := a.where(x)
	if p.register >= 0 {
		r := p.register
		a.locked[r] = true
		if a.dies(x) {
			p.register = -1
			a.bind(n, r)
			return a.reg(r)
		}
		to := a.free(n)
		a.asm.line("VMOVAPD %s, %s", a.reg(r), a.reg(to))
		return a.reg(to)
	}
	memory, _ := a.memory(x)
	to := a.free(n)
	a.asm.line("%s %s, %s", map[bool]string{true: "VBROADCASTSD", false: "VMOVUPD"}[x.isConst() && a.wide], memory, a.reg(to))
	return a.reg(to)
}

// compare emits a check, which adds to the mask of all checks, or the
// comparison that the step returns.
func (a *allocator) compare(n *node) {
	x := a.loaded(n.args[0])
	y, suffix := a.operand(n.args[1])
	switch {
	case a.wide && n.op == opCheck:
		a.asm.line("VCMPPD%s $%d, %s, %s, K4, K4", suffix, n.n, y, x)
	case a.wide:
		a.asm.line("VCMPPD%s $%d, %s, %s, K5", suffix, n.n, y, x)
	default:
		t := a.free(nil)
		a.asm.line("VCMPPD $%d, %s, %s, %s", n.n, y, x, a.reg(t))
		a.holds[t] = nil
		to, op := "R11", "ANDQ"
		if n.op == opCompare {
			to, op = "R12", "MOVQ"
		}
		a.asm.line("VMOVMSKPD %s, AX", a.reg(t))
		a.asm.line("%s AX, %s", op, to)
	}
}

func (a *allocator) bail() {
	if a.wide {
		a.asm.line("KMOVB K4, R11")
	}
	a.asm.line("CMPL R11, $%d", 1<<a.lanes-1)
	a.asm.line("JNE  bail")
}

// freeList hands out the lowest free numbers.
type freeList struct {
	used []bool
}

func (f *freeList) get() int {
	for i, u := range f.used {
		if !u {
			f.used[i] = true
			return i
		}
	}
	f.used = append(f.used, true)
	return len(f.used) - 1
}

func (f *freeList) put(i int) { f.used[i] = false }

// assembly is the text of one kernel with its constants.
type assembly struct {
	name      string
	lines     []string
	constants []uint64
	known     map[uint64]int
	bytes     int // of a constant: 8, or a register where instructions cannot broadcast
}

func (s *assembly) line(format string, args ...any) {
	s.lines = append(s.lines, "\t"+fmt.Sprintf(format, args...))
}

func (s *assembly) constant(bits uint64) string {
	i, ok := s.known[bits]
	if !ok {
		i = len(s.constants)
		s.known[bits] = i
		s.constants = append(s.constants, bits)
	}
	return fmt.Sprintf("%sConstants<>+%d(SB)", s.name, i*s.bytes)
}

func (s *assembly) text() string { return strings.Join(s.lines, "\n") }
