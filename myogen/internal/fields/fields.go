package fields

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Value is a place in a description.
type Value interface {
	// Read takes over what a node of a file says and checks it. What names the
	// value in errors.
	Read(f *File, what string, n ast.Node) error
	// Zero reports whether the value is Go's zero value.
	Zero() bool
	// Write returns the value as it stands in a file, nil where there is none;
	// with full, defaults are filled in and nothing is left out.
	Write(full bool) Node
	// Check returns what is wrong with the value: an *Error where it is in a
	// part of it.
	Check(what string) error
	// Schema returns the JSON Schema of the value.
	Schema() Schema
	// Child returns the value under a key or index.
	Child(element string) (Value, error)
}

// Field is one entry of a struct.
type Field struct {
	Name string
	Doc  string // one phrase, for the schema
	// Required says that the field must be given. Otherwise it may be left out,
	// and its zero value stands for Default; a zero that does not is out of the
	// value's bounds.
	Required bool
	Hint     string // what to do where it is missing, if that needs to be said
	Default  string // as it is written in a file; "" where there is none to tell
	Value    Value
}

// Struct returns the value of a struct with a table of fields.
func Struct(table func() []Field) Value { return structure{table, nil} }

// StructWith is Struct with a condition on the keys that a file gives.
func StructWith(table func() []Field, condition func(given func(key string) bool) error) Value {
	return structure{table, condition}
}

type structure struct {
	fields    func() []Field
	condition func(given func(key string) bool) error // nil is none
}

func names(table []Field) string {
	all := make([]string, len(table))
	for i, f := range table {
		all[i] = f.Name
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func (s structure) Read(f *File, what string, n ast.Node) error {
	entries, err := f.Mapping(what, n)
	if err != nil {
		return err
	}
	table := s.fields()
	given := map[string]bool{}
	for _, e := range entries {
		i := slices.IndexFunc(table, func(f Field) bool { return f.Name == e.Key })
		if i < 0 {
			return f.ErrorAt(e.At, "%s has no %q; it has %s%s", what, e.Key, names(table), meant(e.Key, table))
		}
		if err := table[i].Value.Read(f, e.Key, e.Value); err != nil {
			return err
		}
		given[e.Key] = true
	}
	for _, field := range table {
		if field.Required && !given[field.Name] {
			return f.ErrorAt(n, "%s: %s is missing%s", what, field.Name, field.Hint)
		}
	}
	if s.condition != nil {
		if err := s.condition(func(key string) bool { return given[key] }); err != nil {
			return f.ErrorAt(n, "%s: %v", what, err)
		}
	}
	return nil
}

func (s structure) Zero() bool {
	for _, f := range s.fields() {
		if !f.Value.Zero() {
			return false
		}
	}
	return true
}

func (s structure) Write(full bool) Node {
	m := &Map{}
	for _, f := range s.fields() {
		zero := f.Value.Zero() && !f.Required
		if zero && full && f.Default != "" {
			m.Add(f.Name, Text(f.Default))
			continue
		}
		if zero && !full {
			continue
		}
		n := f.Value.Write(full)
		if _, scalar := n.(Text); n != nil && !(zero && scalar) { // a zero without a default is none
			m.Add(f.Name, n)
		}
	}
	return m
}

func (s structure) Check(string) error {
	for _, f := range s.fields() {
		if f.Value.Zero() && !f.Required {
			continue
		}
		if err := f.Value.Check(f.Name); err != nil {
			return At(f.Name, err)
		}
	}
	return nil
}

func (s structure) Schema() Schema {
	properties := map[string]any{}
	var required []string
	for _, f := range s.fields() {
		p := f.Value.Schema()
		if f.Doc != "" {
			p = p.with("description", f.Doc)
		}
		if f.Default != "" {
			p = p.with("default", typed(f.Default))
		}
		properties[f.Name] = p
		if f.Required {
			required = append(required, f.Name)
		}
	}
	schema := Schema{"type": "object", "properties": properties, "additionalProperties": false}
	if required != nil {
		schema["required"] = required
	}
	return schema
}

// typed returns a default as JSON has it: a number or a boolean where it reads
// as one.
func typed(text string) any {
	var v any
	if json.Unmarshal([]byte(text), &v) == nil {
		return v
	}
	return text
}

func (s structure) Child(element string) (Value, error) {
	table := s.fields()
	for _, f := range table {
		switch {
		case f.Name != element:
		case f.Default != "":
			return defaulted{f.Value, f.Default}, nil
		default:
			return f.Value, nil
		}
	}
	return nil, fmt.Errorf("there is no %q; there are %s%s", element, names(table), meant(element, table))
}

// defaulted is a value whose zero stands for another.
type defaulted struct {
	Value
	text string
}

func (d defaulted) Write(full bool) Node {
	if d.Zero() {
		return Text(d.text)
	}
	return d.Value.Write(full)
}

// Inner returns the value itself, which is the default where it was zero.
func (d defaulted) Inner() Value {
	if d.Zero() {
		if f, docs, err := Parse("default", []byte(d.text)); err == nil && len(docs) == 1 {
			_ = d.Read(f, "default", docs[0]) // a default that cannot be read is a word
		}
	}
	return d.Value
}
