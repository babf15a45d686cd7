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

// A text is read or refused by an error that names its file, and what was read
// is written and read again; nothing panics or takes long.
func FuzzExperiment(f *testing.F) {
	f.Add(fullExperiment)
	f.Add("duration: 1 s\npopulations: {aMN: {motor_neurons: {n: 2, thresholds: curves}}}\n")
	f.Add("duration: 1e9 min\npopulations: {DD: {drive_neurons: {n: 1048576}}}\n")
	f.Add("duration: 2 ms\npopulations: {a: &x {spike_source: {trains: [[1]]}}, b: *x}\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, `/\`) {
			return // could read any file
		}
		var big Experiment
		err := parseFile("f.yaml", []byte(text), big.fields, func() error { return nil })
		cells := 0
		for _, p := range big.Populations {
			if p != nil {
				cells += p.size()
			}
		}
		if err == nil && (cells > 1000 || big.Duration/stepOr(big.Step) > 1e5) {
			return
		}
		e, err := ParseExperiment("f.yaml", []byte(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "myogen: f.yaml:") {
				t.Errorf("%q: error %v does not name the file", text, err)
			}
			return
		}
		again, err := e.YAML()
		if err != nil {
			t.Fatalf("%q: YAML: %v", text, err)
		}
		sameExperiment(t, e, again)
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
		s := start(t, closedLoop(NERLab))
		if s.decode(nil, bad) == nil {
			_, _ = s.RunUntil(t.Context(), 130, nil) // NaN may be an error, not a panic
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
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "s")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ResumeState(t.Context(), closedLoop(NERLab), path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want it to name the file", err)
		}
	})
}
