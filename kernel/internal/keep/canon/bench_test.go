package canon

import "testing"

// A run of the tutorials has 131,000 samples of drive and 14,000 spikes.
func BenchmarkSum(b *testing.B) {
	x := make([]float64, 150000)
	for b.Loop() {
		if _, err := Sum(x); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDiff(b *testing.B) {
	x, y := make([]float64, 150000), make([]float64, 150000)
	for b.Loop() {
		if Diff(x, y) != "" {
			b.Fatal("they differ")
		}
	}
}
