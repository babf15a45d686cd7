// Package kernel is the interface of the cells of a Go notebook. It shows figures,
// tables and progress, keeps values from one cell to the next, answers the stop
// button, and turns a mistake into one clear line.
//
// A cell is compiled and run as a program of its own, so its variables are gone
// when it ends. These make that unnoticeable:
//
//	// A run with a progress bar, kept. Stopped, it goes on where it was.
//	var nerlab = kernel.Run("NERLab", experiment)
//
//	nerlab.SpikeTrains("aMN") // in any later cell, kernel or day
//
//	// Any other kept value: computed in the first cell that needs it.
//	var rates = kernel.Keep("rates", computeRates)
//
//	// One line instead of a stack trace.
//	rt := kernel.Must(myogen.LoadThresholds("results/thresholds.npy"))
//
//	figure // the value of a last expression is shown: a figure, a table, a text
//
//	// A figure that follows sliders while the cell runs.
//	kernel.Interact(kernel.Interaction{Sliders: sliders}, draw)
//
// Everything works in a plain program too, where it writes text to standard
// output, and Ctrl-C is the stop button.
//
// # Kept values
//
// [Keep] names a value and the function that computes it. What it is made from
// is found in the source code:
//
//   - the function, and each declaration of the notebook that it reaches, with
//     types and methods;
//   - the packages of the notebook's own modules by content, other modules and
//     Go by version;
//   - the inputs, which are compared by content: a [File] by that of the file,
//     another [Value] by what that is made from;
//   - the kept values that it gets on the way, with their files.
//
// If any of these has changed, [Value.Get] computes the value again, and [Kept]
// says why. Comments, layout, other cells and the order of cells do not count.
// Values that are read at the same time by another goroutine, or by a top-level
// variable before main begins, count as got on the way. A [Progress] and [Bars]
// do not count. The clock, the environment and files are not code: what depends
// on them needs them as inputs.
//
// A function literal may use local variables that are inputs too:
//
//	for _, peak := range []units.Rate{45, 65, 85} {
//		rate := kernel.Keep(fmt.Sprint("rate at ", peak), func() (float64, error) { return meanRate(peak) }, peak)
//		...
//	}
//
// What cannot be told from the code is refused by name: other local variables,
// methods bound to a value, and top-level variables that are changed after their
// declaration (assigned, cleared, copied into, their address taken, or by a
// method that changes its receiver). So is a [Run], [Sweep] or [Fit] that
// initialises a top-level variable from one that is changed: it was given what
// that held before. Not seen are changes through another name
// of the same slice, map or pointer, as by slices.Sort, and by methods of other
// modules.
//
// A kept value is what was computed: empty slices stay empty, nil stays nil, and a time
// keeps its zone. A value that cannot be read back so is not kept, and a line says why;
// so it is with a func, a channel, an unexported field that is not zero, an interface
// whose type is unknown to [encoding/gob.Register] (those of units and neo are known), a
// time zone that has no name or another one's, and more than 100,000 values in one
// another, as of a linked list of 50,000.
//
// A value that the stop button cut short, or that used one, is partial. It is
// kept apart: Get computes it again, or goes on, while [Value.Peek] returns what
// there is. Of two kernels that compute it at once, the one that is further has its
// partial value kept.
//
// Values are in the folder .myogen beside the notebook, ignored by git, in at
// most 2 GiB (or MYOGEN_KEEP_MIB); the least recently used go first. They are
// authenticated with a key in the user's data folder: what came with somebody
// else's folder is computed again. The notebooks of a folder share values that
// have the same name and are made from the same; [Kept] lists and [Forget]
// removes those of this one.
//
// # The stop button
//
// The button cancels the contexts of [Context], [Run] and [Interact]. The cell
// goes on and has about 3 s to show what it has; it then counts as a success, so
// cells that wait behind it run. Figures and tables that it shows or saves after
// the stop say so in their titles, and figures in their text for those who
// cannot see them: "Partial (NERLab stopped at 4200 of 15000 ms)". A .csv file
// has no title; a line in the cell says it of that. In a plain program, a second
// Ctrl-C ends it.
//
// # Interactions
//
// [Interact] shows sliders and the figure that a function draws of their values.
// While the cell runs, each change draws the figure anew; what is still drawn
// for earlier values is cancelled through its context. The function runs once at
// a time. It should look at its context and show nothing itself. Its error is a
// line below the sliders, and so is a call that takes longer than
// [Interaction.DrawTimeout]; one that does not return 2.5 s after that ends the
// cell.
//
// The cell ends with the button Done, with the stop button, after IdleTimeout
// without a change, and after ConnectTimeout if no page shows the sliders; where
// there is no page, as in a run without a browser, at once. It leaves the last
// figure, with the values in its title. Cells that wait behind it wait until
// then, so it stands best at the end of a notebook. A page that is opened meanwhile
// gets the sliders from the kernel, as it gets all that cells have shown.
//
// The page talks to the cell through GoNB's comm, over a socket of its own: the
// one that GoNB opens knows neither a base URL nor wss, and gives up when its
// first message is lost.
//
// # Mistakes
//
// [Check], [Must] and whatever fails a cell write one line to standard error:
// the line of the cell that ran, and the message. If the mistake is in a helper
// of another cell, a second line names the helper and its line.
//
// # Cells
//
// A cell is Go: declarations, then statements; a line %% between them may be left
// out. The value of an expression at the end is shown: a figure as a figure, a
// table as a table, an error as one line, anything else as text. "_ =" before it
// keeps it from being shown; what fmt.Println and its like return is not shown.
// If the expression is a call whose last result is an error that is not nil, the
// cell fails, as with [Check].
//
// A later cell replaces what it declares anew: a constant or a type of a group
// alone, variables of one value (var a, b = f()) together. What was declared as
// another kind of thing, as a variable and then as a function, is forgotten with
// %rm first.
// Magics (%help lists them) and ! lines are those of GoNB, which compiles cells.
// Tab completes names; Shift-Tab, or a question mark behind a name
// ("fmt.Println?"), says what they are. [ClearOutput] removes what a cell has shown.
//
// # What the kernel cannot do
//
// The kernel passes all of jupyter_kernel_test 0.7.0. Of Jupyter's protocol it
// lacks
//
//   - the debugger;
//   - subshells: what it answers while a cell runs (completion, inspection,
//     history, comm_info, kernel_info) needs none;
//   - user_expressions: values end with the program of their cell;
//   - the outputs in the history.
//
// Cells that wait behind the stop button do not run if the stopped cell fails. A
// cell that reads standard input is asked for a line on Linux alone, the only one
// to say what a process waits for. Where nobody can be asked, as on macOS or by a
// client that does not offer it, standard input is at its end for os.Stdin and
// fmt.Scan; a cell that reads it in another way is ended on Linux and waits
// elsewhere. A function behind the first statement is an error; an import is not.
// A function init runs at the start of later cells, too, as the values of variables
// are made anew there. In a cell with %capture, standard error joins standard
// output. What is written to standard error within 2 ms of standard output may
// change places with it.
package kernel
