package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The committed package kernels is what the generator makes of the kernels.
func TestGeneratedCodeIsCurrent(t *testing.T) {
	dir := t.TempDir()
	if err := generate("..", dir); err != nil {
		t.Fatal(err)
	}
	made, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	have, err := filepath.Glob("../kernels/*")
	if err != nil {
		t.Fatal(err)
	}
	if len(made) == 0 || len(made) != len(have) {
		t.Fatalf("the generator makes %d files, there are %d", len(made), len(have))
	}
	for _, path := range made {
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("../kernels", filepath.Base(path)))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s is not what the generator makes; run go generate", filepath.Base(path))
		}
	}
}

// What a kernel cannot have is named with its place.
func TestMistakesInKernelsAreNamed(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"if c.v > 0 { c.v = 0 }; return c.v > 0", "the condition depends on numbers; see rare"},
		{"c.v = unknown(c.v); return c.v > 0", "unknown function unknown"},
		{"switch { }; return c.v > 0", "a kernel cannot have this statement"},
		{"c.v *= 2; return c.v > 0", "a kernel cannot have *="},
		{"return true", "does not return a > b"},
	} {
		dir := t.TempDir()
		text := "package membrane\ntype cell struct { v float64 }\nfunc (c *cell) advancePotentials() bool { " + c.body + " }\nfunc (c *cell) advanceGates() {}\n"
		if err := os.WriteFile(filepath.Join(dir, "cell.go"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := load(dir)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.step("cell", false, functions)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "cell.go:3:") {
			t.Errorf("%s: error %v, want %q", c.body, err, c.want)
		}
	}
}
