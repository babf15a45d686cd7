package check

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gomyogen/kernel/launcher/internal/cell"
)

var (
	dotImport  = regexp.MustCompile(`(?m)^\s*\. "`)
	readsInput = regexp.MustCompile(`\b(?:Stdin|F?[Ss]can(?:f|ln)?)\b`)
)

// Prepares reports whether Prepare may change a code.
func Prepares(code string, noInput bool) bool {
	return strings.Contains(code, cell.ValueMark) || dotImport.MatchString(code) || noInput && readsInput.MatchString(code)
}

// Prepare makes of the code that GoNB composes for a cell what is compiled. The value of
// the last expression is shown; what a dot imports for another cell alone is not
// imported, for unused it would not compile; and standard input is at its end, if
// there is none. No line gets another number.
func Prepare(packages *Packages, code string, noInput bool) string {
	if strings.Contains(code, cell.ValueMark) {
		code = showValue(packages, code)
	}
	if dotImport.MatchString(code) {
		code = withoutUnused(packages, code)
	}
	if noInput && readsInput.MatchString(code) {
		code = strings.Replace(code, "package main", `package main; import gomyogenOs "os"`, 1) +
			"\nfunc init() {\n\tif f, err := gomyogenOs.Open(gomyogenOs.DevNull); err == nil {\n\t\tgomyogenOs.Stdin = f\n\t}\n}\n"
	}
	return code
}

// WithImports adds to a code imports of packages for their effect alone, where they are
// not there. No line gets another number.
func WithImports(code string, paths []string) string {
	var missing strings.Builder
	for _, path := range paths {
		if i := "_ " + strconv.Quote(path); !strings.Contains(code, i) {
			missing.WriteString("; import " + i)
		}
	}
	return strings.Replace(code, "package main", "package main"+missing.String(), 1)
}

// Without takes out of a code what is declared no more, each written as "func left", and
// what is imported for that alone. No line gets another number.
func Without(packages *Packages, code string, replaced []string) string {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", code, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return code // the compiler says what is wrong
	}
	text := []byte(code)
	blank := func(from, to token.Pos) {
		for i := fset.Position(from).Offset; i < fset.Position(to).Offset; i++ {
			if text[i] != '\n' {
				text[i] = ' '
			}
		}
	}
	gone := func(kind, name string) bool { return slices.Contains(replaced, kind+" "+name) }
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			receiver, _, method := strings.Cut(cell.FunctionKey(d), ".")
			if !method && gone("func", name) || method && gone("type", receiver) {
				blank(d.Pos(), d.End())
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					if gone("type", s.Name.Name) && !d.Lparen.IsValid() {
						blank(d.Pos(), d.End())
					}
				case *ast.ValueSpec:
					for _, n := range s.Names {
						switch {
						case !gone(d.Tok.String(), n.Name):
						case len(s.Names) > 1 || d.Tok == token.CONST && d.Lparen.IsValid():
							blank(n.Pos(), n.End()) // the others stay
							text[fset.Position(n.Pos()).Offset] = '_'
						case d.Lparen.IsValid():
							blank(s.Pos(), s.End())
						default:
							blank(d.Pos(), d.End())
						}
					}
				}
			}
		}
	}
	if bytes.Equal(text, []byte(code)) {
		return code
	}
	return withoutUnused(packages, string(text))
}

// withoutUnused imports for nothing but its initialisation what is imported in vain.
func withoutUnused(packages *Packages, code string) string {
	p := Load(packages, code, "")
	if len(p.Files) == 0 {
		return code
	}
	selected := map[*ast.Ident]bool{}
	ast.Inspect(p.Files[0], func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			selected[s.Sel] = true
		}
		return true
	})
	used, named := map[string]bool{}, map[types.Object]bool{}
	for id, o := range p.Info.Uses {
		if o.Pkg() != nil && o.Parent() == o.Pkg().Scope() && !selected[id] {
			used[o.Pkg().Path()] = true
		}
		named[o] = true
	}
	for _, i := range slices.Backward(p.Files[0].Imports) {
		path, err := strconv.Unquote(i.Path.Value)
		switch {
		case err != nil:
		case i.Name == nil:
			if o := p.Info.Implicits[i]; o != nil && !named[o] {
				at := p.offset(i.Path.Pos())
				code = code[:at] + "_ " + code[at:]
			}
		case i.Name.Name == "." && !used[path], i.Name.Name != "." && i.Name.Name != "_" && p.Info.Defs[i.Name] != nil && !named[p.Info.Defs[i.Name]]:
			at := p.offset(i.Name.Pos())
			code = code[:at] + "_" + strings.Repeat(" ", len(i.Name.Name)-1) + code[at+len(i.Name.Name):]
		}
	}
	return code
}
