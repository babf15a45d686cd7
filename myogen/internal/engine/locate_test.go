package engine

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Locate finds what a binary search finds, in times of steps and in any others.
func TestLocateIsABinarySearch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		c := Clock{T: 1000 * r.Float64(), Dt: 0.1}
		var times []float64
		for range r.IntN(20) {
			times = append(times, c.T)
			c = c.Next()
		}
		if r.IntN(3) == 0 {
			for i := range times {
				times[i] = r.ExpFloat64()
			}
			slices.Sort(times)
		}
		look := []float64{c.T, math.Inf(1), math.Inf(-1), 0}
		for _, x := range times {
			look = append(look, x, math.Nextafter(x, 0), math.Nextafter(x, 1e9), x+0.1*r.Float64())
		}
		for _, x := range look {
			want, _ := slices.BinarySearch(times, x)
			if got := Locate(times, x); got != want {
				t.Fatalf("%v in %v: %d, want %d", x, times, got, want)
			}
		}
	}
}
