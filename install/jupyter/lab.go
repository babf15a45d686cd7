//go:build unix

package jupyter

import (
	"context"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
)

// LabCommand returns the command that serves JupyterLab on a folder, on
// 127.0.0.1 only. The modules that it imports are those of the set-up.
func (h *Home) LabCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, h.Python("python"), "-I", "-m", "jupyterlab", "--ip=127.0.0.1", "--ServerApp.root_dir="+dir,
		"--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
	if os.Geteuid() == 0 {
		cmd.Args = append(cmd.Args, "--allow-root")
	}
	cmd.Args = append(cmd.Args, args...)
	cmd.Env = pythonEnv()
	// An interrupt would ask on the terminal and leave the kernels running.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	return cmd
}

// TrustTutorials lets JupyterLab run the scripts in the outputs of the
// tutorials as they came with the module: their figures are then alive. Other
// notebooks in their folder, and changed ones, it leaves to the user.
func (h *Home) TrustTutorials(ctx context.Context, out io.Writer) error {
	git := func(args ...string) ([]string, error) {
		b, err := exec.CommandContext(ctx, "git", append([]string{"-C", h.Notebooks()}, args...)...).Output()
		return strings.Fields(string(b)), err
	}
	files, err := git("ls-files", "*.ipynb")
	if err != nil {
		return nil // not a clone: nothing says what came with the module
	}
	changed, err := git("diff", "--name-only", "--relative", "HEAD", "--", "*.ipynb")
	if err != nil {
		return nil
	}
	files = slices.DeleteFunc(files, func(f string) bool { return slices.Contains(changed, f) })
	if len(files) == 0 {
		return nil
	}
	return runner{out}.run(ctx, h.Notebooks(), pythonEnv(), h.Python("python"), append([]string{"-I", "-m", "nbformat.sign"}, files...)...)
}
