package kernel_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Imports on the side of the notebook go one way, too, and a cell links only
// what it uses.
func TestImportsGoOneWay(t *testing.T) {
	const m = "gomyogen/"
	// may is what a package may import of this module outside myogen; a name
	// ending in / stands for what is below it.
	may := map[string][]string{
		"kernel":                     {"kernel/chart", "kernel/chart/render", "kernel/env", "kernel/internal/", "kernel/value"},
		"kernel/value":               {},
		"kernel/env":                 {},
		"kernel/sources":             {},
		"kernel/internal/atomicfile": {},
		"kernel/internal/wire":       {},
		"kernel/internal/cell":       {"kernel/internal/keep", "kernel/internal/wire"},
		"kernel/internal/keep":       {"kernel/env", "kernel/sources", "kernel/internal/keep/"},
		"kernel/internal/keep/canon": {},
		"kernel/internal/keep/code":  {"kernel/env", "kernel/sources", "kernel/internal/atomicfile"},
		"kernel/internal/keep/codec": {"kernel/internal/keep/canon"},
		"kernel/internal/keep/store": {"kernel/env", "kernel/internal/keep/code"},
		"kernel/chart":               {"kernel/chart/internal/"},
		"kernel/chart/":              {"kernel/chart", "kernel/chart/", "kernel/env", "kernel/internal/"},
		"kernel/renderer":            {"kernel/chart", "kernel/chart/"},
		"kernel/launcher":            {"kernel/env", "kernel/launcher/internal/"},
		"kernel/launcher/":           {"kernel/env", "kernel/sources", "kernel/launcher/internal/"},
	}
	// Of no use to a cell: what draws (a program of its own does), and what sets up.
	unlinked := []string{"gonum.org/v1/plot", "github.com/go-echarts", "github.com/chromedp", "github.com/parquet-go", "gonum.org/v1/gonum/optimize", "golang.org/x/tools", m + "install"}
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", m+"kernel/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	below := func(name string, of []string) bool {
		return slices.ContainsFunc(of, func(a string) bool { return name == a || strings.HasSuffix(a, "/") && strings.HasPrefix(name, a) })
	}
	seen := 0
	for d := json.NewDecoder(strings.NewReader(string(out))); ; seen++ {
		var p struct {
			ImportPath    string
			Imports, Deps []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, m)
		allowed, ok := may[name]
		for dir := path.Dir(name); !ok && dir != "."; dir = path.Dir(dir) {
			allowed, ok = may[dir+"/"]
		}
		if !ok {
			t.Errorf("%s is new: say here what it may import", name)
		}
		for _, i := range p.Imports {
			if i, ours := strings.CutPrefix(i, m); ours && !strings.HasPrefix(i, "myogen") && !below(i, allowed) {
				t.Errorf("%s imports %s", name, i)
			}
		}
		if name == "kernel" {
			for _, dep := range p.Deps {
				if slices.ContainsFunc(unlinked, func(u string) bool { return dep == u || strings.HasPrefix(dep, u+"/") }) {
					t.Errorf("every cell links %s", dep)
				}
			}
		}
	}
	if seen < 12 {
		t.Errorf("go list found %d packages", seen)
	}
}

// A cell that runs an experiment and reads no file links no YAML parser, and
// none links a data-frame library.
func TestCellsLinkNoParser(t *testing.T) {
	dir := t.TempDir()
	source := filepath.Join(dir, "main.go")
	if err := os.WriteFile(source, []byte(`package main

import (
	"gomyogen/kernel"
	"gomyogen/myogen"
)

var run = kernel.Run("x", myogen.Experiment{Populations: []myogen.Population{myogen.AlphaMNPool{Name: "aMN"}}})

func main() {
	run.SpikeTrains("aMN")
	run.Save("x.npz")
}
`), 0o644); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "cell")
	if out, err := exec.Command("go", "build", "-o", program, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command("go", "tool", "nm", program).Output()
	if err != nil {
		t.Fatal(err)
	}
	symbols := string(out)
	for _, linked := range []string{"go-yaml/parser.(*parser)", "go-yaml/scanner.(*Scanner)", "parquet-go", "gonum/optimize", "myogen/sweep.(*Sweep)", "gonum.org/v1/plot", "go-echarts"} {
		if strings.Contains(symbols, linked) {
			t.Errorf("a cell links %s", linked)
		}
	}
	if !strings.Contains(symbols, "gomyogen/myogen.(*Simulation)") {
		t.Error("the symbols of the program cannot be read")
	}
}
