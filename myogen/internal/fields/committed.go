package fields

import "github.com/goccy/go-yaml/ast"

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
