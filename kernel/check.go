package kernel

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"gomyogen/kernel/internal/wire"
)

// Check ends the cell if err is not nil: what was shown so far stays, one
// line on standard error says what is wrong and where in the cell, and "Run
// all" stops here. With a nil error it does nothing.
func Check(err error) {
	if err != nil {
		fail(err, place())
	}
}

// Must returns value, or ends the cell as Check does if err is not nil:
//
//	rt := kernel.Must(myogen.LoadThresholds("results/thresholds.npy"))
func Must[T any](value T, err error) T {
	if err != nil {
		fail(err, place())
	}
	return value
}

// beforeFail, if not nil, takes away what does not work once the program has
// ended.
var beforeFail func()

// fail shows err as one line with its place and ends the program.
func fail(err error, at string) {
	if beforeFail != nil {
		beforeFail()
	}
	flush() // the program ends here anyway: nothing could be done about a display that failed
	fmt.Fprint(os.Stderr, failure(err, at))
	os.Exit(1)
}

// failure is the text that a failing cell shows: the place, then the message
// in the same line. GoNB puts the cell and its line before a place in the
// cell's code. It dies of a line with such a place after two colons, so the
// place comes first and the message has none. An error of several lines keeps
// them, below the first.
func failure(err error, at string) string {
	message := strings.TrimSpace(err.Error())
	if err == context.Canceled || err == ErrStopped { // not wrapped: nothing says what was stopped
		message = "stopped before it was complete"
	}
	message = strings.ReplaceAll(message, ".go:", ".go line ")
	if at != "" {
		message = at + ": " + message
	}
	return message + "\n"
}

// place returns "file:line" of the innermost call that comes from the cell's
// code, or, outside a notebook, of the first caller outside this package.
func place() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	outside := ""
	for {
		f, more := frames.Next()
		if file, ok := cellFile(f.File); ok {
			return fmt.Sprintf("%s:%d", file, f.Line)
		}
		if outside == "" && !strings.HasPrefix(f.Function, packagePath+".") {
			outside = fmt.Sprintf("%s:%d", f.File, f.Line)
		}
		if !more {
			return outside
		}
	}
}

// packagePath is the import path of this package.
const packagePath = "gomyogen/kernel"

// cellFile reports whether file is the code that GoNB made of the notebook,
// and returns its path in the spelling that GoNB knows: the compiler may have
// seen the folder through another link.
func cellFile(file string) (path string, ok bool) {
	dir := os.Getenv(protocol.GONB_TMP_DIR_ENV)
	if !wire.Notebook || dir == "" {
		return "", false
	}
	path = filepath.Join(dir, filepath.Base(file))
	if path == file {
		return path, true
	}
	a, err := os.Stat(path)
	if err != nil {
		return "", false
	}
	b, err := os.Stat(file)
	return path, err == nil && os.SameFile(a, b)
}
