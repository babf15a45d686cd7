package myogen

import (
	"math"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// persistent is closedLoop with the persistent inward currents of cell 2 recorded.
func persistent(m Model) Experiment {
	e := closedLoop(m)
	soma, dendrite := "inap", "icaL"
	if m == Powers2017 {
		soma, dendrite = "naps", "L_Ca_inact"
	}
	for c, variables := range [][]string{{"v", soma}, {"v", dendrite}} {
		for _, v := range variables {
			e.Record = append(e.Record, Probe{Population: "aMN", Cell: 2, Compartment: c, Variable: v})
		}
	}
	return e
}

// motorSegment returns everything recorded of the motor neurons.
func motorSegment(t *testing.T, e Experiment) *neo.Segment {
	t.Helper()
	s, err := run(t, e).Block.Segment("aMN")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func modulated(e Experiment, parameter string, s Shape[Factor]) Experiment {
	e.Modulate = append(e.Modulate[:len(e.Modulate):len(e.Modulate)], Modulation{"aMN", parameter, s})
	return e
}

// A factor that does not change is a parameter that is as many times as large.
func TestConstantModulationIsAParameter(t *testing.T) {
	for _, m := range []Model{NERLab, Powers2017} {
		e := persistent(m)
		plain := motorSegment(t, e)
		if d := cmp.Diff(plain, motorSegment(t, modulated(e, "gamma", Level[Factor]{1}))); d != "" {
			t.Errorf("%s: a factor of 1 changes the run (-without +with):\n%s", m, d)
		}
		more := e
		more.Populations = append(more.Populations[:2:2], AlphaMNPool{
			Name: "aMN", N: 4, Model: m, Parameters: Parameters{"gamma": Constant(2 * defaults["gamma"].First)},
		})
		want := motorSegment(t, more)
		got := motorSegment(t, modulated(e, "gamma", Level[Factor]{2}))
		// Sample 0 too: it has the parameters of the first step.
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: (-twice gamma +factor of 2):\n%s", m, d)
		}
		if cmp.Equal(plain, got) {
			t.Errorf("%s: gamma has no effect", m)
		}
	}
}

// Every step has the conductance of the equations times the factor at its begin,
// whatever the number of cores.
func TestModulatedCurrentIsThatOfTheEquations(t *testing.T) {
	shape := Triangles[Factor]{Baseline: 0.5, Peaks: []Factor{2, 0}, Rest: 20, Ramp: 50}
	e := modulated(closedLoop(NERLab), "gamma", shape)
	e = modulated(e, "NERLab.soma.gnapbar", Step[Factor]{Baseline: 1, Level: 0, Start: 100, Duration: 1000})
	for c := range 4 {
		for _, v := range []Probe{{Compartment: 1}, {Compartment: 1, Variable: "L"}, {Compartment: 1, Variable: "icaL"},
			{}, {Variable: "p"}, {Variable: "inap"}} {
			v.Population, v.Cell = "aMN", c
			e.Record = append(e.Record, v)
		}
	}
	cells, err := AlphaMNPool{N: 4}.Cells()
	if err != nil {
		t.Fatal(err)
	}
	var first *neo.Segment
	for _, workers := range []int{1, 3} {
		s := startOn(t, e, workers)
		r, err := s.Run(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		seg, err := r.Block.Segment("aMN")
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = seg
		} else if d := cmp.Diff(first, seg); d != "" {
			t.Fatalf("(-1 worker +%d workers):\n%s", workers, d)
		}
	}
	blocked := 0
	for c := range 4 {
		cell := cells[c].(*NERLabCell)
		x := first.AnalogSignals[2+6*c:] // after the two probes of closedLoop
		for i := range x[0].Values {
			begin := units.Time(max(i-1, 0)) * DefaultStep // of the step that sample i ends
			v, l, vs, p := x[0].Values[i], x[1].Values[i], x[3].Values[i], x[4].Values[i]
			d := cell.Dendrite
			if want := d.GcaLbar * l * (d.Gama * float64(shape.At(begin))) * (v - d.EcaL); x[2].Values[i] != want {
				t.Fatalf("cell %d, sample %d: icaL is %v, the equations give %v", c, i, x[2].Values[i], want)
			}
			g := cell.Soma.Gnapbar
			if begin >= 100 {
				g = 0
				blocked++
			}
			if want := g * p * p * p * (vs - cell.Soma.Ena); x[5].Values[i] != want {
				t.Fatalf("cell %d, sample %d: inap is %v, the equations give %v", c, i, x[5].Values[i], want)
			}
		}
	}
	if blocked < 4000 {
		t.Errorf("%d samples with a blocked current", blocked)
	}
}

// Until it is blocked a current is what it is without the block.
func TestBlockChangesNothingBefore(t *testing.T) {
	for _, m := range []Model{NERLab, Powers2017} {
		e := persistent(m)
		free := motorSegment(t, e)
		blocked := motorSegment(t, modulated(e, "gamma", Step[Factor]{Baseline: 1, Level: 0, Start: 150, Duration: 1e6}))
		last := len(free.AnalogSignals) - 1 // the dendritic calcium current
		a, b := free.AnalogSignals[last].Values, blocked.AnalogSignals[last].Values
		for i := range a {
			if i <= 1500 && a[i] != b[i] || i > 1500 && b[i] != 0 {
				t.Fatalf("%s, sample %d: %v without and %v with a block from 150 ms on", m, i, a[i], b[i])
			}
			if i > 2 && a[i] == 0 {
				t.Fatalf("%s, sample %d: there is no current to block", m, i)
			}
		}
	}
}

// A run that is saved while a parameter changes goes on as if it had not stopped.
func TestModulatedRunsAreResumed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.state")
	for _, m := range []Model{NERLab, Powers2017} {
		e := modulated(persistent(m), "gamma", Ramp[Factor]{From: 1, To: 4, Start: 50, Duration: 200})
		s := start(t, e)
		if _, err := s.RunUntil(t.Context(), 123.4, nil); err != nil {
			t.Fatal(err)
		}
		if err := s.SaveState(path); err != nil {
			t.Fatal(err)
		}
		resumed, err := ResumeState(t.Context(), e, path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := resumed.Run(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		seg, err := r.Block.Segment("aMN")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(motorSegment(t, e), seg); d != "" {
			t.Errorf("%s: (-whole +resumed):\n%s", m, d)
		}
		_, err = ResumeState(t.Context(), persistent(m), path)
		refused(t, "modulate", err)
	}
}

// Factors of parameters that meet in a conductance multiply.
func TestModulationsMultiply(t *testing.T) {
	e := persistent(Powers2017)
	want := motorSegment(t, modulated(modulated(modulated(modulated(e, "Powers2017.dendrite.gcabar_0", Level[Factor]{4}),
		"Powers2017.dendrite.gcabar_1", Level[Factor]{2}), "Powers2017.dendrite.gcabar_2", Level[Factor]{2}), "Powers2017.dendrite.gcabar_3", Level[Factor]{2}))
	got := motorSegment(t, modulated(modulated(e, "gamma", Level[Factor]{2}), "Powers2017.dendrite.gcabar_0", Level[Factor]{2}))
	if !reflect.DeepEqual(want, got) {
		t.Error("2 gamma and 2 gcabar_0 are not 4 gcabar_0 and twice the others")
	}
}

func TestModulationsAreRefused(t *testing.T) {
	for _, c := range []struct {
		m    Modulation
		want string
	}{
		{Modulation{"MN", "gamma", Level[Factor]{1}}, `modulation of gamma of "MN": there is no population "MN"`},
		{Modulation{"DD", "gamma", Level[Factor]{1}}, `modulation of gamma of "DD": the cells of "DD" have no membrane`},
		{Modulation{"aMN", "lambda", Level[Factor]{1}}, `NERLab motor neurons have no parameter "lambda" that can be modulated; they have gamma, NERLab.soma.gnabar`},
		{Modulation{"aMN", "", Level[Factor]{1}}, `modulation of  of "aMN": parameter is missing`},
		{Modulation{"aMN", "gamma", nil}, `modulation of gamma of "aMN": shape is missing`},
		{Modulation{"aMN", "gamma", Level[Factor]{-1}}, `modulation of gamma of "aMN": level: value is -1, must not be negative`},
		{Modulation{"aMN", "gamma", Ramp[Factor]{To: Factor(math.Inf(1))}}, `ramp: to is +Inf`},
		{Modulation{"aMN", "gamma", ShapeFunc[Factor](func(t units.Time) Factor { return Factor(1 - t/50) })}, `the factor at 50.1 ms is -0.00`},
		{Modulation{"aMN", "gamma", Samples[Factor]{Values: make([]Factor, 500)}}, `the samples end at 50 ms, the run at 100 ms`},
	} {
		e := small()
		e.Modulate = []Modulation{c.m}
		refusedToRun(t, c.want, e)
	}
	e := modulated(modulated(small(), "gamma", Level[Factor]{1}), "gamma", Level[Factor]{1})
	refusedToRun(t, `modulation of gamma of "aMN": it is modulated twice`, e)
}

func TestTriangles(t *testing.T) {
	s := Triangles[units.Rate]{Baseline: 10, Peaks: []units.Rate{30, 0}, Rest: 100, Ramp: 200}
	for _, c := range []struct {
		t    units.Time
		want units.Rate
	}{
		{-1, 10}, {0, 10}, {100, 10}, {150, 15}, {300, 30}, {400, 20}, {500, 10}, {550, 10}, {600, 10}, {800, 0}, {900, 5}, {1000, 10}, {5000, 10},
	} {
		if got := s.At(c.t); got != c.want {
			t.Errorf("at %v it is %v, want %v", c.t, got, c.want)
		}
	}
	if got := (Triangles[units.Rate]{Baseline: 3}).At(7); got != 3 {
		t.Errorf("without peaks it is %v", got)
	}
}
