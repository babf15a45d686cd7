//go:build unix

package jupyter

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// shadows returns the files that set-up did not make and that Python would import in
// the place of one that it made, or at each start. Others may be the user's packages.
func (s *stampText) shadows(data string) []string {
	modules := map[string]map[string]bool{} // by folder: names that Python imports
	for name := range s.Files {
		for file := name; ; {
			dir, base := filepath.Split(file)
			dir = filepath.Clean(dir)
			known := modules[dir] != nil
			if !known {
				modules[dir] = map[string]bool{}
			}
			modules[dir][stem(base)] = true
			if known || dir == "." {
				break
			}
			file = dir
		}
	}
	var found []string
	for dir, names := range modules {
		if filepath.Base(dir) == "__pycache__" {
			continue
		}
		entries, err := os.ReadDir(filepath.Join(data, dir))
		if err != nil {
			continue // its files are missing
		}
		for _, e := range entries {
			name := filepath.Join(dir, e.Name())
			_, made := s.Files[name]
			if made || modules[name] != nil || !imported(filepath.Join(data, name), e) {
				continue
			}
			if names[stem(e.Name())] || slices.Contains([]string{"sitecustomize", "usercustomize"}, stem(e.Name())) {
				found = append(found, filepath.Join(data, name))
			}
		}
	}
	slices.Sort(found)
	return found
}

// stem returns the name by which Python imports a file.
func stem(base string) string {
	name, _, _ := strings.Cut(base, ".")
	return name
}

// imported reports whether Python imports a file or folder.
func imported(path string, e fs.DirEntry) bool {
	switch filepath.Ext(path) {
	case ".py", ".pyc", ".so":
		return true
	}
	_, err := os.Stat(filepath.Join(path, "__init__.py"))
	return !strings.Contains(e.Name(), ".") && err == nil
}
