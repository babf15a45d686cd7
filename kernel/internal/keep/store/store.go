// Package store keeps named bytes in the files of a folder.
//
// A file is complete or not there; it is read only if its user wrote it; and
// the files together stay below a limit. Several programs may use a folder at
// once. A value has a name, chosen by the user, and a key, which identifies what
// it was made from. The file's name is made of both, so that versions of a value
// stand side by side and are found without an index:
//
//	gomyogen kept value 2
//	<HMAC-SHA256 of the next line, in hexadecimal>
//	<Header as one line of JSON, with the size and SHA-256 of the value>
//	<the value>
//
// The HMAC uses a secret of the user (see [Folder.Secret]): what another person
// made, as in a folder that came with a clone, is a [ForeignError] and not read.
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
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gomyogen/kernel/internal/keep/code"
	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/userkey"
)

// DefaultLimit is how many bytes of values a folder keeps, 2 GiB.
const DefaultLimit = 2 << 30

// magic is the first line of a file, with the version of the format.
const magic = "gomyogen kept value 2\n"

// maxHeader is how long the line with the header may be.
const maxHeader = 1 << 20

// suffix ends the names of kept files.
const suffix = ".kept"

// Folder is a folder of kept values.
type Folder struct {
	Path   string
	Limit  int64  // bytes of all files together; 0 means DefaultLimit
	Secret string // path of the file with the user's secret, which the first Save makes
}

// Header describes a kept value.
type Header struct {
	Name     string        `json:"name"`
	Key      string        `json:"key"`                // what it was made from
	Type     string        `json:"type"`               // of the value
	Notebook string        `json:"notebook,omitempty"` // that made it; "" if that is not known
	Made     time.Time     `json:"made"`
	Took     time.Duration `json:"took"`
	Why      string        `json:"why"`               // why it was computed
	Partial  string        `json:"partial,omitempty"` // what of it is missing; "" where it is complete
	Done     float64       `json:"done,omitempty"`    // how far the run of a state is, in its own unit, and a partial value, which is less than 0
	Parts    []code.Part   `json:"parts"`             // what Key is made of
	Values   []Source      `json:"values,omitempty"`  // kept values that it was computed from, by their keys
	Files    []Source      `json:"files,omitempty"`   // inputs of these, by their content

	Size int64  `json:"size"` // of the value in bytes; set by Save
	Sum  string `json:"sum"`  // SHA-256 of the value; set by Save
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
	Bytes  int64 // of the file
	Used   time.Time
	Damage error // a *DamagedError or *ForeignError if Load refuses it, as far as its header tells
}

// DamagedError reports a file that is not what Save wrote.
type DamagedError struct {
	Path   string
	Reason string
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the kept file %s is damaged: %s", e.Path, e.Reason)
}

// ForeignError reports a file that was made with another secret: by another
// user, on another machine, or before the secret was lost.
type ForeignError struct{ Path string }

func (e *ForeignError) Error() string {
	return fmt.Sprintf("the kept file %s was not made by you on this machine", e.Path)
}

// path is the file of a value. The name is in it to be found, not to be read.
func (f Folder) path(name, key string) string {
	return filepath.Join(f.Path, digest(name)[:8]+"-"+digest(key)[:24]+suffix)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Save keeps a value, in place of one with the same name and key, and then
// removes the least recently used others until the folder is within its limit.
// A value larger than the limit is an error, and so is a folder that is a link.
func (f Folder) Save(h Header, value []byte) error {
	return f.SaveFollowed(h, value, nil)
}

// Look learns how many bytes of the work are done, of a total.
type Look func(done, total int) error

// lookEvery is the number of bytes between two looks.
const lookEvery = 64 << 10

// SaveFollowed is Save that calls look each 64 kB that are summed or written, and while
// a flush to the disk lasts, unless look is nil. Its error ends it, and the value of
// before stays.
func (f Folder) SaveFollowed(h Header, value []byte, look Look) error {
	done := 0
	did := func(n int) error {
		if look == nil {
			return nil
		}
		done += n
		return look(done, 2*len(value))
	}
	sum := sha256.New()
	for piece := range slices.Chunk(value, lookEvery) {
		if err := did(len(piece)); err != nil {
			return err
		}
		sum.Write(piece)
	}
	h.Size, h.Sum = int64(len(value)), hex.EncodeToString(sum.Sum(nil))
	header, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if len(header) >= maxHeader {
		return fmt.Errorf("its header has %d bytes, the limit is %d", len(header), maxHeader)
	}
	limit := cmp.Or(f.Limit, DefaultLimit)
	if size := int64(len(header)) + h.Size; size > limit {
		return fmt.Errorf("it has %d bytes, the limit is %d", size, limit)
	}
	if err := f.Make(); err != nil {
		return err
	}
	secret, err := f.secret(true)
	if err != nil {
		return err
	}
	path := f.path(h.Name, h.Key)
	// A link, which could have come with a clone, is not followed.
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		if err := atomicfile.Remove(path); err != nil {
			return err
		}
	}
	file, err := atomicfile.Create(path)
	if err != nil {
		return err
	}
	if look != nil {
		file.Follow(did)
	}
	for _, part := range [][]byte{[]byte(magic + userkey.Sign(secret, []byte(magic), header) + "\n"), header, []byte("\n"), value} {
		if _, err := file.Write(part); err != nil {
			return errors.Join(err, file.Discard())
		}
	}
	if err := file.Commit(); err != nil {
		return err
	}
	return f.bound(limit, path)
}

// Make makes the folder, ignored by git, if it is not there.
func (f Folder) Make() error {
	if err := f.check(); err != nil {
		return err
	}
	if err := os.MkdirAll(f.Path, 0o755); err != nil {
		return err
	}
	// Exclusively, so that a link of this name leads nowhere.
	ignore, err := os.OpenFile(filepath.Join(f.Path, ".gitignore"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = ignore.WriteString("*\n")
	return errors.Join(err, ignore.Close())
}

// Usable returns why nothing can be kept in the folder or read from it, or nil.
func (f Folder) Usable() error {
	_, err := f.secret(false)
	return errors.Join(f.check(), err)
}

// check refuses a folder that is a link: with one from a clone, files elsewhere
// could be written and removed.
func (f Folder) check() error {
	info, err := os.Lstat(f.Path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&os.ModeSymlink != 0:
		return fmt.Errorf("%s is a symbolic link; values are kept in a folder only", f.Path)
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", f.Path)
	}
	return nil
}

// bound removes the least recently used files but keep until the folder is
// within limit, and what dead writers left.
func (f Folder) bound(limit int64, keep string) error {
	atomicfile.RemoveLeftovers(f.Path)
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
		if strings.HasSuffix(d.Name(), suffix) {
			total += info.Size()
			files = append(files, file{filepath.Join(f.Path, d.Name()), info.Size(), info.ModTime()})
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
		if err := atomicfile.Remove(old.path); err != nil {
			return err
		}
		total -= old.size
	}
	return nil
}

// Load returns a kept value. Without one the error is os.ErrNotExist; a file
// that is not what Save wrote is a DamagedError, one of another user a
// ForeignError. No more is read than the header says, and no value whose header
// was not made with the secret.
func (f Folder) Load(name, key string) (Header, []byte, error) {
	return f.LoadFollowed(name, key, nil)
}

// LoadFollowed is Load that calls look each 64 kB that are read and summed, unless look is
// nil. Its error ends it.
func (f Folder) LoadFollowed(name, key string, look Look) (Header, []byte, error) {
	if err := f.check(); err != nil {
		return Header{}, nil, err
	}
	path := f.path(name, key)
	file, err := f.open(path)
	if err != nil {
		return Header{}, nil, err
	}
	defer file.Close()
	h, err := file.header()
	if err != nil {
		return Header{}, nil, err
	}
	if h.Name != name || h.Key != key {
		return Header{}, nil, &DamagedError{path, fmt.Sprintf("it holds %q", h.Name)}
	}
	value, sum := make([]byte, h.Size), sha256.New()
	done := 0
	for piece := range slices.Chunk(value, lookEvery) {
		if done += len(piece); look != nil {
			if err := look(done, len(value)); err != nil {
				return Header{}, nil, err
			}
		}
		if _, err := io.ReadFull(file.r, piece); err != nil {
			return Header{}, nil, &DamagedError{path, err.Error()}
		}
		sum.Write(piece)
	}
	if hex.EncodeToString(sum.Sum(nil)) != h.Sum {
		return Header{}, nil, &DamagedError{path, "its checksum is wrong"}
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // where it cannot be written, it is not evicted either
	return h, value, nil
}

// Header returns the header of a kept value, with the errors of Load as far as it tells.
func (f Folder) Header(name, key string) (Header, error) {
	if err := f.check(); err != nil {
		return Header{}, err
	}
	return f.peek(f.path(name, key))
}

// kept is an open file of a kept value.
type kept struct {
	*os.File
	r      *bufio.Reader
	size   int64
	secret []byte
}

// open opens a file, which must be a regular one.
func (f Folder) open(path string) (*kept, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &DamagedError{path, "it is no regular file"}
	}
	secret, err := f.secret(false)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return &kept{file, bufio.NewReader(file), info.Size(), secret}, nil
}

// header reads the header, and checks that it was made with the secret and fits
// the size of the file.
func (k *kept) header() (h Header, err error) {
	start := make([]byte, len(magic)+2*sha256.Size+1)
	if _, err := io.ReadFull(k.r, start); err != nil || !bytes.HasPrefix(start, []byte(magic)) || start[len(start)-1] != '\n' {
		return h, &DamagedError{k.Name(), fmt.Sprintf("it does not begin with %q", strings.TrimSpace(magic))}
	}
	line, err := bufio.NewReader(io.LimitReader(k.r, maxHeader)).ReadBytes('\n')
	if err != nil {
		return h, &DamagedError{k.Name(), "its header is cut off"}
	}
	header := bytes.TrimSuffix(line, []byte("\n"))
	if mac := string(start[len(magic) : len(start)-1]); !userkey.Signed(k.secret, mac, []byte(magic), header) {
		return h, &ForeignError{k.Name()}
	}
	if err := json.Unmarshal(header, &h); err != nil {
		return h, &DamagedError{k.Name(), err.Error()}
	}
	before := int64(len(start) + len(line))
	if h.Size < 0 || before+h.Size != k.size {
		return h, &DamagedError{k.Name(), fmt.Sprintf("it has %d bytes, its header tells of %d", k.size, before+h.Size)}
	}
	_, err = k.Seek(before, io.SeekStart)
	k.r.Reset(k.File)
	return h, err
}

// List returns what the folder holds, the most recently used first. Of the
// values only the headers are read.
func (f Folder) List() ([]Entry, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	names, err := fs.Glob(os.DirFS(f.Path), "*"+suffix) // the folder's own name is no pattern
	if err != nil {
		return nil, err
	}
	var all []Entry
	for _, name := range names {
		path := filepath.Join(f.Path, name)
		info, err := os.Lstat(path)
		if err != nil {
			continue // another program removed it
		}
		e := Entry{Path: path, Bytes: info.Size(), Used: info.ModTime()}
		e.Header, e.Damage = f.peek(path)
		all = append(all, e)
	}
	slices.SortStableFunc(all, func(a, b Entry) int { return b.Used.Compare(a.Used) })
	return all, nil
}

// peek reads a header.
func (f Folder) peek(path string) (Header, error) {
	file, err := f.open(path)
	if err != nil {
		return Header{}, err
	}
	defer file.Close()
	return file.header()
}

// Remove removes a kept value, if it is there.
func (f Folder) Remove(name, key string) error {
	if err := f.check(); err != nil {
		return err
	}
	return atomicfile.Remove(f.path(name, key))
}

// Forget removes the values called name that forget approves, and those that
// cannot be read but were called so, and returns how many there were and their
// size.
func (f Folder) Forget(name string, forget func(Header) bool) (n int, size int64, err error) {
	all, err := f.List()
	if err != nil {
		return 0, 0, err
	}
	prefix := digest(name)[:8] + "-"
	for _, e := range all {
		unreadable := e.Damage != nil && strings.HasPrefix(filepath.Base(e.Path), prefix)
		if !unreadable && (e.Damage != nil || e.Name != name || !forget(e.Header)) {
			continue
		}
		if err := atomicfile.Remove(e.Path); err != nil {
			return n, size, err
		}
		n, size = n+1, size+e.Bytes
	}
	return n, size, nil
}
