package stats_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/muscle"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/stats"
	"gomyogen/myogen/stats/pic"
	"gomyogen/myogen/units"
)

// hostile are trains that no recording has.
func hostile() map[string]neo.SpikeTrain {
	nan, inf := units.Time(math.NaN()), units.Time(math.Inf(1))
	of := func(start, stop units.Time, times ...units.Time) neo.SpikeTrain {
		return neo.SpikeTrain{Name: "MN_0", Times: times, TStart: start, TStop: stop}
	}
	return map[string]neo.SpikeTrain{
		"NaN": of(0, 1000, 100, nan, 300, 400), "all NaN": of(0, 1000, nan, nan, nan), "infinite": of(0, 1000, 100, 200, inf), "minus infinite": of(0, 1000, -inf, 200, 300),
		"unsorted": of(0, 1000, 300, 100, 200, 150), "outside": of(0, 1000, -50, 500, 1500), "empty": of(0, 1000), "no span": {Name: "MN_0", Times: []units.Time{0, 0}}, "turned": of(1000, 0, 100, 200, 300),
		"a span of NaN": of(nan, 1000, 1, 2, 3), "an infinite span": of(0, inf, 1, 2, 3), "one": of(0, 1000, 5), "equal": of(0, 1000, 5, 5, 5), "negative": of(-1000, -1, -900, -800, -700),
		"huge": of(0, 1e300, 1e299, 2e299, 3e299), "tiny": of(0, 5e-324, 0, 5e-324),
	}
}

// What no train has is refused by name, or has no value, wherever trains are taken;
// nothing panics.
func TestHostileTrains(t *testing.T) {
	noTimes := []string{"NaN", "all NaN", "infinite", "minus infinite"}
	noSpan := []string{"no span", "turned", "a span of NaN", "an infinite span"}
	rising := append(slices.Concat(noTimes, noSpan), "unsorted")
	firing := []string{"NaN", "all NaN", "infinite", "minus infinite", "unsorted", "outside", "turned", "a span of NaN", "an infinite span"}
	refusedBy := map[string][]string{
		"TimeHistogram": rising, "CumulativeSpikeTrain": rising, "CrossCorrelogram": rising, "FanoFactor": rising, "MeanFiringRate": rising, "PooledCoherence": rising,
		"InstantaneousRates": rising, "RatesWithin": {"NaN", "all NaN", "infinite", "minus infinite", "unsorted", "no span", "turned", "a span of NaN", "negative"},
		"pic.Rate": firing, "pic.Brace": firing, "pic.DeltaF": firing, "pic.Pairs": firing, "pic.Thresholds": firing,
		"muscle.Force": firing, "muscle.UnitForces": firing, "muscle.RateCoding": firing, "STA": firing,
		"Slice": {"NaN", "all NaN", "negative", "turned", "a span of NaN"}, "Validate": firing,
	}
	values := map[string]map[string]string{
		"MeanFiringRate": {"outside": "1 pps", "empty": "0 pps", "equal": "3 pps"},
		"FanoFactor":     {"outside": "0", "empty": "NaN"},
		"FiringRate": {"NaN": "0 pps false", "all NaN": "0 pps false", "infinite": "0 pps false", "minus infinite": "0 pps false", "unsorted": "0 pps false", "equal": "0 pps false",
			"one": "0 pps false", "negative": "15 pps true"},
		"FiringRates":    {"unsorted": "2 of 2 active (2 without a rate left out)", "equal": "2 of 2 active (2 without a rate left out)", "one": "2 of 2 active (2 with one spike left out)"},
		"Recruitment":    {"NaN": "0 ms 0 ms false", "all NaN": "0 ms 0 ms false", "infinite": "0 ms 0 ms false", "unsorted": "0 ms 0 ms false", "negative": "-900 ms -700 ms true"},
		"DischargeRates": {"unsorted": "[NaN pps NaN pps NaN pps]", "NaN": "[NaN pps NaN pps NaN pps]", "infinite": "[NaN pps NaN pps]", "negative": "[10 pps 10 pps]"},
		"ISI":            {"unsorted": "[NaN ms NaN ms NaN ms]", "NaN": "[NaN ms NaN ms NaN ms]", "equal": "[0 ms 0 ms]", "negative": "[100 ms 100 ms]", "one": "[]"},
		"CV":             {"NaN": "NaN", "unsorted": "NaN", "infinite": "NaN", "equal": "NaN", "one": "NaN", "empty": "NaN"}, "CV2": {"NaN": "NaN", "unsorted": "NaN", "equal": "NaN", "one": "NaN"}, "LV": {"NaN": "NaN", "unsorted": "NaN", "infinite": "NaN", "empty": "NaN"},
	}
	input := neo.AnalogSignal{Name: "drive", Units: "pps", SamplingPeriod: 1, Values: make([]float64, 1000)}
	for name, x := range hostile() {
		two := []neo.SpikeTrain{x, x}
		two[1].Name = "MN_1"
		for f, call := range map[string]func() (any, error){
			"TimeHistogram":        func() (any, error) { v, err := stats.TimeHistogram(two, 100); return v.Values, err },
			"CumulativeSpikeTrain": func() (any, error) { v, err := stats.CumulativeSpikeTrain(two, 100); return v.Values, err },
			"CrossCorrelogram":     func() (any, error) { v, err := stats.CrossCorrelogram(x, x, 100, 200); return v.Values, err },
			"InstantaneousRates":   func() (any, error) { v, err := stats.InstantaneousRates(two, 100); return len(v), err },
			"FanoFactor":           func() (any, error) { return stats.FanoFactor(two) },
			"MeanFiringRate":       func() (any, error) { return stats.MeanFiringRate(x) },
			"RatesWithin":          func() (any, error) { v, err := stats.RatesWithin(two, 0, 1000); return v, err },
			"PooledCoherence":      func() (any, error) { v, err := stats.PooledCoherence(two, two, 10, 100); return len(v.X), err },
			"ISI":                  func() (any, error) { return stats.ISI(x), nil },
			"CV":                   func() (any, error) { return stats.CV(x), nil },
			"CV2":                  func() (any, error) { return stats.CV2(x), nil },
			"LV":                   func() (any, error) { return stats.LV(x), nil },
			"DischargeRates":       func() (any, error) { _, r := stats.DischargeRates(x); return r, nil },
			"FiringRate":           func() (any, error) { r, ok := stats.FiringRate(x); return fmt.Sprint(r, ok), nil },
			"FiringRates":          func() (any, error) { return stats.FiringRates(two), nil },
			"Recruitment":          func() (any, error) { a, b, ok := stats.Recruitment(x, 150); return fmt.Sprint(a, b, ok), nil },
			"Compare": func() (any, error) {
				b := &neo.Block{Segments: []neo.Segment{{SpikeTrains: two}}}
				return stats.Compare(b, b).Identical(), nil
			},
			"pic.Rate":          func() (any, error) { v, err := pic.Analysis{}.Rate(x); return len(v.Values), err },
			"pic.Brace":         func() (any, error) { return pic.Analysis{}.Brace(x) },
			"pic.DeltaF":        func() (any, error) { return pic.Analysis{}.DeltaF(x, two[1]) },
			"pic.Pairs":         func() (any, error) { v, err := pic.Analysis{}.Pairs(two); return v, err },
			"pic.Thresholds":    func() (any, error) { return pic.Analysis{}.Thresholds(x, input) },
			"muscle.Force":      func() (any, error) { v, err := muscle.Fuglevand{}.Force(two); return len(v.Values), err },
			"muscle.UnitForces": func() (any, error) { v, err := muscle.Fuglevand{}.UnitForces(two); return len(v), err },
			"muscle.RateCoding": func() (any, error) { return muscle.Fuglevand{}.RateCoding(two) },
			"Slice":             func() (any, error) { v, err := x.Slice(0, 500); return v.Times, err },
			"Validate":          func() (any, error) { return nil, x.Validate() },
			"STA": func() (any, error) {
				v, err := muscle.NewSpikeTriggeredAverage(input, x, muscle.TriggerWindow{})
				return v.Average.Values, err
			},
		} {
			v, err := call()
			switch {
			case err == nil && slices.Contains(refusedBy[f], name):
				t.Errorf("%s takes %s and has %v", f, name, v)
			case err != nil && !strings.Contains(err.Error(), "MN_0") && !strings.Contains(err.Error(), "bins") && !strings.Contains(err.Error(), "samples"):
				t.Errorf("%s of %s: the error %v does not name the train", f, name, err)
			}
			if want, ok := values[f][name]; ok && fmt.Sprint(v) != want {
				t.Errorf("%s of %s is %v, want %v", f, name, v, want)
			}
		}
	}
}

// What belongs to two recordings, or is of two kinds, is not combined.
func TestWhatDoesNotBelongTogether(t *testing.T) {
	train := func(name string, start, stop, period units.Time) neo.SpikeTrain {
		return neo.SpikeTrain{Name: name, Times: []units.Time{300, 400, 500}, TStart: start, TStop: stop, SamplingPeriod: period}
	}
	signal := func(unit string, start, period units.Time, n int) neo.AnalogSignal {
		return neo.AnalogSignal{Name: unit, Units: unit, TStart: start, SamplingPeriod: period, Values: make([]float64, n)}
	}
	x := train("MN_0", 0, 1000, 0.1)
	for other, y := range map[string]neo.SpikeTrain{
		"a later start": train("MN_1", 50, 1000, 0.1), "a later stop": train("MN_1", 0, 1200, 0.1), "an earlier start": train("MN_1", -100, 1000, 0.1), "another step": train("MN_1", 0, 1000, 0.05),
	} {
		two := []neo.SpikeTrain{x, y}
		for f, call := range map[string]func() error{
			"TimeHistogram":        func() error { _, err := stats.TimeHistogram(two, 100); return err },
			"CumulativeSpikeTrain": func() error { _, err := stats.CumulativeSpikeTrain(two, 100); return err },
			"CrossCorrelogram":     func() error { _, err := stats.CrossCorrelogram(x, y, 100, 200); return err },
			"FanoFactor":           func() error { _, err := stats.FanoFactor(two); return err },
			"PooledCoherence":      func() error { _, err := stats.PooledCoherence(two[:1], two[1:], 10, 100); return err },
			"InstantaneousRates":   func() error { _, err := stats.InstantaneousRates(two, 100); return err },
			"DeltaF":               func() error { _, err := pic.Analysis{}.DeltaF(x, y); return err },
			"Pairs":                func() error { _, err := pic.Analysis{}.Pairs(two); return err },
			"Force":                func() error { _, err := muscle.Fuglevand{}.Force(two); return err },
			"UnitForces":           func() error { _, err := muscle.Fuglevand{}.UnitForces(two); return err },
			"RateCoding":           func() error { _, err := muscle.Fuglevand{}.RateCoding(two); return err },
		} {
			if other == "another step" && f != "InstantaneousRates" { // the others use no step
				continue
			}
			if err := call(); err == nil || !strings.Contains(err.Error(), "MN_1") {
				t.Errorf("%s of trains with %s: error %v", f, other, err)
			}
		}
	}
	a := signal("mV", 0, 1, 1000)
	for other, b := range map[string]neo.AnalogSignal{
		"another period": signal("mV", 0, 2, 500), "a later start": signal("mV", 50, 1, 1000), "fewer samples": signal("mV", 0, 1, 950), "another unit": signal("pps", 0, 1, 1000),
	} {
		for f, call := range map[string]func() error{
			"PopulationMean":   func() error { _, err := stats.PopulationMean([]neo.AnalogSignal{a, b}); return err },
			"NewCrossSpectrum": func() error { _, err := stats.NewCrossSpectrum(a, b, 100); return err },
		} {
			if other == "another unit" && f == "NewCrossSpectrum" { // of two quantities, by design
				continue
			}
			if err := call(); err == nil || !strings.Contains(err.Error(), `"mV"`) {
				t.Errorf("%s of signals with %s: error %v", f, other, err)
			}
		}
	}
}
