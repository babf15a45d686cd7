// Package regular opens files for reading that have an end: a device has none,
// and a pipe may have no writer.
package regular

import (
	"fmt"
	"os"
)

// Open opens a regular file and returns its size.
func Open(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s is not a regular file (%v)", path, info.Mode())
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	return f, info.Size(), nil
}
