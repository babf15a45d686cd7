package fields

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// File is a YAML text that is read strictly. Its errors name file, line and
// column.
type File struct {
	Name    string
	Named   []string                     // files that were asked for by Beside
	anchors map[string][]*ast.AnchorNode // of each name, in their order
	single  bool                         // it is one number or word: its place says nothing
}

// ErrorAt returns an error about a place in the file.
func (f *File) ErrorAt(n ast.Node, format string, args ...any) error {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		n = m.Values[0].Key // its own token is the colon
	}
	text := shortened(fmt.Sprintf(format, args...))
	if f.single {
		return fmt.Errorf("%s: %s", f.Name, text)
	}
	p := n.GetToken().Position
	return fmt.Errorf("%s:%d:%d: %s", f.Name, p.Line, p.Column, text)
}

// shortened leaves out the middle of a text that is too long for an error, as one
// with a number of a million digits.
func shortened(text string) string {
	const most, end = 1000, 100
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-end]+" ... "+text[len(text)-end:], "")
}

// Bounds of a text, far above what anybody writes by hand: the parser's time
// grows with the square of the depth, and of the number of keys on lines of
// their own.
const (
	maxBytes    = 1 << 20
	maxDepth    = 100
	maxKeyLines = 5000
)

// Parse returns the documents of a text.
func Parse(name string, text []byte) (*File, []ast.Node, error) {
	f := &File{Name: name, anchors: map[string][]*ast.AnchorNode{}}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // a byte order mark
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return nil, nil, fmt.Errorf("%s: it is in UTF-16; save it as UTF-8", name)
	}
	if len(text) > maxBytes {
		return nil, nil, fmt.Errorf("%s: %d bytes, must be at most %d; long lists belong into .npy files", name, len(text), maxBytes)
	}
	if tooDeep(text) {
		return nil, nil, fmt.Errorf("%s: lists are nested more than %d deep", name, maxDepth)
	}
	lines := 0
	for line := range bytes.Lines(text) {
		if bytes.IndexByte(line, ':') >= 0 {
			lines++
		}
	}
	if lines > maxKeyLines {
		return nil, nil, fmt.Errorf("%s: %d lines have keys, must be at most %d", name, lines, maxKeyLines)
	}
	// The parser compares every key with every other; Mapping does it in linear time.
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	var syntax yaml.Error
	switch {
	case errors.As(err, &syntax) && syntax.GetToken() != nil:
		p := syntax.GetToken().Position
		return nil, nil, fmt.Errorf("%s:%d:%d: %s", name, p.Line, p.Column, syntax.GetMessage())
	case err != nil:
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if _, directive := doc.Body.(*ast.DirectiveNode); doc.Body != nil && !directive { // %YAML 1.2 says nothing more
			ast.Walk(anchorFinder{f}, doc.Body)
			bodies = append(bodies, doc.Body)
		}
	}
	return f, bodies, nil
}

// anchorFinder collects the anchors of a document.
type anchorFinder struct{ *File }

func (a anchorFinder) Visit(n ast.Node) ast.Visitor {
	if anchor, ok := n.(*ast.AnchorNode); ok {
		name := anchor.Name.GetToken().Value
		a.anchors[name] = append(a.anchors[name], anchor)
	}
	return a
}

// resolve follows anchors and aliases to the node that is meant.
func (f *File) resolve(n ast.Node) (ast.Node, error) {
	for range maxDepth {
		switch x := n.(type) {
		case *ast.AnchorNode:
			n = x.Value
		case *ast.AliasNode:
			name := x.Value.GetToken().Value
			all := f.anchors[name] // in their order in the file
			after := sort.Search(len(all), func(i int) bool { return !before(all[i], n) })
			if after == 0 {
				return nil, f.ErrorAt(n, "there is no anchor &%s before it", name)
			}
			n = all[after-1].Value
		case *ast.TagNode:
			return nil, f.ErrorAt(n, "tags such as %s are not supported", x.Start.Value)
		default:
			return n, nil
		}
	}
	return nil, f.ErrorAt(n, "the alias leads in a circle")
}

// before reports whether a node begins before another one.
func before(a, b ast.Node) bool {
	p, q := a.GetToken().Position, b.GetToken().Position
	return p.Line < q.Line || p.Line == q.Line && p.Column < q.Column
}

// tooDeep reports whether brackets, or the dashes that begin a line, are nested
// deeper than maxDepth.
func tooDeep(text []byte) bool {
	depth := 0
	for _, b := range text {
		switch b {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth > maxDepth {
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
		if marks > maxDepth {
			return true
		}
	}
	return false
}

// Entry is a key of a mapping with its value.
type Entry struct {
	Key   string
	At    ast.Node // of the key
	Value ast.Node
}

// Mapping returns the keys and values of a mapping.
func (f *File) Mapping(what string, n ast.Node) ([]Entry, error) {
	n, err := f.resolve(n)
	if err != nil {
		return nil, err
	}
	mapping, ok := n.(*ast.MappingNode)
	if !ok {
		return nil, f.ErrorAt(n, "%s must be a list of keys, it is %s", what, kindWords(n))
	}
	entries := make([]Entry, len(mapping.Values))
	first := map[string]ast.Node{}
	for i, v := range mapping.Values {
		key := v.Key.GetToken().Value
		if other, again := first[key]; again {
			p := other.GetToken().Position
			return nil, f.ErrorAt(v.Key, "the key %q stands already at %d:%d", key, p.Line, p.Column)
		}
		first[key] = v.Key
		if v.Key.Type() == ast.MergeKeyType {
			return nil, f.ErrorAt(v.Key, "%s: merge keys (<<) are not supported", what)
		}
		if v.Key.Type() == ast.NullType {
			return nil, f.ErrorAt(v.Key, "a key is empty, %q; a name is written in quotes", key)
		}
		entries[i] = Entry{key, v.Key, v.Value}
	}
	return entries, nil
}

// Sequence returns the items of a list.
func (f *File) Sequence(what string, n ast.Node) ([]ast.Node, error) {
	n, err := f.resolve(n)
	if err != nil {
		return nil, err
	}
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return nil, f.ErrorAt(n, "%s must be a list, it is %s", what, kindWords(n))
	}
	return list.Values, nil
}

// kindWords says what a node is, in errors.
func kindWords(n ast.Node) string {
	switch n := n.(type) {
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a list of keys"
	case *ast.NullNode:
		return "empty"
	case *ast.LiteralNode:
		return fmt.Sprintf("%.40q", n.Value.Value)
	}
	return fmt.Sprintf("%.40q", n.GetToken().Value)
}

// Kind says what a node is.
type Kind int

// The kinds of nodes.
const (
	Scalar Kind = iota
	Sequence
	Mapping
)

// Kind returns what a node is.
func (f *File) Kind(n ast.Node) Kind {
	if n, err := f.resolve(n); err == nil {
		switch n.(type) {
		case *ast.SequenceNode:
			return Sequence
		case *ast.MappingNode:
			return Mapping
		}
	}
	return Scalar
}

// Scalar returns the text of a value that is neither list nor mapping.
func (f *File) Scalar(what string, n ast.Node) (string, error) {
	n, err := f.resolve(n)
	if err != nil {
		return "", err
	}
	switch n := n.(type) {
	case *ast.SequenceNode, *ast.MappingNode, *ast.MappingValueNode:
		return "", f.ErrorAt(n, "%s must be one value, it is %s", what, kindWords(n))
	case *ast.NullNode:
		return "", f.ErrorAt(n, "%s has no value", what)
	case *ast.LiteralNode:
		return n.Value.Value, nil
	}
	return n.GetToken().Value, nil
}

// leadingZero reports whether a number begins with a zero that YAML 1.1 takes
// for an octal and everybody else for nothing.
func leadingZero(text string) bool {
	digits := strings.TrimLeft(text, "+-")
	return len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9'
}

// Number reads a finite number.
func (f *File) Number(what string, n ast.Node) (float64, error) {
	text, err := f.Scalar(what, n)
	if err != nil {
		return 0, err
	}
	x, err := ParseNumber(what, text)
	if err != nil {
		return 0, f.ErrorAt(n, "%v", err)
	}
	return x, nil
}

// ParseNumber reads a finite number as a file has it.
func ParseNumber(what, text string) (float64, error) {
	switch strings.ToLower(text) {
	case ".nan", ".inf", "+.inf", "-.inf", "nan", "inf", "+inf", "-inf", "infinity":
		return 0, fmt.Errorf("%s is %s, must be a finite number", what, text)
	}
	if leadingZero(text) {
		return 0, fmt.Errorf("%s is %q; a number must not begin with 0", what, text)
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) || strings.ContainsAny(text, "xX_") { // Go's numbers, not YAML's
		return 0, fmt.Errorf("%s must be a number, it is %q", what, text)
	}
	if math.IsInf(x, 0) {
		return 0, fmt.Errorf("%s is %s, must be a finite number", what, text)
	}
	return x, nil
}

// Integer reads a whole number from least to most.
func (f *File) Integer(what string, n ast.Node, least int64, most uint64) (uint64, error) {
	text, err := f.Scalar(what, n)
	if err != nil {
		return 0, err
	}
	if leadingZero(text) {
		return 0, f.ErrorAt(n, "%s is %q; a number must not begin with 0", what, text)
	}
	x, err := strconv.ParseUint(text, 10, 64)
	if err != nil || x > most || least > 0 && x < uint64(least) {
		return 0, f.ErrorAt(n, "%s must be a whole number from %d to %d, it is %q", what, least, most, text)
	}
	return x, nil
}

// Locate returns the deepest node of a document on a path, passing through
// keys that a path leaves out.
func (f *File) Locate(n ast.Node, p Path) ast.Node {
	at := n
	for len(p) > 0 {
		resolved, err := f.resolve(n)
		if err != nil {
			return at
		}
		var next ast.Node
		switch x := resolved.(type) {
		case *ast.MappingNode:
			for _, v := range x.Values {
				if v.Key.GetToken().Value == p[0] {
					next, at = v.Value, v.Value
				}
			}
			if next == nil && len(x.Values) == 1 { // the kind of a union
				n = x.Values[0].Value
				continue
			}
		case *ast.SequenceNode:
			if i, ok := index(p[0]); ok && i < len(x.Values) {
				next, at = x.Values[i], x.Values[i]
			}
		}
		if next == nil {
			return at
		}
		n, p = next, p[1:]
	}
	return at
}

// Beside returns the path of a file that this one names: what is no absolute
// path lies in the folder of this file. The path is not cleaned: the system looks for
// "link/.." where the link leads.
func (f *File) Beside(path string) string {
	if !filepath.IsAbs(path) {
		dir, _ := filepath.Split(f.Name)
		path = dir + path
	}
	f.Named = append(f.Named, path)
	return path
}
