package cell

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ValueMark is the comment in function main by which the last of its statements,
// an expression, is known to be shown.
const ValueMark = "/*gomyogen:value*/"

// Code is a cell as GoNB reads it.
type Code struct {
	Text     string
	Declares []string          // constants, variables, types and functions
	Kinds    map[string]string // of what it declares: const, var, type or func
	Inits    []string          // the names that functions init have in Text
	Together [][]string        // variables that one value declares: var a, b = f()
	Locals   []string          // names that the statements declare
	Blank    []string          // paths of imports for their effect alone
	Imports  []Import
	Nameless []string // values of variables without a name
}

// embeds returns the place of a comment that embeds a file, or 0.
func embeds(f *ast.File, c *Cell, at func(token.Pos) int) (line, column int) {
	for _, group := range f.Comments {
		for _, comment := range group.List {
			if strings.HasPrefix(comment.Text, "//go:embed ") {
				return c.position(at(comment.Pos()))
			}
		}
	}
	return 0, 0
}

// Import is an import of a package, with its place.
type Import struct {
	Path         string
	Line, Column int
}

// Write returns a cell as GoNB reads it. Mistakes in the text are of type
// *Error.
func (c *Cell) Write() (Code, error) {
	if !c.Go {
		return Code{Text: c.Text}, nil
	}
	f, file, err := c.parse()
	if err != nil {
		return Code{}, err
	}
	_, typed := c.file()
	at := func(p token.Pos) int { return typed(file.Offset(p)) }
	var e edits
	c.protect(&e)
	for _, m := range c.moved {
		e.replace(m.offset, m.end, strings.Repeat("\n", strings.Count(c.Text[m.offset:m.end], "\n")))
	}
	code := Code{Kinds: map[string]string{}}
	if line, column := embeds(f, c, at); line > 0 {
		return Code{}, &Error{line, column, "go:embed does not work in a cell: os.ReadFile reads a file"}
	}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if ok && g.Tok == token.IMPORT {
			for _, s := range g.Specs {
				i := s.(*ast.ImportSpec)
				if path, err := strconv.Unquote(i.Path.Value); err == nil {
					line, column := c.position(c.importOffset(path, at(i.Path.Pos())))
					code.Imports = append(code.Imports, Import{path, line, column})
					if i.Name != nil && i.Name.Name == "_" {
						code.Blank = append(code.Blank, path)
					}
				}
				if path := i.Path; path.Value == `"C"` {
					line, column := c.position(at(path.Pos()))
					return Code{}, &Error{line, column, `cells are compiled without cgo: import "C" does not work here; put C code into a package of its own that a program of its own uses`}
				}
			}
		}
		if ok && g.Tok == token.CONST {
			c.ungroup(g, at, &e)
		}
		if f, is := d.(*ast.FuncDecl); is && f.Recv == nil && f.Name.Name == "init" {
			from, to := at(f.Name.Pos()), at(f.End())
			name := initName(c.source[from:to])
			for slices.Contains(code.Inits, name) { // the same once more
				name += "0"
			}
			code.Inits = append(code.Inits, name)
			e.replace(from, from+len("init"), name)
			continue
		}
		for _, name := range names(d) {
			code.Declares = append(code.Declares, name)
			if code.Kinds[name] = "func"; ok {
				code.Kinds[name] = g.Tok.String()
			}
		}
		if ok && g.Tok == token.VAR {
			code.Together = append(code.Together, together(g)...)
			for _, s := range g.Specs {
				if v := s.(*ast.ValueSpec); len(v.Names) == len(v.Values) {
					for i, n := range v.Names {
						if from, to := at(v.Values[i].Pos()), at(v.Values[i].End()); n.Name == "_" {
							code.Nameless = append(code.Nameless, c.Text[from:to])
						}
					}
				}
			}
		}
	}
	if c.start < len(c.source) {
		main := f.Decls[len(f.Decls)-1].(*ast.FuncDecl)
		if !slices.ContainsFunc(c.lines, line.main) || c.mainAfterStatements() {
			e.insert(c.start, c.imports()+mainHead)
			e.insert(len(c.Text), "\n")
			e.insert(len(c.Text), mark(main)+"}")
		} else {
			e.insert(len(c.Text), "\n"+mark(main))
		}
		for _, s := range main.Body.List {
			code.Locals = append(code.Locals, locals(s)...)
		}
	}
	code.Text = e.apply(c.Text)
	return code, nil
}

// importOffset returns where an import path is, at an offset or in an import that is moved.
func (c *Cell) importOffset(path string, at int) int {
	for _, m := range c.moved {
		if i := strings.Index(c.Text[m.offset:m.end], path); i > 0 {
			return m.offset + i - 1
		}
	}
	return at
}

// initHead begins the names of functions init. GoNB knows one function of a name, and Go
// a function init for each of what a program is made of.
const initHead = "initOf_"

func initName(text string) string {
	sum := sha256.Sum256([]byte(text))
	return initHead + hex.EncodeToString(sum[:3])
}

// IsInit reports whether a name is one that a function init has in the code of a cell.
func IsInit(name string) bool { return strings.HasPrefix(name, initHead) }

var initNames = regexp.MustCompile(`(?m)^(func )` + initHead + `[0-9a-f]+\(`)

// WithInits gives the functions init of a program their name.
func WithInits(program string) string { return initNames.ReplaceAllString(program, "${1}init(") }

// mainAfterStatements reports whether statements begin before the line that says
// that they do.
func (c *Cell) mainAfterStatements() bool {
	i := slices.IndexFunc(c.lines, line.main)
	return c.start <= c.lines[i].offset
}

// mark returns the mark of a function whose last statement is an expression.
func mark(main *ast.FuncDecl) string {
	list := main.Body.List
	if len(list) == 0 {
		return ""
	}
	if _, ok := list[len(list)-1].(*ast.ExprStmt); !ok {
		return ""
	}
	return ValueMark
}

// names returns the names of a declaration of a file.
func names(d ast.Decl) []string {
	var all []string
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil && d.Name.Name != "main" {
			all = append(all, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			all = append(all, SpecNames(s)...)
		}
	}
	return all
}

// SpecNames returns the names that a part of a declaration declares; an import declares none.
func SpecNames(s ast.Spec) (all []string) {
	switch s := s.(type) {
	case *ast.ValueSpec:
		for _, n := range s.Names {
			all = append(all, n.Name)
		}
	case *ast.TypeSpec:
		all = append(all, s.Name.Name)
	}
	return all
}

// together returns the names of variables that one value declares.
func together(g *ast.GenDecl) (all [][]string) {
	for _, s := range g.Specs {
		if v := s.(*ast.ValueSpec); len(v.Names) > 1 && len(v.Values) == 1 {
			var group []string
			for _, n := range v.Names {
				group = append(group, n.Name)
			}
			all = append(all, group)
		}
	}
	return all
}

// locals returns the names that a statement declares for those after it.
func locals(s ast.Stmt) []string {
	var all []string
	switch s := s.(type) {
	case *ast.AssignStmt:
		if s.Tok == token.DEFINE {
			for _, l := range s.Lhs {
				if id, ok := l.(*ast.Ident); ok && id.Name != "_" {
					all = append(all, id.Name)
				}
			}
		}
	case *ast.DeclStmt:
		all = names(s.Decl)
	}
	return all
}

// protect keeps lines of Go that GoNB would take for its own from doing so.
func (c *Cell) protect(e *edits) {
	tokens, _ := scan(c.source)
	inside := map[int]bool{} // lines that begin in a raw string, by offset
	for _, t := range tokens {
		if t.tok != token.STRING || t.text[0] != '`' {
			continue
		}
		to := strings.IndexByte(c.source[t.offset+1:], '`')
		if to < 0 {
			continue
		}
		raw := c.source[t.offset+1 : t.offset+1+to]
		danger := false
		for i, l := range strings.Split(raw, "\n") {
			danger = danger || i > 0 && misread(l)
		}
		if danger {
			e.replace(t.offset, t.offset+len(raw)+2, interpreted(raw))
		}
		for i := range raw {
			if raw[i] == '\n' {
				inside[t.offset+2+i] = true
			}
		}
	}
	args := false
	for _, l := range c.lines {
		switch {
		case l.main() && (args || c.start <= l.offset): // there is one function main
			_, a := l.magic()
			if a != "" {
				a = "%args " + a
			}
			e.replace(l.offset, l.offset+len(l.text), a)
		case l.main():
			args = true
			e.replace(l.offset, l.offset+l.indent(), "")
		case l.kind == magic:
			e.replace(l.offset, l.offset+l.indent(), "")
		case !inside[l.offset] && misread(l.text):
			if strings.HasPrefix(l.text, "package") && strings.HasPrefix(c.source[l.offset:], " ") { // the package clause
				e.replace(l.offset, l.offset+len(l.text), c.source[l.offset:l.offset+len(l.text)])
				continue
			}
			e.insert(l.offset, " ")
		}
	}
}

// indent returns how many spaces and tabs are before a magic.
func (l line) indent() int {
	if !strings.HasPrefix(strings.TrimLeft(l.text, " \t"), "%") { // the next line of a command
		return 0
	}
	return len(l.text) - len(strings.TrimLeft(l.text, " \t"))
}

// interpreted writes a raw string as one of interpreted lines.
func interpreted(raw string) string {
	lines := strings.SplitAfter(strings.ReplaceAll(raw, "\r", ""), "\n")
	for i, l := range lines {
		lines[i] = strconv.Quote(l)
	}
	return "(" + strings.Join(lines, " +\n") + ")"
}

// ungroup makes constants of a group declarations of their own, so that a later
// cell can replace one of them.
func (c *Cell) ungroup(g *ast.GenDecl, at func(token.Pos) int, e *edits) {
	if !g.Lparen.IsValid() && len(g.Specs[0].(*ast.ValueSpec).Names) == 1 {
		return
	}
	source := func(n ast.Node) string { return c.Text[at(n.Pos()):at(n.End())] }
	texts := make([]string, len(g.Specs))
	var kind ast.Expr
	var values []ast.Expr
	for i, s := range g.Specs {
		s := s.(*ast.ValueSpec)
		if len(s.Values) > 0 || s.Type != nil {
			kind, values = s.Type, s.Values
		}
		if len(values) < len(s.Names) {
			return // the compiler says what is wrong
		}
		var all []string
		for j, n := range s.Names {
			if n.Name == "_" {
				continue
			}
			value := withIota(source(values[j]), values[j], i, at)
			if len(s.Values) == 0 && strings.Contains(value, "\n") {
				return // lines must keep their numbers
			}
			text := "const " + n.Name
			if kind != nil {
				text += " " + source(kind)
			}
			all = append(all, text+" = "+value)
		}
		texts[i] = strings.Join(all, "; ")
		if strings.Count(texts[i], "\n") != strings.Count(source(s), "\n") {
			return
		}
	}
	e.replace(at(g.TokPos), at(g.TokPos)+len("const"), "")
	if g.Lparen.IsValid() {
		e.replace(at(g.Lparen), at(g.Lparen)+1, "")
		e.replace(at(g.Rparen), at(g.Rparen)+1, "")
	}
	for i, s := range g.Specs {
		e.replace(at(s.Pos()), at(s.End()), texts[i])
	}
}

// withIota returns the text of an expression with the number of its line in
// the place of iota.
func withIota(text string, x ast.Expr, n int, at func(token.Pos) int) string {
	var e edits
	from := at(x.Pos())
	ast.Inspect(x, func(node ast.Node) bool {
		if _, ok := node.(*ast.SelectorExpr); ok {
			return false
		}
		if id, ok := node.(*ast.Ident); ok && id.Name == "iota" {
			e.replace(at(id.Pos())-from, at(id.End())-from, strconv.Itoa(n))
		}
		return true
	})
	return e.apply(text)
}

// edits are changes of a text by offset.
type edits []edit

type edit struct {
	from, to int
	text     string
}

func (e *edits) insert(at int, text string) { e.replace(at, at, text) }

func (e *edits) replace(from, to int, text string) { *e = append(*e, edit{from, to, text}) }

// apply makes the changes. One inside another is left out.
func (e edits) apply(text string) string {
	slices.SortStableFunc(e, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	var b strings.Builder
	done := 0
	for _, x := range e {
		if x.from < done {
			continue
		}
		b.WriteString(text[done:x.from])
		b.WriteString(x.text)
		done = x.to
	}
	b.WriteString(text[done:])
	return b.String()
}

// Errors returns the mistakes in an error of this package.
func Errors(err error) []*Error {
	var joined interface{ Unwrap() []error }
	var all []*Error
	var e *Error
	switch {
	case errors.As(err, &joined):
		for _, err := range joined.Unwrap() {
			all = append(all, Errors(err)...)
		}
	case errors.As(err, &e):
		all = append(all, e)
	case err != nil:
		all = append(all, &Error{Line: 1, Column: 1, Message: fmt.Sprint(err)})
	}
	return all
}
