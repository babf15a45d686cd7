package myogen

import (
	"bytes"
	"encoding/gob"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A result survives encoding/gob, which is how a notebook keeps it.
func TestResultSurvivesGob(t *testing.T) {
	e := tutorial(AlphaMNPool{N: 4})
	e.Duration, e.Record = 1500, []Probe{{Population: "aMN"}}
	want := run(t, e)
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(want); err != nil {
		t.Fatal(err)
	}
	var got *Result
	if err := gob.NewDecoder(&b).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want.Report(), got.Report()); d != "" {
		t.Error(d)
	}
}
