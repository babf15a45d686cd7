package fields

import (
	"github.com/goccy/go-yaml/ast"
)

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
