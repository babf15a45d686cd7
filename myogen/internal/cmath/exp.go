// Package cmath holds the elementary functions that a membrane model needs
// with one prescribed rounding, the same on every platform.
//
// A simulation with NERLab motor neurons amplifies a rounding error 30 to 50
// times with every spike, so two programs agree on spike times only if their
// exponentials agree to the last bit. The functions here follow the algorithm
// of a widely used C library (GNU libc since 2.28, on a CPU with fused
// multiply-add), which NEURON calls.
package cmath

import (
	"math"
	"math/big"
)

//go:generate go run make_table.go

const (
	log2e128 = 0x1.71547652b82fep7   // 128/ln 2
	shift    = 0x1.8p52              // adding it rounds to an integer
	ln2hi128 = 0x1.62e42fefa0000p-8  // ln 2/128, leading bits
	ln2lo128 = 0x1.cf79abc9e3b39p-47 // ln 2/128, the rest
	c2       = 0x1.ffffffffffdbdp-2  // minimax polynomial of (exp(r)-1-r)/r^2,
	c3       = 0x1.555555555543cp-3  // |r| < ln 2/256
	c4       = 0x1.55555cf172b91p-5  //
	c5       = 0x1.1111167a4d017p-7  //
	limit    = 700                   // NEURON's bound on the argument
	two45    = 45                    // 2^(k/128): k moves to the exponent field, 52-7
)

// Exp returns e**x.
//
// With k = round(128 x/ln 2) and r = x - k ln 2/128,
//
//	e**x = 2**(k/128) * (1 + r + r^2 (c2 + c3 r) + r^4 (c4 + c5 r)),
//
// 2**(k/128) taken from a table of 128 values with their rounding errors
// (Tang 1989, ACM TOMS 15:144). The error is below 0.511 ulp. As in NEURON,
// x < -700 gives 0 and x > 700 gives e**700.
func Exp(x float64) float64 {
	if !(math.Abs(x) < 512) {
		return expFar(x)
	}
	r, ki := reduce(x)
	e := &ExpTable[ki%128]
	p := series(r, e.Tail)
	scale := math.Float64frombits(e.Head + ki<<two45)
	return math.FMA(scale, p, scale)
}

// reduce returns r and k, the latter in the last bits of ki.
func reduce(x float64) (r float64, ki uint64) {
	kd := math.FMA(log2e128, x, shift)
	ki = math.Float64bits(kd)
	kd -= shift
	return math.FMA(kd, -ln2lo128, math.FMA(kd, -ln2hi128, x)), ki
}

// series returns tail + e**r - 1 for |r| < ln 2/256.
func series(r, tail float64) float64 {
	r2 := float64(r * r)
	return math.FMA(float64(r2*r2), math.FMA(r, c5, c4), math.FMA(r2, math.FMA(r, c3, c2), tail+r))
}

// expFar is Exp for |x| >= 512 or x not a number.
func expFar(x float64) float64 {
	switch {
	case x < -limit:
		return 0
	case x > limit:
		x = limit
	case x != x:
		return x
	}
	r, ki := reduce(x)
	e := &ExpTable[ki%128]
	p := series(r, e.Tail)
	scale := math.Float64frombits(e.Head + ki<<two45) // a normal number for |x| <= 700
	if x < 0 {
		return scale + float64(scale*p) // the library's path to subnormal results does not fuse
	}
	return math.FMA(scale, p, scale)
}

// Exp2 returns 2**y, correctly rounded. It is slow: for set-up only.
//
// 2**y = 2**k e**(f ln 2) with k the nearest integer, by the series of the
// exponential in 160-bit arithmetic.
func Exp2(y float64) float64 {
	if math.IsNaN(y) || math.Abs(y) > 1000 {
		return math.Exp2(y)
	}
	k := math.Round(y)
	x := newBig().Mul(newBig().SetFloat64(y-k), ln2)
	sum, term := newBig().SetInt64(1), newBig().SetInt64(1)
	for n := int64(1); n <= 40; n++ {
		term.Mul(term, x)
		term.Quo(term, newBig().SetInt64(n))
		sum.Add(sum, term)
	}
	r, _ := sum.Float64()
	return math.Ldexp(r, int(k))
}

func newBig() *big.Float { return new(big.Float).SetPrec(160) }

var ln2, _ = newBig().SetString("0.693147180559945309417232121458176568075500134360255254120680009493393621969694715605863326996418687")
