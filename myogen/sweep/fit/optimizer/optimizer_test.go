package optimizer

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/optimize/functions"

	"gomyogen/myogen"
)

// The points that the simplex tries are those of optimize.Minimize, and both
// methods find the minimum of Rosenbrock's valley.
func TestMinimize(t *testing.T) {
	valley := functions.ExtendedRosenbrock{}.Func
	start := []float64{-0.3, 0.8}
	var want [][]float64
	_, err := optimize.Minimize(optimize.Problem{Func: func(x []float64) float64 {
		want = append(want, append([]float64{}, x...))
		return valley(x)
	}}, start, &optimize.Settings{FuncEvaluations: 60, Converger: optimize.NeverTerminate{}}, &optimize.NelderMead{SimplexSize: firstStep})
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []myogen.FitMethod{myogen.NelderMead, myogen.CMAES} {
		var got [][]float64
		best := math.Inf(1)
		Minimize(method, 1, start, func(points [][]float64) ([]float64, bool) {
			costs := make([]float64, len(points))
			for i, p := range points {
				costs[i] = valley(p)
				best = min(best, costs[i])
			}
			got = append(got, points...)
			return costs, len(got) < 3000
		})
		if best > 1e-4 {
			t.Errorf("%v: the least cost is %v", method, best)
		}
		if method == myogen.CMAES {
			continue
		}
		for i, p := range want {
			if got[i][0] != p[0] || got[i][1] != p[1] {
				t.Fatalf("trial %d is %v, optimize has %v", i, got[i], p)
			}
		}
	}
}
