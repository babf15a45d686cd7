package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gomyogen/kernel/launcher/internal/cell"
	"gomyogen/kernel/launcher/internal/check"
	"gomyogen/kernel/launcher/internal/rebuild"
)

// codeFile is the file that GoNB makes of a cell.
const codeFile = "main.go"

// showValue makes the program in the folder of a cell show the value of its last
// expression, if it has one.
func showValue(goCommand, dir string) error {
	path := filepath.Join(dir, codeFile)
	code, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(code), cell.ValueMark) { // a test has another file
		return nil
	}
	packages, err := packagesOf(goCommand, dir)
	if err != nil {
		return err
	}
	if shown := check.ShowValue(packages, string(code)); shown != string(code) {
		return os.WriteFile(path, []byte(shown), 0o600)
	}
	return nil
}

// packagesOf returns the packages that a cell imports: those of a plan that covers
// it, or what the go command finds.
func packagesOf(goCommand, dir string) (*check.Packages, error) {
	imports, err := rebuild.Imports(dir)
	if err != nil {
		return listPackages(goCommand, dir)
	}
	plan, err := readPlan(goCommand, dir)
	if err != nil {
		return listPackages(goCommand, dir)
	}
	for _, path := range imports {
		if plan.Archives[path] == "" && path != "unsafe" {
			return listPackages(goCommand, dir)
		}
	}
	return check.NewPackages(plan.Archives), nil
}

// listPackages asks the go command where the archives of a cell's packages are.
func listPackages(goCommand, dir string) (*check.Packages, error) {
	cmd := exec.Command(goCommand, "list", "-e", "-export", "-deps", "-json=ImportPath,Export", ".")
	cmd.Dir = dir
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	archives := map[string]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var pkg struct{ ImportPath, Export string }
		if err := d.Decode(&pkg); err != nil {
			return nil, err
		}
		if pkg.Export != "" {
			archives[pkg.ImportPath] = pkg.Export
		}
	}
	return check.NewPackages(archives), nil
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
	p := check.Load(packages, string(code))
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
