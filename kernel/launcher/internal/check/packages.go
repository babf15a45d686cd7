package check

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	pathpkg "path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gomyogen/kernel/launcher/internal/rebuild"
)

// basics are the packages that a cell may use before any plan is there.
var basics = []string{"errors", "fmt", "maps", "math", "os", "slices", "sort", "strconv", "strings", "time"}

// PackagesOf returns the packages that a cell in a folder imports: those of the plan
// in the folder plans, if it has them all, or what the go command finds.
func PackagesOf(goCommand, dir, plans string, imports []string) (*Packages, error) {
	plan, err := planOf(goCommand, dir, plans)
	if err != nil {
		return ListPackages(goCommand, dir, append([]string{"."}, basics...)...)
	}
	for _, path := range imports {
		if plan.Archives[path] == "" && path != "unsafe" {
			return ListPackages(goCommand, dir, ".")
		}
	}
	return newPackages(plan.Archives, plan.Root), nil
}

func planOf(goCommand, dir, plans string) (*rebuild.Plan, error) {
	setting, err := rebuild.Setting(goCommand, dir)
	if err != nil {
		return nil, err
	}
	return rebuild.Read(plans, setting)
}

// Version returns what changes when a plan in the folder plans does.
func Version(plans string) string {
	all, err := fs.Glob(os.DirFS(plans), "*.json")
	if err != nil {
		return ""
	}
	version := ""
	for _, name := range all {
		path := filepath.Join(plans, name)
		if info, err := os.Stat(path); err == nil {
			version += fmt.Sprintln(path, info.ModTime().UnixNano())
		}
	}
	return version
}

// ListPackages returns what the go command finds behind packages, seen from a folder.
func ListPackages(goCommand, dir string, packages ...string) (*Packages, error) {
	cmd := exec.Command(goCommand, append([]string{"list", "-e", "-export", "-deps", "-json=ImportPath,Export"}, packages...)...)
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	archives := map[string]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var pkg struct{ ImportPath, Export string }
		if err := d.Decode(&pkg); err != nil {
			return nil, err
		}
		if pkg.Export != "" {
			archives[pkg.ImportPath] = pkg.Export
		}
	}
	if len(archives) == 0 {
		return nil, fmt.Errorf("go list finds no packages in %s", dir)
	}
	env := exec.Command(goCommand, "env", "GOROOT")
	env.Dir = dir
	root, err := env.Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	return newPackages(archives, strings.TrimSpace(string(root))), nil
}

// Missing says of each of paths that cannot be imported by the cell in a folder what is
// wrong, with paths that are like it.
func Missing(goCommand, dir string, paths []string) (map[string]string, error) {
	missing, err := rebuild.Missing(goCommand, dir, paths)
	said := map[string]string{}
	if len(missing) == 0 {
		return said, err
	}
	all := rebuild.Local(goCommand, dir)
	for _, p := range missing {
		if rebuild.Fetched(p) {
			said[p] = "no module on this machine has the package " + p + ", and cells fetch none; %env GOPROXY with the address of a proxy lets them"
			continue
		}
		near := Nearest(p, all)
		for _, other := range all {
			if other != p && pathpkg.Base(other) == pathpkg.Base(p) && len(near) < 3 && !slices.Contains(near, other) {
				near = append(near, other)
			}
		}
		said[p] = "there is no package " + p
		for i := range near {
			near[i] = strconv.Quote(near[i])
		}
		if len(near) > 0 {
			said[p] += "; did you mean " + strings.Join(near, " or ") + "?"
		}
	}
	return said, nil
}
