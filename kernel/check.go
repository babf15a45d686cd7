//go:build !js

package kernel

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"gomyogen/kernel/internal/wire"
)

// Check ends the cell if err is not nil: what was shown so far stays, one
// line on standard error says what is wrong and in which line of the cell, and
// "Run all" stops here. If the call stands in a helper of another cell, a second
// line names that. With a nil error it does nothing.
//
//go:noinline
func Check(err error) {
	if err != nil {
		fail(err, place())
	}
}

// Must returns value, or ends the cell as [Check] does if err is not nil:
//
//	rt := kernel.Must(myogen.LoadThresholds("results/thresholds.npy"))
func Must[T any](value T, err error) T {
	Check(err)
	return value
}

// fail shows err with its place and ends the program.
func fail(err error, at location) {
	running.CleanUp()
	flush() // the program ends here anyway: nothing could be done about a display that failed
	fmt.Fprint(os.Stderr, failure(err, at))
	os.Exit(1)
}

// location is where a cell fails.
type location struct {
	cell   string // "Cell[3]:2" in the cell that runs, or what is known of it
	helper string // "Cell[1]:7" in a helper that it called, or ""
	name   string // of the helper
}

// failure is the text that a failing cell shows: the place, then the message
// in the same line, and the helper in a line of its own. An error of several lines keeps
// them, below the first.
func failure(err error, at location) string {
	message := strings.TrimSpace(err.Error())
	if err == context.Canceled || err == ErrStopped { // not wrapped: nothing says what was stopped
		message = "stopped before it was complete"
	}
	if at.cell != "" {
		message = at.cell + ": " + message
	}
	if at.helper != "" {
		message += "\n\tin " + at.name + ", " + at.helper
	}
	return message + "\n"
}

// place returns the place of the caller: the innermost line in the main of the
// notebook's code, which is the cell that runs, and the innermost line at all if
// that is in another function. Where no main is, as in a goroutine or a
// variable's declaration, the latter is all; outside a notebook it is the first
// caller outside this package.
func place() location {
	pcs := make([]uintptr, 64)
	n := runtime.Callers(2, pcs)
	for n == len(pcs) {
		pcs = make([]uintptr, 2*len(pcs))
		n = runtime.Callers(2, pcs)
	}
	frames := runtime.CallersFrames(pcs[:n])
	var at location
	outside := ""
	for {
		f, more := frames.Next()
		inCell := wire.Notebook && strings.HasPrefix(f.Function, "main.") && isNotebook(f.File)
		here := fmt.Sprintf("%s:%d", f.File, f.Line)
		switch {
		case inCell && isCell(f.Function):
			at.cell = here
			return at
		case inCell && at.helper == "":
			at.helper, at.name = here, functionName(f.Function)
		case outside == "" && !strings.HasPrefix(f.Function, packagePath+"."):
			outside = fmt.Sprintf("%s:%d", f.File, f.Line)
		}
		if !more {
			break
		}
	}
	if at.helper != "" {
		return location{cell: at.helper}
	}
	return location{cell: outside}
}

// isNotebook reports whether a file is of the notebook's code: a cell, or the program
// that was made of all. Function literals of packages that were inlined into it have
// its name and a file of their own.
func isNotebook(file string) bool {
	return strings.HasPrefix(file, "Cell") || filepath.Base(file) == "main.go"
}

// isCell reports whether a function of the notebook is the cell that runs: its
// main, or a function literal in it.
func isCell(function string) bool {
	rest, ok := strings.CutPrefix(function, "main.main")
	return ok && !slices.ContainsFunc(strings.Split(strings.TrimPrefix(rest, "."), "."), func(part string) bool {
		return part != "" && !isLiteral(part)
	})
}

// isLiteral reports whether a part of a name is one that the compiler gives to a
// function literal: main.network.func1.2 is the second in the first of network,
// func1-range1 the body of a loop in it.
func isLiteral(part string) bool {
	for _, kind := range []string{"func", "gowrap", "deferwrap"} {
		part = strings.TrimPrefix(part, kind)
	}
	part, _, _ = strings.Cut(part, "-range")
	return part != "" && strings.Trim(part, "0123456789") == ""
}

// functionName returns the name of a helper as the notebook has it: "network",
// "pool.connect" or "a function literal of network". Where the compiler has
// inlined the helper, its literals are called after the caller, too, as in
// main.main.network.func1.
func functionName(function string) string {
	parts := strings.Split(strings.ReplaceAll(function, "[...]", ""), ".")[1:] // without main, the package
	n := len(parts)
	for n > 0 && isLiteral(parts[n-1]) {
		n--
	}
	literal := n < len(parts)
	if parts = parts[:n]; literal && n > 1 {
		parts = parts[n-1:]
		if strings.HasPrefix(parts[0], "(") && n > 1 {
			parts = parts[n-2:]
		}
	}
	name := strings.NewReplacer("(*", "", ")", "").Replace(strings.Join(parts, "."))
	switch {
	case literal && (name == "" || name == "init" || name == "glob"):
		return "a function literal"
	case literal:
		return "a function literal of " + name
	}
	return name
}

// packagePath is the import path of this package.
const packagePath = "gomyogen/kernel"
