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
	pathpkg "path"
	"slices"
	"strings"
	"sync"
)

// Packages is the packages that cells import, by the archives that the compiler
// left. It may be used from several goroutines.
type Packages struct {
	mu       sync.Mutex
	archives map[string]string // import path to file
	root     string            // of the toolchain
	fset     *token.FileSet
	importer types.Importer
	failed   map[string]error
}

func newPackages(archives map[string]string, root string) *Packages {
	p := &Packages{archives: archives, root: root, fset: token.NewFileSet(), failed: map[string]error{}}
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

// paths returns the import paths of all packages that a cell may import.
func (p *Packages) paths() []string {
	var all []string
	for path := range p.archives {
		if !slices.ContainsFunc(strings.Split(path, "/"), func(e string) bool { return e == "internal" || e == "vendor" }) {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	return all
}

// names returns the last elements of all paths, which most packages go by.
func (p *Packages) names() []string {
	var all []string
	for _, path := range p.paths() {
		all = append(all, pathpkg.Base(path))
	}
	return all
}

// named returns the package of the shortest path that goes by a name, or nil.
func (p *Packages) named(name string) *types.Package {
	best := ""
	for _, path := range p.paths() {
		if pathpkg.Base(path) == name && (best == "" || len(path) < len(best)) {
			best = path
		}
	}
	if best == "" {
		return nil
	}
	pkg, err := p.Import(best)
	if err != nil {
		return nil
	}
	return pkg
}

// Program is code whose types are known as far as it is right.
type Program struct {
	Packages *Packages
	Files    []*ast.File
	Package  *types.Package
	Info     *types.Info
}

// Load finds out the types in a text of Go, of package main, and in what was declared
// before. Where both declare the same name the first counts.
func Load(packages *Packages, text, before string) *Program {
	return load(packages, packages, text, before)
}

// load is Load with the packages that may be imported.
func load(packages *Packages, from types.Importer, text, before string) *Program {
	p := &Program{Packages: packages, Info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{}, Implicits: map[ast.Node]types.Object{},
	}}
	const mode = parser.SkipObjectResolution | parser.ParseComments | parser.AllErrors
	if f, _ := parser.ParseFile(packages.fset, "", text, mode); f != nil { // as far as it goes
		p.Files = append(p.Files, f)
	}
	if f, _ := parser.ParseFile(packages.fset, "", before, mode); f != nil && before != "" {
		f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
			function, ok := d.(*ast.FuncDecl)
			return ok && function.Recv == nil && function.Name.Name == "main"
		})
		p.Files = append(p.Files, f)
	}
	config := types.Config{Importer: from, Error: func(error) {}, DisableUnusedImportCheck: true}
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
