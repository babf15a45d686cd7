// Package live builds the program of a site's pages: the cells of its notebooks
// that call kernel.Interact, for browsers.
package live

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// chunk is a declaration, or a statement of a cell's main function.
type chunk struct {
	text string
	cell int // number of the cell, from 1
	line int // in the cell
	kind token.Token
	uses map[string]bool // identifiers
}

// split returns the declarations and the statements of a cell.
func split(cell int, source string) (declarations, statements []chunk) {
	lines := strings.Split(source, "\n")
	inMain := false
	for i, l := range lines {
		trimmed := strings.TrimSpace(l)
		if strings.HasPrefix(trimmed, "%") || strings.HasPrefix(trimmed, "!") {
			lines[i] = ""
		}
	}
	text := []byte(strings.Join(lines, "\n"))
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	s.Init(file, text, func(token.Position, string) {}, 0)
	depth, start, kind := 0, -1, token.ILLEGAL
	uses := map[string]bool{}
	for {
		pos, tok, lit := s.Scan()
		at := file.Offset(pos)
		if tok == token.EOF || tok == token.SEMICOLON && depth == 0 {
			if start >= 0 {
				c := chunk{string(text[start:at]), cell, file.Line(file.Pos(start)), kind, uses}
				switch kind {
				case token.IMPORT, token.FUNC, token.TYPE, token.VAR, token.CONST:
					declarations = append(declarations, c)
				default:
					inMain = true
					statements = append(statements, c)
				}
			}
			start, uses = -1, map[string]bool{}
			if tok == token.EOF {
				return declarations, statements
			}
			continue
		}
		if start < 0 {
			start, kind = at, tok
			if inMain && tok != token.FUNC && tok != token.TYPE && tok != token.IMPORT {
				kind = token.ILLEGAL // a variable of the main function
			}
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		case token.IDENT:
			uses[lit] = true
		}
	}
}

// names returns what a declaration declares; a method goes with its type.
func (c chunk) names() ([]string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+c.text, 0)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names = append(names, d.Name.Name)
				continue
			}
			ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && len(names) == 0 {
					names = append(names, id.Name+"."+d.Name.Name)
				}
				return true
			})
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names = append(names, s.Name.Name)
				case *ast.ValueSpec:
					for _, n := range s.Names {
						names = append(names, n.Name)
					}
				}
			}
		}
	}
	return names, nil
}

// Cell is a cell that calls kernel.Interact, with what it reaches.
type Cell struct {
	Notebook string // name of the file
	Number   int    // of the cell, from 1
	source   string // a package with the function Cell
}

// ID is the cell's name in the program.
func (c Cell) ID() string { return fmt.Sprintf("%s/%d", c.Notebook, c.Number) }

// interacts finds calls of kernel.Interact.
var interacts = regexp.MustCompile(`\bkernel\.Interact\(`)

// away are packages that do what a browser cannot, and those with which a stranger's
// cell could leave Go for the page's JavaScript.
var away = []string{"os", "os/exec", "os/signal", "net", "net/http", "io/ioutil", "plugin", "syscall", "database/sql", "syscall/js", "unsafe"}

// Find returns the cells of a notebook that call kernel.Interact. code are its
// cells, empty for text. What cannot run in a browser is in refused, with its line.
func Find(name string, code []string) (cells []Cell, refused []error) {
	var declared []chunk
	for i, source := range code {
		declarations, statements := split(i+1, source)
		declared = append(declared, declarations...)
		if !slices.ContainsFunc(statements, func(c chunk) bool { return interacts.MatchString(c.text) }) {
			continue
		}
		c := Cell{Notebook: name, Number: i + 1}
		var err error
		if c.source, err = assemble(name, declared, statements); err != nil {
			refused = append(refused, err)
			continue
		}
		cells = append(cells, c)
	}
	return cells, refused
}

// imported is an import of a notebook.
type imported struct{ name, path, text string }

func imports(c chunk) (all []imported, err error) {
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p\n"+c.text, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	for _, s := range f.Imports {
		p, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			return nil, err
		}
		name, text := path.Base(p), s.Path.Value
		if regexp.MustCompile(`^v\d+$`).MatchString(name) {
			name = path.Base(path.Dir(p))
		}
		if s.Name != nil {
			name, text = s.Name.Name, s.Name.Name+" "+text
		}
		all = append(all, imported{name, p, text})
	}
	return all, nil
}

// assemble returns a package with the statements as its function Cell and the
// declarations that they reach, of each name the last one.
func assemble(notebook string, declared, statements []chunk) (string, error) {
	known := map[string]int{}        // declarations by name
	methods := map[string][]string{} // names of the methods of a type
	packages := map[string]imported{}
	for i, c := range declared {
		where := func(err error) error { return fmt.Errorf("%s cell %d:%d: %w", notebook, c.cell, c.line, err) }
		if c.kind == token.IMPORT {
			list, err := imports(c)
			if err != nil {
				return "", where(err)
			}
			for _, p := range list {
				packages[p.name] = p
			}
			continue
		}
		names, err := c.names()
		if err != nil {
			return "", where(err)
		}
		for _, n := range names {
			if of, _, ok := strings.Cut(n, "."); ok {
				methods[of] = append(methods[of], n)
			}
			known[n] = i
		}
	}
	reached, used := map[int]bool{}, map[string]chunk{}
	var reach func(c chunk)
	reach = func(c chunk) {
		for name := range c.uses {
			if p, ok := packages[name]; ok {
				if _, have := used[p.name]; !have {
					used[p.name] = c
				}
			}
			for _, n := range append([]string{name}, methods[name]...) {
				if i, ok := known[n]; ok && !reached[i] {
					reached[i] = true
					reach(declared[i])
				}
			}
		}
	}
	for _, s := range statements {
		reach(s)
	}
	var b strings.Builder
	b.WriteString("package cell\n\n")
	for _, name := range slices.Sorted(maps.Keys(used)) {
		c, p := used[name], packages[name]
		if slices.Contains(away, p.path) {
			line := c.line
			for i, text := range strings.Split(c.text, "\n") {
				if strings.Contains(text, name+".") {
					line += i
					break
				}
			}
			return "", fmt.Errorf("%s cell %d:%d: a page has no %s", notebook, c.cell, line, p.path)
		}
		fmt.Fprintf(&b, "import %s\n", p.text)
	}
	put := func(c chunk) { fmt.Fprintf(&b, "\n//line %s cell %d:%d\n%s\n", notebook, c.cell, c.line, c.text) }
	for i, c := range declared {
		if reached[i] {
			put(c)
		}
	}
	b.WriteString("\nfunc Cell() {\n")
	for _, s := range statements {
		put(s)
	}
	b.WriteString("}\n")
	return b.String(), nil
}
