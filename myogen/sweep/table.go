package sweep

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strconv"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/npz"
)

// Table is the rows of a sweep as columns, all of the same length.
type Table struct {
	Columns []Column
	Missing int // runs that are not made yet
}

// Partial reports whether runs are missing.
func (t *Table) Partial() bool { return t.Missing > 0 }

// Column is a column of a table: numbers, whole numbers or texts.
type Column struct {
	Name    string // with the unit: "weight_uS"
	Unit    string
	Numbers []float64
	Ints    []int64
	Texts   []string
}

// Len returns the number of rows.
func (t *Table) Len() int {
	if len(t.Columns) == 0 {
		return 0
	}
	c := t.Columns[0]
	return max(len(c.Numbers), len(c.Ints), len(c.Texts))
}

// Column returns the column of a name.
func (t *Table) Column(name string) (Column, error) {
	var all []string
	for _, c := range t.Columns {
		if c.Name == name {
			return c, nil
		}
		all = append(all, c.Name)
	}
	return Column{}, fmt.Errorf("sweep: there is no column %q; there are %q", name, all)
}

// Grid returns the means of a column of numbers over all rows that have the same
// values in two other columns: means[i][j] is that of the i-th value of down and
// the j-th value of across, in the order in which they first stand in the table.
// The values are those of the columns as text. A point with no number is NaN.
func (t *Table) Grid(column, down, across string) (means [][]float64, i, j []string, err error) {
	c, err := t.Column(column)
	if err == nil && c.Numbers == nil {
		err = fmt.Errorf("sweep: the column %q has no numbers", column)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	y, i, err := t.index(down)
	if err != nil {
		return nil, nil, nil, err
	}
	x, j, err := t.index(across)
	if err != nil {
		return nil, nil, nil, err
	}
	counts := make([][]float64, len(i))
	means = make([][]float64, len(i))
	for k := range means {
		means[k], counts[k] = make([]float64, len(j)), make([]float64, len(j))
	}
	for row, v := range c.Numbers {
		if !math.IsNaN(v) {
			means[y[row]][x[row]] += v
			counts[y[row]][x[row]]++
		}
	}
	for k := range means {
		for l, n := range counts[k] {
			if n == 0 {
				means[k][l] = math.NaN()
			} else {
				means[k][l] /= n
			}
		}
	}
	return means, i, j, nil
}

// index returns the different values of a column as text, and which of them each
// row has.
func (t *Table) index(name string) (of []int, values []string, err error) {
	c, err := t.Column(name)
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]int{}
	for row := range t.Len() {
		text := c.text(row)
		k, ok := seen[text]
		if !ok {
			k = len(values)
			seen[text] = k
			values = append(values, text)
		}
		of = append(of, k)
	}
	return of, values, nil
}

// ColumnName returns the name of a column with its unit: weight_uS.
func ColumnName(name, unit string) string {
	if unit == "" {
		return name
	}
	return name + "_" + unit
}

// checkNames refuses two columns of one name.
func (s *Sweep) checkNames() error {
	seen := map[string]bool{}
	for _, c := range s.empty(0).Columns {
		if seen[c.Name] {
			return fmt.Errorf("sweep: two columns are called %q", c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

// seedPath is the path of an axis whose column is that of the seeds.
const seedPath = "seed"

// empty returns the columns of a table with n rows.
func (s *Sweep) empty(n int) *Table {
	t := &Table{}
	add := func(c Column) { t.Columns = append(t.Columns, c) }
	add(Column{Name: "run", Ints: make([]int64, n)})
	add(Column{Name: "seed", Ints: make([]int64, n)})
	for i, c := range s.Columns {
		switch column := (Column{Name: ColumnName(c.Name, c.Unit), Unit: c.Unit}); {
		case s.Axes[i].Path == seedPath:
		case c.Numbers != nil:
			column.Numbers = make([]float64, n)
			add(column)
		default:
			column.Texts = make([]string, n)
			add(column)
		}
	}
	for _, x := range s.Statistics {
		c := Column{Name: ColumnName(x.Name, x.Unit), Unit: x.Unit, Numbers: make([]float64, n)}
		for i := range c.Numbers {
			c.Numbers[i] = math.NaN()
		}
		add(c)
	}
	add(Column{Name: "spikes_sha256", Texts: make([]string, n)})
	add(Column{Name: "error", Texts: make([]string, n)})
	return t
}

// fill writes what a run gave into a row of the table.
func (s *Sweep) fill(t *Table, at int, r row) error {
	if r.Seed > math.MaxInt64 {
		return fmt.Errorf("sweep: run %d: the seed is %d; in a table it must be below 2^63", r.Run, r.Seed)
	}
	c := t.Columns
	c[0].Ints[at], c[1].Ints[at] = int64(r.Run), int64(r.Seed)
	c = c[2:]
	for i, value := range s.Point(r.Run) {
		switch {
		case s.Axes[i].Path == seedPath:
			continue
		case c[0].Numbers != nil:
			c[0].Numbers[at] = s.Columns[i].Numbers[value]
		default:
			c[0].Texts[at] = s.Columns[i].Text[value]
		}
		c = c[1:]
	}
	for i, v := range r.Values {
		c[i].Numbers[at] = float64(v)
	}
	c = c[len(s.Statistics):]
	c[0].Texts[at], c[1].Texts[at] = r.SHA256, r.Error
	return nil
}

// Table returns the table of all shards, in the order of the runs. If runs are
// missing it returns the rows that there are, and a [MissingError], which names
// the shards.
func (s *Sweep) Table() (*Table, error) {
	t, made := s.empty(s.Runs()), make([]bool, s.Runs())
	end := len(t.Columns)
	err := s.each(func(r row) error {
		if made[r.Run] {
			if t.Columns[end-2].Texts[r.Run] != r.SHA256 || t.Columns[end-1].Texts[r.Run] != r.Error {
				return fmt.Errorf("run %d has other spikes than in another row", r.Run)
			}
			return nil
		}
		made[r.Run] = true
		return s.fill(t, r.Run, r)
	})
	if err != nil {
		return nil, err
	}
	if err := s.missing(made); err != nil {
		return t.only(made), err
	}
	return t, nil
}

// only returns the rows that are true.
func (t *Table) only(rows []bool) *Table {
	out := &Table{}
	for _, row := range rows {
		if !row {
			out.Missing++
		}
	}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, Column{
			Name: c.Name, Unit: c.Unit, Numbers: pick(c.Numbers, rows), Ints: pick(c.Ints, rows), Texts: pick(c.Texts, rows),
		})
	}
	return out
}

func pick[T any](all []T, rows []bool) []T {
	if all == nil {
		return nil
	}
	out := []T{}
	for i, x := range all {
		if rows[i] {
			out = append(out, x)
		}
	}
	return out
}

// text returns a cell as text; NaN is empty.
func (c Column) text(i int) string {
	switch {
	case c.Ints != nil:
		return strconv.FormatInt(c.Ints[i], 10)
	case c.Texts != nil:
		return c.Texts[i]
	case math.IsNaN(c.Numbers[i]):
		return ""
	}
	return strconv.FormatFloat(c.Numbers[i], 'g', -1, 64)
}

// WriteCSV writes the table as comma-separated values with a row of names.
func (t *Table) WriteCSV(path string) error {
	f, err := atomicfile.Create(path)
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	b := bufio.NewWriter(f)
	w := csv.NewWriter(b)
	row := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		row[i] = c.Name
	}
	_ = w.Write(row) // Error has it
	for i := range t.Len() {
		for j, c := range t.Columns {
			row[j] = c.text(i)
		}
		_ = w.Write(row)
	}
	w.Flush()
	if err := errors.Join(w.Error(), b.Flush()); err != nil {
		return errors.Join(fmt.Errorf("sweep: %w", err), f.Discard())
	}
	if err := f.Commit(); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}

// NPZ returns the table as arrays by column.
func (t *Table) NPZ() npz.File {
	f := npz.File{}
	for _, c := range t.Columns {
		switch {
		case c.Ints != nil:
			f[c.Name] = npz.Ints(c.Ints)
		case c.Texts != nil:
			f[c.Name] = npz.Texts(c.Texts)
		default:
			f[c.Name] = npz.Floats(c.Numbers)
		}
	}
	return f
}

// Merge writes the table of all shards to table.csv and table.npz in the
// folder, and returns it.
func (s *Sweep) Merge() (*Table, error) {
	t, err := s.Table()
	if err != nil {
		return nil, err
	}
	if err := t.WriteCSV(filepath.Join(s.dir, "table.csv")); err != nil {
		return nil, err
	}
	return t, npz.Write(filepath.Join(s.dir, "table.npz"), t.NPZ())
}
