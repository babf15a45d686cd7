package fields

import (
	"fmt"
	"slices"
	"strings"

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

// Optional returns the value of a pointer, nil where it is left out.
func Optional[T any](p **T, value func(*T) Value) Value { return &optional[T]{p, value} }

type optional[T any] struct {
	p     **T
	value func(*T) Value
}

func (o *optional[T]) Zero() bool { return *o.p == nil }

func (o *optional[T]) Read(f *File, what string, n ast.Node) error {
	x := new(T)
	if err := o.value(x).Read(f, what, n); err != nil {
		return err
	}
	*o.p = x
	return nil
}

// Value returns the value that is pointed to.
func (o *optional[T]) Value() (Value, bool) {
	if *o.p == nil {
		return nil, false
	}
	return o.value(*o.p), true
}

func (o *optional[T]) get() *T {
	if *o.p == nil {
		return new(T)
	}
	return *o.p
}

func (o *optional[T]) Write(full bool) Node {
	if *o.p == nil {
		return nil
	}
	return o.value(*o.p).Write(full)
}

func (o *optional[T]) Check(what string) error {
	if *o.p == nil {
		return nil
	}
	return o.value(*o.p).Check(what)
}

func (o *optional[T]) Schema() Schema { return o.value(new(T)).Schema() }

func (o *optional[T]) Child(element string) (Value, error) {
	x := *o.get()
	child, err := o.value(&x).Child(element)
	return then(child, func() { *o.p = &x }), err
}

// then returns a value that calls commit when it, or a part of it, was read.
func then(v Value, commit func()) Value {
	if v == nil {
		return nil
	}
	return committed{v, commit}
}

type committed struct {
	Value
	commit func()
}

func (c committed) Read(f *File, what string, n ast.Node) error {
	if err := c.Value.Read(f, what, n); err != nil {
		return err
	}
	c.commit()
	return nil
}

// Inner returns the value itself.
func (c committed) Inner() Value { return c.Value }

func (c committed) Child(element string) (Value, error) {
	child, err := c.Value.Child(element)
	return then(child, c.commit), err
}

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
		if e.Value != nil {
			if err := value.Read(f, c.Name, e.Value); err != nil {
				return err
			}
		} else if err := value.Check(c.Name); err != nil || !value.Zero() {
			return f.ErrorAt(n, "%s: %s needs a value", what, c.Name)
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
		return f.ErrorAt(n, "%s is one more than one: of these there must be one", what)
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
