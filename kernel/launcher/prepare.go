//go:build unix

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gomyogen/kernel/env"
	"gomyogen/kernel/launcher/internal/check"
	"gomyogen/kernel/launcher/internal/rebuild"
)

// codeFile is the file that GoNB makes of a cell.
const codeFile = "main.go"

// noInputName is the file beside the folder of cells that is there while they have no
// standard input.
const noInputName = "no-input"

// blankName is the file there with the paths of packages that cells import for their
// effect alone.
const blankName = "blank-imports"

// prepare makes of the code in the folder of a cell what is compiled.
func prepare(goCommand, dir string) error {
	path := filepath.Join(dir, codeFile)
	b, err := os.ReadFile(path)
	if err != nil { // a test has another file
		return nil
	}
	code := string(b)
	if b, err := os.ReadFile(filepath.Join(filepath.Dir(dir), blankName)); err == nil && len(b) > 0 {
		if whole := check.WithImports(code, strings.Split(string(b), "\n")); whole != code {
			if err := os.WriteFile(path, []byte(whole), 0o600); err != nil {
				return err
			}
			code = whole
		}
	}
	_, err = os.Stat(filepath.Join(filepath.Dir(dir), noInputName))
	noInput := err == nil
	if !check.Prepares(code, noInput) {
		return nil
	}
	packages, err := packagesOf(goCommand, dir)
	if err != nil {
		return err
	}
	if prepared := check.Prepare(packages, code, noInput); prepared != code {
		return os.WriteFile(path, []byte(prepared), 0o600)
	}
	return nil
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
