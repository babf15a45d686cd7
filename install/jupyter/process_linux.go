package jupyter

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel end the program of cmd when the thread that starts
// it is gone, as after a SIGKILL of this process.
func dieWithParent(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
}
