package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// edge is the part of a bin before its end in which a spike counts to the next
// bin, as in Elephant: rounding must not move a spike that lies on an edge.
const edge = 1e-8

// wholeBins returns how many bins begin at or before x bins from the start.
func wholeBins(x float64) float64 {
	i, rest := math.Modf(x)
	if rest >= 1-edge {
		i++
	}
	return i
}

// maxBins is the most bins of a histogram, 2 GiB.
const maxBins = 1 << 28

// binning divides the common time span of trains into whole bins; what is left
// over at the end belongs to none.
type binning struct {
	start, stop, bin units.Time
	bins             int
}

func newBinning(trains []neo.SpikeTrain, bin units.Time) (binning, error) {
	b := binning{bin: bin}
	if err := check("the bin", bin); err != nil {
		return b, err
	}
	var err error
	if b.start, b.stop, err = commonSpan(trains); err != nil {
		return b, err
	}
	bins := wholeBins(float64((b.stop - b.start) / bin))
	if bins < 1 || bins > maxBins {
		return b, fmt.Errorf("stats: %v to %v holds %.15g whole bins of %v, must hold 1 to %d", b.start, b.stop, bins, bin, maxBins)
	}
	for i, t := range trains {
		if bin < t.SamplingPeriod && !samePeriod(t.SamplingPeriod, bin) {
			return b, fmt.Errorf("stats: bins of %v are shorter than the sampling period of train %d, %q, %v", bin, i, t.Name, t.SamplingPeriod)
		}
	}
	b.bins = int(bins)
	return b, nil
}

// each calls do with the bin of each spike that has one.
func (b binning) each(t neo.SpikeTrain, do func(bin int)) {
	for _, x := range t.Times {
		if x < b.start-sameTime || x > b.stop+sameTime {
			continue
		}
		if i := max(0, wholeBins(float64((x-b.start)/b.bin))); i < float64(b.bins) {
			do(int(i))
		}
	}
}

// counts returns the number of spikes of all trains in each bin.
func (b binning) counts(trains []neo.SpikeTrain) []float64 {
	counts := make([]float64, b.bins)
	for _, t := range trains {
		b.each(t, func(i int) { counts[i]++ })
	}
	return counts
}

func (b binning) signal(name, unit string, values []float64) neo.AnalogSignal {
	return neo.AnalogSignal{Name: name, Units: unit, TStart: b.start, SamplingPeriod: b.bin, Values: values, Binned: true}
}

// TimeHistogram returns the mean firing rate of a population in whole bins of
// its time span, in pps per train, as Elephant's time_histogram with
// output="rate" does. Sample i is the bin from t_start + i bin to t_start +
// (i+1) bin; what is left over at the end, and spikes there, are not used. A
// spike less than 1e-8 of a bin before an edge counts to the next bin. All
// trains must have the same span.
//
// Bins are at least as long as the sampling period of the trains, the time step of a
// run. A bin should be a multiple of it: bins of 0.15 ms hold one and two steps of
// 0.1 ms in turn, and their counts alternate.
func TimeHistogram(trains []neo.SpikeTrain, bin units.Time) (neo.AnalogSignal, error) {
	b, err := newBinning(trains, bin)
	if err != nil {
		return neo.AnalogSignal{}, err
	}
	counts := b.counts(trains)
	floats.Scale(1/(bin.Seconds()*float64(len(trains))), counts)
	return b.signal("population rate", "pps", counts), nil
}

// CumulativeSpikeTrain returns the number of spikes of all trains in each whole
// bin of their time span, the sum of the binary trains where bin is the
// sampling period: an estimate of the neural drive to the muscle (Negro and
// Farina 2011, J Physiol 589:629). Bins are those of [TimeHistogram].
func CumulativeSpikeTrain(trains []neo.SpikeTrain, bin units.Time) (neo.AnalogSignal, error) {
	b, err := newBinning(trains, bin)
	if err != nil {
		return neo.AnalogSignal{}, err
	}
	return b.signal("cumulative spike train", "spikes", b.counts(trains)), nil
}

// CrossCorrelogram returns the cross-correlation histogram of two trains of
// equal span, as Elephant's cross_correlation_histogram does: the number of
// pairs of spikes by lag, in whole bins from -window to window. At a positive
// lag the spike of b follows that of a. The result is a signal over lag whose
// bins are centred on multiples of bin; it starts half a bin before -window. Label
// the axis of its figure: X: chart.Axis{Label: "Lag", Unit: "ms"}. Bins are those of
// [TimeHistogram].
func CrossCorrelogram(a, b neo.SpikeTrain, bin, window units.Time) (neo.AnalogSignal, error) {
	both, err := newBinning([]neo.SpikeTrain{a, b}, bin)
	if err != nil {
		return neo.AnalogSignal{}, err
	}
	if err := check("the window", window); err != nil {
		return neo.AnalogSignal{}, err
	}
	lags := wholeBins(float64(window / bin))
	if lags < 1 || lags > float64(both.bins-1) {
		return neo.AnalogSignal{}, fmt.Errorf("stats: a window of %v is %.15g bins of %v, must be 1 to %d", window, lags, bin, both.bins-1)
	}
	most := int(lags)
	x, y := both.counts([]neo.SpikeTrain{a}), both.counts([]neo.SpikeTrain{b})
	pairs := make([]float64, 2*most+1)
	for i, n := range x {
		if n == 0 {
			continue
		}
		for lag := max(-most, -i); lag <= min(most, both.bins-1-i); lag++ {
			pairs[lag+most] += n * y[i+lag]
		}
	}
	s := both.signal("cross-correlogram", "spikes", pairs)
	s.TStart = -units.Time(float64(most)+0.5) * bin
	return s, nil
}
