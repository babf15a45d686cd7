package myogen

import (
	"bytes"
	"context"
	"encoding/gob"
	"fmt"
	"os"
	"path/filepath"
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

// What no run has made has an error to return, or says in its panic what it is.
func TestZeroValuesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.npz")
	var none context.Context
	for _, c := range []struct {
		want string
		call func() error
	}{
		{"result is nil", func() error { _, err := (*Result)(nil).SpikeTrains("aMN"); return err }},
		{"result is nil", func() error { return (*Result)(nil).Save(path) }},
		{"result is nil", func() error { _ = (*Result)(nil).Partial(); return nil }},
		{"result has no block; Run makes results", func() error { _, err := new(Result).Signal("aMN"); return err }},
		{"result has no block; Run makes results", func() error { return new(Result).Save(path) }},
		{"result has no block; Run makes results", func() error { _ = new(Result).Report(); return nil }},
		{"result has no block; Run makes results", func() error { _, err := new(Result).Force("aMN"); return err }},
		{"simulation is empty; NewSimulation makes one", func() error { _, err := new(Simulation).Run(t.Context(), nil); return err }},
		{"simulation is empty; NewSimulation makes one", func() error { _, err := (*Simulation)(nil).RunUntil(t.Context(), 5, nil); return err }},
		{"simulation is empty; NewSimulation makes one", func() error { return new(Simulation).Advance() }},
		{"simulation is empty; NewSimulation makes one", func() error { return new(Simulation).Close() }},
		{"simulation is empty; NewSimulation makes one", func() error { return new(Simulation).SaveState(path) }},
		{"simulation is empty; NewSimulation makes one", func() error { return new(Simulation).Deliver("aMN", 0, 1) }},
		{"simulation is empty; NewSimulation makes one", func() error { _, err := new(Simulation).Connections("DD", "aMN"); return err }},
		{"simulation is empty; NewSimulation makes one", func() error { return new(Simulation).SetWorkers(2) }},
		{"simulation is empty; NewSimulation makes one", func() error { _ = new(Simulation).Result(); return nil }},
		{"simulation is empty; NewSimulation makes one", func() error { _ = new(Simulation).Experiment(); return nil }},
		{"the context is nil; context.Background()", func() error { _ = Observe(none, Observer{}); return nil }},
	} {
		err := func() (err error) {
			defer func() {
				if x := recover(); x != nil {
					err = fmt.Errorf("%v", x)
				}
			}()
			return c.call()
		}()
		refused(t, c.want, err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was written")
	}
}
