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
	// What is not complete yet may keep the rest from being understood.
	for _, t := range []string{text, text[:to]} {
		p, at := loadCell(packages, cell.Read(t), from, before, imports)
		if d, ok := p.describeAt(at); ok {
			return d, true
		}
	}
	return Description{}, false
}

// nameAt returns where the name is that an offset touches, or that of the function in
// whose call it is.
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
		switch tok {
		case token.IDENT:
			last = name{at, at + len(lit)}
			if at <= offset && offset <= at+len(lit) {
				return last.from, last.to
			}
			continue
		case token.LPAREN, token.LBRACE, token.LBRACK:
			if at < offset {
				open = append(open, last)
			}
		case token.RPAREN, token.RBRACE, token.RBRACK:
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
	d.Doc = p.doc(o)
	return d
}

// describeType writes a type as its fields that cells may use, and its methods.
func (p *Program) describeType(t *types.TypeName) string {
	var b strings.Builder
	s, ok := t.Type().Underlying().(*types.Struct)
	if !ok {
		b.WriteString(types.ObjectString(t, qualifier))
	} else {
		fmt.Fprintf(&b, "type %s struct {\n", t.Name())
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
	var group *ast.CommentGroup // of the declaration around
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
			group = n.Doc
		case *ast.TypeSpec:
			if is(n.Name) {
				take(n.Doc, group)
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				if is(id) {
					take(n.Doc, n.Comment, group)
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
