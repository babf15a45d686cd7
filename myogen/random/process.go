package random

import (
	"fmt"
	"math"

	"gomyogen/myogen/internal/cmath"
)

// Xorshift is the 64-bit xorshift* generator of MyoGen's drive neurons
// (Vigna 2016, ACM TOMS 42:30).
type Xorshift struct{ state uint64 }

// NewXorshift returns the generator of a seed; 0 stands for a fixed other one.
func NewXorshift(seed uint64) Xorshift {
	if seed == 0 {
		seed = 0xDEADBEEFCAFEBABE
	}
	return Xorshift{state: seed}
}

// Float64 returns a number in [0, 1). The integer it comes from can round up
// to 1, about three times in 10^17; the number just below 1 is returned then.
func (x *Xorshift) Float64() float64 {
	x.state ^= x.state >> 12
	x.state ^= x.state << 25
	x.state ^= x.state >> 27
	if u := float64(x.state*2685821657736338717) / (1 << 64); u < 1 {
		return u
	}
	return 1 - 0x1p-53
}

// Process is a renewal process: the distribution of the integrated rate from
// one spike to the next, with mean 1.
type Process interface {
	// Next draws the integrated rate at which the next spike comes.
	Next(*Xorshift) float64
	// Validate returns an error that names a parameter out of its range.
	Validate() error
}

// Poisson has exponential intervals: CV 1.
type Poisson struct{}

// Next implements Process: -log(1-u).
func (Poisson) Next(x *Xorshift) float64 { return -cmath.Log1p(-x.Float64()) }

// Validate implements Process.
func (Poisson) Validate() error { return nil }

func (Poisson) String() string { return "Poisson process" }

// Erlang has intervals that are the sum of Order exponential ones: CV
// 1/sqrt(Order). Order 5 is what poisson_batch_size=5 did in MyoGen before 0.12.
type Erlang struct {
	Order int // > 0; 1 is a Poisson process
}

// Next implements Process: -log(u1 u2 ... uN)/N.
func (e Erlang) Next(x *Xorshift) float64 {
	product, logs := 1.0, 0.0
	for range e.Order {
		if product *= x.Float64(); product < 0x1p-900 { // high orders would underflow
			logs += cmath.Log(max(product, math.SmallestNonzeroFloat64))
			product = 1
		}
	}
	return -(1 / float64(e.Order)) * (logs + cmath.Log(product))
}

func (e Erlang) String() string { return fmt.Sprintf("Erlang process of order %d", e.Order) }

// MaxErlangOrder is the highest order: a CV of 0.03, more regular than any neuron.
const MaxErlangOrder = 1000

// Validate implements Process.
func (e Erlang) Validate() error {
	if e.Order < 1 || e.Order > MaxErlangOrder {
		return fmt.Errorf("random: Erlang order is %d, must be 1 to %d", e.Order, MaxErlangOrder)
	}
	return nil
}

// Gamma has gamma distributed intervals: CV 1/sqrt(Shape).
type Gamma struct {
	Shape float64 // from MinGammaShape to MaxGammaShape; 0 means 3
}

// The range of gamma shapes. At the smallest, with a CV of 3.2, half of the intervals
// are below a hundredth of their mean; with smaller ones a neuron fires at every step
// until a rare interval that no run is long enough for. The largest has a CV of 0.03,
// more regular than any neuron.
const (
	MinGammaShape = 0.1
	MaxGammaShape = 1000
)

func (g Gamma) shape() float64 {
	if g.Shape == 0 {
		return 3
	}
	return g.Shape
}

// Next implements Process (Marsaglia and Tsang 2000, ACM TOMS 26:363).
func (g Gamma) Next(x *Xorshift) float64 {
	k := g.shape()
	return gamma(k, x) / k
}

func gamma(k float64, x *Xorshift) float64 {
	if k < 1 {
		u := max(x.Float64(), math.SmallestNonzeroFloat64)
		return gamma(k+1, x) * cmath.Exp(cmath.Log(u)/k)
	}
	d := k - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		u1, u2 := max(x.Float64(), math.SmallestNonzeroFloat64), x.Float64()
		z := math.Sqrt(-2*cmath.Log(u1)) * cmath.Cos(2*math.Pi*u2)
		v := 1 + float64(c*z)
		v = float64(v * v * v)
		if v <= 0 {
			continue
		}
		u := x.Float64()
		if u < 1-float64(0.0331*(z*z)*(z*z)) || cmath.Log(u) < float64(0.5*z*z)+float64(d*(1-v+cmath.Log(v))) {
			return d * v
		}
	}
}

func (g Gamma) String() string { return fmt.Sprintf("gamma process of shape %g", g.shape()) }

// Validate implements Process.
func (g Gamma) Validate() error {
	if k := g.shape(); !(k >= MinGammaShape && k <= MaxGammaShape) {
		return fmt.Errorf("random: gamma shape is %v, must be from %v to %v", k, MinGammaShape, MaxGammaShape)
	}
	return nil
}

// Spiker is a neuron that integrates a rate and fires each time the integral
// reaches a threshold drawn from its process. What the integral exceeds the
// threshold by is dropped, and it fires at most once in a step.
type Spiker struct {
	process        Process
	source         Xorshift
	sum, threshold float64
}

// NewSpiker returns a neuron that draws its thresholds from the generator of seed.
func NewSpiker(seed uint64, p Process) *Spiker {
	s := &Spiker{process: p, source: NewXorshift(seed)}
	s.threshold = p.Next(&s.source)
	return s
}

// State returns everything the neuron's next spikes depend on besides its
// process: its generator, the integral and the threshold.
func (s *Spiker) State() (source uint64, sum, threshold float64) {
	return s.source.state, s.sum, s.threshold
}

// SetState takes over the state of a neuron with the same process.
func (s *Spiker) SetState(source uint64, sum, threshold float64) error {
	if source == 0 || !(sum >= 0) || math.IsInf(sum, 0) || !(threshold >= 0) {
		return fmt.Errorf("random: generator %#x, integral %v and threshold %v are no state of a drive neuron", source, sum, threshold)
	}
	s.source.state, s.sum, s.threshold = source, sum, threshold
	return nil
}

// Step integrates rate (pps) over dt (ms) and reports whether the neuron fires.
func (s *Spiker) Step(rate, dt float64) bool {
	if !(rate > 0) {
		return false
	}
	s.sum += float64(rate * dt * 1e-3)
	if s.sum < s.threshold {
		return false
	}
	s.sum = s.next()
	return true
}

// RunSpikers lets neurons integrate the same rates (pps) of successive steps of dt
// (ms), as Step does, and calls fire for each spike, step by step in the order
// of the neurons.
func RunSpikers(spikers []*Spiker, rates []float64, dt float64, fire func(neuron, step int)) {
	// Side by side, the integrals of all neurons do not wait for each other.
	sums, thresholds := make([]float64, len(spikers)), make([]float64, len(spikers))
	for i, s := range spikers {
		sums[i], thresholds[i] = s.sum, s.threshold
	}
	for k, rate := range rates {
		if !(rate > 0) {
			continue
		}
		x := float64(rate * dt * 1e-3)
		thresholds = thresholds[:len(sums)]
		for i := range sums {
			sum := sums[i] + x
			sums[i] = sum
			if sum >= thresholds[i] {
				sums[i] = spikers[i].next()
				thresholds[i] = spikers[i].threshold
				fire(i, k)
			}
		}
	}
	for i, s := range spikers {
		s.sum = sums[i]
	}
}

// next draws the threshold of the next spike and returns the integral it
// starts from.
func (s *Spiker) next() float64 {
	s.threshold = s.process.Next(&s.source)
	return 0
}
