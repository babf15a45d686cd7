package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/format/npz"
)

// The network is a run of MyoGen 0.12.0 on NEURON 8.2.7, seed 42.
const network = "../../testdata/network_NERLab_seed42.npz"

func TestReplayEqualsNEURON(t *testing.T) {
	to := filepath.Join(t.TempDir(), "spikes.npz")
	if out, err := command(t, "replay", "-model", "NERLab", "-in", network, "-out", to); err != nil || !strings.Contains(out, "myogen compare "+network) {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := command(t, "compare", network, to); err != nil || !strings.Contains(out, "14113 spikes of 100 cells, none differs") {
		t.Errorf("the spikes are not those of NEURON: %v\n%s", err, out)
	}
	got, err := npz.Read(to)
	if err != nil {
		t.Fatal(err)
	}
	want, err := npz.Read(network)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got["mn_spike_times_ms"].Float, want["mn_spike_times_ms"].Float) ||
		!slices.Equal(got["mn_spike_counts"].Int, want["mn_spike_counts"].Int) {
		t.Error("compare did not see that the spikes are not those of NEURON")
	}
}

func TestReplayRefuses(t *testing.T) {
	dir := t.TempDir()
	good, err := npz.Read(network)
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(dir, "text.npz")
	if err := os.WriteFile(text, []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	damaged := func(name string, change func(npz.File)) string {
		f := npz.File{}
		for k, v := range good {
			f[k] = v
		}
		change(f)
		path := filepath.Join(dir, name+".npz")
		if err := npz.Write(path, f); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct{ path, want string }{
		{text, "not an .npz file"},
		{filepath.Join(dir, "none.npz"), "no such file"},
		{damaged("a", func(f npz.File) { delete(f, "thresholds") }), `no array "thresholds"`},
		{damaged("b", func(f npz.File) { f["dd_spike_counts"] = npz.Ints([]int64{5}) }), "spikes over"},
		{damaged("c", func(f npz.File) { f["connections"] = npz.Ints([]int64{0, 100, 0}) }), "target is 100, must be 0 to 99"},
		{damaged("d", func(f npz.File) { f["conn_weight_uS"] = npz.Floats([]float64{-1}) }), "weight is -1 uS"},
		{damaged("e", func(f npz.File) { f["T_ms"] = npz.Floats([]float64{0}) }), "duration is 0 ms"},
	} {
		out := filepath.Join(dir, "out.npz")
		err := run(context.Background(), []string{"replay", "-in", c.path, "-out", out}, io.Discard)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want it to say %q", c.path, err, c.want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: something was written", c.path)
		}
	}
}
