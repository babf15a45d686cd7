//go:build unix

package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// idle is how long a gopls without a client lives.
const idle = "20s"

// lead is how long the kernel takes to see that the program it started has
// ended; it then removes the socket.
const lead = 300 * time.Millisecond

// gopls stands in for the gopls that GoNB starts with -listen. As long as the
// process that it started lives and the first connection, 12 s later, is not
// made, GoNB lets Tab and the cells behind it wait. So this one ends at once,
// and the real one starts in the background; it ends by itself when the kernel
// is gone.
func gopls(args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return err
	}
	real := filepath.Join(filepath.Dir(self), "gopls")
	if real == self {
		return errors.New("there is no gopls beside the launcher")
	}
	listens := slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(strings.TrimLeft(a, "-"), "listen") })
	if !listens {
		return syscall.Exec(real, append([]string{real}, args...), os.Environ())
	}
	return background(slices.Concat([]string{laterMode, real}, args, []string{"-listen.timeout=" + idle})...)
}

// later becomes another program after a while.
func later(command []string) error {
	time.Sleep(lead)
	return syscall.Exec(command[0], command, os.Environ())
}
