package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
)

// source is the membrane package: its syntax and types.
type source struct {
	fset  *token.FileSet
	info  *types.Info
	pkg   *types.Package
	funcs map[*types.Func]*ast.FuncDecl
}

// stubs declare what the kernels call of other packages.
var stubs = map[string]string{
	"math": "package math; const Pi = 3.14159265358979323846264338327950288419716939937510582097494459; " +
		"func Abs(x float64) float64; func FMA(x, y, z float64) float64; func Log(x float64) float64",
	"gomyogen/myogen/internal/cmath": "package cmath; func Exp(x float64) float64; func Exp2(x float64) float64; func Fourth(x float64) float64",
}

type importer struct{ fset *token.FileSet }

func (i importer) Import(path string) (*types.Package, error) {
	text, ok := stubs[path]
	if !ok {
		return nil, fmt.Errorf("no stub of %s", path)
	}
	f, err := parser.ParseFile(i.fset, path, text, 0)
	if err != nil {
		return nil, err
	}
	return (&types.Config{IgnoreFuncBodies: true}).Check(path, i.fset, []*ast.File{f}, nil)
}

// load reads the files of a folder that the kernels are in: those without
// tests and without code for one platform.
func load(dir string) (*source, error) {
	s := &source{fset: token.NewFileSet(), funcs: map[*types.Func]*ast.FuncDecl{}}
	s.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, path := range paths {
		name := filepath.Base(path)
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_amd64.go") || strings.HasSuffix(name, "_other.go") || strings.HasSuffix(name, "_wasm.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(s.fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	// Errors are those of files that use packages without a stub: no kernels.
	config := types.Config{Importer: importer{s.fset}, Error: func(error) {}}
	s.pkg, _ = config.Check("membrane", s.fset, files, s.info)
	for _, f := range files {
		for _, d := range f.Decls {
			if d, ok := d.(*ast.FuncDecl); ok {
				if f, ok := s.info.Defs[d.Name].(*types.Func); ok {
					s.funcs[f] = d
				}
			}
		}
	}
	return s, nil
}

// method returns the declaration of a method of a type of the package.
func (s *source) method(typ types.Type, name string) (*ast.FuncDecl, error) {
	o, _, _ := types.LookupFieldOrMethod(types.NewPointer(typ), true, s.pkg, name)
	if f, ok := o.(*types.Func); ok {
		return s.funcs[f], nil
	}
	return nil, fmt.Errorf("%v has no method %s", typ, name)
}

// halves are the methods that make a type a cell: the two halves of a step.
var halves = [...]string{partPotentials: "advancePotentials", partGates: "advanceGates"}

// cells returns the names of the cells of the package, sorted.
func (s *source) cells() (names []string) {
	for _, name := range s.pkg.Scope().Names() {
		o, ok := s.pkg.Scope().Lookup(name).(*types.TypeName)
		if !ok {
			continue
		}
		_, errPotentials := s.method(o.Type(), halves[partPotentials])
		_, errGates := s.method(o.Type(), halves[partGates])
		if errPotentials == nil && errGates == nil {
			names = append(names, name)
		}
	}
	return names
}
