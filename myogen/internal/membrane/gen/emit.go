package main

import (
	"fmt"
	"strings"
)

// gather emits the fetching of a pair of numbers for every lane. Pairs go to
// two registers, those of even and those of odd lanes, whose lower and upper
// numbers are then sorted out.
func (a *allocator) gather(n *node) {
	var first, second *node
	for _, p := range a.projections[n] {
		if p.op == opFirst {
			first = p
		} else {
			second = p
		}
	}
	index := a.indices(n.args[0], n.n)
	even, odd := a.free(nil), a.free(nil)
	a.pairs(even, n.from.offset(), index[0], index[2])
	a.pairs(odd, n.from.offset(), index[1], index[3])
	if a.wide {
		upper := a.free(nil)
		for i, to := range []int{even, odd} {
			a.pairs(upper, n.from.offset(), index[4+i], index[6+i])
			a.asm.line("VINSERTF64X4 $1, Y%d, Z%d, Z%d", upper, to, to)
		}
		a.holds[upper] = nil
	}
	a.holds[even], a.holds[odd] = nil, nil
	switch {
	case second == nil:
		a.asm.line("VUNPCKLPD %s, %s, %s", a.reg(odd), a.reg(even), a.reg(even))
		a.bind(first, even)
	default:
		third := a.free(first)
		a.asm.line("VUNPCKLPD %s, %s, %s", a.reg(odd), a.reg(even), a.reg(third))
		a.asm.line("VUNPCKHPD %s, %s, %s", a.reg(odd), a.reg(even), a.reg(odd))
		a.bind(second, odd)
	}
}

// pairs emits the loading of two pairs of a table into the lower half of a
// register.
func (a *allocator) pairs(to, table int, first, second string) {
	a.asm.line("VMOVUPD %d(R8)(%s*8), X%d", table, first, to)
	a.asm.line("%s $1, %d(R8)(%s*8), Y%d, Y%d", a.either("VINSERTF64X2", "VINSERTF128"), table, second, to, to)
}

// indices emits the taking out of the last byte of each lane, times stride, and
// returns the registers that hold them.
func (a *allocator) indices(n *node, stride int) []string {
	numbers := a.loaded(n)[1:]
	t := a.free(nil)
	a.holds[t] = nil
	var index []string
	if a.wide {
		// Eight bytes, taken out two by two; AH can go to some registers only.
		a.asm.line("VPMOVQB Z%s, X%d", numbers, t)
		a.asm.line("VMOVQ X%d, AX", t)
		index = []string{"R9", "BX", "R10", "CX", "R11", "DX", "R12", "AX"}
		for lane := 0; lane < 6; lane += 2 {
			a.asm.line("MOVBLZX AX, %s", index[lane])
			a.asm.line("MOVBLZX AH, %s", index[lane+1])
			a.asm.line("SHRQ $16, AX")
		}
		a.asm.line("MOVBLZX AX, %s", index[6])
		a.asm.line("SHRQ $8, AX")
	} else {
		index = []string{"AX", "BX", "CX", "DX"}
		a.asm.line("VMOVQ X%s, AX", numbers)
		a.asm.line("VPEXTRQ $1, X%s, BX", numbers)
		a.asm.line("VEXTRACTI128 $1, Y%s, X%d", numbers, t)
		a.asm.line("VMOVQ X%d, CX", t)
		a.asm.line("VPEXTRQ $1, X%d, DX", t)
		for _, r := range index {
			a.asm.line("MOVBLZX %s, %s", r, r)
		}
	}
	if stride == 2 {
		for _, r := range index {
			a.asm.line("ADDQ %s, %s", r, r)
		}
	}
	return index
}

const assemblyHead = `#include "textflag.h"
`

// kernel returns the assembly of a step.
func kernel(name string, g *graph, t target) string {
	program := schedule(g.arrange(), t.window, t.width)
	asm := &assembly{name: name, known: map[uint64]int{}, bytes: 8}
	if !t.wide {
		asm.bytes = t.bytes
	}
	a := newAllocator(t, program, asm)
	a.run(program)

	frame := (len(a.spills.used) + 1) * t.bytes // and room to align
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("\n// %d cells, %d instructions, %d registers spilled.", t.lanes, len(asm.lines), len(a.spills.used))
	p("// func %s%s", name, signature)
	p("TEXT ·%s(SB), 0, $%d-32", name, frame)
	p("\tMOVQ potentials+0(FP), DI")
	p("\tMOVQ gates+8(FP), SI")
	p("\tMOVQ tables+16(FP), R8")
	p("\tLEAQ %d(SP), R15", t.bytes-1)
	p("\tANDQ $~%d, R15", t.bytes-1)
	if t.wide {
		p("\tMOVQ $255, AX\n\tKMOVB AX, K4")
	} else {
		p("\tMOVQ $15, R11")
	}
	p("%s", asm.text())
	if t.wide {
		p("\tKMOVB K5, AX")
	} else {
		p("\tMOVQ R12, AX")
	}
	p("\tMOVQ AX, above+24(FP)\n\tVZEROUPPER\n\tRET")
	p("bail:\n\tMOVQ $256, AX\n\tMOVQ AX, above+24(FP)\n\tVZEROUPPER\n\tRET\n")
	for i, c := range asm.constants {
		for j := 0; j < asm.bytes; j += 8 {
			p("DATA %sConstants<>+%d(SB)/8, $0x%016x", name, i*asm.bytes+j, c)
		}
	}
	p("GLOBL %sConstants<>(SB), RODATA|NOPTR, $%d", name, len(asm.constants)*asm.bytes)
	return b.String()
}
