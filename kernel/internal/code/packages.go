package code

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"gomyogen/kernel/sources"
)

// readPackages remembers what was read of packages for the next cells of a
// kernel: to read all those of a module takes longer than most cells.
type readPackages struct {
	path  string                 // of the file; "" to remember nothing
	byDir map[string]packageRead // by folder
	isNew bool                   // not as in the file
}

// packageRead is a package and how the files and folders looked that say what
// it is.
type packageRead struct {
	Package sources.Package
	Looks   []look // of Package.Read
}

// look is what changes with a file, and with the names in a folder.
type look struct {
	Size     int64
	Modified time.Time
}

// settled is how old a change must be for the next one to show in the time of a
// file for certain.
const settled = 2 * time.Second

// openPackages reads what is remembered in a folder, if that has a name. What
// cannot be read is read again from the packages.
func openPackages(dir string) *readPackages {
	r := &readPackages{byDir: map[string]packageRead{}}
	if dir == "" {
		return r
	}
	r.path = filepath.Join(dir, "packages.json")
	if b, err := os.ReadFile(r.path); err == nil && json.Unmarshal(b, &r.byDir) != nil {
		r.byDir = map[string]packageRead{}
	}
	return r
}

// read returns the package in a folder.
func (r *readPackages) read(dir string) (sources.Package, error) {
	if old, ok := r.byDir[dir]; ok && old.holds() {
		return old.Package, nil
	}
	delete(r.byDir, dir)
	start := time.Now()
	p, err := sources.Read(dir)
	if err != nil {
		return p, err
	}
	seen := packageRead{Package: p}
	for _, path := range p.Read {
		l, ok := lookAt(path)
		if !ok || start.Sub(l.Modified) < settled {
			return p, nil
		}
		seen.Looks = append(seen.Looks, l)
	}
	r.byDir[dir], r.isNew = seen, true
	return p, nil
}

func (p packageRead) holds() bool {
	if len(p.Looks) != len(p.Package.Read) {
		return false
	}
	for i, path := range p.Package.Read {
		l, ok := lookAt(path)
		if !ok || l.Size != p.Looks[i].Size || !l.Modified.Equal(p.Looks[i].Modified) {
			return false
		}
	}
	return true
}

func lookAt(path string) (look, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return look{}, false
	}
	return look{info.Size(), info.ModTime()}, true
}

// save remembers what was read. Without the file the next cell takes longer,
// and that is all.
func (r *readPackages) save() {
	if r.path == "" || !r.isNew {
		return
	}
	b, err := json.Marshal(r.byDir)
	if err != nil {
		return
	}
	tmp, err := os.CreateTemp(filepath.Dir(r.path), ".packages-*")
	if err != nil {
		return
	}
	_, err = tmp.Write(b)
	if closing := tmp.Close(); err != nil || closing != nil || os.Rename(tmp.Name(), r.path) != nil {
		_ = os.Remove(tmp.Name())
	}
}
