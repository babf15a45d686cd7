package runs

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// setLock is F_OFD_SETLK (fcntl(2)): a lock of the open file and not of the process, so that
// two sweeps of one program, too, have claims of their own.
const setLock = 37

// lock locks a byte of a file unless it is locked by another one.
func lock(f *os.File, at int64) bool {
	err := syscall.FcntlFlock(f.Fd(), setLock, &syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: at, Len: 1})
	return !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.EACCES)
}

func unlock(f *os.File, at int64) {
	// It ends with the file anyway.
	_ = syscall.FcntlFlock(f.Fd(), setLock, &syscall.Flock_t{Type: syscall.F_UNLCK, Whence: io.SeekStart, Start: at, Len: 1})
}
