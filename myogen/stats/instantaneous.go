package stats

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/floats"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Without a sampling period, trains are sampled this often in a window; and
// this often the rates are.
const (
	samplesPerWindow = 4000
	ratesPerWindow   = 40
)

// InstantaneousRates returns the firing rate of each train over time in pps,
// smoothed with a Hann window of the given length and area 1, sampled 40 times
// in a window. It is Elephant's instantaneous_rate with the window of MyoGen's
// tutorial as its kernel. Rate i is that of train i; a silent one is 0
// throughout. All trains must have the same time span and sampling period.
func InstantaneousRates(trains []neo.SpikeTrain, window units.Time) ([]neo.AnalogSignal, error) {
	return InstantaneousRatesEvery(trains, window, window/ratesPerWindow)
}

// InstantaneousRatesEvery is [InstantaneousRates] sampled every step, which is
// rounded down to a multiple of the sampling period of the trains, or to one
// of it. Several spikes in one sampling period count once. At both ends the
// window reaches beyond the span, as in numpy.convolve with mode "same".
func InstantaneousRatesEvery(trains []neo.SpikeTrain, window, step units.Time) ([]neo.AnalogSignal, error) {
	if err := check("the window", window); err != nil {
		return nil, err
	}
	if err := check("the step", step); err != nil {
		return nil, err
	}
	start, stop, err := commonSpan(trains)
	if err != nil {
		return nil, err
	}
	period := trains[0].SamplingPeriod
	for i, t := range trains {
		if !samePeriod(t.SamplingPeriod, period) {
			return nil, fmt.Errorf("stats: train 0, %q, is sampled every %v, train %d, %q, every %v", trains[0].Name, period, i, t.Name, t.SamplingPeriod)
		}
	}
	if period == 0 {
		period = window / samplesPerWindow
	}
	if err := check("the sampling period", period); err != nil {
		return nil, err
	}
	length, samples := wholeBins(float64(window/period)), wholeBins(float64((stop-start)/period))
	switch {
	case length < 3:
		return nil, fmt.Errorf("stats: a window of %v is %.15g samples of %v, must be at least 3", window, length, period)
	case samples < length || samples > maxBins:
		return nil, fmt.Errorf("stats: %v to %v is %.15g samples of %v, must be at least the %.15g of the window of %v and at most %d",
			start, stop, samples, period, length, window, maxBins)
	}
	w, n := int(length), int(samples)
	every := int(min(max(1, wholeBins(float64(step/period))), samples))
	hann := make([]float64, w)
	for j := range hann {
		hann[j] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(j)/float64(w-1))
	}
	floats.Scale(1/(floats.Sum(hann)*period.Seconds()), hann)
	windows := decimate(hann, every)
	rates := make([]neo.AnalogSignal, len(trains))
	var wg sync.WaitGroup
	for i, t := range trains {
		r := &rates[i]
		*r = neo.AnalogSignal{Name: t.Name, Units: "pps", TStart: start, SamplingPeriod: period * units.Time(every)}
		wg.Go(func() { r.Values = smooth(t, float64(start), windows, w, float64(period), n) })
	}
	wg.Wait()
	return rates, nil
}

// decimate returns for each of the first every samples that one and each
// every-th after it.
func decimate(x []float64, every int) [][]float64 {
	out := make([][]float64, every)
	for j := range out {
		for k := j; k < len(x); k += every {
			out[j] = append(out[j], x[k])
		}
	}
	return out
}

// smooth returns every len(windows)-th of n samples of a train convolved with a
// window of w samples, which is given decimated.
func smooth(t neo.SpikeTrain, start float64, windows [][]float64, w int, period float64, n int) []float64 {
	every := len(windows)
	values := make([]float64, (n+every-1)/every)
	last := -1
	for _, x := range t.Times {
		at := float64(x) - start
		if at < 0 || at > float64(n)*period {
			continue
		}
		i := sampleAt(at, period)
		if i == last || i >= n {
			continue // several spikes in a sample count once
		}
		last = i
		begin := i - (w-1)/2
		first := max(begin, 0)
		first += (every - first%every) % every
		if j := first - begin; j < w && first < n {
			window := windows[j%every][j/every:]
			to := values[first/every:]
			m := min(len(window), len(to))
			floats.Add(to[:m], window[:m])
		}
	}
	return values
}

// sampleAt returns the first sample of the grid j*period that is not before x.
func sampleAt(x, period float64) int {
	j := int(x / period)
	for j > 0 && float64(j-1)*period >= x {
		j--
	}
	for float64(j)*period < x {
		j++
	}
	return j
}
