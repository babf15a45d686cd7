package engine

import (
	"fmt"
	"math"
	"slices"

	"gomyogen/myogen/internal/membrane"
)

// Contact is a synapse that a terminal reaches.
type Contact struct {
	Neuron, Synapse int
	Amount          float64 // uS, see membrane.Synapse.Amount
}

// terminal is the end of an axon: the contacts of one source in one
// connection, tile by tile. The contacts of 10 000 cells are many, so each
// takes four bytes.
type terminal struct {
	contacts []contact
	first    []uint32  // first[t] is the first contact of tile t, first[t+1] the end of its contacts
	amounts  []float64 // uS
	inhibits bool
}

type contact struct {
	input  membrane.Input
	amount uint16 // index in amounts
}

// AddTerminal adds the end of an axon and returns its number. Contacts of one
// cell act in the given order.
func (e *Engine) AddTerminal(contacts []Contact) (int, error) {
	t := terminal{contacts: make([]contact, len(contacts)), first: make([]uint32, len(e.tiles)+1)}
	for _, c := range contacts {
		t.first[e.tile[c.Neuron]+1]++
	}
	for i := range e.tiles {
		t.first[i+1] += t.first[i]
	}
	next := slices.Clone(t.first)
	for _, c := range contacts {
		i := slices.Index(t.amounts, c.Amount)
		if i < 0 {
			if i = len(t.amounts); i > math.MaxUint16 {
				return 0, fmt.Errorf("a source has more than %d different weights", i)
			}
			t.amounts = append(t.amounts, c.Amount)
		}
		at := &next[e.tile[c.Neuron]]
		t.inhibits = t.inhibits || e.Neurons[c.Neuron].Cell.Inhibitory(c.Synapse)
		t.contacts[*at] = contact{e.Neurons[c.Neuron].Cell.Input(c.Synapse), uint16(i)}
		*at++
	}
	e.terminals = append(e.terminals, t)
	return len(e.terminals) - 1, nil
}

// Contacts returns the contacts of a terminal, cell by cell.
func (e *Engine) Contacts(i int) []Contact {
	t := &e.terminals[i]
	var out []Contact
	first := 0 // neuron of the tile
	for k, tile := range e.tiles {
		for _, c := range t.contacts[t.first[k]:t.first[k+1]] {
			lane, synapse := tile.block.Synapse(c.input)
			out = append(out, Contact{Neuron: first + lane, Synapse: synapse, Amount: t.amounts[c.amount]})
		}
		first += len(tile.neurons)
	}
	return out
}

// deliver lets an event act on the contacts in a tile.
func (t *terminal) deliver(tile int, b *membrane.Block) {
	if t.inhibits {
		b.Wake()
	}
	for _, c := range t.contacts[t.first[tile]:t.first[tile+1]] {
		b.Receive(c.input, t.amounts[c.amount])
	}
}
