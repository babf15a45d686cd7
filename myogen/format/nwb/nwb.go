// Package nwb writes a block to a Neurodata Without Borders file (Rübel et al.
// 2022, eLife 11:e78362) and reads the units and series of any such file.
//
// The work is done by pynwb, the library of the format's authors, in the Python
// environment that "go run ./install nwb" adds. Files are HDF5; NWB on Zarr is
// not written, since its own validator refuses what its library writes (pynwb
// 4.2, hdmf-zarr 0.14).
//
// A file holds a table of units - spike times in s, resolution (the time step of
// the run), observation intervals, unit_name, population and, where they are
// given, recruitment_threshold - a TimeSeries with unit and rate for each
// signal, drives under stimulus and all else under acquisition, the experiment
// as source_script, and the report of the run and the annotations in notes, as
// JSON. Since a time in ms need not be a thousand times one in s, to the last
// bit, there is a column spike_times_ms where it is not.
package nwb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/format/python"
	"gomyogen/myogen/neo"
)

// Session is what a file says besides the data. What is empty is not invented.
// NWB demands three things: the identifier is else the SHA-256 of the spikes, the
// description says how many trains and signals there are, and the start is the date
// in the report or else 1970, of which notes say that it stands for none. A
// recording without a subject has none, which nwbinspector calls critical; a
// simulation, a block with a report, says in its place that there is no subject and
// that sex, age and species are unknown.
type Session struct {
	Description  string   `json:"description"`
	Identifier   string   `json:"identifier"`
	Start        string   `json:"start,omitempty"` // ISO 8601: "2026-05-01T10:00:00+02:00"
	Experimenter []string `json:"experimenter,omitempty"`
	Institution  string   `json:"institution,omitempty"`
	Lab          string   `json:"lab,omitempty"`
	Keywords     []string `json:"keywords,omitempty"`
	Subject      *Subject `json:"subject,omitempty"`

	Report         string `json:"report,omitempty"`          // the run's report, as JSON
	Experiment     string `json:"experiment,omitempty"`      // the experiment's YAML
	ExperimentFile string `json:"experiment_file,omitempty"` // the name of that file

	// Thresholds are the recruitment thresholds of the cells of a population.
	Thresholds map[string][]float64 `json:"thresholds,omitempty"`
}

// Subject is who was recorded from.
type Subject struct {
	ID          string `json:"subject_id,omitempty"`
	Species     string `json:"species,omitempty"` // in Latin: "Homo sapiens"
	Sex         string `json:"sex,omitempty"`     // "F", "M", "U", "O"
	Age         string `json:"age,omitempty"`     // ISO 8601: "P27Y"
	Description string `json:"description,omitempty"`
}

// Write writes a block to the file at path, complete or not at all.
func Write(ctx context.Context, path string, b *neo.Block, s Session) error {
	if err := write(ctx, path, b, s); err != nil {
		return fmt.Errorf("nwb: %s: %w", path, err)
	}
	return nil
}

func write(ctx context.Context, path string, b *neo.Block, s Session) error {
	trains, signals := 0, 0
	seen := map[string]bool{}
	for _, x := range b.Segments {
		if seen[x.Name] {
			return fmt.Errorf("two populations are called %q", x.Name)
		}
		seen[x.Name] = true
		trains, signals = trains+len(x.SpikeTrains), signals+len(x.AnalogSignals)
	}
	if s.Description == "" {
		kind := "Recording"
		if s.Report != "" {
			kind = "Simulation"
		}
		s.Description = fmt.Sprintf("%s of %d cells and %d signals", kind, trains, signals)
	}
	if s.Identifier == "" {
		s.Identifier = b.SpikeSHA256()
	}
	for name, x := range s.Thresholds {
		segment, err := b.Segment(name)
		if err != nil {
			return fmt.Errorf("thresholds: %w", err)
		}
		if len(x) != len(segment.SpikeTrains) {
			return fmt.Errorf("population %q has %d cells and %d thresholds", name, len(segment.SpikeTrains), len(x))
		}
	}
	if s.Report != "" && !json.Valid([]byte(s.Report)) {
		return errors.New("the report is not JSON")
	}
	return python.Write(ctx, b, python.Task{Task: "write nwb", Session: s}, func(file string) error {
		return copyFile(path, file)
	})
}

// copyFile writes the content of a file to path, complete or not at all.
func copyFile(path, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	return atomicfile.WriteFunc(path, func(w io.Writer) error {
		_, err := io.Copy(w, in)
		return err
	})
}

// Read reads the units and the regularly sampled series of an NWB file, whoever
// wrote it. A file that [Write] wrote gives the block again, to the last bit. Of
// another, each population (column population of the units, else "units"),
// "acquisition" and "stimulus" becomes a segment; trains span the observation
// intervals or, without them, all spikes; the annotation "not_read" names series
// that are irregular, not numbers or too large.
func Read(ctx context.Context, path string) (*neo.Block, error) {
	b, err := python.Read(ctx, python.Task{Task: "read nwb", In: path})
	if err != nil {
		return nil, fmt.Errorf("nwb: %s: %w", path, err)
	}
	return b, nil
}

// Convert writes the results in an .npz file, with the report and the experiment
// that are beside it (results.report.json, results.yaml), to an NWB file.
func Convert(ctx context.Context, results, path string, s Session) error {
	b, err := npz.ReadBlock(results)
	if err != nil {
		return err
	}
	return WriteResults(ctx, results, b, path, s)
}

// WriteResults writes a block that was read from results; see [Convert].
func WriteResults(ctx context.Context, results string, b *neo.Block, path string, s Session) error {
	s, err := s.beside(results)
	if err != nil {
		return fmt.Errorf("nwb: %w", err)
	}
	return Write(ctx, path, b, s)
}

// maxBeside is how large a report or an experiment may be, in bytes; both become texts
// of the file.
const maxBeside = 64 << 20

// beside adds the files that a run writes beside its results.
func (s Session) beside(results string) (Session, error) {
	base := strings.TrimSuffix(results, filepath.Ext(results))
	for _, f := range []struct {
		path string
		text *string
	}{{base + ".report.json", &s.Report}, {base + ".yaml", &s.Experiment}} {
		if *f.text != "" {
			continue
		}
		data, err := atomicfile.Read(f.path, maxBeside)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return s, err
		}
		*f.text = string(data)
		if f.text == &s.Experiment {
			s.ExperimentFile = filepath.Base(f.path)
		}
	}
	return s, nil
}
