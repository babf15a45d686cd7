// Package state holds the numbers of a running simulation as lists by name,
// which are written and read in the same order. A [Reader] believes nothing: what
// it returns without an error is a state that a [Writer] can have been given.
package state

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/watch"
)

// Writer collects numbers in lists by name. A list is in pieces: one of a gigabyte
// would be copied as a whole whenever it grows. Spikes and traces stay where they are, and
// must not be changed until the lists were read.
type Writer struct {
	Ints   map[string][][]int64
	Floats map[string][][]float64
	Trains map[string][][]engine.Spike // by kind, of each cell
	Watch  *watch.Watch                // its error ends Save
}

// The room of the pieces of a list, each twice that of the one before.
const (
	leastPiece = 1 << 4
	mostPiece  = 1 << 16
)

// add appends to the list called name, which is there from then on.
func add[T any](lists map[string][][]T, name string, x ...T) {
	all := lists[name]
	last := len(all) - 1
	if len(x) > 0 && (last < 0 || len(all[last])+len(x) > cap(all[last])) {
		room := leastPiece
		if last >= 0 {
			room = min(2*cap(all[last]), mostPiece)
		}
		all, last = append(all, make([]T, 0, max(room, len(x)))), last+1
	}
	if len(x) > 0 {
		all[last] = append(all[last], x...)
	}
	lists[name] = all
}

// NewWriter returns a writer with empty lists.
func NewWriter() *Writer {
	return &Writer{Ints: map[string][][]int64{}, Floats: map[string][][]float64{}, Trains: map[string][][]engine.Spike{}}
}

// List is a list of numbers: it calls yield with its pieces in order, which hold until the
// next one.
type List[T any] func(yield func([]T) error) error

// AllInts returns all lists of whole numbers by name, with the steps of the spikes.
func (w *Writer) AllInts() map[string]List[int64] {
	return all(w, w.Ints, "_spike_steps", func(s engine.Spike) int64 { return int64(s.Step) })
}

// AllFloats returns all other lists of numbers by name, with the times of the spikes.
func (w *Writer) AllFloats() map[string]List[float64] {
	return all(w, w.Floats, "_spike_times_ms", func(s engine.Spike) float64 { return s.T })
}

func all[T any](w *Writer, lists map[string][][]T, suffix string, of func(engine.Spike) T) map[string]List[T] {
	out := map[string]List[T]{}
	for name, pieces := range lists {
		out[name] = func(yield func([]T) error) error {
			for _, x := range pieces {
				if err := yield(x); err != nil {
					return err
				}
			}
			return nil
		}
	}
	for kind, trains := range w.Trains {
		if size(trains) > 0 {
			out[kind+suffix] = column(trains, of)
		}
	}
	return out
}

// column returns a number of each spike as a list.
func column[T any](trains [][]engine.Spike, of func(engine.Spike) T) List[T] {
	return func(yield func([]T) error) error {
		piece := make([]T, 0, min(size(trains), mostPiece))
		for _, train := range trains {
			for _, s := range train {
				if piece = append(piece, of(s)); len(piece) < cap(piece) {
					continue
				}
				if err := yield(piece); err != nil {
					return err
				}
				piece = piece[:0]
			}
		}
		return yield(piece)
	}
}

// Size returns how many numbers all lists have.
func (w *Writer) Size() int {
	n := 0
	for _, pieces := range w.Ints {
		n += size(pieces)
	}
	for _, pieces := range w.Floats {
		n += size(pieces)
	}
	for _, trains := range w.Trains {
		n += 2 * size(trains)
	}
	return n
}

// size counts the items of pieces.
func size[T any](pieces [][]T) int {
	n := 0
	for _, x := range pieces {
		n += len(x)
	}
	return n
}

// Int appends to a list of whole numbers.
func (w *Writer) Int(name string, x int) { add(w.Ints, name, int64(x)) }

// Int64 appends to a list of whole numbers.
func (w *Writer) Int64(name string, x int64) { add(w.Ints, name, x) }

// Float appends to a list of numbers.
func (w *Writer) Float(name string, x ...float64) { add(w.Floats, name, x...) }

// Bytes appends to a list of whole numbers, one for each byte.
func (w *Writer) Bytes(name string, b []byte) {
	for _, x := range b {
		w.Int(name, int(x))
	}
}

// Spikes appends the spikes of a cell, which it does not copy. The error is that of the
// Watch.
func (w *Writer) Spikes(kind string, spikes []engine.Spike) error {
	w.Int(kind+"_spike_counts", len(spikes))
	w.Trains[kind] = append(w.Trains[kind], slices.Clip(spikes))
	return w.Watch.Did(1)
}

// Neuron appends the state of a neuron, whose traces it does not copy. The error is
// that of the Watch.
func (w *Writer) Neuron(n engine.State) error {
	above := 0
	if n.Above {
		above = 1
	}
	w.Int("above", above)
	w.Int("cell_counts", len(n.Cell))
	w.Float("cells", n.Cell...)
	for _, t := range n.Traces {
		w.Floats["traces"] = append(w.Floats["traces"], slices.Clip(t))
	}
	return w.Spikes("motor", n.Spikes)
}

// Reader takes numbers off lists and keeps the first error.
type Reader struct {
	Ints   map[string][]int64
	Floats map[string][]float64
	Steps  int // taken before the state was saved
	Watch  *watch.Watch
	Err    error
}

// Int takes a whole number off a list; 0 if there is none.
func (r *Reader) Int(name string) int { return int(r.Int64(name)) }

// Int64 takes a whole number off a list; 0 if there is none.
func (r *Reader) Int64(name string) int64 {
	a := r.Ints[name]
	if len(a) == 0 {
		r.short(name)
		return 0
	}
	r.Ints[name] = a[1:]
	return a[0]
}

// Bytes takes n bytes off a list of whole numbers.
func (r *Reader) Bytes(name string, n int) []byte {
	r.Fail(r.Watch.Did(0))
	b := make([]byte, n)
	for i := range b {
		x := r.Int64(name)
		if b[i] = byte(x); int64(b[i]) != x {
			r.Fail(fmt.Errorf("array %q has %d for a byte", name, x))
		}
	}
	return b
}

// Take takes n numbers off a list; nil if there are fewer.
func (r *Reader) Take(name string, n int) []float64 {
	a := r.Floats[name]
	if n < 0 || n > len(a) {
		r.short(name)
		return nil
	}
	r.Floats[name] = a[n:]
	return a[:n:n]
}

// Float takes a number off a list; 0 if there is none.
func (r *Reader) Float(name string) float64 {
	if x := r.Take(name, 1); len(x) == 1 {
		return x[0]
	}
	return 0
}

func (r *Reader) short(name string) { r.Fail(fmt.Errorf("array %q is too short", name)) }

// Fail keeps an error unless there is one already.
func (r *Reader) Fail(err error) {
	if r.Err == nil && err != nil {
		r.Err = err
	}
}

// Neuron takes the state of a neuron with a number of traces.
func (r *Reader) Neuron(traces int) engine.State {
	above := r.Int64("above")
	if above != 0 && above != 1 {
		r.Fail(fmt.Errorf("array %q has %d, must be 0 or 1", "above", above))
	}
	n := engine.State{Above: above == 1, Cell: r.Take("cells", r.Int("cell_counts"))}
	n.Spikes = r.Spikes("motor")
	for range traces {
		n.Traces = append(n.Traces, r.Take("traces", r.Steps+1))
	}
	return n
}

// lookEvery is the number of spikes or samples between two looks at the context.
const lookEvery = 1 << 14

// Spikes takes the spikes of a cell: in rising order, none after the steps taken.
func (r *Reader) Spikes(kind string) []engine.Spike {
	count := r.Int(kind + "_spike_counts")
	if count < 0 {
		r.Fail(fmt.Errorf("a cell has %d spikes", count))
	}
	r.Fail(r.Watch.Did(1))
	var all []engine.Spike
	last := engine.Spike{}
	for ; count > 0 && r.Err == nil; count-- {
		if count%lookEvery == 0 {
			r.Fail(r.Watch.Did(0))
		}
		s := engine.Spike{Step: r.Int(kind + "_spike_steps"), T: r.Float(kind + "_spike_times_ms")}
		if s.Step < last.Step || s.Step > r.Steps || !(s.T >= last.T) || math.IsInf(s.T, 0) {
			r.Fail(fmt.Errorf("a spike at %v ms in step %d, after one at %v ms in step %d, in a state after %d steps",
				s.T, s.Step, last.T, last.Step, r.Steps))
		}
		all = append(all, s)
		last = s
	}
	return all
}

// End returns the first error, or one about a list that is not used up.
func (r *Reader) End() error {
	if r.Err != nil {
		return r.Err
	}
	for _, name := range append(slices.Sorted(maps.Keys(r.Ints)), slices.Sorted(maps.Keys(r.Floats))...) {
		if len(r.Ints[name])+len(r.Floats[name]) > 0 {
			return fmt.Errorf("array %q is too long", name)
		}
	}
	return nil
}
