package stats

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// Mean returns the mean of x, NaN for no values.
//
// Package stat of gonum has it too, and brings matrices along, 15 packages that every
// cell of a notebook would link: 0.02 to 0.08 s of its time.
func Mean(x []float64) float64 { return floats.Sum(x) / float64(len(x)) }

// meanSD returns the mean of x and its standard deviation over all values
// (ddof 0).
func meanSD(x []float64) (mean, sd float64) {
	mean = Mean(x)
	var squares, rest float64
	for _, v := range x {
		d := v - mean
		squares += d * d
		rest += d // what the rounding of the mean leaves (Chan, Golub and LeVeque 1983)
	}
	n := float64(len(x))
	return mean, math.Sqrt((squares - rest*rest/n) / n)
}
