// Package check finds out what is in the code of cells from the compiler's own
// data: the types of an expression, the names that fit, what a name is.
package check

import (
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"sync"
)

// Packages is the packages that cells import, by the archives that the compiler
// left. It may be used from several goroutines.
type Packages struct {
	mu       sync.Mutex
	archives map[string]string // import path to file
	fset     *token.FileSet
	importer types.Importer
	failed   map[string]error
}

// NewPackages returns the packages that are in archives, by import path.
func NewPackages(archives map[string]string) *Packages {
	p := &Packages{archives: archives, fset: token.NewFileSet(), failed: map[string]error{}}
	p.importer = importer.ForCompiler(p.fset, "gc", func(path string) (io.ReadCloser, error) {
		file, ok := p.archives[path]
		if !ok {
			return nil, errors.New("there is no archive of " + path)
		}
		return os.Open(file)
	})
	return p
}

// Import implements types.Importer.
func (p *Packages) Import(path string) (*types.Package, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if err := p.failed[path]; err != nil {
		return nil, err
	}
	pkg, err := p.importer.Import(path)
	if err != nil {
		p.failed[path] = err
	}
	return pkg, err
}

// Paths returns the import paths of all packages.
func (p *Packages) Paths() []string {
	var all []string
	for path := range p.archives {
		all = append(all, path)
	}
	return all
}

// Has reports whether there is an archive of a package.
func (p *Packages) Has(path string) bool { return p.archives[path] != "" }

// Program is code whose types are known as far as it is right.
type Program struct {
	Packages *Packages
	Files    []*ast.File
	Package  *types.Package
	Info     *types.Info
}

// Load finds out the types in texts of Go, of package main. Where two declare the
// same name the first counts.
func Load(packages *Packages, texts ...string) *Program {
	p := &Program{Packages: packages, Info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{}, Implicits: map[ast.Node]types.Object{},
	}}
	for _, text := range texts {
		f, _ := parser.ParseFile(packages.fset, "", text, parser.SkipObjectResolution|parser.ParseComments|parser.AllErrors) // as far as it goes
		if f != nil {
			p.Files = append(p.Files, f)
		}
	}
	config := types.Config{Importer: packages, Error: func(error) {}, DisableUnusedImportCheck: true}
	p.Package = types.NewPackage("main", "main")
	_ = types.NewChecker(&config, packages.fset, p.Package, p.Info).Files(p.Files) // as far as it goes
	return p
}

// position returns the offset of a place in its file.
func (p *Program) offset(pos token.Pos) int {
	if f := p.Packages.fset.File(pos); f != nil {
		return f.Offset(pos)
	}
	return 0
}
