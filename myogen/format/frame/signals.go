package frame

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// RowError is what is wrong in a row of a table. Its text counts from 1, lines of a
// file with that of the names and rows without.
type RowError struct {
	Row  int // from 0
	Line int // of the CSV file; 0 if it is from no such file
	Err  error
}

func (e *RowError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("frame: line %d: %v", e.Line, e.Err)
	}
	return fmt.Sprintf("frame: row %d: %v", e.Row+1, e.Err)
}

// Unwrap returns what is wrong.
func (e *RowError) Unwrap() error { return e.Err }

// Table returns a table as a block: by [SignalBlock] where it is a long table of
// signals, or has a column of times, none of units, and its other columns are numbers or
// have a unit, and otherwise by [Block].
func Table(f *Frame, o Options) (*neo.Block, error) {
	if hasSignals(f, o) {
		return SignalBlock(f, o)
	}
	return Block(f, o)
}

func hasSignals(f *Frame, o Options) bool {
	if o.Unit != "" || o.Wide || len(f.Columns) < 2 {
		return false
	}
	if f.isLong() {
		return true
	}
	if _, err := f.column("", "Unit", "units", unitNames); err == nil {
		return false
	}
	time, err := f.column(o.Time, "Time", "times", timeNames)
	if err != nil {
		return false
	}
	return !slices.ContainsFunc(f.Columns, func(c Column) bool {
		_, unit := valueName(c)
		return c.Name != time.Name && unit == "" && !isNumbers(c.Values)
	})
}

func isNumbers(v Values) bool {
	switch v.(type) {
	case Floats, Ints:
		return true
	}
	return false
}

// SignalBlock returns a table with a column of times and one for each signal as a
// block with one segment, "signals". A column has its unit behind its name, "rate
// [pps]", "rate (pps)" or "rate_pps", or in o.ValueUnit. A row is a sample: the
// times must rise by one period, to a hundredth of it, which is where rounding to a
// few digits leaves them, and no value may be missing. A [RowError] names the first
// row that does not.
func SignalBlock(f *Frame, o Options) (*neo.Block, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	b, err := f.signalBlock(o)
	switch err.(type) {
	case nil, *OptionError, *RowError: // they say so themselves
	default:
		err = fmt.Errorf("frame: %s", strings.TrimPrefix(err.Error(), "frame: "))
	}
	return b, err
}

func (f *Frame) signalBlock(o Options) (*neo.Block, error) {
	if f.isLong() {
		return f.longSignals(o)
	}
	time, err := f.column(o.Time, "Time", "times", timeNames)
	if err != nil {
		return nil, err
	}
	start, period, err := o.grid(time)
	if err != nil {
		return nil, err
	}
	s := neo.Segment{Name: "signals"}
	for _, c := range f.Columns {
		if c.Name == time.Name {
			continue
		}
		values, err := numbers(c)
		if err != nil {
			return nil, err
		}
		name, unit := valueName(c)
		if unit == "" {
			unit = o.ValueUnit
		}
		if unit == "" {
			return nil, &OptionError{"ValueUnit", fmt.Sprintf("column %q does not say its unit: \"%s [pps]\" would", c.Name, c.Name)}
		}
		s.AnalogSignals = append(s.AnalogSignals, neo.AnalogSignal{Name: name, Units: unit, TStart: start, SamplingPeriod: period, Values: values})
	}
	if len(s.AnalogSignals) == 0 {
		return nil, fmt.Errorf("it has the column %q of times and no other", time.Name)
	}
	b := &neo.Block{Segments: []neo.Segment{s}, Annotations: map[string]string{}}
	return b, b.Validate()
}

// isLong reports whether a table has the columns of a long table of signals.
func (f *Frame) isLong() bool { return f.has("signal") && f.has("quantity") && f.has("value") }

// longSignals returns the signals of a long table, in the order in which they appear.
func (f *Frame) longSignals(o Options) (*neo.Block, error) {
	columns := map[string]Column{}
	for _, name := range []string{"signal", "quantity", "value"} {
		c, err := f.column("", "", name+"s", []string{name})
		if err != nil {
			return nil, err
		}
		columns[name] = c
	}
	time, err := f.column(o.Time, "Time", "times", timeNames)
	if err != nil {
		return nil, err
	}
	times, err := numbers(time)
	if err != nil {
		return nil, err
	}
	values, err := numbers(columns["value"])
	if err != nil {
		return nil, err
	}
	type key struct{ population, name, unit string }
	rows := map[key][]int{}
	var order []key
	names, quantities := labels(columns["signal"].Values), labels(columns["quantity"].Values)
	populations := slices.Repeat([]string{"signals"}, len(names))
	if c, err := f.column(o.Population, "Population", "populations", []string{"population"}); err == nil {
		populations = labels(c.Values)
	} else if o.Population != "" {
		return nil, err
	}
	for i := range names {
		k := key{populations[i], names[i], quantities[i]}
		if _, seen := rows[k]; !seen {
			order = append(order, k)
		}
		rows[k] = append(rows[k], i)
	}
	if len(order) == 0 {
		return nil, errors.New("it has no rows")
	}
	b := &neo.Block{Annotations: map[string]string{}}
	for _, k := range order {
		at := slices.IndexFunc(b.Segments, func(s neo.Segment) bool { return s.Name == k.population })
		if at < 0 {
			at = len(b.Segments)
			b.Segments = append(b.Segments, neo.Segment{Name: k.population})
		}
		own, signal := time, neo.AnalogSignal{Name: k.name, Units: k.unit}
		sampled := make(Floats, len(rows[k]))
		for i, row := range rows[k] {
			sampled[i] = times[row]
			signal.Values = append(signal.Values, values[row])
		}
		own.Values = sampled
		signal.TStart, signal.SamplingPeriod, err = o.grid(own)
		if row := (*RowError)(nil); errors.As(err, &row) {
			row.Row = rows[k][row.Row]
		}
		if err != nil {
			return nil, fmt.Errorf("signal %q: %w", k.name, err)
		}
		b.Segments[at].AnalogSignals = append(b.Segments[at].AnalogSignals, signal)
	}
	return b, b.Validate()
}

// irregular is the part of a sampling period by which a time may be off, as
// rounding to some digits leaves it.
const irregular = 0.01

// grid returns the first time and the sampling period of a column of times.
func (o Options) grid(c Column) (start, period units.Time, err error) {
	values, err := numbers(c)
	if err != nil {
		return 0, 0, err
	}
	convert, err := o.converter(c)
	if err != nil {
		return 0, 0, err
	}
	n := len(values)
	if n < 2 {
		return 0, 0, fmt.Errorf("it has %d rows; a signal needs two or more to have a sampling period", n)
	}
	times := make([]units.Time, n)
	for i, x := range values {
		if times[i], err = convert(x); err != nil {
			return 0, 0, &RowError{Row: i, Err: fmt.Errorf("column %q: %w", c.Name, err)}
		}
	}
	first := times[1] - times[0]
	for i := 1; i < n; i++ {
		var wrong string
		switch step := times[i] - times[i-1]; {
		case step == 0:
			wrong = "a second time"
		case step < 0:
			wrong = "which is before that of the row above"
		case math.Abs(float64(step-first)) > 2*irregular*float64(first):
			wrong = fmt.Sprintf("which is %v after that of the row above, the samples before are %v apart", step.Round(units.Us/1000), first.Round(units.Us/1000))
		default:
			continue
		}
		return 0, 0, &RowError{Row: i, Err: fmt.Errorf("column %q: the time is %s, %s; a signal has one sampling period", c.Name, c.Values.Text(i), wrong)}
	}
	if o.Rate > 0 {
		return times[0], o.period(), nil
	}
	period = tidy((times[n-1] - times[0]) / units.Time(n-1))
	for i, t := range times {
		if at := times[0] + units.Time(i)*period; math.Abs(float64(t-at)) > irregular*float64(period) {
			return 0, 0, &RowError{Row: i, Err: fmt.Errorf("column %q: the time is %s, samples each %v from the first are at %v there; a signal has one sampling period",
				c.Name, c.Values.Text(i), period.Round(units.Us/1000), at.Round(units.Us/1000))}
		}
	}
	return times[0], period, nil
}

// tidy returns the number of few digits that a quotient is but for rounding.
func tidy(t units.Time) units.Time {
	x, err := strconv.ParseFloat(strconv.FormatFloat(float64(t), 'g', 12, 64), 64)
	if err != nil {
		return t
	}
	return units.Time(x)
}

// numbers returns the values of a column, none of which is missing.
func numbers(c Column) ([]float64, error) {
	if c.Values.Len() == 0 {
		return nil, nil
	}
	if texts, ok := c.Values.(Texts); ok {
		for i, s := range texts {
			if _, ok := parseFloat(s); !ok {
				return nil, &RowError{Row: i, Err: fmt.Errorf("column %q: %q is not a number", c.Name, s)}
			}
		}
	}
	one := Frame{Columns: []Column{c}}
	values, err := one.Floats(c.Name)
	if err != nil {
		return nil, err
	}
	for i, x := range values {
		switch {
		case math.IsNaN(x):
			return nil, &RowError{Row: i, Err: fmt.Errorf("column %q: a value is missing", c.Name)}
		case math.IsInf(x, 0):
			return nil, &RowError{Row: i, Err: fmt.Errorf("column %q: the value is %v", c.Name, x)}
		}
	}
	return values, nil
}

// valueUnits are the units that may stand behind the name of a column and _, in
// lower case.
var valueUnits = map[string]string{
	"pps": "pps", "hz": "Hz", "mv": "mV", "uv": "uV", "na": "nA", "pa": "pA", "ua": "uA", "n": "N", "mn": "mN", "nm": "Nm",
}

// valueName splits the name of a column into a name and a unit.
func valueName(c Column) (name, unit string) {
	name, unit = strings.TrimSpace(c.Name), c.Unit
	if unit != "" {
		return name, unit
	}
	for _, bracket := range []string{"()", "[]"} {
		if inner, ok := strings.CutSuffix(name, bracket[1:]); ok {
			if base, u, ok := strings.Cut(inner, bracket[:1]); ok && strings.TrimSpace(base) != "" && u != "" {
				return strings.TrimSpace(base), u
			}
		}
	}
	if i := strings.LastIndexAny(name, "_ "); i > 0 {
		if u := valueUnits[strings.ToLower(name[i+1:])]; u != "" {
			return name[:i], u
		}
	}
	return name, ""
}
