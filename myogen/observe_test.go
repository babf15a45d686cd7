package myogen_test

import (
	"context"
	"testing"

	"gomyogen/myogen"
	"gomyogen/myogen/units"
)

func TestObserversSeeRuns(t *testing.T) {
	e := myogen.Experiment{Duration: 5 * units.Ms, Populations: []myogen.Population{myogen.AlphaMNPool{Name: "aMN", N: 2}}}
	last, done := units.Time(0), 0
	all := myogen.Observer{
		Progress: func(now, _ units.Time) { last = now },
		Done: func(ran myogen.Experiment, r *myogen.Result) {
			if done++; ran.Duration != e.Duration || r == nil {
				t.Errorf("the observer is told of %v and %v", ran.Duration, r)
			}
		},
	}
	for _, o := range []myogen.Observer{all, {}} {
		if _, err := myogen.Run(myogen.Observe(context.Background(), o), e, nil); err != nil {
			t.Fatal(err)
		}
	}
	if last != e.Duration || done != 1 {
		t.Errorf("the observer saw the run as far as %v, and %d ends", last, done)
	}
}
