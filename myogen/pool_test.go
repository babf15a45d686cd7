package myogen

import (
	"math"
	"strings"
	"testing"

	"gomyogen/myogen/units"
)

// referenceCells holds what NEURON reads back from MyoGen's cells.
type referenceCells struct {
	Thresholds []float64
	Cells      []map[string]any
}

// nerlabNames and powersNames map the reference's names to our fields.
func nerlabNames(c *NERLabCell) map[string]float64 {
	return map[string]float64{
		"soma_L_um": c.Soma.L, "soma_diam_um": c.Soma.Diam, "soma_Ra": c.Soma.Ra, "soma_cm": c.Soma.Cm,
		"ena": c.Soma.Ena, "ek": c.Soma.Ek, "gnabar_napp": c.Soma.Gnabar, "gnapbar_napp": c.Soma.Gnapbar,
		"gkfbar_napp": c.Soma.Gkfbar, "gksbar_napp": c.Soma.Gksbar, "gl_napp": c.Soma.Gl, "el_napp": c.Soma.El,
		"vtraub_napp": c.Soma.Vtraub, "mact_napp": c.Soma.Mact, "rinact_napp": c.Soma.Rinact,
		"dend_L_um": c.Dendrite.L, "dend_diam_um": c.Dendrite.Diam, "dend_Ra": c.Dendrite.Ra, "dend_cm": c.Dendrite.Cm,
		"ecaL": c.Dendrite.EcaL, "gcaLbar_caL": c.Dendrite.GcaLbar, "gl_caL": c.Dendrite.Gl, "el_caL": c.Dendrite.El,
		"vtraub_caL": c.Dendrite.Vtraub, "gama_caL": c.Dendrite.Gama, "Ltau_caL": c.Dendrite.Ltau,
	}
}

func powersNames(c *Powers2017Cell) map[string]float64 {
	return map[string]float64{
		"soma_L_um": c.Soma.L, "soma_diam_um": c.Soma.Diam, "soma_Ra": c.Soma.Ra, "soma_cm": c.Soma.Cm,
		"ena": c.Soma.Ena, "ek": c.Soma.Ek, "eca": c.Soma.Eca, "g_pas": c.Soma.GPas, "e_pas": c.Soma.EPas,
		"gbar_na3rp": c.Soma.GbarNa3rp, "gbar_naps": c.Soma.GbarNaps, "gMax_kdrRL": c.Soma.GMaxKdrRL,
		"gcamax_mAHP": c.Soma.GcamaxMAHP, "gkcamax_mAHP": c.Soma.GkcamaxMAHP, "tau_mAHP": c.Soma.TauMAHP,
		"ghbar_gh": c.Soma.GhbarGh,
	}
}

func dendriteNames(d Powers2017Dendrite) map[string]float64 {
	return map[string]float64{
		"L_um": d.L, "diam_um": d.Diam, "Ra": d.Ra, "cm": d.Cm, "g_pas": d.GPas, "e_pas": d.EPas,
		"gcabar_L_Ca_inact": d.Gcabar, "theta_m": d.ThetaM, "theta_h": d.ThetaH, "ghbar_gh": d.GhbarGh,
	}
}

func TestPoolParametersEqualMyoGen(t *testing.T) {
	const tolerance = 1e-14 // relative
	compare := func(t *testing.T, where any, got map[string]float64, want map[string]any) {
		t.Helper()
		for name, x := range got {
			w, ok := want[name].(float64)
			if name == "theta_h" { // runs through 0, from 10 to -10 mV: relative to its range
				x, w = x+20, w+20
			}
			if !ok || !near(x, w, tolerance) {
				t.Errorf("cell %v: %s is %v, want %v", where, name, x, want[name])
			}
		}
	}
	for _, model := range []Model{NERLab, Powers2017} {
		for _, file := range []string{"cells_", "cells_n20_"} {
			t.Run(file+string(model), func(t *testing.T) {
				var ref referenceCells
				readJSON(t, "testdata/"+file+string(model)+".json", &ref)
				cfg, err := DefaultAlphaMNConfig(model)
				if err != nil {
					t.Fatal(err)
				}
				p := AlphaMNPool{Thresholds: ref.Thresholds, Config: &cfg}
				if ref.Thresholds == nil {
					p.N = 20
				}
				cells, err := p.Cells()
				if err != nil {
					t.Fatal(err)
				}
				built, err := p.build()
				if err != nil {
					t.Fatal(err)
				}
				for _, want := range ref.Cells {
					i := int(want["index"].(float64))
					if d := want["axon_delay_ms"].(float64); !near(built.axonDelay[i], d, tolerance) {
						t.Errorf("cell %d: axon delay is %v ms, want %v", i, built.axonDelay[i], d)
					}
					switch c := cells[i].(type) {
					case *NERLabCell:
						compare(t, i, nerlabNames(c), want)
					case *Powers2017Cell:
						compare(t, i, powersNames(c), want)
						for j, d := range want["dend"].([]any) {
							compare(t, [2]int{i, j}, dendriteNames(c.Dendrites[j]), d.(map[string]any))
						}
					}
				}
				t.Logf("%d cells", len(ref.Cells))
			})
		}
	}
}

func TestPoolRefuses(t *testing.T) {
	hot := units.Temperature(math.NaN())
	for want, p := range map[string]AlphaMNPool{
		"needs thresholds":         {},
		"number 1 is NaN":          {Thresholds: []float64{0, math.NaN()}},
		"must rise":                {Thresholds: []float64{1, 0.5}},
		"N = 3 cells and 2":        {N: 3, Thresholds: []float64{0.5, 1}},
		"start from DefaultAlphaM": {N: 3, Config: &AlphaMNConfig{Model: NERLab}},
		"is unknown":               {N: 3, Config: &AlphaMNConfig{}},
		"must be finite":           {N: 3, Celsius: &hot},
	} {
		if _, err := p.Cells(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want it to say %q", p, err, want)
		}
	}
}

func TestConfigMerges(t *testing.T) {
	c, err := ParseAlphaMNConfig("mine.yaml", []byte("model: Powers2017\nPowers2017:\n  soma:\n    tau_mAHP: [80, 20]\n    ek: -85\n"))
	if err != nil {
		t.Fatal(err)
	}
	if r, _ := c.Parameter("Powers2017.soma.tau_mAHP"); r.First != 80 || r.Last != 20 {
		t.Errorf("tau_mAHP is %+v, want 80 to 20", r)
	}
	if r, _ := c.Parameter("Powers2017.soma.ek"); r.First != -85 || r.Last != -85 {
		t.Errorf("ek is %+v, want -85", r)
	}
	if r, _ := c.Parameter("Powers2017.soma.ena"); r.First != 50 || c.Model != Powers2017 {
		t.Errorf("what the file leaves out: ena %+v, model %v", r, c.Model)
	}
}

func TestConfigRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"NERLab:\n  soma:\n    gnabra: 1\n", `mine.yaml:3:5: there is no parameter "NERLab.soma.gnabra"`},
		{"gama: 0.2\n", `mine.yaml:1:1: there is no parameter "gama"`},
		{"NERLab:\n  soma:\n    gl: large\n", `mine.yaml:3:9: NERLab.soma.gl must be a number, it is "large"`},
		{"NERLab:\n  soma:\n    gl: [1]\n", "has 1 values, a range has 2 to 4"},
		{"NERLab:\n  soma:\n    gl: [1, 2, 3, true, 5]\n", "has 5 values, a range has 2 to 4"},
		{"NERLab:\n  soma:\n    gl: [1, 2, 3, 4]\n", `mine.yaml:3:19: NERLab.soma.gl: reversed must be true or false, it is "4"`},
		{"NERLab:\n  soma:\n    gnabar: [-0.1, 0.2]\n", "mine.yaml:3:13: NERLab.soma.gnabar is -0.1, must not be negative"},
		{"Powers2017:\n  dendrite:\n    cm: 0\n", "mine.yaml:3:9: Powers2017.dendrite.cm is 0, must be above 0"},
		{"NERLab:\n  soma:\n    cm: .nan\n", "mine.yaml:3:9"},
		{"NERLab: 3\n", "mine.yaml:1:9: NERLab must be a list of keys"},
		{"model: Hodgkin\n", `mine.yaml:1:8: model "Hodgkin" is unknown`},
		{"- 1\n", "the file must be a list of keys"},
		{"NERLab:\n\tsoma: 3\n", "mine.yaml"},
	} {
		if _, err := ParseAlphaMNConfig("mine.yaml", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want it to say %q", c.text, err, c.want)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("model: Powers2017\ngamma: 0.1\n")
	f.Add("NERLab: {soma: {gl: [1, 2, 3, true]}}")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseAlphaMNConfig("f.yaml", []byte(text))
		if err != nil {
			return
		}
		for _, m := range []Model{NERLab, Powers2017} {
			c.Model = m
			if _, err := (AlphaMNPool{Thresholds: []float64{0, 1}, Config: &c}).Cells(); err != nil && !strings.HasPrefix(err.Error(), "myogen: ") {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}
