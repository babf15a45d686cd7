package sweep

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/watch"
)

// Table is the rows of a sweep as columns.
type Table struct {
	frame.Frame
	Missing int // runs that are not made yet
}

// A kept table has values of these types.
func init() {
	for _, v := range []frame.Values{frame.Floats{}, frame.Ints{}, frame.Texts{}} {
		gob.Register(v)
	}
}

// Partial reports whether runs are missing.
func (t *Table) Partial() bool { return t.Missing > 0 }

// Grid returns the means of a column of numbers over all rows that have the same
// values in two other columns: means[i][j] is that of the i-th value of down and
// the j-th value of across, in the order in which they first stand in the table.
// The values are those of the columns as text. A point with no number is NaN.
func (t *Table) Grid(column, down, across string) (means [][]float64, i, j []string, err error) {
	numbers, err := t.Floats(column)
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
	for row, v := range numbers {
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
	texts, err := t.Texts(name)
	if err != nil {
		return nil, nil, err
	}
	seen := map[string]int{}
	for _, text := range texts {
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

// checkNames refuses two columns of one name.
func (s *Sweep) checkNames() error {
	t := s.empty(0)
	if err := t.Validate(); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}

// seedPath is the path of an axis whose column is that of the seeds.
const seedPath = "seed"

// empty returns the columns of a table with n rows.
func (s *Sweep) empty(n int) *Table {
	t := &Table{}
	add := func(name, unit string, v frame.Values) {
		t.Columns = append(t.Columns, frame.Column{Name: name, Unit: unit, Values: v})
	}
	add("run", "", make(frame.Ints, n))
	add("seed", "", make(frame.Ints, n))
	for _, c := range s.Columns {
		switch {
		case c.Path == seedPath:
		case c.Numbers != nil:
			add(c.Name, c.Unit, make(frame.Floats, n))
		default:
			add(c.Name, "", make(frame.Texts, n))
		}
	}
	for _, x := range s.Statistics {
		numbers := make(frame.Floats, n)
		for i := range numbers {
			numbers[i] = math.NaN()
		}
		add(x.Name, x.Unit, numbers)
	}
	add("spikes_sha256", "", make(frame.Texts, n))
	add("error", "", make(frame.Texts, n))
	return t
}

// fill writes what a run gave into a row of the table.
func (s *Sweep) fill(t *Table, at int, r row) error {
	if r.Seed > math.MaxInt64 {
		return fmt.Errorf("run %d: the seed is %d; in a table it must be below 2^63", r.Run, r.Seed)
	}
	next := 0
	values := func() frame.Values {
		next++
		return t.Columns[next-1].Values
	}
	values().(frame.Ints)[at] = int64(r.Run)
	values().(frame.Ints)[at] = int64(r.Seed)
	for i, value := range s.Point(r.Run) {
		if s.Columns[i].Path == seedPath {
			continue
		}
		switch v := values().(type) {
		case frame.Floats:
			v[at] = s.Columns[i].Numbers[value]
		case frame.Texts:
			v[at] = s.Columns[i].Text[value]
		}
	}
	for i := range s.Statistics {
		if v := values().(frame.Floats); r.Error == "" {
			v[at] = float64(r.Values[i])
		}
	}
	values().(frame.Texts)[at] = r.SHA256
	values().(frame.Texts)[at] = r.Error
	return nil
}

// block returns the rows of the runs in [start, stop) that are made.
func (s *Sweep) block(w *watch.Watch, start, stop int) (*Table, error) {
	t, made := s.empty(stop-start), make([]bool, stop-start)
	end := len(t.Columns)
	sums, failures := t.Columns[end-2].Values.(frame.Texts), t.Columns[end-1].Values.(frame.Texts)
	err := s.each(w, start, stop, func(r row) error {
		at := r.Run - start
		if made[at] {
			if sums[at] != r.SHA256 || failures[at] != r.Error {
				return fmt.Errorf("run %d has other spikes than in another row", r.Run)
			}
			return nil
		}
		made[at] = true
		return s.fill(t, at, r)
	})
	if err != nil {
		return nil, err
	}
	if slices.Contains(made, false) {
		t = t.only(made)
	}
	return t, nil
}

// Table returns the table of all shards, in the order of the runs. If runs are
// missing it returns the rows that there are, and a [MissingError], which names
// the shards. Of a table that does not fit into memory [Sweep.Merge] makes files. It ends
// with the error of ctx soon after it is cancelled, and reports to the Starting of a
// [myogen.Observer].
func (s *Sweep) Table(ctx context.Context) (*Table, error) {
	w := watch.Of(ctx)
	s.made = nil // other programs may have made some
	if err := s.read(w); err != nil {
		return nil, err
	}
	w.Begin("making the table", s.Runs())
	t, err := s.block(w, 0, s.Runs())
	if err != nil {
		return nil, err
	}
	return t, s.missing()
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
		switch v := c.Values.(type) {
		case frame.Floats:
			c.Values = frame.Floats(pick(v, rows))
		case frame.Ints:
			c.Values = frame.Ints(pick(v, rows))
		case frame.Texts:
			c.Values = frame.Texts(pick(v, rows))
		}
		out.Columns = append(out.Columns, c)
	}
	return out
}

func pick[T any](all []T, rows []bool) []T {
	out := make([]T, 0, len(all))
	for i, x := range all {
		if rows[i] {
			out = append(out, x)
		}
	}
	return out
}

// NPZ returns the table as arrays by column, named as in a CSV file: "weight
// [uS]".
func (t *Table) NPZ() npz.File {
	f := npz.File{}
	for _, c := range t.Columns {
		f[c.Head()] = array(c.Values)
	}
	return f
}

// Write writes the table to NAME.csv and NAME.npz in a folder. Package parquet
// writes the Frame of a table as Parquet.
func (t *Table) Write(dir, name string) error {
	return t.WriteContext(context.Background(), dir, name)
}

// WriteContext is [Table.Write] that ends with the error of ctx soon after it is cancelled,
// and then leaves the file of before, or both. It reports to the Starting of a
// [myogen.Observer].
func (t *Table) WriteContext(ctx context.Context, dir, name string) error {
	w := watch.Of(ctx)
	w.Begin("writing the table", 0)
	if err := atomicfile.WriteFollowed(filepath.Join(dir, name+".csv"), w.Did, t.EncodeCSV); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return npz.Writer{Look: w.Did}.Write(filepath.Join(dir, name+".npz"), t.NPZ())
}

// Rows of a table that Merge has in memory at a time, and the most passes over all
// rows that it makes for them.
const (
	blockRows = 1 << 10
	maxBlocks = 1 << 8
)

// Merge writes the table of all shards to table.csv and table.npz in the folder,
// or returns a [MissingError]. It holds a block of rows in memory, which it hands
// to also as well: package parquet makes a file of them. Also may be nil. When ctx is
// cancelled Merge ends with its error soon, and the files of before stay; meanwhile it
// reports to the Starting of a [myogen.Observer].
func (s *Sweep) Merge(ctx context.Context, also func(*frame.Frame) error) (err error) {
	w := watch.Of(ctx)
	s.made = nil // other programs may have made some
	if err := s.read(w); err != nil {
		return err
	}
	if err := s.missing(); err != nil {
		return err
	}
	text, err := atomicfile.Create(filepath.Join(s.dir, "table.csv"))
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	text.Follow(func(int) error { return w.Did(0) })
	columns, err := newSpool(s.dir)
	if err == nil {
		defer columns.close()
		err = s.blocks(w, frame.NewCSVWriter(text), columns, also)
	}
	if err == nil {
		w.Begin("writing the table", 0)
		err = npz.Writer{Look: w.Did}.WritePieces(filepath.Join(s.dir, "table.npz"), columns.arrays())
	}
	if err != nil {
		return fmt.Errorf("sweep: %w", errors.Join(err, text.Discard()))
	}
	if err := text.Commit(); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}

// blocks hands on the table, block by block.
func (s *Sweep) blocks(w *watch.Watch, text *frame.CSVWriter, columns *spool, also func(*frame.Frame) error) error {
	size := max(s.blockRows, (s.Runs()+maxBlocks-1)/maxBlocks)
	w.Begin("making the table", s.Runs()*((s.Runs()+size-1)/size)) // each block reads all rows
	for start := 0; start < s.Runs(); start += size {
		t, err := s.block(w, start, min(start+size, s.Runs()))
		if err != nil {
			return err
		}
		if err := errors.Join(text.Write(&t.Frame), columns.add(&t.Frame)); err != nil {
			return err
		}
		if also == nil {
			continue
		}
		if err := also(&t.Frame); err != nil {
			return err
		}
	}
	return text.Flush()
}
