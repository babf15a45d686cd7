package muscle

import (
	"fmt"
	"math"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Steadiness is the mean and the fluctuation of a force. The coefficient of
// variation is the usual measure of force steadiness.
type Steadiness struct {
	Mean, SD float64 // SD over all samples (ddof 0)
	CV       float64 // SD/Mean; NaN for no force
	Units    string  // of Mean and SD
	Samples  int
}

// NewSteadiness returns the statistics of the samples in [start, stop], both
// included, a window within the span of the signal. It is an error if no sample
// lies there or one is not finite.
func NewSteadiness(force neo.AnalogSignal, start, stop units.Time) (Steadiness, error) {
	s := Steadiness{Units: force.Units}
	if err := checkSignal(force); err != nil {
		return s, err
	}
	if !(stop >= start) || math.IsInf(float64(stop-start), 0) {
		return s, fmt.Errorf("muscle: the force is asked for from %v to %v", start, stop)
	}
	if near := force.SamplingPeriod * 1e-6; start < force.TStart-near || stop > force.TStop()+near {
		return s, fmt.Errorf("muscle: %v to %v is not within %q, which spans %v to %v",
			start, stop, force.Name, force.TStart, force.TStop())
	}
	first := max(0, math.Ceil(float64((start-force.TStart)/force.SamplingPeriod)-1e-6))
	last := min(float64(len(force.Values)-1), math.Floor(float64((stop-force.TStart)/force.SamplingPeriod)+1e-6))
	if last < first {
		return s, fmt.Errorf("muscle: %v to %v has no sample of %q, which spans %v to %v",
			start, stop, force.Name, force.TStart, force.TStop())
	}
	values := force.Values[int(first) : int(last)+1]
	s.Samples = len(values)
	for _, v := range values {
		s.Mean += v
	}
	s.Mean /= float64(len(values))
	squares := 0.0
	for _, v := range values {
		squares += (v - s.Mean) * (v - s.Mean)
	}
	s.SD = math.Sqrt(squares / float64(len(values)))
	s.CV = s.SD / s.Mean
	return s, nil
}

// String prints the steadiness in one line.
func (s Steadiness) String() string {
	if math.IsNaN(s.CV) {
		return fmt.Sprintf("mean %.4g %s, SD %.3g, no CV", s.Mean, s.Units, s.SD)
	}
	return fmt.Sprintf("mean %.4g %s, SD %.3g, CV %.2f %%", s.Mean, s.Units, s.SD, 100*s.CV)
}

// checkSignal returns an error for a signal without a sampling period or with a
// start or a value that is not finite.
func checkSignal(s neo.AnalogSignal) error {
	if !(s.SamplingPeriod > 0) || math.IsInf(float64(s.SamplingPeriod), 0) {
		return fmt.Errorf("muscle: %q is sampled every %v, must be above 0", s.Name, s.SamplingPeriod)
	}
	if math.IsNaN(float64(s.TStart)) || math.IsInf(float64(s.TStart), 0) {
		return fmt.Errorf("muscle: %q starts at %v", s.Name, s.TStart)
	}
	for i, v := range s.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("muscle: %q is %v at %v", s.Name, v, s.Time(i))
		}
	}
	return nil
}

// SpikeTriggeredAverage is the mean course of a signal around the spikes of one
// motor unit, which estimates its twitch from the force of a whole muscle
// (Milner-Brown, Stein and Yemm 1973, J Physiol 228:285-306). The estimate is
// that of the twitch while the intervals between spikes are long against the
// contraction time; at shorter ones twitches fuse, and the average is lower and
// earlier (Nordstrom, Miles and Veale 1989, Muscle Nerve,
// doi:10.1002/mus.880120706).
type SpikeTriggeredAverage struct {
	Average  neo.AnalogSignal // time 0 is the spike
	Triggers int              // spikes averaged
	Excluded int              // spikes whose window leaves the signal, or with a neighbour too near

	Amplitude       float64    // largest value after the spike minus the value at the spike
	ContractionTime units.Time // from the spike to the largest value
}

// TriggerWindow is the time around each spike that is averaged.
type TriggerWindow struct {
	Before    units.Time // from its start to the spike
	After     units.Time // from the spike to its end; 0 is 200 ms, longer than twice a contraction time
	Isolation units.Time // leaves out spikes with another spike nearer than this
}

// NewSpikeTriggeredAverage averages a signal, interpolated linearly between
// samples, over the windows around the spikes of a train. It is an error if no
// spike has one.
func NewSpikeTriggeredAverage(signal neo.AnalogSignal, train neo.SpikeTrain, window TriggerWindow) (
	SpikeTriggeredAverage, error) {
	var a SpikeTriggeredAverage
	before, after, isolation := window.Before, window.After, window.Isolation
	if after == 0 {
		after = 200 * units.Ms
	}
	if err := checkSignal(signal); err != nil {
		return a, err
	}
	if err := checkTrain(0, train); err != nil {
		return a, err
	}
	if !(before >= 0) || !(after > 0) || math.IsInf(float64(before+after), 0) {
		return a, fmt.Errorf("muscle: the window is %v before and %v after a spike, must be 0 or more and above 0",
			before, after)
	}
	if !(isolation >= 0) {
		return a, fmt.Errorf("muscle: the isolation of spikes is %v, must be 0 or more", isolation)
	}
	period := signal.SamplingPeriod
	zero := math.Floor(float64(before/period) + 1e-6) // sample of the spike
	n := zero + math.Floor(float64(after/period)+1e-6) + 1
	if n > float64(len(signal.Values)) {
		return a, fmt.Errorf("muscle: the window of %v is longer than %q, which spans %v to %v",
			before+after, signal.Name, signal.TStart, signal.TStop())
	}
	a.Average = neo.AnalogSignal{
		Name: signal.Name + " at spikes of " + train.Name, Units: signal.Units,
		TStart: -units.Time(zero) * period, SamplingPeriod: period, Values: make([]float64, int(n)),
	}
	for j, t := range train.Times {
		at := float64((t-signal.TStart)/period) - zero // of the first sample, in samples
		i := math.Floor(at + 1e-9)
		f := max(0, at-i)
		near := j > 0 && t-train.Times[j-1] < isolation || j+1 < len(train.Times) && train.Times[j+1]-t < isolation
		if near || i < 0 || i+n > float64(len(signal.Values)) || f > 1e-9 && i+n+1 > float64(len(signal.Values)) {
			a.Excluded++
			continue
		}
		a.Triggers++
		from := signal.Values[int(i):]
		for k := range a.Average.Values {
			v := from[k]
			if f > 1e-9 {
				v += f * (from[k+1] - v)
			}
			a.Average.Values[k] += v
		}
	}
	if a.Triggers == 0 {
		return SpikeTriggeredAverage{}, fmt.Errorf("muscle: not measurable: none of %d spikes of %q "+
			"has %v before and %v after it in %q (%v to %v) and no other spike nearer than %v",
			len(train.Times), train.Name, before, after, signal.Name, signal.TStart, signal.TStop(), isolation)
	}
	peak := int(zero)
	for k := range a.Average.Values {
		a.Average.Values[k] /= float64(a.Triggers)
		if k > int(zero) && a.Average.Values[k] > a.Average.Values[peak] {
			peak = k
		}
	}
	a.Amplitude = a.Average.Values[peak] - a.Average.Values[int(zero)]
	a.ContractionTime = a.Average.Time(peak)
	return a, nil
}
