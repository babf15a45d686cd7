package cmath

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gomyogen/myogen/internal/golden"
)

// Against the standard library, whose functions round one way or another by
// the platform, to two units in the last place.
func TestFunctionsAreAccurate(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	near := func(what string, x, got, want, scale float64) {
		t.Helper()
		if ulp := math.Nextafter(scale, math.Inf(1)) - scale; !(math.Abs(got-want) <= 2*ulp) {
			t.Errorf("%s(%v) is %v, want %v", what, x, got, want)
		}
	}
	for range 100000 {
		x := math.Exp(20 * r.NormFloat64())
		near("log", x, Log(x), math.Log(x), math.Abs(math.Log(x)))
		near("log1p", x, Log1p(x), math.Log1p(x), math.Log1p(x))
		u := r.Float64()
		near("log1p", -u, Log1p(-u), math.Log1p(-u), math.Abs(math.Log1p(-u)))
		a := 1000 * r.NormFloat64()
		near("sin", a, Sin(a), math.Sin(a), 1)
		near("cos", a, Cos(a), math.Cos(a), 1)
	}
	for _, x := range []float64{0, -1, -2, math.Inf(1), math.NaN(), 1, 0x1p-60, -0x1p-40, 0x1p-21, 1e308} {
		for name, pair := range map[string][2]float64{
			"log": {Log(x), math.Log(x)}, "log1p": {Log1p(x), math.Log1p(x)},
		} {
			if a, b := pair[0], pair[1]; a != b && !(math.IsNaN(a) && math.IsNaN(b)) && !(math.Abs(a-b) < 1e-15*math.Abs(b)) {
				t.Errorf("%s(%v) is %v, want %v", name, x, a, b)
			}
		}
	}
	for x, want := range map[float64]float64{0: 0, math.Pi / 2: 1, -math.Pi / 2: -1, 1 << 40: math.Sin(1 << 40)} {
		near("sin", x, Sin(x), want, 1)
	}
	if !math.IsNaN(Sin(math.Inf(1))) || !math.IsNaN(Cos(math.NaN())) {
		t.Error("sin of an infinity or cos of NaN is a number")
	}
}

// The last bit is the same on every platform.
func TestFunctionsAreFrozen(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var b strings.Builder
	for range 200 {
		x, u, a := math.Ldexp(r.Float64(), r.IntN(100)-50), r.Float64(), float64(20*r.Float64())-10
		fmt.Fprintf(&b, "log(%x) %x log1p(-%x) %x sin(%x) %x cos %x\n", x, Log(x), u, Log1p(-u), a, Sin(a), Cos(a))
	}
	golden.Check(t, "testdata/frozen.txt", b.String())
}
