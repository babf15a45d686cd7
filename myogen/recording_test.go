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
	thresholds, err := RecruitmentThresholds{N: n}.Values()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cfg := SimulationConfig{Workers: 2, RecordAll: []Recording{
		{Population: "aMN", Path: filepath.Join(dir, "soma.npy")},
		{Population: "aMN", Compartment: 2, Variable: "L_Ca_inact_m", Path: filepath.Join(dir, "m.npy")},
	}}
	for _, r := range cfg.RecordAll {
		for c := range n {
			cfg.Record = append(cfg.Record, Probe{Population: "aMN", Cell: c, Compartment: r.Compartment, Variable: r.Variable})
		}
	}
	s, err := NewSimulation(tutorialNetwork(t, Powers2017, thresholds), cfg)
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Run(t.Context(), duration, nil)
	if err != nil {
		t.Fatal(err)
	}
	seg, err := r.Block.Segment("aMN")
	if err != nil {
		t.Fatal(err)
	}
	for i, rec := range cfg.RecordAll {
		a, err := npz.ReadArray(rec.Path)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Shape) != 2 || a.Shape[0] != r.Steps+1 || a.Shape[1] != n {
			t.Fatalf("%s has the shape %v, want (%d, %d)", rec.Path, a.Shape, r.Steps+1, n)
		}
		for c := range n {
			for k, want := range seg.AnalogSignals[i*n+c].Values {
				if got := a.Float[k*n+c]; got != want {
					t.Fatalf("%s: sample %d of cell %d is %v, want %v", rec.Path, k, c, got, want)
				}
			}
		}
		if have := cap(s.recorders[i].traces[0].Values); have > 2*maxEpoch*10 {
			t.Errorf("%d samples are held in memory", have)
		}
	}
	if _, err := s.Run(t.Context(), 2*duration, nil); err == nil || !strings.Contains(err.Error(), "soma.npy is closed") {
		t.Errorf("going on after the end of a recording: error %v", err)
	}
	if err := s.Save(filepath.Join(dir, "state")); err == nil || !strings.Contains(err.Error(), "cannot be saved") {
		t.Errorf("Save: error %v", err)
	}
}

func TestRecordingsRefuse(t *testing.T) {
	dir := t.TempDir()
	n := tutorialNetwork(t, NERLab, []float64{0.1, 0.2})
	good := Recording{Population: "aMN", Path: filepath.Join(dir, "good.npy")}
	for _, c := range []struct {
		r    Recording
		want string
	}{
		{Recording{Population: "DD", Path: good.Path}, `"DD" has no motor neurons`},
		{Recording{Population: "aMN", Compartment: 2, Path: good.Path}, "has compartments 0 to 1, not 2"},
		{Recording{Population: "aMN", Variable: "x", Path: good.Path}, `has no "x"; it has m, h, p, n, r, napp`},
		{Recording{Population: "aMN", Path: filepath.Join(dir, "missing", "x.npy")}, "no such file"},
	} {
		_, err := NewSimulation(n, SimulationConfig{RecordAll: []Recording{good, c.r}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("%d files are left behind; %v", len(files), err)
	}
}
