package frame

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// ReadNumPy reads discharge times from the .npy or .npz file at path, in one of the
// forms that people save:
//
//   - an array of two columns, unit and time;
//   - a matrix of zeros and ones, a row for each unit (or a column, if there are more
//     rows than columns), with o.Rate;
//   - in an .npz, arrays that are the columns of a long table, see [Block];
//   - in an .npz, an array of times for each unit, and perhaps a number fsamp.
//
// A file that [npz.WriteBlock] wrote is read as [npz.ReadBlock] reads it.
func ReadNumPy(path string, o Options) (*neo.Block, error) {
	if strings.EqualFold(filepath.Ext(path), ".npy") {
		a, err := npz.ReadArray(path)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		b, err := arraysBlock(npz.File{name: a}, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return b, nil
	}
	f, err := npz.Read(path)
	if err != nil {
		return nil, err
	}
	var b *neo.Block
	if _, ours := f["format"]; ours {
		b, err = npz.DecodeBlock(f)
	} else {
		b, err = arraysBlock(f, o)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

// rateNames are those of a number that is the sampling rate.
var rateNames = []string{"fsamp", "fs", "rate", "sampling_rate", "samplingfrequency", "sampling_frequency"}

func arraysBlock(f npz.File, o Options) (*neo.Block, error) {
	names := slices.SortedFunc(slices.Values(f.Names()), natural)
	var lists, matrices []string
	for _, name := range names {
		switch a := f[name]; {
		case len(a.Shape) == 2 && a.Text == nil:
			matrices = append(matrices, name)
		case len(a.Shape) == 1:
			lists = append(lists, name)
		}
		if a := f[name]; len(a.Shape) == 0 && o.Rate == 0 && o.TimeUnit == "" && slices.Contains(rateNames, strings.ToLower(name)) {
			if x, err := a.Numbers(); err == nil && x[0] > 0 {
				o.Rate = units.Frequency(x[0])
			}
		}
	}
	switch {
	case len(matrices) == 1 && len(lists) == 0:
		return matrixBlock(matrices[0], f[matrices[0]], o)
	case len(lists) > 0 && len(matrices) == 0:
		table := &Frame{}
		for _, name := range lists {
			c := Column{Name: name}
			c.Name, c.Unit = parseHead(name)
			switch a := f[name]; {
			case a.Text != nil:
				c.Values = Texts(a.Text)
			case a.Int != nil:
				c.Values = Ints(a.Int)
			default:
				c.Values = Floats(a.Float)
			}
			table.Columns = append(table.Columns, c)
		}
		if _, err := table.column(o.Time, "Time", "times", timeNames); err == nil && len(lists) > 1 {
			return Block(table, o)
		}
		return listsBlock(table, false, o)
	}
	var have []string
	for _, name := range names {
		have = append(have, fmt.Sprintf("%s %v", name, f[name].Shape))
	}
	return nil, fmt.Errorf("frame: it holds no discharge times in a form that is known: columns unit and time, an array of times for each unit, "+
		"or one matrix of zeros and ones; there are %s", strings.Join(have, ", "))
}

// listsBlock returns columns that are the times of one unit each.
// Times may be missing.
func listsBlock(table *Frame, missing bool, o Options) (*neo.Block, error) {
	names, times, all := []string{}, []units.Time{}, []string{}
	for _, c := range table.Columns {
		x, err := o.times(c, missing)
		if err != nil {
			return nil, err
		}
		name := c.Name
		if _, unit := plain(c); unit != "" && c.Unit == "" { // "MU1_ms"
			name = strings.TrimRight(name[:strings.LastIndexAny(name, "_ ([")], " _")
		}
		all = append(all, name)
		for _, t := range x {
			names, times = append(names, name), append(times, t)
		}
	}
	b, err := blockOf(names, nil, times, o.period())
	if err != nil {
		return nil, err
	}
	return withSilent(b, all), nil
}

// withSilent adds trains without a discharge, so that all are there in their order.
func withSilent(b *neo.Block, names []string) *neo.Block {
	s := &b.Segments[0]
	trains := make([]neo.SpikeTrain, len(names))
	for i, name := range names {
		k := slices.IndexFunc(s.SpikeTrains, func(t neo.SpikeTrain) bool { return t.Name == name })
		if k >= 0 {
			trains[i] = s.SpikeTrains[k]
			continue
		}
		first := s.SpikeTrains[0]
		trains[i] = neo.SpikeTrain{Name: name, TStart: first.TStart, TStop: first.TStop, SamplingPeriod: first.SamplingPeriod}
	}
	s.SpikeTrains = trains
	return b
}

func matrixBlock(name string, a npz.Array, o Options) (*neo.Block, error) {
	x, err := a.Numbers()
	if err != nil {
		return nil, fmt.Errorf("frame: array %q: %w", name, err)
	}
	rows, columns := a.Shape[0], a.Shape[1]
	if isRaster(x) {
		trains := make([][]float64, min(rows, columns))
		names := make([]string, len(trains))
		for i := range trains {
			names[i] = fmt.Sprintf("MU_%d", i)
			if rows <= columns {
				trains[i] = x[i*columns : (i+1)*columns]
				continue
			}
			for j := range rows {
				trains[i] = append(trains[i], x[j*columns+i])
			}
		}
		return rasterBlock(names, trains, o)
	}
	if columns != 2 {
		return nil, fmt.Errorf("frame: array %q has shape %v; a matrix has zeros and ones, or two columns, unit and time", name, a.Shape)
	}
	unit, times := make(Texts, rows), make(Floats, rows)
	for i := range unit {
		if u := x[2*i]; u != math.Trunc(u) {
			return nil, fmt.Errorf("frame: array %q row %d: %v is not the number of a unit; the columns are unit and time", name, i+1, u)
		}
		unit[i], times[i] = fmt.Sprintf("MU_%v", x[2*i]), x[2*i+1]
	}
	return Block(&Frame{Columns: []Column{{Name: "unit", Values: unit}, {Name: "time", Values: times}}}, o)
}

// runs returns the numbers in a name and what is between them, in their order.
func runs(name string) (all []string) {
	from := 0
	for i := range name {
		if i > 0 && isDigit(name[i]) != isDigit(name[i-1]) {
			all = append(all, name[from:i])
			from = i
		}
	}
	return append(all, name[from:])
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// natural compares names so that MU_2 is before MU_10.
func natural(a, b string) int {
	return slices.CompareFunc(runs(a), runs(b), func(a, b string) int {
		x, err1 := strconv.ParseUint(a, 10, 64)
		y, err2 := strconv.ParseUint(b, 10, 64)
		if err1 != nil || err2 != nil || x == y {
			return strings.Compare(a, b)
		}
		if x < y {
			return -1
		}
		return 1
	})
}
