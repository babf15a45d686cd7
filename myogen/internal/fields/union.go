package fields

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Case is one kind of a [Union].
type Case[I any] struct {
	Name, Doc string
	open      func(v I, fresh bool) (value Value, get func() I, ok bool)
}

// CaseOf returns the case of the values of type T, or *T, in an interface I.
func CaseOf[I, T any](name, doc string, value func(*T) Value) Case[I] {
	return Case[I]{name, doc, func(v I, fresh bool) (Value, func() I, bool) {
		t := new(T)
		if !fresh {
			switch x := any(v).(type) {
			case T:
				*t = x
			case *T:
				if x == nil {
					return nil, nil, false
				}
				*t = *x
			default:
				return nil, nil, false
			}
		}
		return value(t), func() I { return any(*t).(I) }, true
	}}
}

// Union returns the value of an interface that holds one of several kinds. In a
// file it is a mapping with one key, the name of the kind.
func Union[I any](p *I, what string, cases []Case[I]) *UnionValue[I] {
	return &UnionValue[I]{p, what, cases}
}

// UnionValue is the value of an interface.
type UnionValue[I any] struct {
	p     *I
	what  string // the choice in words: "process", "population"
	cases []Case[I]
}

func (u *UnionValue[I]) Zero() bool { return any(*u.p) == nil }

func (u *UnionValue[I]) names() string {
	all := make([]string, len(u.cases))
	for i, c := range u.cases {
		all[i] = c.Name
	}
	return strings.Join(all, ", ")
}

// find returns the case of the present value.
func (u *UnionValue[I]) find() (c Case[I], value Value, get func() I, ok bool) {
	if any(*u.p) == nil {
		return c, nil, nil, false
	}
	for _, c := range u.cases {
		if value, get, ok := c.open(*u.p, false); ok {
			return c, value, get, true
		}
	}
	return c, nil, nil, false
}

func (u *UnionValue[I]) Read(f *File, what string, n ast.Node) error {
	entries := []Entry{}
	if f.Kind(n) == Scalar { // the name of a kind alone
		text, err := f.Scalar(what, n)
		if err != nil {
			return err
		}
		entries = append(entries, Entry{Key: text, At: n})
	} else {
		var err error
		if entries, err = f.Mapping(what, n); err != nil {
			return err
		}
		if len(entries) != 1 {
			return f.ErrorAt(n, "%s must have one of the keys %s, it has %d", what, u.names(), len(entries))
		}
	}
	e := entries[0]
	for _, c := range u.cases {
		if c.Name != e.Key {
			continue
		}
		var none I
		value, get, _ := c.open(none, true)
		if e.Value == nil {
			if _, hasKeys := value.(structure); !hasKeys {
				return f.ErrorAt(n, "%s: %s needs a value", what, c.Name)
			}
			e.Value = ast.Mapping(e.At.GetToken(), true) // the name alone is short for the name with no keys
		}
		if err := value.Read(f, c.Name, e.Value); err != nil {
			return err
		}
		*u.p = get()
		return nil
	}
	return f.ErrorAt(e.At, "%s is %q, must be one of %s", what, e.Key, u.names())
}

func (u *UnionValue[I]) Write(full bool) Node {
	c, value, _, ok := u.find()
	if !ok {
		return nil
	}
	n := value.Write(full)
	if m, isMap := n.(*Map); isMap && empty(m) {
		return Text(c.Name)
	}
	m := &Map{}
	m.Add(c.Name, n)
	return m
}

func (u *UnionValue[I]) Check(what string) error {
	if any(*u.p) == nil {
		return fmt.Errorf("%s is missing", what)
	}
	c, value, _, ok := u.find()
	if !ok {
		return fmt.Errorf("%s is a %T, must be one of %s", what, *u.p, u.names())
	}
	return value.Check(c.Name)
}

func (u *UnionValue[I]) Schema() Schema {
	var all []any
	for _, c := range u.cases {
		var none I
		value, _, _ := c.open(none, true)
		s := value.Schema()
		if _, required := s["required"]; !required && s["type"] == "object" {
			all = append(all, Schema{"const": c.Name, "description": c.Doc})
		}
		all = append(all, Schema{"type": "object", "properties": map[string]any{c.Name: s}, "required": []string{c.Name},
			"additionalProperties": false, "description": c.Doc})
	}
	return Schema{"oneOf": all}
}

// Child returns a part of the present value; the name of its kind may be left
// out.
func (u *UnionValue[I]) Child(element string) (Value, error) {
	c, value, get, ok := u.find()
	if !ok {
		return nil, fmt.Errorf("there is no %q: %s is not set", element, u.what)
	}
	commit := func() { *u.p = get() }
	if element == c.Name {
		return then(value, commit), nil
	}
	child, err := value.Child(element)
	return then(child, commit), err
}

// Normalize replaces a pointer to a value of a kind by the value. The error
// names a value that is of no kind.
func (u *UnionValue[I]) Normalize() error {
	if any(*u.p) == nil {
		return fmt.Errorf("there is none, it is nil; there are %s", u.names())
	}
	_, _, get, ok := u.find()
	if !ok {
		return fmt.Errorf("a %T is no %s (nil, or of an unknown kind); there are %s", *u.p, u.what, u.names())
	}
	*u.p = get()
	return nil
}

// Alternative returns the value of one kind of an interface as a field of its
// own, beside those of the other kinds: it is zero unless the interface holds
// that kind.
func Alternative[I any](p *I, c Case[I]) Value { return &alternative[I]{p, c} }

type alternative[I any] struct {
	p *I
	c Case[I]
}

func (a *alternative[I]) open() (value Value, get func() I, ok bool) {
	if any(*a.p) == nil {
		return nil, nil, false
	}
	return a.c.open(*a.p, false)
}

func (a *alternative[I]) Zero() bool { _, _, ok := a.open(); return !ok }

func (a *alternative[I]) Read(f *File, what string, n ast.Node) error {
	if any(*a.p) != nil && a.Zero() {
		return f.ErrorAt(n, "%s stands beside another: of these there must be one", what)
	}
	var none I
	value, get, _ := a.c.open(none, true)
	if err := value.Read(f, what, n); err != nil {
		return err
	}
	*a.p = get()
	return nil
}

func (a *alternative[I]) Write(full bool) Node {
	value, _, ok := a.open()
	if !ok {
		return nil
	}
	return value.Write(full)
}

func (a *alternative[I]) Check(what string) error {
	value, _, ok := a.open()
	if !ok {
		return nil
	}
	return value.Check(what)
}

func (a *alternative[I]) Schema() Schema {
	var none I
	value, _, _ := a.c.open(none, true)
	return value.Schema()
}

func (a *alternative[I]) Child(element string) (Value, error) {
	value, get, ok := a.open()
	if !ok {
		return nil, fmt.Errorf("there is no %q: %s is not set", element, a.c.Name)
	}
	child, err := value.Child(element)
	return then(child, func() { *a.p = get() }), err
}
