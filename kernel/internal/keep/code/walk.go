package code

import (
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gomyogen/kernel/env"
)

// walk follows names from a function to the declarations that it reaches.
type walk struct {
	*source
	modules  *moduleSet
	own      Package
	seen     map[any]bool       // declarations, and import paths
	packages map[string]*source // by import path
	read     *readPackages
	parts    []Part
	lean     bool // variables alone are of interest, not the parts
}

// newWalk reads the code of a notebook, or of the package of a file.
func newWalk(file string, own Package) (*walk, error) {
	mods, err := modules(filepath.Dir(file))
	if err != nil {
		return nil, err
	}
	p, err := parse(file)
	if err != nil {
		return nil, err
	}
	return &walk{source: p, modules: mods, own: own, seen: map[any]bool{}, packages: map[string]*source{}, read: openPackages(os.Getenv(env.GoNBDir))}, nil
}

// start enters the function called name, or the literals that begin at a place.
func (w *walk) start(name string, at place) error {
	plain, _, _ := strings.Cut(name, "[")
	for _, d := range w.decls[plain] {
		if f, ok := d.node.(*ast.FuncDecl); ok && f.Recv == nil {
			return w.declared(plain)
		}
	}
	found := false
	var err error
	var calls []*ast.CallExpr
	ast.Inspect(w.main, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			calls = append(calls, n)
		case *ast.FuncLit:
			if p := w.fset.Position(n.Pos()); p.Line != at.line || filepath.Base(p.Filename) != at.name || err != nil {
				break
			}
			found = true
			err = w.literal(n, calls)
			return false
		}
		return true
	})
	if err == nil && !found {
		err = fmt.Errorf("the source of %s is not there", name)
	}
	return err
}

// literal enters a function literal that is an argument of one of calls.
func (w *walk) literal(f *ast.FuncLit, calls []*ast.CallExpr) error {
	inputs := map[*object]bool{}
	for _, c := range calls {
		for i, a := range c.Args {
			if a != f {
				continue
			}
			for _, in := range c.Args[i+1:] {
				if x, ok := in.(*ast.Ident); ok && x.Obj != nil {
					inputs[x.Obj] = true
				}
			}
		}
	}
	var err error
	w.idents(f, func(i *ast.Ident) {
		if err != nil || !w.local(i) || i.Obj.Pos() >= f.Pos() && i.Obj.Pos() < f.End() || w.shows(i) {
			return
		}
		if in, ok := w.locals[i.Obj]; ok {
			err = &RefusedError{fmt.Sprintf("the function uses the local variable %s, which %s assigns; declare a new variable for it", i.Name, in)}
		} else if !inputs[i.Obj] {
			err = &RefusedError{fmt.Sprintf("the function uses the local variable %s; pass %s as an input after the function", i.Name, i.Name)}
		}
	})
	if err != nil {
		return err
	}
	sum, _ := w.sum(f.Pos(), f.End())
	w.parts = append(w.parts, Part{Name: "the function", Sum: sum})
	return w.names(f)
}

// declared enters the declarations of a name, a type with its methods.
func (w *walk) declared(name string) error {
	for _, d := range w.decls[name] {
		if w.seen[d] {
			continue
		}
		w.seen[d] = true
		if w.displays(d) {
			continue
		}
		if how := w.changedBy(d); how != "" {
			who, instead := "the function", "use a function literal with the value as an input"
			if w.lean {
				who, instead = "it", "assign to a copy, and name another run, sweep or fit of that"
			}
			return &RefusedError{fmt.Sprintf("%s uses the variable %s, which %s, so that its declaration does not tell its value; %s", who, name, how, instead)}
		}
		sum, text := w.sum(d.start, d.end)
		w.parts = append(w.parts, Part{Name: d.kind, Sum: sum, Shown: text})
		if err := w.names(d.node); err != nil {
			return err
		}
	}
	return nil
}

// names enters all that node names.
func (w *walk) names(node ast.Node) (err error) {
	w.idents(node, func(i *ast.Ident) {
		if err != nil || w.local(i) {
			return
		}
		switch path, imported := w.imports[i.Name]; {
		case len(w.decls[i.Name]) > 0:
			err = w.declared(i.Name)
		case imported:
			err = w.imported(path)
		case !predeclared(i.Name):
			err = w.unnamedImport(i.Name)
		}
	})
	return err
}

// idents calls use for each name in node that refers to a declaration: not for
// those of fields and methods, nor for declared names.
func (w *walk) idents(node ast.Node, use func(*ast.Ident)) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			use(n)
		case *ast.SelectorExpr:
			w.idents(n.X, use)
			return false
		case *ast.StructType:
			w.fields(n.Fields, use)
			return false
		case *ast.InterfaceType:
			w.fields(n.Methods, use)
			return false
		case *ast.FuncDecl:
			if n.Recv != nil {
				w.idents(n.Recv, use)
			}
			w.idents(n.Type, use)
			if n.Body != nil {
				w.idents(n.Body, use)
			}
			return false
		case *ast.CompositeLit:
			w.composite(n, use)
			return false
		}
		return true
	})
}

func (w *walk) fields(list *ast.FieldList, use func(*ast.Ident)) {
	for _, f := range list.List {
		w.idents(f.Type, use)
	}
}

// composite leaves out the keys that are names of fields.
func (w *walk) composite(c *ast.CompositeLit, use func(*ast.Ident)) {
	if c.Type != nil {
		w.idents(c.Type, use)
	}
	for _, e := range c.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && w.isField(c.Type, key.Name) {
				w.idents(kv.Value, use)
				continue
			}
		}
		w.idents(e, use)
	}
}

// isField reports whether key is the name of a field in a literal of type t. If
// the type is not known, a name with a capital letter is.
func (w *walk) isField(t ast.Expr, key string) bool {
	switch t := t.(type) {
	case *ast.ArrayType, *ast.MapType:
		return false
	case *ast.StructType:
		return true
	case *ast.Ident:
		for _, d := range w.decls[t.Name] {
			if spec, ok := d.node.(*ast.TypeSpec); ok {
				_, is := spec.Type.(*ast.StructType)
				return is
			}
		}
	}
	r, _ := utf8.DecodeRuneInString(key)
	return unicode.IsUpper(r)
}

// major reports whether the last part of an import path is a major version.
func major(base string) bool {
	digits, ok := strings.CutPrefix(base, "v")
	_, err := strconv.Atoi(digits)
	return ok && err == nil
}

// unnamedImport enters the import that name most likely refers to or, failing
// that, all imports without a name.
func (w *walk) unnamedImport(name string) error {
	if p := w.importPath(name); p != "" {
		return w.imported(p)
	}
	for _, p := range w.unnamed {
		if err := w.imported(p); err != nil {
			return err
		}
	}
	return nil
}

// imported enters a package: by content if it is in a module of the notebook,
// else by the version of its module. That of the standard library is Go's.
func (w *walk) imported(path string) error {
	if w.lean || path == w.own.Path || w.seen[path] {
		return nil
	}
	w.seen[path] = true
	dir, ok := w.modules.folder(path)
	if !ok {
		if module, version := w.modules.version(path); module != "" && !w.seen["module "+module] {
			w.seen["module "+module] = true
			w.parts = append(w.parts, Part{Name: "module " + module, Sum: version, Shown: version})
		}
		return nil
	}
	pkg, err := w.read.read(dir)
	if err != nil {
		return err
	}
	w.parts = append(w.parts, Part{Name: "package " + path, Sum: pkg.Sum})
	for _, p := range pkg.Imports {
		if err := w.imported(p); err != nil {
			return err
		}
	}
	return nil
}

// predeclared reports whether name is one of Go's own.
func predeclared(name string) bool {
	return strings.Contains(` any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string `+
		`uint uint8 uint16 uint32 uint64 uintptr true false iota nil append cap clear close complex copy delete imag len make max min new `+
		`panic print println real recover _ `, " "+name+" ")
}
