package notebook

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/scanner"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Run says how the outputs of a notebook were made.
type Run struct {
	Code     string  `json:"code"`               // SHA-256 of its code
	Module   string  `json:"module"`             // SHA-256 of the packages of this module that it reaches
	Go       string  `json:"go"`                 // version
	Platform string  `json:"platform"`           // GOOS/GOARCH
	Executed string  `json:"executed,omitempty"` // date
	Seconds  float64 `json:"seconds,omitempty"`  // kernel start included
}

// Sums returns the checksums that a run of the notebook now would carry.
// Comments and white space do not count. module is the folder of the clone.
func (nb Notebook) Sums(module string) (code, packages string, err error) {
	h := sha256.New()
	imports := map[string]bool{}
	for _, c := range nb.Cells {
		if c.Type != "code" {
			continue
		}
		tokens(h, []byte(c.Source))
		for _, m := range importPath.FindAllStringSubmatch(string(c.Source), -1) {
			imports[m[1]] = true
		}
	}
	code = hex.EncodeToString(h.Sum(nil))
	if len(imports) == 0 {
		return code, "", nil
	}
	var list []string
	for path := range imports {
		list = append(list, path)
		if path == "gomyogen/kernel" {
			list = append(list, "gomyogen/kernel/...") // it may draw with another program
		}
	}
	packages, err = packageSum(module, list)
	return code, packages, err
}

var importPath = regexp.MustCompile(`"(gomyogen/[^"\s]+)"`)

// Stale tells why the outputs of the notebook are not those that its code
// would give now, or nil.
func (nb Notebook) Stale(module string) error {
	if nb.Metadata.Run == nil {
		return errors.New("it was not executed")
	}
	code, packages, err := nb.Sums(module)
	switch {
	case err != nil:
		return err
	case code != nb.Metadata.Run.Code:
		return errors.New("its code has changed")
	case packages != nb.Metadata.Run.Module:
		return errors.New("the code of the packages it uses has changed")
	}
	return nil
}

// tokens writes the tokens of Go code. What is not Go, such as a %% line, goes
// as the scanner takes it apart.
func tokens(w io.Writer, code []byte) {
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile("", files.Base(), len(code)), code, func(token.Position, string) {}, 0)
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON {
			lit = "" // written or not
		}
		fmt.Fprintf(w, "%d %q\n", tok, lit)
	}
}

// packageSum sums up the code of packages and of those of this module that
// they import.
func packageSum(module string, packages []string) (string, error) {
	module, err := filepath.Abs(module)
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", append([]string{"list", "-deps", "-json=ImportPath,Dir,Module"}, packages...)...)
	cmd.Dir = module
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("list packages: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	var dirs []string
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Dir string
			Module          *struct{ Main bool }
		}
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			return "", fmt.Errorf("list packages: %w", err)
		}
		if p.Module != nil && p.Module.Main {
			dirs = append(dirs, p.Dir)
		}
	}
	slices.Sort(dirs)
	h := sha256.New()
	for _, dir := range dirs {
		if err := folderSum(h, module, dir); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// folderSum writes what a package is built from: code and embedded files.
func folderSum(w io.Writer, module, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".md") || strings.HasPrefix(name, ".") {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(module, filepath.Join(dir, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\n", filepath.ToSlash(rel))
		if strings.HasSuffix(name, ".go") {
			tokens(w, b)
		} else {
			fmt.Fprintf(w, "%x\n", sha256.Sum256(b))
		}
	}
	return nil
}
