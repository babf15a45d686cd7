package main

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Quotients are those of a division, also where they are nearly in the middle
// between two numbers.
func TestQuotientsRoundAsDivisions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func() float64 { return math.Ldexp(1+r.Float64(), r.IntN(60)-30) }
	// hard returns an a for which a/b is as near the middle as can be.
	for range 2_000_000 {
		a, b := random(), random()
		y := 1 / b
		q := float64(a * y)
		if got := math.FMA(math.FMA(-b, q, a), y, q); got != a/b {
			t.Fatalf("%x/%x = %x, want %x", a, b, got, a/b)
		}
		// The reciprocal of a reciprocal.
		if got := math.FMA(math.FMA(-y, b, 1), b, b); got != 1/y {
			t.Fatalf("1/%x = %x, want %x", y, got, 1/y)
		}
	}
	pairs := 0
	for _, b := range []float64{0.001, 5, 7, 18, 40, 20, 30, 1. / 30, 1. / 40, 2500, 1. / 2500, 7.2, 1.5, 5.5, 6, random(), random(), random()} {
		y, z, ok := reciprocalPair(b)
		if !ok {
			t.Logf("%v takes three operations", b)
			continue
		}
		pairs++
		for range 200_000 {
			a := random()
			if got := math.FMA(a, y, float64(a*z)); got != a/b {
				t.Fatalf("%x/%x = %x, want %x", a, b, got, a/b)
			}
		}
	}
	if pairs < 15 {
		t.Errorf("%d of the constants of the models can be multiplied with", pairs)
	}
}
