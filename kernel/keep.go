//go:build !js

package kernel

import (
	"errors"
	"fmt"
	"reflect"

	"gomyogen/kernel/internal/keep"
)

// Value is a value that outlives the cell that computes it. [Keep] makes it.
type Value[T any] struct{ kept declared }

// declared is a *keep.Value. A cell compiles what is generic, and inlined, with all types
// behind it: this spares it those of package keep, as go:noinline does where functions that
// cells call would be inlined.
type declared interface {
	Name() string
	Get() (any, error)
	Peek() (value any, partial string, ok bool, err error)
}

// keptValue is a Value of any type.
type keptValue interface{ unwrap() declared }

func (v Value[T]) unwrap() declared { return v.kept }

// File is an input of [Keep] that counts by the content of the file at this
// path; so do the elements of a []File.
type File string

// Keep names a value and the function that computes it. [Value.Get] computes it
// in the cell that first needs it; later cells, kernels and days read what was
// kept. It is computed again when its code, its inputs or the kept values that
// it used have changed, and only then. A function literal may use local
// variables if they are inputs too. See "Kept values" above for the rules.
func Keep[T any](name string, compute func() (T, error), inputs ...any) *Value[T] {
	if compute == nil {
		return &Value[T]{declare(name, (*T)(nil), nil, nil, inputs)}
	}
	return &Value[T]{declare(name, (*T)(nil), compute, func() (any, error) { return compute() }, inputs)}
}

// declare is Keep for all types, of which pointer is one to: what is generic is compiled in
// every cell.
//
//go:noinline
func declare(name string, pointer any, source any, compute func() (any, error), inputs []any) declared {
	plain := make([]any, len(inputs))
	for i, in := range inputs {
		switch in := in.(type) {
		case keptValue:
			plain[i] = in.unwrap()
		case File:
			plain[i] = keep.File(in)
		case []File:
			files := make([]keep.File, len(in))
			for i, f := range in {
				files[i] = keep.File(f)
			}
			plain[i] = files
		default:
			plain[i] = in
		}
	}
	return running.Values.Declare(name, reflect.TypeOf(pointer).Elem(), source, compute, plain...)
}

// Get returns the value: the kept one or, computed now, a new one, which it
// keeps. An error of the function ends the cell as [Check] does. In one cell, all
// calls return the same slices and maps: a change of them is seen by later calls
// there, but is not kept. Change a copy.
func (v *Value[T]) Get() T {
	return Must(v.Load())
}

// Load is Get for those who handle the error. In one cell it computes at most
// once.
func (v *Value[T]) Load() (T, error) {
	value, err := get(v.kept)
	t, _ := value.(T) // nil is of no type
	return t, err
}

// Peek returns what there is of the value now, and computes nothing: the kept
// value or, if the stop button cut it short, the partial one. Figures and tables
// that the cell shows after that say which. ok is false if there is neither, or
// if its code or inputs have changed since.
//
//	if run, ok := nerlab.Peek(); ok {
//		kernel.Show(overview(run))
//	}
func (v *Value[T]) Peek() (value T, ok bool) {
	there, ok, err := peek(v.kept)
	Check(err)
	value, _ = there.(T) // nil is of no type
	return value, ok
}

// Now is Peek for a cell that is of no use without the value: if there is none
// it ends the cell with a line that says so. Figures after a stop show what was
// computed, and compute nothing.
func (v *Value[T]) Now() T {
	value, ok := v.Peek()
	if !ok {
		Check(fmt.Errorf("kernel: there is nothing of %q yet: run the cell that computes it", v.kept.Name()))
	}
	return value
}

// there returns what there is of the value, whole or partial, or computes it:
// after a stop, figures show what was computed.
func (v *Value[T]) there() T {
	if value, ok := v.Peek(); ok {
		return value
	}
	return v.Get()
}

var errNoValue = errors.New("kernel: a Value that Keep did not make has none")

//
//go:noinline
func get(v declared) (any, error) {
	if v == nil {
		return nil, errNoValue
	}
	return v.Get()
}

//
//go:noinline
func peek(v declared) (any, bool, error) {
	if v == nil {
		return nil, false, errNoValue
	}
	value, partial, ok, err := v.Peek()
	running.Cut(partial)
	return value, ok, err
}
