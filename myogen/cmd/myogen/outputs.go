package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

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
	seen := map[string]file{}
	for _, f := range inputs {
		if f.path != "" {
			seen[identity(f.path)] = f
		}
	}
	for _, f := range outputs {
		if f.path == "" {
			continue
		}
		if other, again := seen[identity(f.path)]; again {
			return fmt.Errorf("%s (%s) is the same file as %s (%s)", f.what, f.path, other.what, other.path)
		}
		seen[identity(f.path)] = f
		if err := atomicfile.Check(f.path); err != nil {
			return fmt.Errorf("%s: %w", f.what, err)
		}
	}
	return nil
}

// identity returns the same text for two names of the same file, which need not
// be there yet.
func identity(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	for range 40 { // links to links
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(dir, filepath.Base(path))
	}
	return path
}

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
