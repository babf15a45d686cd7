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
// block g, of the same model. It reports whether the reference code took part.
func advance(p, g *Block) (fellBack bool) {
	k := p.kernel
	run := k.Full
	if p.quiet && g.quiet {
		run = k.Quiet
	}
	var bits uint64
	for first := 0; first < Lanes; first += k.Lanes {
		above := run(&p.data[first], &g.data[first], kernelTables)
		if above&kernels.Undone != 0 {
			done := int(above >> kernels.DoneShift)
			above &= kernels.Undone - 1
			above |= uint64(p.referencePotentials(first+done, k.Lanes-done)) >> first
			g.referenceGates(first+done, k.Lanes-done)
			fellBack = true
		}
		bits |= above << first
	}
	p.Above = uint8(bits) & (1<<p.Used - 1)
	return fellBack
}
