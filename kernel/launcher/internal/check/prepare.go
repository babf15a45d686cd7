package check

import (
	"go/ast"
	"regexp"
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
		code = withoutDots(packages, code)
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

// withoutDots imports for nothing but its initialisation what a dot imports in vain.
func withoutDots(packages *Packages, code string) string {
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
	used := map[string]bool{}
	for id, o := range p.Info.Uses {
		if o.Pkg() != nil && o.Parent() == o.Pkg().Scope() && !selected[id] {
			used[o.Pkg().Path()] = true
		}
	}
	text := []byte(code)
	for _, i := range p.Files[0].Imports {
		if path, err := strconv.Unquote(i.Path.Value); err == nil && i.Name != nil && i.Name.Name == "." && !used[path] {
			text[p.offset(i.Name.Pos())] = '_'
		}
	}
	return string(text)
}
