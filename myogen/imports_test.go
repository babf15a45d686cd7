package myogen

import (
	"encoding/json"
	"errors"
	"go/doc"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pkg is a package as go list describes it.
type pkg struct {
	ImportPath, Dir string
	GoFiles         []string
	Imports         []string
	Deps            []string
}

// packages lists the packages of this module.
func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Deps", modulePath+"/...")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list found %d packages", len(all))
	}
	return all
}

// Imports go one way: the library knows nothing of notebooks and figures, and
// within it each package only what lies below it.
func TestImportsGoOneWay(t *testing.T) {
	const m = modulePath + "/"
	// may is what a package may import of this module; a name ending in / stands
	// for what is below it.
	may := map[string][]string{
		"myogen/units":                        {},
		"myogen/format/atomicfile":            {"myogen/internal/watch"},
		"myogen/format/userkey":               {"myogen/format/atomicfile"},
		"myogen/format/atomicfile/faultydisk": {"myogen/format/atomicfile"},
		"myogen/internal/golden":              {},
		"myogen/internal/cmath":               {"myogen/internal/golden"},
		"myogen/internal/":                    {"myogen/internal/"},
		"myogen/internal/population":          {"myogen/internal/", "myogen/random"},
		"myogen/random":                       {"myogen/internal/"},
		"myogen/format/":                      {"myogen/format/", "myogen/datafolder", "myogen/internal/watch", "myogen/neo", "myogen/units"},
		"myogen/datafolder":                   {},
		"myogen/internal/pythontest":          {"myogen/datafolder"},
		"myogen/neo":                          {"myogen/units"},
		"myogen/stats":                        {"myogen/neo", "myogen/units"},
		"myogen/stats/pic":                    {"myogen/neo", "myogen/units"},
		"myogen/muscle":                       {"myogen/neo", "myogen/units"},
		"myogen/sweep":                        {"myogen", "myogen/format/", "myogen/internal/watch", "myogen/sweep/internal/", "myogen/units"},
		"myogen/sweep/fit":                    {"myogen", "myogen/format/", "myogen/internal/watch", "myogen/sweep", "myogen/sweep/internal/", "myogen/units"},
		"myogen/sweep/fit/optimizer":          {"myogen"},
		"myogen/sweep/slurm":                  {"myogen/format/atomicfile"},
		"myogen/sweep/internal/":              {"myogen", "myogen/format/", "myogen/internal/watch", "myogen/sweep/internal/", "myogen/units"},
		"myogen":                              {"myogen/neo", "myogen/format/", "myogen/stats", "myogen/muscle", "myogen/random", "myogen/units", "myogen/internal/"},
		"myogen/cmd/":                         {"myogen", "myogen/datafolder", "myogen/sweep", "myogen/sweep/", "myogen/neo", "myogen/format/", "myogen/internal/watch", "myogen/stats", "myogen/random", "myogen/units"},
		"kernel/chart":                        {"myogen/stats", "myogen/neo", "myogen/units"},
	}
	forbidden := []string{m + "kernel", m + "install", "github.com/janpfeifer/gonb", "github.com/go-echarts", "gonum.org/v1/plot"}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, m)
		if name == "myogen" || strings.HasPrefix(name, "myogen/") {
			for _, dep := range p.Deps {
				if slices.ContainsFunc(forbidden, func(f string) bool { return dep == f || strings.HasPrefix(dep, f+"/") }) {
					t.Errorf("%s depends on %s", name, dep)
				}
				// Only who asks for tables or a search links what makes them.
				if slices.Contains([]string{"myogen", "myogen/sweep", "myogen/sweep/fit", "myogen/sweep/slurm"}, name) &&
					(strings.HasPrefix(dep, "github.com/parquet-go/") || dep == "gonum.org/v1/gonum/optimize") {
					t.Errorf("%s depends on %s", name, dep)
				}
			}
		}
		allowed, ok := may[name]
		for dir := path.Dir(name); !ok && dir != "."; dir = path.Dir(dir) {
			allowed, ok = may[dir+"/"]
		}
		if !ok {
			if strings.HasPrefix(name, "myogen") {
				t.Errorf("%s is new: say here what it may import", name)
			}
			continue
		}
		for _, i := range p.Imports {
			i, ours := strings.CutPrefix(i, m)
			if ours && !slices.ContainsFunc(allowed, func(a string) bool { return i == a || strings.HasSuffix(a, "/") && strings.HasPrefix(i, a) }) {
				t.Errorf("%s imports %s", name, i)
			}
		}
	}
}

// Every package says in a comment what it is for.
func TestPackagesAreDocumented(t *testing.T) {
	for _, p := range packages(t) {
		var comments []string
		for _, file := range p.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc != nil {
				comments = append(comments, new(doc.Package).Synopsis(f.Doc.Text()))
			}
		}
		if len(comments) != 1 || len(comments[0]) < 20 {
			t.Errorf("%s has the package comments %q, must have one", p.ImportPath, comments)
		}
	}
}
