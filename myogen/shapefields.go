package myogen

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/goccy/go-yaml/ast"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/units"
)

// quantityOf is the field of a quantity that a shape is of.
func quantityOf[Q Quantity](p *Q) fields.Value {
	switch p := any(p).(type) {
	case *units.Rate:
		return rate(p, boundOf[Q]())
	case *units.Current:
		return current(p)
	case *Factor:
		return fields.Float((*float64)(p), boundOf[Q]())
	}
	panic("myogen: a shape of another quantity")
}

// checkValue returns an error unless a shape can have a value.
func checkValue[Q Quantity](what string, x Q) error {
	return boundOf[Q]().Check(what, float64(x), showQuantity[Q])
}

// showQuantity writes a value with its unit.
func showQuantity[Q Quantity](x float64) string {
	if s, ok := any(Q(x)).(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprint(x)
}

// shapeKinds is the table of shapes.
func shapeKinds[Q Quantity]() []fields.Case[Shape[Q]] {
	return []fields.Case[Shape[Q]]{
		shapeOf[Q]("trapezoid", "rest, a rise, a plateau, a fall, rest", (*Trapezoid[Q]).fields),
		shapeOf[Q]("triangles", "rises and falls in straight lines, one after another", (*Triangles[Q]).fields),
		shapeOf[Q]("level", "the same value at all times", (*Level[Q]).fields),
		shapeOf[Q]("sinusoid", "a sine around a mean", (*Sinusoid[Q]).fields),
		shapeOf[Q]("ramp", "a straight line from one value to another", (*Ramp[Q]).fields),
		shapeOf[Q]("step", "a level for some time", (*Step[Q]).fields),
		shapeOf[Q]("sawtooth", "a rise in every period", (*Sawtooth[Q]).fields),
		shapeOf[Q]("samples", "a list of values", (*Samples[Q]).fields),
	}
}

func shapeOf[Q Quantity, T any](name, doc string, table func(*T) []fields.Field) fields.Case[Shape[Q]] {
	return fields.CaseOf[Shape[Q]](name, doc, func(t *T) fields.Value {
		return fields.Struct(func() []fields.Field { return table(t) })
	})
}

// shapeFields returns a field for each shape, of which a file has one.
func shapeFields[Q Quantity](p *Shape[Q]) []fields.Field {
	var all []fields.Field
	for _, c := range shapeKinds[Q]() {
		all = append(all, fields.Field{Name: c.Name, Doc: c.Doc, Value: fields.Alternative(p, c)})
	}
	return all
}

// checkShape refuses what has no values: no shape, and a nil pointer or
// function.
func checkShape[Q Quantity](s Shape[Q]) error {
	switch v := reflect.ValueOf(s); v.Kind() {
	case reflect.Invalid:
		return errors.New("shape is missing")
	case reflect.Pointer, reflect.Func:
		if v.IsNil() {
			return fmt.Errorf("shape is a %T that is nil", s)
		}
	}
	return nil
}

// shapeWords describes a shape, and says where there is none.
func shapeWords[Q Quantity](s Shape[Q]) string {
	if checkShape(s) != nil {
		return "no shape"
	}
	return fmt.Sprint(s)
}

// concreteShape returns a shape without a pointer, if it is one of the table; a
// shape of another type is left alone and counts by its values.
func concreteShape[Q Quantity](s Shape[Q]) Shape[Q] {
	v := s
	if fields.Union(&v, "shape", shapeKinds[Q]()).Normalize() != nil {
		return s
	}
	return v
}

// numbersValue is a list of numbers, or the name of a .npy file with them.
type numbersValue[Q Quantity] struct{ p *[]Q }

func (v numbersValue[Q]) Zero() bool { return len(*v.p) == 0 }

func (v numbersValue[Q]) Read(f *fields.File, what string, n ast.Node) error {
	var all []Q
	if f.Kind(n) == fields.Sequence {
		nodes, err := f.Sequence(what, n)
		if err != nil {
			return err
		}
		for _, n := range nodes {
			x, err := f.Number(bare("a value", unitOf[Q]()), n)
			if err != nil {
				return err
			}
			all = append(all, Q(x))
		}
	} else {
		path, err := f.Scalar(what, n)
		if err != nil {
			return err
		}
		numbers, err := readNumbers(f.Beside(path), maxSamples)
		if err != nil {
			return f.ErrorAt(n, "%s", withoutPrefix(err))
		}
		for _, x := range numbers {
			all = append(all, Q(x))
		}
	}
	*v.p = all
	if err := v.Check(what); err != nil {
		return f.ErrorAt(n, "%v", err)
	}
	return nil
}

// bare names a number that is written without its unit.
func bare(what, unit string) string {
	if unit == "1" {
		return what
	}
	return fmt.Sprintf("%s (in %s, written without the unit)", what, unit)
}

func (v numbersValue[Q]) Write(bool) fields.Node {
	numbers := *v.p
	return fields.List{N: len(numbers), Item: func(i int) string { return string(fields.Number(float64(numbers[i]))) }}
}

func (v numbersValue[Q]) Check(what string) error {
	if len(*v.p) == 0 {
		return fmt.Errorf("%s: there are none", what)
	}
	for i, x := range *v.p {
		if err := checkValue(fmt.Sprintf("%s: number %d", what, i), x); err != nil {
			return err
		}
	}
	return nil
}

func (v numbersValue[Q]) Schema() fields.Schema {
	return fields.Schema{"oneOf": []any{
		fields.Schema{"type": "array", "items": fields.Schema{"type": "number"}, "minItems": 1},
		fields.Schema{"type": "string", "pattern": `\.npy$`},
	}}
}

func (v numbersValue[Q]) Child(element string) (fields.Value, error) {
	return nil, fmt.Errorf("there is no %q: values are set as a whole", element)
}
