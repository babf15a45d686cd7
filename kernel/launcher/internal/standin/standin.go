// Package standin finds the program that another stands in for.
package standin

import (
	"fmt"
	"os"
	"path/filepath"
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
