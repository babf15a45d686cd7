package stats

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"gomyogen/myogen/units"
)

// Package stat of gonum has most of these too, and brings matrices along, 15
// packages that every cell of a notebook would link: 0.02 to 0.08 s of its
// time. Tests hold ours against it.

// The functions of samples take plain numbers and quantities alike, and return
// what has the unit of the sample as such a quantity: the SD of rates is a rate.

// Mean returns the mean of x, NaN for no values.
func Mean[T ~float64](x []T) T { return T(floats.Sum(units.Floats(x)) / float64(len(x))) }

// meanSD returns the mean of x and its standard deviation over all values
// (ddof 0).
func meanSD(x []float64) (mean, sd float64) {
	mean = Mean(x)
	n := float64(len(x))
	return mean, math.Sqrt(squares(x, mean) / n)
}

// squares returns the sum of the squared distances of x from its mean.
func squares(x []float64, mean float64) float64 {
	var sum, rest float64
	for _, v := range x {
		d := v - mean
		sum += d * d
		rest += d // what the rounding of the mean leaves (Chan, Golub and LeVeque 1983)
	}
	if math.IsInf(sum, 0) {
		return sum
	}
	return sum - rest*rest/float64(len(x))
}

// SD returns the standard deviation of a sample, with n-1 in the denominator
// as numpy.std(x, ddof=1) has it; NaN for fewer than two values.
func SD[T ~float64](x []T) T {
	if len(x) < 2 {
		return T(math.NaN())
	}
	plain := units.Floats(x)
	return T(math.Sqrt(squares(plain, Mean(plain)) / float64(len(x)-1)))
}

// SEM returns the standard error of the mean of a sample, SD/sqrt(n), as
// scipy.stats.sem does; NaN for fewer than two values.
func SEM[T ~float64](x []T) T { return SD(x) / T(math.Sqrt(float64(len(x)))) }

// Median returns the median of x as numpy.median does; NaN for no values or if
// one is NaN.
func Median[T ~float64](x []T) T { return Percentile(x, 50) }

// Percentile returns the p-th percentile, interpolating between ranks as
// numpy.percentile does: p is in percent, 0 to 100, and 95 is the 95th. It is NaN
// for another p, for no values and if one is NaN. An infinite value counts as the
// largest or smallest, where NumPy has NaN.
func Percentile[T ~float64](x []T, p float64) T {
	if len(x) == 0 || !(p >= 0 && p <= 100) || slices.ContainsFunc(x, func(v T) bool { return math.IsNaN(float64(v)) }) {
		return T(math.NaN())
	}
	s := slices.Sorted(slices.Values(x))
	at := p / 100 * float64(len(s)-1)
	i := int(at)
	if i+1 >= len(s) {
		return s[len(s)-1]
	}
	if f := at - float64(i); f > 0 && s[i] != s[i+1] {
		if d := s[i+1] - s[i]; !math.IsInf(float64(d), 0) {
			return s[i] + T(f)*d
		}
		return T(1-f)*s[i] + T(f)*s[i+1]
	}
	return s[i]
}

// Histogram counts the values in bins between edges as numpy.histogram does:
// bin i holds edges[i] <= x < edges[i+1], the last one its upper edge too, and
// what lies outside is not counted. The error names an edge that does not
// rise, or a value that is NaN.
func Histogram[T ~float64](x, edges []T) ([]int, error) {
	if len(edges) < 2 {
		return nil, fmt.Errorf("stats: a histogram with %d edges, must be at least 2", len(edges))
	}
	for i, e := range edges {
		if math.IsNaN(float64(e)) || i > 0 && e < edges[i-1] {
			return nil, fmt.Errorf("stats: edge %d of a histogram is %v, must not be below the one before it", i, e)
		}
	}
	counts := make([]int, len(edges)-1)
	last := len(edges) - 1
	for i, v := range x {
		if math.IsNaN(float64(v)) {
			return nil, fmt.Errorf("stats: value %d of a histogram is NaN", i)
		}
		// The last edge that is not above v.
		at, _ := slices.BinarySearchFunc(edges, v, func(e, v T) int {
			if e <= v {
				return -1
			}
			return 1
		})
		switch bin := at - 1; {
		case bin >= 0 && bin < last:
			counts[bin]++
		case v == edges[last]:
			counts[last-1]++
		}
	}
	return counts, nil
}

// Regression is a straight line through points, y = Intercept + Slope x, in the
// units of x and y.
type Regression struct {
	Intercept, Slope float64
	R2               float64 // the share of the variance of y that the line explains; NaN if y is constant
}

// At returns y at x.
func (r Regression) At(x float64) float64 { return r.Intercept + r.Slope*x }

// String prints the line: "y = 6.357 - 0.06251 x, R2 0.841".
func (r Regression) String() string {
	sign := '+'
	if r.Slope < 0 {
		sign = '-'
	}
	return fmt.Sprintf("y = %.4g %c %.4g x, R2 %.3f", r.Intercept, sign, math.Abs(r.Slope), r.R2)
}

// LinearRegression fits a straight line by least squares, as
// scipy.stats.linregress does. It refuses fewer than two points, x that are
// all equal, values whose squares overflow or underflow, and those that are not finite.
func LinearRegression[X, Y ~float64](x []X, y []Y) (Regression, error) {
	return regression(units.Floats(x), units.Floats(y))
}

// smallestNormal is the smallest positive float64 with all its digits.
const smallestNormal = 0x1p-1022

func regression(x, y []float64) (Regression, error) {
	if len(x) != len(y) {
		return Regression{}, fmt.Errorf("stats: a regression of %d x and %d y", len(x), len(y))
	}
	if len(x) < 2 {
		return Regression{}, fmt.Errorf("stats: a regression through %d points, must be at least 2", len(x))
	}
	for i := range x {
		if math.IsNaN(x[i]-x[i]) || math.IsNaN(y[i]-y[i]) {
			return Regression{}, fmt.Errorf("stats: point %d of a regression is (%v, %v)", i, x[i], y[i])
		}
	}
	mx, my := Mean(x), Mean(y)
	var xx, xy, yy float64
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xx, xy, yy = xx+dx*dx, xy+dx*dy, yy+dy*dy
	}
	if slices.Max(x) == slices.Min(x) {
		return Regression{}, errors.New("stats: all x of a regression are equal")
	}
	constant := slices.Max(y) == slices.Min(y)
	if constant { // whatever the rounding of its mean leaves
		my, xy, yy = y[0], 0, 0
	}
	if xx < smallestNormal || math.IsInf(xx, 0) || !constant && yy < smallestNormal || math.IsInf(yy, 0) {
		return Regression{}, fmt.Errorf("stats: a regression of x from %g to %g and y from %g to %g, the squares of which are too small or too large numbers",
			slices.Min(x), slices.Max(x), slices.Min(y), slices.Max(y))
	}
	slope := xy / xx
	r := xy / (math.Sqrt(xx) * math.Sqrt(yy)) // xx*yy may be too large a number
	return Regression{Intercept: my - slope*mx, Slope: slope, R2: min(r*r, 1)}, nil
}
