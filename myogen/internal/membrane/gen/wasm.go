package main

// WebAssembly computes two cells at a time. Every result is a local variable, for
// which the engine finds registers; constants are globals. A slot is read where it is
// used: kept, it would be written to the stack. A function advances the eight cells of
// a block in a loop, and returns where a check fails before anything of that pair has
// changed: all checks lead to one branch, since engines move arithmetic behind a branch
// but not what is read before it. Divisions stay: of two numbers they cost little.
//
// relaxed_madd may be fused or not, as the engine likes; whoever loads the module
// that has it must have tried. The other module has no fused operations (emulate.go).

// wasmWindow and wasmWidth are those of schedule.
const wasmWindow, wasmWidth = 100, 2

// wasmForms are the modules.
var wasmForms = []struct {
	name    string
	relaxed bool
}{{"relaxed", true}, {"plain", false}}

// wasmGraph returns the graph of a step for one of the modules.
func (s *source) wasmGraph(cell, variant string, relaxed bool) (*graph, error) {
	if relaxed {
		return s.step(cell, variant == "Quiet", functions)
	}
	g, err := s.step(cell, variant == "Quiet", plainFunctions)
	if err != nil {
		return nil, err
	}
	return emulate(g), nil
}

// modules returns the files with the WebAssembly of the cells, by name.
func (s *source) modules(cells []string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, form := range wasmForms {
		var m module
		if !form.relaxed {
			for _, f := range functionsAnew {
				m.add("", m.function(f))
			}
		}
		for _, cell := range cells {
			for _, variant := range variants {
				g, err := s.wasmGraph(cell, variant, form.relaxed)
				if err != nil {
					return nil, err
				}
				m.add(cell+variant, m.kernel(g))
			}
		}
		if form.relaxed {
			m.add("fused", wasmProbe())
		}
		files[form.name+".wasm"] = m.encode()
	}
	return files, nil
}

// wasmProbe is the body of a function that reports whether relaxed_madd is fused. At
// the first pointer stand a = 1 + 2^-30, twice, and -(a*a), rounded, twice: fused, the
// sum a*a - (a*a) is 2^-60 and not 0.
func wasmProbe() []byte {
	var c code
	for _, offset := range []int{0, 0, 16} {
		c.get(wasmPotentials)
		c.memory(wasmLoad, offset)
	}
	c.vector(wasmMadd)
	c.float(0x1p-60)
	c.vector(wasmEqual)
	c.vector(wasmAllTrue)
	c.op(wasmEnd)
	return append([]byte{0}, c.bytes...)
}

// Locals of type i32: the parameters, and then.
const (
	wasmPotentials = iota
	wasmGates
	wasmTables
	wasmPair         // that is computed: 0, 2, 4, 6
	wasmAbove        // the result
	wasmVectorLocals // from here on
)

// wasmStep is the function of a step that is being written.
type wasmStep struct {
	code
	module *module
	tables int // the local with the pointer to the tables
	locals map[*node]int
	count  int
	used   map[*node]bool
	checks int // the local with the checks so far
}

// kernel returns the body of the function of a step.
func (m *module) kernel(g *graph) []byte {
	program := schedule(g.arrange(), wasmWindow, wasmWidth)
	w := &wasmStep{module: m, tables: wasmTables, used: map[*node]bool{}, count: wasmVectorLocals}
	for _, n := range program {
		for _, a := range n.args {
			w.used[a] = true
		}
	}
	w.loop(program)
	w.get(wasmAbove)
	w.op(wasmEnd)
	head := append(unsigned([]byte{2}, wasmVectorLocals-3), typeI32)
	head = append(unsigned(head, w.count-wasmVectorLocals), typeVector)
	return append(head, w.bytes...)
}

// function returns the body of a function that computes f without fused operations.
func (m *module) function(f func(*graph, *node) *node) []byte {
	const x, tables, locals = 0, 1, 2
	g := newGraph()
	argument := g.slot(partPotentials, 0)
	last := f(g, argument)
	g.stores = []*node{{op: opStore, args: []*node{last}}}
	g.result = &node{op: opCompare, args: []*node{argument, argument}}
	g.checks = nil // whoever calls it has checked
	g = emulate(g)
	argument, last = g.slot(partPotentials, 0), g.stores[0].args[0]
	w := &wasmStep{module: m, tables: tables, count: locals, locals: map[*node]int{argument: x}, used: map[*node]bool{}}
	var program []*node
	var visit func(n *node)
	visit = func(n *node) {
		if !w.used[n] {
			w.used[n] = true
			for _, a := range n.args {
				visit(a)
			}
			if !n.inMemory() {
				program = append(program, n)
			}
		}
	}
	visit(last)
	for _, n := range program {
		w.emit(n)
	}
	w.push(last)
	w.op(wasmEnd)
	return append(append(unsigned([]byte{1}, w.count-locals), typeVector), w.bytes...)
}

// loop computes a program for each pair of cells. It leaves the pointers where they
// were.
func (w *wasmStep) loop(program []*node) {
	const pairs = 4
	w.locals = map[*node]int{}
	w.integer(0)
	w.set(wasmPair)
	w.op(wasmLoop, wasmVoid)
	for _, n := range program {
		if w.used[n] || n.op >= opCheck {
			w.emit(n)
		}
	}
	for _, pointer := range []int{wasmPotentials, wasmGates} {
		w.get(pointer)
		w.integer(16)
		w.op(wasmI32Add)
		w.set(pointer)
	}
	w.get(wasmPair)
	w.integer(2)
	w.op(wasmI32Add)
	w.set(wasmPair)
	w.get(wasmPair)
	w.integer(2 * pairs)
	w.op(wasmI32Lt)
	w.op(wasmBranchIf, 0)
	w.op(wasmEnd)
	for _, pointer := range []int{wasmPotentials, wasmGates} {
		w.get(pointer)
		w.integer(-16 * pairs)
		w.op(wasmI32Add)
		w.set(pointer)
	}
}

var wasmOperators = map[op]int{
	opAdd: wasmAdd, opSub: wasmSub, opMul: wasmMul, opDiv: wasmDiv, opMin: wasmPseudoMin, opMax: wasmPseudoMax,
	opNeg: wasmNeg, opAbs: wasmAbs, opTruncate: wasmTruncate, opAnd: wasmAnd, opAddInt: wasmAddInt, opSubInt: wasmSubInt,
}

var wasmComparisons = map[int]int{lessThan: wasmLess, greaterOrEqual: wasmNotLess, greaterThan: wasmGreater}

func (w *wasmStep) emit(n *node) {
	switch n.op {
	case opAdd, opSub, opMul, opDiv, opMin, opMax, opNeg, opAbs, opTruncate, opAnd, opAddInt, opSubInt:
		for _, a := range n.args {
			w.push(a)
		}
		w.vector(wasmOperators[n.op])
		w.pop(n)
	case opShl, opShr:
		w.push(n.args[0])
		w.integer(n.n)
		w.vector(map[op]int{opShl: wasmShl, opShr: wasmShr}[n.op])
		w.pop(n)
	case opFMA:
		for _, a := range n.args {
			w.push(a)
		}
		if n.negAddend {
			w.vector(wasmNeg)
		}
		w.vector(map[bool]int{false: wasmMadd, true: wasmNmadd}[n.negProduct])
		w.pop(n)
	case opSame, opBoth:
		w.push(n.args[0])
		w.push(n.args[1])
		w.vector(map[op]int{opSame: wasmEqual, opBoth: wasmAnd}[n.op])
		w.pop(n)
	case opAttempt:
		w.push(n.args[0])
		w.pop(n)
		w.push(n.args[1])
		w.vector(wasmAllTrue)
		w.op(wasmI32Eqz, wasmIf, wasmVoid)
		w.push(n.args[2])
		w.get(w.tables)
		w.op(wasmCall)
		w.bytes = unsigned(w.bytes, n.n)
		w.set(w.locals[n])
		w.op(wasmEnd)
	case opOdd:
		w.odd(n)
	case opGather:
		w.gather(n)
	case opFirst, opSecond:
		pair := w.locals[n.args[0]]
		w.get(pair)
		w.get(pair + 1)
		w.shuffle(n.op == opSecond)
		w.pop(n)
	case opCheck, opCompare:
		w.push(n.args[0])
		w.push(n.args[1])
		w.vector(wasmComparisons[n.n])
		if n.op == opCheck {
			if w.checks != 0 {
				w.get(w.checks)
				w.vector(wasmAnd)
			}
			w.checks = w.new(1)
			w.set(w.checks)
			return
		}
		w.vector(wasmBitmask)
		w.get(wasmPair)
		w.op(wasmI32Shl)
		w.get(wasmAbove)
		w.op(wasmI32Or)
		w.set(wasmAbove)
	case opBail:
		w.get(w.checks)
		w.vector(wasmAllTrue)
		w.undoneUnless()
	case opStore:
		w.pointer(n)
		w.push(n.args[0])
		w.memory(wasmStore, 8*stride*n.n)
	}
}

// undoneUnless returns from the function if there is a 0 on the stack.
func (w *wasmStep) undoneUnless() {
	w.op(wasmI32Eqz, wasmIf, wasmVoid)
	w.get(wasmPair)
	w.integer(doneShift)
	w.op(wasmI32Shl)
	w.get(wasmAbove)
	w.op(wasmI32Or)
	w.integer(undone)
	w.op(wasmI32Or, wasmReturn, wasmEnd)
}

// undone and doneShift are kernels.Undone and kernels.DoneShift.
const undone, doneShift = 256, 9

// pointer pushes the pointer to the half of a slot or store.
func (w *wasmStep) pointer(n *node) { w.get([]int{wasmPotentials, wasmGates}[n.part]) }

// push pushes a value.
func (w *wasmStep) push(n *node) {
	local, have := w.locals[n]
	switch {
	case n.isConst():
		if n.bits == 0 {
			w.pair(n.bits)
			return
		}
		w.op(wasmGlobalGet)
		w.bytes = unsigned(w.bytes, w.module.constant(n.bits))
	case have:
		w.get(local)
	case n.op == opSlot:
		w.pointer(n)
		w.memory(wasmLoad, 8*stride*n.n)
	default:
		panic("gen: a value is used before it is computed")
	}
}

// pop takes the value of a node from the stack.
func (w *wasmStep) pop(n *node) {
	w.locals[n] = w.new(1)
	w.set(w.locals[n])
}

func (w *wasmStep) new(count int) (first int) {
	first = w.count
	w.count += count
	return first
}

// gather loads the pairs of numbers of both lanes into two locals.
func (w *wasmStep) gather(n *node) {
	step := map[int]int{1: 3, 2: 4}[n.n] // shift from an index to bytes
	w.locals[n] = w.new(2)
	for lane := range 2 {
		w.push(n.args[0])
		w.vector(wasmByte)
		w.op(byte(8 * lane))
		w.integer(step)
		w.op(wasmI32Shl)
		w.get(w.tables)
		w.op(wasmI32Add)
		w.memory(wasmLoad, n.from.offset())
		w.set(w.locals[n] + lane)
	}
}

// odd rounds a sum and the error of its rounding to odd: if there is an error and
// the last bit of the sum is 0, the next number on the error's side.
func (w *wasmStep) odd(n *node) {
	sum, err := n.args[0], n.args[1]
	w.push(sum)
	// The error's sign against that of the sum: 1 or -1 in the last place.
	w.push(sum)
	w.push(err)
	w.vector(wasmXor)
	w.pair(0)
	w.vector(wasmLessInt)
	w.pair(1)
	w.vector(wasmOr)
	// If there is an error.
	w.push(err)
	w.pair(0)
	w.vector(wasmUnequal)
	w.vector(wasmAnd)
	// If the last bit is 0.
	w.push(sum)
	w.pair(1)
	w.vector(wasmAnd)
	w.pair(1)
	w.vector(wasmSubInt)
	w.vector(wasmAnd)
	w.vector(wasmAddInt)
	w.pop(n)
}
