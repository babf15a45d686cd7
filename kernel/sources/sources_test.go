package sources

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The sum follows what is built, and nothing else.
func TestTreeFollowsWhatIsBuilt(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "go.mod"), "// A lab.\nmodule lab\n\ngo 1.26\n")
	put(t, filepath.Join(dir, "a", "a.go"), "package a\n\nimport (\n\t_ \"lab/b\"\n\t_ \"laboratory/x\"\n)\n")
	const b = "package b\n\nimport _ \"embed\"\n\n//go:embed data\nvar text string\n\n//go:noescape\nfunc add(x int) int\n"
	put(t, filepath.Join(dir, "b", "b.go"), b)
	put(t, filepath.Join(dir, "b", "data", "x.yaml"), "n: 1\n")
	put(t, filepath.Join(dir, "c", "c.go"), "package c\n")
	sum := func() string {
		t.Helper()
		s, err := Tree(dir, "lab/a")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct {
		name, text string
		same       bool
	}{
		{"b/b.go", "// Package b.\n" + b, true},
		{"b/b.go", strings.Replace(b, "import _", "import  _", 1), true},
		{"b/b_test.go", "package b\n", true},
		{"b/README.md", "text", true},
		{"b/.b.go.swp", "text", true},
		{"c/c.go", "package c\n\nvar Y int\n", true},
		{"b/b.go", strings.Replace(b, "//go:noescape\n", "", 1), false},
		{"b/b.go", strings.Replace(b, "x int", "x int64", 1), false},
		{"b/add_amd64.s", "TEXT add", false},
		{"b/add_amd64.s", "TEXT ·add", false},
		{"b/add_arm64.go", "package b\n", false},
		{"b/data/x.yaml", "n: 2\n", false},
		{"b/data/deep/y.yaml", "n: 3\n", false},
		{"a/a.go", "package a\n\nimport _ \"lab/c\"\n", false},
	} {
		before := sum()
		old, err := os.ReadFile(filepath.Join(dir, c.name))
		put(t, filepath.Join(dir, c.name), c.text)
		if (sum() == before) != c.same {
			t.Errorf("%s = %q: same is %v, want %v", c.name, c.text, !c.same, c.same)
		}
		if err == nil {
			put(t, filepath.Join(dir, c.name), string(old))
		}
	}
	for _, bad := range []string{"package a\n\nimport _ \"lab/gone\"\n", "pack"} {
		put(t, filepath.Join(dir, "a", "a.go"), bad)
		if _, err := Tree(dir, "lab/a"); err == nil || !strings.Contains(err.Error(), "lab/") {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

// The assembly of this module's kernels counts.
func TestSumOfThisModule(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "kernels")
	if err := os.CopyFS(dir, os.DirFS(filepath.FromSlash("../../myogen/internal/membrane/kernels"))); err != nil {
		t.Fatal(err)
	}
	before, err := Read(dir)
	if err != nil || !slices.Contains(before.Imports, "math") {
		t.Fatalf("it imports %q, error %v", before.Imports, err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.s"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no assembly: %v", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		put(t, f, string(text)+"\nRET\n")
		if after, err := Read(dir); err != nil || after.Sum == before.Sum {
			t.Errorf("%s does not count, error %v", filepath.Base(f), err)
		}
		put(t, f, string(text))
	}
}

// All that says what a package is is named.
func TestWhatIsRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a [clone]*") // a name that is no pattern
	put(t, filepath.Join(dir, "b.go"), "package b\n\n//go:embed data/*/x.yaml deep\n")
	for _, name := range []string{"b.s", "b_test.go", "README.md", "data/one/x.yaml", "data/one/y.yaml", "deep/er/z", "aside/c.go"} {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), "text")
	}
	p, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, path := range p.Read {
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, filepath.ToSlash(rel))
	}
	if want := []string{".", "b.go", "b.s", "data", "data/one", "data/one/x.yaml", "deep", "deep/er", "deep/er/z"}; !slices.Equal(got, want) {
		t.Errorf("read are %q, want %q", got, want)
	}
}

// A link of a clone may lead to what has no end.
func TestOnlyRegularFilesAreRead(t *testing.T) {
	for _, name := range []string{"a.go", "a.s"} {
		dir := t.TempDir()
		put(t, filepath.Join(dir, "b.go"), "package b\n\n//go:embed data/x\n")
		put(t, filepath.Join(dir, "data", "x"), "text")
		path := filepath.Join(dir, filepath.FromSlash(name))
		_ = os.Remove(path)
		if err := os.Symlink("/dev/zero", path); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "is not a regular file") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEmbedPatterns(t *testing.T) {
	for line, want := range map[string][]string{
		"//go:embed a.txt b/*.yaml\n":       {"a.txt", "b/*.yaml"},
		"\t//go:embed\tall:c\r\n":           {"all:c"},
		"//go:embed \"two words\" `x y` z ": {"two words", "x y", "z"},
		"//go:embedded a\n":                 nil,
		"// go:embed a":                     nil,
		"text = \"//go:embed\"":             nil,
	} {
		if got := embedPatterns(line); !slices.Equal(got, want) {
			t.Errorf("%q names %q, want %q", line, got, want)
		}
	}
}
