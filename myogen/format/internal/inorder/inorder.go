// Package inorder is the one rule of all readers for spike times that are not in rising
// order: they are sorted, equal ones are kept, and both are noted.
package inorder

import (
	"slices"
	"strings"

	"gomyogen/myogen/neo"
)

// Note is the annotation that says what was changed or is doubtful.
const Note = "note"

// Sort sorts the spike times of a block. The annotation [Note] names the trains that
// were not in order and those with equal times.
func Sort(b *neo.Block) {
	var unsorted, equal []string
	for _, s := range b.Segments {
		for _, t := range s.SpikeTrains {
			if !slices.IsSorted(t.Times) {
				unsorted = append(unsorted, t.Name)
				slices.Sort(t.Times)
			}
			for i := 1; i < len(t.Times); i++ {
				if t.Times[i] == t.Times[i-1] {
					equal = append(equal, t.Name)
					break
				}
			}
		}
	}
	var notes []string
	if len(unsorted) > 0 {
		notes = append(notes, "the spike times of these trains were not in rising order, and are sorted: "+strings.Join(unsorted, ", "))
	}
	if len(equal) > 0 {
		notes = append(notes, "these trains have equal spike times, which are kept: "+strings.Join(equal, ", "))
	}
	if notes != nil {
		b.Annotations[Note] = strings.Join(notes, "; ")
	}
}
