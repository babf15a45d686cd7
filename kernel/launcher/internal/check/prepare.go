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
	ownFlag    = regexp.MustCompile(`(?m)^(?:\t|const |type |func )flag\b`)
	blankVar   = regexp.MustCompile(`(?m)^\t_\b`)
	readsInput = regexp.MustCompile(`\b(?:Stdin|F?[Ss]can(?:f|ln)?)\b`)
)

// Prepares reports whether Prepare or Without may change a code.
func Prepares(code string, noInput bool) bool {
	return ownFlag.MatchString(code) || blankVar.MatchString(code) || strings.Contains(code, cell.ValueMark) || dotImport.MatchString(code) || noInput && readsInput.MatchString(code)
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
	if ownFlag.MatchString(code) {
		code = withoutFlags(code)
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
// Of variables without a name, which are there for what their values do, only those with
// one of the values blank stay.
func Without(packages *Packages, code string, replaced, blank []string) string {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", code, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return code // the compiler says what is wrong
	}
	text := []byte(code)
	erase := func(from, to token.Pos) { erased(text, fset.Position(from).Offset, fset.Position(to).Offset) }
	gone := func(kind, name string) bool { return slices.Contains(replaced, kind+" "+name) }
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			receiver, _, method := strings.Cut(cell.FunctionKey(d), ".")
			if !method && gone("func", name) || method && gone("type", receiver) {
				erase(d.Pos(), d.End())
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					if gone("type", s.Name.Name) && !d.Lparen.IsValid() {
						erase(d.Pos(), d.End())
					}
				case *ast.ValueSpec:
					for _, n := range s.Names {
						switch {
						case n.Name == "_" && d.Tok == token.VAR && len(s.Names) == 1 && len(s.Values) == 1 && d.Lparen.IsValid():
							from, to := fset.Position(s.Values[0].Pos()).Offset, fset.Position(s.Values[0].End()).Offset
							if i := slices.Index(blank, code[from:to]); i < 0 { // of another cell, or GoNB has it twice
								erase(s.Pos(), s.End())
							} else {
								blank = slices.Concat(blank[:i], blank[i+1:])
							}
						case !gone(d.Tok.String(), n.Name):
						case len(s.Names) > 1 || d.Tok == token.CONST && d.Lparen.IsValid():
							erase(n.Pos(), n.End()) // the others stay
							text[fset.Position(n.Pos()).Offset] = '_'
						case d.Lparen.IsValid():
							erase(s.Pos(), s.End())
						default:
							erase(d.Pos(), d.End())
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

// erased writes spaces over a part of a code, line ends aside.
func erased(code []byte, from, to int) {
	for i := from; i < to; i++ {
		if code[i] != '\n' {
			code[i] = ' '
		}
	}
}

// withoutFlags does not have a program read its flags where the notebook calls something
// else flag.
func withoutFlags(code string) string {
	p := token.NewFileSet()
	f, err := parser.ParseFile(p, "", code, parser.SkipObjectResolution)
	if err != nil {
		return code
	}
	own := false
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			own = own || d.Recv == nil && d.Name.Name == "flag"
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					own = own || s.Name.Name == "flag"
				case *ast.ValueSpec:
					own = own || slices.ContainsFunc(s.Names, func(n *ast.Ident) bool { return n.Name == "flag" })
				}
			}
		}
	}
	if !own {
		return code
	}
	head, main, _ := strings.Cut(code, "\nfunc main() {")
	return head + "\nfunc main() {" + strings.Replace(main, "flag.Parse()", strings.Repeat(" ", len("flag.Parse()")), 1)
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
