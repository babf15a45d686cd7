package myogen

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// yamlFile is a YAML text that is read strictly. Its errors name file, line
// and column.
type yamlFile struct{ name string }

// errorAt is an error about a place in the file.
func (y yamlFile) errorAt(n ast.Node, format string, args ...any) error {
	p := n.GetToken().Position
	return fmt.Errorf("myogen: %s:%d:%d: %s", y.name, p.Line, p.Column, fmt.Sprintf(format, args...))
}

// Bounds of a text, far above what anybody writes: the parser takes time with
// the square of the depth.
const (
	maxYAMLBytes = 1 << 20
	maxYAMLDepth = 100
)

// parse returns the documents of a text.
func (y yamlFile) parse(text []byte) ([]ast.Node, error) {
	if len(text) > maxYAMLBytes {
		return nil, fmt.Errorf("myogen: %s: %d bytes, must be at most %d", y.name, len(text), maxYAMLBytes)
	}
	if tooDeep(text) {
		return nil, fmt.Errorf("myogen: %s: lists are nested more than %d deep", y.name, maxYAMLDepth)
	}
	file, err := parser.ParseBytes(text, 0)
	var syntax yaml.Error
	switch {
	case errors.As(err, &syntax) && syntax.GetToken() != nil:
		p := syntax.GetToken().Position
		return nil, fmt.Errorf("myogen: %s:%d:%d: %s", y.name, p.Line, p.Column, syntax.GetMessage())
	case err != nil:
		return nil, fmt.Errorf("myogen: %s: %w", y.name, err)
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil {
			bodies = append(bodies, doc.Body)
		}
	}
	return bodies, nil
}

// tooDeep tells whether brackets, or the dashes that begin a line, are nested
// deeper than maxYAMLDepth.
func tooDeep(text []byte) bool {
	depth := 0
	for _, b := range text {
		switch b {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth > maxYAMLDepth {
			return true
		}
	}
	for line := range bytes.Lines(text) {
		marks := 0
		for len(line) > 0 && strings.IndexByte("-? \t:!&", line[0]) >= 0 {
			if line[0] != ' ' && line[0] != '\t' {
				marks++
			}
			line = line[1:]
		}
		if marks > maxYAMLDepth {
			return true
		}
	}
	return false
}

// entries returns the keys and values of a mapping.
func (y yamlFile) entries(what string, n ast.Node) ([]*ast.MappingValueNode, error) {
	mapping, ok := n.(*ast.MappingNode)
	if !ok {
		return nil, y.errorAt(n, "%s must be a list of keys, it is %s", what, strings.ToLower(n.Type().String()))
	}
	return mapping.Values, nil
}

// key returns a key's text.
func key(entry *ast.MappingValueNode) string { return entry.Key.GetToken().Value }

// field reads the value of one key.
type field func(ast.Node) error

// fields reads a mapping whose keys are those of set.
func (y yamlFile) fields(what string, n ast.Node, set map[string]field) error {
	entries, err := y.entries(what, n)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		read, ok := set[key(entry)]
		if !ok {
			return y.errorAt(entry.Key, "%s has no %q; it has %s", what, key(entry), strings.Join(slices.Sorted(maps.Keys(set)), ", "))
		}
		if err := read(entry.Value); err != nil {
			return err
		}
	}
	return nil
}

// list reads each item of a list.
func (y yamlFile) list(what string, n ast.Node, item field) error {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return y.errorAt(n, "%s must be a list, it is %s", what, strings.ToLower(n.Type().String()))
	}
	for _, v := range list.Values {
		if err := item(v); err != nil {
			return err
		}
	}
	return nil
}

func (y yamlFile) number(what string, n ast.Node) (float64, error) {
	x, ok := 0.0, false
	switch n := n.(type) {
	case *ast.IntegerNode:
		switch v := n.Value.(type) {
		case int64:
			x, ok = float64(v), true
		case uint64:
			x, ok = float64(v), true
		}
	case *ast.FloatNode:
		x, ok = n.Value, true
	case *ast.StringNode: // YAML 1.1 takes 3e-5 for text
		v, err := strconv.ParseFloat(n.Value, 64)
		x, ok = v, err == nil
	case *ast.NanNode, *ast.InfinityNode:
		return 0, y.errorAt(n, "%s is %s, must be a finite number", what, n.String())
	}
	if !ok {
		return 0, y.errorAt(n, "%s must be a number, it is %q", what, n.String())
	}
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0, y.errorAt(n, "%s is %v, must be a finite number", what, x)
	}
	return x, nil
}

// integer reads a number from 0 to most.
func (y yamlFile) integer(what string, n ast.Node, most uint64) (uint64, error) {
	if i, ok := n.(*ast.IntegerNode); ok {
		switch v := i.Value.(type) {
		case int64:
			if v >= 0 && uint64(v) <= most {
				return uint64(v), nil
			}
		case uint64:
			if v <= most {
				return v, nil
			}
		}
	}
	return 0, y.errorAt(n, "%s must be a whole number from 0 to %d, it is %q", what, most, n.String())
}

func (y yamlFile) text(what string, n ast.Node) (string, error) {
	s, ok := n.(*ast.StringNode)
	if !ok {
		return "", y.errorAt(n, "%s must be a text, it is %q", what, n.String())
	}
	return s.Value, nil
}

func (y yamlFile) boolean(what string, n ast.Node) (bool, error) {
	b, ok := n.(*ast.BoolNode)
	if !ok {
		return false, y.errorAt(n, "%s must be true or false, it is %q", what, n.String())
	}
	return b.Value, nil
}
