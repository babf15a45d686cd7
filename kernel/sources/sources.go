// Package sources computes digests of the sources of packages. A digest changes
// exactly when a build input does.
package sources

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"hash"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Package describes the build inputs of a package, for all platforms.
type Package struct {
	Sum     string   // digest of the tokens of Go code, without tests, and the content of assembly, C and embedded files
	Imports []string // import paths
	Read    []string // files that were read and folders that were listed; without a change in these, Sum is the same
}

// Read reads the package in a folder.
func Read(dir string) (Package, error) { return digest(dir, Tokens) }

// Exact returns a digest like that of [Read] for which every byte of Go code
// counts: equal digests have equal line numbers.
func Exact(dir string) (string, error) {
	p, err := digest(dir, func(h hash.Hash, code []byte) { fmt.Fprintf(h, "%x\n", sha256.Sum256(code)) })
	return p.Sum, err
}

// digest reads the package in dir; write adds Go code to the digest.
func digest(dir string, write func(h hash.Hash, code []byte)) (p Package, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return p, err
	}
	p.Read = []string{dir}
	h := sha256.New()
	var others []string
	found := false
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case e.IsDir() || strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "_") || strings.HasSuffix(path, "_test.go"):
		case strings.HasSuffix(path, ".go"):
			p.Read = append(p.Read, path)
			text, err := readFile(path)
			if err != nil {
				return p, err
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
			if err != nil {
				return p, err
			}
			for _, i := range f.Imports {
				p.Imports = append(p.Imports, strings.Trim(i.Path.Value, "\"`"))
			}
			embedded, folders, err := embeds(dir, string(text))
			if err != nil {
				return p, err
			}
			others, p.Read = append(others, embedded...), append(p.Read, folders...)
			fmt.Fprintf(h, "%q\n", e.Name())
			write(h, text)
			found = true
		case slices.Contains(compiled, filepath.Ext(path)):
			others = append(others, path)
		}
	}
	if !found {
		return p, fmt.Errorf("no Go files in %s", dir)
	}
	slices.Sort(others)
	for _, path := range slices.Compact(others) {
		b, err := readFile(path)
		if err != nil {
			return p, err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return p, err
		}
		fmt.Fprintf(h, "%q %x\n", filepath.ToSlash(rel), sha256.Sum256(b))
	}
	p.Sum, p.Read = hex.EncodeToString(h.Sum(nil)), append(p.Read, others...)
	slices.Sort(p.Imports)
	slices.Sort(p.Read)
	p.Imports, p.Read = slices.Compact(p.Imports), slices.Compact(p.Read)
	return p, nil
}

// maxFile is how large a file may be that is compiled or embedded, in bytes. A link of a
// clone may lead to a device, which has no end.
const maxFile = 1 << 30

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file (%v)", path, info.Mode())
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s has %d bytes, must have at most %d", path, info.Size(), maxFile)
	}
	return os.ReadFile(path)
}

// compiled are the extensions of files that the go command compiles, beside
// Go.
var compiled = []string{".s", ".S", ".sx", ".h", ".hh", ".hpp", ".hxx", ".c", ".cc", ".cpp", ".cxx", ".m", ".f", ".F", ".for", ".f90", ".syso", ".swig", ".swigcxx"}

// Tree returns a digest of some packages of the module in a folder, and of all
// packages of the module that they depend on.
func Tree(module string, paths ...string) (string, error) {
	name, err := moduleName(module)
	if err != nil {
		return "", err
	}
	sums := map[string]string{}
	for left := slices.Clone(paths); len(left) > 0; {
		path := left[0]
		left = left[1:]
		rest, inside := strings.CutPrefix(path, name)
		if _, seen := sums[path]; seen || !inside || rest != "" && rest[0] != '/' {
			continue
		}
		p, err := Read(filepath.Join(module, filepath.FromSlash(rest)))
		if err != nil {
			return "", fmt.Errorf("package %s: %w", path, err)
		}
		sums[path] = p.Sum
		left = append(left, p.Imports...)
	}
	var all []string
	for path, sum := range sums {
		all = append(all, path+" "+sum)
	}
	slices.Sort(all)
	sum := sha256.Sum256([]byte(strings.Join(all, "\n")))
	return hex.EncodeToString(sum[:]), nil
}

// moduleName reads the import path of the module in a folder.
func moduleName(module string) (string, error) {
	path := filepath.Join(module, "go.mod")
	b, err := readFile(path)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(b)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "module" {
			return strings.Trim(words[1], "\"`"), nil
		}
	}
	return "", fmt.Errorf("%s names no module", path)
}

// Tokens adds the tokens of Go code to a hash, and //go: directives but no other
// comments. Text that is not Go, such as a %% line, is added as the scanner
// splits it.
func Tokens(h hash.Hash, code []byte) {
	var s scanner.Scanner
	files := token.NewFileSet()
	var line []byte
	s.Init(files.AddFile("", files.Base(), len(code)), code, func(token.Position, string) {}, scanner.ScanComments)
	for {
		_, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.COMMENT && !strings.HasPrefix(lit, "//go:") {
			continue
		}
		if tok == token.SEMICOLON {
			lit = "" // written or not
		}
		line = strconv.AppendInt(line[:0], int64(tok), 10)
		line = strconv.AppendQuote(append(line, ' '), lit)
		_, _ = h.Write(append(line, '\n')) // a hash takes everything
	}
}

// embeds returns the files that //go:embed lines name, and the folders that were
// listed to find them.
func embeds(dir, text string) (files, folders []string, err error) {
	for line := range strings.Lines(text) {
		for _, p := range embedPatterns(line) {
			found, err := fs.Glob(os.DirFS(dir), strings.TrimPrefix(p, "all:")) // the folder's own name is no pattern
			if err != nil {
				return nil, nil, err
			}
			for _, name := range found {
				root := filepath.Join(dir, filepath.FromSlash(name))
				for up := filepath.Dir(root); len(up) > len(dir); up = filepath.Dir(up) {
					folders = append(folders, up)
				}
				err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
					switch {
					case err != nil:
					case d.IsDir():
						folders = append(folders, path)
					case d.Type().IsRegular():
						files = append(files, path)
					}
					return err
				})
				if err != nil && !errors.Is(err, fs.ErrNotExist) {
					return nil, nil, err
				}
			}
		}
	}
	return files, folders, nil
}

// embedPatterns returns the patterns of a line that is a //go:embed directive,
// as they are or as Go strings.
func embedPatterns(line string) (patterns []string) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "//go:embed")
	if !ok || strings.TrimLeft(rest, " \t") == rest {
		return nil
	}
	for rest = strings.TrimSpace(rest); rest != ""; rest = strings.TrimSpace(rest) {
		word := rest
		if quoted, err := strconv.QuotedPrefix(rest); err == nil {
			word = quoted
		} else if i := strings.IndexAny(rest, " \t"); i >= 0 {
			word = rest[:i]
		}
		rest = rest[len(word):]
		if plain, err := strconv.Unquote(word); err == nil {
			word = plain
		}
		patterns = append(patterns, word)
	}
	return patterns
}
