package stats

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"
)

func TestMeanSDEqualsGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 17, 1000} {
		for _, offset := range []float64{0, 1e6} {
			x := make([]float64, n)
			for i := range x {
				x[i] = offset + r.NormFloat64()
			}
			mean, sd := meanSD(x)
			wantMean, wantSD := stat.PopMeanStdDev(x, nil)
			if math.Abs(mean-wantMean) > 1e-12*math.Abs(wantMean) || math.Abs(sd-wantSD) > 1e-9 {
				t.Errorf("%d values at %v: %v and %v, want %v and %v", n, offset, mean, sd, wantMean, wantSD)
			}
		}
	}
	if !math.IsNaN(Mean[float64](nil)) {
		t.Error("no values have a mean")
	}
}

// Percentiles are right where the sum or the difference of two ranks overflows,
// as it does in NumPy.
func TestPercentileOfLargeNumbers(t *testing.T) {
	for _, c := range []struct {
		x       []float64
		p, want float64
	}{
		{[]float64{1.7e308, 1.7e308}, 50, 1.7e308}, {[]float64{1.7e308, -1.7e308, 1.6e308}, 25, -5e306}, {[]float64{1.7e308, -1.7e308}, 50, 0}, {[]float64{1.7e308, 1.5e308}, 50, 1.6e308},
		{[]float64{1.7e308, -1.7e308}, 0, -1.7e308}, {[]float64{1.7e308, -1.7e308}, 100, 1.7e308},
	} {
		if got := Percentile(c.x, c.p); math.Abs(got-c.want) > 1e-12*1.7e308 {
			t.Errorf("percentile %v of %v is %v, want %v", c.p, c.x, got, c.want)
		}
	}
}

// R2 is right where the product of the squares overflows, as it does in
// scipy.stats.linregress; where a square does, there is an error.
func TestRegressionOfLargeNumbers(t *testing.T) {
	for _, scale := range []float64{1e-150, 1e-100, 1, 1e100, 1e150} {
		l, err := LinearRegression([]float64{scale, 2 * scale, 4 * scale}, []float64{-scale, -2 * scale, -4 * scale})
		if err != nil || math.Abs(l.R2-1) > 1e-12 || math.Abs(l.Slope+1) > 1e-12 {
			t.Errorf("scale %g: %v, error %v", scale, l, err)
		}
	}
	for _, scale := range []float64{1e-320, 1e-300, 1e200} {
		if l, err := LinearRegression([]float64{scale, 2 * scale}, []float64{1, 2}); err == nil || !strings.Contains(err.Error(), "the squares of which are too small or too large numbers") {
			t.Errorf("scale %g: %v, error %v", scale, l, err)
		}
	}
}
