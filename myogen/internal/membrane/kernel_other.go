//go:build !amd64

package membrane

// Backends returns the back ends of this machine, the fastest last.
func Backends() []Backend { return []Backend{Scalar} }

// kernel is the vector code of one model; there is none here.
type kernel struct{}

func (k *kernel) advance(p, g *Block) bool { panic("membrane: there is no vector code") }

var nerlabKernels, powersKernels map[Backend]*kernel
