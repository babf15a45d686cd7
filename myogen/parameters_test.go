package myogen

import (
	"gomyogen/myogen/internal/fields"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/google/go-cmp/cmp"
)

// A file says what differs from the defaults.
func TestParametersAreRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	text := "model: Powers2017\ngamma: 0.1\nPowers2017:\n  soma:\n    tau_mAHP: [80, 20]\n    ek: -85\n    cm: [1, 2, 0.3, true]\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	model, got, err := LoadParameters(path)
	if err != nil {
		t.Fatal(err)
	}
	want := Parameters{
		"gamma": Constant(0.1), "Powers2017.soma.tau_mAHP": {First: 80, Last: 20}, "Powers2017.soma.ek": Constant(-85),
		"Powers2017.soma.cm": {First: 1, Last: 2, Curve: 0.3, Reversed: true},
	}
	if d := cmp.Diff(want, got); d != "" || model != Powers2017 {
		t.Errorf("model %v (-want +got):\n%s", model, d)
	}
}

// What is not named keeps its default.
func TestParametersMerge(t *testing.T) {
	pool := AlphaMNPool{N: 2, Model: Powers2017, Parameters: Parameters{"Powers2017.soma.tau_mAHP": {First: 80, Last: 20}, "Powers2017.soma.ek": Constant(-85)}}
	cells, err := pool.Cells()
	if err != nil {
		t.Fatal(err)
	}
	last := cells[1].(*Powers2017Cell).Soma
	if !near(last.TauMAHP, 20, 1e-14) || last.Ek != -85 || last.Ena != 50 {
		t.Errorf("tau_mAHP is %v, want 20; ek %v, want -85; ena %v, want the default 50", last.TauMAHP, last.Ek, last.Ena)
	}
	p := DefaultParameters()
	p["gamma"] = Constant(7)
	if got := DefaultParameters()["gamma"]; got != Constant(0.2) {
		t.Errorf("the default of gamma is %v after a copy was changed", got)
	}
}

func TestParametersRefuse(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"NERLab:\n  soma:\n    gnabra: 1\n", `mine.yaml:3:5: there is no parameter "NERLab.soma.gnabra"; here there are Ra, cm, diameter`},
		{"gama: 0.2\n", `mine.yaml:1:1: there is no parameter "gama"; here there are NERLab, Powers2017, axon_length`},
		{"NERLab:\n  soma:\n    gl: large\n", `mine.yaml:3:9: NERLab.soma.gl must be a number, it is "large"`},
		{"NERLab:\n  soma:\n    gl: [1]\n", "has 1 values, a range has 2 to 4"},
		{"NERLab:\n  soma:\n    gl: [1, 2, 3, true, 5]\n", "has 5 values, a range has 2 to 4"},
		{"NERLab:\n  soma:\n    gl: [1, 2, 3, 4]\n", `mine.yaml:3:19: NERLab.soma.gl: reversed must be true or false, it is "4"`},
		{"NERLab:\n  soma:\n    gl: [1, 2, 0]\n", "mine.yaml:3:16: NERLab.soma.gl: curve is 0, must be above 0"},
		{"NERLab:\n  soma:\n    gl: 01\n", `mine.yaml:3:9: NERLab.soma.gl is "01"; a number must not begin with 0`},
		{"NERLab:\n  soma:\n    gnabar: [-0.1, 0.2]\n", "mine.yaml:3:13: NERLab.soma.gnabar is -0.1 S/cm2, must not be negative"},
		{"Powers2017:\n  dendrite:\n    cm: 0\n", "mine.yaml:3:9: Powers2017.dendrite.cm is 0 uF/cm2, must be from 0.01 uF/cm2 to 100 uF/cm2"},
		{"NERLab:\n  soma:\n    cm: .nan\n", "mine.yaml:3:9: NERLab.soma.cm is .nan, must be a finite number"},
		{"NERLab: 3\n", "mine.yaml:1:9: NERLab must be keys with values (key: value), it is \"3\""},
		{"model: Hodgkin\n", `mine.yaml:1:8: model is "Hodgkin", must be one of ["NERLab" "Powers2017"]`},
		{"- 1\n", "mine.yaml:1:1: the file must be keys with values (key: value), it is a list"},
		{"NERLab:\n\tsoma: 3\n", "mine.yaml:2:"},
	} {
		if _, _, err := parseParameters("mine.yaml", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want it to say %q", c.text, err, c.want)
		}
	}
	_, _, err := LoadParameters(filepath.Join(t.TempDir(), "none.yaml"))
	refused(t, "none.yaml", err)
	_, _, err = LoadParameters(t.TempDir())
	refused(t, "is not a regular file", err)
}

// Parameters that are read make cells, or the error says why not.
func FuzzParameters(f *testing.F) {
	f.Add("model: Powers2017\ngamma: 0.1\n")
	f.Add("NERLab: {soma: {gl: [1, 2, 3, true]}}")
	f.Fuzz(func(t *testing.T, text string) {
		_, p, err := parseParameters("f.yaml", []byte(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml:") {
				t.Errorf("%q: error %v does not name the file", text, err)
			}
			return
		}
		for _, m := range []Model{NERLab, Powers2017} {
			for _, pool := range []AlphaMNPool{{Thresholds: []float64{0, 1}}, {N: 3, Curves: true}} {
				pool.Model, pool.Parameters = m, p
				if _, err := pool.Cells(); err != nil && !strings.HasPrefix(err.Error(), "myogen: pool: ") {
					t.Errorf("%q: %v", text, err)
				}
			}
		}
	})
}

// The Go form of the defaults is that of the file.
func TestDefaultsAreThoseOfTheFile(t *testing.T) {
	f, docs, err := fields.Parse("alpha_mn_default.yaml", []byte(DefaultAlphaMNYAML))
	if err != nil {
		t.Fatal(err)
	}
	want := Parameters{}
	for _, doc := range docs {
		if err := readDefaults(f, want, "", doc); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(want, DefaultParameters()); d != "" || len(want) < 50 {
		t.Errorf("go generate ./myogen has not been run: %s", d)
	}
}

// readDefaults reads every parameter of a mapping but the model.
func readDefaults(f *fields.File, p Parameters, prefix string, n ast.Node) error {
	entries, err := f.Mapping("the file", n)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := strings.TrimPrefix(prefix+"."+e.Key, ".")
		if f.Kind(e.Value) == fields.Mapping {
			if err := readDefaults(f, p, path, e.Value); err != nil {
				return err
			}
		} else if path != "model" {
			if p[path], err = readRange(f, path, e.Value); err != nil {
				return err
			}
		}
	}
	return nil
}
