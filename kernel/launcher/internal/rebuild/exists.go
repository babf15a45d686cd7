package rebuild

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// tree is a folder of packages and the import path that it has.
type tree struct{ prefix, dir string }

// trees returns the standard library and the modules that a cell in a folder sees
// without a network.
func trees(goCommand, dir string) ([]tree, error) {
	program, err := filepath.EvalSymlinks(goCommand)
	if err != nil {
		return nil, err
	}
	all := []tree{{"", filepath.Join(filepath.Dir(program), "..", "src")}}
	_, modules, err := workspace(dir)
	if err != nil {
		return nil, err
	}
	for _, m := range append(modules, dir) {
		mod, err := moduleOf(m)
		if err != nil {
			return nil, err
		}
		if mod.Module != nil {
			all = append(all, tree{mod.Module.Mod.Path, m})
		}
		for _, r := range mod.Replace {
			if r.New.Version == "" { // a folder
				folder := r.New.Path
				if !filepath.IsAbs(folder) {
					folder = filepath.Join(m, folder)
				}
				all = append(all, tree{r.Old.Path, folder})
			}
		}
	}
	return all, nil
}

// Missing returns those of paths that name no package of the standard library, of a module
// of the workspace of the cell in a folder, or of a module that these require.
func Missing(goCommand, dir string, paths []string) ([]string, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	all, err := trees(goCommand, dir)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(all[0].dir, "fmt")); err != nil {
		return nil, err
	}
	required, err := requirements(all)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		within := func(prefix string) (rest string, is bool) {
			return strings.CutPrefix(p+"/", strings.TrimPrefix(prefix+"/", "/"))
		}
		return p == "unsafe" || p == "C" || p == "" || slices.ContainsFunc(all, func(t tree) bool {
			rest, is := within(t.prefix)
			sources, err := fs.Glob(os.DirFS(filepath.Join(t.dir, filepath.FromSlash(rest))), "*.go")
			return is && err == nil && len(sources) > 0
		}) || slices.ContainsFunc(required, func(module string) bool {
			_, is := within(module)
			return is
		})
	}), nil
}

// requirements returns the paths of the modules that those of trees require.
func requirements(all []tree) (paths []string, err error) {
	for _, t := range all[1:] {
		mod, err := moduleOf(t.dir)
		if errors.Is(err, os.ErrNotExist) { // of a replacement that is not there
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, r := range mod.Require {
			paths = append(paths, r.Mod.Path)
		}
	}
	return paths, nil
}

// Fetched reports whether an import path begins with the name of a host, so that the go
// command may fetch its module.
func Fetched(p string) bool {
	host, _, _ := strings.Cut(p, "/")
	return strings.Contains(host, ".")
}

// depth is how many elements the paths have that are proposed for another.
const depth = 3

// Local returns the import paths of the packages among which Missing looks.
func Local(goCommand, dir string) []string {
	all, err := trees(goCommand, dir)
	if err != nil {
		return nil
	}
	var paths []string
	for _, t := range all {
		_ = filepath.WalkDir(t.dir, func(file string, d fs.DirEntry, err error) error { // as far as it can be read
			if err != nil {
				return fs.SkipDir
			}
			rest, err := filepath.Rel(t.dir, file)
			if err != nil {
				return err
			}
			if d.IsDir() {
				if name := d.Name(); rest != "." && (strings.Count(rest, "/") >= depth || slices.Contains([]string{"internal", "vendor", "testdata", "cmd", "builtin"}, name) || strings.ContainsAny(name[:1], "._")) {
					return fs.SkipDir
				}
				return nil
			}
			if p := path.Join(t.prefix, filepath.ToSlash(filepath.Dir(rest))); strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") && !slices.Contains(paths, p) {
				paths = append(paths, p)
			}
			return nil
		})
	}
	return paths
}
