package fit

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/optimize"

	"gomyogen/myogen"
)

const (
	// firstStep is how far the first trials are from each other: an edge of the
	// simplex, the standard deviation of CMA-ES.
	firstStep = 0.25
	// lastStep is how close the last trials are in every parameter when the
	// search ends.
	lastStep = 1e-3
)

// minimize has a method of gonum search for the least cost, beginning at start.
// Evaluate returns the costs of points, in their order, and false to end the
// search. The points of a call do not depend on one another's costs.
//
// optimize.Minimize evaluates points in the order in which its goroutines get to
// them. Here their order is the method's, so that a trial has a number.
func minimize(method myogen.FitMethod, seed uint64, start []float64, evaluate func(points [][]float64) (costs []float64, more bool)) {
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

// converged reports whether points are closer to each other than lastStep in
// every parameter.
func converged(points [][]float64) bool {
	for i := range points[0] {
		least, most := math.Inf(1), math.Inf(-1)
		for _, p := range points {
			least, most = min(least, p[i]), max(most, p[i])
		}
		if most-least > lastStep {
			return false
		}
	}
	return true
}
