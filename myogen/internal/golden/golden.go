// Package golden compares what a test gets with a file in testdata.
package golden

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// head is the first line of every golden file.
const head = "# Frozen: published results depend on these numbers. Do not edit; go test -update writes them.\n"

// Check fails the test unless got is the content of the file at path. With the
// flag -update it writes the file.
func Check(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(head+got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, ok := strings.CutPrefix(string(b), head)
	if !ok {
		t.Fatalf("%s does not begin with %q", path, head)
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		switch {
		case i >= len(g):
			t.Fatalf("%s:%d: there is no line, want %q", path, i+2, w[i])
		case i >= len(w):
			t.Fatalf("%s: the line %q is new", path, g[i])
		case g[i] != w[i]:
			t.Errorf("%s:%d:\ngot  %s\nwant %s", path, i+2, g[i], w[i])
		}
	}
}
