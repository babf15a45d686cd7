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
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"gomyogen/kernel/sources"
	"gomyogen/myogen/format/atomicfile"
)

// Plan is what is known of the packages that cells import.
type Plan struct {
	Setting string    // digest of what decides how packages are built, see the function
	Learnt  time.Time // when
	Roots   []string  // the packages it was learnt for, with all that they import

	Root     string            // folder of the toolchain, and the version that is there
	Version  string            //
	Tools    string            // folder of the compiler and the linker
	Lang     string            // version of the language: "go1.26"
	Compile  []string          // flags of the compiler
	Link     []string          // and of the linker
	Mode     string            // build mode of the linker
	Archives map[string]string // import path to file in the build cache
	Alone    map[string]string // other files for cells in which nothing imports gonbui, see package wire
	Gonbui   []string          // gonbui, and what imports it then
	Local    map[string]string // folder of a package outside the module cache to the digest of its sources
	Modules  map[string]string // go.mod of such a package to its digest
	Info     string            // what debug.ReadBuildInfo returns, as text
}

// Learn makes the plan for cells in the folder dir that import roots or what
// they import, with the program goCommand. Nothing in dir changes.
func Learn(goCommand, dir string, roots []string) (*Plan, error) {
	p := &Plan{Learnt: time.Now(), Roots: slices.Compact(slices.Sorted(slices.Values(roots)))}
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
	if p.Setting, err = Setting(goCommand, twin); err != nil {
		return nil, err
	}
	mod, err := moduleOf(twin)
	if err != nil {
		return nil, err
	}
	if mod.Go == nil {
		return nil, errors.New("go.mod names no version of Go")
	}
	p.Lang = version.Lang("go" + mod.Go.Version)
	var code strings.Builder
	fmt.Fprintln(&code, "package main")
	for _, path := range p.Roots {
		fmt.Fprintf(&code, "import _ %q\n", path)
	}
	fmt.Fprintln(&code, "func main() {}")
	if err := os.WriteFile(filepath.Join(twin, mainFile), []byte(code.String()), 0o600); err != nil {
		return nil, err
	}
	program := filepath.Join(twin, "cell")
	if _, err := output(goCommand, twin, "build", "-o", program); err != nil {
		return nil, err
	}
	if err := p.readInfo(program); err != nil {
		return nil, err
	}
	cache, err := p.readEnvironment(goCommand, twin)
	if err != nil {
		return nil, err
	}
	return p, p.readPackages(goCommand, twin, cache)
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
		case "DefaultGODEBUG":
			return fmt.Errorf("programs run with GODEBUG %s", s.Value)
		}
	}
	info.Settings = append(info.Settings, debug.BuildSetting{Key: planSetting, Value: p.Setting})
	p.Info = info.String()
	return nil
}

// planSetting is the setting in a program's build information that says by
// which plan it was built.
const planSetting = "plan"

// readEnvironment asks the go command where things are, and returns where
// modules are.
func (p *Plan) readEnvironment(goCommand, dir string) (moduleCache string, err error) {
	out, err := output(goCommand, dir, "env", "-json", "GOROOT", "GOTOOLDIR", "GOMODCACHE", "GOFLAGS")
	if err != nil {
		return "", err
	}
	var env struct{ GOROOT, GOTOOLDIR, GOMODCACHE, GOFLAGS string }
	if err := json.Unmarshal(out, &env); err != nil {
		return "", err
	}
	switch env.GOFLAGS {
	case "":
	case "-ldflags=-s -gcflags=all=-dwarf=false":
		p.Compile, p.Link = []string{"-dwarf=false"}, []string{"-s", "-w"}
	default:
		return "", fmt.Errorf("GOFLAGS is %q", env.GOFLAGS)
	}
	p.Root, p.Tools = env.GOROOT, env.GOTOOLDIR
	p.Version, err = fileDigest(filepath.Join(p.Root, "VERSION"))
	return env.GOMODCACHE, err
}

// listed is what the go command tells of a package.
type listed struct {
	ImportPath, Export, Dir string
	Standard                bool
	Imports                 []string
	Module                  *struct{ GoMod string }
}

// readPackages asks the go command for all packages behind the one in dir.
func (p *Plan) readPackages(goCommand, dir, moduleCache string) error {
	before, err := listPackages(goCommand, dir)
	if err != nil {
		return err
	}
	p.Archives, p.Local, p.Modules = map[string]string{}, map[string]string{}, map[string]string{}
	for _, pkg := range before {
		p.Archives[pkg.ImportPath] = pkg.Export
		if pkg.Standard || strings.HasPrefix(pkg.Dir, moduleCache+string(filepath.Separator)) {
			continue
		}
		if p.Local[pkg.Dir], err = sources.Exact(pkg.Dir); err != nil {
			return err
		}
		if pkg.Module != nil && pkg.Module.GoMod != "" {
			if p.Modules[pkg.Module.GoMod], err = fileDigest(pkg.Module.GoMod); err != nil {
				return err
			}
		}
	}
	alone, err := listPackages(goCommand, dir, "-tags="+aloneTag)
	if err != nil {
		return err
	}
	p.Alone, p.Gonbui = map[string]string{}, []string{gonbui}
	for _, pkg := range alone { // after what it imports
		if pkg.Export != p.Archives[pkg.ImportPath] {
			p.Alone[pkg.ImportPath] = pkg.Export
		}
		if slices.ContainsFunc(pkg.Imports, p.takesGonbui) {
			p.Gonbui = append(p.Gonbui, pkg.ImportPath)
		}
	}
	// A source that was saved meanwhile may be newer than its archive.
	if after, err := listPackages(goCommand, dir); err != nil || !reflect.DeepEqual(before, after) {
		return errors.Join(errors.New("a source changed"), err)
	}
	return nil
}

// gonbui is the package that our own packages do without where a cell does,
// built with this tag.
const gonbui, aloneTag = "github.com/janpfeifer/gonb/gonbui", "nogonbui"

// takesGonbui tells whether a package that was listed before imports gonbui.
func (p *Plan) takesGonbui(path string) bool { return slices.Contains(p.Gonbui, path) }

// listPackages asks for all packages behind the one in dir, each after what it
// imports, with their archives.
func listPackages(goCommand, dir string, flags ...string) (all []listed, err error) {
	out, err := output(goCommand, dir, slices.Concat([]string{"list"}, flags, []string{"-export", "-deps", "-json=ImportPath,Export,Dir,Standard,Imports,Module", "."})...)
	if err != nil {
		return nil, err
	}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var pkg listed
		if err := d.Decode(&pkg); err != nil {
			return nil, err
		}
		if pkg.Dir != dir && pkg.Export != "" { // the cell; unsafe
			all = append(all, pkg)
		}
	}
	return all, nil
}

// archives returns import path and file of all that a cell with these imports
// may be linked from.
func (p *Plan) archives(imports []string) map[string]string {
	all := maps.Clone(p.Archives)
	if !slices.ContainsFunc(imports, p.takesGonbui) {
		maps.Copy(all, p.Alone)
	}
	return all
}

// unchanged tells whether all that the plan was learnt from is as it was.
func (p *Plan) unchanged() error {
	same := func(path, digest string, now func(string) (string, error)) error {
		if got, err := now(path); err != nil {
			return err
		} else if got != digest {
			return fmt.Errorf("%w: %s has changed", ErrUnknown, path)
		}
		return nil
	}
	if err := same(filepath.Join(p.Root, "VERSION"), p.Version, fileDigest); err != nil {
		return err
	}
	for path, digest := range p.Modules {
		if err := same(path, digest, fileDigest); err != nil {
			return err
		}
	}
	for folder, digest := range p.Local {
		if err := same(folder, digest, sources.Exact); err != nil {
			return err
		}
	}
	return nil
}

// fileDigest returns the digest of a file; one that is not there has that of
// an empty one.
func fileDigest(path string) (string, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
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
	if err := atomicfile.Write(planFile(folder, p.Setting), b); err != nil {
		return err
	}
	all, err := fs.Glob(os.DirFS(folder), "*.json*")
	if err != nil {
		return err
	}
	for _, name := range all {
		file := filepath.Join(folder, name)
		if info, err := os.Stat(file); err == nil && time.Since(info.ModTime()) > lifetime {
			if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
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
