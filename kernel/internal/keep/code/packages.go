package code

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"gomyogen/kernel/sources"
	"gomyogen/myogen/format/atomicfile"
)

// readPackages caches the digests of packages for the next cells of a kernel:
// reading all packages of a module takes longer than most cells.
type readPackages struct {
	path  string                 // of the file, or ""
	byDir map[string]packageRead // by folder
	isNew bool                   // differs from the file
}

// packageRead is a package, and how its files and folders looked when it was
// read.
type packageRead struct {
	Package sources.Package
	Looks   []sources.Look // of Package.Read
}

// openPackages reads the cache in a folder; "" means none. A cache that cannot be
// read is empty.
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
		if !ok || !l.Settled(start) {
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
		if !ok || !l.Same(p.Looks[i]) {
			return false
		}
	}
	return true
}

func lookAt(path string) (sources.Look, bool) {
	info, err := os.Stat(path)
	if err != nil {
		return sources.Look{}, false
	}
	return sources.LookOf(info), true
}

// save writes the cache. If that fails, the next cell takes longer.
func (r *readPackages) save() {
	if r.path == "" || !r.isNew {
		return
	}
	b, err := json.Marshal(r.byDir)
	if err != nil {
		return
	}
	_ = atomicfile.Write(r.path, b)
}
