package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"

	"gomyogen/myogen"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// The mechanisms in NEURON's language and a script that runs a network with them.
//
//go:embed neuron/*.mod neuron/bench.py
var neuronFiles embed.FS

// neuron runs the given spikes in NEURON, checks that its spikes are ours and
// returns what its fadvance took, the least of three runs.
func (b *benchmark) neuron(ctx context.Context, w *work, python string) (timing, error) {
	dir, err := os.MkdirTemp("", "myogen-neuron-")
	if err != nil {
		return timing{}, err
	}
	defer os.RemoveAll(dir)
	if python, err = exec.LookPath(python); err != nil {
		return timing{}, err
	}
	if python, err = filepath.Abs(python); err != nil {
		return timing{}, err
	}
	if err := writeNEURON(dir, w); err != nil {
		return timing{}, err
	}
	run := func(name string, args ...string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(python)+string(os.PathListSeparator)+os.Getenv("PATH"))
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", filepath.Base(name), err, quiet(stdout.String()+stderr.String()))
		}
		return stdout.Bytes(), nil
	}
	if _, err := run(filepath.Join(filepath.Dir(python), "nrnivmodl"), "."); err != nil {
		return timing{}, err
	}
	least := timing{ns: math.Inf(1)}
	var version string
	for range 3 {
		text, err := run(python, "bench.py", "work.npz", "cells.json", "spikes.npz")
		if err != nil {
			return timing{}, err
		}
		var r struct {
			Seconds float64
			Steps   int
			Version string
		}
		if i := bytes.IndexByte(text, '{'); i >= 0 {
			text = text[i:]
		}
		if err := json.Unmarshal(text, &r); err != nil {
			return timing{}, fmt.Errorf("bench.py: %w: %s", err, text)
		}
		version = r.Version
		if ns := 1e9 * r.Seconds / float64(w.cells) / float64(r.Steps); ns < least.ns {
			least = timing{ns: ns, seconds: r.Seconds}
		}
	}
	spikes, err := compareSpikes(filepath.Join(dir, "spikes.npz"), "mn", w.spikes)
	if err != nil {
		return timing{}, err
	}
	fmt.Fprintf(b.out, "NEURON %s: %v spikes at the same time to the last bit\n", version, spikes)
	return least, nil
}

// spikeThreshold is where a soma's potential counts as a spike, mV.
var spikeThreshold = map[myogen.Model]float64{myogen.NERLab: 50, myogen.Powers2017: 0}

// writeNEURON writes the mechanisms, the script, and the network.
func writeNEURON(dir string, w *work) error {
	files, err := fs.Glob(neuronFiles, "neuron/*")
	if err != nil {
		return err
	}
	for _, name := range files {
		text, err := neuronFiles.ReadFile(name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), text, 0o644); err != nil {
			return err
		}
	}
	cells, err := myogen.AlphaMNPool{N: w.cells, Model: w.model}.Cells()
	if err != nil {
		return err
	}
	text, err := json.Marshal(map[string]any{"Model": w.model, "Cells": cells, "Celsius": 6.3, "VInit": -67.0})
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "cells.json"), text, 0o644); err != nil {
		return err
	}
	times, counts, pairs := []float64{}, []int64{}, []int64{}
	for _, t := range w.drive {
		for _, x := range t.Times {
			times = append(times, float64(x))
		}
		counts = append(counts, int64(len(t.Times)))
	}
	for _, l := range w.links {
		pairs = append(pairs, int64(l.Source), int64(l.Target), int64(l.Synapse))
	}
	one := func(x float64) npz.Array { return npz.Floats([]float64{x}) }
	return npz.Write(filepath.Join(dir, "work.npz"), npz.File{
		"dd_spike_times_ms": npz.Floats(times), "dd_spike_counts": npz.Ints(counts), "connections": npz.Ints(pairs),
		"conn_weight_uS": one(float64(connection.Weight)), "conn_delay_ms": one(float64(myogen.DefaultDelay)),
		"dt_ms": one(float64(myogen.DefaultStep)), "T_ms": one(float64(w.driven.Duration)), "threshold_mV": one(spikeThreshold[w.model]),
	})
}

// match is how many of all spikes are at the same time.
type match struct{ same, all int }

func (m match) String() string { return fmt.Sprintf("%d of %d", m.same, m.all) }

// compareSpikes compares trains with those that a file has of a population,
// spike by spike, to the last bit.
func compareSpikes(path, population string, trains []neo.SpikeTrain) (m match, err error) {
	f, err := npz.Read(path)
	if err != nil {
		return m, err
	}
	times, err := f.Floats(population + "_spike_times_ms")
	if err != nil {
		return m, err
	}
	counts, err := f.Ints(population + "_spike_counts")
	if err != nil {
		return m, err
	}
	for i, t := range trains {
		n := 0
		if i < len(counts) {
			n = int(counts[i])
		}
		if n < 0 || n > len(times) {
			return m, fmt.Errorf("%s: %s_spike_counts[%d] is %d, there are %d times", path, population, i, n, len(times))
		}
		m.all += max(n, len(t.Times))
		for j := range min(n, len(t.Times)) {
			if units.Time(times[j]) == t.Times[j] {
				m.same++
			}
		}
		times = times[n:]
	}
	m.all += len(times) // of trains that are not here
	return m, nil
}
