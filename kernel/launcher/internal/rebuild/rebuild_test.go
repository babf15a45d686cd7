package rebuild

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// workspaceOf makes what GoNB makes for a kernel: a cell's folder whose
// workspace holds the module lib.
func workspaceOf(t *testing.T) (cell, lib string) {
	t.Helper()
	top := t.TempDir()
	cell, lib = filepath.Join(top, "gonb_1"), filepath.Join(top, "lib")
	write(t, filepath.Join(cell, "go.mod"), "module gonb_1\n\ngo 1.26.0\n")
	write(t, filepath.Join(cell, "go.work"), "go 1.26.0\n\nuse (\n\t.\n\t"+lib+"\n)\n")
	write(t, filepath.Join(lib, "go.mod"), "module lib\n\ngo 1.26.0\n")
	write(t, filepath.Join(lib, "lib.go"), "package lib\n\nimport _ \"embed\"\n\nvar (\n\t//go:embed word.txt\n\tWord string\n)\n")
	write(t, filepath.Join(lib, "word.txt"), "one")
	for k, v := range map[string]string{"GOFLAGS": "-ldflags=-s -gcflags=all=-dwarf=false", "CGO_ENABLED": "0", "GOPROXY": "off", "GOWORK": ""} {
		t.Setenv(k, v)
	}
	return cell, lib
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func goCommand(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// made is what the program of a cell says.
func made(t *testing.T, program string) string {
	t.Helper()
	cmd := exec.Command(program)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "GOROOT=") })
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out) + err.Error()
	}
	return string(out)
}

const cellCode = `package main

import (
	"fmt"
	"lib"
	"runtime"
	"runtime/debug"
)

func main() {
	info, _ := debug.ReadBuildInfo()
	fmt.Println(lib.Word, info.Deps[0].Path, info.GoVersion, runtime.GOROOT())
	panic("here")
}
`

// try builds a cell by a plan that was saved.
func try(gocmd, cell, program string, p *Plan) error {
	folder := filepath.Dir(cell)
	if err := p.Save(folder); err != nil {
		return err
	}
	imports, err := Imports(cell)
	if err != nil {
		return err
	}
	setting, err := Setting(gocmd, cell)
	if err != nil {
		return err
	}
	saved, err := Read(folder, setting)
	if err != nil {
		return err
	}
	if err := saved.Covers(imports); err != nil {
		return err
	}
	return saved.Build(cell, imports, program)
}

// A cell's program is what go build makes of it, down to the lines of a panic.
func TestBuildIsGoBuild(t *testing.T) {
	cell, _ := workspaceOf(t)
	gocmd := goCommand(t)
	write(t, filepath.Join(cell, mainFile), cellCode)
	p, err := Learn(gocmd, cell, []string{"fmt", "lib", "runtime", "runtime/debug", "sort"})
	if err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(cell), "learn-*")); err != nil || len(left) > 0 {
		t.Errorf("learning left %q, error %v", left, err)
	}
	program := filepath.Join(cell, "gonb_1")
	if err := try(gocmd, cell, program, p); err != nil {
		t.Fatal(err)
	}
	got := made(t, program)
	if _, err := output(gocmd, cell, "build", "-o", program); err != nil {
		t.Fatal(err)
	}
	if want := made(t, program); got != want {
		t.Errorf("the program says\n%s\nand that of go build\n%s", got, want)
	}
}

// What a plan was not learnt from, it does not build.
func TestWhatHasChanged(t *testing.T) {
	gocmd := goCommand(t)
	for name, change := range map[string]func(t *testing.T, cell, lib string){
		"an import": func(t *testing.T, cell, _ string) {
			write(t, filepath.Join(cell, mainFile), "package main\n\nimport _ \"net/http\"\n\nfunc main() {}\n")
		},
		"a directive": func(t *testing.T, cell, _ string) {
			write(t, filepath.Join(cell, mainFile), "package main\n\n//go:debug panicnil=1\n\nfunc main() {}\n")
		},
		"another file":        func(t *testing.T, cell, _ string) { write(t, filepath.Join(cell, "other.go"), "package main\n") },
		"the module's go.mod": func(t *testing.T, _, lib string) { write(t, filepath.Join(lib, "go.mod"), "module lib\n\ngo 1.25.0\n") },
		"the cell's go.mod": func(t *testing.T, cell, _ string) {
			write(t, filepath.Join(cell, "go.mod"), "module gonb_1\n\ngo 1.25.0\n")
		},
		"the workspace": func(t *testing.T, cell, lib string) {
			write(t, filepath.Join(cell, "go.work"), "go 1.26.0\n\nuse .\nuse "+lib+"\n")
		},
		"the environment":  func(t *testing.T, _, _ string) { t.Setenv("GOFLAGS", "-tags=x") },
		"a source":         func(t *testing.T, _, lib string) { write(t, filepath.Join(lib, "more.go"), "package lib\n") },
		"an embedded file": func(t *testing.T, _, lib string) { write(t, filepath.Join(lib, "word.txt"), "two") },
		"an archive":       func(t *testing.T, _, _ string) {},
		"an internal package": func(t *testing.T, cell, _ string) {
			write(t, filepath.Join(cell, mainFile), "package main\n\nimport _ \"internal/cpu\"\n\nfunc main() {}\n")
		},
		"another workspace file": func(t *testing.T, cell, _ string) { t.Setenv("GOWORK", filepath.Join(cell, "go.work")) },
	} {
		t.Run(name, func(t *testing.T) {
			cell, lib := workspaceOf(t)
			write(t, filepath.Join(cell, mainFile), "package main\n\nimport \"lib\"\n\nfunc main() { println(lib.Word) }\n")
			p, err := Learn(gocmd, cell, []string{"lib"})
			if err != nil {
				t.Fatal(err)
			}
			if name == "an archive" {
				p.Archives["lib"] += ".gone"
			}
			change(t, cell, lib)
			program := filepath.Join(cell, "gonb_1")
			if err := try(gocmd, cell, program, p); err == nil {
				t.Error("it was built all the same")
			}
			if _, err := os.Stat(program); err == nil {
				t.Error("there is a program")
			}
		})
	}
	t.Run("nothing", func(t *testing.T) {
		cell, _ := workspaceOf(t)
		write(t, filepath.Join(cell, mainFile), "package main\n\nimport \"lib\"\n\nfunc main() { println(lib.Word) }\n")
		p, err := Learn(gocmd, cell, []string{"lib"})
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(cell, "go.mod"), "module gonb_2\n\ngo 1.26.0\n") // another kernel's
		if err := try(gocmd, cell, filepath.Join(cell, "gonb_2"), p); err != nil {
			t.Error(err)
		}
	})
}

// The go.mod of a module that another one replaces counts, too.
func TestReplacedModule(t *testing.T) {
	gocmd := goCommand(t)
	cell, lib := workspaceOf(t)
	other := filepath.Join(filepath.Dir(lib), "other")
	write(t, filepath.Join(other, "go.mod"), "module other\n\ngo 1.21\n")
	write(t, filepath.Join(other, "other.go"), "package other\n\nconst Word = \"other\"\n")
	write(t, filepath.Join(cell, "go.mod"), "module gonb_1\n\ngo 1.26.0\n\nrequire other v0.0.0\n\nreplace other => "+other+"\n")
	write(t, filepath.Join(cell, mainFile), "package main\n\nimport \"other\"\n\nfunc main() { println(other.Word) }\n")
	p, err := Learn(gocmd, cell, []string{"other"})
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(cell, "gonb_1")
	if err := try(gocmd, cell, program, p); err != nil {
		t.Error(err)
	}
	write(t, filepath.Join(other, "go.mod"), "module other\n\ngo 1.26\n")
	if err := try(gocmd, cell, program, p); !errors.Is(err, ErrUnknown) {
		t.Errorf("error %v, want the plan to be old", err)
	}
}

// A source that is saved while its package is looked at makes no plan.
func TestSourceSavedMeanwhile(t *testing.T) {
	cell, lib := workspaceOf(t)
	slow := filepath.Join(t.TempDir(), "go")
	write(t, slow, "#!/bin/sh\n"+goCommand(t)+" \"$@\" || exit\n[ $1 = list ] && echo // >> "+filepath.Join(lib, "lib.go")+"\nexit 0\n")
	if err := os.Chmod(slow, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Learn(slow, cell, []string{"lib"}); err == nil || !strings.Contains(err.Error(), "a source changed") {
		t.Errorf("error %v, want it to see the change", err)
	}
}

// Packages that do without gonbui do so where nothing in the cell imports it,
// directly or not.
func TestCellsWithAndWithoutGonbui(t *testing.T) {
	cell, lib := workspaceOf(t)
	gonb := filepath.Join(filepath.Dir(lib), "gonb")
	write(t, filepath.Join(cell, "go.work"), "go 1.26.0\n\nuse (\n\t.\n\t"+lib+"\n\t"+gonb+"\n)\n")
	write(t, filepath.Join(gonb, "go.mod"), "module github.com/janpfeifer/gonb\n\ngo 1.26.0\n")
	write(t, filepath.Join(gonb, "gonbui", "gonbui.go"), "package gonbui\n")
	write(t, filepath.Join(lib, "wire", "gonbui.go"), "//go:build !nogonbui\n\npackage wire\n\nimport _ \""+gonbui+"\"\n\nconst With = \"with\"\n")
	write(t, filepath.Join(lib, "wire", "own.go"), "//go:build nogonbui\n\npackage wire\n\nconst With = \"without\"\n")
	write(t, filepath.Join(lib, "kernel", "kernel.go"), "package kernel\n\nimport \"lib/wire\"\n\nfunc With() string { return wire.With }\n")
	write(t, filepath.Join(lib, "widgets", "widgets.go"), "package widgets\n\nimport _ \""+gonbui+"\"\n")
	gocmd := goCommand(t)
	for _, c := range []struct {
		learnt        []string
		imports, want string
	}{
		{[]string{"lib/kernel"}, "", "without"},
		{[]string{"lib/kernel"}, gonbui, "with"}, // known only because lib/kernel imports it
		{[]string{"lib/kernel", gonbui, "lib/widgets"}, "", "without"},
		{[]string{"lib/kernel", gonbui, "lib/widgets"}, gonbui, "with"},
		{[]string{"lib/kernel", "lib/widgets"}, "lib/widgets", "with"},
	} {
		p, err := Learn(gocmd, cell, c.learnt)
		if err != nil {
			t.Fatal(err)
		}
		imports := ""
		if c.imports != "" {
			imports = fmt.Sprintf("; import _ %q", c.imports)
		}
		write(t, filepath.Join(cell, mainFile), "package main\n\nimport \"lib/kernel\""+imports+"\n\nfunc main() { println(kernel.With()) }\n")
		program := filepath.Join(cell, "gonb_1")
		if err := try(gocmd, cell, program, p); err != nil {
			t.Errorf("learnt for %q, with the import %q: %v", c.learnt, c.imports, err)
			continue
		}
		if got := strings.TrimSpace(made(t, program)); got != c.want {
			t.Errorf("learnt for %q, with the import %q, it is linked %s gonbui, want %s", c.learnt, c.imports, got, c.want)
		}
	}
}

// An import path names a package of the standard library or of a module of the workspace.
func TestMissing(t *testing.T) {
	base := t.TempDir()
	cell := filepath.Join(base, "gonb_1")
	for path, text := range map[string]string{
		"gonb_1/go.mod":      "module gonb_1\n\ngo 1.26.0\n\nrequire example.org/a v1.0.0\n\nreplace other => ../other\n",
		"gonb_1/go.work":     "go 1.26.0\n\nuse (\n\t.\n\t../lab\n)\n",
		"lab/go.mod":         "module lab\n",
		"lab/lab.go":         "package lab\n",
		"lab/muscle/a.go":    "package muscle\n",
		"lab/testdata/a.go":  "package testdata\n",
		"other/go.mod":       "module other\n",
		"other/deep/deep.go": "package deep\n",
	} {
		path = filepath.Join(base, path)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	gocmd, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Missing(gocmd, cell, []string{"fmt", "math/rand/v2", "unsafe", "lab", "lab/muscle", "other/deep", "example.org/a", "example.org/a/b", "example.org/ab", "nmath", "math/rnd", "lab/musle", "other", "labs"})
	if want := []string{"example.org/ab", "nmath", "math/rnd", "lab/musle", "other", "labs"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("missing are %q, error %v, want %q", got, err, want)
	}
	all := Local(gocmd, cell)
	for path, want := range map[string]bool{"fmt": true, "math/rand/v2": true, "lab": true, "lab/muscle": true, "other/deep": true, "other": false, "lab/testdata": false, "internal/abi": false} {
		if slices.Contains(all, path) != want {
			t.Errorf("%s is proposed: %v, want %v", path, !want, want)
		}
	}
}
