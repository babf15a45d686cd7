// Package store keeps named values in a folder, as files that are complete or
// not there, know their own checksum, and together stay below a limit. Several
// programs may use a folder at once.
package store

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gomyogen/kernel/internal/keep/code"
)

// DefaultLimit is how many bytes of values a folder keeps, 2 GiB.
const DefaultLimit = 2 << 30

// magic is the first line of a file, with the version of the format.
const magic = "gomyogen kept value 1\n"

// suffix ends the names of kept files; partial begins those being written.
const (
	suffix  = ".kept"
	partial = ".writing-"
)

// Folder is a folder of kept values. Limit 0 means DefaultLimit.
type Folder struct {
	Path  string
	Limit int64
}

// Header describes a kept value.
type Header struct {
	Name   string        `json:"name"`
	Key    string        `json:"key"`  // what it was made from
	Type   string        `json:"type"` // of the value
	Made   time.Time     `json:"made"`
	Took   time.Duration `json:"took"`
	Why    string        `json:"why"`              // why it was computed
	Parts  []code.Part   `json:"parts"`            // what Key is made of
	Values []Source      `json:"values,omitempty"` // kept values that it was computed from, by their keys
	Files  []Source      `json:"files,omitempty"`  // inputs of these, by their content
}

// Source is something that a value was computed from, beside what Key says.
type Source struct {
	Name string `json:"name"`
	Sum  string `json:"sum"`
}

// Entry is a file of a Folder.
type Entry struct {
	Header
	Path   string
	Size   int64
	Used   time.Time
	Damage error // why the header cannot be read, or nil
}

// DamagedError says that a file is not what was saved.
type DamagedError struct {
	Path   string
	Reason string
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the kept file %s is damaged: %s", e.Path, e.Reason)
}

// path is the file of a value. The name is in it to be found, not to be read.
func (f Folder) path(name, key string) string {
	return filepath.Join(f.Path, digest(name)[:8]+"-"+digest(key)[:24]+suffix)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Save keeps a value and then lets go of the least recently used others as
// far as the limit asks for it. A value larger than the limit is an error.
func (f Folder) Save(h Header, value []byte) error {
	header, err := json.Marshal(h)
	if err != nil {
		return err
	}
	body := slices.Concat(header, []byte("\n"), value)
	limit := cmp.Or(f.Limit, DefaultLimit)
	if size := int64(len(body)); size > limit {
		return fmt.Errorf("it has %d bytes, the limit is %d", size, limit)
	}
	if err := f.Make(); err != nil {
		return err
	}
	path := f.path(h.Name, h.Key)
	tmp, err := os.CreateTemp(f.Path, partial)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	_, err = tmp.Write(slices.Concat([]byte(magic+hex.EncodeToString(sum[:])+"\n"), body))
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return f.bound(limit, path)
}

// Make makes the folder, unseen by git.
func (f Folder) Make() error {
	if err := os.MkdirAll(f.Path, 0o755); err != nil {
		return err
	}
	ignore := filepath.Join(f.Path, ".gitignore")
	if _, err := os.Stat(ignore); err == nil {
		return nil
	}
	return os.WriteFile(ignore, []byte("*\n"), 0o644)
}

// abandoned is how old a half-written file is when its writer must be dead.
const abandoned = time.Hour

// bound removes the least recently used files but keep until the folder is
// within limit, and what dead writers left.
func (f Folder) bound(limit int64, keep string) error {
	dir, err := os.ReadDir(f.Path)
	if err != nil {
		return err
	}
	type file struct {
		path string
		size int64
		used time.Time
	}
	var files []file
	var total int64
	for _, d := range dir {
		info, err := d.Info()
		if err != nil {
			continue // another program removed it
		}
		path := filepath.Join(f.Path, d.Name())
		switch {
		case strings.HasPrefix(d.Name(), partial) && time.Since(info.ModTime()) > abandoned:
			if err := remove(path); err != nil {
				return err
			}
		case strings.HasSuffix(d.Name(), suffix):
			total += info.Size()
			files = append(files, file{path, info.Size(), info.ModTime()})
		}
	}
	slices.SortFunc(files, func(a, b file) int { return a.used.Compare(b.used) })
	for _, old := range files {
		if total <= limit {
			break
		}
		if old.path == keep {
			continue
		}
		if err := remove(old.path); err != nil {
			return err
		}
		total -= old.size
	}
	return nil
}

func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Load returns a kept value. Without one the error is os.ErrNotExist; a file
// that is not what Save wrote is a DamagedError.
func (f Folder) Load(name, key string) (Header, []byte, error) {
	path := f.path(name, key)
	b, err := os.ReadFile(path)
	if err != nil {
		return Header{}, nil, err
	}
	h, value, err := open(b)
	if err == nil && (h.Name != name || h.Key != key) {
		err = fmt.Errorf("it holds %q", h.Name)
	}
	if err != nil {
		return Header{}, nil, &DamagedError{path, err.Error()}
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // where it cannot be written, it is not evicted either
	return h, value, nil
}

// open checks the content of a file.
func open(b []byte) (h Header, value []byte, err error) {
	rest, ok := bytes.CutPrefix(b, []byte(magic))
	if !ok {
		return h, nil, fmt.Errorf("it does not begin with %q", strings.TrimSpace(magic))
	}
	sum, body, ok := bytes.Cut(rest, []byte("\n"))
	if got := sha256.Sum256(body); !ok || hex.EncodeToString(got[:]) != string(sum) {
		return h, nil, errors.New("its checksum is wrong")
	}
	header, value, _ := bytes.Cut(body, []byte("\n"))
	return h, value, json.Unmarshal(header, &h)
}

// List returns what the folder holds, the most recently used first. The values
// are not checked.
func (f Folder) List() ([]Entry, error) {
	paths, err := filepath.Glob(filepath.Join(f.Path, "*"+suffix))
	if err != nil {
		return nil, err
	}
	var all []Entry
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			continue // another program removed it
		}
		e := Entry{Path: path, Size: info.Size(), Used: info.ModTime()}
		e.Header, e.Damage = peek(path)
		all = append(all, e)
	}
	slices.SortStableFunc(all, func(a, b Entry) int { return b.Used.Compare(a.Used) })
	return all, nil
}

// peek reads a header.
func peek(path string) (h Header, err error) {
	file, err := os.Open(path)
	if err != nil {
		return h, err
	}
	defer file.Close()
	r := bufio.NewReader(file)
	start := make([]byte, len(magic)+2*sha256.Size+1)
	if _, err := io.ReadFull(r, start); err != nil || !bytes.HasPrefix(start, []byte(magic)) {
		return h, errors.New("not a kept value")
	}
	line, err := r.ReadBytes('\n')
	if err != nil {
		return h, errors.New("its header is cut off")
	}
	return h, json.Unmarshal(line, &h)
}

// Remove removes a kept value, if it is there.
func (f Folder) Remove(name, key string) error { return remove(f.path(name, key)) }

// Forget removes the values called name and tells how many and how large they
// were.
func (f Folder) Forget(name string) (n int, size int64, err error) {
	all, err := f.List()
	if err != nil {
		return 0, 0, err
	}
	prefix := digest(name)[:8] + "-"
	for _, e := range all {
		if e.Name != name && !(e.Damage != nil && strings.HasPrefix(filepath.Base(e.Path), prefix)) {
			continue
		}
		if err := remove(e.Path); err != nil {
			return n, size, err
		}
		n, size = n+1, size+e.Size
	}
	return n, size, nil
}
