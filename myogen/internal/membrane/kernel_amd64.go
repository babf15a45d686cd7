package membrane

import "golang.org/x/sys/cpu"

// Backends returns the back ends of this machine, the fastest last.
func Backends() []Backend {
	have := []Backend{Scalar}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		have = append(have, AVX2)
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL {
		have = append(have, AVX512)
	}
	return have
}

//go:noescape
func nerlabAVX2(potentials, gates *float64, tables *tables) (above uint64)

//go:noescape
func nerlabAVX2Quiet(potentials, gates *float64, tables *tables) (above uint64)

//go:noescape
func nerlabAVX512(potentials, gates *float64, tables *tables) (above uint64)

//go:noescape
func nerlabAVX512Quiet(potentials, gates *float64, tables *tables) (above uint64)

//go:noescape
func powersAVX2(potentials, gates *float64, tables *tables) (above uint64)

//go:noescape
func powersAVX2Quiet(potentials, gates *float64, tables *tables) (above uint64)

//go:noescape
func powersAVX512(potentials, gates *float64, tables *tables) (above uint64)

//go:noescape
func powersAVX512Quiet(potentials, gates *float64, tables *tables) (above uint64)

var nerlabKernels = map[Backend]*kernel{
	Scalar: {1, nerlabScalar, nerlabScalarQuiet}, AVX2: {4, nerlabAVX2, nerlabAVX2Quiet}, AVX512: {8, nerlabAVX512, nerlabAVX512Quiet},
}

var powersKernels = map[Backend]*kernel{
	Scalar: {1, powersScalar, powersScalarQuiet}, AVX2: {4, powersAVX2, powersAVX2Quiet}, AVX512: {8, powersAVX512, powersAVX512Quiet},
}
