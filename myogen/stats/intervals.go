package stats

import (
	"math"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// ISI returns the intervals between the spikes of a train. All are NaN if the spikes
// do not rise, as those of two trains that were appended.
func ISI(t neo.SpikeTrain) []units.Time {
	if len(t.Times) < 2 {
		return nil
	}
	isi := make([]units.Time, len(t.Times)-1)
	rising := checkRising(t) == nil
	for i := range isi {
		isi[i] = units.Time(math.NaN())
		if rising {
			isi[i] = t.Times[i+1] - t.Times[i]
		}
	}
	return isi
}

// DischargeRates returns the instantaneous discharge rate at each spike but
// the first: the inverse of the interval that the spike ends. rates[i] is that
// at times[i]. After an interval of 0 it is infinite; all are NaN if the spikes do not
// rise.
func DischargeRates(t neo.SpikeTrain) (times []units.Time, rates []units.Rate) {
	for i, interval := range ISI(t) {
		times, rates = append(times, t.Times[i+1]), append(rates, units.Rate(1/interval.Seconds()))
	}
	return times, rates
}

// CV returns the coefficient of variation of the intervals of a train, their
// standard deviation (ddof 0) over their mean, as scipy.stats.variation does
// with Elephant's isi. For fewer than two intervals, and for spikes that do not rise,
// it is NaN.
func CV(t neo.SpikeTrain) float64 {
	isi := ISI(t)
	if len(isi) < 2 {
		return math.NaN()
	}
	x := make([]float64, len(isi))
	for i, d := range isi {
		x[i] = float64(d)
	}
	mean, sd := meanSD(x)
	return sd / mean
}

// CV2 returns the mean over pairs of neighbouring intervals of
// 2 |I(i+1) - I(i)| / (I(i+1) + I(i)), which slow changes of the rate do not
// raise (Holt et al. 1996, J Neurophysiol 75:1806). For fewer than two
// intervals, and for spikes that do not rise, it is NaN.
func CV2(t neo.SpikeTrain) float64 {
	return 2 * meanOfPairs(t, math.Abs)
}

// LV returns the local variation of the intervals, the mean over pairs of
// neighbouring intervals of 3 ((I(i+1) - I(i)) / (I(i+1) + I(i)))²: 1 for a
// Poisson process, 0 for a regular train (Shinomoto et al. 2003, Neural Comput
// 15:2823). For fewer than two intervals, and for spikes that do not rise, it is NaN.
func LV(t neo.SpikeTrain) float64 {
	return 3 * meanOfPairs(t, func(x float64) float64 { return x * x })
}

// meanOfPairs returns the mean of f(difference/sum) of neighbouring intervals.
func meanOfPairs(t neo.SpikeTrain, f func(float64) float64) float64 {
	isi := ISI(t)
	if len(isi) < 2 {
		return math.NaN()
	}
	sum := 0.0
	for i := 1; i < len(isi); i++ {
		sum += f(float64((isi[i] - isi[i-1]) / (isi[i] + isi[i-1])))
	}
	return sum / float64(len(isi)-1)
}

// FanoFactor returns the variance over the mean of the numbers of spikes within the
// span of trains of equal span, NaN if there are no spikes, as Elephant's fanofactor
// does.
func FanoFactor(trains []neo.SpikeTrain) (float64, error) {
	if _, _, err := commonSpan(trains); err != nil {
		return 0, err
	}
	counts := make([]float64, len(trains))
	for i, t := range trains {
		for _, x := range t.Times {
			if x >= t.TStart && x <= t.TStop {
				counts[i]++
			}
		}
	}
	mean, sd := meanSD(counts)
	return sd * sd / mean, nil
}
