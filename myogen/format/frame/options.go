package frame

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Options say what a table of discharge times does not say itself.
type Options struct {
	// Unit, Time and Population name the columns that hold them. An empty name
	// stands for the usual ones: unit, MU, motor unit, neuron, cluster ...; time,
	// spike time, discharge, sample ...; population.
	Unit, Time, Population string

	// TimeUnit is the unit of times whose column names none: "s", "ms" or "us".
	TimeUnit string

	// ValueUnit is the unit of signals whose columns name none: "pps".
	ValueUnit string

	// Rate says that times are samples at this rate, the first of which is 0.
	Rate units.Frequency

	// Wide says that each column is a unit: its times, with missing numbers below
	// the last, or zeros and ones, a row for each sample.
	Wide bool
}

// OptionError is a refusal that one of the [Options], or of [CSV], would mend.
type OptionError struct {
	Need   string // name of the field: "TimeUnit"
	Reason string
}

func (e *OptionError) Error() string { return "frame: " + e.Reason }

// Option returns the name of the field.
func (e *OptionError) Option() string { return e.Need }

// Block returns a table of discharge times as a block. A long table has a row for
// each discharge, in any order: a column of units, one of times and perhaps one of
// populations, which makes the segments; without it there is one, "units". Trains
// of a frame that [Spikes] made are as they were; others span 0 to the last
// discharge of all, are sorted, and keep equal times: the annotation "note" names those
// that were not in order or have equal times. A time has its unit behind its name, "time [s]", "time (s)" or
// "time_s", or in o.
func Block(f *Frame, o Options) (*neo.Block, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	if o.Rate < 0 || math.IsNaN(float64(o.Rate)) || math.IsInf(float64(o.Rate), 0) {
		return nil, fmt.Errorf("frame: the rate is %v, must be above 0", o.Rate)
	}
	if o.Wide {
		return f.wide(o)
	}
	unit, err := f.column(o.Unit, "Unit", "units", unitNames)
	if err != nil {
		return nil, err
	}
	time, err := f.column(o.Time, "Time", "times", timeNames)
	if err != nil {
		return nil, err
	}
	times, err := o.times(time, false)
	if err != nil {
		return nil, err
	}
	var populations []string
	if o.Population != "" || f.has("population") {
		c, err := f.column(o.Population, "Population", "populations", []string{"population"})
		if err != nil {
			return nil, err
		}
		populations = labels(c.Values)
	}
	names := labels(unit.Values)
	if text, ok := f.Metadata[trainsKey]; ok {
		if b, err := blockAsItWas(text, names, populations, times); b != nil || err != nil {
			return b, err
		}
	}
	return blockOf(names, populations, times, o.period())
}

// Usual names of columns, in lower case, with _ for a blank and without a unit.
var (
	unitNames = []string{
		"unit", "mu", "motor_unit", "train", "neuron", "name", "unit_name", "unit_id", "mu_id", "motor_unit_id", "motorunit",
		"neuron_id", "cell", "cell_id", "cluster", "cluster_id", "units", "unit_ids", "neuron_ids", "cluster_ids", "spike_clusters", "senders", "id",
		"label",
	}
	timeNames = []string{
		"time", "times", "spike_time", "spike_times", "discharge", "discharge_time", "discharge_times", "discharges", "firing_time",
		"firing_times", "timestamp", "timestamps", "sample", "samples", "discharge_sample", "spike_sample", "t", "spike", "spikes",
	}
)

// timeFactors are what is in a ms.
var timeFactors = map[string]float64{
	"s": 1000, "sec": 1000, "second": 1000, "seconds": 1000,
	"ms": 1, "msec": 1, "millisecond": 1, "milliseconds": 1,
	"us": 1e-3, "µs": 1e-3, "μs": 1e-3, "microsecond": 1e-3, "microseconds": 1e-3,
}

// isSamples reports whether the unit of a column says that it counts samples.
func isSamples(unit string) bool { return unit == "sample" || unit == "samples" }

// plain splits the name of a column into one of the usual names and a unit.
func plain(c Column) (name, unit string) {
	name = strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(c.Name)))
	unit = strings.ToLower(c.Unit)
	for _, bracket := range []string{"()", "[]"} {
		if inner, ok := strings.CutSuffix(name, bracket[1:]); ok {
			if base, u, ok := strings.Cut(inner, bracket[:1]); ok && unit == "" {
				name, unit = strings.TrimRight(base, "_"), u
			}
		}
	}
	if i := strings.LastIndex(name, "_"); i > 0 && unit == "" {
		if u := name[i+1:]; timeFactors[u] > 0 || isSamples(u) {
			name, unit = name[:i], u
		}
	}
	return name, unit
}

// has reports whether a column has this name, in upper or lower case.
func (f *Frame) has(name string) bool {
	return slices.ContainsFunc(f.Columns, func(c Column) bool { return strings.EqualFold(c.Name, name) })
}

// column returns the column of this name or, if it is empty, of the first of the
// usual ones that there is. What is how an error calls its values.
func (f *Frame) column(name, option, what string, usual []string) (Column, error) {
	all := make([]string, len(f.Columns))
	for i, c := range f.Columns {
		all[i] = c.Name
		if name != "" && c.Name == name || name != "" && c.Head() == name {
			return c, nil
		}
	}
	if name != "" {
		return Column{}, fmt.Errorf("frame: there is no column %q; there are %q", name, all)
	}
	for _, want := range usual {
		for _, c := range f.Columns {
			if have, _ := plain(c); have == want {
				return c, nil
			}
		}
	}
	if err := withoutHeader(all); err != nil {
		return Column{}, err
	}
	called := fmt.Sprintf("%q", usual[0])
	if len(usual) > 1 {
		called += fmt.Sprintf(" or %q", usual[1])
	}
	return Column{}, &OptionError{option, fmt.Sprintf("no column is called %s, so that it is not known which one holds the %s; there are %q",
		called, what, all)}
}

// withoutHeader returns an error if all names of columns are numbers.
func withoutHeader(names []string) error {
	for _, s := range names {
		if _, ok := parseFloat(strings.Replace(s, ",", ".", 1)); !ok || s == "" {
			return nil
		}
	}
	return &OptionError{"NoHeader", fmt.Sprintf("the first row holds the numbers %q, not names of columns", names)}
}

// labels returns the values of a column as names; 3.0 is "3".
func labels(v Values) []string {
	all := make([]string, v.Len())
	floats, isFloat := v.(Floats)
	for i := range all {
		if isFloat && floats[i] == math.Trunc(floats[i]) && math.Abs(floats[i]) < 1<<53 {
			all[i] = strconv.FormatInt(int64(floats[i]), 10)
			continue
		}
		all[i] = v.Text(i)
	}
	return all
}

// period returns the sampling period of the trains, or 0.
func (o Options) period() units.Time {
	if o.Rate == 0 {
		return 0
	}
	return units.Time(1000 / float64(o.Rate))
}

// times returns the values of a column as times in ms, without those that are missing
// where there may be such.
func (o Options) times(c Column, missing bool) ([]units.Time, error) {
	if c.Values.Len() == 0 { // of no kind
		return nil, nil
	}
	wrong := func(row int, format string, args ...any) error {
		return &RowError{Row: row, Err: fmt.Errorf("column %q: "+format, append([]any{c.Name}, args...)...)}
	}
	one := Frame{Columns: []Column{c}}
	values, err := one.Floats(c.Name)
	if err != nil {
		if texts, ok := c.Values.(Texts); ok {
			for i, s := range texts {
				if _, ok := parseFloat(s); !ok {
					return nil, wrong(i, "%q is not a time", s)
				}
			}
		}
		return nil, err
	}
	convert, err := o.converter(c)
	if err != nil {
		return nil, err
	}
	times := make([]units.Time, 0, len(values))
	for i, x := range values {
		switch {
		case math.IsNaN(x) && missing:
			continue
		case math.IsNaN(x):
			return nil, wrong(i, "a time is missing")
		case math.IsInf(x, 0):
			return nil, wrong(i, "%v is not a time", x)
		}
		t, err := convert(x)
		if err != nil {
			return nil, wrong(i, "%w", err)
		}
		times = append(times, t)
	}
	return times, nil
}

// converter returns what makes a time of a value of the column.
func (o Options) converter(c Column) (func(x float64) (units.Time, error), error) {
	name, unit := plain(c)
	_, known := timeFactors[unit]
	counts := isSamples(unit) || unit == "" && strings.Contains(name, "sample")
	if unit != "" && !known && !isSamples(unit) {
		return nil, fmt.Errorf("frame: column %q has the unit %q; a time is in s, ms or us", c.Name, unit)
	}
	switch {
	case o.Rate > 0 && known:
		return nil, fmt.Errorf("frame: column %q is in %s; a rate is for times that are samples", c.Name, unit)
	case o.Rate > 0 && o.TimeUnit != "":
		return nil, fmt.Errorf("frame: times are in %s, or samples at %v: not both", o.TimeUnit, o.Rate)
	case o.Rate > 0:
		return func(x float64) (units.Time, error) {
			if x != math.Trunc(x) || x < 0 {
				return 0, fmt.Errorf("%v is not the number of a sample", x)
			}
			return units.Time(x / float64(o.Rate) * 1000), nil
		}, nil
	case counts && o.TimeUnit == "":
		return nil, &OptionError{"Rate", fmt.Sprintf("column %q counts samples, and it is not known how many there are in a second", c.Name)}
	case unit != "" && o.TimeUnit != "" && timeFactors[unit] != timeFactors[o.TimeUnit]:
		return nil, fmt.Errorf("frame: column %q is in %s, not in %s", c.Name, unit, o.TimeUnit)
	case unit == "":
		unit = o.TimeUnit
	}
	if unit == "" {
		return nil, &OptionError{"TimeUnit", fmt.Sprintf("column %q does not say whether it is in s, ms or us: \"%s [s]\" would", c.Name, c.Name)}
	}
	factor, ok := timeFactors[unit]
	if !ok {
		return nil, fmt.Errorf("frame: the unit of time %q; it is s, ms or us", unit)
	}
	return func(x float64) (units.Time, error) { return units.Time(x * factor), nil }, nil
}

// wide returns a table that has a column for each unit.
func (f *Frame) wide(o Options) (*neo.Block, error) {
	raster := true
	columns := make([][]float64, len(f.Columns))
	for i, c := range f.Columns {
		var err error
		if columns[i], err = f.Floats(c.Name); err != nil {
			return nil, err
		}
		raster = raster && isRaster(columns[i])
	}
	if raster {
		names := make([]string, len(f.Columns))
		for i, c := range f.Columns {
			names[i] = c.Name
		}
		return rasterBlock(names, columns, o)
	}
	lists := &Frame{}
	for i, c := range f.Columns {
		c.Values = Floats(columns[i])
		lists.Columns = append(lists.Columns, c)
	}
	return listsBlock(lists, true, o)
}

// isRaster reports whether all values are 0 or 1.
func isRaster(x []float64) bool {
	for _, v := range x {
		if v != 0 && v != 1 {
			return false
		}
	}
	return len(x) > 1
}

// rasterBlock returns units that are given by zeros and ones, one a sample.
func rasterBlock(names []string, rows [][]float64, o Options) (*neo.Block, error) {
	if o.Rate == 0 {
		return nil, &OptionError{"Rate", "it holds zeros and ones, one a sample, and it is not known how many there are in a second"}
	}
	s := neo.Segment{Name: "units"}
	for i, row := range rows {
		t := neo.SpikeTrain{Name: names[i], TStop: units.Time(float64(len(row)) / float64(o.Rate) * 1000), SamplingPeriod: o.period()}
		for j, v := range row {
			if v == 1 {
				t.Times = append(t.Times, units.Time(float64(j)/float64(o.Rate)*1000))
			}
		}
		s.SpikeTrains = append(s.SpikeTrains, t)
	}
	b := &neo.Block{Segments: []neo.Segment{s}, Annotations: map[string]string{}}
	return b, b.Validate()
}
