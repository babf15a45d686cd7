// Package kernel is what a cell of a Go notebook talks to: it shows figures,
// tables and progress, keeps values from one cell to the next, answers the
// stop button, and turns a mistake into one clear line. It is the only place
// that knows GoNB, the Go kernel for Jupyter.
//
// A cell is compiled and run as a program of its own, so a cell's variables
// are gone when it ends. These make that unnoticeable:
//
//	var run = kernel.Keep("descending drive", simulate) // computed once, in the cell that first needs it
//	result := run.Get()                                 // from any later cell, kernel or day
//
//	kernel.Run("NERLab", network, cfg, 15*units.S) // with a bar; stopped, it goes on where it was
//
//	rt := kernel.Must(myogen.LoadThresholds("results/thresholds.npy")) // one line instead of a stack trace
//
//	kernel.ShowTable(table) // and Show for figures
//
//	kernel.Interact(kernel.Interaction{Sliders: sliders}, draw) // a figure that follows sliders while the cell runs
//
// Everything here works in a plain program too, where it writes text to
// standard output.
//
// # What GoNB itself cannot do
//
// The kernel passes jupyter_kernel_test 0.7.0 (kernel_info, execute_stdout,
// execute_stderr, display_data, error, inspect, completion), apart from
//
//   - is_complete: a request is never answered, so that consoles cannot tell
//     whether a line goes on;
//   - history: a request is never answered; JupyterLab keeps its own;
//   - execute_result: the value of a cell's last expression is not shown, Go
//     has none; results are printed or displayed;
//   - clear_output: there is none; a display that is replaced takes its place;
//   - pager: help is shown by inspect instead.
//
// Names are completed from 12 s after the start of the kernel on, when GoNB
// connects to gopls. Cells that wait behind one that the stop button ended still
// run. The trace of a panic names cells and lines where it reaches GoNB in whole
// lines: this package sees to it on Linux. A line on standard error with two colons before main.go and a line
// number ends the kernel; the standard logger writes such lines with Lshortfile.
package kernel
