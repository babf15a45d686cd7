// Package standin finds the program that another stands in for, and names the files
// that a kernel's programs share.
package standin

import (
	"fmt"
	"os"
	"path/filepath"
)

// Files in a kernel's private folder by which its front and the script that starts the
// program of a cell know of one another.
const (
	Stopped       = "stopped"  // is there when the cell was stopped
	Started       = "started"  // is there when its program has started
	Stderr        = "stderr"   // a named pipe for what the program writes to standard error
	ProgramSuffix = ".program" // of the program's file, behind that of the script
)

// Next returns the path of the program that self stands in for under a name: the
// next of this name on the PATH, behind self if it is there.
func Next(name, self string) (string, error) {
	own, err := os.Stat(self)
	if err != nil {
		return "", err
	}
	found := ""
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		switch {
		case err != nil || !filepath.IsAbs(path) || !info.Mode().IsRegular() || info.Mode()&0o111 == 0:
		case os.SameFile(info, own):
			found = ""
		case found == "":
			found = path
		}
	}
	if found == "" {
		return "", fmt.Errorf("there is no %s on the PATH", name)
	}
	return found, nil
}
