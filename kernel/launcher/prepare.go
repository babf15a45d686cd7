//go:build unix

package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"gomyogen/kernel/env"
	"gomyogen/kernel/launcher/internal/cell"
	"gomyogen/kernel/launcher/internal/check"
	"gomyogen/kernel/launcher/internal/rebuild"
	"gomyogen/kernel/launcher/internal/standin"
)

// codeFile is the file that GoNB makes of a cell, testFile the one of a cell of tests.
const codeFile, testFile = "main.go", "main_test.go"

// prepare makes of the code in the folder of a cell what is compiled. What the compiler
// says of it names lines of the cells; plain has it name those of the code, as GoNB wants,
// of all of it.
func prepare(goCommand, dir string) (plain func() error, err error) {
	path := filepath.Join(dir, codeFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		path = filepath.Join(dir, testFile)
		b, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, err
	}
	p, err := standin.ReadProgram(filepath.Dir(dir))
	if err != nil {
		return nil, err
	}
	code := check.WithImports(string(b), p.Blank)
	if len(p.Replaced) > 0 || check.Prepares(code, p.NoInput) {
		if code != string(b) { // it says what is imported
			if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
				return nil, err
			}
		}
		packages, err := packagesOf(goCommand, dir)
		if err != nil {
			return nil, err
		}
		code = check.Prepare(packages, check.Without(packages, code, p.Replaced, p.Nameless), p.NoInput)
	}
	lean := code
	if p.Lean {
		lean = check.Lean(code)
	}
	write := func(code string) error { return os.WriteFile(path, []byte(cell.WithInits(code)), 0o600) }
	return func() error { return write(code) }, write(p.Origins.Mark(lean))
}

// packagesOf returns the packages that a cell imports.
func packagesOf(goCommand, dir string) (*check.Packages, error) {
	imports, err := rebuild.Imports(dir)
	if err != nil { // of what is more than one file
		return check.ListPackages(goCommand, dir, ".")
	}
	return check.PackagesOf(goCommand, dir, os.Getenv(env.Plans), imports)
}

// errorLine is a message of the compiler with its place.
var errorLine = regexp.MustCompile(`(?m)^(\./main\.go:(\d+):(\d+): )(.+)$`)

// withHints adds to what the compiler says names that are like unknown ones.
func withHints(goCommand, dir string, said []byte) []byte {
	code, err := os.ReadFile(filepath.Join(dir, codeFile))
	if err != nil || !errorLine.Match(said) {
		return said
	}
	packages, err := packagesOf(goCommand, dir)
	if err != nil {
		return said
	}
	p := check.Load(packages, string(code), "")
	return errorLine.ReplaceAllFunc(said, func(l []byte) []byte {
		m := errorLine.FindSubmatch(l)
		line, err := strconv.Atoi(string(m[2]))
		column, err2 := strconv.Atoi(string(m[3]))
		if err != nil || err2 != nil {
			return l
		}
		return append(m[1], p.Near(string(m[4]), line, column)...)
	})
}
