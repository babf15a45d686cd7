package cmath

import "math"

// ln 2 in two parts, the first short enough that its product with an exponent
// is exact.
const (
	ln2Long = 0x1.62e42feep-1
	ln2Rest = 0x1.a39ef35793c76p-33
)

// Minimax coefficients of R(z) = (log(1+f) - log(1-f))/s - 2 for z = s^2, s =
// f/(2+f), |s| < 0.1716 (Sun Microsystems' fdlibm, 1993): R = p1 z + ... + p7 z^7.
const (
	p1 = 0x1.5555555555593p-1
	p2 = 0x1.999999997fa04p-2
	p3 = 0x1.2492494229359p-2
	p4 = 0x1.c71c51d8e78afp-3
	p5 = 0x1.7466496cb03dep-3
	p6 = 0x1.39a09d078c69fp-3
	p7 = 0x1.2f112df3e5244p-3
)

// Log returns the natural logarithm of x.
//
// With x = 2^k (1+f), 1/sqrt 2 <= 1+f < sqrt 2, and s = f/(2+f),
//
//	log x = k ln 2 + log(1+f),   log(1+f) = f - f^2/2 + s (f^2/2 + R(s^2)).
func Log(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 0) {
		return math.Log(x) // not a number, or infinite
	}
	fraction, exponent := math.Frexp(x)
	if fraction < math.Sqrt2/2 {
		fraction *= 2
		exponent--
	}
	f, k := fraction-1, float64(exponent)
	s := f / (2 + f)
	z := float64(s * s)
	w := float64(z * z)
	odd := float64(z * (p1 + float64(w*(p3+float64(w*(p5+float64(w*p7)))))))
	even := float64(w * (p2 + float64(w*(p4+float64(w*p6)))))
	half := float64(0.5 * f * f)
	return float64(k*ln2Long) - ((half - (float64(s*(half+(odd+even))) + float64(k*ln2Rest))) - f)
}

// Log1p returns log(1+x), exact also where 1+x is not: the rounding error of
// 1+x is taken in with its first order.
func Log1p(x float64) float64 {
	const tiny, small = 0x1p-54, 0x1p-29
	if !(x > -1) || math.IsInf(x, 0) {
		return math.Log1p(x) // not a number, or infinite
	}
	a := math.Abs(x)
	switch {
	case a < tiny:
		return x
	case a < small:
		return x - float64(x*x*0.5)
	}
	var k, c float64
	f, flat := x, false // flat: |f| < 2^-20, two terms are enough
	if !(a < math.Sqrt2-1 && x > math.Sqrt2/2-1) {
		k, f, c, flat = split(x)
	}
	half := float64(0.5 * f * f)
	shift := float64(k*ln2Rest) + c
	if flat {
		if f == 0 {
			return float64(k*ln2Long) + shift
		}
		r := float64(half * (1 - float64(2.0/3*f)))
		return float64(k*ln2Long) - ((r - shift) - f)
	}
	s := f / (2 + f)
	z := float64(s * s)
	r := p6 + float64(z*p7)
	for _, p := range [...]float64{p5, p4, p3, p2, p1} {
		r = p + float64(z*r)
	}
	r = float64(s * (half + float64(z*r)))
	if k == 0 {
		return f - (half - r)
	}
	return float64(k*ln2Long) - ((half - (r + shift)) - f)
}

// split returns 1+x as 2^k (1+f), and c, the rounding error of 1+x over it.
func split(x float64) (k, f, c float64, flat bool) {
	const sqrt2 = 0x6a09e667f3bcd // the fraction bits of sqrt 2
	u := 1 + x
	b := math.Float64bits(u)
	exponent := int(b>>52) - 1023
	if exponent > 0 {
		c = 1 - (u - x)
	} else {
		c = x - (u - 1)
	}
	c /= u
	b &= 1<<52 - 1
	if b < sqrt2 {
		u, flat = math.Float64frombits(b|0x3ff<<52), b == 0
	} else {
		exponent++
		u, flat = math.Float64frombits(b|0x3fe<<52), (1<<52-b)>>2 == 0
	}
	return float64(exponent), u - 1, c, flat
}
