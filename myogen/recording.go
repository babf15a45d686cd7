package myogen

import (
	"errors"
	"fmt"
	"strings"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/engine"
)

// Recording writes one variable of all cells of a population to an .npy file
// while the simulation goes on, so that memory does not grow with its length:
// float64, a row for the initial state and one for each step, a column for
// each cell, in the units of the variable (see Probe). The file is there once Run
// has reached its end, or Close was called.
type Recording struct {
	Population  string
	Compartment int
	Variable    string // as in Probe
	Path        string // .npy
}

// recorder is a Recording that runs.
type recorder struct {
	Recording
	traces []*engine.Trace // of each cell, emptied after each epoch
	rows   *npz.Rows
	row    []float64
}

// record begins the recordings.
func (s *Simulation) record() error {
	for _, r := range s.cfg.RecordAll {
		i, err := s.network.checkProbe(Probe{Population: r.Population, Compartment: r.Compartment})
		if err != nil {
			return err
		}
		sim := s.pops[i]
		rec := &recorder{Recording: r, row: make([]float64, sim.size)}
		for c := range sim.size {
			n := s.neuron(i, c)
			trace := &engine.Trace{Value: n.Cell.Variable(r.Compartment, r.Variable)}
			if trace.Value == nil {
				return fmt.Errorf("myogen: recording to %s: compartment %d of a cell of %q has no %q; it has %s", r.Path,
					r.Compartment, r.Population, r.Variable, strings.Join(n.Cell.Variables(r.Compartment), ", "))
			}
			rec.traces = append(rec.traces, trace)
			n.Traces = append(n.Traces, trace)
		}
		if rec.rows, err = npz.CreateRows(r.Path, sim.size); err != nil {
			return fmt.Errorf("myogen: recording: %w", err)
		}
		s.recorders = append(s.recorders, rec)
		s.epoch = min(s.epoch, max(1, maxHeld/sim.size))
	}
	return nil
}

// maxHeld is how many numbers of a recording are held in memory.
const maxHeld = 1 << 20

// write writes what has been recorded since.
func (r *recorder) write() error {
	if r.rows == nil {
		return fmt.Errorf("myogen: the recording to %s is closed", r.Path)
	}
	for k := range r.traces[0].Values {
		for i, t := range r.traces {
			r.row[i] = t.Values[k]
		}
		if err := r.rows.Append(r.row); err != nil {
			return fmt.Errorf("myogen: recording: %w", err)
		}
	}
	for _, t := range r.traces {
		t.Values = t.Values[:0]
	}
	return nil
}

// Close ends the recordings and gives their files their names. The simulation
// cannot go on then, if it has any.
func (s *Simulation) Close() error {
	var errs []error
	for _, r := range s.recorders {
		if r.rows == nil {
			continue
		}
		err := r.write()
		if err == nil {
			err = r.rows.Close()
		} else {
			r.rows.Discard()
		}
		r.rows = nil
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
