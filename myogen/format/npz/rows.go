package npz

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math"
	"os"

	"gomyogen/myogen/format/atomicfile"
)

// Rows writes a two-dimensional float64 array to an .npy file row by row, so
// that it need not fit into memory. The file gets its name when Close is called;
// until then the rows stand beside it, in a file with .partial behind its name,
// and a later process can go on with them.
type Rows struct {
	path    string
	columns int
	rows    int
	sum     hash.Hash        // of the rows, without the header
	file    *atomicfile.File // nil until the first row is written
	w       *bufio.Writer
	written *counter // behind w: all bytes of the file
	row     []byte
}

// rowsHeader is the length of the file's header, with room for any shape.
const rowsHeader = 128

// CreateRows begins the .npy file at path for rows of the given number of
// columns. The caller must call [Rows.Close] or [Rows.Discard], or leave the
// rows to [ResumeRows].
func CreateRows(path string, columns int) (*Rows, error) {
	if err := atomicfile.Check(path); err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	return newRows(path, columns), nil
}

func newRows(path string, columns int) *Rows {
	return &Rows{path: path, columns: columns, sum: sha256.New(), row: make([]byte, 8*columns)}
}

// ResumeRows goes on with what [CreateRows] began for a path, behind rows rows,
// which must have the SHA-256 that [Rows.Sync] returned. What was written behind
// them is replaced, but not before the first row is appended. Of a file that was
// closed since it goes on, too.
func ResumeRows(path string, columns, rows int, sum [sha256.Size]byte) (*Rows, error) {
	return Reader{}.ResumeRows(path, columns, rows, sum)
}

// ResumeRows is the function [ResumeRows] with the reader's Look.
func (reader Reader) ResumeRows(path string, columns, rows int, sum [sha256.Size]byte) (*Rows, error) {
	r := newRows(path, columns)
	r.rows = rows
	partial := atomicfile.PartialPath(path)
	f, size, err := open(partial)
	if errors.Is(err, fs.ErrNotExist) { // its writer ended after Close
		if done, doneSize, doneErr := open(path); doneErr == nil {
			f, size, err, partial = done, doneSize, nil, path
		}
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if columns <= 0 || rows < 0 || int64(rows) > (size-rowsHeader)/int64(8*columns) {
		return nil, fmt.Errorf("npz: %s has %d bytes, too few for %d rows of %d columns", partial, size, rows, columns)
	}
	if _, err := io.Copy(r.sum, io.NewSectionReader(reader.watched(f), rowsHeader, r.size()-rowsHeader)); err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	if [sha256.Size]byte(r.sum.Sum(nil)) != sum {
		return nil, fmt.Errorf("npz: the first %d rows of %s are not those that were written", rows, partial)
	}
	return r, nil
}

// size returns the size of the file in bytes.
func (r *Rows) size() int64 { return rowsHeader + int64(r.rows)*int64(8*r.columns) }

// open makes or opens the file of the rows.
func (r *Rows) open() error {
	if r.file != nil {
		return nil
	}
	var err error
	if r.rows > 0 {
		r.file, err = atomicfile.Partial(r.path, r.size())
	} else if r.file, err = atomicfile.Partial(r.path, 0); err == nil {
		_, err = r.file.Write(r.header(0))
	}
	if err != nil {
		return err
	}
	r.written = &counter{w: r.file, n: r.size()}
	r.w = bufio.NewWriterSize(r.written, 1<<20)
	return nil
}

func (r *Rows) header(rows int) []byte {
	return encodeHeader("<f8", []int{rows, r.columns}, rowsHeader)
}

// Needs returns how many bytes the file needs for a number of rows in all, beside
// those that it or an earlier one of its path has.
func (r *Rows) Needs(rows int) int64 {
	have := int64(0)
	if info, err := os.Lstat(atomicfile.PartialPath(r.path)); err == nil && info.Mode().IsRegular() {
		have = info.Size()
	}
	return max(rowsHeader+int64(rows)*int64(8*r.columns)-have, 0)
}

// Append adds a row. It panics if the row has another number of columns.
func (r *Rows) Append(row []float64) error {
	if len(row) != r.columns {
		panic(fmt.Sprintf("npz: a row of %d columns in a file of %d", len(row), r.columns))
	}
	if err := r.open(); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	for i, x := range row {
		binary.LittleEndian.PutUint64(r.row[8*i:], math.Float64bits(x))
	}
	if _, err := r.w.Write(r.row); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	r.sum.Write(r.row)
	r.rows++
	return nil
}

// flush writes what is still in memory, and the number of rows.
func (r *Rows) flush() error {
	err := r.open()
	if err != nil {
		return err
	}
	// What a full disk has taken can be read, too.
	err = r.w.Flush()
	whole := int((r.written.n - rowsHeader) / int64(8*r.columns))
	_, headerErr := r.file.WriteAt(r.header(whole), 0)
	return errors.Join(err, headerErr)
}

// Sync flushes the rows to the disk. It returns how many there are and their
// SHA-256, with which [ResumeRows] goes on after them. The file with .partial
// behind its name can be read then.
func (r *Rows) Sync() (rows int, sum [sha256.Size]byte, err error) { return r.SyncFollowed(nil) }

// SyncFollowed is Sync that calls look every 30 ms while the disk is at work, unless look is
// nil. Its error ends the waiting; the rows stay, and more can be appended.
func (r *Rows) SyncFollowed(look func(bytes int) error) (rows int, sum [sha256.Size]byte, err error) {
	if err = r.flush(); err == nil {
		r.file.Follow(look)
		err = r.file.Sync()
		r.file.Follow(nil)
	}
	if err != nil {
		return 0, sum, fmt.Errorf("npz: %w", err)
	}
	return r.rows, [sha256.Size]byte(r.sum.Sum(nil)), nil
}

// Close ends the file and gives it its name. Without an error the file is
// complete; after one, [ResumeRows] can go on after the last Sync.
func (r *Rows) Close() error {
	if err := r.flush(); err != nil {
		return fmt.Errorf("npz: %w", errors.Join(err, r.close()))
	}
	if err := r.file.Commit(); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	return nil
}

func (r *Rows) close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

// Suspend ends the writing and leaves the rows so far to [ResumeRows].
func (r *Rows) Suspend() error {
	if r.file == nil {
		return nil
	}
	err := errors.Join(r.flush(), r.file.Close())
	if err != nil {
		err = fmt.Errorf("npz: %w", err)
	}
	return err
}

// Discard leaves no file behind.
func (r *Rows) Discard() {
	if r.file != nil {
		_ = r.file.Discard()
	}
}
