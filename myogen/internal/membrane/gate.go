package membrane

import (
	"math"

	"gomyogen/myogen/internal/cmath"
)

// relax returns gate x after dt with the steady state inf and the time
// constant tau (ms), exact for constant rates:
//
//	x' = (inf - x)/tau
//	x(t+dt) = x + (1 - exp(-dt/tau)) (inf - x)
//
// inf stands as (inf/tau)/(1/tau), which rounds as NEURON's generated code.
func relax(x, inf, tau, dt float64) float64 {
	return relaxBy(x, inf, tau, gone(dt*(1/tau)))
}

// relaxBy is relax with the share 1 - exp(-dt/tau) computed before: for a time
// constant that does not change.
func relaxBy(x, inf, tau, share float64) float64 {
	return approach(x, (inf/tau)/(1/tau), share)
}

// approach is relaxBy for a time constant that is a power of two: then
// (inf/tau)/(1/tau) is inf.
func approach(x, inf, share float64) float64 { return x + float64(share*(inf-x)) }

// gone returns 1 - exp(-x), the share of a difference that is gone after x
// time constants, x >= 0.
func gone(x float64) float64 { return 1 - cmath.Exp(-x) }

// linoid returns x/(exp(x/k)-1), continued through its removable singularity
// at x = 0 (Hodgkin and Huxley 1952).
func linoid(x, k float64) float64 {
	u := x / k
	if rare(math.Abs(u) < 1e-6) {
		return k * (1 - float64(u/2))
	}
	return x / (cmath.Exp(u) - 1)
}

// sigmoid returns 1/(1+exp(x)).
func sigmoid(x float64) float64 { return 1 / (1 + cmath.Exp(x)) }

// rates are the opening and closing rate of a gate in 1/ms.
type rates struct{ alpha, beta float64 }

func (r rates) inf() float64 { return r.alpha / (r.alpha + r.beta) }

func (r rates) tau() float64 { return 1 / (r.alpha + r.beta) }

func (r rates) relax(x, dt float64) float64 { return relax(x, r.inf(), r.tau(), dt) }

// Words to the generator of the kernels; here they mean little.

// rare marks a condition that hardly ever holds. Kernels do not compute
// what follows from it but leave the half step of such cells to this code.
func rare(condition bool) bool { return condition }

// watch marks a potential that exponentials depend on. Kernels leave the
// half step to this code when it is not between -130 and 400 mV: an argument of
// Exp might come near its limits, or be no number.
func watch(v float64) float64 { return v }

// absent tells whether two conductances are 0: then their current, 0, need not be
// added. Kernels add it, but for quiet blocks.
func absent(a, b float64) bool { return a == 0 && b == 0 }

// over returns a/b. Vector code multiplies by the inverse 1/b and corrects the
// result, which rounds the same.
func over(a, b, inverse float64) float64 { return a / b }
