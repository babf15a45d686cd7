package myogen

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/format/npz"
)

// A text is read or refused by an error that names its file; nothing panics
// or takes long.
func FuzzExperiment(f *testing.F) {
	f.Add(fullExperiment)
	f.Add("duration: 1 s\npopulations: {aMN: {motor_neurons: {n: 2}}}\n")
	f.Add("duration: 1e9 min\npopulations: {DD: {drive_neurons: {n: 1048576}}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "parameter_file") || strings.Contains(text, "thresholds") && strings.ContainsAny(text, `/\`) {
			return // would read any file
		}
		r := experimentReader{yamlFile: yamlFile{"f.yaml"}, dir: t.TempDir()}
		docs, err := r.parse([]byte(text))
		if err == nil && len(docs) == 1 {
			err = r.read(docs[0])
			cells := 0
			for _, p := range r.populations {
				cells += p.thing.size()
			}
			if err == nil && cells < 1000 && r.experiment.Duration < 1000 && !(r.experiment.Config.Step < 0.01 && r.experiment.Config.Step > 0) {
				_, err = r.build()
			}
		}
		if err != nil && !strings.HasPrefix(err.Error(), "myogen: f.yaml:") {
			t.Errorf("%q: error %v does not name the file", text, err)
		}
	})
}

// The numbers of a state under a right checksum are taken or refused.
func FuzzState(f *testing.F) {
	good, err := npz.Read(savedState(f))
	if err != nil {
		f.Fatal(err)
	}
	delete(good, "checksum")
	names := good.Names()
	f.Add(uint8(0), uint16(0), int64(-1), false)
	for i := range names {
		f.Add(uint8(i), uint16(3), int64(1)<<62, true)
	}
	n, cfg := closedLoop(f, NERLab), closedLoopConfig()
	f.Fuzz(func(t *testing.T, array uint8, at uint16, value int64, cut bool) {
		bad := npz.File{}
		for k, v := range good {
			bad[k] = v
		}
		name := names[int(array)%len(names)]
		a := bad[name]
		switch {
		case cut && len(a.Int) > 0:
			a = npz.Ints(a.Int[:int(at)%len(a.Int)])
		case cut && len(a.Float) > 0:
			a = npz.Floats(a.Float[:int(at)%len(a.Float)])
		case len(a.Int) > 0:
			a = npz.Ints(slices.Clone(a.Int))
			a.Int[int(at)%len(a.Int)] = value
		case len(a.Float) > 0:
			a = npz.Floats(slices.Clone(a.Float))
			a.Float[int(at)%len(a.Float)] = math.Float64frombits(uint64(value))
		}
		bad[name] = a
		sum, err := bad.SHA256()
		if err != nil {
			t.Fatal(err)
		}
		bad["checksum"] = npz.Texts([]string{sum})
		s, err := NewSimulation(n, cfg)
		if err != nil {
			t.Fatal(err)
		}
		if s.decode(bad) == nil {
			_, _ = s.Run(t.Context(), 130, nil) // NaN may be an error, not a panic
		}
	})
}

// Any bytes are a state or are refused with the file's name.
func FuzzStateFile(f *testing.F) {
	data, err := os.ReadFile(savedState(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data[:200])
	f.Add([]byte("PK\x03\x04"))
	n, cfg := closedLoop(f, NERLab), closedLoopConfig()
	cfg.Workers = 1
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "s")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Resume(n, cfg, path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want it to name the file", err)
		}
	})
}
