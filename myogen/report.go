package myogen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/units"
)

// Report records how a result was made: enough to repeat the run and to verify
// that it gives the same spikes. The experiment determines all of it but Session.
type Report struct {
	Seed        uint64             `json:"seed"`
	Draws       string             `json:"draws"` // order of the random draws
	Method      string             `json:"method"`
	StepMs      float64            `json:"step_ms"`
	Steps       int                `json:"steps"`
	RequestedMs float64            `json:"requested_ms"`
	SimulatedMs float64            `json:"simulated_ms"`
	Partial     bool               `json:"partial"`
	Populations []PopulationReport `json:"populations"`
	// Warnings are what the run does that the experiment may not mean.
	Warnings          []string    `json:"warnings,omitempty"`
	SpikesSHA256      string      `json:"spikes_sha256"` // of neo.Block.SpikeSHA256
	FingerprintSHA256 string      `json:"fingerprint_sha256"`
	Fingerprint       Fingerprint `json:"fingerprint"`
	Session           Session     `json:"session"`
}

// PopulationReport counts the spikes of a population.
type PopulationReport struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Cells  int    `json:"cells"`
	Active int    `json:"active"` // cells with a spike
	Spikes int    `json:"spikes"`
}

// Session is where and how fast a run was made. It decides no spike.
type Session struct {
	Go       string    `json:"go"`
	Module   string    `json:"module"`             // path and version
	Revision string    `json:"revision,omitempty"` // of the module's source, where the build knows it
	Platform string    `json:"platform"`           // GOOS/GOARCH
	Engine   string    `json:"engine"`
	Workers  int       `json:"workers"`
	WallS    float64   `json:"wall_s"`        // time spent in Simulation.Run, all sessions of a resumed run together
	Date     time.Time `json:"date,omitzero"` // left empty unless the caller sets it
}

// Report returns the report of the result. It panics where no simulation has made the
// result.
func (r *Result) Report() Report {
	if err := r.check(); err != nil {
		panic("myogen: " + err.Error())
	}
	report := r.Origin
	report.Steps, report.RequestedMs, report.SimulatedMs, report.Partial = r.Steps, float64(r.Requested), float64(r.Simulated), r.Partial()
	report.SpikesSHA256 = r.Block.SpikeSHA256()
	report.Populations = slices.Clone(r.Origin.Populations)
	for i := range report.Populations {
		p := &report.Populations[i]
		s, err := r.Block.Segment(p.Name)
		if err != nil {
			continue // taken out of the block
		}
		p.Cells = len(s.SpikeTrains)
		for _, t := range s.SpikeTrains {
			p.Spikes += len(t.Times)
			if len(t.Times) > 0 {
				p.Active++
			}
		}
	}
	return report
}

// origin returns what of a report is known before anything is recorded.
func (s *Simulation) origin() Report {
	e := s.experiment
	r := Report{
		Seed: e.Seed, Draws: e.Draws.String(), Method: e.Method.String(), StepMs: float64(s.step()),
		Warnings: s.warnings, Fingerprint: s.fingerprint, FingerprintSHA256: s.hash, Session: newSession(),
	}
	r.Session.Engine, r.Session.Workers, r.Session.WallS = s.backend.String(), s.engine.Workers, s.wall.Seconds()
	for _, p := range s.pops {
		r.Populations = append(r.Populations, PopulationReport{Name: p.name, Kind: p.kind()})
	}
	return r
}

// String prints the report in a few lines.
func (r Report) String() string {
	var b strings.Builder
	state := ""
	if r.Partial {
		state = fmt.Sprintf(", stopped before %v", units.Time(r.RequestedMs))
	}
	fmt.Fprintf(&b, "Run of %v%s: %d steps of %v, %s\n", units.Time(r.SimulatedMs).Round(units.Us), state, r.Steps, units.Time(r.StepMs), r.Method)
	fmt.Fprintf(&b, "  seed           %d, %s\n", r.Seed, r.Draws)
	for _, p := range r.Populations {
		fmt.Fprintf(&b, "  %-14s %d spikes of %d %s, %d active\n", p.Name, p.Spikes, p.Cells, p.Kind, p.Active)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "  warning        %s\n", w)
	}
	fmt.Fprintf(&b, "  spikes         sha256 %s\n", r.SpikesSHA256)
	fmt.Fprintf(&b, "  fingerprint    sha256 %s\n", r.FingerprintSHA256)
	s := r.Session
	fmt.Fprintf(&b, "  made by        %s, %s, %s, %s, %d workers, %.2f s", strings.TrimSpace(s.Module+" "+s.Revision), s.Go, s.Platform, s.Engine, s.Workers, s.WallS)
	if !s.Date.IsZero() {
		fmt.Fprintf(&b, ", %s", s.Date.Format(time.RFC3339))
	}
	return b.String()
}

// ReportPath returns the name of the report that stands beside a result:
// "results.npz" has "results.report.json".
func ReportPath(path string) string { return strings.TrimSuffix(path, ".npz") + ".report.json" }

// PartialPath returns where a partial result is saved that was to be saved at path, so
// that it does not replace a complete one: path itself if there is no file, or one whose
// report calls it partial, and "results.partial.npz" for "results.npz" otherwise.
func PartialPath(path string) string {
	for {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return path
		}
		var r Report
		if text, err := readSmall(ReportPath(path)); err == nil && json.Unmarshal(text, &r) == nil && r.Partial {
			return path
		}
		path = strings.TrimSuffix(path, ".npz") + ".partial.npz"
	}
}

// Save writes the block to path, an .npz file, and the report beside it.
func (r *Result) Save(path string) error { return r.SaveContext(context.Background(), path) }

// SaveContext is [Result.Save] that ends with the error of ctx soon after it is
// cancelled, and then leaves the block of before, without its report. It reports to the
// Starting of an [Observer] how far it is: a gigabyte takes seconds.
func (r *Result) SaveContext(ctx context.Context, path string) error {
	if ctx == nil {
		return prefixed(errNoContext)
	}
	if err := r.check(); err != nil {
		return prefixed(err)
	}
	w := watch.Of(ctx)
	var text []byte
	err := w.While("making the report", func() (err error) {
		text, err = json.MarshalIndent(r.Report(), "", "  ")
		return err
	})
	switch {
	case w.Err() != nil:
		return prefixed(w.Err())
	case err != nil:
		return fmt.Errorf("myogen: report: %w", err)
	}
	// A report never stands beside the block of another run: the old one goes first, the
	// new one, written by then, comes last.
	w.Begin("writing the report", len(text)+1)
	report, err := atomicfile.Create(ReportPath(path))
	if err != nil {
		return fmt.Errorf("myogen: report: %w", err)
	}
	report.Follow(w.Did)
	_, err = report.Write(append(text, '\n'))
	if err == nil {
		err = report.RemoveOld()
	}
	if err != nil {
		return fmt.Errorf("myogen: report: %w", errors.Join(err, report.Discard()))
	}
	w.Begin("writing the results", r.size())
	if err := (npz.Writer{Look: w.Did}).WriteBlock(path, r.Block); err != nil {
		return errors.Join(err, report.Discard())
	}
	if err := report.Commit(); err != nil {
		return fmt.Errorf("myogen: report: %w", err)
	}
	return nil
}

// size returns how many bytes the spikes and samples have.
func (r *Result) size() int {
	n := 0
	for _, s := range r.Block.Segments {
		for _, t := range s.SpikeTrains {
			n += 8 * len(t.Times)
		}
		for _, a := range s.AnalogSignals {
			n += 8 * len(a.Values)
		}
	}
	return n
}

// LoadReport reads the report that Save wrote beside the block at path, and
// checks that the block's spikes have the SHA-256 that it records.
func LoadReport(path string) (Report, error) {
	var r Report
	text, err := readSmall(ReportPath(path))
	if err != nil {
		return r, fmt.Errorf("myogen: %w", err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("myogen: %s: %w", ReportPath(path), err)
	}
	b, err := npz.ReadBlock(path)
	if err != nil {
		return r, err
	}
	if sum := b.SpikeSHA256(); sum != r.SpikesSHA256 {
		return r, fmt.Errorf("myogen: %s tells of spikes with the checksum %s, those of %s have %s", ReportPath(path), r.SpikesSHA256, path, sum)
	}
	return r, nil
}
