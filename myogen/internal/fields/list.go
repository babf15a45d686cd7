package fields

import (
	"fmt"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// ListOf returns the value of a list; item returns that of one of its items.
func ListOf[T any](p *[]T, what string, item func(*T) Value) Value {
	return &list[T]{p, what, item}
}

type list[T any] struct {
	p    *[]T
	what string // an item: "a connection"
	item func(*T) Value
}

func (l *list[T]) Zero() bool { return len(*l.p) == 0 }

func (l *list[T]) Read(f *File, what string, n ast.Node) error {
	nodes, err := f.Sequence(what, n)
	if err != nil {
		return err
	}
	items := make([]T, len(nodes))
	for i, n := range nodes {
		if err := l.item(&items[i]).Read(f, l.what, n); err != nil {
			return err
		}
	}
	*l.p = items
	return nil
}

func (l *list[T]) Write(full bool) Node {
	items := Items{}
	for i := range *l.p {
		items = append(items, l.item(&(*l.p)[i]).Write(full))
	}
	return items
}

func (l *list[T]) Check(string) error {
	for i := range *l.p {
		if err := l.item(&(*l.p)[i]).Check(l.what); err != nil {
			return Index(i, err)
		}
	}
	return nil
}

func (l *list[T]) Schema() Schema {
	return Schema{"type": "array", "items": l.item(new(T)).Schema()}
}

// Child returns an item of a copy of the list, so that setting it leaves other
// descriptions alone that share the list.
func (l *list[T]) Child(element string) (Value, error) {
	i, ok := index(element)
	if !ok || i >= len(*l.p) {
		return nil, fmt.Errorf("there is no item %s; there are [0] to [%d]", element, len(*l.p)-1)
	}
	*l.p = slices.Clone(*l.p)
	return l.item(&(*l.p)[i]), nil
}

// Named returns the value of a list whose items have names. In a file it is a
// mapping from name to item; name returns the place of an item's name.
func Named[T any](p *[]T, what string, get func(T) string, set func(*T, string), item func(*T) Value) Value {
	return &named[T]{p, what, get, set, item}
}

type named[T any] struct {
	p    *[]T
	what string // an item: "population"
	get  func(T) string
	set  func(*T, string)
	item func(*T) Value
}

func (l *named[T]) Zero() bool { return len(*l.p) == 0 }

func (l *named[T]) Read(f *File, what string, n ast.Node) error {
	entries, err := f.Mapping(what, n)
	if err != nil {
		return err
	}
	items := make([]T, len(entries))
	for i, e := range entries {
		if e.Key == "" {
			return f.ErrorAt(e.At, "a %s needs a name", l.what)
		}
		if err := l.item(&items[i]).Read(f, l.what+" "+e.Key, e.Value); err != nil {
			return err
		}
		l.set(&items[i], e.Key)
	}
	*l.p = items
	return nil
}

func (l *named[T]) Write(full bool) Node {
	m := &Map{}
	for i := range *l.p {
		m.Add(l.get((*l.p)[i]), l.item(&(*l.p)[i]).Write(full))
	}
	return m
}

func (l *named[T]) Check(string) error {
	for i := range *l.p {
		name := ""
		if any((*l.p)[i]) != nil {
			name = l.get((*l.p)[i])
		}
		if err := l.item(&(*l.p)[i]).Check(fmt.Sprintf("%s %q", l.what, name)); err != nil {
			return At(name, err)
		}
	}
	return nil
}

func (l *named[T]) Schema() Schema {
	return Schema{"type": "object", "additionalProperties": l.item(new(T)).Schema()}
}

func (l *named[T]) Child(element string) (Value, error) {
	var all []string
	for i := range *l.p {
		name := l.get((*l.p)[i])
		if name != element {
			all = append(all, name)
			continue
		}
		*l.p = slices.Clone(*l.p)
		return then(l.item(&(*l.p)[i]), func() { l.set(&(*l.p)[i], name) }), nil
	}
	return nil, fmt.Errorf("there is no %s %q; there are %q", l.what, element, all)
}

// Some returns the value of a list that must not be empty.
func Some(list Value) Value { return some{list} }

type some struct{ Value }

func (s some) Read(f *File, what string, n ast.Node) error {
	if err := s.Value.Read(f, what, n); err != nil {
		return err
	}
	if err := s.Check(what); err != nil {
		return f.ErrorAt(n, "%v", err)
	}
	return nil
}

func (s some) Check(what string) error {
	if s.Zero() {
		return fmt.Errorf("%s: there are none", what)
	}
	return s.Value.Check(what)
}

func (s some) Schema() Schema { return s.Value.Schema().with("minItems", 1) }
