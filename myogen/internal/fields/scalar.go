package fields

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// leaf is a value without parts.
type leaf struct{}

func (leaf) Child(element string) (Value, error) {
	return nil, fmt.Errorf("there is no %q: the value has no parts", element)
}

// Bound is a condition on a number: from low to high, and above low where above is
// set.
type Bound struct {
	low, high float64
	above     bool
}

// The usual bounds. NaN and infinities are never in them.
var (
	Any         = Bound{low: math.Inf(-1), high: math.Inf(1)}
	Positive    = Above(0)
	NotNegative = AtLeast(0)
	Share       = Above(0).AtMost(1)
)

// Above is the bound of numbers greater than x.
func Above(x float64) Bound { return Bound{x, math.Inf(1), true} }

// AtLeast is the bound of numbers not below x.
func AtLeast(x float64) Bound { return Bound{x, math.Inf(1), false} }

// Between is the bound of numbers from low to high.
func Between(low, high float64) Bound { return Bound{low, high, false} }

// AtMost returns the bound without the numbers greater than x.
func (b Bound) AtMost(x float64) Bound {
	b.high = x
	return b
}

// Holds reports whether a number is within the bound.
func (b Bound) Holds(x float64) bool {
	return x >= b.low && x <= b.high && !(b.above && x == b.low) && !math.IsInf(x, 0)
}

// words says what a number must be; show writes a number with its unit.
func (b Bound) words(show func(float64) string) string {
	low, high := !math.IsInf(b.low, 0), !math.IsInf(b.high, 0)
	from := "0" // needs no unit
	if b.low != 0 {
		from = show(b.low)
	}
	switch {
	case !low && !high:
		return "must be finite"
	case !low:
		return "must be at most " + show(b.high)
	case b.above && high:
		return fmt.Sprintf("must be above %s and at most %s", from, show(b.high))
	case b.above:
		return "must be above " + from
	case high:
		return fmt.Sprintf("must be from %s to %s", from, show(b.high))
	case b.low == 0:
		return "must not be negative"
	}
	return "must be at least " + from
}

// Check returns an error that names a number which is not within the bound; show
// writes a number with its unit.
func (b Bound) Check(what string, x float64, show func(float64) string) error {
	if b.Holds(x) {
		return nil
	}
	words := b.words(show)
	if x < 0 && b.low == 0 && !b.above {
		words = "must not be negative"
	}
	return fmt.Errorf("%s is %s, %s", what, show(x), words)
}

// schema adds the limits to the schema of a number.
func (b Bound) schema(s Schema) Schema {
	switch {
	case math.IsInf(b.low, 0):
	case b.above:
		s["exclusiveMinimum"] = b.low
	default:
		s["minimum"] = b.low
	}
	if !math.IsInf(b.high, 0) {
		s["maximum"] = b.high
	}
	return s
}

// plainNumber writes a number without a unit.
func plainNumber(x float64) string { return fmt.Sprint(x) }

// Quantity returns the value of a number with a unit. Units are the names that
// parse takes.
func Quantity[T interface {
	~float64
	fmt.Stringer
}](p *T, parse func(string) (T, error), b Bound, units ...string) Value {
	return &quantity[T]{p: p, parse: parse, bound: b, units: units}
}

type quantity[T interface {
	~float64
	fmt.Stringer
}] struct {
	leaf
	p     *T
	parse func(string) (T, error)
	bound Bound
	units []string
}

func (q *quantity[T]) Zero() bool { return *q.p == 0 }

func (q *quantity[T]) Read(f *File, what string, n ast.Node) error {
	text, err := f.Scalar(what, n)
	if err != nil {
		return err
	}
	if leadingZero(text) {
		return f.ErrorAt(n, "%s is %q; a number must not begin with 0", what, text)
	}
	x, err := q.parse(text)
	if err == nil {
		err = q.check(what, x)
	} else {
		err = fmt.Errorf("%s: %s", what, strings.TrimPrefix(err.Error(), "units: "))
	}
	if err != nil {
		return f.ErrorAt(n, "%v", err)
	}
	*q.p = x
	return nil
}

func (q *quantity[T]) Write(bool) Node {
	text := (*q.p).String()
	if x, err := q.parse(text); err == nil && x == *q.p {
		return Text(text)
	}
	// The unit that reads best has cost a bit.
	for _, unit := range q.units {
		text := string(Number(float64(*q.p))) + " " + unit
		if x, err := q.parse(text); err == nil && x == *q.p {
			return Text(text)
		}
	}
	return Text(text)
}

func (q *quantity[T]) Check(what string) error { return q.check(what, *q.p) }

func (q *quantity[T]) check(what string, x T) error {
	return q.bound.Check(what, float64(x), func(x float64) string { return T(x).String() })
}

func (q *quantity[T]) Schema() Schema {
	return Schema{"type": "string", "pattern": `^[-+]?[0-9.]+([eE][-+]?[0-9]+)? *(` + strings.Join(q.units, "|") + `)$`}
}

// Float returns the value of a plain number.
func Float(p *float64, b Bound) Value { return &float{p: p, bound: b} }

type float struct {
	leaf
	p     *float64
	bound Bound
}

func (x *float) Zero() bool { return *x.p == 0 }

func (x *float) Read(f *File, what string, n ast.Node) error {
	v, err := f.Number(what, n)
	if err != nil {
		return err
	}
	if err := x.bound.Check(what, v, plainNumber); err != nil {
		return f.ErrorAt(n, "%v", err)
	}
	*x.p = v
	return nil
}

func (x *float) Write(bool) Node         { return Number(*x.p) }
func (x *float) Check(what string) error { return x.bound.Check(what, *x.p, plainNumber) }

func (x *float) Schema() Schema {
	return x.bound.schema(Schema{"type": "number"})
}

// Int returns the value of a whole number from least to most.
func Int(p *int, least, most int) Value { return &integer{p: p, least: least, most: most} }

type integer struct {
	leaf
	p           *int
	least, most int
}

func (x *integer) Zero() bool { return *x.p == 0 }

func (x *integer) Read(f *File, what string, n ast.Node) error {
	v, err := f.Integer(what, n, int64(x.least), uint64(x.most))
	if err == nil {
		*x.p = int(v)
	}
	return err
}

func (x *integer) Write(bool) Node { return Text(strconv.Itoa(*x.p)) }

func (x *integer) Check(what string) error {
	if *x.p < x.least || *x.p > x.most {
		return fmt.Errorf("%s is %d, must be %d to %d", what, *x.p, x.least, x.most)
	}
	return nil
}

func (x *integer) Schema() Schema {
	return Schema{"type": "integer", "minimum": x.least, "maximum": x.most}
}

// Seed returns the value of any 64 bits.
func Seed(p *uint64) Value { return &seed{p: p} }

type seed struct {
	leaf
	p *uint64
}

func (x *seed) Zero() bool { return *x.p == 0 }

func (x *seed) Read(f *File, what string, n ast.Node) error {
	v, err := f.Integer(what, n, 0, math.MaxUint64)
	if err == nil {
		*x.p = v
	}
	return err
}

func (x *seed) Write(bool) Node    { return Text(strconv.FormatUint(*x.p, 10)) }
func (x *seed) Check(string) error { return nil }
func (x *seed) Schema() Schema     { return Schema{"type": "integer", "minimum": 0} }

// Bool returns the value of a yes or no.
func Bool(p *bool) Value { return &boolean{p: p} }

type boolean struct {
	leaf
	p *bool
}

func (x *boolean) Zero() bool { return !*x.p }

func (x *boolean) Read(f *File, what string, n ast.Node) error {
	text, err := f.Scalar(what, n)
	if err != nil {
		return err
	}
	if text != "true" && text != "false" {
		return f.ErrorAt(n, "%s must be true or false, it is %q", what, text)
	}
	*x.p = text == "true"
	return nil
}

func (x *boolean) Write(bool) Node    { return Text(strconv.FormatBool(*x.p)) }
func (x *boolean) Check(string) error { return nil }
func (x *boolean) Schema() Schema     { return Schema{"type": "boolean"} }

// Name returns the value of a text that must not be empty.
func Name(p *string) Value { return &name{p: p} }

type name struct {
	leaf
	p *string
}

func (x *name) Zero() bool { return *x.p == "" }

func (x *name) Read(f *File, what string, n ast.Node) error {
	text, err := f.Scalar(what, n)
	if err != nil {
		return err
	}
	if err := (&name{p: &text}).Check(what); err != nil {
		return f.ErrorAt(n, "%v", err)
	}
	*x.p = text
	return nil
}

func (x *name) Write(bool) Node { return Quoted(*x.p) }

func (x *name) Check(what string) error {
	switch {
	case *x.p == "":
		return fmt.Errorf("%s is missing", what)
	case !utf8.ValidString(*x.p):
		return fmt.Errorf("%s is %q, must be UTF-8", what, *x.p)
	}
	return nil
}

func (x *name) Schema() Schema { return Schema{"type": "string", "minLength": 1} }

// Choice returns the value of one of several names.
func Choice[T interface {
	comparable
	fmt.Stringer
}](p *T, values ...T) Value {
	return &choice[T]{p: p, values: values}
}

type choice[T interface {
	comparable
	fmt.Stringer
}] struct {
	leaf
	p      *T
	values []T
}

func (x *choice[T]) Zero() bool { var zero T; return *x.p == zero }

func (x *choice[T]) names() []string {
	all := make([]string, len(x.values))
	for i, v := range x.values {
		all[i] = v.String()
	}
	return all
}

func (x *choice[T]) Read(f *File, what string, n ast.Node) error {
	text, err := f.Scalar(what, n)
	if err != nil {
		return err
	}
	i := slices.Index(x.names(), text)
	if i < 0 {
		return f.ErrorAt(n, "%s is %q, must be one of %q", what, text, x.names())
	}
	*x.p = x.values[i]
	return nil
}

func (x *choice[T]) Write(bool) Node { return Text((*x.p).String()) }

func (x *choice[T]) Check(what string) error {
	if !slices.Contains(x.values, *x.p) {
		return fmt.Errorf("%s is %q, must be one of %q", what, (*x.p).String(), x.names())
	}
	return nil
}

func (x *choice[T]) Schema() Schema { return Schema{"enum": x.names()} }

// Measured is a value that is a number.
type Measured interface {
	// Measure returns the number, and its unit, "" for a plain number.
	Measure() (x float64, unit string)
}

// Measure implements [Measured]: in the first of the units.
func (q *quantity[T]) Measure() (float64, string) { return float64(*q.p), q.units[0] }

// Measure implements [Measured].
func (x *float) Measure() (float64, string) { return *x.p, "" }

// Measure implements [Measured].
func (x *integer) Measure() (float64, string) { return float64(*x.p), "" }

// Measure implements [Measured].
func (x *seed) Measure() (float64, string) { return float64(*x.p), "" }
