package npz

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
)

// Rows writes a two-dimensional float64 array to an .npy file row by row, so
// that it need not fit into memory. Until Close the file has another name.
type Rows struct {
	path    string
	columns int
	rows    int
	file    *os.File
	w       *bufio.Writer
	row     []byte
}

// rowsHeader is the length of the file's header, with room for any shape.
const rowsHeader = 128

// CreateRows begins a file for rows of the given number of columns.
func CreateRows(path string, columns int) (*Rows, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	r := &Rows{path: path, columns: columns, file: f, w: bufio.NewWriterSize(f, 1<<20), row: make([]byte, 8*columns)}
	if _, err := r.w.Write(r.header()); err != nil {
		r.Discard()
		return nil, fmt.Errorf("npz: %w", err)
	}
	return r, nil
}

func (r *Rows) header() []byte {
	text := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }", r.rows, r.columns)
	b := append([]byte(magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, rowsHeader-10)
	b = append(b, text...)
	for len(b) < rowsHeader-1 {
		b = append(b, ' ')
	}
	return append(b, '\n')
}

// Append adds a row. It panics when the row has another number of columns.
func (r *Rows) Append(row []float64) error {
	if len(row) != r.columns {
		panic("npz: a row of another length")
	}
	for i, x := range row {
		binary.LittleEndian.PutUint64(r.row[8*i:], math.Float64bits(x))
	}
	if _, err := r.w.Write(r.row); err != nil {
		return fmt.Errorf("npz: %s: %w", r.path, err)
	}
	r.rows++
	return nil
}

// Close ends the file and gives it its name. Without an error the file is complete.
func (r *Rows) Close() error {
	err := r.w.Flush()
	if err == nil {
		_, err = r.file.WriteAt(r.header(), 0)
	}
	if err = errors.Join(err, r.file.Chmod(0o644), r.file.Sync()); err == nil {
		err = os.Rename(r.file.Name(), r.path)
	}
	if err != nil {
		r.Discard()
		return fmt.Errorf("npz: %s: %w", r.path, err)
	}
	return r.file.Close()
}

// Discard leaves no file behind.
func (r *Rows) Discard() {
	r.file.Close()
	os.Remove(r.file.Name())
}
