package membrane

import (
	"unsafe"

	"golang.org/x/sys/cpu"

	"gomyogen/myogen/internal/cmath"
)

//go:generate go run ./gen

// Backends returns the back ends of this machine, the fastest last.
func Backends() []Backend {
	have := []Backend{Scalar}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		have = append(have, AVX2)
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ {
		have = append(have, AVX512)
	}
	return have
}

// kernel is the vector code of one model.
type kernel struct {
	lanes int
	run   func(cells *float64, t *tables) (above uint64)
}

// left is what a kernel returns when it has left the step to scalar code.
const left = 256

// tables are what kernels look values up in, as pairs of float64.
type tables struct{ exp, log, h unsafe.Pointer }

var kernelTables = tables{unsafe.Pointer(&cmath.ExpTable), unsafe.Pointer(&cmath.LogTable), unsafe.Pointer(&hTable)}

func (k *kernel) step(b *Block) (above uint8, scalar bool) {
	for first := 0; first < Lanes; first += k.lanes {
		bits := k.run(&b.data[first], &kernelTables)
		if bits == left {
			bits, scalar = uint64(b.stepScalar(first, k.lanes)>>first), true
		}
		above |= uint8(bits) << first
	}
	return above & (1<<b.Used - 1), scalar
}

//go:noescape
func nerlabAVX2(cells *float64, tables *tables) (above uint64)

//go:noescape
func nerlabAVX512(cells *float64, tables *tables) (above uint64)

//go:noescape
func powersAVX2(cells *float64, tables *tables) (above uint64)

//go:noescape
func powersAVX512(cells *float64, tables *tables) (above uint64)

var (
	nerlabKernels = map[Backend]*kernel{AVX2: {4, nerlabAVX2}, AVX512: {8, nerlabAVX512}}
	powersKernels = map[Backend]*kernel{AVX2: {4, powersAVX2}, AVX512: {8, powersAVX512}}
)
