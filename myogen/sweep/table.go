package sweep

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strconv"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/npz"
)

// Table is the rows of a sweep as columns, all of the same length.
type Table struct {
	Columns []Column
}

// Column is a column of a table: numbers, or texts.
type Column struct {
	Name    string // with the unit: "weight_uS"
	Unit    string
	Numbers []float64 // nil for texts
	Ints    []int64   // of run and seed
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

// Table returns the table of all shards. The error names those that are not
// complete.
func (s *Sweep) Table() (*Table, error) {
	rows, err := s.rows()
	if err != nil {
		return nil, err
	}
	names := s.names()
	t := &Table{Columns: make([]Column, len(names))}
	for i, name := range names {
		t.Columns[i].Name = name
	}
	for _, r := range rows {
		c := t.Columns
		c[0].Ints, c[1].Ints = append(c[0].Ints, int64(r.Run)), append(c[1].Ints, int64(r.Seed))
		c = c[2:]
		for i, at := range s.Point(r.Run) {
			column := s.Columns[i]
			c[i].Unit = column.Unit
			if column.Numbers != nil {
				c[i].Numbers = append(c[i].Numbers, column.Numbers[at])
			} else {
				c[i].Texts = append(c[i].Texts, column.Text[at])
			}
		}
		c = c[len(s.Columns):]
		for i, x := range s.statistics {
			v := nan
			if r.Values != nil {
				v = r.Values[i]
			}
			c[i].Unit, c[i].Numbers = x.Unit, append(c[i].Numbers, v)
		}
		c = c[len(s.statistics):]
		c[0].Texts, c[1].Texts = append(c[0].Texts, r.SHA256), append(c[1].Texts, r.Error)
	}
	return t, nil
}

// text returns a cell as text; NaN is empty.
func (c Column) text(i int) string {
	switch {
	case c.Ints != nil:
		return strconv.FormatInt(c.Ints[i], 10)
	case c.Texts != nil:
		return c.Texts[i]
	case c.Numbers[i] != c.Numbers[i]:
		return ""
	}
	return strconv.FormatFloat(c.Numbers[i], 'g', -1, 64)
}

// CSV returns the table as comma-separated values with a row of names.
func (t *Table) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
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
	return b.Bytes(), w.Error()
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

// Merge writes the table to table.csv and table.npz in the folder, and returns
// it.
func (s *Sweep) Merge() (*Table, error) {
	t, err := s.Table()
	if err != nil {
		return nil, err
	}
	text, err := t.CSV()
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	if err := atomicfile.Write(filepath.Join(s.dir, "table.csv"), text); err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	return t, npz.Write(filepath.Join(s.dir, "table.npz"), t.NPZ())
}
