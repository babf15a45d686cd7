package myogen

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/population"
	"gomyogen/myogen/internal/state"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Metronome is a kind of population that nothing else knows of: cells that fire
// together in every period.
type Metronome struct {
	Name   string
	N      int // cells; 0 means 1
	Period units.Time
}

func init() {
	populationKinds = append(populationKinds, kindOf("metronome", "cells that fire together in every period", (*Metronome).fields))
}

func (m *Metronome) fields() []fields.Field {
	return []fields.Field{
		{Name: "n", Doc: "cells", Default: "1", Value: fields.Int(&m.N, 1, maxCells)},
		{Name: "period", Doc: "time from one spike to the next", Required: true, Value: duration(&m.Period, fields.Positive)},
	}
}

func (m Metronome) name() string                               { return m.Name }
func (m Metronome) named(name string) Population               { m.Name = name; return m }
func (m Metronome) size() int                                  { return max(m.N, 1) }
func (m Metronome) kind() string                               { return "metronomes" }
func (m Metronome) prefix() string                             { return "M" }
func (m Metronome) String() string                             { return fmt.Sprintf("%d metronomes, %v", m.size(), m.Period) }
func (m Metronome) plan(*watch.Watch) (population.Plan, error) { return metronomePlan{m}, nil }

type metronomePlan struct{ Metronome }

func (p metronomePlan) Membranes() []population.Membrane   { return nil }
func (p metronomePlan) Generators() int                    { return 0 }
func (p metronomePlan) Earliest() (fires, latency float64) { return 0, 0 }
func (p metronomePlan) Start(population.Env) population.Group {
	return &metronome{period: float64(p.Period), spikes: make([][]engine.Spike, p.size())}
}

// metronome is a Metronome that runs.
type metronome struct {
	period float64
	beats  int
	spikes [][]engine.Spike
}

func (m *metronome) Ready() error                   { return nil }
func (m *metronome) Collect(population.Send)        {}
func (m *metronome) Spikes(cell int) []engine.Spike { return m.spikes[cell] }
func (m *metronome) Latency(int) float64            { return 1 }

func (m *metronome) Fire(next population.Steps, send population.Send) {
	for k := range next.Len() {
		t := float64(m.beats+1) * m.period
		if t >= next.Begin[k+1] {
			continue
		}
		m.beats++
		for cell := range m.spikes {
			spike := engine.Spike{Step: next.First + k, T: t}
			m.spikes[cell] = append(m.spikes[cell], spike)
			send(cell, spike)
		}
	}
}

func (m *metronome) Save(w *state.Writer) error {
	w.Int("metronome_beats", m.beats)
	for _, s := range m.spikes {
		if err := w.Spikes("metronome", s); err != nil {
			return err
		}
	}
	return nil
}

func (m *metronome) Restore(r *state.Reader) error {
	m.beats = r.Int("metronome_beats")
	for i := range m.spikes {
		m.spikes[i] = r.Spikes("metronome")
	}
	return r.Err
}

const metronomes = `duration: 340 ms
populations:
  aMN: {motor_neurons: {n: 4, thresholds: {}}}
  beat: {metronome: {n: 3, period: 100 ms}}
connections:
  - {source: beat, target: aMN, probability: 1, weight: 2 uS}
`

// A kind of population is a description, a room to run in and a line in the
// table: all that experiments can do, they can do with it.
func TestNewKindOfPopulation(t *testing.T) {
	e, err := ParseExperiment("beat.yaml", []byte(metronomes))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Metronome{Name: "beat", N: 3, Period: 100}, e.Populations[1]); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	text, err := e.YAML()
	if err != nil {
		t.Fatal(err)
	}
	sameExperiment(t, e, text)

	whole := run(t, e)
	for i, train := range mustTrains(t, whole, "beat") {
		if !slices.Equal(train.Times, []units.Time{100, 200, 300}) || train.Name != fmt.Sprintf("M_%d", i) {
			t.Errorf("cell %d is %s and fires at %v", i, train.Name, train.Times)
		}
	}
	if r := whole.Report().String(); !strings.Contains(r, "beat           9 spikes of 3 metronomes, 3 active") {
		t.Errorf("the report is\n%s", r)
	}
	// Its spikes have the effect that the same spikes of a source have.
	given := e
	beats := neo.SpikeTrain{Times: []units.Time{100, 200, 300}}
	given.Populations = []Population{e.Populations[0], SpikeSource{Name: "beat", Trains: []neo.SpikeTrain{beats, beats, beats}}}
	want := spikeTimes(t, run(t, given), "aMN")
	if got := spikeTimes(t, whole, "aMN"); len(slices.Concat(want...)) == 0 || cmp.Diff(want, got) != "" {
		t.Errorf("motor neurons fire at %v, want %v", got, want)
	}
	if c, err := CheckStep(t.Context(), e, nil); err != nil || len(c.Rows) != 3 {
		t.Errorf("check of the time step: %v, %v", c, err)
	}

	s := start(t, e)
	if _, err := s.RunUntil(t.Context(), 150, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "beat.state")
	if err := s.SaveState(path); err != nil {
		t.Fatal(err)
	}
	s, err = ResumeState(t.Context(), e, path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(whole.Block, finish(t, s).Block); d != "" {
		t.Errorf("resumed (-whole +resumed):\n%s", d)
	}

	fast, err := e.With("populations.beat.period", "50 ms")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(mustTrains(t, run(t, fast), "beat")[0].Times); n != 6 {
		t.Errorf("%d spikes at half the period, want 6", n)
	}
	_, err = ResumeState(t.Context(), fast, path)
	refused(t, "populations.beat is 3 metronomes, 100 ms, and 3 metronomes, 50 ms", err)
	for old, c := range map[string]struct{ text, want string }{
		"period: 100 ms":   {"period: 0 ms", "beat.yaml:4:36: period is 0 ms, must be above 0"},
		", period: 100 ms": {"", "metronome: period is missing"},
		"{n: 3":            {"{n: 0", "n must be a whole number from 1"},
		"target: aMN":      {"target: beat", `connection "beat" to "beat": the target has no synapses: it is metronomes`},
		"connections":      {"inputs: [{source: x, target: beat, step: {level: 1 pps, duration: 1 s}}]\nconnections", `"beat" takes no input: it is metronomes`},
	} {
		_, err := ParseExperiment("beat.yaml", []byte(strings.Replace(metronomes, old, c.text, 1)))
		refused(t, c.want, err)
	}
	var schema struct {
		Properties struct {
			Populations struct {
				AdditionalProperties struct {
					OneOf []struct {
						Properties map[string]struct{ Properties map[string]any }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(Schema()), &schema); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(schema.Properties.Populations.AdditionalProperties.OneOf, func(c struct {
		Properties map[string]struct{ Properties map[string]any }
	}) bool {
		return c.Properties["metronome"].Properties["period"] != nil
	}) {
		t.Error("the JSON Schema has no metronome")
	}
}
