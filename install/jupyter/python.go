package jupyter

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"

	"gomyogen/myogen/format/atomicfile"
)

//go:embed requirements.txt
var requirements string

// overrides are JupyterLab's settings where ours differ: it asks for no news
// and no updates, which need a network.
const overrides = `{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}
`

func (h *Home) makeVenv(ctx context.Context, r runner) (err error) {
	venv := filepath.Join(h.Data, "venv")
	if err := os.RemoveAll(venv); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(venv) // nothing half-made; the first error is the one to tell
		}
	}()
	if err := r.run(ctx, h.Data, nil, "python3", "-m", "venv", venv); err != nil {
		return err
	}
	file := filepath.Join(h.Data, "requirements.txt")
	if err := atomicfile.Write(file, []byte(requirements)); err != nil {
		return err
	}
	if err := r.run(ctx, h.Data, nil, h.Python("pip"), "install", "--disable-pip-version-check", "-r", file); err != nil {
		return fmt.Errorf("is there a network? %w", err)
	}
	settings := filepath.Join(venv, "share", "jupyter", "lab", "settings")
	if err := os.MkdirAll(settings, 0o755); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(settings, "overrides.json"), []byte(overrides))
}

func (h *Home) checkVenv() error { return exists(h.Python("jupyter-lab"), h.Python("python")) }
