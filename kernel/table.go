//go:build !js

package kernel

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"html"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"gomyogen/myogen/format/atomicfile"
)

// shortText is the length of texts that stay on one line.
const shortText = 24

// Table is rows of values under named columns.
type Table struct {
	Title   string
	Columns []string // "Rate (pps)"; the unit of quantities is added where it is not there
	Rows    [][]any  // one value for each column; numbers and quantities are aligned and sorted as numbers
}

// TableOf returns a table of a slice of structs: a column for each exported
// field, named by its tag `table:"Rate (pps)"` or else by the field; a field
// with the tag `table:"-"` is left out.
//
//	type row struct {
//		Peak units.Rate `table:"Peak rate"`
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
	columns, err := t.columns()
	if err != nil {
		return err
	}
	return display("", map[string]string{"text/html": t.html(columns), "text/plain": t.plain(columns)})
}

// CSV returns the table as CSV (RFC 4180): the names of the columns, then a row a
// line. Numbers have all their digits, where the shown table rounds them; NaN is
// an empty field. A column of quantities holds their numbers, with the unit in its
// name. Texts stay as they are, also where a spreadsheet would take them for formulas
// ("=A1"). The error names a row that does not fit the columns.
func (t Table) CSV() ([]byte, error) {
	columns, err := t.columns()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	write := func(fields []string) {
		if len(fields) == 1 && fields[0] == "" { // an empty line is no row
			w.Flush()
			b.WriteString("\"\"\n")
			return
		}
		_ = w.Write(fields) // to memory
	}
	fields := make([]string, len(columns))
	for i, c := range columns {
		fields[i] = c.name
	}
	write(fields)
	for row := range t.Rows {
		for i, c := range columns {
			fields[i] = c.cells[row].csv()
		}
		write(fields)
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// exactText returns a number in the fewest digits that give it again.
func exactText(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// column is a column as it is shown.
type column struct {
	name    string
	numeric bool // whether it holds numbers
	cells   []tableCell
}

// tableCell is a value as it is shown.
type tableCell struct {
	text   string
	number float64 // sorts; NaN when it is not a number
	isNum  bool
	exact  bool // whether the number with all its digits stands for the value
}

// csv returns the value as a field of CSV.
func (c tableCell) csv() string {
	switch {
	case !c.exact:
		return c.text
	case math.IsNaN(c.number):
		return ""
	}
	return exactText(c.number)
}

// SaveCSV writes the table to a .csv file, as [Table.CSV] has it, completely or
// not at all, and makes the file's folder if there is none.
func (t Table) SaveCSV(path string) error {
	if ext := filepath.Ext(path); !strings.EqualFold(ext, ".csv") {
		return fmt.Errorf("kernel: %s: a table is saved as .csv, not %q", path, ext)
	}
	data, err := t.CSV()
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o777)
	}
	if err == nil {
		err = atomicfile.Write(path, data)
	}
	if err != nil {
		return fmt.Errorf("kernel: save table: %w", err)
	}
	if cut := running.Partial(); len(cut) > 0 {
		fmt.Printf("%s: %s\n", path, markedText("", cut))
	}
	return nil
}

func (t Table) columns() ([]column, error) {
	for i, r := range t.Rows {
		if len(r) != len(t.Columns) {
			return nil, fmt.Errorf("kernel: row %d of table %q has %d values for %d columns", i+1, t.Title, len(r), len(t.Columns))
		}
	}
	all := make([]column, len(t.Columns))
	for i, name := range t.Columns {
		values := make([]any, len(t.Rows))
		for j, r := range t.Rows {
			values[j] = r[i]
		}
		all[i] = newColumn(name, values)
	}
	return all, nil
}

// newColumn returns the column of values. Quantities in one unit are numbers, and
// the unit stands in the column's name; mixed with plain numbers or with other
// units each has its own.
func newColumn(name string, values []any) column {
	unit, one := unitOf(name, values)
	if one && unit != "" && !strings.HasSuffix(name, "("+unit+")") {
		name += " (" + unit + ")"
	}
	c := column{name: name, cells: make([]tableCell, len(values))}
	all := make([]quantity, len(values))
	var rounded []float64
	for i, v := range values {
		q, ok := newQuantity(v)
		switch {
		case v == nil:
			c.cells[i].number = math.NaN()
			continue
		case !ok:
			c.cells[i] = tableCell{text: fmt.Sprint(v), number: math.NaN()}
			continue
		case one:
			q = q.in(unit)
		}
		c.numeric, all[i] = true, q
		c.cells[i] = tableCell{text: q.text, number: q.x, isNum: true, exact: one && q.text == ""}
		if q.text == "" {
			rounded = append(rounded, q.x)
		}
	}
	decimals := decimals(rounded)
	for i, q := range all {
		if cell := &c.cells[i]; cell.isNum && cell.text == "" {
			cell.text = shownNumber(q.x, decimals)
			if !one && q.unit != "" {
				cell.text += " " + q.unit
			}
		}
	}
	return c
}

// maxDecimals is how many digits follow the point at most.
const maxDecimals = 4

// decimals returns how many digits after the point show all numbers to five
// significant digits, or -1 where that takes too many.
func decimals(numbers []float64) int {
	need := 0
	for _, x := range numbers {
		if x == math.Trunc(x) && math.Abs(x) < 1e9 || math.IsNaN(x) || math.IsInf(x, 0) {
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

func shownNumber(x float64, decimals int) string {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return fmt.Sprint(x)
	case decimals < 0:
		return strconv.FormatFloat(x, 'g', 5, 64)
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// plain returns the table as aligned text.
func (t Table) plain(columns []column) string {
	width := make([]int, len(columns))
	for i, c := range columns {
		width[i] = utf8.RuneCountInString(c.name)
		for _, cell := range c.cells {
			width[i] = max(width[i], utf8.RuneCountInString(cell.text))
		}
	}
	var b strings.Builder
	if t.Title != "" {
		b.WriteString(t.Title + "\n")
	}
	line := func(text func(c column) (s string, right bool)) {
		var l strings.Builder
		for i, c := range columns {
			s, right := text(c)
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(s))
			if right {
				s = pad + s
			} else {
				s += pad
			}
			l.WriteString(s + "  ")
		}
		b.WriteString(strings.TrimRight(l.String(), " ") + "\n")
	}
	line(func(c column) (string, bool) { return c.name, c.numeric })
	for row := range t.Rows {
		line(func(c column) (string, bool) {
			return strings.ReplaceAll(c.cells[row].text, "\n", " "), c.cells[row].isNum
		})
	}
	return b.String()
}

//go:embed table.js
var tableJS string

// Tables are set more closely in a narrow page. One that is still too wide scrolls, or is
// shown as a list where scripts run. An output of a notebook has no style sheet.
const (
	tableFont = "font-size:clamp(10.5px,3cqi,.95em)"
	cellSpace = "padding:4px clamp(2px,.9cqi,10px)"
)

// html returns the table as HTML that takes its colours from the page.
func (t Table) html(columns []column) string {
	var b strings.Builder
	b.WriteString(`<div class="myogen-table" style="overflow-x:auto;container-type:inline-size"><table style="margin:0;border-collapse:collapse;font-variant-numeric:tabular-nums;` + tableFont + `">`)
	if t.Title != "" {
		fmt.Fprintf(&b, `<caption style="text-align:left;font-weight:bold;padding:4px 8px">%s</caption>`, html.EscapeString(t.Title))
	}
	b.WriteString("<thead><tr>")
	for _, c := range columns {
		fmt.Fprintf(&b, `<th scope="col" style="text-align:%s;%s">%s</th>`, side(c.numeric), cellSpace, html.EscapeString(c.name))
	}
	b.WriteString("</tr></thead><tbody>")
	for row := range t.Rows {
		b.WriteString("<tr>")
		for _, c := range columns {
			cell, key := c.cells[row], ""
			if cell.isNum {
				key = fmt.Sprintf(` data-number="%s"`, scriptNumber(cell.number))
			}
			if cell.exact {
				key += " data-exact"
			}
			wrap := "pre-wrap;overflow-wrap:anywhere;min-width:min(12ch,40cqi)"
			if utf8.RuneCountInString(cell.text) <= shortText {
				wrap = "pre"
			}
			fmt.Fprintf(&b, `<td style="text-align:%s;white-space:%s;%s"%s>%s</td>`, side(cell.isNum), wrap, cellSpace, key, html.EscapeString(cell.text))
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
