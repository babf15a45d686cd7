package atomicfile

import (
	"fmt"
	"io"
	"os"
)

// Read reads a regular file of at most so many bytes. A device has no end, and
// a pipe may have no writer. No more is read than the size that the file has at
// first: files of /proc claim 0 bytes, and some of them have no end either.
func Read(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path) // before it is opened, which waits for the writer of a pipe
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file (%v)", path, info.Mode())
	case info.Size() > most:
		return nil, fmt.Errorf("%s has %d bytes, must have at most %d", path, info.Size(), most)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, info.Size())
	n, err := io.ReadFull(f, b)
	if err == io.EOF || err == io.ErrUnexpectedEOF { // it became shorter meanwhile
		err = nil
	}
	return b[:n], err
}
