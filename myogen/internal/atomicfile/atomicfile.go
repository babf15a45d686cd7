// Package atomicfile writes files that are complete or not there.
package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
)

// Write writes data to path, through a temporary file beside it that takes
// its name at the end. The folder must exist.
func Write(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err := errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
