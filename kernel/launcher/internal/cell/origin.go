package cell

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// Origins finds where in the cells the lines of a program come from. GoNB composes a
// program of the declarations of all cells, each copied as it is, and the function main
// of the last one: a line is as far from the beginning of its declaration in the program
// as in the cell.
type Origins struct {
	declared map[string]origin
}

// origin is where a declaration begins.
type origin struct {
	cell  int      // its number
	line  int      // from 1
	lines []string // of the cell as GoNB got it
}

// Place is a line of a cell, both counted from 1. A Line of 0 is not known.
type Place struct{ Cell, Line int }

// With returns the origins after a cell that was sent to GoNB as code under a number.
func (o Origins) With(number int, c *Cell, code Code) Origins {
	all := make(map[string]origin, len(o.declared))
	for key, at := range o.declared {
		all[key] = at
	}
	delete(all, mainKey)
	if f, file, err := c.parse(); c.Go && err == nil {
		_, typed := c.file()
		lines := strings.Split(code.Text, "\n")
		eachStart(f, func(key string, from, _, start token.Pos) {
			line, _ := c.position(typed(file.Offset(start)))
			all[key] = origin{number, line, lines}
		})
	}
	return Origins{all}
}

// Lines reads a program and returns a function that finds the origin of its lines.
func (o Origins) Lines(program string) func(line int) (Place, bool) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", program, parser.SkipObjectResolution)
	return func(line int) (place Place, ok bool) {
		if err != nil {
			return Place{}, false
		}
		eachStart(f, func(key string, from, to, start token.Pos) {
			at, known := o.declared[key]
			if known && fset.Position(from).Line <= line && line <= fset.Position(to).Line {
				place, ok = Place{at.cell, at.after(line - fset.Position(start).Line)}, true
			}
		})
		return place, ok
	}
}

// after returns the line that is n lines after the origin, without those that GoNB takes
// out.
func (o origin) after(n int) int {
	line := o.line
	for ; n > 0 && line < len(o.lines); n-- {
		for line++; line < len(o.lines) && misread(o.lines[line-1]); line++ {
		}
	}
	return line
}

// mainKey is the key of the function main.
const mainKey = "main"

// eachStart calls a function for what a file declares and may run: with a name for the
// declaration, its extent, and what in it is on the same line in the cell and in the
// program, as far as there is text before it.
func eachStart(f *ast.File, found func(key string, from, to, start token.Pos)) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			start := d.Pos()
			if d.Recv == nil && d.Name.Name == mainKey && d.Body != nil && len(d.Body.List) > 1 {
				start = d.Body.List[1].Pos() // the first statement is flag.Parse()
			}
			found(functionKey(d), d.Pos(), d.End(), start)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				v, ok := s.(*ast.ValueSpec)
				if !ok || d.Tok != token.VAR || len(v.Values) == 0 {
					continue
				}
				for i, name := range v.Names {
					value := v.Values[0]
					if len(v.Values) == len(v.Names) {
						value = v.Values[i]
					}
					found("var "+name.Name, v.Pos(), v.End(), value.Pos())
				}
			}
		}
	}
}

// functionKey names a function, or a method with its type.
func functionKey(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}
