package myogen

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

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
				p := AlphaMNPool{Model: model, Thresholds: ref.Thresholds}
				if ref.Thresholds == nil {
					p.N, p.Curves = 20, true
				}
				cells, err := p.Cells()
				if err != nil {
					t.Fatal(err)
				}
				motor, err := p.motor(nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, want := range ref.Cells {
					i := int(want["index"].(float64))
					if d := want["axon_delay_ms"].(float64); !near(motor.AxonDelay[i], d, tolerance) {
						t.Errorf("cell %d: axon delay is %v ms, want %v", i, motor.AxonDelay[i], d)
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

// A pool without thresholds has those of the formula, whose number follows.
func TestPoolHasTheDefaultThresholds(t *testing.T) {
	for _, n := range []int{0, 2, 37} {
		want, err := RecruitmentThresholds{N: n}.Values()
		if err != nil {
			t.Fatal(err)
		}
		got, err := AlphaMNPool{N: n}.Cells()
		if err != nil {
			t.Fatal(err)
		}
		given, err := AlphaMNPool{Thresholds: want}.Cells()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(given, got); d != "" {
			t.Errorf("n = %d (-given thresholds +formula):\n%s", n, d)
		}
	}
	if p := (AlphaMNPool{Recruitment: RecruitmentThresholds{N: 7}}); p.size() != 7 {
		t.Errorf("thresholds for 7 cells make %d", p.size())
	}
}

func TestPoolRefuses(t *testing.T) {
	hot, cold := units.Temperature(nan), units.Temperature(-300)
	volts := units.Voltage(inf)
	for _, c := range []struct {
		want string
		p    AlphaMNPool
	}{
		{"n is -3, must be 1 to 1048576", AlphaMNPool{N: -3}},
		{"n is 1073741824, must be 1 to 1048576", AlphaMNPool{N: 1 << 30}},
		{"thresholds: n is 1, must be 2 to 1048576", AlphaMNPool{N: 1}},
		{"thresholds: there are none", AlphaMNPool{Thresholds: []float64{}}},
		{"thresholds: number 1 is NaN", AlphaMNPool{Thresholds: []float64{0, nan}}},
		{"thresholds: number 1 is +Inf", AlphaMNPool{Thresholds: []float64{0, inf}}},
		{"they must rise", AlphaMNPool{Thresholds: []float64{1, 0.5}}},
		{"the pool has n = 3 cells and 2 thresholds", AlphaMNPool{N: 3, Thresholds: []float64{0.5, 1}}},
		{"the pool has n = 3 cells, its thresholds are for 4", AlphaMNPool{N: 3, Recruitment: RecruitmentThresholds{N: 4}}},
		{"both thresholds and curves", AlphaMNPool{N: 2, Curves: true, Thresholds: []float64{0.5, 1}}},
		{"both thresholds and curves", AlphaMNPool{N: 2, Curves: true, Recruitment: RecruitmentThresholds{Slope: 3}}},
		{"both a list of thresholds and a formula", AlphaMNPool{Thresholds: []float64{0.5, 1}, Recruitment: RecruitmentThresholds{Slope: 3}}},
		{"range_ratio is 1, must be above 1", AlphaMNPool{Recruitment: RecruitmentThresholds{RangeRatio: 1}}},
		{`model is "ThresholdModel(9)", must be one of`, AlphaMNPool{Recruitment: RecruitmentThresholds{Model: 9}}},
		{`model is "Hodgkin", must be one of ["NERLab" "Powers2017"]`, AlphaMNPool{Model: "Hodgkin"}},
		{"temperature is NaN degC", AlphaMNPool{Celsius: &hot}},
		{"temperature is -300 degC, must be from -5 degC to 50 degC", AlphaMNPool{Celsius: &cold}},
		{"spike_threshold is +Inf mV, must be from -150 mV to 150 mV", AlphaMNPool{SpikeThreshold: &volts}},
		{`there is no parameter "NERLab.soma.gnabra"; here there are Ra, cm`, AlphaMNPool{Parameters: Parameters{"NERLab.soma.gnabra": Constant(1)}}},
		{"NERLab.soma.cm is 0 uF/cm2, must be from 0.01 uF/cm2 to 100 uF/cm2", AlphaMNPool{Parameters: Parameters{"NERLab.soma.cm": {First: 1}}}},
		{"gamma is NaN, must be from 0 to 100", AlphaMNPool{Parameters: Parameters{"gamma": Constant(nan)}}},
		{"NERLab.soma.gl: curve is -1", AlphaMNPool{Parameters: Parameters{"NERLab.soma.gl": {First: 1, Last: 2, Curve: -1}}}},
		{"NERLab.soma.gl: curve 0.5 does not fit", AlphaMNPool{N: 3, Curves: true, Parameters: Parameters{"NERLab.soma.gl": {First: 1, Last: 2, Curve: 0.5}}}},
		{"tau1 is 2 ms, must be below tau2, 0.3 ms", AlphaMNPool{Parameters: Parameters{"NERLab.synapse.tau1": Constant(2)}}},
	} {
		_, err := c.p.Cells()
		refused(t, c.want, err)
		refused(t, "pool: ", err)
		c.p.Name = "aMN"
		err = Experiment{Duration: 1, Populations: []Population{c.p}}.Check()
		refused(t, c.want, err)
		refused(t, `population "aMN": `, err)
	}
}

// The ranges of the parameters are for thresholds from 0 to 1: thresholds that
// count in other units make no cells.
func TestPoolRefusesImpossibleCells(t *testing.T) {
	var percent []float64
	for i := range 100 {
		percent = append(percent, float64(i+1))
	}
	for _, m := range []Model{NERLab, Powers2017} {
		_, err := AlphaMNPool{Model: m, Thresholds: percent}.Cells()
		refused(t, "cell 2: its threshold is 3, must be at most 2: a threshold is a share of the largest", err)
		e := Experiment{Duration: 1, Populations: []Population{AlphaMNPool{Name: "aMN", Model: m, Thresholds: percent}}}
		refused(t, `population "aMN": cell 2: its threshold is 3`, e.Check())

		text := fmt.Sprintf("duration: 1 ms\npopulations:\n  aMN:\n    motor_neurons:\n      model: %s\n      thresholds: [1, 2, 3, 100]\n", m)
		_, err = ParseExperiment("e.yaml", []byte(text))
		refused(t, `e.yaml:6:19: population "aMN": cell 2: its threshold is 3`, err)
	}
	// A range that is crossed before the threshold is too large.
	_, err := AlphaMNPool{Model: Powers2017, Thresholds: []float64{0.5, 1.6}}.Cells()
	refused(t, "cell 1: Powers2017.soma.tau_mAHP is -6 ms, must be from 0.1 ms to 10000 ms; its threshold is 1.6, the ranges are for 0 to 1", err)
	// And one that is crossed by a parameter.
	_, err = AlphaMNPool{Thresholds: []float64{0, 1.5}, Parameters: Parameters{"NERLab.soma.gl": {First: 2e-3, Last: 1e-4}}}.Cells()
	refused(t, "cell 1: NERLab.soma.gl is -0.0008", err)
}
