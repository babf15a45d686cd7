package cmath

import "math"

// Sin and Cos return the sine and cosine of x in radians, with an error below 1
// ulp of 1. From |x| = 2^30 on they are the standard library's.
//
// With n = round(2 x/pi) and r = x - n pi/2 they are, up to sign and exchange,
// the Taylor series of sin r and cos r, |r| <= pi/4.
func Sin(x float64) float64 { return circle(x, 0) }

// Cos returns the cosine of x; see Sin.
func Cos(x float64) float64 { return circle(x, 1) }

// circle returns sin(x + quarters pi/2).
func circle(x float64, quarters int64) float64 {
	const (
		pi2hi = 0x1.921fb54442d18p0
		pi2lo = 0x1.1a62633145c07p-54
	)
	if !(math.Abs(x) < 1<<30) {
		if quarters == 1 {
			return math.Cos(x)
		}
		return math.Sin(x)
	}
	n := math.RoundToEven(float64(x * (2 / math.Pi)))
	r := math.FMA(-n, pi2lo, math.FMA(-n, pi2hi, x))
	z := float64(r * r)
	var y float64
	switch q := int64(n) + quarters; q & 1 {
	case 0:
		y = -1 / 355687428096000.0
		for _, c := range [...]float64{1. / 1307674368000, -1. / 6227020800, 1. / 39916800, -1. / 362880, 1. / 5040, -1. / 120, 1. / 6} {
			y = c + float64(z*y)
		}
		y = r - float64(r*float64(z*y))
	default:
		y = 1. / 20922789888000
		for _, c := range [...]float64{-1. / 87178291200, 1. / 479001600, -1. / 3628800, 1. / 40320, -1. / 720, 1. / 24, -1. / 2} {
			y = c + float64(z*y)
		}
		y = 1 + float64(z*y)
	}
	if (int64(n)+quarters)&2 != 0 {
		return -y
	}
	return y
}
