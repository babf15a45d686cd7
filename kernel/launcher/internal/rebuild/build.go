package rebuild

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ErrUnknown says that a plan does not cover a cell.
var ErrUnknown = errors.New("the plan does not cover the cell")

// Imports returns what the cell in a folder imports. A cell that is more than one
// file of plain Go is an error that wraps ErrUnknown.
func Imports(dir string) ([]string, error) {
	files, err := fs.Glob(os.DirFS(dir), "*.go")
	if err != nil {
		return nil, err
	}
	if len(files) != 1 || files[0] != mainFile {
		return nil, fmt.Errorf("%w: it has the files %q", ErrUnknown, files)
	}
	code, err := os.ReadFile(filepath.Join(dir, mainFile))
	if err != nil {
		return nil, err
	}
	if strings.Contains(string(code), "\n//go:") {
		return nil, fmt.Errorf("%w: it has directives for the go command", ErrUnknown)
	}
	f, err := parser.ParseFile(token.NewFileSet(), files[0], code, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, i := range f.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return nil, err
		}
		all = append(all, path)
	}
	return all, nil
}

const mainFile = "main.go"

// Covers tells whether a cell with these imports can be built by the plan, in
// its setting, unless what it was learnt from has changed: an error that wraps ErrUnknown
// says why not.
func (p *Plan) Covers(imports []string) error {
	for _, path := range imports {
		if _, ok := p.Archives[path]; !ok && path != "unsafe" {
			return fmt.Errorf("%w: it imports %s", ErrUnknown, path)
		}
		for element := range strings.SplitSeq(path, "/") {
			if element == "internal" || element == "vendor" { // the go command knows who may
				return fmt.Errorf("%w: it imports %s", ErrUnknown, path)
			}
		}
	}
	return nil
}

// infoMark stands before and after the build information in a program.
var infoMark = strings.Repeat("-", 16)

// Build makes the program of the cell in a folder, whose imports the plan
// Covers. On an error, of the cell's code too, there is no program, and go build
// tells what is the matter. It wraps ErrUnknown if what the plan was learnt from has changed.
func (p *Plan) Build(dir string, imports []string, program string) error {
	unchanged := make(chan error)
	go func() { unchanged <- p.unchanged() }() // a tenth of the time
	work, err := os.MkdirTemp(filepath.Dir(dir), "build-")
	if err == nil {
		defer os.RemoveAll(work)
		err = p.make(dir, imports, work)
	}
	if err := <-unchanged; err != nil {
		return err
	}
	if err != nil {
		return err
	}
	return os.Rename(filepath.Join(work, linkedFile), program)
}

// linkedFile is the program in the folder in which make works.
const linkedFile = "main"

// make compiles and links the program of the cell in a folder in another, work.
func (p *Plan) make(dir string, imports []string, work string) error {
	packages := importConfig(p.archives(imports))
	code, err := fileDigest(filepath.Join(dir, mainFile))
	if err != nil {
		return err
	}
	config, archive, linked := filepath.Join(work, "imports"), filepath.Join(work, "main.a"), filepath.Join(work, linkedFile)
	id := "-buildid=" + p.Setting + "/" + code // macOS does not start a program without one
	compile := append([]string{"-o", archive, "-p", "main", "-lang=" + p.Lang, "-complete", "-nolocalimports", id, "-importcfg", config, "-pack"}, p.Compile...)
	if p.Mode == "pie" {
		compile = append(compile, "-shared")
	}
	if err := os.WriteFile(config, []byte(packages), 0o600); err != nil {
		return err
	}
	if err := p.run(dir, "compile", append(compile, "./"+mainFile)...); err != nil {
		return err
	}
	if err := os.WriteFile(config, []byte(packages+fmt.Sprintf("modinfo %q\n", infoMark+p.Info+infoMark)), 0o600); err != nil {
		return err
	}
	// The go command has linked all but the cell before, and a cell pulls no linknames.
	link := slices.Concat([]string{"-o", linked, "-importcfg", config, "-buildmode=" + p.Mode, "-checklinkname=0", id}, p.Link, []string{archive})
	return p.run(dir, "link", link...)
}

// importConfig says where archives are, in the form that the compiler and the
// linker read.
func importConfig(archives map[string]string) string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(archives)) {
		fmt.Fprintf(&b, "packagefile %s=%s\n", path, archives[path])
	}
	return b.String()
}

// run runs a tool of the toolchain. It ends before collecting garbage pays off,
// unless a cell is very large.
func (p *Plan) run(dir, tool string, args ...string) error {
	cmd := exec.Command(filepath.Join(p.Tools, tool), args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOROOT="+p.Root, "GOGC=off", "GOMEMLIMIT=512MiB") // runtime.GOROOT returns the first
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", tool, err, out)
	}
	return nil
}
