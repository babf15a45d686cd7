package population

import (
	"errors"
	"fmt"
	"slices"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/state"
	"gomyogen/myogen/random"
)

// Drive is neurons that fire as a renewal process at a common rate.
type Drive struct {
	N       int
	Process random.Process
	Latency float64 // ms

	fill Rates // nil until there is an input
}

// Membranes implements [Plan]: there are none.
func (d *Drive) Membranes() []Membrane { return nil }

// Generators implements [Plan]: one for each neuron.
func (d *Drive) Generators() int { return d.N }

// Earliest implements [Plan].
func (d *Drive) Earliest() (fires, latency float64) { return 0, d.Latency }

// Drive implements [Driven].
func (d *Drive) Drive(fill Rates, latency float64) { d.fill, d.Latency = fill, latency }

// Start implements [Plan].
func (d *Drive) Start(e Env) Group {
	g := &drive{Drive: d, sources: make(sources, d.N), dt: e.Engine.Dt}
	for i := range d.N {
		if e.Watch.Did(1) != nil {
			break
		}
		g.spikers = append(g.spikers, random.NewSpiker(e.neuronSeed("drive neuron", i), d.Process))
	}
	return g
}

type drive struct {
	*Drive
	sources
	spikers []*random.Spiker
	dt      float64
	rates   []float64 // of the next steps
}

func (g *drive) Latency(int) float64 { return g.Drive.Latency }

func (g *drive) Ready() error {
	if g.fill == nil {
		return errors.New("has no input: there is no rate at which its neurons fire")
	}
	return nil
}

func (g *drive) Fire(next Steps, send Send) {
	g.rates = slices.Grow(g.rates[:0], next.Len())[:next.Len()]
	g.fill(next.First, g.rates)
	random.RunSpikers(g.spikers, g.rates, g.dt, func(cell, k int) {
		g.emit(cell, engine.Spike{Step: next.First + k, T: next.Begin[k]}, send)
	})
}

// Integrate implements [Integrator].
func (g *drive) Integrate(cell int, rate, dt float64, now engine.Spike) bool {
	if !g.spikers[cell].Step(rate, dt) {
		return false
	}
	g.sources[cell] = append(g.sources[cell], now)
	return true
}

func (g *drive) Save(w *state.Writer) error {
	for _, s := range g.spikers {
		source, sum, threshold := s.State()
		w.Int64("generators", int64(source))
		w.Float("integrals", sum)
		w.Float("thresholds", threshold)
	}
	return g.save(w)
}

func (g *drive) Restore(r *state.Reader) error {
	for i, s := range g.spikers {
		source, sum, threshold := r.Int64("generators"), r.Float("integrals"), r.Float("thresholds")
		if r.Err == nil {
			r.Err = s.SetState(uint64(source), sum, threshold)
		}
		if r.Err != nil {
			return fmt.Errorf("cell %d: %w", i, r.Err)
		}
	}
	g.restore(r)
	return r.Err
}
