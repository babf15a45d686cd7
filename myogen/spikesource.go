package myogen

import (
	"errors"
	"fmt"
	"math"

	"github.com/goccy/go-yaml/ast"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/population"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// SpikeSource is a population whose spikes are given.
type SpikeSource struct {
	Name   string
	Trains []neo.SpikeTrain // of each cell, at least one; the times count
	// Latency is from a spike to the terminals of its axon; 0 means 1 ms.
	Latency units.Time
}

func (p *SpikeSource) fields() []fields.Field {
	return []fields.Field{
		{Name: "trains", Doc: "times of the spikes of each cell in ms, written without it, rising", Required: true,
			Value: fields.ListOf(&p.Trains, "a spike train", func(t *neo.SpikeTrain) fields.Value { return trainValue{t} })},
		{Name: "latency", Doc: "time from a spike to the terminals of its axon", Default: "1 ms", Value: duration(&p.Latency, delays)},
	}
}

func (p SpikeSource) name() string { return p.Name }
func (p SpikeSource) named(name string) Population {
	p.Name = name
	return p
}

func (p SpikeSource) size() int      { return len(p.Trains) }
func (p SpikeSource) kind() string   { return "given spike trains" }
func (p SpikeSource) prefix() string { return "DD" }

// String describes the source in words: "3 given spike trains".
func (p SpikeSource) String() string { return fmt.Sprintf("%d given spike trains", len(p.Trains)) }

// warnings says how many spikes come, or arrive, after the end of a run.
func (p SpikeSource) warnings(end units.Time) []string {
	if p.Latency >= end {
		return []string{lateLatency(p.Latency, end)}
	}
	late := 0
	for _, t := range p.Trains {
		for _, x := range t.Times {
			if x >= end {
				late++
			}
		}
	}
	if late == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d spikes come after the end of the run at %v", late, end)}
}

// lateLatency says that the spikes of a population reach no terminals in a run.
func lateLatency(latency, end units.Time) string {
	return fmt.Sprintf("the latency is %v, so that no spike reaches a terminal before the end of the run at %v", latency, end)
}

func (p SpikeSource) plan(*watch.Watch) (population.Plan, error) {
	if len(p.Trains) == 0 {
		return nil, fields.At("trains", errors.New("there are no spike trains; a cell that is silent is an empty one"))
	}
	g := &population.Given{Latency: float64(delayOr(p.Latency))}
	for _, t := range p.Trains {
		times := make([]float64, len(t.Times))
		for i, x := range t.Times {
			times[i] = float64(x)
		}
		g.Trains = append(g.Trains, times)
	}
	return g, nil
}

// trainValue is the times of a spike train as a list of numbers in ms.
type trainValue struct{ t *neo.SpikeTrain }

func (v trainValue) Zero() bool { return len(v.t.Times) == 0 }

func (v trainValue) Read(f *fields.File, what string, n ast.Node) error {
	nodes, err := f.Sequence(what, n)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		x, err := f.Number(bare("a spike time", "ms"), n)
		if err != nil {
			return err
		}
		v.t.Times = append(v.t.Times, units.Time(x))
	}
	if err := v.Check(what); err != nil {
		return f.ErrorAt(n, "%v", err)
	}
	return nil
}

func (v trainValue) Write(bool) fields.Node {
	times := v.t.Times
	return fields.List{N: len(times), Item: func(i int) string { return string(fields.Number(float64(times[i]))) }}
}

func (v trainValue) Check(string) error {
	for i, t := range v.t.Times {
		switch {
		case !(t >= 0) || math.IsInf(float64(t), 0):
			return fmt.Errorf("spike %d is at %v, must be a time from 0 on", i, t)
		case i > 0 && t < v.t.Times[i-1]:
			return fmt.Errorf("spike %d is at %v, before the one at %v; the spikes must be in rising order", i, t, v.t.Times[i-1])
		}
	}
	return nil
}

func (v trainValue) Schema() fields.Schema {
	return fields.Schema{"type": "array", "items": fields.Schema{"type": "number", "minimum": 0}}
}

func (v trainValue) Child(element string) (fields.Value, error) {
	return nil, fmt.Errorf("there is no %q: a spike train is set as a whole", element)
}
