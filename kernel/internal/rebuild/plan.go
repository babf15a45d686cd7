// Package rebuild makes the program of a cell from what the go command left in
// its build cache when it made an earlier one.
//
// Of the third of a second that go build takes for a cell, half is to find out
// again that none of the two hundred packages behind the cell has changed. A Plan
// remembers where their archives are, and from what it was learnt; as long as
// that stands, compiling the cell and linking it is all there is to do. Whatever a
// plan does not cover is left to the go command.
package rebuild

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"gomyogen/kernel/sources"
)

// Plan is what is known of the packages that cells import.
type Plan struct {
	Setting string    // digest of what decides how packages are built, see the function
	Learnt  time.Time // when
	Roots   []string  // the packages it was learnt for, with all that they import

	Tools    string            // folder of the compiler and the linker
	Archives map[string]string // import path to file in the build cache
	Local    map[string]string // folder of a package outside the module cache to the digest of its sources
	Info     string            // what debug.ReadBuildInfo returns, as text
	Mode     string            // build mode of the linker
}

// Learn makes the plan for cells in the folder dir that import roots or what
// they import, with the program goCommand. Nothing in dir changes.
func Learn(goCommand, dir string, roots []string) (*Plan, error) {
	p := &Plan{Learnt: time.Now(), Roots: slices.Compact(slices.Sorted(slices.Values(roots))), Archives: map[string]string{}, Local: map[string]string{}}
	var err error
	if p.Setting, err = Setting(goCommand, dir); err != nil {
		return nil, err
	}
	// What the go command does for such a cell, it does in a folder like its own.
	twin, err := os.MkdirTemp(filepath.Dir(dir), "learn-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(twin)
	for _, name := range []string{"go.mod", "go.sum", "go.work", "go.work.sum"} {
		if err := copyFile(filepath.Join(twin, name), filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	var code strings.Builder
	fmt.Fprintln(&code, "package main")
	for _, path := range p.Roots {
		fmt.Fprintf(&code, "import _ %q\n", path)
	}
	fmt.Fprintln(&code, "func main() {}")
	if err := os.WriteFile(filepath.Join(twin, "main.go"), []byte(code.String()), 0o600); err != nil {
		return nil, err
	}
	program := filepath.Join(twin, "cell")
	if _, err := output(goCommand, twin, "build", "-o", program); err != nil {
		return nil, err
	}
	if err := p.readInfo(program); err != nil {
		return nil, err
	}
	tools, err := output(goCommand, twin, "env", "GOTOOLDIR")
	if err != nil {
		return nil, err
	}
	p.Tools = strings.TrimSpace(string(tools))
	return p, p.readPackages(goCommand, twin)
}

// readInfo takes what the go command wrote into a program.
func (p *Plan) readInfo(program string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "-buildmode":
			p.Mode = s.Value
		case "-ldflags", "-compiler", "CGO_ENABLED", "GOOS", "GOARCH":
		case "DefaultGODEBUG":
			return fmt.Errorf("programs run with %s", s.Value)
		}
	}
	info.Settings = append(info.Settings, debug.BuildSetting{Key: planSetting, Value: p.Setting})
	p.Info = info.String()
	return nil
}

// planSetting is the setting in a program's build information that says by
// which plan it was built.
const planSetting = "plan"

// readPackages asks the go command for all packages behind the one in dir.
func (p *Plan) readPackages(goCommand, dir string) error {
	out, err := output(goCommand, dir, "list", "-export", "-deps", "-json=ImportPath,Export,Dir,Standard,Module", ".")
	if err != nil {
		return err
	}
	cache, err := output(goCommand, dir, "env", "GOMODCACHE")
	if err != nil {
		return err
	}
	modules := strings.TrimSpace(string(cache)) + string(filepath.Separator)
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var pkg struct {
			ImportPath, Export, Dir string
			Standard                bool
			Module                  *struct{ Main bool }
		}
		if err := d.Decode(&pkg); err != nil {
			return err
		}
		if pkg.Dir == dir || pkg.Export == "" { // the cell; unsafe
			continue
		}
		p.Archives[pkg.ImportPath] = pkg.Export
		if pkg.Standard || strings.HasPrefix(pkg.Dir, modules) {
			continue
		}
		if p.Local[pkg.Dir], err = sources.Exact(pkg.Dir); err != nil {
			return err
		}
	}
	return nil
}

// output runs the go command.
func output(goCommand, dir string, args ...string) ([]byte, error) {
	cmd := exec.Command(goCommand, args...)
	cmd.Dir = dir
	var failed bytes.Buffer
	cmd.Stderr = &failed
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, failed.Bytes())
	}
	return out, nil
}

func copyFile(to, from string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o600)
}

// lifetime is how long the file of a plan is kept.
const lifetime = 30 * 24 * time.Hour

func planFile(folder, setting string) string {
	return filepath.Join(folder, setting[:16]+".json")
}

// Save writes the plan to a folder, and removes those that nobody has renewed
// for a month.
func (p *Plan) Save(folder string) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	path := planFile(folder, p.Setting)
	tmp := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return err
	}
	all, err := filepath.Glob(filepath.Join(folder, "*.json*"))
	if err != nil {
		return err
	}
	for _, file := range all {
		if info, err := os.Stat(file); err == nil && time.Since(info.ModTime()) > lifetime {
			if err := os.Remove(file); err != nil {
				return err
			}
		}
	}
	return nil
}

// Read reads the plan for a setting from a folder.
func Read(folder, setting string) (*Plan, error) {
	path := planFile(folder, setting)
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p := new(Plan)
	if err := json.Unmarshal(b, p); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if p.Setting != setting {
		return nil, fmt.Errorf("%s is for another setting", path)
	}
	return p, nil
}
