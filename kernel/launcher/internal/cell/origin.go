package cell

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"regexp"
	"strings"
)

// Origins says where in the cells the declarations of a program come from. GoNB composes
// a program of the declarations of all cells, each copied as it is, and the function main
// of the last one.
type Origins map[string]Origin

// Origin is where a declaration comes from.
type Origin struct {
	Cell  int   `json:"cell"`  // its number; 0 for one that is not counted
	Lines []int `json:"lines"` // of the cell, from 1: those of the declaration in the program
}

// With returns the origins after a cell that was sent to GoNB as code under a number.
func (o Origins) With(number int, c *Cell, code Code) Origins {
	all := make(Origins, len(o))
	maps.Copy(all, o)
	delete(all, mainKey)
	if f, file, err := c.parse(); c.Go && err == nil {
		_, typed := c.file()
		lines := strings.Split(code.Text, "\n")
		at := func(p token.Pos) int {
			line, _ := c.position(typed(file.Offset(p)))
			return line
		}
		inits := code.Inits
		eachStart(f, func(key string, _, to, start token.Pos) {
			if key == "init" && len(inits) > 0 {
				key, inits = inits[0], inits[1:]
			}
			origin := Origin{Cell: number}
			for line := at(start); line <= min(at(to), len(lines)); line++ {
				if !misread(lines[line-1]) { // GoNB takes it out
					origin.Lines = append(origin.Lines, line)
				}
			}
			all[key] = origin
		})
	}
	return all
}

// Mark adds to a program the directives by which the compiler names lines of the cells,
// as in Cell[3]:2, where it would name those of the program. Each stands in a line of its
// own.
func (o Origins) Mark(program string) string {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", program, parser.SkipObjectResolution)
	if err != nil {
		return program // the compiler says what is wrong
	}
	before := map[int]string{} // directives by the line that they stand before
	eachStart(f, func(key string, from, to, start token.Pos) {
		first, begin, end := fset.Position(from).Line, fset.Position(start).Line, fset.Position(to).Line
		origin := o[key]
		if len(origin.Lines) == 0 {
			before[first] = fmt.Sprintf("//line main.go:%d\n", first)
			return
		}
		name := "Cell"
		if origin.Cell > 0 {
			name = fmt.Sprintf("Cell[%d]", origin.Cell)
		}
		before[first] = fmt.Sprintf("//line %s:%d\n", name, origin.Lines[0])
		for i, line := range origin.Lines[:min(len(origin.Lines), end-begin+1)] {
			if i == 0 || line != origin.Lines[i-1]+1 {
				before[begin+i] = fmt.Sprintf("//line %s:%d\n", name, line)
			}
		}
	})
	var b strings.Builder
	n := 0
	for line := range strings.Lines(program) {
		n++
		b.WriteString(before[n])
		b.WriteString(line)
	}
	return b.String()
}

var directive = regexp.MustCompile(`(?m)^//line (?:Cell(?:\[\d+\])?|main\.go):\d+\n`)

// Unmark takes out of a program what Mark adds.
func Unmark(program string) string { return directive.ReplaceAllString(program, "") }

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
			found(FunctionKey(d), d.Pos(), d.End(), start)
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

// FunctionKey names a function, or a method with its type.
func FunctionKey(d *ast.FuncDecl) string {
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
