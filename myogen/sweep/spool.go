package sweep

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"os"

	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/format/npz"
)

// spool is a file to which a table is added in blocks of rows, and from which its
// columns are read: an .npz file has one after the other.
type spool struct {
	file    *os.File
	removed bool // its name is free already
	size    int64
	names   []string // of the arrays, as in a CSV file: "weight [uS]"
	blocks  [][]span // by block and column
}

// span is where a column of a block is in the file.
type span struct{ start, size int64 }

func newSpool(dir string) (*spool, error) {
	file, err := os.CreateTemp(dir, ".columns-")
	if err != nil {
		return nil, err
	}
	// Now, so that a killed program leaves none; where an open file stays, at the end.
	return &spool{file: file, removed: os.Remove(file.Name()) == nil}, nil
}

func (s *spool) close() {
	_ = s.file.Close() // nothing is read of it any more
	if !s.removed {
		_ = os.Remove(s.file.Name())
	}
}

// add adds the rows of a frame.
func (s *spool) add(f *frame.Frame) error {
	if s.names == nil {
		for _, c := range f.Columns {
			s.names = append(s.names, c.Head())
		}
	}
	var block []span
	for _, c := range f.Columns {
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(&c.Values); err != nil {
			return fmt.Errorf("column %q: %w", c.Name, err)
		}
		if _, err := s.file.WriteAt(b.Bytes(), s.size); err != nil {
			return err
		}
		block = append(block, span{s.size, int64(b.Len())})
		s.size += int64(b.Len())
	}
	s.blocks = append(s.blocks, block)
	return nil
}

// arrays returns the columns.
func (s *spool) arrays() map[string]npz.Pieces {
	all := map[string]npz.Pieces{}
	for column, name := range s.names {
		all[name] = func(yield func(npz.Array) error) error { return s.read(column, yield) }
	}
	return all
}

func (s *spool) read(column int, yield func(npz.Array) error) error {
	for _, block := range s.blocks {
		b := make([]byte, block[column].size)
		if _, err := s.file.ReadAt(b, block[column].start); err != nil {
			return err
		}
		var values frame.Values
		if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&values); err != nil {
			return err
		}
		if err := yield(array(values)); err != nil {
			return err
		}
	}
	return nil
}

// array returns values as an array.
func array(values frame.Values) npz.Array {
	switch v := values.(type) {
	case frame.Floats:
		return npz.Floats(v)
	case frame.Ints:
		return npz.Ints(v)
	case frame.Texts:
		return npz.Texts(v)
	}
	panic(fmt.Sprintf("sweep: a column of %T", values)) // empty makes none
}
