package check

import (
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/format"
	"go/parser"
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
// function in whose call the offset is.
func Describe(packages *Packages, text string, offset int, before, imports string) (Description, bool) {
	c := cell.Read(text)
	file, at, _ := c.File(min(offset, len(c.Text)), imports)
	p := Load(packages, file, before)
	if len(p.Files) == 0 {
		return Description{}, false
	}
	id := p.nameAt(at)
	if id == nil {
		return Description{}, false
	}
	o := p.object(id)
	if o == nil {
		if pkg := p.imported(id.Name); pkg != nil {
			return p.describePackage(pkg), true
		}
		return Description{}, false
	}
	if pkg, ok := o.(*types.PkgName); ok {
		return p.describePackage(pkg.Imported()), true
	}
	return p.describe(o), true
}

// object returns what an identifier stands for.
func (p *Program) object(id *ast.Ident) types.Object {
	if o := p.Info.ObjectOf(id); o != nil {
		return o
	}
	for _, f := range p.Files { // of a package that is not imported yet
		var found types.Object
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel == id {
				if x, ok := s.X.(*ast.Ident); ok {
					if pkg := p.imported(x.Name); pkg != nil {
						found = pkg.Scope().Lookup(id.Name)
					}
				}
			}
			return found == nil
		})
		if found != nil {
			return found
		}
	}
	return nil
}

// nameAt returns the identifier that an offset of the first file touches, or the name of
// the function in whose call it is.
func (p *Program) nameAt(offset int) (found *ast.Ident) {
	var call *ast.CallExpr
	ast.Inspect(p.Files[0], func(n ast.Node) bool {
		if n == nil {
			return true
		}
		from, to := p.offset(n.Pos()), p.offset(n.End())
		switch n := n.(type) {
		case *ast.Ident:
			if from <= offset && offset <= to {
				found = n
			}
		case *ast.CallExpr:
			if p.offset(n.Lparen) < offset && offset <= to {
				call = n
			}
		}
		return true
	})
	if found != nil || call == nil {
		return found
	}
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return f
	case *ast.SelectorExpr:
		return f.Sel
	}
	return nil
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
