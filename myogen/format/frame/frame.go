// Package frame holds data frames: named columns of one length, each with a
// unit. It writes them as CSV; package gomyogen/myogen/format/parquet writes
// them as Parquet.
package frame

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Frame is a table whose columns have names of their own and equal lengths.
type Frame struct {
	Columns  []Column
	Metadata map[string]string // free text about the whole; Parquet keeps it, CSV does not
}

// Column is one column of a [Frame].
type Column struct {
	Name   string // without the unit: "weight"
	Unit   string // "uS"; "" for counts, texts and plain numbers
	Values Values
}

// Values is the values of a column: [Floats], [Ints], [Texts] or [Bools].
type Values interface {
	Len() int
	// Text returns value i as a CSV file has it.
	Text(i int) string

	values() // no other package adds a kind
}

// Floats is a column of real numbers. NaN stands for a missing number.
type Floats []float64

// Ints is a column of integers.
type Ints []int64

// Texts is a column of text in UTF-8.
type Texts []string

// Bools is a column of truth values.
type Bools []bool

// Len returns the number of values.
func (x Floats) Len() int { return len(x) }

// Len returns the number of values.
func (x Ints) Len() int { return len(x) }

// Len returns the number of values.
func (x Texts) Len() int { return len(x) }

// Len returns the number of values.
func (x Bools) Len() int { return len(x) }

// Text returns number i in the fewest digits that give it again, with a point
// or an exponent, so that a reader takes a column of whole numbers for floats
// as well; NaN is the empty text.
func (x Floats) Text(i int) string {
	switch v := x[i]; {
	case math.IsNaN(v):
		return ""
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	default:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	}
}

// Text returns number i in decimal digits.
func (x Ints) Text(i int) string { return strconv.FormatInt(x[i], 10) }

// Text returns text i.
func (x Texts) Text(i int) string { return x[i] }

// Text returns "true" or "false".
func (x Bools) Text(i int) string { return strconv.FormatBool(x[i]) }

func (Floats) values() {}
func (Ints) values()   {}
func (Texts) values()  {}
func (Bools) values()  {}

// Len returns the number of rows.
func (f *Frame) Len() int {
	if len(f.Columns) == 0 || f.Columns[0].Values == nil {
		return 0
	}
	return f.Columns[0].Values.Len()
}

// Validate returns an error unless there is a column, all columns have values
// and one length, and names are not empty, differ and are UTF-8, as are units
// and texts. A name may not end like a unit in a CSV header, "a [b]".
func (f *Frame) Validate() error {
	if len(f.Columns) == 0 {
		return errors.New("frame: it has no columns")
	}
	seen := map[string]int{}
	for i, c := range f.Columns {
		if c.Name == "" {
			return fmt.Errorf("frame: column %d has no name", i)
		}
		if first, twice := seen[c.Name]; twice {
			return fmt.Errorf("frame: columns %d and %d are both called %q", first, i, c.Name)
		}
		seen[c.Name] = i
		if err := c.validate(); err != nil {
			return fmt.Errorf("frame: column %q %w", c.Name, err)
		}
		if n := c.Values.Len(); n != f.Len() {
			return fmt.Errorf("frame: column %q has %d values, column %q has %d", c.Name, n, f.Columns[0].Name, f.Len())
		}
	}
	return nil
}

func (c Column) validate() error {
	if _, unit := parseHead(c.Name); unit != "" {
		return fmt.Errorf("has a unit in its name: write it to Unit")
	}
	if name, unit := parseHead(c.Head()); name != c.Name || unit != c.Unit {
		return fmt.Errorf("has the unit %q: a unit has no brackets and no line ends", c.Unit)
	}
	if !utf8.ValidString(c.Name) || !utf8.ValidString(c.Unit) {
		return fmt.Errorf("has a name or unit %q that is not UTF-8", c.Unit)
	}
	if c.Values == nil {
		return errors.New("has no values")
	}
	if texts, ok := c.Values.(Texts); ok {
		for i, s := range texts {
			if !utf8.ValidString(s) {
				return fmt.Errorf("has the text %q in row %d, which is not UTF-8", s, i+1)
			}
		}
	}
	return nil
}

// Head returns the name and unit of a column as a CSV header has them:
// "weight [uS]".
func (c Column) Head() string {
	if c.Unit == "" {
		return c.Name
	}
	return c.Name + " [" + c.Unit + "]"
}

// parseHead is the inverse of Head.
func parseHead(s string) (name, unit string) {
	inner, ok := strings.CutSuffix(s, "]")
	if !ok {
		return s, ""
	}
	i := strings.LastIndex(inner, " [")
	if i <= 0 || inner[i+2:] == "" || strings.ContainsAny(inner[i+2:], "[]\r\n") {
		return s, ""
	}
	return inner[:i], inner[i+2:]
}

// Column returns the column called name. The error names the columns that
// exist.
func (f *Frame) Column(name string) (Column, error) {
	all := make([]string, len(f.Columns))
	for i, c := range f.Columns {
		if c.Name == name {
			return c, nil
		}
		all[i] = c.Name
	}
	return Column{}, fmt.Errorf("frame: there is no column %q; there are %q", name, all)
}

// Floats returns the numbers of a column, floats or integers. It refuses text
// and an integer that float64 would round.
func (f *Frame) Floats(name string) ([]float64, error) {
	c, err := f.Column(name)
	if err != nil {
		return nil, err
	}
	switch x := c.Values.(type) {
	case Floats:
		return x, nil
	case Ints:
		floats := make([]float64, len(x))
		for i, v := range x {
			const most = 1 << 53
			if v < -most || v > most {
				return nil, fmt.Errorf("frame: column %q row %d: float64 has no %d", name, i+1, v)
			}
			floats[i] = float64(v)
		}
		return floats, nil
	}
	return nil, c.not("numbers")
}

// Ints returns the integers of a column. It accepts floats that are whole
// numbers.
func (f *Frame) Ints(name string) ([]int64, error) {
	c, err := f.Column(name)
	if err != nil {
		return nil, err
	}
	switch x := c.Values.(type) {
	case Ints:
		return x, nil
	case Floats:
		ints := make([]int64, len(x))
		for i, v := range x {
			if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
				return nil, fmt.Errorf("frame: column %q row %d: %v is not an integer", name, i+1, v)
			}
			ints[i] = int64(v)
		}
		return ints, nil
	}
	return nil, c.not("integers")
}

// Texts returns the values of a column as text, numbers as a CSV file has them.
func (f *Frame) Texts(name string) ([]string, error) {
	c, err := f.Column(name)
	if err != nil {
		return nil, err
	}
	if x, ok := c.Values.(Texts); ok {
		return x, nil
	}
	texts := make([]string, c.Values.Len())
	for i := range texts {
		texts[i] = c.Values.Text(i)
	}
	return texts, nil
}

// Bools returns the truth values of a column.
func (f *Frame) Bools(name string) ([]bool, error) {
	c, err := f.Column(name)
	if err != nil {
		return nil, err
	}
	if x, ok := c.Values.(Bools); ok {
		return x, nil
	}
	return nil, c.not("truth values")
}

// not reports that a column does not have the wanted values.
func (c Column) not(wanted string) error {
	kind := "text"
	switch c.Values.(type) {
	case Floats, Ints:
		kind = "numbers"
	case Bools:
		kind = "truth values"
	}
	return fmt.Errorf("frame: column %q holds %s, not %s", c.Name, kind, wanted)
}
