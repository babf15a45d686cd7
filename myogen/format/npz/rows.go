package npz

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"gomyogen/myogen/format/atomicfile"
)

// Rows writes a two-dimensional float64 array to an .npy file row by row, so
// that it need not fit into memory. The file gets its name when Close is
// called.
type Rows struct {
	columns int
	rows    int
	file    *atomicfile.File
	w       *bufio.Writer
	row     []byte
}

// rowsHeader is the length of the file's header, with room for any shape.
const rowsHeader = 128

// CreateRows begins the .npy file at path for rows of the given number of
// columns. The caller must call [Rows.Close] or [Rows.Discard].
func CreateRows(path string, columns int) (*Rows, error) {
	f, err := atomicfile.Create(path)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	r := &Rows{columns: columns, file: f, w: bufio.NewWriterSize(f, 1<<20), row: make([]byte, 8*columns)}
	if _, err := r.w.Write(r.header()); err != nil {
		r.Discard()
		return nil, fmt.Errorf("npz: %w", err)
	}
	return r, nil
}

func (r *Rows) header() []byte { return encodeHeader("<f8", []int{r.rows, r.columns}, rowsHeader) }

// Append adds a row. It panics if the row has another number of columns.
func (r *Rows) Append(row []float64) error {
	if len(row) != r.columns {
		panic(fmt.Sprintf("npz: a row of %d columns in a file of %d", len(row), r.columns))
	}
	for i, x := range row {
		binary.LittleEndian.PutUint64(r.row[8*i:], math.Float64bits(x))
	}
	if _, err := r.w.Write(r.row); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	r.rows++
	return nil
}

// Close ends the file and gives it its name. Without an error the file is
// complete.
func (r *Rows) Close() error {
	err := r.w.Flush()
	if err == nil {
		_, err = r.file.WriteAt(r.header(), 0)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("npz: %w", err), r.file.Discard())
	}
	if err := r.file.Commit(); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	return nil
}

// Discard leaves no file behind.
func (r *Rows) Discard() { _ = r.file.Discard() }
