package sweep

import (
	"math"
	"testing"

	"gomyogen/myogen"
	"gomyogen/myogen/muscle"
	"gomyogen/myogen/units"
)

// The statistics of a force are those of its signal, between the times of the
// experiment.
func TestForces(t *testing.T) {
	e := small(t).Experiment
	e.Force = []myogen.Force{{Population: "aMN", Muscle: muscle.Fuglevand{LargestTwitch: 2 * units.Newton}, Start: 50, Stop: 150}}
	r, err := myogen.Run(t.Context(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	steady, share, err := e.Force[0].Steadiness(r)
	if err != nil || !(steady.Mean > 0) {
		t.Fatalf("%v, %v", steady, err)
	}
	all := Usual(e)
	all = all[len(all)-4:]
	for i, want := range []struct {
		name, unit string
		value      float64
	}{{"aMN.force_mean", "N", steady.Mean}, {"aMN.force_sd", "N", steady.SD}, {"aMN.force_cv", "", steady.CV}, {"aMN.force_percent", "%", 100 * share}} {
		got, err := all[i].Of(r)
		if err != nil || all[i].Name != want.name || all[i].Unit != want.unit || math.Abs(got-want.value) > 0 {
			t.Errorf("%s is %v %s, %v; want %s %v %s", all[i].Name, got, all[i].Unit, err, want.name, want.value, want.unit)
		}
	}
	if n := len(Forces(small(t).Experiment)); n != 0 {
		t.Errorf("an experiment without force has %d statistics of it", n)
	}
}
