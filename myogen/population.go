package myogen

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/population"
	"gomyogen/myogen/internal/watch"
)

// Population is a kind of cells with a name: an [AlphaMNPool], a
// [DescendingDrivePool] or a [SpikeSource].
type Population interface {
	fmt.Stringer
	size() int
	kind() string                               // in a report: "NERLab motor neurons"
	prefix() string                             // of the names of its spike trains: "MN"
	plan(*watch.Watch) (population.Plan, error) // after its fields were checked
	named(name string) Population               // itself under another name
	name() string
}

// populationKinds is the table of kinds. Adding one is described in
// internal/population.
var populationKinds = []fields.Case[Population]{
	kindOf("drive_neurons", "neurons that fire at a common rate", (*DescendingDrivePool).fields),
	kindOf(poolKind, "alpha motor neurons", (*AlphaMNPool).fields),
	kindOf("spike_source", "cells whose spikes are given", (*SpikeSource).fields),
}

// kindOf is the case of a type of population with a table of fields.
func kindOf[T Population](name, doc string, table func(*T) []fields.Field) fields.Case[Population] {
	return fields.CaseOf[Population](name, doc, func(t *T) fields.Value {
		return fields.Struct(func() []fields.Field { return table(t) })
	})
}

// Bounds of a network: what fits into memory, and a number for each cell that
// fits into 31 bits.
const (
	maxCells       = 1 << 20 // of a population
	maxPopulations = 1 << 10
)

func populationsValue(p *[]Population) fields.Value {
	return fields.Named(p, "population", Population.name,
		func(p *Population, name string) { *p = (*p).named(name) },
		func(p *Population) fields.Value { return fields.Union(p, "population", populationKinds) })
}

// checkPopulations checks what the fields of populations do not say: names and
// numbers.
func checkPopulations(all []Population) error {
	if len(all) == 0 {
		return fmt.Errorf("the experiment has no populations")
	}
	if len(all) > maxPopulations {
		return fmt.Errorf("there are %d populations, must be at most %d", len(all), maxPopulations)
	}
	seen := map[string]bool{}
	for i, p := range all {
		if err := checkPopulation(p, seen); err != nil {
			return fields.At("populations", fields.Index(i, err))
		}
		seen[p.name()] = true
	}
	return nil
}

func checkPopulation(p Population, seen map[string]bool) error {
	name := p.name()
	switch {
	case name == "":
		return fmt.Errorf("a population needs a name")
	case strings.ContainsFunc(name, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }):
		return fmt.Errorf("the name %q of a population must be printable text", name)
	case seen[name]:
		return fmt.Errorf("there are two populations %q", name)
	}
	return nil
}

// concrete returns populations without pointers: a *AlphaMNPool counts as the
// AlphaMNPool that it points to. The error names the first that is of no kind.
func concrete(all []Population) ([]Population, error) {
	out := make([]Population, len(all))
	for i, p := range all {
		out[i] = p
		v := fields.Union(&out[i], "population", populationKinds)
		if err := v.Normalize(); err != nil {
			return nil, fields.At("populations", fields.Index(i, fmt.Errorf("population %d: %w", i, err)))
		}
	}
	return out, nil
}

// present returns the populations that are of a kind, without pointers.
func present(all []Population) []Population {
	var out []Population
	for _, p := range all {
		if fields.Union(&p, "population", populationKinds).Normalize() == nil {
			out = append(out, p)
		}
	}
	return out
}
