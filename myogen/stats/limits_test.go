package stats_test

import (
	"math"
	"strings"
	"testing"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

// What is beyond a limit is refused before memory is taken for it, in a line that
// has the limit and fits a screen.
func TestLimits(t *testing.T) {
	trains := []neo.SpikeTrain{{Name: "a", Times: []units.Time{1, 5, 1e6}, TStop: 1e6, SamplingPeriod: 0.1}}
	for name, c := range map[string]struct {
		do   func() error
		want string
	}{
		"bins of nothing":          {func() error { _, err := stats.TimeHistogram(trains, 1e-300); return err }, "0 ms to 1000 s holds 1e+306 whole bins of 1e-300 ms, must hold 1 to 268435456"},
		"bins of a picosecond":     {func() error { _, err := stats.TimeHistogram(trains, 1e-9); return err }, "holds 1e+15 whole bins"},
		"one bin too many":         {func() error { _, err := stats.CumulativeSpikeTrain(trains, 1e6/268435457.); return err }, "holds 268435457 whole bins"},
		"bins of less than a step": {func() error { _, err := stats.TimeHistogram(trains, 0.01); return err }, `bins of 0.01 ms are shorter than the sampling period of train 0, "a", 0.1 ms`},
		"no bin":                   {func() error { _, err := stats.TimeHistogram(trains, 1e300); return err }, "holds 0 whole bins of 1e+297 s"},
		"lags beyond the train":    {func() error { _, err := stats.CrossCorrelogram(trains[0], trains[0], 1, 1e300); return err }, "is 1e+300 bins of 1 ms, must be 1 to 999999"},
		"a window of ages":         {func() error { _, err := stats.InstantaneousRates(trains, 1e300); return err }, "at least the 1e+301 of the window"},
		"a window of nothing":      {func() error { _, err := stats.InstantaneousRates(trains, 1e-300); return err }, "is 0 samples of 0.1 ms, must be at least 3"},
		"a segment of ages": {func() error {
			_, err := stats.NewCrossSpectrum(neo.AnalogSignal{SamplingPeriod: 1, Values: make([]float64, 9)}, neo.AnalogSignal{SamplingPeriod: 1, Values: make([]float64, 9)}, 1e300)
			return err
		}, "is 1e+300 samples, must be 4 to 9"},
	} {
		if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 200 {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
	}
}

// Starts and periods that differ by rounding are the same, and nothing is lost at them;
// what is not finite stays to be seen.
func TestRounding(t *testing.T) {
	train := func(start, period units.Time, times ...units.Time) neo.SpikeTrain {
		return neo.SpikeTrain{Name: "a", Times: times, TStart: start, TStop: 1000, SamplingPeriod: period}
	}
	two := []neo.SpikeTrain{train(0, 0.1, 0), train(-1e-9, 0.1*(1+1e-12), -1e-9)}
	for _, bin := range []units.Time{100, 0.1, 1e-5} {
		if bin < 0.1 {
			two[0].SamplingPeriod, two[1].SamplingPeriod = 0, 0
		}
		if h, err := stats.CumulativeSpikeTrain(two, bin); err != nil || h.Values[0] != 2 {
			t.Errorf("bin %v: %v of 2 spikes, error %v", bin, h.Values[0], err)
		}
	}
	two[0].SamplingPeriod, two[1].SamplingPeriod = 0.1, 0.1*(1+1e-12)
	if _, err := stats.InstantaneousRates(two, 100); err != nil {
		t.Error(err)
	}
	x := neo.AnalogSignal{SamplingPeriod: 1, Values: make([]float64, 100)}
	y := x
	y.Values = append(make([]float64, 99), math.NaN())
	if c, err := stats.NewCrossSpectrum(x, y, 10); err != nil || !math.IsNaN(c.Coherence()[1]) {
		t.Errorf("coherence with NaN is %v, error %v", c.Coherence(), err)
	}
}
