package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

// compute returns the number of a node of ordinary operations, given its slots.
func compute(t *testing.T, n *node, slots []float64, known map[*node]float64) float64 {
	t.Helper()
	if x, ok := known[n]; ok {
		return x
	}
	args := make([]float64, len(n.args))
	for i, a := range n.args {
		args[i] = compute(t, a, slots, known)
	}
	var x float64
	switch n.op {
	case opConst:
		x = n.float()
	case opSlot:
		x = slots[n.n]
	case opAdd:
		x = args[0] + args[1]
	case opSub:
		x = args[0] - args[1]
	case opMul:
		x = float64(args[0] * args[1])
	case opNeg:
		x = -args[0]
	case opOdd: // as the WebAssembly has it
		x = args[0]
		if bits := math.Float64bits(x); args[1] != 0 && bits&1 == 0 {
			x = math.Float64frombits(bits + uint64(int64(bits^math.Float64bits(args[1]))>>63|1))
		}
	default:
		t.Fatalf("operation %v is no ordinary one", n.op)
	}
	known[n] = x
	return x
}

// A fused operation that is put together from ordinary ones is the fused one, to the
// last bit: for random numbers, sums that nearly cancel, and exact results that lie in the
// middle between two numbers or just beside it.
func TestUnfusedIsFused(t *testing.T) {
	g := newGraph()
	a, b, c := g.slot(0, 0), g.slot(0, 1), g.slot(0, 2)
	general, shifted := g.unfused(a, b, c), g.unfused(a, b, g.constant(shift))
	r := rand.New(rand.NewPCG(3, 4))
	random := func(exponents int) float64 {
		x := math.Ldexp(1+r.Float64(), r.IntN(2*exponents+1)-exponents)
		if r.IntN(2) == 0 {
			x = -x
		}
		return x
	}
	check := func(n *node, x, y, z float64) {
		t.Helper()
		want := math.FMA(x, y, z)
		if got := compute(t, n, []float64{x, y, z}, map[*node]float64{}); got != want {
			t.Fatalf("%x * %x + %x = %x, want %x", x, y, z, got, want)
		}
	}
	ties := 0
	for range 5_000 {
		x, y := random(60), random(60)
		check(general, x, y, random(120))
		check(general, x, y, -float64(x*y))                                                  // the error of the product is left
		check(general, x, y, math.Nextafter(-float64(x*y), random(200)))                     // and one place more
		check(general, x, y, math.Ldexp(float64(x*y), 40+r.IntN(30)))                        // the product is about half a place of the sum
		check(general, math.Ldexp(1, r.IntN(20)), math.Ldexp(1+0x1p-52, -53), 1+r.Float64()) // just above the middle
		check(general, 1-0x1p-53, math.Ldexp(1, -53), float64(1+r.Float64()))                // just below
		// In the middle, and beside it by what is lost in a product of two numbers.
		odd := 1 + float64(2*r.IntN(1<<20)+1)*0x1p-52
		for _, near := range []float64{1, 1 + 0x1p-52, 1 - 0x1p-53} {
			check(general, near, 0x1p-53, odd)
			check(general, near, -0x1p-53, odd)
			check(general, near, 0x1p-53*(1+0x1p-52), odd)
			ties++
		}
		check(shifted, random(20), random(20), shift)
	}
	for _, z := range []float64{0, math.Copysign(0, -1), 1} {
		check(general, 0, 5, z)
	}
	if ties == 0 {
		t.Error("nothing was in the middle")
	}
}

// Where the test of a bounded sum holds, it is the fused one to the last bit; and the test holds
// nearly always for the small products that it is for.
func TestBoundedIsFusedWhereItsTestHolds(t *testing.T) {
	g := newGraph()
	sum := g.between(g.slot(0, 0), g.slot(0, 1), g.slot(0, 2))
	low, high := g.tests[0].args[0], g.tests[0].args[1]
	r := rand.New(rand.NewPCG(5, 6))
	try := func(x, y, z float64) bool {
		t.Helper()
		slots, known := []float64{x, y, z}, map[*node]float64{}
		got := compute(t, sum, slots, known)
		if compute(t, low, slots, known) != compute(t, high, slots, known) {
			return false
		}
		if want := math.FMA(x, y, z); got != want {
			t.Fatalf("%x * %x + %x = %x, want %x", x, y, z, got, want)
		}
		return true
	}
	const rounds = 20_000
	held := 0
	for range rounds {
		x, y := r.NormFloat64(), r.NormFloat64()
		if try(x, y, math.Ldexp(1+r.Float64(), 12)) {
			held++
		}
		odd := 1 + float64(2*r.IntN(1<<20)+1)*0x1p-52 // in the middle, or beside it
		for _, near := range []float64{1, 1 + 0x1p-52, 1 - 0x1p-53} {
			try(near, 0x1p-53, odd)
			try(near, -0x1p-53, odd)
			try(near*(1+0x1p-52), 0x1p-53*(1-0x1p-53), odd)
		}
		try(x, y, -float64(x*y))
		try(x, y, math.Ldexp(r.NormFloat64(), r.IntN(80)-40))
	}
	if held < rounds*99/100 {
		t.Errorf("the test held %d of %d times", held, rounds)
	}
	if !try(0, 5, 1) || !try(5, 0, 0) {
		t.Error("the test does not hold for a product of 0")
	}
}
