// Package kernel is what a cell of a Go notebook talks to: it shows figures,
// tables and progress, keeps values from one cell to the next, answers the
// stop button, and turns a mistake into one clear line. It is the only place
// that knows GoNB, the Go kernel for Jupyter.
//
// A cell is compiled and run as a program of its own, so a cell's variables
// are gone when it ends. Three helpers make that unnoticeable:
//
//	var run = kernel.Keep("descending drive", simulate) // computed once, in the cell that first needs it
//	block := run.Get()                                  // from any later cell, kernel or day
//
//	ctx, stop := kernel.Context() // cancelled by the stop button
//	defer stop()
//
//	pool := kernel.Must(myogen.NewAlphaMNPool(thresholds)) // one line instead of a stack trace
//
// Everything here works in a plain program too, where it writes text to
// standard output.
package kernel
