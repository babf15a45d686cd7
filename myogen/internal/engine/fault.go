package engine

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// CellError is a cell that could not go on: its potential, a gate or a concentration
// has left the range that it can have.
type CellError struct {
	Cell int     // index in Neurons
	Step int     // after which it was found
	T    float64 // ms, at the end of that step
	Err  error   // says what and when
}

func (e *CellError) Error() string { return fmt.Sprintf("cell %d: %v", e.Cell, e.Err) }
func (e *CellError) Unwrap() error { return e.Err }

// checkEvery is how often, in steps, every cell is checked. It counts from the
// start of the simulation, so that an error does not depend on where epochs begin.
// A potential that leaves its range is found at once: kernels leave such a step to
// the reference code.
const checkEvery = 128

// check keeps the first fault of the tile's cells after a step of the epoch.
func (t *tile) check(e *Engine) {
	if t.fault != nil {
		return
	}
	if lane, f := t.block.Check(); f != nil {
		now := e.begin[t.ended]
		err := errors.New(f.Text(formatTime(now, e.Dt)))
		t.fault = &CellError{Cell: lane, Step: e.Step + t.ended - 1, T: now, Err: err}
	}
}

// firstFault returns the fault that came first in the epoch, in the order of the
// cells if several came at the same step, or nil.
func (e *Engine) firstFault() *CellError {
	var first *CellError
	cells := 0 // before the tile
	for _, t := range e.tiles {
		if f := t.fault; f != nil && (first == nil || f.Step < first.Step) {
			first = f
			first.Cell += cells
		}
		cells += len(t.neurons)
	}
	return first
}

// formatTime writes a time in ms with as many decimals as tell steps of dt apart.
func formatTime(t, dt float64) string {
	const most = 6
	decimals := 1
	for x := 10 * dt; decimals < most && math.Abs(x-math.Round(x)) > 1e-6*x; x *= 10 {
		decimals++
	}
	return strconv.FormatFloat(t, 'f', decimals, 64)
}
