package sweep

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
)

// Row is what a run gave.
type Row struct {
	Run    int
	Seed   uint64
	Values []float64 // of the statistics; nil if the run failed
	SHA256 string    // of the spikes
	Error  string    // "" if it did not fail
}

// rowText is a row as a line of JSON, which has no NaN.
type rowText struct {
	Run    int      `json:"run"`
	Seed   uint64   `json:"seed"`
	Values []string `json:"values,omitempty"`
	SHA256 string   `json:"sha256,omitempty"`
	Error  string   `json:"error,omitempty"`
}

// line returns a row as a line that begins with its checksum.
func (r Row) line() ([]byte, error) {
	t := rowText{Run: r.Run, Seed: r.Seed, SHA256: r.SHA256, Error: r.Error}
	for _, x := range r.Values {
		t.Values = append(t.Values, strconv.FormatFloat(x, 'g', -1, 64))
	}
	text, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "%08x %s\n", crc32.ChecksumIEEE(text), text), nil
}

// parseRow reads a line.
func parseRow(line []byte) (Row, error) {
	sum, text, ok := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
	if !ok || string(sum) != fmt.Sprintf("%08x", crc32.ChecksumIEEE(text)) {
		return Row{}, errors.New("its checksum is wrong")
	}
	var t rowText
	if err := json.Unmarshal(text, &t); err != nil {
		return Row{}, err
	}
	r := Row{Run: t.Run, Seed: t.Seed, SHA256: t.SHA256, Error: t.Error}
	for _, s := range t.Values {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return Row{}, err
		}
		r.Values = append(r.Values, x)
	}
	return r, nil
}

// log is the file to which a shard appends its rows. A program that is killed
// leaves at most a part of the last line.
type log struct {
	file *os.File
}

// openLog opens the log of a shard and returns the rows that it has. What is
// left of a line at its end is cut off.
func openLog(path string, runs, values int) (*log, []Row, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, nil, fmt.Errorf("sweep: %w", err)
	}
	rows, good, err := readLog(path, runs, values)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err == nil {
		err = f.Truncate(good)
	}
	if err == nil {
		_, err = f.Seek(good, 0)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("sweep: %w", err)
	}
	return &log{f}, rows, nil
}

// readLog returns the rows of a log, and how many bytes of it are good: a torn
// last line is not an error, another bad line is.
func readLog(path string, runs, values int) (rows []Row, good int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("sweep: %w", err)
	}
	defer f.Close()
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil { // the end, or a line without one
			return rows, good, nil
		}
		row, err := parseRow(line)
		if err == nil && (row.Run < 0 || row.Run >= runs || row.Error == "" && len(row.Values) != values) {
			err = fmt.Errorf("it is run %d with %d values, of %d runs with %d", row.Run, len(row.Values), runs, values)
		}
		if err != nil {
			if _, more := r.Peek(1); more != nil { // power failed while it was written
				return rows, good, nil
			}
			return nil, 0, fmt.Errorf("sweep: %s, row %d: %w", path, len(rows), err)
		}
		rows = append(rows, row)
		good += int64(len(line))
	}
}

// append adds a row.
func (l *log) append(r Row) error {
	line, err := r.line()
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	if n, err := l.file.Write(line); err != nil {
		if n > 0 { // what was written of it is no row
			if end, seekErr := l.file.Seek(-int64(n), 1); seekErr == nil {
				err = errors.Join(err, l.file.Truncate(end))
			}
		}
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}

func (l *log) close() error {
	if err := errors.Join(l.file.Sync(), l.file.Close()); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}

// nan stands for what a run that failed has not.
var nan = math.NaN()
