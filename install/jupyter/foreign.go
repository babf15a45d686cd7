//go:build unix

package jupyter

import (
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// foreign returns what set-up did not make in the folders that it made: modules that
// Python would import, lines that it would run at each start (*.pth), programs.
func (s *stampText) foreign(data string) ([]string, error) {
	folders := map[string]bool{} // those of the files
	for name := range s.Files {
		for dir := filepath.Dir(name); dir != "." && !folders[dir]; dir = filepath.Dir(dir) {
			folders[dir] = true
		}
	}
	found := map[string]bool{}
	for _, root := range s.Folders {
		folders[root] = true
		path, err := filepath.EvalSymlinks(filepath.Join(data, root))
		if err != nil {
			continue // its files are missing
		}
		err = filepath.WalkDir(path, func(file string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rest, err := filepath.Rel(path, file)
			if err != nil {
				return err
			}
			name := filepath.Join(root, rest)
			switch _, made := s.Files[name]; {
			case entry.IsDir() && rest == "share":
				return filepath.SkipDir // kernels, settings and extensions, the user's among them
			case entry.IsDir() && entry.Name() == "__pycache__" && !folders[name]:
				return filepath.SkipDir // its source is in no stamp, or was not compiled by set-up
			case entry.IsDir(), made:
				return nil
			case strings.HasPrefix(rest, "etc"+string(filepath.Separator)) && filepath.Ext(name) != ".py":
				return nil // settings, the user's among them
			}
			for parent := filepath.Dir(name); !folders[parent]; parent = filepath.Dir(parent) {
				name = parent // of a foreign folder, its name alone
			}
			found[filepath.Join(data, name)] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}
