package check

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What the compiler says of names that it does not know.
var (
	undefinedName   = regexp.MustCompile(`^undefined: (\w+)$`)
	undefinedMember = regexp.MustCompile(`^undefined: (\w+)\.(\w+)`)
	noMember        = regexp.MustCompile(`\.(\w+) undefined \(type (.+?) has no field or method \w+`)
	// oneOfTwo is what it says where one value is wanted of a call that gives two.
	oneOfTwo = regexp.MustCompile(`^(?:multiple-value .* \(value of type \(.+, error\)\)|assignment mismatch: 1 variable but .+ returns 2 values$)`)
	noField  = regexp.MustCompile(`^unknown field (\w+) in struct literal of type (\S+)`)
)

// Near adds to a message of the compiler, about a line and column of a file,
// names that are like one that is unknown.
func (p *Program) Near(message string, line, column int) (said string) {
	var name string
	var names []string
	switch {
	case oneOfTwo.MatchString(message):
		if call := p.fallible(message, line, column); call != "" {
			message += "; its last result is an error: kernel.Must(" + call + ") gives the value, and ends the cell if there is an error"
		}
		return message
	case undefinedName.MatchString(message):
		name = undefinedName.FindStringSubmatch(message)[1]
		if member, ok := p.selected(name, line, column); ok { // of a package that has no such name
			if pkg := p.Packages.named(name); pkg != nil {
				return p.Near("undefined: "+name+"."+member, line, column)
			}
		}
		if goes, ok := elsewhere[name]; ok {
			return message + "; " + goes
		}
		names = append(p.visible(line, column), p.Packages.names()...)
		if p.assigned(line, column) {
			defer func() {
				said += fmt.Sprintf("; %s := ... declares it for this cell, var %[1]s = ... for later cells, too", name)
			}()
		}
	case undefinedMember.MatchString(message):
		m := undefinedMember.FindStringSubmatch(message)
		name = m[2]
		if pkg := p.imported(m[1]); pkg != nil {
			names = exported(pkg)
		}
		if short := abbreviations(name, names); len(Nearest(name, names)) == 0 && len(short) > 0 {
			return message + "; did you mean " + strings.Join(short, " or ") + "?"
		}
	case noMember.MatchString(message):
		name = noMember.FindStringSubmatch(message)[1]
		if s, ok := p.at(line, column).(*ast.SelectorExpr); ok {
			t := p.Info.Types[s.X].Type
			names = p.members(t)
			if kind := p.hides(s.X, name); kind != "" {
				return fmt.Sprintf("%s; %s is %s of the notebook here, which hides the package %[2]s: rename it where a cell declares it, and %%rm %[2]s forgets it", message, types.ExprString(s.X), kind)
			}
			if _, slice := underlying(t).(*types.Slice); slice && name == "append" {
				x := types.ExprString(s.X)
				return message + "; a slice grows with " + x + " = append(" + x + ", ...)"
			}
		}
		if few(name, names) && !strings.Contains(message, "but does have") {
			return message + "; it has " + strings.Join(names, ", ")
		}
	case noField.MatchString(message):
		name = noField.FindStringSubmatch(message)[1]
		for _, f := range p.Files {
			ast.Inspect(f, func(n ast.Node) bool {
				if lit, ok := n.(*ast.CompositeLit); ok && p.holds(lit, line) {
					if s, ok := p.fields(lit); ok && slices.ContainsFunc(lit.Elts, func(e ast.Expr) bool {
						kv, ok := e.(*ast.KeyValueExpr)
						return ok && p.Packages.fset.Position(kv.Pos()).Line == line
					}) {
						names = s
					}
				}
				return true
			})
		}
		if few(name, names) && !strings.Contains(message, "but does have") {
			return message + "; it has " + strings.Join(names, ", ")
		}
	}
	near := Nearest(name, names)
	if len(near) == 0 || strings.Contains(message, "but does have") || strings.Contains(message, "but have") {
		return message
	}
	return message + "; did you mean " + strings.Join(near, " or ") + "?"
}

// hides says what a name is that hides a package which has a member, or nothing.
func (p *Program) hides(x ast.Expr, member string) string {
	name, ok := x.(*ast.Ident)
	if !ok {
		return ""
	}
	o := p.Info.Uses[name]
	if o == nil || o.Parent() != p.Package.Scope() {
		return ""
	}
	pkg := p.Packages.named(name.Name)
	if pkg == nil || pkg.Scope().Lookup(member) == nil || !token.IsExported(member) {
		return ""
	}
	switch o.(type) {
	case *types.Const:
		return "a constant"
	case *types.Var:
		return "a variable"
	case *types.Func:
		return "a function"
	}
	return ""
}

// elsewhere are names of other languages, and how Go says it.
var elsewhere = map[string]string{
	"None": "Go's word is nil", "null": "Go's word is nil", "NULL": "Go's word is nil",
	"True": "Go's word is true", "False": "Go's word is false",
	"self": "a method of Go names what it is called on: func (t T) f()", "this": "a method of Go names what it is called on: func (t T) f()",
	"try":   "Go has no exceptions: a function returns an error, and kernel.Must(f()) ends the cell if there is one",
	"raise": "Go has no exceptions: a function returns an error, and kernel.Check(err) ends the cell with it",
	"input": "fmt.Scanln(&x) reads a line", "help": "Shift-Tab behind a name, or the name and a question mark, as in fmt.Println?, shows what it is",
	"str": "fmt.Sprint(x) makes a text of a value", "list": "a list is a slice: []float64{1, 2, 3}",
	"dict": "it is a map: map[string]float64{\"a\": 1}", "sum": "add in a loop: for _, x := range xs { total += x }", "abs": "it is math.Abs(x)",
	"sqrt": "it is math.Sqrt(x)", "sorted": "it is slices.Sort(xs)", "float": "it is float64(x)", "printf": "it is fmt.Printf",
	"console": "Go prints with fmt.Println(...)", "exit": "it is os.Exit(0)", "quit": "it is os.Exit(0)",
}

// few reports whether no name is near one, and there are so few that all can be said.
func few(name string, names []string) bool {
	return len(Nearest(name, names)) == 0 && len(names) > 0 && len(names) <= 12
}

// abbreviations returns the names of up to three letters that abbreviate one, or, if
// there are such, those with its last letter: Ms of Milliseconds.
func abbreviations(name string, names []string) []string {
	var all, whole []string
	for _, n := range names {
		rest := strings.ToLower(name)
		if len(n) > 3 || len(name) < 4 || !strings.HasPrefix(rest, strings.ToLower(n[:1])) {
			continue
		}
		short := true
		for _, letter := range strings.ToLower(n) {
			i := strings.IndexRune(rest, letter)
			if short = short && i >= 0; !short {
				break
			}
			rest = rest[i+1:]
		}
		if short {
			all = append(all, n)
		}
		if short && strings.HasSuffix(strings.ToLower(name), strings.ToLower(n[len(n)-1:])) {
			whole = append(whole, n)
		}
	}
	if len(whole) > 0 {
		all = whole
	}
	return all[:min(3, len(all))]
}

// assigned reports whether a name at a place is assigned to.
func (p *Program) assigned(line, column int) (is bool) {
	for _, f := range p.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.AssignStmt); ok && s.Tok == token.ASSIGN {
				for _, l := range s.Lhs {
					at := p.Packages.fset.Position(l.Pos())
					_, name := l.(*ast.Ident)
					is = is || name && at.Line == line && at.Column == column
				}
			}
			return !is
		})
	}
	return is
}

// underlying returns what a type is made of; nil for none.
func underlying(t types.Type) types.Type {
	if t == nil {
		return nil
	}
	return t.Underlying()
}

// fallible returns the call that a message is about, if it gives a value and an
// error, or "": that at the column, and of several there the one that is named.
// Some messages are about the left side of an assignment; then it is the only
// such call in the line.
func (p *Program) fallible(message string, line, column int) string {
	var here, named, all []string
	for _, f := range p.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			at := p.Packages.fset.Position(call.Pos())
			results, ok := p.Info.Types[call].Type.(*types.Tuple)
			if !ok || at.Line != line || results.Len() != 2 || !types.Identical(results.At(1).Type(), types.Universe.Lookup("error").Type()) {
				return true
			}
			text := types.ExprString(call)
			all = append(all, text)
			if at.Column == column {
				here = append(here, text)
			}
			if strings.Contains(message, " "+text+" ") {
				named = append(named, text)
			}
			return true
		})
	}
	switch {
	case len(named) > 0:
		return named[0]
	case len(here) > 0:
		return here[0]
	case len(all) == 1:
		return all[0]
	}
	return ""
}

// Nearest returns up to three names that are like one.
func Nearest(name string, names []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	var all []candidate
	for _, n := range slices.Compact(slices.Sorted(slices.Values(names))) {
		if n == name || n == "_" {
			continue
		}
		d := distance(strings.ToLower(n), strings.ToLower(name))
		if d <= max(1, (max(len(name), len(n))+1)/3) || len(name) > 3 && strings.HasPrefix(strings.ToLower(n), strings.ToLower(name)) {
			all = append(all, candidate{n, d})
		}
	}
	alike := func(c candidate) int { // letters at the beginning
		n := 0
		for n < min(len(c.name), len(name)) && c.name[n] == name[n] {
			n++
		}
		return n
	}
	slices.SortStableFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(alike(b), alike(a)))
	})
	var near []string
	for _, c := range all[:min(3, len(all))] {
		near = append(near, c.name)
	}
	return near
}

// distance returns how many letters must be changed, added, left out or swapped with
// the next to make b of a (Damerau and Levenshtein's, restricted).
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

// visible returns the names that are known at a place.
func (p *Program) visible(line, column int) []string {
	var all []string
	pos := token.NoPos
	if n := p.at(line, column); n != nil {
		pos = n.Pos()
	}
	for s := p.Package.Scope().Innermost(pos); s != nil; s = s.Parent() {
		all = append(all, s.Names()...)
	}
	if pos == token.NoPos {
		all = append(p.Package.Scope().Names(), types.Universe.Names()...)
	}
	return all
}

// selected returns the name behind a name and a dot at a place.
func (p *Program) selected(name string, line, column int) (member string, ok bool) {
	for _, f := range p.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			if s, is := n.(*ast.SelectorExpr); is {
				x, is := s.X.(*ast.Ident)
				if is && x.Name == name && p.Packages.fset.Position(x.Pos()).Line == line && p.Packages.fset.Position(x.Pos()).Column == column {
					member, ok = s.Sel.Name, true
				}
			}
			return !ok
		})
	}
	return member, ok
}

// imported returns the package that goes by a name in the files, or, where none
// does, the one that an import would be added for.
func (p *Program) imported(name string) *types.Package {
	for _, f := range p.Files {
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				continue
			}
			pkg, err := p.Packages.Import(path)
			if err == nil && (i.Name != nil && i.Name.Name == name || i.Name == nil && pkg.Name() == name) {
				return pkg
			}
		}
	}
	return p.Packages.named(name)
}

// at returns the innermost selector or identifier at a place in the first file.
func (p *Program) at(line, column int) (found ast.Node) {
	for _, f := range p.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if at := p.Packages.fset.Position(n.Sel.Pos()); at.Line == line && at.Column == column {
					found = n
					return false
				}
			case *ast.Ident:
				if at := p.Packages.fset.Position(n.Pos()); at.Line == line && at.Column == column {
					found = n
				}
			}
			return true
		})
	}
	return found
}

// holds reports whether a line is in a node.
func (p *Program) holds(n ast.Node, line int) bool {
	return p.Packages.fset.Position(n.Pos()).Line <= line && line <= p.Packages.fset.Position(n.End()).Line
}

// fields returns the names of the fields of a literal of a struct.
func (p *Program) fields(lit *ast.CompositeLit) ([]string, bool) {
	t := p.Info.Types[lit].Type
	if t == nil {
		return nil, false
	}
	if pointer, ok := t.Underlying().(*types.Pointer); ok {
		t = pointer.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return nil, false
	}
	var all []string
	for f := range s.Fields() {
		if f.Exported() || f.Pkg() == p.Package {
			all = append(all, f.Name())
		}
	}
	return all, true
}

// members returns the names of a type's fields and methods that a cell may use.
func (p *Program) members(t types.Type) []string {
	return slices.Sorted(maps.Keys(p.memberObjects(t)))
}

// memberObjects returns a type's fields and methods, with those of the structs in it.
func (p *Program) memberObjects(t types.Type) map[string]types.Object {
	all := map[string]types.Object{}
	if t == nil {
		return all
	}
	may := func(o types.Object) bool { return o.Exported() || o.Pkg() == p.Package }
	receiver := t
	if _, pointer := t.Underlying().(*types.Pointer); !pointer && !types.IsInterface(t) {
		receiver = types.NewPointer(t)
	}
	for m := range types.NewMethodSet(receiver).Methods() {
		if may(m.Obj()) {
			all[m.Obj().Name()] = m.Obj()
		}
	}
	var add func(t types.Type, depth int)
	add = func(t types.Type, depth int) {
		if pointer, ok := t.Underlying().(*types.Pointer); ok {
			t = pointer.Elem()
		}
		s, ok := t.Underlying().(*types.Struct)
		if !ok || depth > 4 {
			return
		}
		for f := range s.Fields() {
			if may(f) && all[f.Name()] == nil {
				all[f.Name()] = f
			}
			if f.Embedded() {
				add(f.Type(), depth+1)
			}
		}
	}
	add(t, 0)
	return all
}

// exported returns the exported names of a package.
func exported(pkg *types.Package) []string {
	var all []string
	for _, n := range pkg.Scope().Names() {
		if token.IsExported(n) {
			all = append(all, n)
		}
	}
	return all
}
