package parquet

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"gomyogen/myogen/format/frame"
)

// readMetadata returns the units of columns and the metadata of the frame.
func readMetadata(file *parquet.File) (units, metadata map[string]string, err error) {
	if s, ok := file.Lookup(versionKey); ok {
		if v, err := strconv.Atoi(s); err != nil || v > version {
			return nil, nil, fmt.Errorf("it has version %q of the layout of frames; this program reads up to version %d: update it", s, version)
		}
		if s, ok := file.Lookup(metadataKey); ok {
			if err := json.Unmarshal([]byte(s), &metadata); err != nil {
				return nil, nil, fmt.Errorf("metadata %q: %w", metadataKey, err)
			}
		}
		if s, ok := file.Lookup(unitsKey); ok {
			if err := json.Unmarshal([]byte(s), &units); err != nil {
				return nil, nil, fmt.Errorf("metadata %q: %w", unitsKey, err)
			}
		}
		return units, metadata, nil
	}
	// pandas writes the attrs of a frame here.
	if s, ok := file.Lookup(pandasKey); ok {
		var attrs struct{ Units map[string]string }
		if json.Unmarshal([]byte(s), &attrs) == nil { // attrs of another form say nothing of units
			units = attrs.Units
		}
	}
	return units, nil, nil
}

// column gathers the values of one column.
type column struct {
	kind    parquet.Kind
	floats  frame.Floats
	ints    frame.Ints
	texts   frame.Texts
	bools   frame.Bools
	missing []int // rows of integers that are missing
	left    *int64
}

// readColumn reads column i of a file and takes its memory from left.
func readColumn(file *parquet.File, c *parquet.Column, i int, left *int64) (frame.Values, error) {
	if !c.Leaf() || c.Repeated() || c.MaxRepetitionLevel() > 0 {
		return nil, errors.New("it is nested; a frame has one value a row")
	}
	kind, unsigned, err := kindOf(c)
	if err != nil {
		return nil, err
	}
	x := &column{kind: kind, left: left}
	for _, group := range file.RowGroups() {
		if err := x.readChunk(group.ColumnChunks()[i], unsigned); err != nil {
			return nil, err
		}
	}
	return x.values()
}

// kindOf returns how the values of a column are stored. It refuses logical
// types whose numbers are not what they stand for.
func kindOf(c *parquet.Column) (kind parquet.Kind, unsigned bool, err error) {
	kind = c.Type().Kind()
	var logical format.LogicalTypeValue
	if l := c.Type().LogicalType(); l != nil {
		logical = l.Value
	}
	switch kind {
	case parquet.Boolean, parquet.Float, parquet.Double:
		return kind, false, nil
	case parquet.Int32, parquet.Int64:
		switch l := logical.(type) {
		case nil:
			return kind, false, nil
		case *format.IntType:
			return kind, !l.IsSigned, nil
		}
	case parquet.ByteArray:
		switch logical.(type) {
		case nil, *format.StringType, *format.EnumType, *format.JsonType:
			return kind, false, nil
		}
	}
	return kind, false, fmt.Errorf("its type %s is not read; numbers, text and truth values are", c.Type())
}

func (x *column) readChunk(chunk parquet.ColumnChunk, unsigned bool) error {
	pages := chunk.Pages()
	defer pages.Close()
	values := make([]parquet.Value, batch)
	for {
		page, err := pages.ReadPage()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		reader := page.Values()
		for {
			n, err := reader.ReadValues(values)
			for _, v := range values[:n] {
				if err := x.add(v, unsigned); err != nil {
					return err
				}
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
		}
		parquet.Release(page)
	}
}

var errMemory = fmt.Errorf("the frame needs more memory than %d times the size of the file, or than %d GiB", MaxRatio, MaxBytes>>30)

// take takes the memory of a value from what is left.
func (x *column) take(n int) error {
	if *x.left -= int64(n); *x.left < 0 {
		return errMemory
	}
	return nil
}

func (x *column) add(v parquet.Value, unsigned bool) error {
	if err := x.take(8); err != nil {
		return err
	}
	switch x.kind {
	case parquet.Boolean:
		if v.IsNull() {
			return fmt.Errorf("row %d: a truth value is missing", len(x.bools)+1)
		}
		x.bools = append(x.bools, v.Boolean())
	case parquet.Float, parquet.Double:
		number := math.NaN()
		switch {
		case v.IsNull():
		case x.kind == parquet.Float:
			number = float64(v.Float())
		default:
			number = v.Double()
		}
		x.floats = append(x.floats, number)
	case parquet.Int32, parquet.Int64:
		var number int64
		switch {
		case v.IsNull():
			x.missing = append(x.missing, len(x.ints))
		case x.kind == parquet.Int32 && unsigned:
			number = int64(v.Uint32())
		case x.kind == parquet.Int32:
			number = int64(v.Int32())
		default:
			number = v.Int64()
			if unsigned && number < 0 {
				return fmt.Errorf("row %d: int64 has no %d", len(x.ints)+1, v.Uint64())
			}
		}
		x.ints = append(x.ints, number)
	case parquet.ByteArray:
		var s string
		if !v.IsNull() {
			s = string(v.ByteArray())
		}
		if err := x.take(8 + len(s)); err != nil {
			return err
		}
		x.texts = append(x.texts, s)
	}
	return nil
}

// values returns what was gathered.
func (x *column) values() (frame.Values, error) {
	switch x.kind {
	case parquet.Boolean:
		return x.bools, nil
	case parquet.Float, parquet.Double:
		return x.floats, nil
	case parquet.ByteArray:
		return x.texts, nil
	}
	if x.missing == nil {
		return x.ints, nil
	}
	f := frame.Frame{Columns: []frame.Column{{Name: "integers", Values: x.ints}}}
	floats, err := f.Floats("integers")
	if err != nil {
		return nil, err
	}
	for _, i := range x.missing {
		floats[i] = math.NaN()
	}
	return frame.Floats(floats), nil
}
