package main

import (
	"fmt"
	"go/format"
	"strings"
)

const signature = "(potentials, gates *float64, tables *Tables) (above uint64)"

const declarations = `// Package kernels is the steps of the membrane models, written by the generator
// of package membrane from the code there: Go for every processor and vector code
// for some. A kernel has the same bits as that code, the reference code, or leaves
// the step to it.
package kernels

// Step runs the first half of a step of some cells of one block together with
// the second half of a step of the same number of cells of another block, while the
// tables stay in the nearest cache. Its pointers lead to the first slot of the first
// cell. It returns a bit for each cell of the first block whose soma is above the
// threshold of the spike detector. Undone is added if some cells are left to the
// reference code: the first of them is cell number above >> DoneShift.
type Step func` + signature + `

// Undone is the bit of a Step's result that says that it has left both halves of some
// cells to the reference code and has changed nothing of them. Above DoneShift stands
// how many cells before them are done.
const (
	Undone    = 256
	DoneShift = 9
)

// Kernel is the code of one model for one instruction set.
type Kernel struct {
	Lanes int  // cells that a Step advances
	Full  Step // for every cell
	Quiet Step // for cells in which the states are 0 whose tag is usually:"0"
}
`

// dispatch returns the files of package kernels that belong to no single cell, by
// name: the types, the declarations of the assembly, and the table of all kernels
// by cell and instruction set.
func dispatch(cells []string) (map[string]string, error) {
	common := declarations
	common += fmt.Sprintf("\n// Stride is how many numbers apart the slots of a cell are.\nconst Stride = %d\n", stride)
	common += "\n// Tables are what kernels look values up in. With two blocks they must fit into\n// the nearest cache.\ntype Tables struct {\n"
	for _, t := range tables {
		common += fmt.Sprintf("\t%s [%d]%s // %s\n", t.field, t.length, t.element, t.doc)
	}
	common += "}\n"

	var stubs, all, scalar, imports, wasm string
	for _, cell := range cells {
		row := fmt.Sprintf("\t%q: {\n\t\t\"scalar\": {1, %[2]sScalar, %[2]sScalarQuiet},\n", cell, cell)
		scalar += row + "\t},\n"
		wasm += row + fmt.Sprintf("\t\t%q: {%d, %[3]sWasm, %[3]sWasmQuiet},\n\t},\n", wasmBackend, stride, cell)
		for _, variant := range variants {
			imports += fmt.Sprintf(wasmStub, wasmModule, cell, variant, signature)
		}
		for _, t := range targets {
			name := cell + t.name
			for _, variant := range variants {
				stubs += fmt.Sprintf("//go:noescape\nfunc %s%s%s\n\n", name, variant, signature)
			}
			row += fmt.Sprintf("\t\t%q: {%d, %[3]s, %[3]sQuiet},\n", strings.ToLower(t.name), t.lanes, name)
		}
		all += row + "\t},\n"
	}
	const doc = "// Models are the kernels of this platform, by the cell's type in package membrane\n// and the name of the instruction set.\n"
	const variable = doc + "var Models = map[string]map[string]*Kernel{\n"
	files := map[string]string{
		"kernels.go":       common,
		"kernels_amd64.go": "package kernels\n\n" + stubs + variable + all + "}\n",
		"kernels_other.go": "//go:build !amd64 && !(wasm && " + wasmTag + ")\n\npackage kernels\n\n" + variable + scalar + "}\n",
		"kernels_wasm.go":  "//go:build " + wasmTag + "\n\npackage kernels\n\nimport \"unsafe\"\n\n" + imports + variable + wasm + "}\n",
	}
	for name, text := range files {
		formatted, err := format.Source([]byte(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[name] = string(formatted)
	}
	return files, nil
}

// A program with WebAssembly kernels is built with a tag: whoever runs it must then
// provide the kernels, as functions of a module that has the program's memory.
const (
	wasmTag     = "wasmkernels" // with GOARCH=wasm
	wasmModule  = "kernels"
	wasmBackend = "simd128"
)

const wasmStub = `//go:wasmimport %[1]s %[2]s%[3]s
//go:noescape
func %[2]sImported%[3]s(potentials, gates, tables unsafe.Pointer) uint32

func %[2]sWasm%[3]s%[4]s {
	return uint64(%[2]sImported%[3]s(unsafe.Pointer(potentials), unsafe.Pointer(gates), unsafe.Pointer(tables)))
}

`
