package myogen

import (
	"context"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/watch"
)

// Sweep is an experiment that is run again and again with some of its values
// changed. Package sweep runs it.
type Sweep struct {
	Experiment Experiment
	Axes       []Axis
	// Zip steps all axes together. Otherwise each value of an axis meets each of
	// the others, and the last axis changes fastest.
	Zip bool
	// Repeats is the number of runs of each point, with the seeds Experiment.Seed,
	// Seed + 1 and so on; 0 means 1.
	Repeats int
	// Recruitment names populations whose table has the times of recruitment and
	// derecruitment of each cell ([Recruitment]).
	Recruitment []string
	Trains      bool // keep the spike trains of each run
	// Statistics are further columns of the table. A file has none.
	Statistics []Statistic
}

// maxRuns bounds a sweep.
const maxRuns = 10_000_000

func (s *Sweep) fields() []fields.Field {
	return []fields.Field{
		{Name: "axes", Doc: "values that change", Required: true, Value: fields.ListOf(&s.Axes, "an axis",
			func(a *Axis) fields.Value { return fields.Struct(a.fields) })},
		{Name: "zip", Doc: "step all axes together", Default: "false", Value: fields.Bool(&s.Zip)},
		{Name: "repeats", Doc: "runs of each point, with seeds that follow one another", Default: "1", Value: fields.Int(&s.Repeats, 1, maxRuns)},
		{Name: "recruitment", Doc: "populations whose cells have columns for recruitment and derecruitment",
			Value: fields.ListOf(&s.Recruitment, "a population", fields.Name)},
		{Name: "trains", Doc: "keep the spike trains of each run", Default: "false", Value: fields.Bool(&s.Trains)},
	}
}

// file is the table of a sweep's file: an experiment with one more key.
func (s *Sweep) file() []fields.Field { return append(s.Experiment.fields(), s.section()) }

// section is the field of the experiment's file that holds the sweep.
func (s *Sweep) section() fields.Field {
	return fields.Field{Name: sweepKey, Doc: "runs of the experiment with some of its values changed", Required: true, Value: fields.Struct(s.fields)}
}

const sweepKey = "sweep"

// LoadSweep reads an experiment file that has a key sweep.
func LoadSweep(path string) (*Plan, error) { return LoadSweepContext(context.Background(), path) }

// LoadSweepContext is [LoadSweep] under a context, as [Sweep.PlanContext].
func LoadSweepContext(ctx context.Context, path string) (*Plan, error) {
	if ctx == nil {
		return nil, prefixed(errNoContext)
	}
	return load(path, func(name string, text []byte) (*Plan, error) { return parseSweep(watch.Of(ctx), name, text) })
}

// ParseSweep reads the text of an experiment file that has a key sweep, and
// checks it.
func ParseSweep(name string, text []byte) (*Plan, error) { return parseSweep(nil, name, text) }

func parseSweep(w *watch.Watch, name string, text []byte) (*Plan, error) {
	var s Sweep
	plan := func(w *watch.Watch) (*Plan, error) { return s.plan(w) } // of what is read by then
	return parsePlan(name, text, s.file, &s.Experiment, w, plan)
}

// Fingerprint returns what decides the rows of the sweep, with all defaults, but
// for its Statistics, which are Go code.
func (s Sweep) Fingerprint() (Fingerprint, error) {
	return s.FingerprintContext(context.Background())
}

// FingerprintContext is [Sweep.Fingerprint] that ends with the error of ctx soon after it is
// cancelled.
func (s Sweep) FingerprintContext(ctx context.Context) (Fingerprint, error) {
	if ctx == nil {
		return nil, prefixed(errNoContext)
	}
	return planFingerprint(ctx, s.Experiment, s.section(), s.plan)
}

// YAML returns the text of the sweep's file.
func (s Sweep) YAML() (string, error) {
	return planYAML(s.file, &s.Experiment, s.plan)
}
