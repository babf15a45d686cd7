//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package atomicfile

import (
	"io/fs"
	"os"
	"syscall"
)

// errLocked is the error of lock where another process holds the lock.
const errLocked = syscall.EWOULDBLOCK

// lock locks a file until it is closed or the process ends.
func lock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// own gives a file the owner and group of another, where the process may: root
// gives all away, others give a file to their groups.
func own(f *os.File, other fs.FileInfo) {
	to, ok := other.Sys().(*syscall.Stat_t)
	if !ok {
		return
	}
	if f.Chown(int(to.Uid), int(to.Gid)) != nil {
		_ = f.Chown(-1, int(to.Gid))
	}
}

// openHeld opens a file whose name is about to be taken away; nil if it may not be read. It
// does not wait for the writer of a pipe that has come in its place.
func openHeld(name string) *os.File {
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil
	}
	return f
}
