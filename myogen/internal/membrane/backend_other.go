//go:build !amd64 && !(wasm && wasmkernels)

package membrane

// Backends returns the back ends of this machine, the fastest last.
func Backends() []Backend { return []Backend{Scalar} }
