package main

// target is an instruction set.
type target struct {
	name      string
	register  string // letter of its vector registers
	registers int
	bytes     int // of a register
	lanes     int
	wide      bool // AVX-512: masks, broadcasts in operands
	window    int  // see schedule
	width     int
}

var targets = []target{
	{name: "AVX512", register: "Z", registers: 32, bytes: 64, lanes: 8, wide: true, window: 110, width: 2},
	{name: "AVX2", register: "Y", registers: 16, bytes: 32, lanes: 4, window: 70, width: 4},
}
