package check

import (
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"

	"gomyogen/kernel/launcher/internal/cell"
)

// Description is what is known of a name.
type Description struct {
	Signature string // Go
	Doc       string // as written
}

// Text returns a description as plain text, Markdown as Markdown.
func (d Description) Text() string {
	if d.Doc == "" {
		return d.Signature
	}
	return d.Signature + "\n\n" + string(new(comment.Printer).Text(new(comment.Parser).Parse(d.Doc)))
}

// Markdown returns a description as Markdown. Names in it lead nowhere: where the
// packages are is not known to a browser.
func (d Description) Markdown() string {
	printer := &comment.Printer{DocLinkURL: func(*comment.DocLink) string { return "" }, HeadingID: func(*comment.Heading) string { return "" }}
	return "```go\n" + d.Signature + "\n```\n\n" + string(printer.Markdown(new(comment.Parser).Parse(d.Doc)))
}

// Describe returns what the name at an offset in the text of a cell is, or that of the
// function in whose call the offset is. What earlier cells declared is in before, their
// imports in imports.
func Describe(packages *Packages, text string, offset int, before, imports string) (Description, bool) {
	from, to := nameAt(text, offset)
	if from == to {
		return Description{}, false
	}
	if t := token.Lookup(text[from:to]); t.IsKeyword() {
		return describeKeyword(t), true
	}
	// What is not complete yet may keep the rest from being understood, and what stands
	// behind go and defer must be a call.
	for _, t := range []string{text, text[:to], text[:to] + "()"} {
		p, at := loadCell(packages, cell.Read(t), from, before, imports)
		if d, ok := p.describeAt(at); ok {
			return d, true
		}
	}
	return Description{}, false
}

// keywords says what Go's keywords are for.
var keywords = map[token.Token]string{
	token.BREAK: "Ends the innermost for, switch or select, or the one with a label: break LABEL.", token.CASE: "Begins a case of a switch or select: case 1, 2: ...",
	token.CHAN: "Is the type of a channel, by which goroutines pass values: ch := make(chan float64)", token.CONST: "Declares constants: const seed = 42",
	token.CONTINUE: "Goes on with the next round of the innermost for, or of the one with a label.", token.DEFAULT: "Begins what a switch or select does if no case applies.",
	token.DEFER: "Calls a function when the function around it ends: defer f.Close()", token.ELSE: "Begins what an if does otherwise: if x > 3 { ... } else { ... }",
	token.FALLTHROUGH: "Goes on with the next case of a switch.", token.FOR: "Is Go's loop: for i := range 10 { ... }, for i, x := range xs { ... }, for x < 3 { ... }, for { ... }",
	token.FUNC: "Declares a function: func half(x float64) float64 { return x / 2 }", token.GO: "Calls a function in a goroutine of its own: go f(x)",
	token.GOTO: "Goes on at a label.", token.IF: "Does what follows if a condition holds: if x > 3 { ... } else { ... }",
	token.IMPORT: "Imports a package: import \"math\". Cells import the packages that they name by themselves.", token.INTERFACE: "Is a type by its methods: type Model interface { Fire(t float64) bool }",
	token.MAP: "Is the type of a table of keys and values: rates := map[string]float64{\"aMN\": 12}", token.PACKAGE: "Names the package of a file. A cell needs none.",
	token.RANGE: "Goes through numbers or values: for i := range 10 { ... }, for i, x := range xs { ... }", token.RETURN: "Ends a function with its results: return x, nil",
	token.SELECT: "Waits for the first of several channels: select { case x := <-ch: ... }", token.STRUCT: "Is a type by its fields: type Pulse struct { Width float64 }",
	token.SWITCH: "Does the first case that applies: switch x { case 1: ... default: ... }", token.TYPE: "Declares a type: type Pulse struct { Width float64 }",
	token.VAR: "Declares variables, for later cells, too: var rate = 65.0",
}

func describeKeyword(t token.Token) Description { return Description{t.String(), keywords[t]} }

// nameAt returns where the name or the keyword is that an offset touches, or that of the
// function in whose call, or right behind it, the offset is.
func nameAt(text string, offset int) (from, to int) {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(text))
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	type name struct{ from, to int }
	var open []name // the names before open brackets
	last := name{}
	for {
		pos, tok, lit := s.Scan()
		at := file.Offset(pos)
		if tok == token.EOF || at > offset {
			break
		}
		if tok == token.IDENT || tok.IsKeyword() && offset <= at+len(lit) {
			last = name{at, at + len(lit)}
			if offset <= last.to {
				return last.from, last.to
			}
			continue
		}
		switch tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			if at < offset {
				open = append(open, last)
			}
		case token.RPAREN, token.RBRACE, token.RBRACK:
			if tok != token.RBRACE && at+1 == offset && len(open) > 0 && open[len(open)-1].to > 0 {
				return open[len(open)-1].from, open[len(open)-1].to
			}
			if at < offset {
				open = open[:max(0, len(open)-1)]
			}
		}
		last = name{}
	}
	for i := len(open) - 1; i >= 0; i-- {
		if open[i].to > 0 {
			return open[i].from, open[i].to
		}
	}
	return 0, 0
}

// describeAt describes the name at an offset of the first file.
func (p *Program) describeAt(offset int) (Description, bool) {
	if len(p.Files) == 0 {
		return Description{}, false
	}
	var id *ast.Ident
	ast.Inspect(p.Files[0], func(n ast.Node) bool {
		if i, ok := n.(*ast.Ident); ok && p.offset(i.Pos()) == offset {
			id = i
		}
		return true
	})
	if id == nil {
		return Description{}, false
	}
	switch o := p.Info.ObjectOf(id).(type) {
	case nil:
		if pkg := p.imported(id.Name); pkg != nil {
			return p.describePackage(pkg), true
		}
		return Description{}, false
	case *types.PkgName:
		return p.describePackage(o.Imported()), true
	default:
		return p.describe(o), true
	}
}

// maxMembers is how many fields and methods of a type are listed.
const maxMembers = 40

func (p *Program) describe(o types.Object) Description {
	d := Description{Signature: types.ObjectString(o, qualifier)}
	if v, ok := o.(*types.Var); ok && v.IsField() {
		d.Signature = "field " + v.Name() + " " + types.TypeString(v.Type(), qualifier)
	}
	if c, ok := o.(*types.Const); ok && c.Val() != nil {
		d.Signature = "const " + c.Name() + " " + types.TypeString(c.Type(), qualifier) + " = " + c.Val().String()
	}
	if t, ok := o.(*types.TypeName); ok {
		d.Signature = p.describeType(t)
	}
	if o.Pkg() == nil && o.Parent() == types.Universe {
		return p.describeBuiltin(o.Name(), d)
	}
	d.Doc = p.doc(o)
	return d
}

// describeBuiltin describes a name that is part of Go, as the toolchain documents it.
func (p *Program) describeBuiltin(name string, d Description) Description {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, filepath.Join(p.Packages.root, "src", "builtin", "builtin.go"), nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return d
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == name {
				var b strings.Builder
				if err := format.Node(&b, fset, &ast.FuncDecl{Name: n.Name, Type: n.Type}); err == nil {
					d.Signature = b.String()
				}
				d.Doc = n.Doc.Text()
			}
			return false
		case *ast.TypeSpec:
			if n.Name.Name == name {
				d.Doc = docAt(fset, f, name, fset.Position(n.Pos()).Line)
			}
		case *ast.ValueSpec:
			if n.Names[0].Name == name {
				d.Doc = docAt(fset, f, name, fset.Position(n.Pos()).Line)
			}
		}
		return true
	})
	return d
}

// describeType writes a type as its fields that cells may use, and its methods.
func (p *Program) describeType(t *types.TypeName) string {
	var b strings.Builder
	s, ok := t.Type().Underlying().(*types.Struct)
	if !ok {
		b.WriteString(types.ObjectString(t, qualifier))
	} else {
		parameters := ""
		if named, ok := t.Type().(*types.Named); ok && named.TypeParams().Len() > 0 {
			var all []string
			for one := range named.TypeParams().TypeParams() {
				all = append(all, one.Obj().Name()+" "+types.TypeString(one.Constraint(), qualifier))
			}
			parameters = "[" + strings.Join(all, ", ") + "]"
		}
		fmt.Fprintf(&b, "type %s%s struct {\n", t.Name(), parameters)
		hidden := false
		for f := range s.Fields() {
			if f.Exported() || f.Pkg() == p.Package {
				fmt.Fprintf(&b, "\t%s %s\n", f.Name(), types.TypeString(f.Type(), qualifier))
			} else {
				hidden = true
			}
		}
		if hidden {
			b.WriteString("\t// and unexported fields\n")
		}
		b.WriteString("}")
	}
	if named, ok := t.Type().(*types.Named); ok {
		n := 0
		for m := range named.Methods() {
			if n++; m.Exported() && n <= maxMembers {
				b.WriteString("\n" + types.ObjectString(m, qualifier))
			}
		}
	}
	if pretty, err := format.Source([]byte(b.String())); err == nil {
		return string(pretty)
	}
	return b.String()
}

func (p *Program) describePackage(pkg *types.Package) Description {
	d := Description{Signature: fmt.Sprintf("package %s // import %q", pkg.Name(), pkg.Path())}
	names := exported(pkg)
	if len(names) == 0 {
		return d
	}
	file := p.source(pkg.Scope().Lookup(names[0]).Pos()).Filename
	if file == "" {
		return d
	}
	files, err := os.ReadDir(file[:strings.LastIndexByte(file, '/')+1])
	if err != nil {
		return d
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file[:strings.LastIndexByte(file, '/')+1]+f.Name(), nil, parser.PackageClauseOnly|parser.ParseComments)
		if err == nil && parsed.Doc != nil && parsed.Name.Name == pkg.Name() {
			d.Doc = parsed.Doc.Text()
			return d
		}
	}
	return d
}

// source returns where an object is declared, by a file that can be read.
func (p *Program) source(pos token.Pos) token.Position {
	at := p.Packages.fset.Position(pos)
	if rest, ok := strings.CutPrefix(at.Filename, "$GOROOT"); ok {
		at.Filename = p.Packages.root + rest
	}
	return at
}

// doc returns the comment of a declaration.
func (p *Program) doc(o types.Object) string {
	fset, files := p.Packages.fset, p.Files
	at := p.source(o.Pos())
	if at.Filename != "" {
		fset = token.NewFileSet()
		f, err := parser.ParseFile(fset, at.Filename, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return ""
		}
		files = []*ast.File{f}
	}
	for _, f := range files {
		if at.Filename == "" && (o.Pos() < f.FileStart || o.Pos() > f.FileEnd) {
			continue
		}
		if text := docAt(fset, f, o.Name(), at.Line); text != "" {
			return text
		}
	}
	return ""
}

// docAt returns the comment of what is declared by a name in a line.
func docAt(fset *token.FileSet, f *ast.File, name string, line int) (text string) {
	is := func(id *ast.Ident) bool { return id.Name == name && fset.Position(id.Pos()).Line == line }
	var alone, group *ast.CommentGroup // of the declaration around, if it is of this name alone
	take := func(comments ...*ast.CommentGroup) {
		for _, c := range comments {
			if text == "" && c != nil {
				text = c.Text()
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if is(n.Name) {
				take(n.Doc)
			}
		case *ast.GenDecl:
			if alone, group = nil, n.Doc; !n.Lparen.IsValid() {
				alone = n.Doc
			}
		case *ast.TypeSpec:
			if is(n.Name) {
				take(n.Doc, group)
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				if is(id) {
					take(n.Doc, alone, n.Comment, group)
				}
			}
		case *ast.Field:
			for _, id := range n.Names {
				if is(id) {
					take(n.Doc, n.Comment)
				}
			}
		}
		return text == ""
	})
	return text
}
