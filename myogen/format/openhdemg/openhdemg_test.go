package openhdemg_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"gomyogen/myogen/format/openhdemg"
	"gomyogen/myogen/internal/pythontest"
	"gomyogen/myogen/units"
)

// Files that openhdemg wrote; see testdata/make.py.
func TestReadItsOwn(t *testing.T) {
	b, err := openhdemg.Read("testdata/emgfile.json")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/want.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		MUPULSES          [][]float64
		FSAMP, EMG_LENGTH float64
		REF_SIGNAL        []float64
		SOURCE, FILENAME  string
	}
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	s := b.Segments[0]
	if len(s.SpikeTrains) != len(want.MUPULSES) || len(want.MUPULSES) != 3 || b.Annotations["source"] != want.SOURCE || b.Annotations["filename"] != want.FILENAME {
		t.Errorf("%v, %v", s.SpikeTrains, b.Annotations)
	}
	for i, samples := range want.MUPULSES {
		x := s.SpikeTrains[i]
		for j, sample := range samples {
			if x.Times[j] != units.Time(sample/want.FSAMP*1000) {
				t.Errorf("unit %d: discharge %d at %v, want sample %v", i, j, x.Times[j], sample)
			}
		}
		if len(x.Times) != len(samples) || x.TStop != units.Time(want.EMG_LENGTH/want.FSAMP*1000) || x.SamplingPeriod != units.Time(1000/want.FSAMP) {
			t.Errorf("%v", x)
		}
	}
	a := s.AnalogSignals[0].Values
	// pandas reads 0.0024 with an error in its last bit.
	if got := []float64{a[0], a[1], a[2047], a[4095]}; len(a) != 4096 || !floats.EqualApprox(got, want.REF_SIGNAL, 1e-15) {
		t.Errorf("%d samples, %v, want %v", len(a), got, want.REF_SIGNAL)
	}
	if _, err := openhdemg.Read("testdata/refsig.json"); err == nil || !strings.Contains(err.Error(), "refsig.json: it holds a reference signal alone") {
		t.Error(err)
	}
}

// The forms of earlier versions, by pandas as openhdemg wrote them.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	var done bool
	pythontest.Run(t, `
import gzip, json, sys, numpy as np, pandas as pd
dir = json.load(sys.stdin)
ref = pd.DataFrame({0: np.arange(4096) / 7})
pulses = [np.array([0, 1024, 2048]), np.array([4095])]
frame = pd.DataFrame({0: [0.9, 0.8]})
e = {"SOURCE": "CUSTOMCSV", "FILENAME": "a.csv", "RAW_SIGNAL": frame, "REF_SIGNAL": ref, "ACCURACY": frame, "IPTS": frame, "MUPULSES": pulses,
     "FSAMP": 2048.0, "IED": 8.0, "EMG_LENGTH": 4096, "NUMBER_OF_MUS": 2, "BINARY_MUS_FIRING": frame, "EXTRAS": pd.DataFrame()}
def member(k, v):
    if isinstance(v, pd.DataFrame): return json.dumps({k: v.to_json()})
    if k == "MUPULSES": return json.dumps([x.tolist() for x in v])
    return json.dumps({k: v})
with gzip.open(dir + "/list.json", "w") as f: f.write(json.dumps([member(k, v) for k, v in e.items()]).encode())
flat = {k: v.to_json(orient="split") if isinstance(v, pd.DataFrame) else [x.tolist() for x in v] if k == "MUPULSES" else v for k, v in e.items()}
with gzip.open(dir + "/object.json", "wt") as f: json.dump(flat, f)
json.dump(True, sys.stdout)`, dir, &done)
	for _, name := range []string{"list.json", "object.json"} {
		b, err := openhdemg.Read(filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s := b.Segments[0]
		if len(s.SpikeTrains) != 2 || !slices.Equal(s.SpikeTrains[0].Times, []units.Time{0, 500, 1000}) || s.SpikeTrains[1].TStop != 2000 ||
			s.SpikeTrains[0].SamplingPeriod != 1000.0/2048 || b.Annotations["filename"] != "a.csv" {
			t.Errorf("%s: %+v", name, s.SpikeTrains)
		}
		if a := s.AnalogSignals[0]; len(a.Values) != 4096 || a.Values[7] != 1 || a.SamplingPeriod != 1000.0/2048 {
			t.Errorf("%s: %v", name, a)
		}
	}
}

func compressed(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestRefusals(t *testing.T) {
	for text, want := range map[string]string{
		`{"FSAMP": 2048, "EMG_LENGTH": 10}`:                                          "MUPULSES is missing",
		`{"FSAMP": 0, "EMG_LENGTH": 10, "MUPULSES": []}`:                             "FSAMP is 0",
		`{"FSAMP": 1, "EMG_LENGTH": 10, "MUPULSES": [[1], [3, 10]]}`:                 "unit 1, discharge 1 is sample 10 of 10",
		`{"FSAMP": 1, "EMG_LENGTH": 10, "MUPULSES": [[1.5]]}`:                        "sample 1.5",
		`{"FSAMP": 1, "EMG_LENGTH": 1, "MUPULSES": [], "REF_SIGNAL": {"0":{"7":1}}}`: `REF_SIGNAL: row "7" of 1`,
		`[1]`: "not a file of openhdemg",
		`{"FSAMP": 1` + strings.Repeat(" ", 32<<20) + `}`:                                       "it grows to more than",
		`["` + strings.Repeat(`","`, 1001) + `"]`:                                               "it has more than 1000 members",
		`{"FSAMP": 1, "EMG_LENGTH": 1, "MUPULSES": [` + strings.Repeat("[],", 1<<20) + `[]]}`:   "MUPULSES: it has 1048578 lists, must have at most 1048576",
		`{"FSAMP": 1, "EMG_LENGTH": 1, "MUPULSES": "[` + strings.Repeat("{},", 1<<20) + `[]]"}`: "MUPULSES: it has 1048578 lists, must have at most 1048576",
	} {
		if _, err := openhdemg.Decode(bytes.NewReader(compressed(text))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %v, want %q", text, err, want)
		}
	}
	if _, err := openhdemg.Decode(strings.NewReader("{}")); err == nil || !strings.Contains(err.Error(), "not a file of openhdemg") {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"FSAMP": 1, "EMG_LENGTH": 10, "MUPULSES": [[1], [3, 9]], "REF_SIGNAL": "{\"0\":{\"0\":1}}"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if b, err := openhdemg.Decode(bytes.NewReader(compressed(string(text)))); err == nil {
			if err := b.Validate(); err != nil {
				t.Error(err)
			}
		}
	})
}
