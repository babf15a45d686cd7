// Package matlab reads the discharge times of motor units from MATLAB files, as
// decomposition programs write them: by SciPy, and h5py for version 7.3, in the
// Python environment that "go run ./install nwb" adds.
package matlab

import (
	"context"
	"fmt"
	"math"

	"gomyogen/myogen/format/python"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Options say what a file does not.
type Options struct {
	// Variable is the cell array of discharge times, or the matrix of zeros and
	// ones, sparse or not; a field of a structure is "signal.MUPulses". It may be
	// empty where there is one, or where one has the name that DEMUSE or MUedit
	// gives it: edition.Distimeclean, edition.Distime, MUPulses, signal.Dischargetimes.
	// Of an export of OTBiolab+ it is Data, the matrix that Description labels.
	Variable string
	// Rate is given where discharge times are samples, of which the first is 1.
	// A scalar fsamp in the file says the same.
	Rate units.Frequency
	// TimeUnit is the unit of times that are no samples: "s", "ms" or "us". Empty,
	// they are in s, but for whole numbers, which are samples.
	TimeUnit string
}

// Read reads the discharge times in the file at path: a block of one segment,
// "units", with a train for each unit, from 0 to the last discharge. Where the
// units are those of several grids of electrodes, as in MUedit's files, there is a
// segment for each, "units 1", "units 2".
func Read(ctx context.Context, path string, o Options) (*neo.Block, error) {
	switch {
	case o.TimeUnit != "" && o.TimeUnit != "s" && o.TimeUnit != "ms" && o.TimeUnit != "us":
		return nil, fmt.Errorf("matlab: %s: the unit of time is %q, must be s, ms or us", path, o.TimeUnit)
	case o.TimeUnit != "" && o.Rate != 0:
		return nil, fmt.Errorf("matlab: %s: times are in %s, or samples at %v: not both", path, o.TimeUnit, o.Rate)
	case o.Rate < 0 || math.IsNaN(float64(o.Rate)) || math.IsInf(float64(o.Rate), 0):
		return nil, fmt.Errorf("matlab: %s: the rate is %v, must be above 0", path, o.Rate)
	}
	b, err := python.Read(ctx, python.Task{Task: "read matlab", In: path, Variable: o.Variable, Rate: float64(o.Rate), Unit: o.TimeUnit})
	if err != nil {
		return nil, fmt.Errorf("matlab: %s: %w", path, err)
	}
	return b, nil
}
