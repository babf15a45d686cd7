package myogen

import (
	"fmt"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/population"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/random"
)

// DescendingDrivePool describes cortical neurons that fire at a common rate,
// which an [Input] gives. Its zero value is 100 Poisson neurons.
type DescendingDrivePool struct {
	Name    string
	N       int            // neurons; 0 means 100
	Process random.Process // nil means Poisson; [random.Erlang] and [random.Gamma] fire more regularly
}

func (p *DescendingDrivePool) fields() []fields.Field {
	return []fields.Field{
		{Name: "n", Doc: "neurons", Default: "100", Value: fields.Int(&p.N, 1, maxCells)},
		{Name: "process", Doc: "renewal process of each neuron's spikes", Default: "poisson",
			Value: fields.Union(&p.Process, "process", processKinds)},
	}
}

// processKinds is the table of renewal processes.
var processKinds = []fields.Case[random.Process]{
	fields.CaseOf[random.Process]("poisson", "exponential intervals", func(*random.Poisson) fields.Value { return fields.Struct(func() []fields.Field { return nil }) }),
	fields.CaseOf[random.Process]("erlang", "intervals that are the sum of so many exponential ones",
		func(e *random.Erlang) fields.Value { return fields.Int(&e.Order, 1, random.MaxErlangOrder) }),
	fields.CaseOf[random.Process]("gamma", "gamma distributed intervals of this shape", func(g *random.Gamma) fields.Value {
		if g.Shape == 0 {
			g.Shape = 3 // what 0 means
		}
		return fields.Float(&g.Shape, fields.Between(random.MinGammaShape, random.MaxGammaShape))
	}),
}

func (p DescendingDrivePool) name() string { return p.Name }
func (p DescendingDrivePool) named(name string) Population {
	p.Name = name
	return p
}

func (p DescendingDrivePool) size() int {
	if p.N == 0 {
		return 100
	}
	return p.N
}

func (p DescendingDrivePool) process() random.Process {
	if p.Process == nil {
		return random.Poisson{}
	}
	return p.Process
}

// shape returns that of the gamma distribution that the intervals have.
func (p DescendingDrivePool) shape() float64 {
	switch x := p.process().(type) {
	case random.Erlang:
		return float64(x.Order)
	case random.Gamma:
		if x.Shape != 0 {
			return x.Shape
		}
		return 3
	}
	return 1
}

func (p DescendingDrivePool) kind() string   { return "drive neurons" }
func (p DescendingDrivePool) prefix() string { return "DD" }

// String describes the pool in words: "100 drive neurons, Poisson process".
func (p DescendingDrivePool) String() string {
	return fmt.Sprintf("%d drive neurons, %v", p.size(), p.process())
}

func (p DescendingDrivePool) plan(*watch.Watch) (population.Plan, error) {
	return &population.Drive{N: p.size(), Process: p.process(), Latency: float64(DefaultDelay)}, nil
}
