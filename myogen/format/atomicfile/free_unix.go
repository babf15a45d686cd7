//go:build darwin || linux

package atomicfile

import (
	"os"
	"syscall"
)

// Of syscall and not golang.org/x/sys/unix, which every cell of a notebook would link.
func (machine) Free(dir string) (bytes, system uint64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, 0, &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	var info syscall.Stat_t
	if err := syscall.Stat(dir, &info); err != nil {
		return 0, 0, &os.PathError{Op: "stat", Path: dir, Err: err}
	}
	return s.Bavail * uint64(s.Bsize), uint64(info.Dev), nil
}
