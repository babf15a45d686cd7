package neo

import (
	"math"
	"strings"
	"testing"

	"gomyogen/myogen/units"
)

func TestValidate(t *testing.T) {
	nan, inf := units.Time(math.NaN()), units.Time(math.Inf(1))
	for want, train := range map[string]SpikeTrain{
		"":                               {Times: []units.Time{0, 1, 1, 5}, TStop: 5},
		"spike 1 is at NaN ms":           {Times: []units.Time{1, nan, 2}, TStop: 5},
		"spike 0 is at +Inf ms":          {Times: []units.Time{inf}, TStop: 5},
		"spike 1 is at 1 ms, before spi": {Times: []units.Time{2, 1}, TStop: 5},
		"spike 0 is at -1 ms, outside":   {Times: []units.Time{-1}, TStop: 5},
		"spike 1 is at 6 ms, outside of": {Times: []units.Time{5, 6}, TStop: 5},
		"t_start is 3 ms, t_stop 2 ms":   {TStart: 3, TStop: 2},
		"t_start is NaN ms":              {TStart: nan, TStop: 2},
		"t_stop +Inf ms":                 {TStop: inf},
		"the sampling period is -1 ms":   {TStop: 1, SamplingPeriod: -1},
	} {
		err := (&Block{Segments: []Segment{{Name: "aMN", SpikeTrains: []SpikeTrain{{TStop: 1}, train}}}}).Validate()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), `neo: segment "aMN": train ""`)) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	for want, signal := range map[string]AnalogSignal{
		"":                              {SamplingPeriod: 0.1, Values: []float64{math.NaN()}},
		"the sampling period is 0 ms":   {},
		"the sampling period is NaN ms": {SamplingPeriod: nan},
		"t_start is NaN ms":             {TStart: nan, SamplingPeriod: 1},
		"2 samples every":               {SamplingPeriod: 1e308, Values: make([]float64, 2)},
	} {
		err := (&Segment{AnalogSignals: []AnalogSignal{signal}}).Validate()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
