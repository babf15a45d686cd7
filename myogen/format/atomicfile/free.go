package atomicfile

import (
	"fmt"
	"strings"
	"syscall"
)

// Need is how many bytes are going to be written to a file.
type Need struct {
	Path  string
	Bytes int64
}

// NoSpaceError reports that files need more space than is free.
type NoSpaceError struct {
	Paths      []string
	Need, Free uint64
}

// Error names the files, the bytes that they need and those that are free.
func (e *NoSpaceError) Error() string {
	verb := "needs"
	if len(e.Paths) > 1 {
		verb = "need"
	}
	return fmt.Sprintf("%s %s %s, and %s are free there", strings.Join(e.Paths, " and "), verb, size(e.Need), size(e.Free))
}

// Unwrap returns the error of a full disk.
func (e *NoSpaceError) Unwrap() error { return syscall.ENOSPC }

// size writes a number of bytes, with a unit where it is large.
func size(bytes uint64) string {
	const unit, prefixes = 1000, "kMGTPE"
	x, i := float64(bytes), -1
	for ; x >= unit && i+1 < len(prefixes); i++ {
		x /= unit
	}
	if i < 0 {
		return fmt.Sprintf("%d bytes", bytes)
	}
	return fmt.Sprintf("%.3g %cB (%d bytes)", x, prefixes[i], bytes)
}

// CheckFree returns a [*NoSpaceError] if files need more space than is free on
// their file system. What it cannot find out it does not refuse.
func CheckFree(needs ...Need) error {
	var systems []uint64
	on := map[uint64]*NoSpaceError{}
	for _, n := range needs {
		target, err := follow(disk, n.Path)
		if err != nil || n.Bytes <= 0 {
			continue
		}
		free, system, err := disk.Free(folder(target))
		if err != nil {
			continue
		}
		if on[system] == nil {
			on[system], systems = &NoSpaceError{Free: free}, append(systems, system)
		}
		on[system].Paths, on[system].Need = append(on[system].Paths, n.Path), on[system].Need+uint64(n.Bytes)
	}
	for _, system := range systems {
		if e := on[system]; e.Need > e.Free {
			return e
		}
	}
	return nil
}
