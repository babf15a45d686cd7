// Package matlab reads the discharge times of motor units from MATLAB 5 files,
// as decomposition programs write them, by SciPy in the Python environment that
// "go run ./install nwb" adds.
package matlab

import (
	"context"
	"fmt"

	"gomyogen/myogen/format/python"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Options say what a file does not.
type Options struct {
	// Variable is the cell array of discharge times, or the matrix of zeros and
	// ones; a field of a structure is "signal.MUPulses". It may be empty where
	// there is one, or one called MUPulses.
	Variable string
	// Rate is given where discharge times are samples, of which the first is 1.
	// A scalar fsamp in the file says the same.
	Rate units.Frequency
	// Milliseconds says that discharge times are in ms; else they are in s.
	Milliseconds bool
}

// Read reads the discharge times in the file at path: a block of one segment,
// "units", with a train for each unit, from 0 to the last discharge. Whole
// numbers without a rate are refused, since they are samples.
func Read(path string, o Options) (*neo.Block, error) {
	t := python.Task{Task: "read matlab", In: path, Variable: o.Variable, Rate: float64(o.Rate)}
	if o.Milliseconds {
		t.Unit = "ms"
	}
	b, err := python.Read(context.Background(), t)
	if err != nil {
		return nil, fmt.Errorf("matlab: %s: %w", path, err)
	}
	return b, nil
}
