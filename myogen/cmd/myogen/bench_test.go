package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/myogen"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Every back end is measured, and has checked that its spikes are those of the
// fastest.
func TestBench(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), []string{"bench", "-model", "NERLab", "-duration", "500ms"}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range append(myogen.Backends(), "drive included", "statistics and smoothed rates") {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, &out)
		}
	}
	if err := run(context.Background(), []string{"bench", "-model", "x"}, &out); err == nil {
		t.Error("an unknown model was accepted")
	}
	err := run(context.Background(), []string{"bench", "-model", "NERLab", "-duration", "500ms", "-neuron", "no-such-python"}, &out)
	if err == nil || !strings.Contains(err.Error(), "no-such-python") {
		t.Errorf("a Python that is not there: error %v", err)
	}
}

// What NEURON gets is complete, and its answer is compared spike by spike.
func TestNEURONFiles(t *testing.T) {
	dir := t.TempDir()
	train := func(times ...units.Time) neo.SpikeTrain { return neo.SpikeTrain{Times: times} }
	w := &work{model: myogen.NERLab, cells: 3, driven: myogen.Experiment{Duration: 100}, links: []myogen.Link{{Source: 0, Target: 2, Synapse: 0}},
		drive: []neo.SpikeTrain{train(1, 2)}, spikes: []neo.SpikeTrain{train(5, 9), train(), train(7)}}
	if err := writeNEURON(dir, w); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bench.py", "napp.mod", "caL.mod", "na3rp.mod", "naps.mod", "kdrRL.mod", "mAHP.mod", "gh.mod", "L_Ca_inact.mod", "relay.mod", "cells.json"} {
		if m, err := filepath.Glob(filepath.Join(dir, name)); err != nil || len(m) != 1 {
			t.Errorf("%s is missing", name)
		}
	}
	f, err := npz.Read(filepath.Join(dir, "work.npz"))
	if err != nil {
		t.Fatal(err)
	}
	if got := f["connections"].Int; len(got) != 3 || got[1] != 2 {
		t.Errorf("the connections are %v, want 0, 2, 0", got)
	}
	for _, c := range []struct {
		times  []float64
		counts []int64
		want   match
	}{
		{[]float64{5, 9, 7}, []int64{2, 0, 1}, match{3, 3}},
		{[]float64{5, 9.1, 7}, []int64{2, 0, 1}, match{2, 3}},
		{[]float64{5, 7}, []int64{1, 0, 1}, match{2, 3}},
		{[]float64{5, 9, 6, 7}, []int64{2, 1, 1}, match{3, 4}},
	} {
		path := filepath.Join(dir, "spikes.npz")
		if err := npz.Write(path, npz.File{"mn_spike_times_ms": npz.Floats(c.times), "mn_spike_counts": npz.Ints(c.counts)}); err != nil {
			t.Fatal(err)
		}
		if got, err := compareSpikes(path, "mn", w.spikes); err != nil || got != c.want {
			t.Errorf("%v: %v are the same, want %v; %v", c.times, got, c.want, err)
		}
	}
	path := filepath.Join(dir, "short.npz")
	if err := npz.Write(path, npz.File{"mn_spike_times_ms": npz.Floats([]float64{5}), "mn_spike_counts": npz.Ints([]int64{2, 0, 1})}); err != nil {
		t.Fatal(err)
	}
	if _, err := compareSpikes(path, "mn", w.spikes); err == nil || !strings.Contains(err.Error(), "mn_spike_counts[0] is 2, there are 1 times") {
		t.Errorf("counts beyond the times: error %v", err)
	}
}
