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
// # Cells
//
// A cell is Go: declarations, then statements; a line %% between them may be left out.
// The value of an expression at its end is shown, a figure as a figure, a table as a
// table, an error as one line, anything else as text; _ = in front of it keeps it from being
// shown. What fmt.Println and its like return is not shown.
// Magics (%help lists them) and ! lines are those of GoNB, which compiles cells. Tab
// completes names, Shift-Tab and a question mark behind a name ("fmt.Println?") say what
// they are. [ClearOutput] removes what a cell has shown.
//
// # What the kernel cannot do
//
// The kernel passes all of jupyter_kernel_test 0.7.0. Of Jupyter's protocol it lacks
//
//   - the debugger;
//   - subshells: what it answers while a cell runs (completion, inspection, history,
//     comm_info, kernel_info) needs none;
//   - user_expressions: values end with the program of their cell;
//   - the outputs in the history.
//
// The stop button keeps the cells behind from running unless the cell itself makes a good
// end of it, as after Interact. A cell that reads standard input is asked for a line on Linux
// alone. Where a client cannot ask, standard input is at its end; a cell that reads it
// without os.Stdin or fmt.Scan being named is ended on Linux, and waits elsewhere.
// A function or an import that stands behind the first statement is an error.
// The trace of a panic names cells and lines where it reaches GoNB in whole lines: this
// package sees to it on Linux. A line on standard error with two colons before main.go and
// a line number ends the kernel; the standard logger writes such lines with Lshortfile.
package kernel
