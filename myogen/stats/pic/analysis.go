package pic

import (
	"fmt"
	"math"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Analysis holds the parameters of the measures. A field that is 0 has the
// default that its comment gives. -1 switches off a criterion of a pair: a
// value that all pairs of a pool meet.
//
// The four criteria of a pair and their defaults are those of Foley and Kalmar
// 2019 (J Neurophysiol 122:2095-2110). In the pairs of Hassan et al. 2020 (J
// Neural Eng, PMC7295184) delta-F rose with the recruitment interval up to 1 s;
// lowering the limit of the correlation, or leaving out pairs with a saturated
// control unit, had no effect.
type Analysis struct {
	Smoothing Smoothing // of the firing rates

	// MaxInterval is the longest interval between spikes of one period of firing.
	// The period with the most spikes is analysed (the first of equals), so that a
	// stray spike is not taken for recruitment. 0 is 1 s, a choice of this package.
	MaxInterval units.Time

	// MinCorrelation is the lowest r between the two rates. 0 is 0.7.
	MinCorrelation float64

	// MinRecruitmentInterval is from the recruitment of the control unit, whose own
	// current must be on, to that of the test unit. 0 is 1 s.
	MinRecruitmentInterval units.Time

	// MinModulation is the smallest change of the control unit's rate while the test
	// unit fires. 0 is 0.5 pps.
	MinModulation units.Rate

	// SaturationMargin is by how much the modulation must exceed delta-F (Foley and
	// Kalmar 2019, Fig. 4). It is less if the control unit has reached its highest
	// rate when the test unit is recruited. 0 is 0.5 pps.
	SaturationMargin units.Rate
}

// withDefaults returns the analysis with its defaults filled in.
func (a Analysis) withDefaults() (Analysis, error) {
	for _, p := range []struct {
		name     string
		value    *float64
		standard float64
		lowest   float64
	}{
		{"MaxInterval", (*float64)(&a.MaxInterval), 1000, 0},
		{"MinCorrelation", &a.MinCorrelation, 0.7, -1},
		{"MinRecruitmentInterval", (*float64)(&a.MinRecruitmentInterval), 1000, -1},
		{"MinModulation", (*float64)(&a.MinModulation), 0.5, -1},
		{"SaturationMargin", (*float64)(&a.SaturationMargin), 0.5, -1},
	} {
		if *p.value == 0 {
			*p.value = p.standard
		}
		if !(*p.value >= p.lowest) || math.IsInf(*p.value, 0) {
			return a, fmt.Errorf("pic: %s is %v, must be finite and at least %v", p.name, *p.value, p.lowest)
		}
	}
	if a.MinCorrelation > 1 {
		return a, fmt.Errorf("pic: MinCorrelation is %v, must be at most 1", a.MinCorrelation)
	}
	var err error
	a.Smoothing, err = a.Smoothing.withDefaults()
	return a, err
}

// firing is the period of firing that is analysed.
type firing struct {
	name   string
	spikes []units.Time // at least one
	// observed is nil if the recording shows the unit silent before and after.
	observed *NotMeasurable
}

func (f firing) recruitment() units.Time   { return f.spikes[0] }
func (f firing) derecruitment() units.Time { return f.spikes[len(f.spikes)-1] }

// firing returns the longest period of firing of a train.
func (a Analysis) firing(t neo.SpikeTrain) (firing, error) {
	f := firing{name: t.Name}
	if err := checkTrain(t); err != nil {
		return f, err
	}
	first := 0
	for i := range t.Times {
		if i > 0 && t.Times[i]-t.Times[i-1] > a.MaxInterval {
			first = i
		}
		if i+1-first > len(f.spikes) {
			f.spikes = t.Times[first : i+1]
		}
	}
	n := len(f.spikes)
	if n < 2 {
		spikes := [...]string{"0 spikes", "1 spike"}[n]
		return f, NotMeasurable{EnoughSpikes, fmt.Sprintf("the longest period of firing of %q has %s, needs 2", t.Name, spikes)}
	}
	// A unit that may have fired before the recording began has its next spike due
	// one interval after the start; likewise at the end.
	if wait := f.spikes[0] - t.TStart; wait < f.spikes[1]-f.spikes[0] {
		f.observed = &NotMeasurable{Observed, fmt.Sprintf("%q fires %s after the recording starts, "+
			"within its first interval of %s: its recruitment is not seen",
			t.Name, seconds(wait), seconds(f.spikes[1]-f.spikes[0]))}
	} else if rest := t.TStop - f.spikes[n-1]; rest < f.spikes[n-1]-f.spikes[n-2] {
		f.observed = &NotMeasurable{Observed, fmt.Sprintf("%q fires %s before the recording stops, "+
			"within its last interval of %s: its derecruitment is not seen",
			t.Name, seconds(rest), seconds(f.spikes[n-1]-f.spikes[n-2]))}
	}
	return f, nil
}

// checkTrain returns an error for a train whose spikes are not in rising order
// within its span.
func checkTrain(t neo.SpikeTrain) error {
	if span := float64(t.TStop - t.TStart); !(span >= 0) || math.IsInf(span, 0) {
		return fmt.Errorf("pic: spike train %q starts at %v and stops at %v", t.Name, t.TStart, t.TStop)
	}
	for i, x := range t.Times {
		if !(x >= t.TStart && x <= t.TStop) {
			return fmt.Errorf("pic: spike train %q: spike %d is at %v, outside %v to %v",
				t.Name, i, x, t.TStart, t.TStop)
		}
		if i > 0 && x <= t.Times[i-1] {
			return fmt.Errorf("pic: spike train %q: spike %d is at %v, must be after the one before at %v",
				t.Name, i, x, t.Times[i-1])
		}
	}
	return nil
}

// checkSignal returns an error for a signal without a sampling period or with a
// start or a value that is not finite.
func checkSignal(s neo.AnalogSignal) error {
	if !(s.SamplingPeriod > 0) || math.IsInf(float64(s.SamplingPeriod), 0) {
		return fmt.Errorf("pic: %q is sampled every %v, must be above 0", s.Name, s.SamplingPeriod)
	}
	if math.IsNaN(float64(s.TStart)) || math.IsInf(float64(s.TStart), 0) {
		return fmt.Errorf("pic: %q starts at %v", s.Name, s.TStart)
	}
	for i, v := range s.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("pic: %q is %v at %v", s.Name, v, s.Time(i))
		}
	}
	return nil
}
