//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
)

var errLocked = errors.New("locked")

// lock fails: here a leftover is never known to be dead and stays.
func lock(*os.File) error { return errors.ErrUnsupported }

// own does nothing: there are no owners here that could be kept.
func own(*os.File, fs.FileInfo) bool { return true }

// mayReplace returns nil: who may write a file may replace it here.
func mayReplace(string) error { return nil }

// openHeld opens nothing: where a file is open its name cannot be taken away.
func openHeld(string) *os.File { return nil }
