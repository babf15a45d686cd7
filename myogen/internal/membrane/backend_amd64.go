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
