package jupyter

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// LabCommand returns the command that serves JupyterLab on a folder, on
// 127.0.0.1 only.
func (h *Home) LabCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, h.Python("jupyter"), "lab", "--ip=127.0.0.1", "--ServerApp.root_dir="+dir,
		"--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
	if os.Geteuid() == 0 {
		cmd.Args = append(cmd.Args, "--allow-root")
	}
	cmd.Args = append(cmd.Args, args...)
	// An interrupt would ask on the terminal and leave the kernels running.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	return cmd
}

// TrustTutorials lets JupyterLab run the scripts in the outputs of the
// tutorials as they come with the module: their figures are then alive.
func (h *Home) TrustTutorials(ctx context.Context, out io.Writer) error {
	files, err := filepath.Glob(filepath.Join(h.Notebooks(), "*.ipynb"))
	if err != nil || len(files) == 0 {
		return err
	}
	return runner{out}.run(ctx, h.Data, nil, h.Python("jupyter"), append([]string{"trust"}, files...)...)
}
