package membrane

import (
	"math"

	"gomyogen/myogen/internal/cmath"
	"gomyogen/myogen/internal/membrane/kernels"
)

//go:generate go run ./gen

var kernelTables = func() *kernels.Tables {
	t := &kernels.Tables{H: hTable}
	for i := range t.Exp {
		e := cmath.ExpTable[i%len(cmath.ExpTable)]
		t.Exp[i].Tail, t.Exp[i].Head = e.Tail, math.Float64frombits(e.Head)
	}
	for i, l := range cmath.LogTable {
		t.Log[i].Inverse, t.Log[i].Log, t.LogTail[i] = l.Inverse, l.Log, l.Tail
	}
	return t
}()

// advance runs the first half of a step of block p and the second half of a step of
// block g, of the same model, in the lanes of a kernel from first on. It returns the
// lanes of p above threshold.
func advance(p, g *Block, first int) (above uint8) {
	k := p.kernel
	run := k.Full
	if p.quiet && g.quiet {
		run = k.Quiet
	}
	bits := run(&p.data[first], &g.data[first], kernelTables)
	if bits&kernels.Undone != 0 {
		done := int(bits >> kernels.DoneShift)
		above = p.referencePotentials(first+done, k.Lanes-done)
		g.referenceGates(first+done, k.Lanes-done)
		g.fellBack = true
		bits &= kernels.Undone - 1
	}
	return above | uint8(bits<<first)
}
