package code

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// moduleSet is the modules that go.work and go.mod files name.
type moduleSet struct {
	dirs     map[string]string // path of a local module to its folder
	versions map[string]string // path of another module to its version
}

// modules reads the go.work at or above dir, and the go.mod files of it or,
// without one, the go.mod at or above dir.
func modules(dir string) (*moduleSet, error) {
	m := &moduleSet{dirs: map[string]string{}, versions: map[string]string{}}
	if work, ok := above(dir, "go.work"); ok {
		lines, err := directives(work)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if l[0] == "use" && len(l) == 2 {
				if err := m.add(join(filepath.Dir(work), l[1])); err != nil {
					return nil, err
				}
			}
		}
	} else if mod, ok := above(dir, "go.mod"); ok {
		return m, m.add(filepath.Dir(mod))
	}
	return m, nil
}

// add reads the go.mod in dir.
func (m *moduleSet) add(dir string) error {
	lines, err := directives(filepath.Join(dir, "go.mod"))
	if err != nil {
		return err
	}
	for _, l := range lines {
		switch {
		case l[0] == "module" && len(l) == 2:
			m.dirs[l[1]] = dir
		case l[0] == "require" && len(l) >= 3:
			m.versions[l[1]] = max(m.versions[l[1]], l[2])
		case l[0] == "replace":
			i := slices.Index(l, "=>")
			if i < 2 || i+1 == len(l) {
				continue
			}
			if to := l[i+1]; strings.HasPrefix(to, ".") || filepath.IsAbs(to) {
				m.dirs[l[1]] = join(dir, to)
			} else {
				m.versions[l[1]] = strings.Join(l[i+1:], " ")
			}
		}
	}
	return nil
}

func join(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// above returns the file called name in dir or the nearest folder above it.
func above(dir, name string) (string, bool) {
	for {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			return path, true
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		dir = up
	}
}

// directives returns the lines of a go.mod or go.work file as words, those of
// a block each with the block's own.
func directives(path string) ([][]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all [][]string
	block := ""
	for line := range strings.Lines(string(b)) {
		line, _, _ = strings.Cut(line, "//")
		words := strings.Fields(line)
		for i := range words {
			words[i] = strings.Trim(words[i], "\"`")
		}
		switch {
		case len(words) == 0:
		case block != "" && words[0] == ")":
			block = ""
		case block != "":
			all = append(all, append([]string{block}, words...))
		case len(words) == 2 && words[1] == "(":
			block = words[0]
		default:
			all = append(all, words)
		}
	}
	return all, nil
}

// folder returns the folder of a package of a local module.
func (m *moduleSet) folder(path string) (string, bool) {
	best := ""
	for module := range m.dirs {
		if within(path, module) && len(module) > len(best) {
			best = module
		}
	}
	if best == "" {
		return "", false
	}
	return filepath.Join(m.dirs[best], filepath.FromSlash(strings.TrimPrefix(path, best))), true
}

// version returns the module of a package, and its version.
func (m *moduleSet) version(path string) (module, version string) {
	for mod := range m.versions {
		if within(path, mod) && len(mod) > len(module) {
			module = mod
		}
	}
	return module, m.versions[module]
}

func within(path, module string) bool {
	return path == module || strings.HasPrefix(path, module+"/")
}
