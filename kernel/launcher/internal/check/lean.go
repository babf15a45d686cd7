package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	pathpkg "path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gomyogen/kernel/launcher/internal/cell"
)

// Lean returns the code of a program without the declarations that function main does not
// reach and the imports that are for them alone: GoNB composes it of those of all cells. Values
// of variables that may do something are reached, and by name alone: a field reaches a
// function that is called the same. No line gets another number.
//
// With package kernel the program stays whole: which code a kept value depends on is read
// from it.
func Lean(code string) string {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", code, parser.SkipObjectResolution)
	if err != nil {
		return code // the compiler says what is wrong
	}
	all := unitsOf(f)
	reach(all)
	before, after := map[string]bool{}, map[string]bool{} // names of packages
	text := []byte(code)
	erase := func(n ast.Node) { erased(text, fset.Position(n.Pos()).Offset, fset.Position(n.End()).Offset) }
	for _, u := range all {
		qualifiers(u.node, before)
		if u.reached {
			qualifiers(u.node, after)
		} else {
			erase(u.node)
		}
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			continue
		}
		for _, s := range g.Specs {
			i := s.(*ast.ImportSpec)
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return code
			}
			name := packageName(path)
			if i.Name != nil {
				name = i.Name.Name
			}
			switch {
			case name == ".", name != "_" && !before[name]: // who uses it is not known
				return code
			case name == "_" || after[name]:
				if path == kernelPath {
					return code
				}
			case g.Lparen.IsValid():
				erase(i)
			default:
				erase(g)
			}
		}
	}
	return string(text)
}

// version is the last element of the import path of a module's later version.
var version = regexp.MustCompile(`^v\d+$`)

// packageName returns the name that the package of an import path most likely has.
func packageName(path string) string {
	name := pathpkg.Base(path)
	if version.MatchString(name) {
		name = pathpkg.Base(pathpkg.Dir(path))
	}
	return name
}

// unit is a declaration, or a part of one, that can be left out.
type unit struct {
	node     ast.Node
	names    []string
	receiver string // of a method
	reached  bool
}

// unitsOf returns the units of a file. Those that run by themselves are reached.
func unitsOf(f *ast.File) (all []*unit) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			receiver, _, method := strings.Cut(cell.FunctionKey(d), ".")
			u := &unit{node: d, names: []string{d.Name.Name}}
			if method {
				u.names, u.receiver = nil, receiver
			}
			u.reached = !method && (d.Name.Name == "main" || d.Name.Name == "init" || cell.IsInit(d.Name.Name)) || d.Recv != nil && !method
			all = append(all, u)
		case *ast.GenDecl:
			if d.Tok == token.IMPORT {
				continue
			}
			if len(d.Specs) > 1 && d.Tok != token.VAR { // of constants one may count on those before it
				whole := &unit{node: d}
				for _, s := range d.Specs {
					whole.names = append(whole.names, cell.SpecNames(s)...)
				}
				all = append(all, whole)
				continue
			}
			for _, s := range d.Specs {
				u := &unit{node: s, names: cell.SpecNames(s)}
				if !d.Lparen.IsValid() {
					u.node = d
				}
				if v, ok := s.(*ast.ValueSpec); ok {
					u.reached = slices.Contains(u.names, "_") || slices.ContainsFunc(v.Values, does)
				}
				all = append(all, u)
			}
		}
	}
	return all
}

// does reports whether to evaluate an expression may do more than to make a value: call,
// panic or wait.
func does(x ast.Expr) bool {
	found := false
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.CallExpr, *ast.IndexExpr, *ast.SliceExpr, *ast.StarExpr, *ast.TypeAssertExpr:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.BinaryExpr:
			found = found || n.Op == token.QUO || n.Op == token.REM || n.Op == token.SHL || n.Op == token.SHR || n.Op == token.EQL || n.Op == token.NEQ
		}
		return !found
	})
	return found
}

// reach marks what is reached from what is.
func reach(all []*unit) {
	of := map[string][]*unit{} // units by name, methods by that of their type
	for _, u := range all {
		for _, name := range u.names {
			of[name] = append(of[name], u)
		}
		if u.receiver != "" {
			of[u.receiver] = append(of[u.receiver], u)
		}
	}
	var left []*unit
	for _, u := range all {
		if u.reached {
			left = append(left, u)
		}
	}
	for len(left) > 0 {
		u := left[0]
		left = left[1:]
		ast.Inspect(u.node, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok {
				for _, next := range of[id.Name] {
					if !next.reached {
						next.reached = true
						left = append(left, next)
					}
				}
			}
			return true
		})
	}
}

// qualifiers adds the names that stand before a dot in n, as those of packages do.
func qualifiers(n ast.Node, names map[string]bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := s.X.(*ast.Ident); ok {
				names[id.Name] = true
			}
		}
		return true
	})
}
