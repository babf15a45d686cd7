//go:build wasmkernels

package membrane

// Backends returns the back ends of a program that is built with WebAssembly kernels,
// the fastest last.
func Backends() []Backend { return []Backend{Scalar, SIMD128} }
