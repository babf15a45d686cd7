// Package rows keeps records in files to which they are appended one by one, so
// that a program that is killed has lost at most the record that it was writing.
//
// A record is a line: the CRC-32 of its JSON, a space, its JSON. Each program
// writes a file of its own, so that two that make the same records, such as a job
// that was lost and the one in its place, do not write into each other's lines.
package rows

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"gomyogen/myogen/format/atomicfile"
)

// Float is a float64 that stands in JSON as text, so that it may be NaN or
// infinite and keeps its bits.
type Float float64

// MarshalJSON returns the number in quotes.
func (x Float) MarshalJSON() ([]byte, error) {
	return strconv.AppendQuote(nil, strconv.FormatFloat(float64(x), 'g', -1, 64)), nil
}

// UnmarshalJSON reads a number in quotes.
func (x *Float) UnmarshalJSON(b []byte) error {
	text, err := strconv.Unquote(string(b))
	if err != nil {
		return err
	}
	v, err := strconv.ParseFloat(text, 64)
	*x = Float(v)
	return err
}

// Line returns a record as a line.
func Line(record any) ([]byte, error) {
	text, err := json.Marshal(record)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%08x %s\n", crc32.ChecksumIEEE(text), text), nil
}

// parse reads a line.
func parse(line []byte, record any) error {
	sum, text, ok := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
	if !ok || string(sum) != fmt.Sprintf("%08x", crc32.ChecksumIEEE(text)) {
		return errors.New("its checksum is wrong")
	}
	return json.Unmarshal(text, record)
}

// Read calls each with the records of all files *.jsonl in a folder. A folder
// that is not there has none. The last line of a file may be torn: its program
// was killed, or is writing it.
func Read[T any](dir string, each func(T) error) error {
	return ReadNew(NewTail(dir), func([]byte) (bool, error) { return true, nil }, each)
}

// Tail follows the records of a folder to which programs add.
type Tail struct {
	dir   string
	sizes map[string]int64 // of each file, as far as it was read
}

// NewTail returns a tail of a folder of which nothing was read.
func NewTail(dir string) *Tail { return &Tail{dir, map[string]int64{}} }

// ReadNew is Read for what was added since it was last called, and of that for the
// records of which wanted, given their JSON, returns true. Its error ends the reading.
func ReadNew[T any](t *Tail, wanted func([]byte) (bool, error), each func(T) error) error {
	names, err := fs.Glob(os.DirFS(t.dir), "*.jsonl") // the folder's own name is no pattern
	if err != nil {
		return err
	}
	slices.Sort(names)
	for _, name := range names {
		path := filepath.Join(t.dir, name)
		size, err := readFile(path, t.sizes[path], wanted, each)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		t.sizes[path] = size
	}
	return nil
}

// readFile reads a file from a size on, and returns the size of its whole lines.
func readFile[T any](path string, size int64, wanted func([]byte) (bool, error), each func(T) error) (int64, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular(): // a pipe may have no writer
		return size, fmt.Errorf("not a regular file (%v)", info.Mode())
	case err == nil && size > 0 && info.Size() == size:
		return size, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return size, err
	}
	defer f.Close()
	if _, err := f.Seek(size, io.SeekStart); err != nil {
		return size, err
	}
	r := bufio.NewReaderSize(f, 1<<16)
	for n := 1; ; n++ {
		line, err := readLine(r)
		if err == io.EOF {
			return size, nil
		}
		if err != nil {
			return size, err
		}
		here := int64(len(line))
		if _, text, ok := bytes.Cut(line, []byte(" ")); ok {
			this, err := wanted(text)
			if err != nil {
				return size, err
			}
			if !this {
				size += here
				continue
			}
		}
		var record T
		if err := parse(line, &record); err != nil {
			if _, more := r.Peek(1); more != nil { // power failed while it was written
				return size, nil
			}
			return size, fmt.Errorf("line %d: %w", n, err)
		}
		if err := each(record); err != nil {
			return size, fmt.Errorf("line %d: %w", n, err)
		}
		size += here
	}
}

// readLine returns the next line, which holds until the next call if it fits into
// the buffer.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		return line, err
	}
	long := bytes.Clone(line)
	for err == bufio.ErrBufferFull {
		line, err = r.ReadSlice('\n')
		if long = append(long, line...); len(long) > maxLine {
			return nil, fmt.Errorf("a line has more than %d bytes", maxLine)
		}
	}
	return long, err
}

// maxLine is more than a record of a thousand neurons has, in bytes.
const maxLine = 64 << 20

// Log is a new file in a folder, made when it gets its first record.
type Log struct {
	dir, name string
	file      *os.File // nil before the first record
	size      int64
}

// New returns a log NAME.K.jsonl in a folder, with the first K that is free.
func New(dir, name string) *Log { return &Log{dir: dir, name: name} }

// Append adds a record.
func (l *Log) Append(record any) error {
	line, err := Line(record)
	if err != nil {
		return err
	}
	if l.file == nil {
		if err := l.create(); err != nil {
			return err
		}
	}
	if _, err := l.file.Write(line); err != nil { // what was written of it is no record
		_, seekErr := l.file.Seek(l.size, io.SeekStart)
		return errors.Join(err, l.file.Truncate(l.size), seekErr)
	}
	l.size += int64(len(line))
	return nil
}

func (l *Log) create() error {
	if err := os.MkdirAll(l.dir, 0o777); err != nil {
		return err
	}
	for k := 1; ; k++ {
		path := filepath.Join(l.dir, fmt.Sprintf("%s.%d.jsonl", l.name, k))
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			l.file = f
			return err
		}
	}
}

// Close flushes the file to the disk.
func (l *Log) Close() error {
	if l.file == nil {
		return nil
	}
	return errors.Join(l.file.Sync(), l.file.Close())
}

// Save writes the records of a folder to one file, from which Load adds them to
// another. It calls look before each record, whose error ends it.
func Save(dir, path string, look func(records int) error) error {
	return atomicfile.WriteFunc(path, func(w io.Writer) error {
		return Read(dir, func(record json.RawMessage) error {
			err := look(1)
			if err != nil {
				return err
			}
			line, err := Line(record)
			if err == nil {
				_, err = w.Write(line)
			}
			return err
		})
	})
}

// Load adds the records that Save wrote to a folder, if check, which reads the
// folder, then finds nothing wrong.
func Load(dir, path string, check func() error) error {
	text, err := atomicfile.Read(path, 1<<30)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	state := filepath.Join(dir, "state.jsonl")
	if err := atomicfile.Write(state, text); err != nil {
		return err
	}
	if err := check(); err != nil {
		return errors.Join(err, os.Remove(state))
	}
	return nil
}
