package myogen_test

import (
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The program that opens the package documentation is that of the README; it
// fits on a screen, and it runs.
func TestProgramOfTheDocumentation(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(f.Doc.Text(), "\tpackage main\n")
	if !ok {
		t.Fatal("doc.go has no program")
	}
	program := "package main\n"
	for line := range strings.Lines(rest) {
		if line != "\n" && !strings.HasPrefix(line, "\t") {
			break
		}
		program += strings.TrimPrefix(line, "\t")
	}
	program = strings.TrimRight(program, "\n") + "\n"
	if n := strings.Count(program, "\n"); n > 20 {
		t.Errorf("the program has %d lines, must have at most 20", n)
	}
	programs := goBlocks(t)
	if len(programs) == 0 || programs[0] != program {
		t.Errorf("the README does not begin with the program of doc.go:\n%s", program)
	}
	out, err := goRun(t, program)
	if err != nil || !strings.Contains(out, "NERLab motor neurons") {
		t.Errorf("it prints %s, error %v", out, err)
	}
}

// Every program of the README compiles and runs.
func TestProgramsOfTheReadme(t *testing.T) {
	for _, program := range goBlocks(t) {
		if out, err := goRun(t, program); err != nil {
			t.Errorf("%v\n%s\nof\n%s", err, out, program)
		}
	}
}

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// goBlocks returns the Go programs of the README.
func goBlocks(t *testing.T) (all []string) {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range goBlock.FindAllStringSubmatch(string(text), -1) {
		all = append(all, m[1])
	}
	return all
}

func goRun(t *testing.T, program string) (string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(path, []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "run", path).CombinedOutput()
	return string(out), err
}
