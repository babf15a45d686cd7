package check

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gomyogen/kernel/launcher/internal/cell"
)

// Match is a name that fits where the cursor is.
type Match struct {
	Text string
	Kind string // function, variable, type ...
	Type string
}

// cursor is the name that stands for the one that is typed.
const cursor = "gomyogenCursor"

// importLine is a line up to a place in an import path.
var importLine = regexp.MustCompile("^\\s*(?:import\\s+)?(?:[\\w.]+\\s+)?[\"`]([^\"`]*)$")

// Complete returns the names that fit at an offset in the text of a cell, and from
// where they would replace the text before it. What earlier cells declared is in
// before, their imports in imports.
func Complete(packages *Packages, text string, offset int, before, imports string) (matches []Match, from int) {
	from = offset
	for from > 0 {
		r, n := utf8.DecodeLastRuneInString(text[:from])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' {
			break
		}
		from -= n
	}
	word := text[from:offset]
	line := text[strings.LastIndexByte(text[:offset], '\n')+1 : offset]
	if m := importLine.FindStringSubmatch(line); m != nil && strings.Contains(text, "import") {
		return packages.completePath(m[1]), offset - len(m[1])
	}
	if word != "" && unicode.IsDigit(rune(word[0])) {
		return nil, offset
	}
	to := offset
	for to < len(text) {
		r, n := utf8.DecodeRuneInString(text[to:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' {
			break
		}
		to += n
	}
	for _, call := range []string{"", "()"} { // what stands behind go and defer must be a call
		p, _ := loadCell(packages, cell.Read(text[:from]+cursor+call+text[to:]), from, before, imports)
		if path := p.find(cursor); len(path) > 0 {
			return rank(word, p.fitting(path, word)), from
		}
	}
	return nil, offset
}

// loadCell finds out the types in a cell, with the packages that it does not import yet,
// and returns where an offset is in its file.
func loadCell(packages *Packages, c *cell.Cell, offset int, before, imports string) (p *Program, at int) {
	file, at, _ := c.File(offset, imports)
	p = Load(packages, file, before)
	if len(p.Files) == 0 {
		return p, at
	}
	missing := map[string]bool{}
	ast.Inspect(p.Files[0], func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && p.Info.Uses[x] == nil {
				if pkg := packages.named(x.Name); pkg != nil && !missing[pkg.Path()] {
					missing[pkg.Path()] = true
					imports += "import " + strconv.Quote(pkg.Path()) + ";"
				}
			}
		}
		return true
	})
	if len(missing) > 0 {
		file, at, _ = c.File(offset, imports)
		p = Load(packages, file, before)
	}
	return p, at
}

// find returns the nodes from a name outwards.
func (p *Program) find(name string) []ast.Node {
	var path, found []ast.Node
	for _, f := range p.Files {
		ast.Inspect(f, func(n ast.Node) bool {
			if n == nil {
				path = path[:len(path)-1]
				return true
			}
			path = append(path, n)
			if id, ok := n.(*ast.Ident); ok && id.Name == name && found == nil {
				found = slices.Clone(path)
			}
			return true
		})
	}
	slices.Reverse(found)
	return found
}

// fitting returns the names that may stand at the innermost node of a path.
func (p *Program) fitting(path []ast.Node, word string) []Match {
	if len(path) > 1 {
		if s, ok := path[1].(*ast.SelectorExpr); ok && s.Sel == path[0] {
			return p.selectable(s.X)
		}
	}
	var all []Match
	key := false
	for i, n := range path {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			continue
		}
		kv, _ := path[max(0, i-1)].(*ast.KeyValueExpr)
		if i == 1 || i == 2 && kv != nil && kv.Key == path[0] { // the name of a field
			if names, ok := p.fields(lit); ok {
				key = true
				for _, name := range names {
					all = append(all, Match{name, "field", ""})
				}
				if t := p.Info.Types[lit].Type; t != nil {
					objects := p.memberObjects(t)
					for i := range all {
						if o := objects[all[i].Text]; o != nil {
							all[i] = p.match(o)
						}
					}
				}
			}
		}
		break
	}
	pos := path[0].Pos()
	seen := map[string]bool{cursor: true, "_": true, "main": true, "gomyogenValue": true}
	for s := p.Package.Scope().Innermost(pos); s != nil; s = s.Parent() {
		for _, name := range s.Names() {
			o := s.Lookup(name)
			if local := s.Parent() != nil && s != p.Package.Scope() && s.Parent() != types.Universe; local && o.Pos() > pos && !strings.HasPrefix(name, "gomyogen") {
				if _, pkg := o.(*types.PkgName); !pkg {
					continue // it is declared later
				}
			}
			if !seen[name] && !strings.HasPrefix(name, "gomyogen") {
				seen[name] = true
				all = append(all, p.match(o))
			}
		}
	}
	if word == "" || key {
		return all
	}
	for _, name := range p.Packages.names() {
		if !seen[name] {
			seen[name] = true
			all = append(all, Match{name, "module", ""})
		}
	}
	for t := token.BREAK; t <= token.VAR; t++ {
		all = append(all, Match{t.String(), "keyword", ""})
	}
	return all
}

// selectable returns what may stand behind an expression and a dot.
func (p *Program) selectable(x ast.Expr) []Match {
	var all []Match
	if id, ok := x.(*ast.Ident); ok {
		var pkg *types.Package
		switch o := p.Info.Uses[id].(type) {
		case *types.PkgName:
			pkg = o.Imported()
		case nil:
			pkg = p.imported(id.Name)
		}
		if pkg != nil {
			for _, name := range exported(pkg) {
				all = append(all, p.match(pkg.Scope().Lookup(name)))
			}
			return all
		}
	}
	for _, o := range p.memberObjects(p.Info.Types[x].Type) {
		all = append(all, p.match(o))
	}
	return all
}

// match says what an object is.
func (p *Program) match(o types.Object) Match {
	m := Match{Text: o.Name()}
	switch o := o.(type) {
	case *types.Func:
		m.Kind = "function"
		if o.Signature().Recv() != nil {
			m.Kind = "method"
		}
	case *types.Var:
		m.Kind = "variable"
		if o.IsField() {
			m.Kind = "field"
		}
	case *types.Const:
		m.Kind = "constant"
	case *types.TypeName:
		m.Kind = "type"
		return m
	case *types.PkgName:
		m.Kind = "module"
		return m
	case *types.Builtin:
		m.Kind = "function"
		return m
	}
	if o.Type() != nil {
		m.Type = types.TypeString(o.Type(), qualifier)
	}
	return m
}

// qualifier names packages as cells do.
func qualifier(pkg *types.Package) string {
	if pkg.Path() == "main" {
		return ""
	}
	return pkg.Name()
}

// rank returns the matches that begin with a word, or else those that hold its
// letters, best first.
func rank(word string, all []Match) []Match {
	lower := strings.ToLower(word)
	type ranked struct {
		Match
		rank int
	}
	var found []ranked
	for _, m := range all {
		name := strings.ToLower(m.Text)
		rank := 9
		switch {
		case strings.HasPrefix(m.Text, word):
			rank = 0
		case strings.HasPrefix(name, lower):
			rank = 1
		case len(word) > 1 && strings.Contains(name, lower):
			rank = 2
		}
		if m.Kind == "keyword" || m.Kind == "module" {
			rank += 3
		}
		if rank <= 4 {
			found = append(found, ranked{m, rank})
		}
	}
	if slices.ContainsFunc(found, func(m ranked) bool { return m.rank%3 < 2 }) {
		found = slices.DeleteFunc(found, func(m ranked) bool { return m.rank%3 == 2 })
	}
	order := func(m Match) int { // what belongs to a value stands before what is everywhere
		if m.Kind == "field" || m.Kind == "method" {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(found, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(order(a.Match), order(b.Match)), cmp.Compare(a.Text, b.Text))
	})
	matches := make([]Match, len(found))
	for i, m := range found {
		matches[i] = m.Match
	}
	return matches
}

// completePath returns the import paths that begin with a text.
func (p *Packages) completePath(text string) []Match {
	var all []Match
	for _, path := range p.paths() {
		if strings.HasPrefix(path, text) {
			all = append(all, Match{path, "module", ""})
		}
	}
	return all
}
