package myogen

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"testing"

	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/units"
)

// NEURON's traces, f-I curves and synaptic responses of single cells. Every
// sample must be NEURON's to the last bit.

type clampCase struct {
	Model       Model
	Cell        int
	NA          units.Current `json:"nA"`
	Dt          units.Time
	SecondOrder bool
	Samples     int
	Soma        string // SHA-256 of the samples
	Dendrites   string
	Every       int
	Coarse      [][]float64 // by compartment, every Every-th sample
	Spikes      []float64
	Gates       []map[string]float64 // by compartment, at the end
}

type synapseCase struct {
	Model           Model
	SecondOrder     bool
	Samples         int
	Weight          float64
	Soma, Dendrites string
	G               string // conductances as used in a step, synapse after synapse
	Every           int
	Coarse, GCoarse [][]float64
	Spikes          []float64
	EventTimes      []float64
	EventSynapses   []int
}

type fiCase struct {
	Model  Model
	Cell   int
	NA     units.Current `json:"nA"`
	Spikes []float64
}

func (c clampCase) String() string {
	return fmt.Sprintf("%s cell %d, %v, dt %v, second order %v", c.Model, c.Cell, c.NA, c.Dt, c.SecondOrder)
}

// sum is the SHA-256 of the bytes of rows of float64.
func sum(rows ...[]float64) string {
	h := sha256.New()
	for _, row := range rows {
		if err := binary.Write(h, binary.LittleEndian, row); err != nil {
			panic(err)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// equalRows compares rows with their hash and, to locate a difference, with
// every every-th sample.
func equalRows(t *testing.T, what string, got [][]float64, hash string, coarse [][]float64, every int) {
	t.Helper()
	if sum(got...) == hash {
		return
	}
	for i, row := range coarse {
		for j, want := range row {
			if j*every >= len(got[i]) {
				t.Errorf("%s: row %d has %d samples", what, i, len(got[i]))
				return
			}
			if x := got[i][j*every]; math.Float64bits(x) != math.Float64bits(want) {
				t.Errorf("%s: row %d, sample %d is %v, want %v", what, i, j*every, x, want)
				return
			}
		}
	}
	t.Errorf("%s differs between the samples that are kept", what)
}

// casePool is the pool that runs cases together, one per cell, in the order of
// their thresholds.
func casePool[C any](t *testing.T, m Model, cases []C, cell func(C) int) AlphaMNPool {
	t.Helper()
	thresholds, err := RecruitmentThresholds{}.Values()
	if err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(cases, func(a, b C) int { return cell(a) - cell(b) })
	p := AlphaMNPool{Name: "aMN", Model: m}
	for _, c := range cases {
		p.Thresholds = append(p.Thresholds, thresholds[cell(c)])
	}
	return p
}

// eachBackend runs a test on every back end that this machine has.
func eachBackend(t *testing.T, f func(t *testing.T)) {
	for _, b := range Backends() {
		t.Run(b, func(t *testing.T) {
			t.Setenv(BackendVariable, b)
			f(t)
		})
	}
}

func methodOf(secondOrder bool) Method {
	if secondOrder {
		return CrankNicolson
	}
	return BackwardEuler
}

func TestTracesEqualNEURON(t *testing.T) { eachBackend(t, testTraces) }

func testTraces(t *testing.T) {
	var file struct{ Clamp []clampCase }
	readJSON(t, "testdata/traces.json", &file)
	type group struct {
		m           Model
		dt          units.Time
		secondOrder bool
	}
	groups := map[group][]clampCase{}
	for _, c := range file.Clamp {
		g := group{c.Model, c.Dt, c.SecondOrder}
		groups[g] = append(groups[g], c)
	}
	for g, cases := range groups {
		t.Run(fmt.Sprintf("%s/dt=%v/secondOrder=%v", g.m, float64(g.dt), g.secondOrder), func(t *testing.T) {
			pool := casePool(t, g.m, cases, func(c clampCase) int { return c.Cell })
			steps := cases[0].Samples - 1
			e := Experiment{Duration: units.Time(steps) * g.dt, Step: g.dt, Method: methodOf(g.secondOrder), Populations: []Population{pool}}
			for i, c := range cases {
				e.Inject = append(e.Inject, Injection{Population: "aMN", Cell: i, Amplitude: c.NA, Start: 80, Duration: 300})
				for k := range c.Coarse {
					e.Record = append(e.Record, Probe{Population: "aMN", Cell: i, Compartment: k})
				}
			}
			s := start(t, e)
			if err := s.advance(steps); err != nil {
				t.Fatal(err)
			}
			seg, err := s.Result().Block.Segment("aMN")
			if err != nil {
				t.Fatal(err)
			}
			signals := seg.AnalogSignals
			for i, c := range cases {
				var rows [][]float64
				for range c.Coarse {
					rows = append(rows, signals[0].Values)
					signals = signals[1:]
				}
				equalRows(t, c.String()+": soma", rows[:1], c.Soma, c.Coarse[:1], c.Every)
				equalRows(t, c.String()+": dendrites", rows[1:], c.Dendrites, c.Coarse[1:], c.Every)
				equalSpikes(t, c.String(), seg.SpikeTrains[i].Times, c.Spikes)
				for k, gates := range c.Gates {
					for name, want := range gates {
						if x := s.engine.Neurons[i].Cell.Variable(k, name)(); math.Float64bits(x) != math.Float64bits(want) {
							t.Errorf("%v: compartment %d, gate %s is %v, want %v", c, k, name, x, want)
						}
					}
				}
			}
		})
	}
}

func equalSpikes(t *testing.T, what string, got []units.Time, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d spikes, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if float64(got[i]) != want[i] {
			t.Errorf("%s: spike %d is at %v, want %v", what, i, float64(got[i]), want[i])
			return
		}
	}
}

func TestFICurvesEqualNEURON(t *testing.T) { eachBackend(t, testFICurves) }

func testFICurves(t *testing.T) {
	var file struct{ FI []fiCase }
	readJSON(t, "testdata/fi.json", &file)
	for _, m := range []Model{NERLab, Powers2017} {
		t.Run(string(m), func(t *testing.T) {
			var cases []fiCase
			for _, c := range file.FI {
				if c.Model == m {
					cases = append(cases, c)
				}
			}
			e := Experiment{Duration: 1000, Populations: []Population{casePool(t, m, cases, func(c fiCase) int { return c.Cell })}}
			for i, c := range cases {
				e.Inject = append(e.Inject, Injection{Population: "aMN", Cell: i, Amplitude: c.NA, Duration: 1000})
			}
			s := start(t, e)
			if err := s.advance(10000); err != nil {
				t.Fatal(err)
			}
			for i, train := range mustTrains(t, s.Result(), "aMN") {
				equalSpikes(t, fmt.Sprintf("cell %d, %v", cases[i].Cell, cases[i].NA), train.Times, cases[i].Spikes)
			}
		})
	}
}

func TestSynapsesEqualNEURON(t *testing.T) { eachBackend(t, testSynapses) }

// The cell takes its events by hand, so that the conductance of each step can
// be read between them and the step.
func testSynapses(t *testing.T) {
	var file struct{ Synapse []synapseCase }
	readJSON(t, "testdata/traces.json", &file)
	for _, c := range file.Synapse {
		t.Run(fmt.Sprintf("%s/secondOrder=%v", c.Model, c.SecondOrder), func(t *testing.T) {
			pool, err := casePool(t, c.Model, []int{50}, func(i int) int { return i }).motor(nil)
			if err != nil {
				t.Fatal(err)
			}
			backend, err := membrane.ChooseBackend()
			if err != nil {
				t.Fatal(err)
			}
			m := pool.Cells[0]
			cell := membrane.Start([]membrane.Description{m.Description}, []float64{m.Threshold},
				membrane.Scheme{Dt: 0.1, SecondOrder: c.SecondOrder}, backend, nil)[0]
			cell.Settle(m.VInit)
			rows, conductances := make([][]float64, len(c.Coarse)), make([][]float64, len(c.GCoarse))
			record := func(rows [][]float64, value func(int) float64) {
				for i := range rows {
					rows[i] = append(rows[i], value(i))
				}
			}
			record(rows, cell.Voltage)
			record(conductances, cell.Conductance)
			clock, above := 0.0, false
			var pipeline membrane.Pipeline
			var spikes []units.Time
			for range c.Samples - 1 {
				if now := cell.Block.Above&1 == 1; now != above {
					if above = now; now {
						spikes = append(spikes, units.Time(clock+1e-10))
					}
				}
				middle := clock + 0.05
				for len(c.EventTimes) > 0 && c.EventTimes[0] <= middle {
					synapse := c.EventSynapses[0]
					cell.Receive(synapse, pool.Contacts[synapse].Amount(c.Weight))
					c.EventTimes, c.EventSynapses = c.EventTimes[1:], c.EventSynapses[1:]
				}
				record(conductances, cell.Conductance)
				pipeline.Advance(cell.Block)
				pipeline.End(cell.Block)
				clock = middle + 0.05
				record(rows, cell.Voltage)
			}
			equalRows(t, "soma", rows[:1], c.Soma, c.Coarse[:1], c.Every)
			equalRows(t, "dendrites", rows[1:], c.Dendrites, c.Coarse[1:], c.Every)
			equalSpikes(t, "synaptic input", spikes, c.Spikes)
			equalRows(t, "conductances", conductances, c.G, c.GCoarse, c.Every)
		})
	}
}
