package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/myogen"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// fakePython writes a program that says it has this MyoGen and runs body in
// place of the script, whose arguments are then $1 to $6.
func fakePython(t *testing.T, version, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "python")
	text := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" = -c ]; then echo '%s'; exit; fi\nshift 3\n%s\n", version, body)
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// MyoGen runs the same work in both forms, its least time counts, and every
// spike of it is compared.
func TestBenchMyoGen(t *testing.T) {
	w, err := newWork(context.Background(), myogen.Powers2017, 100, 500*units.Ms)
	if err != nil {
		t.Fatal(err)
	}
	saved := npz.File{}
	for name, trains := range map[string][]neo.SpikeTrain{"dd": w.drive, "mn": w.spikes} {
		times, counts := []float64{}, []int64{}
		for _, train := range trains {
			for _, x := range train.Times {
				times = append(times, float64(x))
			}
			counts = append(counts, int64(len(train.Times)))
		}
		saved[name+"_spike_times_ms"], saved[name+"_spike_counts"] = npz.Floats(times), npz.Ints(counts)
	}
	saved["dd_spike_times_ms"].Float[3] += 1e-10
	dir := t.TempDir()
	if err := npz.Write(filepath.Join(dir, "spikes.npz"), saved); err != nil {
		t.Fatal(err)
	}
	python := fakePython(t, myogenVersion, fmt.Sprintf(`cd %q
echo "$1 $2 $3 $4 $5" >> runs
cp spikes.npz "$6"
n=$(wc -l < runs)
echo "Random seed set to 42."
echo "{\"seconds\": {\"pools\": 1, \"network\": 2, \"drive\": 4, \"loop\": 1$n, \"rates\": 8}, \"neuron\": \"8.2.7\", \"python\": \"3.12.1\"}"`, dir))
	var out bytes.Buffer
	b := &benchmark{out: &out, duration: w.driven.Duration}
	steps := []float64{0.7, 0.5, 0.6, 0.8}
	err = b.myogen(t.Context(), w, python, 2, func() (s float64, err error) {
		s, steps = steps[0], steps[1:]
		return s, nil
	})
	if err != nil || len(steps) > 0 {
		t.Fatalf("error %v; %d more runs were to come", err, len(steps))
	}
	drives := count(w.drive)
	for _, want := range []string{
		fmt.Sprintf("%d of %d drive spikes and %d of %[3]d motor spikes", drives-1, drives, count(w.spikes)),
		"NEURON 8.2.7, Python 3.12.1", "here, 2 threads",
		"12.00 s 0.5000 s 24.0x", // the second run is the first with numbers
		"11.00 s 0.5000 s 22.0x",
		"3.00 s", "4.00 s", "8.00 s",
	} {
		if !strings.Contains(strings.Join(strings.Fields(out.String()), " "), want) {
			t.Errorf("%q is missing in\n%s", want, &out)
		}
	}
	runs, err := os.ReadFile(filepath.Join(dir, "runs"))
	if err != nil || string(runs) != "Powers2017 500 0 signal all\n"+strings.Repeat("Powers2017 500 0 numbers loop\nPowers2017 500 0 signal loop\n", myogenRepeats-1)+"Powers2017 500 0 numbers loop\n" {
		t.Errorf("MyoGen ran as\n%s(error %v)", runs, err)
	}
}

// A Python that cannot do it is refused before anything is measured.
func TestBenchMyoGenRefuses(t *testing.T) {
	text := filepath.Join(t.TempDir(), "python")
	if err := os.WriteFile(text, []byte("#!/bin/sh\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ python, want string }{
		{"no-such-python", "no-such-python"},
		{text, "it is no Python that runs: exit status 3"},
		{fakePython(t, "", ""), "it has no MyoGen; with Python 3.12 or 3.13 and a C compiler: "},
		{fakePython(t, "0.11.2", ""), "it has MyoGen 0.11.2, the comparison is with 0.12.0"},
		{fakePython(t, myogenVersion, "echo 'ImportError: no numpy' >&2; exit 1"), "MyoGen: exit status 1\nImportError: no numpy"},
		{fakePython(t, myogenVersion, "echo nothing"), "bench_myogen.py: "},
	} {
		var out bytes.Buffer
		err := run(context.Background(), []string{"bench", "-model", "NERLab", "-duration", "20ms", "-myogen", c.python}, &out)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.python, err, c.want)
		}
	}
}
