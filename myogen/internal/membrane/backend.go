package membrane

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Backend is a way to compute a step. All give the same bits.
type Backend int

const (
	Scalar  Backend = iota // Go, one cell at a time, everywhere
	AVX2                   // four cells at a time, needs FMA too
	AVX512                 // eight cells at a time, needs F, DQ and VL
	SIMD128                // WebAssembly, two cells at a time, in a program built with the tag wasmkernels
)

var backendNames = [...]string{"scalar", "avx2", "avx512", "simd128"}

func (b Backend) String() string { return backendNames[b] }

// BackendVariable is the environment variable that forces a back end.
const BackendVariable = "MYOGEN_BACKEND"

// ChooseBackend returns the back end that the environment forces, or the
// fastest of this machine.
func ChooseBackend() (Backend, error) {
	have := Backends()
	name := os.Getenv(BackendVariable)
	if name == "" {
		return have[len(have)-1], nil
	}
	if i := slices.IndexFunc(have, func(b Backend) bool { return b.String() == name }); i >= 0 {
		return have[i], nil
	}
	var names []string
	for _, b := range have {
		names = append(names, b.String())
	}
	return Scalar, fmt.Errorf("%s is %q; this machine has %s", BackendVariable, name, strings.Join(names, ", "))
}
