//go:build darwin || linux

package atomicfile

import (
	"os"

	"golang.org/x/sys/unix"
)

func (machine) Free(dir string) (bytes, system uint64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, 0, &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	var info unix.Stat_t
	if err := unix.Stat(dir, &info); err != nil {
		return 0, 0, &os.PathError{Op: "stat", Path: dir, Err: err}
	}
	return s.Bavail * uint64(s.Bsize), uint64(info.Dev), nil
}
