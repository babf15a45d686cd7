package main

import (
	"math"
	"slices"
)

// A WebAssembly module in its binary form (WebAssembly Core Specification 2.0,
// chapter 5; the relaxed instructions: Relaxed SIMD 1.0).

// module is a module that works in an imported memory. Functions with a name are
// exported: they take three pointers and return an i32. The others take a vector and a
// pointer and return a vector.
type module struct {
	names     []string
	bodies    [][]byte
	constants []uint64 // globals: vectors with these bits in both lanes
}

// The memory is that of the program that calls the kernels.
const memoryModule, memoryName = "go", "mem"

func (m *module) add(name string, body []byte) {
	m.names = append(m.names, name)
	m.bodies = append(m.bodies, body)
}

func (m *module) encode() []byte {
	const typeFunction, kindFunction, kindMemory = 0x60, 0, 2
	out := []byte{0, 'a', 's', 'm', 1, 0, 0, 0}
	section := func(id byte, content []byte) {
		out = append(out, id)
		out = append(unsigned(out, len(content)), content...)
	}
	const typeExported, typeInner = 0, 1
	section(1, []byte{2, typeFunction, 3, typeI32, typeI32, typeI32, 1, typeI32, typeFunction, 2, typeVector, typeI32, 1, typeVector})
	imported := unsigned(nil, 1)
	imported = append(text(text(imported, memoryModule), memoryName), kindMemory, 0, 1)
	section(2, imported)
	functions, bodies := unsigned(nil, len(m.names)), unsigned(nil, len(m.names))
	var exports []byte
	exported := 0
	for i, name := range m.names {
		kind := typeInner
		if name != "" {
			kind = typeExported
			exported++
			exports = unsigned(append(text(exports, name), kindFunction), i)
		}
		functions = unsigned(functions, kind)
		bodies = append(unsigned(bodies, len(m.bodies[i])), m.bodies[i]...)
	}
	section(3, functions)
	globals := unsigned(nil, len(m.constants))
	for _, bits := range m.constants {
		var value code
		value.pair(bits)
		globals = append(globals, typeVector, 0)
		globals = append(append(globals, value.bytes...), wasmEnd)
	}
	section(6, globals)
	section(7, append(unsigned(nil, exported), exports...))
	section(10, bodies)
	return out
}

// unsigned appends a number in LEB128.
func unsigned(to []byte, n int) []byte {
	for ; n >= 0x80; n >>= 7 {
		to = append(to, byte(n)|0x80)
	}
	return append(to, byte(n))
}

// signed appends a number in signed LEB128.
func signed(to []byte, n int) []byte {
	for ; n < -0x40 || n >= 0x40; n >>= 7 {
		to = append(to, byte(n)&0x7f|0x80)
	}
	return append(to, byte(n)&0x7f)
}

func text(to []byte, s string) []byte { return append(unsigned(to, len(s)), s...) }

const typeI32, typeVector = 0x7f, 0x7b

// constant returns the number of the global with the bits in both lanes.
func (m *module) constant(bits uint64) int {
	i := slices.Index(m.constants, bits)
	if i < 0 {
		i = len(m.constants)
		m.constants = append(m.constants, bits)
	}
	return i
}

// code is the body of a function that is being written.
type code struct {
	bytes []byte
}

// Instructions.
const (
	wasmLoop      = 0x03
	wasmIf        = 0x04
	wasmEnd       = 0x0b
	wasmBranchIf  = 0x0d
	wasmReturn    = 0x0f
	wasmCall      = 0x10
	wasmLocalGet  = 0x20
	wasmLocalSet  = 0x21
	wasmGlobalGet = 0x23
	wasmI32Const  = 0x41
	wasmI32Eqz    = 0x45
	wasmI32Lt     = 0x48
	wasmI32Add    = 0x6a
	wasmI32Or     = 0x72
	wasmI32Shl    = 0x74
	wasmVoid      = 0x40 // a block without a result
	wasmVectors   = 0xfd // comes before those below
	wasmLoad      = 0    // v128
	wasmStore     = 11
	wasmConst     = 12
	wasmShuffle   = 13
	wasmByte      = 22 // i8x16.extract_lane_u
	wasmEqual     = 71 // f64x2
	wasmUnequal   = 72
	wasmLess      = 73
	wasmGreater   = 74
	wasmNotLess   = 76 // ge
	wasmNot       = 77
	wasmAnd       = 78
	wasmOr        = 80
	wasmXor       = 81
	wasmTruncate  = 122
	wasmAllTrue   = 195 // i64x2
	wasmBitmask   = 196
	wasmShl       = 203
	wasmShr       = 205
	wasmAddInt    = 206
	wasmSubInt    = 209
	wasmLessInt   = 216
	wasmAbs       = 236 // f64x2
	wasmNeg       = 237
	wasmAdd       = 240
	wasmSub       = 241
	wasmMul       = 242
	wasmDiv       = 243
	wasmPseudoMin = 246
	wasmPseudoMax = 247
	wasmMadd      = 263 // relaxed
	wasmNmadd     = 264
)

func (c *code) op(b ...byte) { c.bytes = append(c.bytes, b...) }

func (c *code) get(local int)   { c.bytes = unsigned(append(c.bytes, wasmLocalGet), local) }
func (c *code) set(local int)   { c.bytes = unsigned(append(c.bytes, wasmLocalSet), local) }
func (c *code) integer(n int)   { c.bytes = signed(append(c.bytes, wasmI32Const), n) }
func (c *code) vector(op int)   { c.bytes = unsigned(append(c.bytes, wasmVectors), op) }
func (c *code) float(x float64) { c.pair(math.Float64bits(x)) }

// pair pushes a vector with the bits in both lanes.
func (c *code) pair(bits uint64) {
	c.vector(wasmConst)
	for i := range 16 {
		c.op(byte(bits >> (i % 8 * 8)))
	}
}

// memory loads or stores a vector at an address of numbers.
func (c *code) memory(op, offset int) {
	c.vector(op)
	c.op(3) // aligned to 8 bytes
	c.bytes = unsigned(c.bytes, offset)
}

// shuffle pushes the lower or upper numbers of two vectors.
func (c *code) shuffle(upper bool) {
	c.vector(wasmShuffle)
	first := byte(0)
	if upper {
		first = 8
	}
	for i := range byte(8) {
		c.op(first + i)
	}
	for i := range byte(8) {
		c.op(16 + first + i)
	}
}
