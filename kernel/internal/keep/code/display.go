package code

import (
	"go/ast"
	"path"
	"slices"
	"strings"
)

// Package is the package that the notebook talks to. Its code does not count.
// Nor do values of its display types, such as progress bars: nothing is computed
// from them, so a function may use them wherever they come from.
type Package struct {
	Path     string
	Displays []string // display types; New followed by the name of one makes it
	Makers   []string // methods of a display that return another
}

// shows reports whether a name is that of a display.
func (w *walk) shows(i *ast.Ident) bool {
	if i.Obj == nil {
		return false
	}
	switch d := i.Obj.Decl.(type) {
	case *ast.Field:
		return w.isDisplay(d.Type)
	case *ast.ValueSpec:
		return w.specShows(d, i.Name)
	case *ast.AssignStmt:
		if len(d.Lhs) != len(d.Rhs) {
			return false
		}
		for n, to := range d.Lhs {
			if l, ok := to.(*ast.Ident); ok && l.Name == i.Name {
				return w.isDisplayed(d.Rhs[n])
			}
		}
	}
	return false
}

func (w *walk) specShows(d *ast.ValueSpec, name string) bool {
	if d.Type != nil {
		return w.isDisplay(d.Type)
	}
	n := slices.IndexFunc(d.Names, func(i *ast.Ident) bool { return i.Name == name })
	return n >= 0 && len(d.Names) == len(d.Values) && w.isDisplayed(d.Values[n])
}

// isDisplay reports whether a type is one of the displays, or a pointer to one.
func (w *walk) isDisplay(t ast.Expr) bool {
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	return slices.ContainsFunc(w.own.Displays, func(name string) bool { return w.isOwn(t, name) })
}

// isDisplayed reports whether an expression makes a display, or is a method of
// one.
func (w *walk) isDisplayed(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return w.shows(e)
	case *ast.SelectorExpr:
		return w.isDisplayed(e.X)
	case *ast.CallExpr:
		if s, ok := e.Fun.(*ast.SelectorExpr); ok && slices.Contains(w.own.Makers, s.Sel.Name) && w.isDisplayed(s.X) {
			return true
		}
		return slices.ContainsFunc(w.own.Displays, func(name string) bool { return w.isOwn(e.Fun, "New"+name) })
	}
	return false
}

// isOwn reports whether an expression is this name of the package.
func (w *walk) isOwn(e ast.Expr, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Obj == nil && w.own.Path != "" && w.importPath(x.Name) == w.own.Path
}

// importPath returns what a name most likely imports, or "".
func (s *source) importPath(name string) string {
	if p, ok := s.imports[name]; ok {
		return p
	}
	for _, p := range s.unnamed {
		base := path.Base(p)
		if major(base) {
			base = path.Base(path.Dir(p))
		}
		if base == name {
			return p
		}
	}
	return ""
}

// displays reports whether a declaration is a variable that holds a display.
func (w *walk) displays(d *decl) bool {
	spec, ok := d.node.(*ast.ValueSpec)
	return ok && strings.HasPrefix(d.kind, "var ") && w.specShows(spec, d.name)
}
