package muscle

import (
	"fmt"
	"math"

	"gomyogen/myogen/units"
)

// linearRate is the normalised firing rate, contraction time over interval, up
// to which force is proportional to rate (Fuglevand et al. 1993).
const linearRate = 0.4

// linearSlope is the fraction of the tetanic force at linearRate, over
// linearRate.
var linearSlope = sigmoid(linearRate) / linearRate

// TwitchTetanusRatio is the amplitude of a twitch over the mean force of a
// fused tetanus, (1 - exp(-2 0.4³)) / (0.4 e) = 0.1105. It is the same for all
// motor units of the model.
var TwitchTetanusRatio = linearSlope / math.E

// sigmoid returns the fraction of the tetanic force at the normalised firing
// rate x > linearRate: 1 - exp(-2 x³).
func sigmoid(x float64) float64 { return -math.Expm1(-2 * x * x * x) }

// Twitch is the response of a motor unit to one spike: the force at time t
// after it is
//
//	f(t) = Amplitude t/T exp(1 - t/T)
//
// with the contraction time T, at which the force is largest: the impulse
// response of a critically damped system of second order (Fuglevand, Winter and
// Patla 1993).
type Twitch struct {
	Amplitude       float64    // peak force, in newtons or units of the smallest twitch
	ContractionTime units.Time // from the spike to the peak
}

// Force returns the force at time t after the spike, 0 before it.
func (w Twitch) Force(t units.Time) float64 {
	if !(t > 0) {
		return 0
	}
	u := float64(t / w.ContractionTime)
	return w.Amplitude * u * math.Exp(1-u)
}

// Gain returns the factor on the twitch that follows an interval between two
// spikes. With the normalised rate x = T/interval it is
//
//	1                                 for x <= 0.4
//	(S(x)/x) / (S(0.4)/0.4)           above,  S(x) = 1 - exp(-2 x³)
//
// so that the mean force of a regular train is proportional to its rate up to
// 0.4/T and follows the sigmoid S above (Fuglevand, Winter and Patla 1993).
func (w Twitch) Gain(interval units.Time) float64 {
	return gain(float64(w.ContractionTime / interval))
}

func gain(x float64) float64 {
	if x <= linearRate {
		return 1
	}
	return sigmoid(x) / x / linearSlope
}

// Tetanus returns the mean force of a fused tetanus, which no firing rate
// exceeds: Amplitude / TwitchTetanusRatio.
func (w Twitch) Tetanus() float64 { return w.Amplitude / TwitchTetanusRatio }

// SteadyForce is the force of a motor unit that has fired regularly for so
// long that each interval repeats the one before.
type SteadyForce struct {
	Rate            units.Rate
	NormalizedRate  float64 // contraction time over interval
	Gain            float64 // of each twitch
	Mean            float64 // over an interval: e Amplitude NormalizedRate Gain
	Min, Max        float64 // of an interval; the minimum is at the spikes
	Ripple          float64 // (Max - Min) / Mean, 0 at rate 0
	TetanusFraction float64 // Mean over the tetanic force
}

// Steady returns the force at a regular firing rate, in closed form. A rate of
// 0 gives no force; a negative or infinite rate and a twitch that is none are
// errors.
func (w Twitch) Steady(rate units.Rate) (SteadyForce, error) {
	if err := w.check(); err != nil {
		return SteadyForce{}, fmt.Errorf("muscle: %w", err)
	}
	if !(rate >= 0) || math.IsInf(float64(rate), 0) {
		return SteadyForce{}, fmt.Errorf("muscle: firing rate is %v, must be 0 or more", rate)
	}
	s := SteadyForce{Rate: rate, Gain: 1}
	if rate == 0 {
		return s, nil
	}
	x := w.ContractionTime.Seconds() * float64(rate)
	s.NormalizedRate, s.Gain = x, gain(x)
	s.Mean = math.E * w.Amplitude * x * s.Gain
	// After a spike the force is e Amplitude (q + r u) exp(-u), u = t/T. Both states
	// repeat after an interval y.
	y := min(1/x, 1000) // exp(-1000) is 0
	rest := -math.Expm1(-y)
	r := s.Gain / rest
	q := r * y * math.Exp(-y) / rest
	s.Min = math.E * w.Amplitude * q
	s.Max = math.E * w.Amplitude * r * math.Exp(q/r-1)
	s.Ripple = (s.Max - s.Min) / s.Mean
	s.TetanusFraction = s.Mean / w.Tetanus()
	return s, nil
}

// ForceFrequency returns the force-frequency curve: the steady force at each of
// the given rates.
func (w Twitch) ForceFrequency(rates []units.Rate) ([]SteadyForce, error) {
	curve := make([]SteadyForce, len(rates))
	for i, rate := range rates {
		s, err := w.Steady(rate)
		if err != nil {
			return nil, fmt.Errorf("%w (rate %d of the force-frequency curve)", err, i)
		}
		curve[i] = s
	}
	return curve, nil
}

// check returns an error that names the value that is no twitch's.
func (w Twitch) check() error {
	if !(w.Amplitude > 0) || w.Amplitude > MaxTwitch {
		return fmt.Errorf("twitch amplitude is %v, must be above 0 and at most %v", w.Amplitude, float64(MaxTwitch))
	}
	return checkContractionTime("contraction time", w.ContractionTime)
}

func checkContractionTime(what string, t units.Time) error {
	if !(t > 0) || t > MaxContractionTime {
		return fmt.Errorf("%s is %v, must be above 0 and at most %v", what, t, MaxContractionTime)
	}
	return nil
}

// Limits of the parameters, beyond what muscles have: what exceeds them is a wrong
// unit or a slip.
const (
	MaxTwitchRange          = 10_000
	MaxContractionTimeRange = 100
	MaxContractionTime      = 10 * units.S
	MaxTwitch               = 1e6 // peak of one twitch, in newtons or in units of the smallest
)

// checkRatio returns an error unless a range is from 1 to most.
func checkRatio(what string, x, most float64) error {
	if !(x >= 1 && x <= most) {
		return fmt.Errorf("%s is %v, must be from 1 to %v", what, x, most)
	}
	return nil
}
