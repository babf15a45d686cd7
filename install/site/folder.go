package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gomyogen/myogen/format/atomicfile"
)

// markName is the file that makes a folder a site's: it lists what was written
// there.
const markName = ".gomyogen-site"

// maxFile is more than a page has.
const maxFile = 1 << 30

// folder is where a site is written.
type folder struct {
	dir   string
	files map[string]string // that publishing wrote, with their SHA-256; two while it writes
}

// openFolder makes the folder of a site if it is not there. It refuses one that
// holds what publishing did not write, and one where a notebook to publish would
// be overwritten.
func openFolder(dir string, files []file, sources []Source) (*folder, error) {
	f := &folder{dir: dir, files: map[string]string{}}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	mark, err := atomicfile.Read(filepath.Join(dir, markName), 64<<20)
	switch {
	case err == nil:
		if err := json.Unmarshal(mark, &f.files); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, markName), err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case len(entries) > 0:
		return nil, fmt.Errorf("%s holds files that publish did not write (%s); give it an empty folder or a new one with -o", dir, entries[0].Name())
	}
	if err == nil {
		files = append([]file{{name: markName}}, files...)
		f.files[markName] = "itself"
	}
	for _, x := range files {
		path := filepath.Join(dir, x.name)
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, err
		case !info.Mode().IsRegular(): // of a clone, it may lead to a file of the user's
			return nil, fmt.Errorf("%s is not a regular file (%v); move it, or give another folder with -o", path, info.Mode())
		}
		for _, s := range sources {
			for _, source := range []string{s.Path, s.Origin} {
				if other, err := os.Stat(source); err == nil && os.SameFile(info, other) {
					return nil, fmt.Errorf("%s would be overwritten: it is one of the notebooks to publish; give another folder with -o", path)
				}
			}
		}
		if f.files[x.name] == "" {
			return nil, fmt.Errorf("%s is not of publish and would be overwritten; move it, or give another folder with -o", path)
		}
		if x.name == markName {
			continue
		}
		// The list alone may be a copy of another folder's.
		old, err := atomicfile.Read(path, maxFile)
		if err != nil {
			return nil, err
		}
		if !f.wrote(x.name, old) && !bytes.Equal(old, x.data) {
			return nil, fmt.Errorf("%s is not as publish wrote it and would be overwritten; move it, or give another folder with -o", path)
		}
	}
	return f, os.MkdirAll(dir, 0o755)
}

// update writes the files that would change, and removes those of notebooks that
// are not published any more, unless somebody changed them.
func (f *folder) update(files []file) (written, removed []string, err error) {
	now := map[string]string{}
	for _, x := range files {
		now[x.name] = sum(x.data)
	}
	// The list comes first: a file that is not in it is taken for somebody else's.
	before := f.files
	f.files = map[string]string{}
	for _, list := range []map[string]string{before, now} {
		for name, sum := range list {
			if was := f.files[name]; was != sum {
				sum = strings.TrimSpace(was + " " + sum)
			}
			f.files[name] = sum
		}
	}
	if err := f.mark(); err != nil {
		return nil, nil, err
	}
	for _, x := range files {
		path := filepath.Join(f.dir, x.name)
		if old, err := atomicfile.Read(path, maxFile); err == nil && bytes.Equal(old, x.data) {
			continue
		}
		if err := atomicfile.Write(path, x.data); err != nil {
			return written, nil, err
		}
		written = append(written, x.name)
	}
	f.files = before
	for name := range before {
		path := filepath.Join(f.dir, name)
		if now[name] != "" || filepath.Base(name) != name {
			continue
		}
		if old, err := atomicfile.Read(path, maxFile); err == nil && f.wrote(name, old) {
			if err := atomicfile.Remove(path); err != nil {
				return written, removed, err
			}
			removed = append(removed, name)
		}
	}
	slices.Sort(removed)
	f.files = now
	return written, removed, f.mark()
}

// wrote reports whether publishing wrote this content of a file.
func (f *folder) wrote(name string, data []byte) bool {
	return slices.Contains(strings.Fields(f.files[name]), sum(data))
}

func (f *folder) mark() error {
	b, err := json.MarshalIndent(f.files, "", " ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(f.dir, markName), b)
}

func sum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
