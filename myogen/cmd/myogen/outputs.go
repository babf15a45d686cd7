package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"gomyogen/myogen/format/atomicfile"
)

// file is a file that a command reads or writes, with what the user calls it.
type file struct {
	what, path string // "-out", "results.npz"
}

// checkFiles returns an error unless every output can be written and is neither
// an input nor another output: before a run, since after it the work would be
// lost.
func checkFiles(inputs, outputs []file) error {
	seen := slices.DeleteFunc(slices.Clone(inputs), file.unnamed)
	for _, f := range slices.DeleteFunc(slices.Clone(outputs), file.unnamed) {
		for _, other := range seen {
			if atomicfile.SameFile(f.path, other.path) {
				return fmt.Errorf("%s (%s) is the same file as %s (%s)", f.what, f.path, other.what, other.path)
			}
		}
		seen = append(seen, f)
		if err := atomicfile.Check(f.path); err != nil {
			return fmt.Errorf("%s: %w", f.what, err)
		}
	}
	return nil
}

func (f file) unnamed() bool { return f.path == "" }

// save calls write with a path or, if it cannot be written any more, with a
// file of that name in the folder for temporary files, so that nothing is lost.
// It returns where the file is. What was given up is not written elsewhere.
func save(path string, out io.Writer, write func(path string) error) (string, error) {
	err := write(path)
	if err == nil {
		return path, nil
	}
	if givenUp(err) {
		return "", err
	}
	dir, dirErr := os.MkdirTemp("", "myogen-")
	if dirErr != nil {
		return "", errors.Join(err, dirErr)
	}
	elsewhere := filepath.Join(dir, filepath.Base(path))
	if otherErr := write(elsewhere); otherErr != nil {
		return "", errors.Join(err, otherErr)
	}
	fmt.Fprintf(out, "%v\nit is in %s instead\n", err, elsewhere)
	return elsewhere, err
}
