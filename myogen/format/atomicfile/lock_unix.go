//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package atomicfile

import (
	"fmt"
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
// gives all away, others give a file to their groups. It reports whether the file has
// the group of the other.
func own(f *os.File, other fs.FileInfo) bool {
	to, ok := other.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	if f.Chown(int(to.Uid), int(to.Gid)) == nil || f.Chown(-1, int(to.Gid)) == nil {
		return true
	}
	info, err := f.Stat()
	if err != nil {
		return false
	}
	is, ok := info.Sys().(*syscall.Stat_t)
	return ok && is.Gid == to.Gid
}

// mayReplace returns an error for a file of another user in another user's folder with the
// sticky bit, such as /tmp: it can be written, but no file can take its name.
func mayReplace(name string) error {
	dir, err := os.Stat(folder(name))
	if err != nil || dir.Mode()&fs.ModeSticky == 0 {
		return err
	}
	file, err := os.Lstat(name)
	if err != nil {
		return err
	}
	me := os.Geteuid()
	for _, info := range []fs.FileInfo{dir, file} {
		if is, ok := info.Sys().(*syscall.Stat_t); !ok || me == 0 || int(is.Uid) == me {
			return nil
		}
	}
	return fmt.Errorf("it is a file of another user, in a folder where only owners replace files (%v): %w", dir.Mode(), fs.ErrPermission)
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
