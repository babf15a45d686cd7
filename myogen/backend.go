package myogen

import "gomyogen/myogen/internal/membrane"

// BackendVariable is the environment variable that chooses the code which
// computes the membranes, by one of the names that Backends returns. All give the
// same results to the last bit; without it the fastest is taken.
const BackendVariable = membrane.BackendVariable

// Backends returns the names of the back ends of this machine, the fastest last.
func Backends() []string {
	var names []string
	for _, b := range membrane.Backends() {
		names = append(names, b.String())
	}
	return names
}
