package membrane

import (
	"math"

	"gomyogen/myogen/internal/cmath"
)

//go:generate go run ./gen

// kernel is the generated code of one model. It runs the first half of a step of
// lanes cells of one block together with the second half of those of another.
type kernel struct {
	lanes int
	run   func(potentials, gates *float64, t *tables) (above uint64)
	quiet func(potentials, gates *float64, t *tables) (above uint64) // for two quiet blocks
}

// undone is what a kernel returns when it has left everything to the code as written.
const undone = 256

// tables are what kernels look values up in; that of exponentials stands twice.
// They are kept short: with two blocks they must fit into the nearest cache.
type tables struct {
	exp     [256]struct{ tail, head float64 }
	log     [128]struct{ inverse, log float64 }
	logTail [129]float64 // fetched by twos
	h       hActivation
}

var kernelTables = func() *tables {
	t := &tables{h: hTable}
	for i := range t.exp {
		e := cmath.ExpTable[i%128]
		t.exp[i].tail, t.exp[i].head = e.Tail, math.Float64frombits(e.Head)
	}
	for i, l := range cmath.LogTable {
		t.log[i].inverse, t.log[i].log, t.logTail[i] = l.Inverse, l.Log, l.Tail
	}
	return t
}()

// advance runs the first half of a step of block p and the second half of
// block g, of the same model. It tells whether the code as written
// took part.
func (k *kernel) advance(p, g *Block) (written bool) {
	run := k.run
	if p.quiet && g.quiet {
		run = k.quiet
	}
	var bits uint64
	for first := 0; first < Lanes; first += k.lanes {
		above := run(&p.data[first], &g.data[first], kernelTables)
		if above == undone {
			above = uint64(p.writtenPotentials(first, k.lanes)) >> first
			g.writtenGates(first, k.lanes)
			written = true
		}
		bits |= above << first
	}
	p.Above = uint8(bits) & (1<<p.Used - 1)
	return written
}
