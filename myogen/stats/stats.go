// Package stats computes firing-rate statistics of spike trains, in the words
// of the Python package Elephant.
package stats

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/floats"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// FiringRate returns the mean firing rate between the first and the last
// spike of a train, both counted: n/(t_last - t_first). A train with fewer
// than two spikes has no rate.
func FiringRate(t neo.SpikeTrain) (rate units.Rate, ok bool) {
	n := len(t.Times)
	if n < 2 || t.Times[n-1] <= t.Times[0] {
		return 0, false
	}
	return units.Rate(float64(n) / (t.Times[n-1] - t.Times[0]).Seconds()), true
}

// Rates sums up the firing rates of a population.
type Rates struct {
	Trains          int        // all trains
	Active          int        // trains with a spike
	OneSpike        int        // trains with one spike: active, but without a rate
	Rates           []float64  // pps, of the trains that have one
	Mean, SD        units.Rate // SD with the population formula (ddof 0)
	Lowest, Highest units.Rate
}

// FiringRates returns the firing rates of trains that have at least two spikes.
func FiringRates(trains []neo.SpikeTrain) Rates {
	r := Rates{Trains: len(trains)}
	for _, t := range trains {
		if len(t.Times) > 0 {
			r.Active++
		}
		if rate, ok := FiringRate(t); ok {
			r.Rates = append(r.Rates, float64(rate))
		} else if len(t.Times) > 0 {
			r.OneSpike++
		}
	}
	if len(r.Rates) > 0 {
		mean, sd := meanSD(r.Rates)
		r.Mean, r.SD = units.Rate(mean), units.Rate(sd)
		r.Lowest, r.Highest = units.Rate(floats.Min(r.Rates)), units.Rate(floats.Max(r.Rates))
	}
	return r
}

// String prints the rates in one line.
func (r Rates) String() string {
	s := fmt.Sprintf("%d of %d active", r.Active, r.Trains)
	if len(r.Rates) > 0 {
		s += fmt.Sprintf(", mean rate %.2f pps, SD %.2f pps, range %.2f to %.2f pps", r.Mean, r.SD, r.Lowest, r.Highest)
	}
	if r.OneSpike > 0 {
		s += fmt.Sprintf(" (%d with one spike left out)", r.OneSpike)
	}
	return s
}

func check(what string, t units.Time) error {
	if !(t > 0) || math.IsInf(float64(t), 0) {
		return fmt.Errorf("stats: %s is %v, must be above 0", what, t)
	}
	return nil
}

// PSTH returns the mean firing rate of a population in bins from 0 to stop, in
// pps per train. Sample i is the bin from i to i+1; spikes at stop or later
// are dropped. A spike less than 1e-8 of a bin before an edge counts to the
// next bin, as in Elephant.
func PSTH(trains []neo.SpikeTrain, bin, stop units.Time) (neo.AnalogSignal, error) {
	s := neo.AnalogSignal{Name: "population rate", Units: "pps", SamplingPeriod: bin}
	if err := check("the bin", bin); err != nil {
		return s, err
	}
	if err := check("the end", stop); err != nil {
		return s, err
	}
	bins := math.Round(float64(stop / bin))
	if bins < 1 || bins > 1<<28 {
		return s, fmt.Errorf("stats: %v in bins of %v is %.0f bins", stop, bin, bins)
	}
	s.Values = make([]float64, int(bins))
	for _, t := range trains {
		for _, x := range t.Times {
			i, rest := math.Modf(float64(x / bin))
			if rest > 1-1e-8 {
				i++
			}
			if x < stop && i < bins && i >= 0 {
				s.Values[int(i)]++
			}
		}
	}
	floats.Scale(1/(bin.Seconds()*float64(max(len(trains), 1))), s.Values)
	return s, nil
}

// SmoothedRates returns the firing rate of each train with more than two
// spikes, smoothed with a Hann window of the given length and area 1, in pps.
// The train is sampled at period over n samples; every every-th sample of the
// rate is kept. Alignment is that of numpy.convolve(..., "same").
func SmoothedRates(trains []neo.SpikeTrain, window, period units.Time, n, every int) ([]neo.AnalogSignal, error) {
	if err := check("the window", window); err != nil {
		return nil, err
	}
	if err := check("the sampling period", period); err != nil {
		return nil, err
	}
	w := int(window / period)
	if w < 3 || n < w || every < 1 {
		return nil, fmt.Errorf("stats: a window of %d samples over %d samples, every %d kept", w, n, every)
	}
	hann := make([]float64, w)
	for j := range hann {
		hann[j] = 0.5 - 0.5*math.Cos(2*math.Pi*float64(j)/float64(w-1))
	}
	floats.Scale(1/(floats.Sum(hann)*period.Seconds()), hann)
	windows := decimate(hann, every)
	rates := make([]neo.AnalogSignal, 0, len(trains))
	var wg sync.WaitGroup
	for _, t := range trains {
		if len(t.Times) > 2 {
			rates = append(rates, neo.AnalogSignal{Name: t.Name, Units: "pps", SamplingPeriod: period * units.Time(every)})
			r := &rates[len(rates)-1]
			wg.Go(func() { r.Values = smooth(t, windows, w, float64(period), n) })
		}
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
func smooth(t neo.SpikeTrain, windows [][]float64, w int, period float64, n int) []float64 {
	every := len(windows)
	values := make([]float64, (n+every-1)/every)
	last := -1
	for _, x := range t.Times {
		i := sampleAt(float64(x), period)
		if i == last || i >= n {
			continue // several spikes in a sample count once
		}
		last = i
		from := i - (w-1)/2
		first := max(from, 0)
		first += (every - first%every) % every
		if j := first - from; j < w {
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

// ISI returns the intervals between the spikes of a train in ms.
func ISI(t neo.SpikeTrain) []float64 {
	var isi []float64
	for i := 1; i < len(t.Times); i++ {
		isi = append(isi, float64(t.Times[i]-t.Times[i-1]))
	}
	return isi
}

// CV returns the coefficient of variation of the intervals of a train, SD
// (ddof 0) over mean, and 0 for fewer than two intervals.
func CV(t neo.SpikeTrain) float64 {
	isi := ISI(t)
	if len(isi) < 2 {
		return 0
	}
	mean, sd := meanSD(isi)
	return sd / mean
}

// Plateau is the firing during the plateau of a contraction of the trains
// with more than two spikes in the whole run. Trains silent on the plateau
// count with 0.
type Plateau struct {
	Names    []string
	Rates    []float64 // pps: spikes over the length of the plateau
	CVs      []float64 // of the intervals on the plateau
	MeanRate units.Rate
	MeanCV   float64
}

// PlateauRates returns the firing from from to to, both included.
func PlateauRates(trains []neo.SpikeTrain, from, to units.Time) (Plateau, error) {
	var p Plateau
	if !(to > from) || math.IsInf(float64(to-from), 0) {
		return p, fmt.Errorf("stats: the plateau goes from %v to %v", from, to)
	}
	for _, t := range trains {
		if len(t.Times) <= 2 {
			continue
		}
		i, _ := slices.BinarySearch(t.Times, from)
		j, _ := slices.BinarySearchFunc(t.Times, to, func(x, to units.Time) int {
			if x <= to {
				return -1
			}
			return 1
		})
		on := neo.SpikeTrain{Times: t.Times[i:j]}
		p.Names = append(p.Names, t.Name)
		p.Rates = append(p.Rates, float64(len(on.Times))/(to-from).Seconds())
		p.CVs = append(p.CVs, CV(on))
	}
	if len(p.Rates) > 0 {
		p.MeanRate, p.MeanCV = units.Rate(Mean(p.Rates)), Mean(p.CVs)
	}
	return p, nil
}

// Percentile returns the p-th percentile, 0 <= p <= 100, interpolating between
// ranks as numpy.percentile does; NaN for no values.
func Percentile(x []float64, p float64) float64 {
	if len(x) == 0 || !(p >= 0 && p <= 100) {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(x))
	at := p / 100 * float64(len(s)-1)
	i := int(at)
	if i+1 >= len(s) {
		return s[len(s)-1]
	}
	return s[i] + (at-float64(i))*(s[i+1]-s[i])
}
