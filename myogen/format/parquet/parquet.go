// Package parquet writes data frames as Apache Parquet files and reads them.
//
// Units are in the file's key-value metadata twice: under "units" as a JSON
// object from column to unit, and under "PANDAS_ATTRS", which pandas makes the
// frame's attrs. In Python:
//
//	df = pandas.read_parquet("spikes.parquet")   # df.attrs["units"]["time"] == "ms"
//	df = polars.read_parquet("spikes.parquet")   # json.loads(polars.read_parquet_metadata("spikes.parquet")["units"])
//
// The frame's own metadata are there under "metadata" as a JSON object, and
// under "gomyogen frame" the version of this layout.
//
// A program that uses this package is about 15 MB larger than one that does not.
//
// Format: https://parquet.apache.org/docs/file-format/
package parquet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/format/internal/regular"
)

const (
	versionKey = "gomyogen frame"
	version    = 1

	unitsKey    = "units"
	metadataKey = "metadata"
	pandasKey   = "PANDAS_ATTRS"
)

const (
	rowsPerGroup = 1 << 20
	batch        = 1 << 12 // values that are converted at a time
)

// columns is a group whose fields keep their order; parquet.Group sorts them.
type columns struct {
	parquet.Group
	fields []parquet.Field
}

// Fields returns the fields in the order of the columns.
func (c columns) Fields() []parquet.Field { return c.fields }

func schema(f *frame.Frame) *parquet.Schema {
	group := parquet.Group{}
	for _, c := range f.Columns {
		group[c.Name] = node(c.Values)
	}
	byName := map[string]parquet.Field{}
	for _, field := range group.Fields() {
		byName[field.Name()] = field
	}
	root := columns{Group: group}
	for _, c := range f.Columns {
		root.fields = append(root.fields, byName[c.Name])
	}
	return parquet.NewSchema("frame", root)
}

func node(v frame.Values) parquet.Node {
	switch v.(type) {
	case frame.Floats:
		return parquet.Leaf(parquet.DoubleType)
	case frame.Ints:
		return parquet.Int(64)
	case frame.Texts:
		return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	case frame.Bools:
		return parquet.Leaf(parquet.BooleanType)
	}
	panic(fmt.Sprintf("parquet: a column of %T", v))
}

// value returns value i of a column at the given index.
func value(v frame.Values, i, column int) parquet.Value {
	var x parquet.Value
	switch v := v.(type) {
	case frame.Floats:
		x = parquet.DoubleValue(v[i])
	case frame.Ints:
		x = parquet.Int64Value(v[i])
	case frame.Texts:
		x = parquet.ByteArrayValue([]byte(v[i]))
	case frame.Bools:
		x = parquet.BooleanValue(v[i])
	}
	return x.Level(0, 0, column)
}

// Encode writes the frame as a Parquet file. The bytes depend on the frame
// alone.
func Encode(w io.Writer, f *frame.Frame) error {
	file := NewWriter(w)
	if err := file.Write(f); err != nil {
		return err
	}
	return file.Close()
}

// Writer writes frames with the same columns one below the other into one file.
// It holds the rows of a group in memory.
type Writer struct {
	// RowsPerGroup is the number of rows of a group, 2^20 unless it is set: larger
	// groups are read faster.
	RowsPerGroup int

	w    io.Writer
	file *parquet.GenericWriter[any] // nil before the first frame
	rows int                         // of the group
}

// NewWriter returns a writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{RowsPerGroup: rowsPerGroup, w: w} }

// Write writes the rows of a frame. The metadata are those of the first.
func (w *Writer) Write(f *frame.Frame) error {
	if err := f.Validate(); err != nil {
		return err
	}
	if w.file == nil {
		w.file = parquet.NewGenericWriter[any](w.w, options(f)...)
	}
	columns := w.file.ColumnWriters()
	if len(columns) != len(f.Columns) {
		return fmt.Errorf("it has %d columns, those before had %d", len(f.Columns), len(columns))
	}
	values := make([]parquet.Value, 0, batch)
	for start := 0; start < f.Len(); {
		stop := min(start+w.RowsPerGroup-w.rows, f.Len())
		for j, c := range f.Columns {
			for i := start; i < stop; {
				values = values[:0]
				for ; i < stop && len(values) < batch; i++ {
					values = append(values, value(c.Values, i, j))
				}
				if _, err := columns[j].WriteRowValues(values); err != nil {
					return fmt.Errorf("column %q: %w", c.Name, err)
				}
			}
		}
		w.rows, start = w.rows+stop-start, stop
		if w.rows == w.RowsPerGroup {
			if err := w.file.Flush(); err != nil {
				return err
			}
			w.rows = 0
		}
	}
	return nil
}

// Close ends the file. A writer to which no frame was written has none.
func (w *Writer) Close() error {
	if w.file == nil {
		return errors.New("no frame was written")
	}
	return w.file.Close()
}

// options returns what the file of a frame is written with.
func options(f *frame.Frame) []parquet.WriterOption {
	all := []parquet.WriterOption{schema(f), parquet.Compression(&parquet.Snappy), parquet.CreatedBy("gomyogen", "1", "")}
	for _, c := range f.Columns {
		if _, ok := c.Values.(frame.Floats); ok { // NaN has no place in an order
			all = append(all, parquet.SkipPageBounds(c.Name))
		}
	}
	for _, kv := range metadata(f) {
		all = append(all, parquet.KeyValueMetadata(kv[0], kv[1]))
	}
	return all
}

// metadata returns the keys and values of the file.
func metadata(f *frame.Frame) [][2]string {
	units := map[string]string{}
	for _, c := range f.Columns {
		if c.Unit != "" {
			units[c.Name] = c.Unit
		}
	}
	attrs := map[string]any{"units": units}
	for k, v := range f.Metadata {
		if k != "units" {
			attrs[k] = v
		}
	}
	all := [][2]string{{versionKey, strconv.Itoa(version)}, {unitsKey, text(units)}, {pandasKey, text(attrs)}}
	if len(f.Metadata) > 0 {
		all = append(all, [2]string{metadataKey, text(f.Metadata)})
	}
	return all
}

// text returns a map as JSON, whose keys are sorted.
func text(m any) string {
	b, err := json.Marshal(m)
	if err != nil {
		panic("parquet: " + err.Error()) // a map of texts has JSON
	}
	return string(b)
}

// Write writes the frame to the file at path, complete or not at all.
func Write(path string, f *frame.Frame) error {
	if err := atomicfile.WriteFunc(path, func(w io.Writer) error { return Encode(w, f) }); err != nil {
		return fmt.Errorf("parquet: %w", err)
	}
	return nil
}

// Read reads the file at path; see [Decode]. The error names the file.
func Read(path string) (*frame.Frame, error) {
	file, size, err := regular.Open(path)
	if err != nil {
		return nil, fmt.Errorf("parquet: %w", err)
	}
	defer file.Close()
	f, err := Decode(file, size)
	if err != nil {
		return nil, fmt.Errorf("parquet: %s: %w", path, err)
	}
	return f, nil
}

// Decode reads a Parquet file of the given size, by whatever program it was
// written. Its columns are numbers, text or truth values; a missing number is
// NaN, so that a column of integers with missing ones becomes one of floats, and
// a missing text is empty. Nested columns, and types that are none of these, are
// refused by name, and so are the compression LZ4 and truth values in the
// encoding RLE, which the library misreads. Units and metadata are those that
// [Encode] wrote.
func Decode(r io.ReaderAt, size int64) (f *frame.Frame, err error) {
	defer func() { // the library panics on some damaged files
		if e := recover(); e != nil {
			f, err = nil, fmt.Errorf("the file is damaged: %v", e)
		}
	}()
	if err := checkFooter(r, size); err != nil {
		return nil, fmt.Errorf("not a Parquet file: %w", err)
	}
	file, err := parquet.OpenFile(r, size, parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return nil, fmt.Errorf("not a Parquet file: %w", err)
	}
	units, metadata, err := readMetadata(file)
	if err != nil {
		return nil, err
	}
	columns := file.Root().Columns()
	for _, c := range columns {
		if _, _, err := kindOf(c); err != nil {
			return nil, fmt.Errorf("column %q: %w", c.Name(), err)
		}
	}
	left := budget(size)
	if err := checkPages(r, size, file, left); err != nil {
		return nil, err
	}
	f = &frame.Frame{Metadata: metadata}
	for i, c := range columns {
		values, err := readColumn(file, c, i, &left)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", c.Name(), err)
		}
		f.Columns = append(f.Columns, frame.Column{Name: c.Name(), Unit: units[c.Name()], Values: values})
	}
	return f, f.Validate()
}
