package myogen

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/units"
)

// A file has what probes have, and memory does not.
func TestRecordingsEqualProbes(t *testing.T) {
	const n, duration = 19, 300 * units.Ms
	dir := t.TempDir()
	e := tutorial(AlphaMNPool{N: n, Model: Powers2017})
	e.Duration = duration
	e.RecordAll = []Recording{
		{Population: "aMN", Path: filepath.Join(dir, "soma.npy")},
		{Population: "aMN", Compartment: 2, Variable: "L_Ca_inact_m", Path: filepath.Join(dir, "m.npy")},
	}
	for _, r := range e.RecordAll {
		for c := range n {
			e.Record = append(e.Record, Probe{Population: "aMN", Cell: c, Compartment: r.Compartment, Variable: r.Variable})
		}
	}
	s := startOn(t, e, 2)
	r := finish(t, s)
	signals, err := r.Signals("aMN")
	if err != nil {
		t.Fatal(err)
	}
	for i, rec := range e.RecordAll {
		a, err := npz.ReadArray(rec.Path)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Shape) != 2 || a.Shape[0] != r.Steps+1 || a.Shape[1] != n {
			t.Fatalf("%s has the shape %v, want (%d, %d)", rec.Path, a.Shape, r.Steps+1, n)
		}
		for c := range n {
			for k, want := range signals[i*n+c].Values {
				if got := a.Float[k*n+c]; got != want {
					t.Fatalf("%s: sample %d of cell %d is %v, want %v", rec.Path, k, c, got, want)
				}
			}
		}
		if have := cap(s.recorders[i].traces[0].Values); have > 2*maxEpoch*10 {
			t.Errorf("%d samples are held in memory", have)
		}
	}
	if err := s.Advance(); err == nil || !strings.Contains(err.Error(), "soma.npy is closed") {
		t.Errorf("going on after the end of a recording: error %v", err)
	}
	if err := s.SaveState(filepath.Join(dir, "state")); err == nil || !strings.Contains(err.Error(), "cannot be saved") {
		t.Errorf("Save: error %v", err)
	}
}

func TestRecordingsRefuse(t *testing.T) {
	dir := t.TempDir()
	good := Recording{Population: "aMN", Path: filepath.Join(dir, "good.npy")}
	for _, c := range []struct {
		r    Recording
		want string
	}{
		{Recording{Population: "DD", Path: good.Path}, `the cells of "DD" have no membrane: they are drive neurons`},
		{Recording{Population: "aMN", Compartment: 2, Path: "x.npy"}, "has compartments 0 to 1, not 2"},
		{Recording{Population: "aMN", Compartment: -1, Path: "x.npy"}, "compartment is -1, must be 0 to 4"},
		{Recording{Population: "aMN", Variable: "x", Path: "x.npy"}, `has no "x"; it has v, m, h, p, n, r, napp`},
		{Recording{Population: "aMN"}, "path is missing"},
		{Recording{Population: "aMN", Path: "e.yaml"}, `path is "e.yaml", must end in .npy`},
		{good, "two recordings are written to " + good.Path},
		{Recording{Population: "aMN", Path: filepath.Join(dir, "missing", "x.npy")}, "no such file"},
	} {
		e := tutorial(AlphaMNPool{N: 2})
		e.RecordAll = []Recording{good, c.r}
		_, err := NewSimulation(t.Context(), e)
		refused(t, c.want, err)
		refused(t, "recording: ", err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("%d files are left behind; %v", len(files), err)
	}
}
