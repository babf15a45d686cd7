package cmath

import "math"

// Coefficients of log(1+r) = r - r^2/2 + r^3 (...), scaled by the powers of -2
// that the evaluation below divides by.
const (
	l3 = -0x1.555555555556p-1
	l4 = 0x1.0000000000006p-1
	l5 = 0x1.999999959554ep-1
	l6 = -0x1.555555529a47ap-1
	l7 = -0x1.2495b9b4845e9p0
	l8 = 0x1.0002b8b263fc3p0

	ln2hi = 0x1.62e42fefa3800p-1  // ln 2, leading bits
	ln2lo = 0x1.ef35793c76730p-45 // ln 2, the rest

	logOffset = 0x3fe6955500000000 // bits of the float64 at which the first of the 128 intervals begins
)

// Fourth returns x**4 as the C library's pow(x, 4) does, for x in [1e-50, 1e50];
// elsewhere it is x x x x. The library errs by up to 0.52 ulp, and a trace of
// the delayed rectifier of Powers 2017 shows it.
//
// With x = 2^k z, and c near z so that 1/c has eight bits and r = z/c - 1 is exact,
//
//	log x = k ln 2 + log c + r - r^2/2 + r^3 (...)
//
// as a sum of two numbers, 4 log x is exact and goes through the algorithm of
// Exp (Tang 1990, ACM TOMS 16:378).
func Fourth(x float64) float64 {
	if !(x >= 1e-50 && x <= 1e50) {
		return x * x * x * x
	}
	bits := math.Float64bits(x)
	above := bits - logOffset
	k := float64(int64(above) >> 52)
	z := math.Float64frombits(bits - above&(0xfff<<52))
	c := &LogTable[above>>45%128]
	r := math.FMA(z, c.Inverse, -1)

	t1 := math.FMA(k, ln2hi, c.Log)
	t2 := t1 + r
	lo1 := math.FMA(k, ln2lo, c.Tail)
	lo2 := t1 - t2 + r
	ar := -0.5 * r
	ar2 := float64(r * ar)
	ar3 := float64(r * ar2)
	hi := t2 + ar2
	lo3 := math.FMA(ar, r, -ar2)
	lo4 := t2 - hi + ar2
	p := math.FMA(ar2, math.FMA(ar2, math.FMA(r, l8, l7), math.FMA(r, l6, l5)), math.FMA(r, l4, l3))
	lo := math.FMA(ar3, p, lo1+lo2+lo3+lo4)
	y := hi + lo
	tail := hi - y + lo

	r, ki := reduce(4 * y)
	r += 4 * tail
	e := &ExpTable[ki%128]
	p = series(r, e.Tail)
	scale := math.Float64frombits(e.Head + ki<<two45)
	return math.FMA(scale, p, scale)
}
