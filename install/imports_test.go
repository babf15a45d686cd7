//go:build unix

package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// What sets up the notebooks knows the notebooks from outside: it imports none of the packages
// that cells import, and none of these or the tests' tools is linked into it.
func TestImports(t *testing.T) {
	const m = "gomyogen/"
	may := map[string][]string{
		"install":                     {"install/jupyter", "install/live", "install/notebook", "install/site", "myogen/format/atomicfile"},
		"install/jupyter":             {"install/notebook", "kernel/env", "kernel/sources", "myogen/format/atomicfile", "myogen/datafolder", "myogen/format/userkey"},
		"install/jupyter/jupytertest": {"install/jupyter"},
		"install/live":                {},
		"install/notebook":            {"kernel/sources", "myogen/format/atomicfile"},
		"install/site":                {"install/notebook", "myogen/format/atomicfile"},
	}
	list := func(format string, packages ...string) []string {
		t.Helper()
		out, err := exec.Command("go", append([]string{"list", "-f", format}, packages...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return strings.Split(strings.TrimSpace(string(out)), "\n")
	}
	seen := 0
	for _, line := range list(`{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...") {
		name, imports, _ := strings.Cut(line, " ")
		name = strings.TrimPrefix(name, m)
		allowed, ok := may[name]
		if !ok {
			t.Errorf("%s is new: say here what it may import", name)
		}
		seen++
		for _, i := range strings.Fields(imports) {
			if i, ours := strings.CutPrefix(i, m); ours && !slices.Contains(allowed, i) {
				t.Errorf("%s imports %s", name, i)
			}
		}
	}
	if seen != len(may) {
		t.Errorf("there are %d packages, want %d", seen, len(may))
	}
	for _, dep := range list(`{{join .Deps "\n"}}`, ".") {
		for _, never := range []string{m + "kernel/chart", m + "kernel/internal", m + "myogen/neo", "github.com/janpfeifer/gonb", "github.com/go-echarts", "gonum.org/", "github.com/chromedp", "testing"} {
			if dep == never || dep == m+"kernel" || dep == m+"myogen" || strings.HasPrefix(dep, strings.TrimSuffix(never, "/")+"/") {
				t.Errorf("install links %s", dep)
			}
		}
	}
}
