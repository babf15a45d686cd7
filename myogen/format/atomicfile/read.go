package atomicfile

import (
	"fmt"
	"os"
)

// Read reads a regular file of at most so many bytes. A device has no end, and
// a pipe may have no writer.
func Read(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file (%v)", path, info.Mode())
	case info.Size() > most:
		return nil, fmt.Errorf("%s has %d bytes, must have at most %d", path, info.Size(), most)
	}
	return os.ReadFile(path)
}
