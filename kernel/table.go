//go:build !js

package kernel

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"html"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Table is rows of values under named columns.
type Table struct {
	Title   string
	Columns []string // "Rate (pps)"
	Rows    [][]any  // one value for each column; numbers and units are aligned and sorted as numbers
}

// TableOf returns a table of a slice of structs: a column for each exported
// field, named by its tag `table:"Rate (pps)"` or else by the field; a field
// with the tag `table:"-"` is left out.
//
//	type row struct {
//		Peak units.Rate `table:"Peak rate (pps)"`
//		CV   float64
//	}
//	kernel.ShowTable(kernel.Must(kernel.TableOf(rows)))
func TableOf[T any](rows []T) (Table, error) {
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct {
		return Table{}, fmt.Errorf("kernel: a table is made of structs, not of %v", t)
	}
	var table Table
	var fields []int
	for i := range t.NumField() {
		f := t.Field(i)
		name, tagged := f.Tag.Lookup("table")
		if !f.IsExported() || name == "-" {
			continue
		}
		if !tagged {
			name = f.Name
		}
		fields, table.Columns = append(fields, i), append(table.Columns, name)
	}
	for _, r := range rows {
		v := reflect.ValueOf(r)
		row := make([]any, len(fields))
		for i, f := range fields {
			row[i] = v.Field(f).Interface()
		}
		table.Rows = append(table.Rows, row)
	}
	return table, nil
}

// ShowTable shows a table in the cell: a click on the head of a column sorts by it,
// and a button saves it as CSV. Without scripts it is a table, without HTML
// aligned text. A row that does not fit the columns ends the cell as Check does.
func ShowTable(t Table) {
	t.Title = markedText(t.Title, running.Partial())
	Check(showTable(t))
}

func showTable(t Table) error {
	cells, err := t.cells()
	if err != nil {
		return err
	}
	return display("", map[string]string{"text/html": t.html(cells), "text/plain": t.plain(cells)})
}

// CSV returns the table as CSV (RFC 4180): the names of the columns, then a row a
// line. Numbers have all their digits, where the shown table rounds them; NaN is
// an empty field. A column of quantities in one unit holds their numbers, with the
// unit in its name: "Peak rate (pps)". The error names a row that does not fit the
// columns.
func (t Table) CSV() ([]byte, error) {
	cells, err := t.cells()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	names, plain := make([]string, len(t.Columns)), make([]bool, len(t.Columns))
	for c := range t.Columns {
		names[c], plain[c] = t.csvColumn(cells, c)
	}
	if err := w.Write(names); err != nil {
		return nil, err
	}
	for _, row := range cells {
		fields := make([]string, len(row))
		for c, cell := range row {
			switch {
			case !cell.isNum || !plain[c]:
				fields[c] = cell.text
			case !math.IsNaN(cell.number):
				fields[c] = exactText(cell.number)
			}
		}
		if err := w.Write(fields); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// csvColumn returns the name of a column in CSV, and whether its numbers stand
// there without their texts.
func (t Table) csvColumn(cells [][]tableCell, column int) (name string, plain bool) {
	unit := ""
	for i, row := range cells {
		c := row[column]
		if _, ok := t.Rows[i][column].(fmt.Stringer); !ok || !c.isNum {
			if unit != "" && c.isNum {
				return t.Columns[column], false
			}
			continue
		}
		u, ok := strings.CutPrefix(c.text, exactText(c.number)+" ")
		if !ok || unit != "" && u != unit || i > 0 && unit == "" && numeric(cells[:i], column) {
			return t.Columns[column], false
		}
		unit = u
	}
	if unit == "" || strings.HasSuffix(t.Columns[column], "("+unit+")") {
		return t.Columns[column], true
	}
	return t.Columns[column] + " (" + unit + ")", true
}

// exactText returns a number in the fewest digits that give it again.
func exactText(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// tableCell is a value as it is shown.
type tableCell struct {
	text   string
	number float64 // sorts; NaN when it is not a number
	isNum  bool
}

func (t Table) cells() ([][]tableCell, error) {
	rows := make([][]tableCell, len(t.Rows))
	for i, r := range t.Rows {
		if len(r) != len(t.Columns) {
			return nil, fmt.Errorf("kernel: row %d of table %q has %d values for %d columns", i+1, t.Title, len(r), len(t.Columns))
		}
		rows[i] = make([]tableCell, len(r))
	}
	for c := range t.Columns {
		decimals := t.decimals(c)
		for i, r := range t.Rows {
			rows[i][c] = newTableCell(r[c], decimals)
		}
	}
	return rows, nil
}

// maxDecimals is how many digits follow the point at most.
const maxDecimals = 4

// decimals returns how many digits after the point show all numbers of a
// column to five significant digits, or -1 where that takes too many.
func (t Table) decimals(column int) int {
	need := 0
	for _, r := range t.Rows {
		x, ok := number(r[column])
		if !ok || x == math.Trunc(x) && math.Abs(x) < 1e9 || math.IsNaN(x) || math.IsInf(x, 0) {
			continue
		}
		if a := math.Abs(x); a < 1e-3 || a >= 1e9 {
			return -1
		}
		short := strconv.FormatFloat(x, 'g', 5, 64)
		parsed, err := strconv.ParseFloat(short, 64)
		if err != nil {
			return -1
		}
		_, digits, _ := strings.Cut(strconv.FormatFloat(parsed, 'f', -1, 64), ".")
		need = max(need, len(digits))
	}
	return min(need, maxDecimals)
}

// number returns the value of a number without a text of its own.
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

func newTableCell(v any, decimals int) tableCell {
	x, isNum := number(v)
	if _, ok := v.(fmt.Stringer); ok {
		if !isNum {
			x = math.NaN()
		}
		return tableCell{text: fmt.Sprint(v), number: x, isNum: isNum}
	}
	switch {
	case v == nil:
		return tableCell{text: "", number: math.NaN()}
	case !isNum:
		return tableCell{text: fmt.Sprint(v), number: math.NaN()}
	case math.IsNaN(x) || math.IsInf(x, 0):
		return tableCell{text: fmt.Sprint(x), number: x, isNum: true}
	case decimals < 0:
		return tableCell{text: strconv.FormatFloat(x, 'g', 5, 64), number: x, isNum: true}
	}
	return tableCell{text: strconv.FormatFloat(x, 'f', decimals, 64), number: x, isNum: true}
}

// plain returns the table as aligned text.
func (t Table) plain(rows [][]tableCell) string {
	width := make([]int, len(t.Columns))
	for c, name := range t.Columns {
		width[c] = utf8.RuneCountInString(name)
		for _, r := range rows {
			width[c] = max(width[c], utf8.RuneCountInString(r[c].text))
		}
	}
	var b strings.Builder
	if t.Title != "" {
		b.WriteString(t.Title + "\n")
	}
	line := func(text func(c int) (s string, right bool)) {
		var l strings.Builder
		for c := range t.Columns {
			s, right := text(c)
			pad := strings.Repeat(" ", width[c]-utf8.RuneCountInString(s))
			if right {
				s = pad + s
			} else {
				s += pad
			}
			l.WriteString(s + "  ")
		}
		b.WriteString(strings.TrimRight(l.String(), " ") + "\n")
	}
	line(func(c int) (string, bool) { return t.Columns[c], numeric(rows, c) })
	for _, r := range rows {
		line(func(c int) (string, bool) { return strings.ReplaceAll(r[c].text, "\n", " "), r[c].isNum })
	}
	return b.String()
}

// numeric reports whether a column holds numbers.
func numeric(rows [][]tableCell, column int) bool {
	for _, r := range rows {
		if r[column].isNum {
			return true
		}
	}
	return false
}

//go:embed table.js
var tableJS string

// html returns the table as HTML that scrolls where it is too wide and takes
// its colours from the page.
func (t Table) html(rows [][]tableCell) string {
	var b strings.Builder
	b.WriteString(`<div class="myogen-table" style="overflow-x:auto"><table style="margin:0;border-collapse:collapse;font-variant-numeric:tabular-nums">`)
	if t.Title != "" {
		fmt.Fprintf(&b, `<caption style="text-align:left;font-weight:bold;padding:4px 8px">%s</caption>`, html.EscapeString(t.Title))
	}
	b.WriteString("<thead><tr>")
	for c, name := range t.Columns {
		key := ""
		if other, plain := t.csvColumn(rows, c); plain && numeric(rows, c) {
			if other == name {
				other = ""
			}
			key = fmt.Sprintf(` data-csv="%s"`, html.EscapeString(other))
		}
		fmt.Fprintf(&b, `<th scope="col" style="text-align:%s"%s>%s</th>`, side(numeric(rows, c)), key, html.EscapeString(name))
	}
	b.WriteString("</tr></thead><tbody>")
	for _, r := range rows {
		b.WriteString("<tr>")
		for _, c := range r {
			key := ""
			if c.isNum {
				key = fmt.Sprintf(` data-number="%s"`, scriptNumber(c.number))
			}
			fmt.Fprintf(&b, `<td style="text-align:%s;white-space:pre-wrap"%s>%s</td>`, side(c.isNum), key, html.EscapeString(c.text))
		}
		b.WriteString("</tr>")
	}
	b.WriteString("</tbody></table></div><script>" + tableJS + "</script>")
	return b.String()
}

// scriptNumber is a number as JavaScript reads it.
func scriptNumber(x float64) string {
	switch {
	case math.IsInf(x, 1):
		return "Infinity"
	case math.IsInf(x, -1):
		return "-Infinity"
	}
	return fmt.Sprint(x)
}

func side(right bool) string {
	if right {
		return "right"
	}
	return "left"
}
