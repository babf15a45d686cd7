package membrane

import "gomyogen/myogen/internal/cmath"

// relax returns gate x after dt with the steady state inf and the time
// constant tau (ms), exact for constant rates:
//
//	x' = (inf - x)/tau
//	x(t+dt) = x + (1 - exp(-dt/tau)) (inf - x)
//
// inf stands as (inf/tau)/(1/tau), which rounds as NEURON's generated code.
func relax(x, inf, tau, dt float64) float64 {
	k := 1 - cmath.Exp(dt*(-1/tau))
	return x + float64(k*((inf/tau)/(1/tau)-x))
}

// linoid returns x/(exp(x/k)-1), continued through its removable singularity
// at x = 0 (Hodgkin and Huxley 1952).
func linoid(x, k float64) float64 {
	if u := x / k; u < 1e-6 && u > -1e-6 {
		return k * (1 - u/2)
	}
	return x / (cmath.Exp(x/k) - 1)
}

// sigmoid returns 1/(1+exp(x)).
func sigmoid(x float64) float64 { return 1 / (1 + cmath.Exp(x)) }

// rates are the opening and closing rate of a gate in 1/ms.
type rates struct{ alpha, beta float64 }

func (r rates) inf() float64 { return r.alpha / (r.alpha + r.beta) }

func (r rates) tau() float64 { return 1 / (r.alpha + r.beta) }

func (r rates) relax(x, dt float64) float64 { return relax(x, r.inf(), r.tau(), dt) }
