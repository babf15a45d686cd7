//go:build unix

package site

import (
	"errors"
	"os"
	"syscall"
)

// lockFolder makes the folder of a site if it is not there, and waits until no other
// program writes a site into it.
func lockFolder(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	// A network drive may have no locks: there, two at once are the user's to avoid.
	return func() { f.Close() }, nil
}
