package cmath

import "math"

// ExpNumPy returns e**x as NumPy does for arrays on a CPU with AVX-512. It
// differs from Exp in the last bit of one value in twenty, and MyoGen's
// recruitment thresholds come from it. (On other CPUs NumPy calls the C
// library, whose exponential is Exp.)
//
// With n = floor(16 x/ln 2) and r = x - n ln 2/16,
//
//	e**x = 2**(n/16) * (1 + r (c1 + c2 r + r^2 (c3 + c4 r + r^2 (c5 + c6 r)))),
//
// 2**(n/16) taken from a table of 16 values with their rounding errors (Tang
// 1989, ACM TOMS 15:144). For |x| > 707 it is Exp.
func ExpNumPy(x float64) float64 {
	const (
		log2e16 = 0x1.71547652b82fep4   // 16/ln 2
		ln2hi16 = 0x1.62e42fefa39efp-5  // ln 2/16
		ln2lo16 = 0x1.abc9e3b39803fp-60 // what ln2hi16 lacks
		c1      = 0x1.fffffffffff70p-1  // minimax polynomial of (exp(r)-1)/r,
		c2      = 0x1.000000000d008p-1  // 0 <= r < ln 2/16
		c3      = 0x1.5555553939732p-3  //
		c4      = 0x1.55557242d68fep-5  //
		c5      = 0x1.1101cbbc265c0p-7  //
		c6      = 0x1.7411836940c04p-10 //
	)
	if !(math.Abs(x) < 707) {
		return Exp(x)
	}
	z := float64(log2e16 * x)
	n := math.Floor(z)
	if z == n && math.FMA(log2e16, x, -z) < 0 { // rounded up to n
		n--
	}
	r := math.FMA(-n, ln2lo16, math.FMA(-n, ln2hi16, x))
	r2 := float64(r * r)
	p := math.FMA(r2, math.FMA(r2, math.FMA(c6, r, c5), math.FMA(c4, r, c3)), math.FMA(c2, r, c1))
	k := uint64(int64(n)) * 8 // in units of 1/128, as the table
	e := &ExpTable[k%128]
	power := math.Float64frombits(e.Head + k<<two45)
	return math.FMA(power, math.FMA(p, r, e.Tail), power)
}
