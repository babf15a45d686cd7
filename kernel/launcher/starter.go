//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gomyogen/kernel/launcher/internal/standin"
)

// starter is the script that GoNB takes for the program of a cell. It becomes the
// program, whose standard error goes past GoNB, which dies of some lines. Where there is
// no pipe for it, it joins standard output. A cell that was stopped before does not start.
const starter = `#!/bin/sh
d=%s
[ -e "$d/%s" ] && exit 130
: >"$d/%s"
[ -p "$d/%s" ] && exec "$0%s" "$@" 2>"$d/%[4]s"
exec "$0%[5]s" "$@" 2>&1
`

// writeStarter writes the script to path, for the program beside it, in the folder of cells.
func writeStarter(path string) error {
	dir := "'" + strings.ReplaceAll(filepath.Dir(filepath.Dir(path)), "'", `'\''`) + "'"
	script := fmt.Appendf(nil, starter, dir, standin.Stopped, standin.Started, standin.Stderr, standin.ProgramSuffix)
	if b, err := os.ReadFile(path); err == nil && bytes.Equal(b, script) {
		return nil
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.WriteFile(path, script, 0o700)
}

// stopped reports whether the cell in a folder was stopped before it was compiled.
func stopped(cell string) bool {
	_, err := os.Stat(filepath.Join(filepath.Dir(cell), standin.Stopped))
	return err == nil
}
