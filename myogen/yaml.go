package myogen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/units"
)

// LoadExperiment reads an experiment file, whose keys [Schema] describes. What
// it names without a folder lies beside it. The error names line and column of
// what is wrong.
func LoadExperiment(path string) (Experiment, error) {
	return load(path, ParseExperiment)
}

// FilesOf returns the files that an experiment file, or that of a sweep or a fit, names
// and that its experiment is read from: thresholds, parameters, pairs and samples.
func FilesOf(path string) ([]string, error) {
	text, err := readSmall(path)
	if err != nil {
		return nil, prefixed(err)
	}
	f, docs, err := fields.Parse(path, text)
	if err != nil {
		return nil, prefixed(err)
	}
	var e Experiment
	table := e.fields
	for _, plan := range []func() []fields.Field{new(Sweep).file, new(Fit).file} {
		if len(docs) == 1 && otherFile(f, docs[0], table()) != nil {
			table = plan
		}
	}
	err = readFile(f, docs, table, func() error { return nil })
	return f.Named, prefixed(err)
}

// load reads a file by the function that reads its text.
func load[T any](path string, parse func(name string, text []byte) (T, error)) (T, error) {
	text, err := readSmall(path)
	if err != nil {
		var none T
		return none, fmt.Errorf("myogen: %w", err)
	}
	return parse(path, text)
}

// ParseExperiment reads the text of an experiment file called name, and checks
// the experiment.
func ParseExperiment(name string, text []byte) (Experiment, error) {
	e, err := parseExperiment(name, text)
	if err != nil {
		return Experiment{}, prefixed(err)
	}
	return e, nil
}

func parseExperiment(name string, text []byte) (Experiment, error) {
	var e Experiment
	err := parseFile(name, text, e.fields, func() error {
		_, err := e.resolve()
		return err
	})
	return e, err
}

// parseFile reads the one document of a file by a table of fields and checks
// it. Errors name line and column.
func parseFile(name string, text []byte, table func() []fields.Field, check func() error) error {
	f, docs, err := fields.Parse(name, text)
	if err != nil {
		return err
	}
	return readFile(f, docs, table, check)
}

// readFile is parseFile of a file that was parsed.
func readFile(f *fields.File, docs []ast.Node, table func() []fields.Field, check func() error) error {
	name := f.Name
	switch {
	case len(docs) == 0:
		return fmt.Errorf("%s: the file is empty", name)
	case len(docs) > 1:
		return fmt.Errorf("%s: %d documents, must be one", name, len(docs))
	}
	if err := otherFile(f, docs[0], table()); err != nil {
		return err
	}
	if err := fields.Struct(table).Read(f, "the experiment", docs[0]); err != nil {
		return err
	}
	if err := check(); err != nil {
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return err // of no place in the file
		}
		var at *fields.Error
		if errors.As(err, &at) {
			return f.ErrorAt(f.Locate(docs[0], at.Path), "%v", err)
		}
		return f.ErrorAt(docs[0], "%v", err)
	}
	return nil
}

// otherFile names what reads a file of another kind.
func otherFile(f *fields.File, n ast.Node, table []fields.Field) error {
	entries, err := f.Mapping("the experiment", n)
	if err != nil {
		return err
	}
	readers := map[string]string{sweepKey: `a sweep: "myogen sweep" and LoadSweep read it`, fitKey: `a fit: "myogen fit" and LoadFit read it`}
	for _, e := range entries {
		if reader, ok := readers[e.Key]; ok && !slices.ContainsFunc(table, func(f fields.Field) bool { return f.Name == e.Key }) {
			return f.ErrorAt(e.At, "this is the file of %s", reader)
		}
	}
	return nil
}

// parsePlan reads the text of a file whose table holds an experiment and says what
// to do with it, and makes the plan of that.
func parsePlan[P any](name string, text []byte, table func() []fields.Field, e *Experiment, w *watch.Watch, plan func(*watch.Watch) (P, error)) (p P, err error) {
	err = parseFile(name, text, table, func() (err error) {
		if _, err = e.resolveUnder(w); err == nil {
			p, err = plan(w)
		}
		return err
	})
	return p, prefixed(err)
}

// planYAML returns the text of such a file.
func planYAML[P any](table func() []fields.Field, e *Experiment, plan func(*watch.Watch) (P, error)) (string, error) {
	r, err := e.resolve()
	if err == nil {
		_, err = plan(nil)
	}
	if err != nil {
		return "", prefixed(err)
	}
	*e = r.writable()
	return fields.YAML(fields.Struct(table).Write(false)), nil
}

// YAML returns the text of the experiment's file: [ParseExperiment] of it is
// the experiment. A shape that is a Go function stands by its values at the
// time steps of the run.
func (e Experiment) YAML() (string, error) {
	r, err := e.resolve()
	if err != nil {
		return "", prefixed(err)
	}
	w := r.writable()
	return fields.YAML(fields.Struct(w.fields).Write(false)), nil
}

// SaveYAML writes the experiment's file, complete or not at all.
func (e Experiment) SaveYAML(path string) error {
	text, err := e.YAML()
	if err != nil {
		return err
	}
	return prefixed(atomicfile.Write(path, []byte(text)))
}

// writable returns the experiment with shapes that a file can hold.
func (r *resolved) writable() Experiment {
	e := r.concreteShapes()
	step := stepOr(e.Step)
	n, _ := countSteps(e.Duration, step) // resolve has seen to it
	for i := range e.Inputs {
		e.Inputs[i].Shape = written(e.Inputs[i].Shape, n, func(k int) units.Time { return linspace(k, n, e.Duration) }, step)
	}
	// The last step of a run may begin after its end by a rounding.
	atStep := func(k int) units.Time { return units.Time(k) * step }
	for i := range e.Inject {
		e.Inject[i].Shape = written(e.Inject[i].Shape, n+1, atStep, step)
	}
	for i := range e.Modulate {
		e.Modulate[i].Shape = written(e.Modulate[i].Shape, n+1, atStep, step)
	}
	return e
}

// Schema returns the JSON Schema (draft 2020-12) of experiment files. Editors
// that know the YAML language server take it by a comment in the first line of
// a file:
//
//	# yaml-language-server: $schema=experiment.schema.json
func Schema() string {
	var e Experiment
	table := e.fields()
	for _, section := range []fields.Field{new(Sweep).section(), new(Fit).section()} {
		section.Required = false
		table = append(table, section)
	}
	s := fields.Struct(func() []fields.Field { return table }).Schema()
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "An experiment of gomyogen"
	s["$defs"] = map[string]any{"range": rangeSchema()}
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		panic(fmt.Sprintf("myogen: %v", err)) // it holds texts, numbers, lists and maps
	}
	return string(text) + "\n"
}
