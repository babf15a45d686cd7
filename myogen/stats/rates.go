package stats

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// MeanFiringRate returns the number of spikes within the time span of the train over
// its length, n/(t_stop - t_start), as Elephant's mean_firing_rate does: 0 for a
// silent train.
func MeanFiringRate(t neo.SpikeTrain) (units.Rate, error) {
	if err := checkSpan(t); err != nil {
		return 0, err
	}
	if err := checkRising(t); err != nil {
		return 0, err
	}
	n := 0
	for _, x := range t.Times {
		if x >= t.TStart && x <= t.TStop {
			n++
		}
	}
	return units.Rate(float64(n) / t.Duration().Seconds()), nil
}

// MeanFiringRates returns the [MeanFiringRate] of each train.
func MeanFiringRates(trains []neo.SpikeTrain) ([]units.Rate, error) {
	rates := make([]units.Rate, len(trains))
	for i, t := range trains {
		var err error
		if rates[i], err = MeanFiringRate(t); err != nil {
			return nil, err
		}
	}
	return rates, nil
}

// FiringRate returns the mean firing rate between the first and the last
// spike of a train, both counted: n/(t_last - t_first), MyoGen's definition. A
// train with fewer than two spikes, or whose spikes do not rise, has no rate.
func FiringRate(t neo.SpikeTrain) (rate units.Rate, ok bool) {
	n := len(t.Times)
	if n < 2 || !(t.Times[n-1] > t.Times[0]) || checkRising(t) != nil {
		return 0, false
	}
	return units.Rate(float64(n) / (t.Times[n-1] - t.Times[0]).Seconds()), true
}

// Rates summarizes the firing rates of a population.
type Rates struct {
	Trains          int        // all trains
	Active          int        // trains with a spike
	OneSpike        int        // trains with one spike: active, but without a rate
	NoRate          int        // other active trains without a rate: spikes at one time, or that do not rise
	Rates           []float64  // pps, of the trains that have one
	Mean, SD        units.Rate // SD with the population formula (ddof 0); NaN for no rates
	Lowest, Highest units.Rate // NaN for no rates
}

// FiringRates summarizes the [FiringRate] of trains with at least two spikes.
func FiringRates(trains []neo.SpikeTrain) Rates {
	r := Rates{Trains: len(trains)}
	for _, t := range trains {
		if len(t.Times) > 0 {
			r.Active++
		}
		if rate, ok := FiringRate(t); ok {
			r.Rates = append(r.Rates, float64(rate))
		} else if len(t.Times) == 1 {
			r.OneSpike++
		} else if len(t.Times) > 1 {
			r.NoRate++
		}
	}
	mean, sd := meanSD(r.Rates)
	r.Mean, r.SD = units.Rate(mean), units.Rate(sd)
	r.Lowest, r.Highest = r.Mean, r.Mean
	if len(r.Rates) > 0 {
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
	if r.NoRate > 0 {
		s += fmt.Sprintf(" (%d without a rate left out)", r.NoRate)
	}
	return s
}

// WindowRates is the firing within a time window, the plateau of a contraction
// say, of the trains with more than two spikes in the whole recording: MyoGen's
// definition. Trains that are silent within the window count with a rate of 0,
// and those with fewer than two intervals there with a CV of 0.
type WindowRates struct {
	Names    []string
	Rates    []float64  // pps: spikes over the length of the window
	CVs      []float64  // of the intervals within the window
	MeanRate units.Rate // NaN if no train has more than two spikes
	MeanCV   float64    // likewise
}

// RatesWithin returns the firing within [start, stop], both included. The
// window must lie within the time span of each train.
func RatesWithin(trains []neo.SpikeTrain, start, stop units.Time) (WindowRates, error) {
	var w WindowRates
	if !(stop > start) || math.IsInf(float64(stop-start), 0) {
		return w, fmt.Errorf("stats: the window goes from %v to %v", start, stop)
	}
	for _, t := range trains {
		if err := checkRising(t); err != nil {
			return WindowRates{}, err
		}
		if !(start >= t.TStart-sameTime && stop <= t.TStop+sameTime) {
			return WindowRates{}, fmt.Errorf("stats: the window from %v to %v is not within t_start %v to t_stop %v of train %q",
				start, stop, t.TStart, t.TStop, t.Name)
		}
		if len(t.Times) <= 2 {
			continue
		}
		var within neo.SpikeTrain
		for _, x := range t.Times {
			if x >= start && x <= stop {
				within.Times = append(within.Times, x)
			}
		}
		cv := 0.0
		if len(within.Times) > 2 {
			cv = CV(within)
		}
		w.Names = append(w.Names, t.Name)
		w.Rates = append(w.Rates, float64(len(within.Times))/(stop-start).Seconds())
		w.CVs = append(w.CVs, cv)
	}
	w.MeanRate, w.MeanCV = units.Rate(Mean(w.Rates)), Mean(w.CVs)
	return w, nil
}

// Recruitment returns when a unit is recruited and derecruited: the first spike
// that another one follows within longest, and the last that one precedes within longest.
// Single spikes before and after steady firing do not count. With longest 0 any spike
// counts. It returns false for a unit that is never recruited, for spikes that do
// not rise and for a longest that is negative or NaN.
//
// Recruitment and derecruitment of pairs of units estimate persistent inward
// currents (Gorassini et al. 2002, J Neurophysiol, doi:10.1152/jn.00024.2001).
func Recruitment(t neo.SpikeTrain, longest units.Time) (recruited, derecruited units.Time, ok bool) {
	if !(longest >= 0) || checkRising(t) != nil {
		return 0, 0, false
	}
	if longest == 0 && len(t.Times) > 0 {
		return t.Times[0], t.Times[len(t.Times)-1], true
	}
	for i := 1; i < len(t.Times); i++ {
		if t.Times[i]-t.Times[i-1] > longest {
			continue
		}
		if !ok {
			recruited, ok = t.Times[i-1], true
		}
		derecruited = t.Times[i]
	}
	return recruited, derecruited, ok
}
