//go:build unix

package jupyter

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"gomyogen/myogen/format/atomicfile"
)

// stampText is what a stamp says of a part.
type stampText struct {
	From    string              `json:"from"`
	Files   map[string]*digests `json:"files"`             // by path in the data folder
	Folders []string            `json:"folders,omitempty"` // in which all files are of the part
	Sum     string              `json:"sum"`               // see sum
}

// sum returns the SHA-256 of the stamp of a part but for Sum itself: a stamp that was
// cut short, or lists fewer files than were made, vouches for none.
func (s stampText) sum(part string) (string, error) {
	s.Sum = ""
	b, err := json.Marshal(s)
	sum := sha256.Sum256(append([]byte(part+"\n"), b...))
	return hex.EncodeToString(sum[:]), err
}

// digests are those of a file, or the target of a link.
type digests struct {
	Link  string `json:"link,omitempty"`
	Sum   string `json:"sha256,omitempty"`
	Size  int64  `json:"size,omitempty"`
	Mtime int64  `json:"mtime,omitempty"` // ns
	Mode  uint32 `json:"mode,omitempty"`  // permissions; 0 in stamps of before they were noted
}

// brokenError says which files of a part are not as they were made.
type brokenError struct {
	files    []string
	inTheWay []string // what set-up could not write to, or would not replace
}

func (e *brokenError) Error() string {
	const most = 3
	text := strings.Join(e.files[:min(len(e.files), most)], ", ")
	if n := len(e.files) - most; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}

// maxStamp is the size up to which a stamp is read, in bytes.
const maxStamp = 64 << 20

func (h *Home) stampFile(p part) string { return filepath.Join(h.Data, p.id+".stamp") }

// stamp writes the stamp of a part that made these files and folders.
func (h *Home) stamp(p part, made []string) error {
	s := stampText{From: p.from(), Files: map[string]*digests{}}
	for _, path := range made {
		name, err := filepath.Rel(h.Data, path)
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink != 0 && path == h.venv() { // the files are those behind it
			s.Files[name] = &digests{}
			if path, err = filepath.EvalSymlinks(path); err != nil {
				return err
			}
			if s.Files[name].Link, err = os.Readlink(h.venv()); err != nil {
				return err
			}
		}
		if info, err = os.Lstat(path); err == nil && info.IsDir() {
			s.Folders = append(s.Folders, name)
		}
		err = filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			rest, err := filepath.Rel(path, file)
			if err != nil {
				return err
			}
			s.Files[filepath.Join(name, rest)] = &digests{}
			return nil
		})
		if err != nil {
			return err
		}
	}
	err := forEach(slices.Collect(maps.Keys(s.Files)), func(name string) error {
		d := s.Files[name]
		if d.Link != "" {
			return nil
		}
		return d.read(filepath.Join(h.Data, name), true)
	})
	if err != nil {
		return err
	}
	if s.Sum, err = s.sum(p.id); err != nil {
		return err
	}
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return atomicfile.Write(h.stampFile(p), b)
}

// ready says what is wrong with a part, or returns nil. all reads files that
// seem unchanged, too.
func (h *Home) ready(p part, all bool) error {
	text, err := atomicfile.Read(h.stampFile(p), maxStamp)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("not installed")
	case err != nil:
		return &brokenError{files: []string{h.stampFile(p) + " cannot be read: " + err.Error()}}
	}
	var s stampText
	err = json.Unmarshal(text, &s)
	sum, sumErr := s.sum(p.id)
	if err != nil || sumErr != nil || s.Sum != sum || !s.local() {
		return &brokenError{files: []string{h.stampFile(p) + " is not as it was made"}}
	}
	if s.From != p.from() {
		return errors.New("made from another version")
	}
	var mu sync.Mutex
	var broken, inTheWay []string
	names := slices.Collect(maps.Keys(s.Files))
	_ = forEach(names, func(name string) error { // it returns no error
		was, now := s.Files[name], &digests{}
		path := filepath.Join(h.Data, name)
		err := now.read(path, false)
		if err == nil && was.Link == "" && now.Size == was.Size && (all || now.Mtime != was.Mtime) {
			err = now.read(path, true)
		} else {
			now.Sum = was.Sum
		}
		why := ""
		switch {
		case errors.Is(err, fs.ErrNotExist):
			why = "is missing"
		case err != nil:
			why = "cannot be read: " + err.Error()
		case now.Link != was.Link || now.Sum != was.Sum || now.Size != was.Size:
			why = "is not as it was made"
		case was.Mode != 0 && now.Mode != was.Mode:
			why = fmt.Sprintf("has other permissions, %v, not %v", fs.FileMode(now.Mode), fs.FileMode(was.Mode))
		}
		info, statErr := os.Lstat(path)
		other := statErr == nil && path != h.venv() && was.Link == "" != info.Mode().IsRegular()
		if why != "" {
			mu.Lock()
			if other {
				inTheWay = append(inTheWay, path)
			}
			broken = append(broken, path+" "+why)
			mu.Unlock()
		}
		return nil
	})
	if all {
		foreign, err := s.foreign(h.Data)
		if err != nil {
			broken = append(broken, "cannot be read: "+err.Error())
		}
		for _, path := range foreign {
			inTheWay = append(inTheWay, path)
			broken = append(broken, path+" was not made by the set-up")
		}
	}
	if broken == nil {
		return nil
	}
	slices.Sort(broken)
	return &brokenError{broken, inTheWay}
}

// local reports whether each file of the stamp is described and is in the data folder,
// from which set-up removes what is in its way.
func (s *stampText) local() bool {
	for _, dir := range s.Folders {
		if !filepath.IsLocal(dir) || dir == "." {
			return false
		}
	}
	for name, d := range s.Files {
		if d == nil || !filepath.IsLocal(name) || name == "." {
			return false
		}
	}
	return true
}

// read reads what a file is: its size and time alone, or its sum, too. Of a
// link it reads where it leads to, which must be there.
func (d *digests) read(path string, whole bool) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		if d.Link, err = os.Readlink(path); err != nil {
			return err
		}
		_, err = os.Stat(path)
		return err
	}
	if !info.Mode().IsRegular() { // a pipe may have no writer
		return fmt.Errorf("it is no regular file (%v)", info.Mode())
	}
	d.Size, d.Mtime, d.Mode = info.Size(), info.ModTime().UnixNano(), uint32(info.Mode().Perm())
	if !whole {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return err
	}
	d.Sum = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// forEach does something with each name, on all cores, and returns the errors.
func forEach(names []string, do func(string) error) error {
	errs := make([]error, runtime.NumCPU())
	var wg sync.WaitGroup
	for k := range errs {
		wg.Go(func() {
			for i := k; i < len(names); i += len(errs) {
				errs[k] = errors.Join(errs[k], do(names[i]))
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
