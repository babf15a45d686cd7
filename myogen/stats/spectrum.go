package stats

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"slices"

	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/dsp/window"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// CrossSpectrum is the power of two signals over frequency, and the power they
// share, averaged over disjoint segments (Welch 1967, IEEE Trans Audio
// Electroacoust 15:70).
type CrossSpectrum struct {
	Frequencies []float64    // Hz
	X, Y        []float64    // power densities, units²/Hz, one-sided
	XY          []complex128 // cross spectral density, conj(X) Y
	Segments    int
}

// NewCrossSpectrum returns the spectra of x and y over disjoint segments of the
// given length, each without its mean and under a Hann window; what is left
// over at their end is not used. The signals must have the same sampling
// period, start and length.
func NewCrossSpectrum(x, y neo.AnalogSignal, segment units.Time) (CrossSpectrum, error) {
	var c CrossSpectrum
	if err := check("the segment", segment); err != nil {
		return c, err
	}
	if err := checkSampling(x, y); err != nil {
		return c, err
	}
	samples := len(x.Values)
	ratio := math.Round(float64(segment / x.SamplingPeriod))
	if ratio < 4 || ratio > float64(samples) {
		return c, fmt.Errorf("stats: a segment of %v is %.15g samples, must be 4 to %d", segment, ratio, samples)
	}
	n := int(ratio)
	fs := 1 / x.SamplingPeriod.Seconds()
	fft := fourier.NewFFT(n)
	bins := n/2 + 1
	c = CrossSpectrum{Frequencies: make([]float64, bins), X: make([]float64, bins), Y: make([]float64, bins), XY: make([]complex128, bins), Segments: samples / n}
	hann := window.NewValues(window.Hann, n+1)[:n] // periodic: a sine of the grid stays in its bin and two neighbours
	power := 0.0
	for _, w := range hann {
		power += w * w
	}
	coefficients := func(values []float64) []complex128 {
		mean := Mean(values)
		seq := make([]float64, n)
		for i, v := range values {
			seq[i] = (v - mean) * hann[i]
		}
		return fft.Coefficients(nil, seq)
	}
	scale := 2 / (fs * power * float64(c.Segments))
	for s := range c.Segments {
		a, b := coefficients(x.Values[s*n:(s+1)*n]), coefficients(y.Values[s*n:(s+1)*n])
		for i := range bins {
			k := scale
			if i == 0 || 2*i == n {
				k /= 2 // no mirror image on the other side
			}
			c.X[i] += k * (real(a[i])*real(a[i]) + imag(a[i])*imag(a[i]))
			c.Y[i] += k * (real(b[i])*real(b[i]) + imag(b[i])*imag(b[i]))
			c.XY[i] += complex(k, 0) * cmplx.Conj(a[i]) * b[i]
		}
	}
	for i := range bins {
		c.Frequencies[i] = fft.Freq(i) * fs
	}
	return c, nil
}

// Coherence returns the magnitude-squared coherence at each frequency,
// |XY|²/(X Y), between 0 and 1; NaN where a signal has no power, or values that are
// not finite.
func (c CrossSpectrum) Coherence() []float64 {
	out := make([]float64, len(c.XY))
	for i, xy := range c.XY {
		out[i] = (real(xy)*real(xy) + imag(xy)*imag(xy)) / (c.X[i] * c.Y[i])
	}
	return out
}

// Confidence returns the confidence limit of the coherence, which independent signals
// exceed at a frequency with probability alpha: 1 - alpha^(1/(Segments-1))
// (Rosenberg et al. 1989, Prog Biophys Mol Biol 53:1). Alpha is the significance
// level and not the level of confidence: that of the 95 % limit is 0.05. With one
// segment the limit is 1, and it is NaN unless 0 < alpha < 1.
func (c CrossSpectrum) Confidence(alpha float64) float64 {
	if !(alpha > 0 && alpha < 1) {
		return math.NaN()
	}
	if c.Segments < 2 {
		return 1
	}
	return 1 - math.Pow(alpha, 1/float64(c.Segments-1))
}

// Transfer returns gain (units of y over units of x) and phase (radians,
// positive where y leads) from x to y at the frequency nearest to f (Hz). For an f that
// the spectra do not reach, below 0 or above half the sampling rate, they are NaN.
func (c CrossSpectrum) Transfer(f units.Frequency) (gain, phase float64) {
	if n := len(c.Frequencies); n == 0 || !(f >= 0 && float64(f) <= c.Frequencies[n-1]+c.Frequencies[min(1, n-1)]/2) {
		return math.NaN(), math.NaN()
	}
	best := 0
	for i, g := range c.Frequencies {
		if math.Abs(g-float64(f)) < math.Abs(c.Frequencies[best]-float64(f)) {
			best = i
		}
	}
	if c.X[best] == 0 {
		return math.NaN(), math.NaN()
	}
	h := c.XY[best] / complex(c.X[best], 0)
	return cmplx.Abs(h), cmplx.Phase(h)
}

// PooledCoherence returns the spectra of the cumulative spike trains of two
// groups of units, from which Coherence gives their pooled coherence, that of
// the input they share (Negro and Farina 2011, J Physiol 589:629). The trains
// are counted in bins and analysed over disjoint segments. All trains must
// have the same time span, and no unit may be in both groups.
func PooledCoherence(a, b []neo.SpikeTrain, bin, segment units.Time) (CrossSpectrum, error) {
	for i, x := range a {
		for j, y := range b {
			if x.Name == y.Name && len(x.Times) > 0 && slices.Equal(x.Times, y.Times) {
				return CrossSpectrum{}, fmt.Errorf("stats: train %q is in both groups, number %d of one and %d of the other", x.Name, i, j)
			}
		}
	}
	if _, _, err := commonSpan(slices.Concat(a, b)); err != nil {
		return CrossSpectrum{}, err
	}
	x, err := CumulativeSpikeTrain(a, bin)
	if err != nil {
		return CrossSpectrum{}, err
	}
	y, err := CumulativeSpikeTrain(b, bin)
	if err != nil {
		return CrossSpectrum{}, err
	}
	n := min(len(x.Values), len(y.Values)) // a span that ends at an edge but for rounding
	x.Values, y.Values = x.Values[:n], y.Values[:n]
	return NewCrossSpectrum(x, y, segment)
}

// PopulationMean returns the mean of signals of equal unit, sampling period,
// start and length, of which all or none are binned.
func PopulationMean(signals []neo.AnalogSignal) (neo.AnalogSignal, error) {
	if len(signals) == 0 {
		return neo.AnalogSignal{}, errors.New("stats: there are no signals to average")
	}
	mean := signals[0]
	mean.Name, mean.Values = "population mean", make([]float64, len(signals[0].Values))
	for _, s := range signals {
		if s.Units != mean.Units {
			return neo.AnalogSignal{}, fmt.Errorf("stats: signal %q is in %q, %q in %q", signals[0].Name, mean.Units, s.Name, s.Units)
		}
		if err := checkSampling(signals[0], s); err != nil {
			return neo.AnalogSignal{}, err
		}
		if s.Binned != mean.Binned {
			return neo.AnalogSignal{}, fmt.Errorf("stats: signal %q has samples that hold for a bin (%t), %q (%t); both must, or none",
				signals[0].Name, mean.Binned, s.Name, s.Binned)
		}
		for i, v := range s.Values {
			mean.Values[i] += v / float64(len(signals))
		}
	}
	return mean, nil
}
