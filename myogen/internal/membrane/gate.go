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
// NEURON's generated code computes (inf/tau)/(1/tau) in place of inf, and the rounding
// is part of the result.
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

// timeConstant is a time constant that does not change, with what is calculated
// from it once.
type timeConstant struct {
	tau     float64 // ms
	rate    float64 // 1/tau, 1/ms
	inverse float64 // 1/rate, ms: tau but for the rounding
	share   float64 // 1 - exp(-dt/tau), of a difference that is gone after a step
}

func newTimeConstant(tau, dt float64) timeConstant {
	rate := 1 / tau
	return timeConstant{tau: tau, rate: rate, inverse: 1 / rate, share: gone(dt * rate)}
}

// decay returns x after a step with a constant inflow (in the unit of x per ms),
// exact:
//
//	x' = inflow - x/tau
//	x(t+dt) = x + (1 - exp(-dt/tau)) (inflow tau - x)
func (k *timeConstant) decay(x, inflow float64) float64 {
	return approach(x, over(inflow, k.rate, k.inverse), k.share)
}

// relax returns gate x after a step with the steady state inf: decay with the inflow
// inf/tau.
func (k *timeConstant) relax(x, inf float64) float64 {
	return k.decay(x, over(inf, k.tau, k.rate))
}

// The functions that follow are words to the generator of the kernels, in which they
// mean more than here.

// rare marks a condition that hardly ever holds. Kernels leave the step of cells for
// which it holds to the reference code.
func rare(condition bool) bool { return condition }

// watch marks a potential that exponentials depend on. Kernels leave the half step
// to the reference code unless low < v < high: beyond exponentialRange the argument of
// an exponential might come near its limits, or be NaN, and beyond the limits of the
// soma the run ends. (See Block.Check.)
func watch(v, low, high float64) float64 { return v }

// absent reports whether two conductances are 0: then their current, 0, need not be
// added. Kernels add it, but for quiet blocks.
func absent(a, b float64) bool { return a == 0 && b == 0 }

// over returns a/b. Vector code multiplies by the inverse 1/b and corrects the result,
// which then is rounded as the quotient (Markstein 1990, IBM J Res Dev 34:111).
func over(a, b, inverse float64) float64 { return a / b }
