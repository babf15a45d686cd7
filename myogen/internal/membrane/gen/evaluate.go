package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"reflect"
)

// The evaluator runs a kernel with nodes in place of numbers: calls are
// entered, loops run through, integers are known. What is left is the graph of one
// step. It knows the Go that the kernels are written in and says where it
// finds something else.

// A value is a *node (a number), an int64, a bool, a comparison of numbers, or
// an *aggregate.
type value any

// aggregate is a struct, an array or a pointer to one of them.
type aggregate struct{ parts []value }

func clone(v value) value {
	a, ok := v.(*aggregate)
	if !ok {
		return v
	}
	c := &aggregate{parts: make([]value, len(a.parts))}
	for i, p := range a.parts {
		c.parts[i] = clone(p)
	}
	return c
}

// comparison is a condition on numbers.
type comparison struct {
	op   token.Token
	a, b *node
}

// evaluator holds the graph that is being made.
type evaluator struct {
	*source
	*graph
	functions map[string]function
}

// frame is a call that runs.
type frame struct {
	*evaluator
	vars map[types.Object]value
}

// mistake is what the evaluator panics with; step recovers it.
type mistake struct{ error }

func (e *evaluator) fail(at ast.Node, format string, args ...any) {
	panic(mistake{fmt.Errorf("%v: %s", e.fset.Position(at.Pos()), fmt.Sprintf(format, args...))})
}

// step returns the graph of the two halves of a step of a type, for quiet cells
// if wanted: those in which what usually is 0 is. It does not look into functions.
func (s *source) step(name string, quiet bool, functions map[string]function) (g *graph, err error) {
	defer func() {
		r := recover()
		if m, ok := r.(mistake); ok {
			err = m.error
		} else if r != nil {
			panic(r)
		}
	}()
	e := &evaluator{source: s, graph: newGraph(), functions: functions}
	o := s.pkg.Scope().Lookup(name)
	if o == nil {
		return nil, fmt.Errorf("there is no type %s", name)
	}
	for part, method := range halves {
		decl, err := s.method(o.Type(), method)
		if err != nil {
			return nil, err
		}
		slots := 0
		cell := e.zero(o.Type(), "", func(tag reflect.StructTag) value {
			slots++
			if quiet && tag.Get("usually") == "0" {
				return e.constant(0)
			}
			return e.slot(part, slots-1)
		})
		before := clone(cell)
		out := e.enter(decl, cell, nil)
		slots = 0
		e.storeChanged(part, cell, before, &slots)
		if part == partPotentials {
			above, ok := out[0].(comparison)
			if !ok || above.op != token.GTR {
				e.fail(decl, "%s does not return a > b", method)
			}
			e.result = &node{op: opCompare, n: greaterThan, args: []*node{above.a, above.b}}
		}
	}
	return e.graph, nil
}

// storeChanged stores the slots that a half step has changed.
func (e *evaluator) storeChanged(part int, v, before value, slot *int) {
	if a, ok := v.(*aggregate); ok {
		for i, p := range a.parts {
			e.storeChanged(part, p, before.(*aggregate).parts[i], slot)
		}
		return
	}
	if n := v.(*node); n != before.(*node) {
		e.stores = append(e.stores, &node{op: opStore, part: part, n: *slot, args: []*node{n}})
	}
	*slot++
}

// zero makes a value of a type; number makes its numbers from the tag of the
// field that they are in.
func (e *evaluator) zero(t types.Type, tag reflect.StructTag, number func(tag reflect.StructTag) value) value {
	a := &aggregate{}
	switch t := t.Underlying().(type) {
	case *types.Struct:
		for i := range t.NumFields() {
			inner := tag
			if own := reflect.StructTag(t.Tag(i)); own != "" {
				inner = own
			}
			a.parts = append(a.parts, e.zero(t.Field(i).Type(), inner, number))
		}
	case *types.Array:
		for range t.Len() {
			a.parts = append(a.parts, e.zero(t.Elem(), tag, number))
		}
	default:
		return number(tag)
	}
	return a
}

func (e *evaluator) zeroOf(t types.Type) value {
	return e.zero(t, "", func(reflect.StructTag) value { return e.constant(0) })
}

// enter runs a function.
func (e *evaluator) enter(decl *ast.FuncDecl, receiver value, args []value) []value {
	f := &frame{evaluator: e, vars: map[types.Object]value{}}
	if decl.Recv != nil {
		for _, name := range decl.Recv.List[0].Names {
			f.vars[e.info.Defs[name]] = receiver
		}
	}
	for _, field := range decl.Type.Params.List {
		for _, name := range field.Names {
			f.vars[e.info.Defs[name]] = args[0]
			args = args[1:]
		}
	}
	out, _ := f.block(decl.Body.List)
	return out
}

// block runs statements until one returns.
func (f *frame) block(list []ast.Stmt) (out []value, returned bool) {
	for _, s := range list {
		if out, returned = f.statement(s); returned {
			return out, true
		}
	}
	return nil, false
}

func (f *frame) statement(s ast.Stmt) (out []value, returned bool) {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		for _, r := range s.Results {
			out = append(out, clone(f.expr(r)))
		}
		return out, true
	case *ast.ExprStmt:
		f.call(s.X.(*ast.CallExpr))
	case *ast.AssignStmt:
		f.assignment(s)
	case *ast.IncDecStmt:
		n := f.integer(s.X)
		if s.Tok == token.INC {
			f.set(s.X, n+1)
		} else {
			f.set(s.X, n-1)
		}
	case *ast.DeclStmt:
		for _, spec := range s.Decl.(*ast.GenDecl).Specs {
			if v, ok := spec.(*ast.ValueSpec); ok && len(v.Values) == 0 {
				for _, name := range v.Names {
					f.vars[f.info.Defs[name]] = f.zeroOf(f.info.Defs[name].Type())
				}
			}
		}
	case *ast.BlockStmt:
		return f.block(s.List)
	case *ast.IfStmt:
		return f.branch(s)
	case *ast.ForStmt:
		f.statement(s.Init)
		for f.condition(s.Cond) {
			if out, returned = f.block(s.Body.List); returned {
				return out, true
			}
			f.statement(s.Post)
		}
	case *ast.RangeStmt:
		n := 0
		if a, ok := f.expr(s.X).(*aggregate); ok {
			n = len(a.parts)
		} else {
			n = int(f.integer(s.X))
		}
		for i := range n {
			f.vars[f.info.Defs[s.Key.(*ast.Ident)]] = int64(i)
			if out, returned = f.block(s.Body.List); returned {
				return out, true
			}
		}
	default:
		f.fail(s, "a kernel cannot have this statement (%T)", s)
	}
	return nil, false
}

// branch runs one side of an if. Its condition must be known, or rare.
func (f *frame) branch(s *ast.IfStmt) ([]value, bool) {
	if s.Init != nil {
		f.statement(s.Init)
	}
	if f.condition(s.Cond) {
		return f.block(s.Body.List)
	}
	if s.Else != nil {
		return f.statement(s.Else)
	}
	return nil, false
}

// condition returns a known condition. A rare one is taken not to hold, which
// is checked in every lane; what may be absent is there unless it is known to be 0.
func (f *frame) condition(x ast.Expr) bool {
	if call, ok := x.(*ast.CallExpr); ok && f.name(call) == "absent" {
		return f.expr(call.Args[0]).(*node).is(0) && f.expr(call.Args[1]).(*node).is(0)
	}
	if call, ok := x.(*ast.CallExpr); ok && f.name(call) == "rare" {
		c, ok := f.expr(call.Args[0]).(comparison)
		switch {
		case ok && (c.op == token.LSS || c.op == token.LEQ):
			// x < y is checked as x > y: the reference code may take more than it must.
			f.check(greaterThan, c.a, c.b)
			return false
		default:
			f.fail(x, "rare takes a < b or a <= b")
		}
	}
	known, ok := f.expr(x).(bool)
	if !ok {
		f.fail(x, "the condition depends on numbers; see rare")
	}
	return known
}

func (f *frame) assignment(s *ast.AssignStmt) {
	var values []value
	if len(s.Rhs) == 1 && len(s.Lhs) > 1 {
		values = f.call(s.Rhs[0].(*ast.CallExpr))
	} else {
		for _, x := range s.Rhs {
			v := f.expr(x)
			if _, pointer := f.info.Types[x].Type.Underlying().(*types.Pointer); !pointer {
				v = clone(v)
			}
			values = append(values, v)
		}
	}
	for i, to := range s.Lhs {
		switch s.Tok {
		case token.ASSIGN:
			f.set(to, values[i])
		case token.DEFINE:
			id := to.(*ast.Ident)
			if o := f.info.Defs[id]; o != nil {
				f.vars[o] = values[i]
			} else if id.Name != "_" {
				f.vars[f.info.Uses[id]] = values[i]
			}
		case token.ADD_ASSIGN:
			f.set(to, f.arithmetic(s, token.ADD, f.expr(to), values[i]))
		case token.SUB_ASSIGN:
			f.set(to, f.arithmetic(s, token.SUB, f.expr(to), values[i]))
		default:
			f.fail(s, "a kernel cannot have %v", s.Tok)
		}
	}
}

// set puts a value into a variable, a field or an element.
func (f *frame) set(to ast.Expr, v value) {
	switch to := to.(type) {
	case *ast.Ident:
		if to.Name != "_" {
			f.vars[f.info.Uses[to]] = v
		}
	case *ast.SelectorExpr:
		a, i := f.field(to)
		a.parts[i] = v
	case *ast.IndexExpr:
		f.expr(to.X).(*aggregate).parts[f.integer(to.Index)] = v
	default:
		f.fail(to, "a kernel cannot assign to %T", to)
	}
}

// field returns the struct that a selector leads to, through embedded ones,
// and the index in it.
func (f *frame) field(x *ast.SelectorExpr) (*aggregate, int) {
	s := f.info.Selections[x]
	if s == nil {
		f.fail(x, "unknown field %s", x.Sel.Name)
	}
	a := f.expr(x.X).(*aggregate)
	path := s.Index()
	for _, i := range path[:len(path)-1] {
		a = a.parts[i].(*aggregate)
	}
	return a, path[len(path)-1]
}

func (f *frame) integer(x ast.Expr) int64 {
	n, ok := f.expr(x).(int64)
	if !ok {
		f.fail(x, "not a known integer")
	}
	return n
}

func (f *frame) expr(x ast.Expr) value {
	if tv := f.info.Types[x]; tv.Value != nil {
		return f.known(x, tv)
	}
	switch x := x.(type) {
	case *ast.ParenExpr:
		return f.expr(x.X)
	case *ast.Ident:
		v, ok := f.vars[f.info.Uses[x]]
		if !ok {
			f.fail(x, "unknown %s", x.Name)
		}
		return v
	case *ast.SelectorExpr:
		a, i := f.field(x)
		return a.parts[i]
	case *ast.IndexExpr:
		return f.expr(x.X).(*aggregate).parts[f.integer(x.Index)]
	case *ast.StarExpr:
		return f.expr(x.X)
	case *ast.UnaryExpr:
		v := f.expr(x.X)
		switch x.Op {
		case token.SUB:
			return f.neg(v.(*node))
		case token.AND:
			return v
		}
	case *ast.BinaryExpr:
		return f.arithmetic(x, x.Op, f.expr(x.X), f.expr(x.Y))
	case *ast.CallExpr:
		return f.call(x)[0]
	case *ast.CompositeLit:
		return f.literal(x)
	}
	f.fail(x, "a kernel cannot have this expression (%T)", x)
	return nil
}

// known returns a constant: as Go has it, exact until it becomes a float64.
func (f *frame) known(x ast.Expr, tv types.TypeAndValue) value {
	b, ok := tv.Type.Underlying().(*types.Basic)
	switch {
	case ok && b.Info()&types.IsFloat != 0:
		n, _ := constant.Float64Val(constant.ToFloat(tv.Value))
		return f.constant(n)
	case ok && b.Info()&types.IsInteger != 0:
		n, _ := constant.Int64Val(tv.Value)
		return n
	case ok && b.Info()&types.IsBoolean != 0:
		return constant.BoolVal(tv.Value)
	}
	f.fail(x, "a kernel cannot have this constant")
	return nil
}

func (f *frame) literal(x *ast.CompositeLit) value {
	t := f.info.Types[x].Type
	v := f.zeroOf(t).(*aggregate)
	for i, e := range x.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			s := t.Underlying().(*types.Struct)
			for j := range s.NumFields() {
				if s.Field(j).Name() == kv.Key.(*ast.Ident).Name {
					v.parts[j] = clone(f.expr(kv.Value))
				}
			}
			continue
		}
		v.parts[i] = clone(f.expr(e))
	}
	return v
}

func (f *frame) arithmetic(at ast.Node, op token.Token, a, b value) value {
	if x, ok := a.(int64); ok {
		return integers(op, x, b.(int64))
	}
	x, y := a.(*node), b.(*node)
	switch op {
	case token.ADD:
		return f.sum(x, y)
	case token.SUB:
		return f.difference(x, y)
	case token.MUL:
		return f.product(x, y)
	case token.QUO:
		return f.quotient(x, y)
	case token.LSS, token.LEQ, token.GTR:
		return comparison{op, x, y}
	}
	f.fail(at, "a kernel cannot have %v", op)
	return nil
}

func integers(op token.Token, a, b int64) value {
	x, y := constant.MakeInt64(a), constant.MakeInt64(b)
	switch op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return constant.Compare(x, op, y)
	case token.QUO:
		op = token.QUO_ASSIGN // of integers
	}
	n, _ := constant.Int64Val(constant.BinaryOp(x, op, y))
	return n
}

// name returns how the table of functions names what is called.
func (f *frame) name(call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		if id, ok := fun.X.(*ast.Ident); ok {
			return id.Name + "." + fun.Sel.Name
		}
	}
	return ""
}

func (f *frame) call(call *ast.CallExpr) []value {
	if tv := f.info.Types[call.Fun]; tv.IsType() { // a conversion
		return []value{f.expr(call.Args[0])}
	}
	name := f.name(call)
	build := f.functions[name]
	var args []value
	for _, a := range call.Args {
		v := f.expr(a)
		if _, pointer := f.info.Types[a].Type.Underlying().(*types.Pointer); !pointer {
			v = clone(v)
		}
		args = append(args, v)
	}
	if build != nil {
		nodes := make([]*node, len(args))
		for i, a := range args {
			nodes[i] = a.(*node)
		}
		return []value{build(f.graph, nodes)}
	}
	var callee *types.Func
	var receiver value
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		callee, _ = f.info.Uses[fun].(*types.Func)
	case *ast.SelectorExpr:
		if s := f.info.Selections[fun]; s != nil {
			callee, _ = s.Obj().(*types.Func)
			receiver = f.expr(fun.X)
			if _, pointer := callee.Signature().Recv().Type().(*types.Pointer); !pointer {
				receiver = clone(receiver)
			}
		}
	}
	decl := f.funcs[callee]
	if decl == nil {
		f.fail(call, "unknown function %s", name)
	}
	return f.enter(decl, receiver, args)
}
