package muscle

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"gomyogen/myogen/units"
)

// grid is the sample times of a force.
type grid struct{ start, period units.Time }

func (g grid) time(i int) units.Time { return g.start + units.Time(float64(i)*float64(g.period)) }

// first returns the index of the first sample at t or later. The twitch begins
// at 0, so that a sample more or less within rounding does not matter.
func (g grid) first(t units.Time) int { return int(math.Ceil(float64((t - g.start) / g.period))) }

// block is the number of samples between exact evaluations of the exponential.
const block = 256

// faded is the time after the last spike, in contraction times, from which a
// force is 0: below 1e-300 of what it was.
const faded = 700

// sampler computes samples of the force of one motor unit.
//
// The samples between two spikes are exp(-k h) (A + B k), h = period/T: a
// multiple of each of two tables. The tables start anew after a block, so that
// rounding does not add up over a long silence.
type sampler struct {
	grid
	unit        MotorUnit
	h           float64
	decay, ramp [block]float64 // exp(-k h), k exp(-k h)
}

// reset prepares for a motor unit that has not fired.
func (s *sampler) reset(g grid, w Twitch) {
	s.grid, s.unit, s.h = g, MotorUnit{Twitch: w}, float64(g.period/w.ContractionTime)
	for k := range s.decay {
		s.decay[k] = math.Exp(-float64(k) * s.h)
		s.ramp[k] = float64(k) * s.decay[k]
	}
}

// coefficients returns A and B of a block from sample i on, false where the force
// has faded.
func (s *sampler) coefficients(i int) (a, b float64, ok bool) {
	at := s.time(i)
	if float64((at-s.unit.at)/s.unit.Twitch.ContractionTime) > faded {
		return 0, 0, false
	}
	r, q := s.unit.state(at)
	scale := math.E * s.unit.Twitch.Amplitude
	return scale * q, scale * r * s.h, true
}

// add adds to dst the samples of a block with these coefficients, from the k-th on.
func (s *sampler) add(dst []float64, a, b float64, k int) {
	floats.AddScaled(dst, a, s.decay[k:k+len(dst)])
	floats.AddScaled(dst, b, s.ramp[k:k+len(dst)])
}

// addAll adds to dst the samples of a train from the first sample on.
func (s *sampler) addAll(dst []float64, spikes []units.Time) {
	for j, t := range spikes {
		s.unit.spike(t)
		stop := len(dst)
		if j+1 < len(spikes) {
			stop = min(stop, s.first(spikes[j+1]))
		}
		for i := s.first(t); i < stop; i += block {
			a, b, ok := s.coefficients(i)
			if !ok {
				break
			}
			s.add(dst[i:min(stop, i+block)], a, b, 0)
		}
	}
}
