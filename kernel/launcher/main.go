//go:build unix

// Launcher is what Jupyter starts as the kernel:
//
//	launcher PROGRAM ARG...
//
// It gives the kernel a temporary folder of its own and becomes PROGRAM, with
// the same process id. However the kernel ends, killed too, a watcher then
// ends what still runs from that folder and removes it; what a crash of the
// machine left is removed by the next start. The program's log goes to a file
// in the folder above, not to the terminal of JupyterLab. PROGRAM is front, the
// kernel that clients see, with GoNB behind it.
//
// Called as gopls, it starts the gopls beside it so that the kernel does not
// wait for it (see gopls.go). Called as go, it shows the value of a cell's last
// expression (see prepare.go) and spares the go command what it has found out for
// an earlier cell (see gocommand.go).
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/janpfeifer/gonb/gonbui/protocol"
	"golang.org/x/sys/unix"

	"gomyogen/kernel/env"
)

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, "launcher:", err)
		os.Exit(1)
	}
}

// Arguments of the copies of itself that run in the background.
const (
	watchMode = "-watch"
	laterMode = "-later"
	learnMode = "-learn"
)

func run(args []string) error {
	switch {
	case filepath.Base(args[0]) == "gopls":
		return gopls(args[1:])
	case filepath.Base(args[0]) == "go":
		return goCommand(args[1:])
	case len(args) == 3 && args[1] == watchMode:
		return watch(args[2])
	case len(args) > 2 && args[1] == laterMode:
		return later(args[2:])
	case len(args) > 2 && args[1] == learnMode:
		return learn(args[2], args[3:])
	case len(args) < 2:
		return errors.New("name the program to start")
	}
	return launch(args[1:])
}

// launch becomes the kernel.
func launch(command []string) error {
	program, err := exec.LookPath(command[0])
	if err != nil {
		return err
	}
	base, err := baseFolder()
	if err != nil {
		return err
	}
	if err := sweep(base); err != nil {
		fmt.Fprintln(os.Stderr, "launcher: what an earlier kernel left stays:", err)
	}
	dir, lock, err := newFolder(base)
	if err != nil {
		return err
	}
	defer lock.Close() // unless it becomes the kernel
	if err := background(watchMode, dir); err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	notebook, err := os.Getwd()
	if err != nil {
		return err
	}
	for name, value := range map[string]string{"TMPDIR": dir, env.NotebookDir: notebook} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	if os.Getenv(protocol.GONB_PIPE_ENV) != "" { // a cell of another notebook started this kernel
		if err := os.Unsetenv(env.JupyterSession); err != nil {
			return err
		}
	}
	return become(program, command, filepath.Join(dir, logName))
}

// logName is the file in a kernel's folder that its log goes to. The last one
// is kept beside the folders.
const logName = "kernel.log"

// become replaces this program by another whose output goes to log.
func become(program string, command []string, log string) error {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	terminal, err := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return err
	}
	for fd := 1; fd <= 2; fd++ {
		if err := unix.Dup2(int(f.Fd()), fd); err != nil {
			return err
		}
	}
	err = syscall.Exec(program, command, os.Environ())
	return errors.Join(fmt.Errorf("start %s: %w", program, err), unix.Dup2(terminal, 2)) // only an error comes back
}

// background starts a copy of this program that outlives it and the signals
// of its terminal.
func background(args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(self, args...)
	cmd.Dir = string(filepath.Separator)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
