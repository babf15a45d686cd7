package python

import (
	"os/exec"
	"syscall"
)

// own puts the program into a group of its own, so that a terminal's Ctrl-C comes
// through this process alone, and ends it with the thread that starts it.
func own(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
