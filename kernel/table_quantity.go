package kernel

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"gomyogen/myogen/units"
)

// quantity is a number of a table with its unit, "" for a plain number.
type quantity struct {
	x    float64
	unit string
	text string // of a number that is not rounded: a large integer, a time.Duration
}

// newQuantity returns a value as a number. A type whose String is the number and a
// unit is a quantity, as those of package units are.
func newQuantity(v any) (quantity, bool) {
	if t, ok := v.(units.Time); ok { // prints in ms or s
		return quantity{x: float64(t), unit: "ms"}, true
	}
	x, ok := number(v)
	if !ok {
		return quantity{}, false
	}
	s, ok := v.(fmt.Stringer)
	if !ok {
		if !reflect.ValueOf(v).CanFloat() && math.Abs(x) >= 1e9 {
			return quantity{x: x, text: fmt.Sprint(v)}, true
		}
		return quantity{x: x}, true
	}
	text := s.String()
	digits, unit, ok := strings.Cut(text, " ")
	parsed, err := strconv.ParseFloat(digits, 64)
	if ok && err == nil && (parsed == x || math.IsNaN(parsed) && math.IsNaN(x)) {
		return quantity{x: x, unit: unit}, true
	}
	return quantity{x: x, text: text}, true
}

// number returns the value of a number.
func number(v any) (float64, bool) {
	r := reflect.ValueOf(v)
	switch {
	case !r.IsValid():
		return 0, false
	case r.CanFloat():
		return r.Float(), true
	case r.CanInt():
		return float64(r.Int()), true
	case r.CanUint():
		return float64(r.Uint()), true
	}
	return 0, false
}

// in returns the quantity in another unit, if it has that.
func (q quantity) in(unit string) quantity {
	if f := factor(q.unit, unit); q.unit != unit && f != 0 {
		return quantity{x: q.x / f, unit: unit}
	}
	return q
}

// factor returns how many of one unit another is; 0 if it is of another kind.
func factor(of, unit string) float64 {
	if of == unit {
		return 1
	}
	var f float64
	var err error
	switch one := "1 " + unit; of {
	case "ms":
		f, err = parsed(units.ParseTime(one))
	case "uS":
		f, err = parsed(units.ParseConductance(one))
	case "N":
		f, err = parsed(units.ParseForce(one))
	default:
		return 0
	}
	if err != nil {
		return 0
	}
	return f
}

func parsed[T ~float64](x T, err error) (float64, error) { return float64(x), err }

// unitOf returns the unit in which the numbers of a column are shown, and whether
// they share one: the unit in the column's name, or that of the quantities, times
// in s from 1 s on. Plain numbers have none.
func unitOf(name string, values []any) (unit string, one bool) {
	quantities, plain, largest := 0, 0, 0.0
	for _, v := range values {
		q, ok := newQuantity(v)
		switch {
		case !ok:
			continue
		case q.unit == "":
			plain++
			continue
		case quantities > 0 && q.unit != unit:
			return "", false
		}
		quantities++
		unit = q.unit
		if a := math.Abs(q.x); !math.IsInf(a, 0) {
			largest = max(largest, a)
		}
	}
	if quantities == 0 {
		return "", true
	}
	if i := strings.LastIndex(name, "("); i >= 0 && strings.HasSuffix(name, ")") {
		if wanted := name[i+1 : len(name)-1]; factor(unit, wanted) != 0 {
			return wanted, plain == 0
		}
	}
	if unit == "ms" && largest >= float64(units.S) {
		unit = "s"
	}
	return unit, plain == 0
}
