package matlab_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/format/matlab"
	"gomyogen/myogen/internal/pythontest"
	"gomyogen/myogen/units"
)

func TestRead(t *testing.T) {
	pythontest.DataFolder(t)
	dir := t.TempDir()
	var done bool
	pythontest.Run(t, `
import json, sys, numpy as np
from scipy.io import savemat
dir = json.load(sys.stdin)
def cells(*x):
    c = np.empty(len(x), dtype=object)
    for i, v in enumerate(x): c[i] = np.asarray(v)
    return c
def save(name, **x): savemat(f"{dir}/{name}.mat", x)
save("seconds", times=cells([0.5, 1.25], [2.0], []), note="text", emg=np.random.default_rng(1).normal(size=(5, 3)))
save("samples", MUPulses=cells(np.array([[1, 2049]], "uint16"), np.array([[4097.0]])), fsamp=2048.0, other=cells([1.5], [2.5]))
save("norate", MUPulses=cells([1, 2049], [4097]))
save("binary", firings=np.array([[0, 1, 0, 1], [1, 0, 0, 0]], "uint8"))
save("struct", signal={"spikeTrains": cells([0.5, 1.5], [0.75]), "fsamp": 2048.0})
save("two", a=cells([0.5]), b=cells([0.5]))
save("nothing", emg=np.random.default_rng(1).normal(size=(5, 3)))
save("nan", a=cells([0.5, float("nan")], [1.5]))
save("zero", MUPulses=cells([0, 5], [7]), fsamp=2048)
with open(f"{dir}/hdf5.mat", "wb") as f: f.write(b"MATLAB 7.3 MAT-file" + b" " * 105 + b"\x00\x02IM" + b"\x89HDF\r\n\x1a\n" + bytes(600))
json.dump(True, sys.stdout)`, dir, &done)
	for _, c := range []struct {
		name    string
		options matlab.Options
		want    [][]units.Time
		period  units.Time
	}{
		{"seconds", matlab.Options{}, [][]units.Time{{500, 1250}, {2000}, {}}, 0},
		{"seconds", matlab.Options{Milliseconds: true}, [][]units.Time{{0.5, 1.25}, {2}, {}}, 0},
		{"samples", matlab.Options{}, [][]units.Time{{0, 1000}, {2000}}, 1000.0 / 2048},
		{"norate", matlab.Options{Rate: 1024}, [][]units.Time{{0, 2000}, {4000}}, 1000.0 / 1024},
		{"binary", matlab.Options{Rate: 1000}, [][]units.Time{{1, 3}, {0}}, 1},
		{"struct", matlab.Options{}, [][]units.Time{{500, 1500}, {750}}, 0},
		{"two", matlab.Options{Variable: "b"}, [][]units.Time{{500}}, 0},
	} {
		b, err := matlab.Read(filepath.Join(dir, c.name+".mat"), c.options)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		trains := b.Segments[0].SpikeTrains
		for i, x := range c.want {
			if len(trains) != len(c.want) || !slices.Equal(trains[i].Times, x) || trains[i].SamplingPeriod != c.period {
				t.Errorf("%s: %v, want %v", c.name, trains, c.want)
				break
			}
		}
	}
	for name, want := range map[string]string{
		"norate": "whole numbers, samples as it seems", "two": "['a', 'b'] could", "nothing": "there are ['emg']",
		"nan": "unit 1: discharge 2 is not a finite number", "zero": "MATLAB's first sample is 1", "hdf5": "MATLAB 7.3",
	} {
		if _, err := matlab.Read(filepath.Join(dir, name+".mat"), matlab.Options{}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name+".mat") {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
