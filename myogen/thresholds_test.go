package myogen

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func readJSON(t testing.TB, path string, v any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// near tells whether got is want to a relative error of tol.
func near(got, want, tol float64) bool { return math.Abs(got-want) <= tol*math.Abs(want) }

func TestThresholdsEqualMyoGen(t *testing.T) {
	var ref struct {
		Cases []struct {
			Mode string
			N    int
			RR   float64 `json:"recruitment_range__ratio"`
			B    float64 `json:"deluca__slope"`
			M    float64 `json:"konstantin__max_threshold__ratio"`
			RT   []float64
			RTZ  []float64
		}
	}
	readJSON(t, "testdata/thresholds.json", &ref)
	models := map[string]ThresholdModel{}
	for i, name := range thresholdModelNames {
		models[name] = ThresholdModel(i)
	}
	for _, c := range ref.Cases {
		r := RecruitmentThresholds{N: c.N, Model: models[c.Mode], RangeRatio: c.RR, Slope: c.B, Max: c.M}
		rt, err := r.Values()
		if err != nil {
			t.Fatal(err)
		}
		rtz, err := r.FromZero()
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.RT { // to the last bit
			if rt[i] != c.RT[i] {
				t.Errorf("%+v: threshold %d is %v, want %v", r, i, rt[i], c.RT[i])
			}
			if rtz[i] != c.RTZ[i] {
				t.Errorf("%+v: shifted threshold %d is %v, want %v", r, i, rtz[i], c.RTZ[i])
			}
		}
	}
	if len(ref.Cases) != 26 {
		t.Errorf("compared %d cases, want 26", len(ref.Cases))
	}
}

func TestThresholdsRefuse(t *testing.T) {
	for want, r := range map[string]RecruitmentThresholds{
		"n is 1, must be 2 to":                                     {N: 1},
		"range_ratio is 1, must be above 1":                        {RangeRatio: 1},
		"range_ratio is NaN":                                       {RangeRatio: math.NaN()},
		"slope is 200, must be at most range_ratio, 100":           {Slope: 200},
		"max is -1, must be above 0":                               {Max: -1},
		`model is "ThresholdModel(9)", must be one of ["combined"`: {Model: 9},
	} {
		if _, err := r.Values(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want it to name %q", r, err, want)
		}
	}
}

func TestThresholdsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "thresholds.npy")
	rt, err := RecruitmentThresholds{}.Values()
	if err != nil {
		t.Fatal(err)
	}
	if err := SaveThresholds(path, rt); err != nil {
		t.Fatal(err)
	}
	got, err := LoadThresholds(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rt {
		if got[i] != rt[i] {
			t.Fatalf("threshold %d is %v after loading, was %v", i, got[i], rt[i])
		}
	}
	for want, bad := range map[string][]float64{
		"there are none":  {},
		"number 1 is NaN": {1, math.NaN()},
		"must rise":       {2, 1},
		"negative":        {-1},
	} {
		if err := SaveThresholds(path, bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("saving %v: error %v, want it to say %q", bad, err, want)
		}
	}
	if err := os.WriteFile(path, []byte("not an array"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadThresholds(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("loading text: error %v, want it to name the file", err)
	}
}
