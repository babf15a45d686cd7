package frame

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/internal/regular"
	"gomyogen/myogen/neo"
)

// EncodeCSV writes the frame as comma-separated values (RFC 4180). The first
// row has the names, with the unit in brackets where there is one:
// "weight [uS]". An empty field is a missing number or an empty text. The bytes
// depend on names, units and values alone.
func (f *Frame) EncodeCSV(w io.Writer) error {
	c := NewCSVWriter(w)
	if err := c.Write(f); err != nil {
		return err
	}
	return c.Flush()
}

// CSVWriter writes frames with the same columns one below the other, as
// [Frame.EncodeCSV] writes one.
type CSVWriter struct {
	b   *bufio.Writer
	c   *csv.Writer
	row []string // nil before the names are written
}

// NewCSVWriter returns a writer to w.
func NewCSVWriter(w io.Writer) *CSVWriter {
	b := bufio.NewWriter(w)
	return &CSVWriter{b: b, c: csv.NewWriter(b)}
}

// Write writes the rows of a frame, and before the first ones the names.
func (w *CSVWriter) Write(f *Frame) error {
	if err := f.Validate(); err != nil {
		return err
	}
	if w.row == nil {
		for _, c := range f.Columns {
			w.row = append(w.row, c.Head())
		}
		if err := w.write(); err != nil {
			return err
		}
	}
	if len(w.row) != len(f.Columns) {
		return fmt.Errorf("frame: it has %d columns, those before had %d", len(f.Columns), len(w.row))
	}
	for i := range f.Len() {
		for j, c := range f.Columns {
			w.row[j] = c.Values.Text(i)
		}
		if err := w.write(); err != nil {
			return err
		}
	}
	return nil
}

func (w *CSVWriter) write() error {
	if len(w.row) == 1 && (w.row[0] == "" || strings.ContainsAny(w.row[0], "\t;")) { // an empty line is no row
		w.c.Flush()
		_, err := fmt.Fprintf(w.b, "\"%s\"\n", strings.ReplaceAll(w.row[0], `"`, `""`))
		return errors.Join(w.c.Error(), err)
	}
	return w.c.Write(w.row)
}

// Flush writes what is not written yet.
func (w *CSVWriter) Flush() error {
	w.c.Flush()
	return errors.Join(w.c.Error(), w.b.Flush())
}

// WriteCSV writes the frame to the file at path, complete or not at all; see
// [Frame.EncodeCSV].
func (f *Frame) WriteCSV(path string) error {
	if err := atomicfile.WriteFunc(path, f.EncodeCSV); err != nil {
		return fmt.Errorf("frame: %w", err)
	}
	return nil
}

// CSV says how a file is written. The zero value is that of [ReadCSV].
type CSV struct {
	// NoHeader says that the first row has values. Columns are then called "1",
	// "2" ...
	NoHeader bool
}

// ReadCSV reads the file at path; see [DecodeCSV].
func ReadCSV(path string) (*Frame, error) { return CSV{}.Read(path) }

// Read reads the file at path; see [DecodeCSV].
func (o CSV) Read(path string) (*Frame, error) {
	f, _, err := o.read(path)
	return f, err
}

// ReadBlock reads the file at path and returns its signals or discharges as a
// block; see [Table]. An error in a row of signals has its line in the file.
func (o CSV) ReadBlock(path string, options Options) (*neo.Block, error) {
	f, lines, err := o.read(path)
	if err != nil {
		return nil, err
	}
	b, err := Table(f, options)
	if row := (*RowError)(nil); errors.As(err, &row) && row.Row < len(lines) {
		row.Line = lines[row.Row]
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

// read returns with the frame the line of each row.
func (o CSV) read(path string) (f *Frame, lines []int, err error) {
	file, _, err := regular.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("frame: %w", err)
	}
	defer file.Close()
	if f, lines, err = o.decode(file); err != nil {
		return nil, nil, fmt.Errorf("frame: %s: %w", path, err)
	}
	return f, lines, nil
}

// DecodeCSV reads comma-separated values whose first row has the names of the
// columns, with a unit in brackets or without. Where that row has no comma, a tab
// or semicolon separates, and numbers may have a decimal comma. CSV does not say
// what type a column has: it is [Ints] where all fields are integers as [Ints.Text]
// writes them, [Bools] where all are true or false, [Floats] where all are numbers
// or empty, and [Texts] otherwise. A line end CR LF within a text becomes LF.
func DecodeCSV(r io.Reader) (*Frame, error) { return CSV{}.Decode(r) }

// Decode reads a file; see [DecodeCSV].
func (o CSV) Decode(r io.Reader) (*Frame, error) {
	f, _, err := o.decode(r)
	return f, err
}

func (o CSV) decode(r io.Reader) (f *Frame, lines []int, err error) {
	row := &rowReader{r: r}
	b := bufio.NewReaderSize(row, 1<<16)
	start, err := b.Peek(3)
	switch {
	case err == nil && string(start) == "\ufeff":
		if _, err := b.Discard(3); err != nil {
			return nil, nil, err
		}
	case len(start) > 1 && (string(start[:2]) == "\xff\xfe" || string(start[:2]) == "\xfe\xff"):
		return nil, nil, errors.New("it is in UTF-16; save it as UTF-8")
	}
	c := csv.NewReader(b)
	c.ReuseRecord = true
	c.Comma = separator(b)
	row.left = maxRow
	head, err := c.Read()
	if err == io.EOF {
		return nil, nil, errors.New("the file is empty: it has no row of names")
	}
	if err != nil {
		return nil, nil, err
	}
	if len(head) > maxColumns {
		return nil, nil, fmt.Errorf("%d columns, must be at most %d", len(head), maxColumns)
	}
	f = &Frame{Columns: make([]Column, len(head))}
	columns := make([]Texts, len(head))
	names := make([]string, len(head))
	for i, s := range head {
		names[i] = strings.Clone(s)
		f.Columns[i].Name, f.Columns[i].Unit = parseHead(names[i])
		if o.NoHeader {
			f.Columns[i].Name, f.Columns[i].Unit = strconv.Itoa(i+1), ""
			columns[i], lines = Texts{names[i]}, []int{1}
		}
	}
	for fields := len(head); ; fields += len(head) {
		row.left = maxRow
		row, err := c.Read()
		if err == io.EOF {
			break
		}
		if errors.Is(err, csv.ErrFieldCount) && c.Comma == ',' {
			return nil, nil, fmt.Errorf("%w; numbers with a decimal comma need ; or a tab between columns", err)
		}
		if err != nil {
			return nil, nil, err
		}
		if fields > maxFields {
			return nil, nil, fmt.Errorf("line %d: more than %d fields; long tables belong into .npz or Parquet files", len(lines)+1, maxFields)
		}
		for i, s := range row {
			if !utf8.ValidString(s) {
				line, _ := c.FieldPos(i)
				return nil, nil, fmt.Errorf("line %d: column %q: %q is not UTF-8", line, f.Columns[i].Name, s)
			}
			columns[i] = append(columns[i], strings.Clone(s))
		}
		line, _ := c.FieldPos(0)
		lines = append(lines, line)
	}
	for i, texts := range columns {
		f.Columns[i].Values = guess(texts, c.Comma != ',')
	}
	if err := f.Validate(); err != nil {
		if headless := withoutHeader(names); headless != nil {
			return nil, nil, headless
		}
		return nil, nil, err
	}
	return f, lines, nil
}

// Bounds of a file, far above a table that somebody would keep as text: a field takes
// some 50 bytes of memory until its column is known to be of numbers.
const (
	maxRow     = 8 << 20 // bytes, with the blank lines before it
	maxColumns = 1 << 20
	maxFields  = 1 << 27
)

// rowReader reads no more of a row than it may have. A file without line ends would
// else be one row as large as itself.
type rowReader struct {
	r    io.Reader
	left int // bytes of the row; set before each
}

func (r *rowReader) Read(b []byte) (int, error) {
	if r.left < 0 {
		return 0, fmt.Errorf("a row has more than %d bytes", maxRow)
	}
	n, err := r.r.Read(b)
	r.left -= n
	return n, err
}

// separator returns what separates the fields of the first line: a comma if there
// is one outside of quotes, else a tab or semicolon.
func separator(b *bufio.Reader) rune {
	line, _ := b.Peek(1 << 16) // an error comes back when the line is read
	found, quoted := ',', false
	for _, c := range string(line) {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ',' || c == '\n':
			if c == ',' {
				found = ','
			}
			return found
		case (c == '\t' || c == ';') && found == ',':
			found = c
		}
	}
	return found
}

// guess returns texts as values of the narrowest kind. Numbers may have a decimal
// comma.
func guess(texts Texts, comma bool) Values {
	if texts == nil {
		texts = Texts{}
	}
	if x, ok := parse(texts, func(s string) (int64, bool) {
		v, err := strconv.ParseInt(s, 10, 64)
		return v, err == nil && strconv.FormatInt(v, 10) == s
	}); ok {
		return Ints(x)
	}
	if x, ok := parse(texts, func(s string) (bool, bool) { return s == "true" || s == "True", isBool(s) }); ok {
		return Bools(x)
	}
	if x, ok := parse(texts, parseFloat); ok {
		return Floats(x)
	}
	if comma {
		if x, ok := parse(texts, func(s string) (float64, bool) { return parseFloat(strings.Replace(s, ",", ".", 1)) }); ok {
			return Floats(x)
		}
	}
	return texts
}

func isBool(s string) bool { return slices.Contains([]string{"true", "false", "True", "False"}, s) }

// parseFloat reads a number in decimal digits.
func parseFloat(s string) (float64, bool) {
	switch strings.ToLower(s) {
	case "", "nan":
		return math.NaN(), true
	case "inf", "+inf":
		return math.Inf(1), true
	case "-inf":
		return math.Inf(-1), true
	}
	if strings.Trim(s, "0123456789+-.eE") != "" { // hexadecimal, underscores
		return 0, false
	}
	x, err := strconv.ParseFloat(s, 64)
	return x, err == nil
}

// parse returns all texts as T, or false if one is no T or there is none.
func parse[T any](texts Texts, one func(string) (T, bool)) ([]T, bool) {
	if len(texts) == 0 {
		return nil, false
	}
	all := make([]T, len(texts))
	for i, s := range texts {
		x, ok := one(s)
		if !ok {
			return nil, false
		}
		all[i] = x
	}
	return all, true
}
