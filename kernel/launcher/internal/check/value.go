package check

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"gomyogen/kernel/launcher/internal/cell"
)

// kernelPath is the package that shows figures and tables, valuePath the one that shows
// text.
const kernelPath, valuePath = "gomyogen/kernel", "gomyogen/kernel/value"

// showing names the functions of package kernel that show what they return, or are called
// for what they show.
var showing = []string{"Interact", "NewBars", "NewProgress"}

// showValue returns the code of a cell's program with its last expression shown,
// where it has a value and function main bears the mark of package cell.
func showValue(packages *Packages, code string) string {
	if p := load(packages, nothing{}, code, ""); p.callsUnused(packages) {
		return code
	}
	p := Load(packages, code, "")
	if len(p.Files) == 0 {
		return code
	}
	x, marked := p.lastExpression()
	if x == nil || !marked {
		return code
	}
	show, failing, own := p.shown(x)
	if !show {
		return code
	}
	from, to := p.offset(x.Pos()), p.offset(x.End())
	// Names of packages alone: a notebook may declare its own len or error.
	path, call := valuePath, "gomyogenValue.Show("
	switch {
	case own:
		path, call = kernelPath, fmt.Sprint("gomyogenValue.ShowValue(", failing, ")(")
	case failing:
		call = "gomyogenValue.ShowOrFail("
	}
	name := p.offset(p.Files[0].Name.End())
	return code[:name] + "; import gomyogenValue " + strconv.Quote(path) + code[name:from] + call + code[from:to] + ")" + code[to:]
}

// nothing has no packages.
type nothing struct{}

func (nothing) Import(path string) (*types.Package, error) {
	return nil, errors.New("not read")
}

// callsUnused reports whether the last expression of a program, loaded without packages,
// calls a function of a package of Go's own whose results are not looked at: for
// fmt.Println, what else the program imports need not be read.
func (p *Program) callsUnused(packages *Packages) bool {
	if len(p.Files) == 0 {
		return false
	}
	x, _ := p.lastExpression()
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	id, ok := f.X.(*ast.Ident)
	if !ok {
		return false
	}
	name, ok := p.Info.Uses[id].(*types.PkgName)
	if !ok || strings.Contains(name.Imported().Path(), ".") || strings.HasPrefix(name.Imported().Path(), "gomyogen/") {
		return false
	}
	pkg, err := packages.Import(name.Imported().Path())
	if err != nil {
		return false
	}
	called, ok := pkg.Scope().Lookup(f.Sel.Name).(*types.Func)
	return ok && returnsCount(called)
}

// lastExpression returns the last statement of function main, if it is an
// expression, and whether the mark stands behind it.
func (p *Program) lastExpression() (x ast.Expr, marked bool) {
	for _, d := range p.Files[0].Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "main" || f.Recv != nil || f.Body == nil || len(f.Body.List) == 0 {
			continue
		}
		s, ok := f.Body.List[len(f.Body.List)-1].(*ast.ExprStmt)
		if !ok {
			return nil, false
		}
		for _, group := range p.Files[0].Comments {
			for _, c := range group.List {
				marked = marked || c.Text == cell.ValueMark && c.Pos() > s.End() && c.Pos() < f.Body.Rbrace
			}
		}
		return s.X, marked
	}
	return nil, false
}

// shown reports whether the value of an expression is shown, whether its last part
// is the error of a call, which fails the cell, and whether package kernel shows it.
func (p *Program) shown(x ast.Expr) (show, failing, own bool) {
	t := p.Info.Types[x]
	call, is := ast.Unparen(x).(*ast.CallExpr)
	if _, receives := ast.Unparen(x).(*ast.UnaryExpr); !is && !receives {
		return true, false, t.Type != nil && p.ours(t.Type) // it must be: alone it does not compile
	}
	if t.Type == nil || t.IsVoid() || t.Type == types.Typ[types.Invalid] {
		return false, false, false
	}
	results, ok := t.Type.(*types.Tuple)
	if !ok {
		results = types.NewTuple(types.NewVar(token.NoPos, nil, "", t.Type))
	}
	if results.Len() == 0 || is && p.unused(call, results) {
		return false, false, false
	}
	for v := range results.Variables() {
		if v.Type() == types.Typ[types.Invalid] {
			return false, false, false
		}
		own = own || p.ours(v.Type())
	}
	failing = is && isError(results.At(results.Len()-1).Type()) && !p.makesError(call)
	return true, failing, own || failing && imports(p.Files[0], kernelPath)
}

// makesError reports whether a call makes an error that is a value to look at.
func (p *Program) makesError(call *ast.CallExpr) bool {
	f, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	o, ok := p.Info.Uses[f.Sel].(*types.Func)
	return ok && o.Pkg() != nil && (o.Pkg().Path() == "errors" || o.FullName() == "fmt.Errorf")
}

func isError(t types.Type) bool { return types.Identical(t, types.Universe.Lookup("error").Type()) }

// unused reports whether the results of a call are not looked at by convention.
func (p *Program) unused(call *ast.CallExpr, results *types.Tuple) bool {
	var id *ast.Ident
	switch f := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		id = f
	case *ast.SelectorExpr:
		id = f.Sel
	default:
		return false
	}
	switch f := p.Info.Uses[id].(type) {
	case *types.Builtin:
		return f.Name() == "copy" || f.Name() == "recover"
	case *types.Func:
		if f.Pkg() != nil && f.Pkg().Path() == kernelPath && slices.Contains(showing, f.Name()) {
			return true
		}
		if returnsCount(f) {
			return true
		}
		// What a call changes, returned so that the next call can follow.
		if r := f.Signature().Recv(); r != nil && results.Len() == 1 {
			_, pointer := r.Type().(*types.Pointer)
			return pointer && types.Identical(r.Type(), results.At(0).Type())
		}
	}
	return false
}

// returnsCount reports whether a function returns the number of bytes that were written, or
// of values that were read.
func returnsCount(f *types.Func) bool {
	results := f.Signature().Results()
	return results.Len() == 2 && isInteger(results.At(0).Type()) && isError(results.At(1).Type()) &&
		slices.ContainsFunc([]string{"Print", "Fprint", "Write", "Scan", "Fscan", "Sscan", "Copy", "Read"}, func(verb string) bool {
			return strings.HasPrefix(f.Name(), verb)
		})
}

func isInteger(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

// ours reports whether a value of a type may be one of this module's, which package kernel
// knows how to show. Others are shown without it: a cell links what it uses.
func (p *Program) ours(t types.Type) bool {
	switch t := types.Unalias(t).(type) {
	case *types.Pointer:
		return p.ours(t.Elem())
	case *types.Slice:
		return p.ours(t.Elem())
	case *types.Interface:
		return imports(p.Files[0], kernelPath)
	case *types.Named:
		if types.IsInterface(t) && !isError(t) && imports(p.Files[0], kernelPath) {
			return true
		}
		return t.Obj().Pkg() != nil && strings.HasPrefix(t.Obj().Pkg().Path(), "gomyogen/")
	}
	return false
}

// imports reports whether a file imports a package.
func imports(f *ast.File, path string) bool {
	for _, i := range f.Imports {
		if i.Path.Value == `"`+path+`"` {
			return true
		}
	}
	return false
}
