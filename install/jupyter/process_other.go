//go:build unix && !linux

package jupyter

import "os/exec"

// dieWithParent does nothing: only Linux ends the children of a killed process.
func dieWithParent(*exec.Cmd) {}
