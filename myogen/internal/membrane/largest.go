package membrane

// steps are the largest time steps of a model in ms, by scheme.
type steps struct{ crankNicolson, backwardEuler float64 }

// LargestStep returns the time step in ms up to which a cell with the model's usual
// parameters fires at the right rate with a scheme, whose own step does not matter.
//
// It was measured with 20 cells from the first to the last to be recruited, at
// constant currents of 5, 7.5 ... 40 nA for 2 s, against 0.025 ms: the greatest step
// at which the rate of every cell between 5 and 60 pps is right within 5 %. For
// Powers2017 this leaves out the cells that a stronger current makes fire less: near
// depolarisation block a cell fires or not by less than its integration error.
//
//	                            greatest error at the step          and at
//	NERLab      Crank-Nicolson  0.125 ms  3.8 %    (mean 0.3 %)    0.15 ms   6.2 %
//	            backward Euler  0.08 ms   4.0 %    (mean 0.9 %)    0.1 ms    6.0 %
//	Powers2017  Crank-Nicolson  0.25 ms   3.5 %    (mean 0.1 %)    0.3 ms   11.8 %
//	            backward Euler  0.25 ms   one cell (mean 1.6 %)    0.5 ms    3.6 % in the mean
//
// NERLab's cells at more than 100 pps need less: with Crank-Nicolson at 0.1 ms the first
// to be recruited is in depolarisation block at 37.5 nA, where it should fire at 110
// pps. Of all spikes at 6 to 40 nA it keeps 75 % at 0.25 ms and 19 % at 0.4 ms.
func LargestStep(d Description, s Scheme) float64 {
	largest := d.model().largestStep
	if s.SecondOrder {
		return largest.crankNicolson
	}
	return largest.backwardEuler
}
