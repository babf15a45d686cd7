package code

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// methodCall is a call of a method of a top-level variable, or of a part of it.
type methodCall struct {
	method string
	whole  bool // of the variable itself
	in     string
}

// changes records the top-level variables that n changes or may change, and the
// local variables that it assigns.
func (s *source) changes(n ast.Node, in string) {
	for _, e := range assigned(n) {
		switch i := root(e); {
		case i == nil:
		case s.local(i):
			s.locals[i.Obj] = in
		default:
			s.changed[i.Name] = in + " assigns"
		}
	}
	note := func(e ast.Expr, how string) {
		if i := root(e); i != nil && !s.local(i) {
			s.changed[i.Name] = in + how
		}
	}
	if n, ok := n.(*ast.UnaryExpr); ok && n.Op == token.AND {
		note(n.X, " takes the address of")
	}
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return
	}
	if e := overwritten(call); e != nil {
		note(e, " changes with "+call.Fun.(*ast.Ident).Name)
	}
	if f, ok := call.Fun.(*ast.SelectorExpr); ok {
		if i := root(f.X); i != nil && !s.local(i) {
			_, whole := f.X.(*ast.Ident)
			s.calls[i.Name] = append(s.calls[i.Name], methodCall{f.Sel.Name, whole, in})
		}
	}
}

// assigned returns the operands that a statement assigns to.
func assigned(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			return []ast.Expr{n.Key, n.Value}
		}
	}
	return nil
}

// overwritten returns the argument that a call of clear, delete, copy, or of
// append to a slice expression, changes.
func overwritten(c *ast.CallExpr) ast.Expr {
	f, ok := c.Fun.(*ast.Ident)
	if !ok || f.Obj != nil || len(c.Args) == 0 {
		return nil
	}
	switch f.Name {
	case "clear", "delete", "copy":
		return c.Args[0]
	case "append":
		if part, ok := c.Args[0].(*ast.SliceExpr); ok {
			return part
		}
	}
	return nil
}

// root returns the variable that an assignment to e changes.
func root(e ast.Expr) *ast.Ident {
	for {
		switch t := e.(type) {
		case *ast.Ident:
			return t
		case *ast.SelectorExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.SliceExpr:
			e = t.X
		case *ast.StarExpr:
			e = t.X
		case *ast.ParenExpr:
			e = t.X
		default:
			return nil
		}
	}
}

// changedBy returns how the variable that d declares is changed after its
// declaration ("this cell assigns"), or "".
func (w *walk) changedBy(d *decl) string {
	spec, ok := d.node.(*ast.ValueSpec)
	if !ok || !strings.HasPrefix(d.kind, "var ") {
		return ""
	}
	if how := w.changed[d.name]; how != "" {
		return how
	}
	if len(w.calls[d.name]) == 0 {
		return ""
	}
	path, name := w.typeOf(spec, d.name)
	switch {
	case path == w.own.Path && path != "":
		return "" // kept values
	case path == "sync" && name != "Map":
		return "" // locks hold nothing that a value is made from
	}
	for _, c := range w.calls[d.name] {
		of := name
		if !c.whole {
			of = ""
		}
		if p := w.pkg(path); p != nil && p.methodChanges(of, c.method, map[*ast.FuncDecl]bool{}) {
			return fmt.Sprintf("%s changes with its method %s", c.in, c.method)
		}
	}
	return ""
}

// pkg returns the source of a package of the notebook's modules or of the
// standard library, that of the notebook for "", and nil for others.
func (w *walk) pkg(path string) *source {
	if path == "" {
		return w.source
	}
	if p, ok := w.packages[path]; ok {
		return p
	}
	dir, ok := w.modules.folder(path)
	if first, _, _ := strings.Cut(path, "/"); !ok && !strings.Contains(first, ".") {
		dir, ok = filepath.Join(goroot, "src", filepath.FromSlash(path)), true
	}
	w.packages[path] = nil
	if files := ofOnePackage(goFiles(dir)); ok && len(files) > 0 {
		p := newSource()
		p.later = files
		w.packages[path] = p
	}
	return w.packages[path]
}

// goroot is the folder of the toolchain that built this program. Package
// go/build knows it too, but would make every cell larger.
var goroot = runtime.GOROOT() //lint:ignore SA1019 the program runs where it was built

// goFile is a file of Go code.
type goFile struct {
	path string
	text []byte
}

// goFiles returns the Go files of a folder, without tests and files that
// "//go:build ignore" excludes.
func goFiles(dir string) []goFile {
	var files []goFile
	all, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, f := range all {
		path := filepath.Join(dir, f.Name())
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			continue
		}
		if text, err := os.ReadFile(path); err == nil && !bytes.Contains(text, []byte("\n//go:build ignore\n")) && !bytes.HasPrefix(text, []byte("//go:build ignore\n")) {
			files = append(files, goFile{path, text})
		}
	}
	return files
}

// ofOnePackage returns the files of the package to which most files of a folder
// belong. A main package beside another, as a generator of code, does not count.
func ofOnePackage(files []goFile) []goFile {
	names, count := make([]string, len(files)), map[string]int{}
	best := "main"
	for i, f := range files {
		if p, err := parser.ParseFile(token.NewFileSet(), f.path, f.text, parser.PackageClauseOnly); err == nil {
			names[i] = p.Name.Name
			count[names[i]]++
		}
	}
	for _, name := range names {
		if name != "" && name != "main" && (best == "main" || count[name] > count[best]) {
			best = name
		}
	}
	var all []goFile
	for i, f := range files {
		if names[i] == best {
			all = append(all, f)
		}
	}
	return all
}

// typeOf returns the package and the name of a variable's type, both empty if
// its declaration does not show them.
func (w *walk) typeOf(spec *ast.ValueSpec, name string) (path, typ string) {
	if spec.Type != nil {
		return w.named(spec.Type, "")
	}
	for i, n := range spec.Names {
		if n.Name == name && len(spec.Values) == len(spec.Names) {
			return w.typed(spec.Values[i])
		}
		if n.Name == name && i == 0 && len(spec.Values) == 1 {
			return w.typed(spec.Values[0])
		}
	}
	return "", ""
}

// named returns the type that e names in the package with path in.
func (w *walk) named(e ast.Expr, in string) (path, typ string) {
	switch e := e.(type) {
	case *ast.StarExpr:
		return w.named(e.X, in)
	case *ast.ParenExpr:
		return w.named(e.X, in)
	case *ast.IndexExpr:
		return w.named(e.X, in)
	case *ast.IndexListExpr:
		return w.named(e.X, in)
	case *ast.Ident:
		if p := w.pkg(in); p != nil && p.find("type "+e.Name, e.Name) != nil {
			return in, e.Name
		}
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok && w.pkg(in) != nil {
			return w.pkg(in).importPath(x.Name), e.Sel.Name
		}
	}
	return "", ""
}

// typed returns the type of the value of an expression in the notebook.
func (w *walk) typed(e ast.Expr) (path, typ string) {
	switch e := e.(type) {
	case *ast.CompositeLit:
		return w.named(e.Type, "")
	case *ast.UnaryExpr:
		return w.typed(e.X)
	case *ast.CallExpr:
		return w.called(e)
	}
	return "", ""
}

// called returns the type of the first result of a call, or of a conversion.
func (w *walk) called(c *ast.CallExpr) (path, typ string) {
	fun := c.Fun
	if i, ok := fun.(*ast.IndexExpr); ok {
		fun = i.X
	}
	in, name := "", ""
	switch f := fun.(type) {
	case *ast.FuncLit:
		if f.Type.Results != nil {
			return w.named(f.Type.Results.List[0].Type, "")
		}
	case *ast.Ident:
		if f.Name == "new" && len(c.Args) == 1 {
			return w.named(c.Args[0], "")
		}
		name = f.Name
	case *ast.SelectorExpr:
		x, ok := f.X.(*ast.Ident)
		if !ok || len(w.decls[x.Name]) > 0 {
			return "", "" // the result of a method
		}
		in, name = w.importPath(x.Name), f.Sel.Name
	}
	p := w.pkg(in)
	if p == nil || name == "" {
		return "", ""
	}
	d := p.find("func "+name, name)
	if d == nil {
		return w.named(c.Fun, "") // a conversion, where it is one
	}
	f := d.node.(*ast.FuncDecl)
	if f.Type.Results == nil {
		return "", ""
	}
	result := f.Type.Results.List[0].Type
	if i, ok := result.(*ast.Ident); ok && f.Type.TypeParams != nil && len(c.Args) > 0 && p.find("type "+i.Name, i.Name) == nil {
		return w.typed(c.Args[0]) // as Must does
	}
	return w.named(result, in)
}

func (s *source) find(kind, name string) *decl {
	s.need(name)
	for _, d := range s.decls[name] {
		if d.kind == kind {
			return d
		}
	}
	return nil
}

// methodChanges reports whether a method of a type - where this has none or is
// "", of any type - changes what it is called on.
func (s *source) methodChanges(typ, name string, seen map[*ast.FuncDecl]bool) bool {
	s.need(name)
	candidates := s.methods[name]
	var own []*ast.FuncDecl
	for _, f := range candidates {
		if receiver(f.Recv.List[0].Type) == typ {
			own = append(own, f)
		}
	}
	if len(own) > 0 {
		candidates = own
	}
	for _, f := range candidates {
		if s.changesReceiver(f, seen) {
			return true
		}
	}
	return false
}

// changesReceiver reports whether a method assigns to its receiver, to what that
// points to or to an element of it, directly or through another method.
func (s *source) changesReceiver(f *ast.FuncDecl, seen map[*ast.FuncDecl]bool) bool {
	recv := f.Recv.List[0]
	if seen[f] || f.Body == nil || len(recv.Names) == 0 {
		return false
	}
	seen[f] = true
	_, pointer := recv.Type.(*ast.StarExpr)
	aliases := map[*object]bool{recv.Names[0].Obj: true}
	is := func(e ast.Expr) bool {
		i := root(e)
		return i != nil && i.Obj != nil && aliases[i.Obj]
	}
	found := false
	ast.Inspect(f.Body, func(n ast.Node) bool {
		for _, e := range assigned(n) {
			if _, whole := e.(*ast.Ident); !whole && is(e) && (pointer || shared(e)) {
				found = true
			}
		}
		switch n := n.(type) {
		case *ast.AssignStmt: // p := &receiver.part
			for i, e := range n.Rhs {
				if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.AND && len(n.Lhs) == len(n.Rhs) && is(u.X) && (pointer || shared(u.X)) {
					if to, ok := n.Lhs[i].(*ast.Ident); ok && to.Obj != nil {
						aliases[to.Obj] = true
					}
				}
			}
		case *ast.CallExpr:
			if e := overwritten(n); e != nil && is(e) {
				found = true
			}
			for _, a := range n.Args {
				if u, ok := a.(*ast.UnaryExpr); ok && u.Op == token.AND && is(u.X) && (pointer || shared(u.X)) {
					found = true
				}
			}
			if c, ok := n.Fun.(*ast.SelectorExpr); ok && is(c.X) {
				of := ""
				if _, whole := c.X.(*ast.Ident); whole {
					of = receiver(recv.Type)
				}
				found = found || s.methodChanges(of, c.Sel.Name, seen)
			}
		}
		return !found
	})
	return found
}

// shared reports whether e is shared between its root and a copy of it: an
// element of a slice or map, or what a pointer points to.
func shared(e ast.Expr) bool {
	for {
		switch t := e.(type) {
		case *ast.IndexExpr, *ast.StarExpr, *ast.SliceExpr:
			return true
		case *ast.SelectorExpr:
			e = t.X
		case *ast.ParenExpr:
			e = t.X
		default:
			return false
		}
	}
}
