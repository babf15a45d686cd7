package pic

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Pairs as recordings have them: a silent control unit, a test unit of one spike, ramps
// that are cut off, units recruited together, doublets and pauses.
func TestOddPairs(t *testing.T) {
	control := parabola("C", 16, 0.2, 3, 17)
	moved := func(s neo.SpikeTrain, start, stop units.Time) neo.SpikeTrain { // what of a train is in a shorter recording
		cut, err := s.Slice(start, stop)
		if err != nil {
			t.Fatal(err)
		}
		return cut
	}
	train := func(name string, times ...units.Time) neo.SpikeTrain {
		return neo.SpikeTrain{Name: name, Times: times, TStop: 20 * units.S}
	}
	test := parabola("T", 12, 0.2, 6, 15)
	early, late := 4*units.S, 15*units.S
	for _, c := range []struct {
		name          string
		control, test neo.SpikeTrain
		want          []Criterion
		reason        string
		zero          bool // no delta-F
	}{
		{"a good pair", control, test, nil, "", false},
		{"a silent control unit", train("C"), test, []Criterion{EnoughSpikes}, `"C" has 0 spikes`, true},
		{"a silent test unit", control, train("T"), []Criterion{EnoughSpikes}, `"T" has 0 spikes`, true},
		{"both silent", train("C"), train("T"), []Criterion{EnoughSpikes, EnoughSpikes}, `"C" has 0 spikes`, true},
		{"a test unit of one spike", control, train("T", 9000), []Criterion{EnoughSpikes}, `"T" has 1 spike`, true},
		{"a test unit of single spikes", control, train("T", 6000, 8000, 10000), []Criterion{EnoughSpikes}, `"T" has 1 spike`, true},
		{"a test unit of two spikes", control, train("T", 9000, 9100), []Criterion{EnoughSpikes}, `"T" has 1 interval, smoothing`, true},
		{"a recording that begins on the ramp", moved(control, early, 20000), moved(parabola("T", 12, 0.2, 3.5, 15), early, 20000), []Criterion{Observed}, "its recruitment is not seen", true},
		{"a recording that ends on the ramp", moved(control, 0, late), moved(parabola("T", 12, 0.2, 6, 16), 0, late), []Criterion{Observed}, "its derecruitment is not seen", true},
		{"the units exchanged", test, control, []Criterion{Overlap}, "after its recruitment", true},
		{"a control unit over before", parabola("C", 16, 0.2, 1, 5), test, []Criterion{Overlap}, "after its recruitment", true},
		{"a unit with itself", control, control, []Criterion{Overlap}, "after its recruitment", true},
		{"a test unit that outlasts the control unit", parabola("C", 16, 0.2, 3, 14), parabola("T", 12, 0.2, 6, 16), []Criterion{ControlActive}, "delta-F is a lower bound", false},
		{"a control unit without modulation", steady("C", 10, 3, 17), test, []Criterion{Correlation, Modulation, Saturation}, "must be at least", true},
	} {
		d, err := Analysis{}.DeltaF(c.control, c.test)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, w := range c.want {
			found := false
			for _, f := range d.Failed {
				found = found || f.Criterion == w
			}
			if !found {
				t.Errorf("%s: failed are %v, want %v", c.name, d.Failed, w)
			}
		}
		none := slices.ContainsFunc(c.want, func(w Criterion) bool { return w == EnoughSpikes || w == Observed || w == Overlap })
		if c.name == "a good pair" && len(d.Failed) > 0 || len(c.want) > 0 && !strings.Contains(d.String(), c.reason) ||
			none != math.IsNaN(float64(d.DeltaF)) || !none && c.zero != (d.DeltaF == 0) {
			t.Errorf("%s: %v, delta-F %v; want %q", c.name, d, d.DeltaF, c.reason)
		}
	}
}
