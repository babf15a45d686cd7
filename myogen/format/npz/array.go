package npz

import (
	"fmt"
	"math"
	"slices"
)

// Array is one array in C order: the last index varies fastest. Exactly one of
// Float, Int and Text is set.
type Array struct {
	Shape []int // nil for a single value
	Float []float64
	Int   []int64
	Text  []string
}

// Floats returns a one-dimensional array of float64.
func Floats(x []float64) Array { return Array{Shape: []int{len(x)}, Float: x} }

// Ints returns a one-dimensional array of int64.
func Ints(x []int64) Array { return Array{Shape: []int{len(x)}, Int: x} }

// Texts returns a one-dimensional array of text.
func Texts(x []string) Array { return Array{Shape: []int{len(x)}, Text: x} }

// exact is the largest integer below which every integer is a float64.
const exact = 1 << 53

// Numbers returns the values as float64, whether the array holds floats or
// integers. It refuses text and an integer that float64 would round.
func (a Array) Numbers() ([]float64, error) {
	switch {
	case a.Float != nil:
		return a.Float, nil
	case a.Int == nil:
		return nil, fmt.Errorf("it holds %s, not numbers", a.kind())
	}
	x := make([]float64, len(a.Int))
	for i, n := range a.Int {
		if n > exact || n < -exact {
			return nil, fmt.Errorf("value %d is the integer %d, which float64 cannot hold exactly", i, n)
		}
		x[i] = float64(n)
	}
	return x, nil
}

func (a Array) kind() string {
	switch {
	case a.Float != nil:
		return "floats"
	case a.Int != nil:
		return "integers"
	case a.Text != nil:
		return "text"
	}
	return "nothing"
}

// File is the arrays of an .npz file by name.
type File map[string]Array

// Names returns the names of the arrays in alphabetical order.
func (f File) Names() []string {
	names := make([]string, 0, len(f))
	for n := range f {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func (f File) array(name string) (Array, error) {
	a, ok := f[name]
	if !ok {
		return a, fmt.Errorf("there is no array %q; there are %q", name, f.Names())
	}
	return a, nil
}

// Floats returns the values of the array called name as float64; see
// [Array.Numbers].
func (f File) Floats(name string) ([]float64, error) {
	a, err := f.array(name)
	if err != nil {
		return nil, err
	}
	x, err := a.Numbers()
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", name, err)
	}
	return x, nil
}

// Ints returns the values of the array called name as integers. It accepts
// floats that are whole numbers.
func (f File) Ints(name string) ([]int64, error) {
	a, err := f.array(name)
	switch {
	case err != nil:
		return nil, err
	case a.Int != nil:
		return a.Int, nil
	case a.Float == nil:
		return nil, fmt.Errorf("array %q: it holds %s, not integers", name, a.kind())
	}
	n := make([]int64, len(a.Float))
	for i, x := range a.Float {
		if x != math.Trunc(x) || math.Abs(x) > exact {
			return nil, fmt.Errorf("array %q: value %d is %v, not an integer", name, i, x)
		}
		n[i] = int64(x)
	}
	return n, nil
}

// Texts returns the array of text called name.
func (f File) Texts(name string) ([]string, error) {
	a, err := f.array(name)
	switch {
	case err != nil:
		return nil, err
	case a.Text == nil:
		return nil, fmt.Errorf("array %q: it holds %s, not text", name, a.kind())
	}
	return a.Text, nil
}
