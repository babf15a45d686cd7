package fields

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Path names a value in a description: keys, and indices of list items as
// "[0]".
type Path []string

// String writes the path as ParsePath reads it: populations.aMN.n,
// connections[0].weight, populations["a b"].n.
func (p Path) String() string {
	var b strings.Builder
	for i, element := range p {
		_, isIndex := index(element)
		switch {
		case isIndex:
			b.WriteString(element)
		case !plainName(element):
			b.WriteString("[" + strconv.Quote(element) + "]")
		case i > 0:
			b.WriteString("." + element)
		default:
			b.WriteString(element)
		}
	}
	return b.String()
}

// plainName reports whether a key can stand in a path without quotes.
func plainName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-'
	})
}

// ParsePath reads a path.
func ParsePath(s string) (Path, error) {
	var p Path
	rest := s
	for rest != "" {
		switch {
		case strings.HasPrefix(rest, `["`):
			quoted, err := strconv.QuotedPrefix(rest[1:])
			if err != nil || !strings.HasPrefix(rest[1+len(quoted):], "]") {
				return nil, fmt.Errorf("path %q: a name in quotes must end with \"]", s)
			}
			name, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, fmt.Errorf("path %q: %w", s, err)
			}
			p, rest = append(p, name), rest[len(quoted)+2:]
		case rest[0] == '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return nil, fmt.Errorf("path %q: %q has no end", s, rest)
			}
			if _, ok := index(rest[:end+1]); !ok {
				return nil, fmt.Errorf("path %q: %q is not an index", s, rest[:end+1])
			}
			p, rest = append(p, rest[:end+1]), rest[end+1:]
		default:
			if len(p) > 0 {
				if rest[0] != '.' {
					return nil, fmt.Errorf("path %q: %q must begin with a dot", s, rest)
				}
				rest = rest[1:]
			}
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			if end == 0 {
				return nil, fmt.Errorf("path %q: a name is empty", s)
			}
			p, rest = append(p, rest[:end]), rest[end:]
		}
	}
	if len(p) == 0 {
		return nil, errors.New("the path is empty")
	}
	return p, nil
}

// index returns the number in "[3]". It has one spelling, so that equal paths are equal
// texts.
func index(element string) (int, bool) {
	inner, ok := strings.CutPrefix(element, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	i, err := strconv.ParseUint(inner, 10, 31)
	return int(i), ok && closed && err == nil && inner == strconv.FormatUint(i, 10)
}

// Index returns element i as an index, and whether it is one.
func (p Path) Index(i int) (int, bool) { return index(p[i]) }

// Error reports an invalid value and its path.
type Error struct {
	Path Path
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// At puts an element before the path of an error; nil stays nil.
func At(element string, err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) && error(e) == err {
		return &Error{append(Path{element}, e.Path...), e.Err}
	}
	return &Error{Path{element}, err}
}

// Index is At for item i of a list.
func Index(i int, err error) error { return At(fmt.Sprintf("[%d]", i), err) }

// Lookup returns the value at a path.
func Lookup(v Value, p Path) (Value, error) {
	for i, element := range p {
		next, err := v.Child(element)
		if err != nil {
			if i == 0 {
				return nil, err
			}
			return nil, fmt.Errorf("%s: %w", p[:i], err)
		}
		v = next
	}
	return v, nil
}

// Set sets the value at a path to what a YAML text says.
func Set(v Value, p Path, text string) error {
	at, err := Lookup(v, p)
	if err != nil {
		return err
	}
	f, docs, err := Parse(p.String(), []byte(text))
	if err != nil {
		return err
	}
	if len(docs) != 1 {
		return fmt.Errorf("%s: %q is not one value", p, text)
	}
	f.single = f.Kind(docs[0]) == Scalar
	return at.Read(f, p[len(p)-1], docs[0])
}

// Measure returns the number at a value and its unit; ok is false for a value
// that is no number.
func Measure(v Value) (x float64, unit string, ok bool) {
	for {
		inner, wrapped := v.(interface{ Inner() Value })
		if !wrapped {
			break
		}
		v = inner.Inner()
	}
	if o, optional := v.(interface{ Value() (Value, bool) }); optional {
		if v, ok = o.Value(); !ok {
			return 0, "", false
		}
	}
	m, ok := v.(Measured)
	if !ok {
		return 0, "", false
	}
	x, unit = m.Measure()
	return x, unit, true
}
