// Package code finds the source code that the result of a notebook's function
// depends on: the function, every declaration of the notebook that it reaches,
// and the packages that these import. Each is a [Part] with a digest, which does
// not depend on comments, layout, the order of declarations or code that is not
// reached.
package code

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"gomyogen/kernel/env"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Part is something that a value is made from: a declaration, a package, an
// input.
type Part struct {
	Name  string `json:"name"`            // "func simulate", "package gomyogen/myogen"
	Sum   string `json:"sum"`             // digest of its content
	Shown string `json:"shown,omitempty"` // its text, if that is short
}

// RefusedError reports why the result of a function does not follow from its
// source code.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// Reached returns the parts that the function at address pc reaches, sorted by
// name. Code of the package own does not count.
//
// A function literal may use a local variable of the function around it if that
// is another argument of the same call. Any other local variable is a
// [RefusedError], and so are a method value and a top-level variable that some
// function changes: source code does not tell what they hold. Other errors are
// source that cannot be found or read.
func Reached(pc uintptr, own Package) ([]Part, error) {
	f := runtime.FuncForPC(pc)
	if f == nil {
		return nil, fmt.Errorf("the function has no name")
	}
	file, at := locate(f.FileLine(pc))
	return reached(f.Name(), file, at, own)
}

// Unchanged returns a [RefusedError] if a call was made to initialise a top-level
// variable from others that are changed after their declaration: it was given
// what these held before. pcs is the stack of the call. A later call is given
// what they hold then.
func Unchanged(pcs []uintptr, own Package) error {
	for frames := runtime.CallersFrames(pcs); ; {
		f, more := frames.Next()
		if _, name := split(f.Function); name == "init" {
			file, at := locate(f.File, f.Line)
			return unchanged(file, at, own)
		}
		if !more {
			return nil
		}
	}
}

// locate returns the file with a line of code, and the place by the name that the
// compiler knows.
func locate(file string, line int) (string, place) {
	if dir := os.Getenv(env.GoNBDir); dir != "" && !filepath.IsAbs(file) { // the compiler names lines of the cells
		return filepath.Join(dir, "main.go"), place{file, line}
	}
	return file, place{filepath.Base(file), line}
}

func unchanged(file string, at place, own Package) error {
	w, err := newWalk(file, own)
	if err != nil {
		return err
	}
	w.lean = true
	for spec := range w.top {
		from, to := w.fset.Position(spec.Pos()), w.fset.Position(spec.End())
		if v, ok := spec.(*ast.ValueSpec); ok && filepath.Base(from.Filename) == at.name && from.Line <= at.line && at.line <= to.Line {
			for _, e := range v.Values {
				if err := w.names(e); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// place is where a function literal begins.
type place struct {
	name string // of the file, or of the cell, as in Cell[3]
	line int
}

func reached(function, file string, at place, own Package) ([]Part, error) {
	_, name := split(function)
	if method, ok := strings.CutSuffix(name, "-fm"); ok {
		return nil, &RefusedError{fmt.Sprintf("%s is bound to a value that its code does not tell; use a function of its own", method)}
	}
	w, err := newWalk(file, own)
	if err != nil {
		return nil, err
	}
	if err := w.start(name, at); err != nil {
		return nil, err
	}
	w.read.save()
	slices.SortFunc(w.parts, func(a, b Part) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Sum, b.Sum)) })
	return w.parts, nil
}

// split separates "path/to/pkg.name.func1" into the package and the rest.
func split(function string) (path, name string) {
	slash := strings.LastIndex(function, "/") + 1
	dot := strings.Index(function[slash:], ".")
	if dot < 0 {
		return function, ""
	}
	return function[:slash+dot], function[slash+dot+1:]
}

// source is the parsed code of a notebook, or of a package.
type source struct {
	fset    *token.FileSet
	main    *ast.File // the file of the function
	text    map[*token.File][]byte
	decls   map[string][]*decl         // by name; the methods of a type are with it
	imports map[string]string          // name to path
	unnamed []string                   // paths imported without a name
	top     map[ast.Spec]bool          // declarations outside functions
	changed map[string]string          // top-level variables that are changed: "this cell assigns"
	calls   map[string][]methodCall    // of top-level variables
	methods map[string][]*ast.FuncDecl // by name
	locals  map[*object]string         // likewise, of local variables
	later   []goFile                   // not parsed so far
}

// object is what the parser resolves a name to. Type-checking would resolve all
// names but needs all imports; the parser misses only the keys of composite
// literals, see isField.
//
//lint:ignore SA1019 it tells local names from others, which is all that is needed
type object = ast.Object

// decl is a declaration of its own: a function or one name of a group.
type decl struct {
	kind, name string
	start, end token.Pos
	node       ast.Node
}

// parse reads the file and, outside a notebook, the others of its package.
func parse(file string) (*source, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the source cannot be read: %w", err)
	}
	files := []goFile{{file, text}}
	if os.Getenv(env.GoNBDir) == "" {
		for _, f := range goFiles(filepath.Dir(file)) {
			if f.path != file {
				files = append(files, f)
			}
		}
	}
	s := newSource()
	for _, f := range files {
		if err := s.parse(f); err != nil {
			return nil, fmt.Errorf("the source cannot be read: %w", err)
		}
	}
	return s, nil
}

func newSource() *source {
	return &source{fset: token.NewFileSet(), text: map[*token.File][]byte{}, decls: map[string][]*decl{}, imports: map[string]string{},
		top: map[ast.Spec]bool{}, changed: map[string]string{}, locals: map[*object]string{}, calls: map[string][]methodCall{}, methods: map[string][]*ast.FuncDecl{}}
}

// parse enters a file, if it is of the package of the first one.
func (s *source) parse(file goFile) error {
	f, err := parser.ParseFile(s.fset, file.path, file.text, 0)
	if err != nil {
		return err
	}
	if s.main == nil {
		s.main = f
	}
	if f.Name.Name == s.main.Name.Name {
		s.text[s.fset.File(f.Pos())] = file.text
		s.add(f)
	}
	return nil
}

// need parses those files, not parsed so far, that may declare a function, method
// or type of this name.
func (s *source) need(name string) {
	s.later = slices.DeleteFunc(s.later, func(f goFile) bool {
		if !mayDeclare(f.text, name) {
			return false
		}
		_ = s.parse(f) // else the compiler says more
		return true
	})
}

// mayDeclare reports whether name occurs in text where a declaration could name
// it: at the start of a statement, or after func, a receiver or type.
func mayDeclare(text []byte, name string) bool {
	for at := 0; ; at += len(name) {
		i := bytes.Index(text[at:], []byte(name))
		if i < 0 {
			return false
		}
		at += i
		before := bytes.TrimRight(text[:at], " \t")
		if r, _ := utf8.DecodeRune(text[at+len(name):]); r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			continue
		}
		if len(before) == 0 || bytes.IndexByte([]byte("\n\r();/"), before[len(before)-1]) >= 0 ||
			bytes.HasSuffix(before, []byte("func")) || bytes.HasSuffix(before, []byte("type")) {
			return true
		}
	}
}

// add enters the declarations of a file.
func (s *source) add(f *ast.File) {
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name, kind := d.Name.Name, "func "+d.Name.Name
			if d.Recv != nil && len(d.Recv.List) == 1 {
				name = receiver(d.Recv.List[0].Type)
				kind = "method " + name + "." + d.Name.Name
				s.methods[d.Name.Name] = append(s.methods[d.Name.Name], d)
			}
			s.enter(name, &decl{kind: kind, name: d.Name.Name, start: d.Type.Pos(), end: d.End(), node: d})
		case *ast.GenDecl:
			s.group(d)
		}
	}
	for _, i := range f.Imports {
		path := strings.Trim(i.Path.Value, `"`)
		if i.Name != nil && i.Name.Name != "." && i.Name.Name != "_" {
			s.imports[i.Name.Name] = path
		} else {
			s.unnamed = append(s.unnamed, path)
		}
	}
	for _, d := range f.Decls {
		in := "a declaration"
		if f, ok := d.(*ast.FuncDecl); ok {
			in = "the function " + f.Name.Name
		}
		if in == "the function main" {
			in = "this cell"
		}
		ast.Inspect(d, func(n ast.Node) bool { s.changes(n, in); return true })
	}
}

func (s *source) enter(name string, d *decl) {
	if name != "_" {
		s.decls[name] = append(s.decls[name], d)
	}
}

// group enters the names of a const, var or type declaration. A group of
// constants that uses iota or repeats values is one declaration.
func (s *source) group(d *ast.GenDecl) {
	if d.Tok == token.IMPORT {
		return
	}
	whole := d.Tok == token.CONST && counts(d)
	for _, spec := range d.Specs {
		s.top[spec] = true
		e := decl{start: spec.Pos(), end: spec.End(), node: spec}
		if whole {
			e.start, e.end, e.node = d.Pos(), d.End(), d
		}
		var names []*ast.Ident
		switch spec := spec.(type) {
		case *ast.ValueSpec:
			names = spec.Names
		case *ast.TypeSpec:
			names = []*ast.Ident{spec.Name}
		}
		for _, n := range names {
			e := e
			e.name, e.kind = n.Name, d.Tok.String()+" "+n.Name
			s.enter(n.Name, &e)
		}
	}
}

// counts reports whether constants use iota or repeat the line above.
func counts(d *ast.GenDecl) bool {
	found := false
	for _, spec := range d.Specs {
		if v, ok := spec.(*ast.ValueSpec); ok && len(v.Values) == 0 {
			found = true
		}
	}
	ast.Inspect(d, func(n ast.Node) bool {
		if i, ok := n.(*ast.Ident); ok && i.Name == "iota" {
			found = true
		}
		return true
	})
	return found
}

func receiver(e ast.Expr) string {
	for {
		switch t := e.(type) {
		case *ast.StarExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}

// local reports whether i is declared inside a function, as the parser found.
func (s *source) local(i *ast.Ident) bool {
	if i.Obj == nil {
		return false
	}
	switch d := i.Obj.Decl.(type) {
	case *ast.FuncDecl:
		return false
	case *ast.ValueSpec:
		return !s.top[d]
	case *ast.TypeSpec:
		return !s.top[d]
	}
	return true
}

// sum returns a digest of the tokens in [start, end), and their text if it is short.
func (s *source) sum(start, end token.Pos) (sum, text string) {
	tf := s.fset.File(start)
	src := s.text[tf][tf.Offset(start):tf.Offset(end)]
	var sc scanner.Scanner
	fset := token.NewFileSet()
	sc.Init(fset.AddFile("", fset.Base(), len(src)), src, nil, 0)
	h := sha256.New()
	var b strings.Builder
	pending := ""
	for {
		_, tok, lit := sc.Scan()
		if tok == token.EOF {
			break
		}
		if lit == "" || tok == token.SEMICOLON {
			lit = tok.String()
		}
		if closes := tok == token.RPAREN || tok == token.RBRACE || tok == token.RBRACK; pending != "" && !closes {
			fmt.Fprintf(h, "%d %s\n", len(pending), pending)
		}
		pending = ""
		if tok == token.COMMA || tok == token.SEMICOLON {
			pending = lit // before a closing bracket it is layout
		} else {
			fmt.Fprintf(h, "%d %s\n", len(lit), lit)
		}
		if b.Len() < 80 {
			b.WriteString(lit + " ")
		}
	}
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(b.String()), ";"))
	if b.Len() >= 80 {
		text = ""
	}
	return hex.EncodeToString(h.Sum(nil)), text
}
