package stats

import (
	"math"
	"math/rand/v2"
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
