package population

import (
	"fmt"
	"math"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/state"
)

// Given is cells whose spikes are known beforehand.
type Given struct {
	Trains  [][]float64 // ms, rising, of each cell
	Latency float64     // ms
}

// Membranes implements [Plan]: there are none.
func (p *Given) Membranes() []Membrane { return nil }

// Generators implements [Plan]: it draws nothing.
func (p *Given) Generators() int { return 0 }

// Earliest implements [Plan]. A cell without spikes never fires.
func (p *Given) Earliest() (fires, latency float64) {
	fires = math.Inf(1)
	for _, train := range p.Trains {
		if len(train) > 0 {
			fires = min(fires, train[0])
		}
	}
	return fires, p.Latency
}

// Start implements [Plan].
func (p *Given) Start(e Env) Group {
	_ = e.Watch.Did(len(p.Trains)) // it keeps the error
	return &given{p, make(sources, len(p.Trains)), make([]int, len(p.Trains))}
}

type given struct {
	*Given
	sources
	next []int // of each cell: its first spike still to come
}

func (g *given) Latency(int) float64 { return g.Given.Latency }
func (g *given) Ready() error        { return nil }

func (g *given) Fire(next Steps, send Send) {
	end := next.Begin[next.Len()]
	for cell, train := range g.Trains {
		// What falls into a step is sent with it, wherever the run was cut.
		for ; g.next[cell] < len(train) && train[g.next[cell]] < end; g.next[cell]++ {
			t := train[g.next[cell]]
			k := engine.Locate(next.Begin, t)
			if next.Begin[k] != t { // it falls into the step before
				k = max(k-1, 0)
			}
			g.emit(cell, engine.Spike{Step: next.First + k, T: t}, send)
		}
	}
}

func (g *given) Save(w *state.Writer) error {
	for cell, train := range g.Trains {
		w.Int("given_left", len(train)-g.next[cell])
	}
	return g.save(w)
}

func (g *given) Restore(r *state.Reader) error {
	for cell, train := range g.Trains {
		left := r.Int("given_left")
		if r.Err != nil {
			return r.Err
		}
		if left < 0 || left > len(train) {
			return fmt.Errorf("cell %d has %d of %d spikes left", cell, left, len(train))
		}
		g.next[cell] = len(train) - left
	}
	g.restore(r)
	for cell, fired := range g.sources {
		if r.Err == nil && len(fired) != g.next[cell] {
			return fmt.Errorf("cell %d has fired %d times, and %d of its %d spikes are left", cell, len(fired), len(g.Trains[cell])-g.next[cell], len(g.Trains[cell]))
		}
	}
	return r.Err
}
