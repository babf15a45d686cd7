package myogen

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/state"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/units"
)

// Recording writes one variable of all cells of a population to an .npy file
// while the simulation goes on, so that memory does not grow with its length:
// float64, a row for the initial state and one for each step, a column for
// each cell, in the units of the variable (see [Probe]). The file is there once Run
// has reached its end, or Close was called; until then the rows stand in a file
// with .partial behind its name. A simulation that was saved goes on with that
// file; [ResumeState] refuses one that has changed.
type Recording struct {
	Population  string
	Compartment int
	Variable    string // as in Probe
	Path        string // .npy
}

func (r *Recording) fields() []fields.Field {
	return []fields.Field{
		{Name: "population", Doc: "population of the cells", Required: true, Value: fields.Name(&r.Population)},
		{Name: "compartment", Doc: "0 is the soma, 1... the dendrites", Default: "0", Value: fields.Int(&r.Compartment, 0, 4)},
		{Name: "variable", Doc: "v for the potential, or the name of a gate, of calcium or of a current", Default: "v", Value: fields.Name(&r.Variable)},
		{Name: "path", Doc: "the .npy file to write", Required: true, Value: fields.Name(&r.Path)},
	}
}

// recordsNothing refuses recordings where many runs would write to one file.
func (e Experiment) recordsNothing() error {
	if len(e.RecordAll) == 0 {
		return nil
	}
	return fields.At("record_all", fields.Index(0, fmt.Errorf("every run would write to %s; leave it out, and record in a run of its own", e.RecordAll[0].Path)))
}

// recorder is a Recording that runs.
type recorder struct {
	Recording
	traces []*engine.Trace // of each cell, emptied after each epoch
	rows   *npz.Rows
	row    []float64
	end    struct { // of rows that were closed
		closed bool
		rows   int
		sum    [sha256.Size]byte
	}
}

// record begins the recordings.
func (s *Simulation) record() error {
	for k, r := range s.experiment.RecordAll {
		i := s.experiment.recordings[k]
		rec := &recorder{Recording: r, row: make([]float64, s.pops[i].size)}
		for c := range rec.row {
			n := s.neuron(i, c)
			trace := &engine.Trace{Value: n.Cell.Variable(r.Compartment, potential(r.Variable)), Streamed: true}
			rec.traces = append(rec.traces, trace)
			n.Traces = append(n.Traces, trace)
		}
		var err error
		if rec.rows, err = npz.CreateRows(r.Path, len(rec.row)); err != nil {
			return fmt.Errorf("recording: %w", err)
		}
		s.recorders = append(s.recorders, rec)
		s.epoch = min(s.epoch, max(1, maxHeld/len(rec.row)))
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

// checkSpace refuses recordings up to a time that do not fit on their disks.
func (s *Simulation) checkSpace(until units.Time) error {
	n, err := countSteps(until, s.step())
	if err != nil {
		return prefixed(err)
	}
	var needs []atomicfile.Need
	for _, r := range s.recorders {
		if r.rows != nil {
			needs = append(needs, atomicfile.Need{Path: r.Path, Bytes: r.rows.Needs(n + 1)})
		}
	}
	if err := atomicfile.CheckFree(needs...); err != nil {
		return fmt.Errorf("myogen: record_all: %w; a shorter run, fewer cells or another disk takes less", err)
	}
	return nil
}

// Needs returns about how many bytes the results and a state of a run until a time
// have at least: recorded signals and cells, without spikes and before compression.
func (s *Simulation) Needs(until units.Time) (results, state int64) {
	s.mustBeMade()
	n, err := countSteps(until, s.step())
	if err != nil {
		return 0, 0
	}
	probes := int64(8*n) * int64(len(s.probes))
	results, state = probes, probes
	for _, p := range s.pops {
		if p.drive != nil && p.drive.values != nil {
			results += int64(8 * n)
		}
		if n := len(p.cells); n > 0 { // of one model
			state += int64(8*n) * int64(len(s.engine.Neurons[p.first].Cell.State()))
		}
	}
	return results, state
}

// words names what is recorded.
func (r Recording) words() string {
	return fmt.Sprintf("%s of compartment %d of %q", cmp.Or(r.Variable, "v"), r.Compartment, r.Population)
}

// recorded lists what is recorded.
func (s *Simulation) recorded() []string {
	var all []string
	for _, r := range s.recorders {
		all = append(all, r.words())
	}
	return all
}

// save flushes the rows and writes how many there are, and their checksum.
func (r *recorder) save(w *state.Writer) error {
	rows, sum := r.end.rows, r.end.sum
	if !r.end.closed || len(r.traces[0].Values) > 0 { // the latter is an error
		err := r.write()
		if err == nil {
			rows, sum, err = r.rows.SyncFollowed(w.Watch.Did)
		}
		if err != nil {
			return fmt.Errorf("recording: %w", err)
		}
	}
	w.Int("recording_rows", rows)
	w.Bytes("recording_sums", sum[:])
	return nil
}

// restore goes on with the rows that save has flushed after a number of steps.
func (r *recorder) restore(reader *state.Reader, steps int) error {
	rows, sum := reader.Int("recording_rows"), reader.Bytes("recording_sums", sha256.Size)
	if reader.Err != nil {
		return reader.Err
	}
	if rows != steps+1 {
		return fmt.Errorf("recording: %d rows after %d steps", rows, steps)
	}
	var err error
	if r.rows, err = (npz.Reader{Look: reader.Watch.Did}).ResumeRows(r.Path, len(r.row), rows, [sha256.Size]byte(sum)); err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	return nil
}

// Suspend ends the writing of the recordings, so that a simulation that
// [ResumeState] makes of a saved state can go on with them in this process, too.
// This one cannot go on then, if it has any.
func (s *Simulation) Suspend() error {
	if err := s.check(); err != nil {
		return prefixed(err)
	}
	var errs []error
	for _, r := range s.recorders {
		if r.rows != nil {
			errs = append(errs, r.write(), r.rows.Suspend())
			r.rows = nil
		}
	}
	return errors.Join(errs...)
}

// flushRecordings brings on the disk what Close waits for: gigabytes take it seconds, which
// can be followed and stopped. Errors of the disk are those of Close.
func (s *Simulation) flushRecordings(w *watch.Watch) error {
	w.Begin("flushing recordings", 0)
	for _, r := range s.recorders {
		if r.rows != nil {
			_, _, _ = r.rows.SyncFollowed(w.Did)
		}
		if w.Err() != nil {
			return w.Err()
		}
	}
	return nil
}

// Close ends the recordings and gives their files their names. The simulation
// cannot go on then, if it has any.
func (s *Simulation) Close() error {
	if err := s.check(); err != nil {
		return prefixed(err)
	}
	var errs []error
	for _, r := range s.recorders {
		if r.rows == nil {
			continue
		}
		err := r.write()
		if err == nil {
			r.end.rows, r.end.sum, err = r.rows.Sync()
		}
		if err == nil {
			err = r.rows.Close()
			r.end.closed = err == nil
		} else {
			err = errors.Join(err, r.rows.Suspend())
		}
		r.rows = nil
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
