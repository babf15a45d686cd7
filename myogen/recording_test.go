package myogen

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
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
	if err := s.Advance(); err == nil || !strings.Contains(err.Error(), "the experiment's duration is 300 ms") {
		t.Errorf("going on after the end: error %v", err)
	}
	if err := s.SaveState(filepath.Join(dir, "state")); err != nil {
		t.Errorf("Save after the end: error %v", err)
	}
	early := start(t, e)
	if _, err := early.RunUntil(t.Context(), 50, nil); err != nil {
		t.Fatal(err)
	}
	if err := early.Close(); err != nil {
		t.Fatal(err)
	}
	const closed = "soma.npy is closed"
	if err := early.Advance(); err == nil || !strings.Contains(err.Error(), closed) {
		t.Errorf("going on after Close: error %v", err)
	}
	if err := early.SaveState(filepath.Join(dir, "state")); err == nil || !strings.Contains(err.Error(), closed) {
		t.Errorf("Save after that: error %v", err)
	}
}

// A run that is saved and goes on elsewhere records the same file.
func TestRecordingsGoOn(t *testing.T) {
	dir := t.TempDir()
	e := closedLoop(NERLab)
	e.RecordAll = []Recording{{Population: "aMN", Path: filepath.Join(dir, "v.npy")}, {Population: "aMN", Compartment: 1, Variable: "v", Path: filepath.Join(dir, "d.npy")}}
	whole := finish(t, start(t, e))
	var want [2][]byte
	for i, r := range e.RecordAll {
		var err error
		if want[i], err = os.ReadFile(r.Path); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "run.state")
	s := start(t, e)
	for _, at := range []units.Time{0.1, 77, 200.05} {
		if _, err := s.RunUntil(t.Context(), at, nil); err != nil {
			t.Fatal(err)
		}
		if err := s.SaveState(path); err != nil {
			t.Fatal(err)
		}
		// What comes after the state is lost, and written again.
		if _, err := s.RunUntil(t.Context(), at+20, nil); err != nil {
			t.Fatal(err)
		}
		if err := s.Suspend(); err != nil {
			t.Fatal(err)
		}
		var err error
		if s, err = ResumeState(t.Context(), e, path); err != nil {
			t.Fatal(err)
		}
	}
	if r := finish(t, s); !reflect.DeepEqual(r.Block, whole.Block) {
		t.Error("the resumed run has other spikes")
	}
	for i, r := range e.RecordAll {
		if got, err := os.ReadFile(r.Path); err != nil || !bytes.Equal(got, want[i]) {
			t.Errorf("%s differs: %d bytes, want %d, error %v", r.Path, len(got), len(want[i]), err)
		}
		if _, err := os.Stat(r.Path + ".partial"); err == nil {
			t.Errorf("%s.partial is left", r.Path)
		}
	}

	// Rows that have changed, or other recordings, are not gone on with.
	s = start(t, e)
	if _, err := s.RunUntil(t.Context(), 50, nil); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.SaveState(path), s.Suspend()); err != nil {
		t.Fatal(err)
	}
	other := e
	other.RecordAll = e.RecordAll[:1]
	_, err := ResumeState(t.Context(), other, path)
	refused(t, "in the state record_all is", err)
	f, err := os.OpenFile(e.RecordAll[1].Path+".partial", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("x"), 1000); err != nil {
		t.Fatal(err)
	}
	_, err = ResumeState(t.Context(), e, path)
	refused(t, "d.npy.partial are not those that were written", err)
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
		{Recording{Population: "aMN", Path: dir + "/./GOOD.npy"}, "two recordings are written to "},
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
