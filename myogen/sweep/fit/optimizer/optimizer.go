// Package optimizer has the searches of package fit, by
// gonum.org/v1/gonum/optimize. It is a package of its own so that what only reads
// the answer of a fit does not link them.
package optimizer

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/optimize"

	"gomyogen/myogen"
)

// firstStep is how far the first trials are from each other: an edge of the
// simplex, the standard deviation of CMA-ES.
const firstStep = 0.25

// Minimize is a fit.Minimizer. It has a method search for the least cost, beginning at start, in a space
// that is about 1 wide in each direction. Evaluate returns the costs of points, in
// their order, and false to end the search. The points of a call do not depend on
// one another's costs. The seed is that of CMA-ES.
//
// optimize.Minimize evaluates points in the order in which its goroutines get to
// them. Here their order is the method's, so that a trial has a number.
func Minimize(method myogen.FitMethod, seed uint64, start []float64, evaluate func(points [][]float64) (costs []float64, more bool)) {
	var m optimize.Method = &optimize.NelderMead{SimplexSize: firstStep}
	most := 1
	if method == myogen.CMAES {
		most = math.MaxInt
		m = &optimize.CmaEsChol{InitStepSize: firstStep, Src: rand.NewPCG(seed, 0)}
	}
	dim := len(start)
	tasks := make([]optimize.Task, m.Init(dim, most))
	for i := range tasks {
		tasks[i].Location = &optimize.Location{X: slices.Clone(start)}
	}
	operations, results := make(chan optimize.Task, len(tasks)), make(chan optimize.Task, len(tasks))
	go m.Run(operations, results, tasks)
	defer func() {
		results <- optimize.Task{Op: optimize.PostIteration}
		close(results)
		for range operations { // until the method has closed it
		}
	}()
	var batch []optimize.Task
	for {
		task := <-operations
		switch task.Op {
		case optimize.MethodDone:
			return
		case optimize.FuncEvaluation:
			if batch = append(batch, task); len(batch) < len(tasks) {
				continue // a method sends as many as it has
			}
			points := make([][]float64, len(batch))
			for i, t := range batch {
				points[i] = slices.Clone(t.X)
			}
			costs, more := evaluate(points)
			if !more {
				return
			}
			for i, t := range batch {
				t.F = costs[i]
				results <- t
			}
			batch = batch[:0]
		default: // a major iteration, of which nothing is asked
			results <- task
		}
	}
}
