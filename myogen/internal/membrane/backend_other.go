//go:build !amd64

package membrane

// Backends returns the back ends of this machine, the fastest last.
func Backends() []Backend { return []Backend{Scalar} }
