//go:build unix

package jupyter

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"

	"gomyogen/myogen/datafolder"
	"gomyogen/myogen/format/atomicfile"
)

//go:embed requirements.txt
var requirements string

//go:embed nwb.txt
var nwbRequirements string

// overrides are JupyterLab's settings where ours differ: it asks for no news
// and no updates, which need a network.
const overrides = `{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}
`

// venv is a link to the environment in use. An environment knows its own path,
// so that a new one is made in the place where it stays, and the link then turns
// to it.
func (h *Home) venv() string { return filepath.Join(h.Data, "venv") }

func (h *Home) makeVenv(ctx context.Context, r runner) (made []string, err error) {
	dir, err := os.MkdirTemp(h.Data, "venv-")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = removeAll(dir) // nothing half-made; the first error is the one to tell
		}
	}()
	if err := environment(ctx, r, dir, requirements); err != nil {
		return nil, err
	}
	settings := filepath.Join(dir, "share", "jupyter", "lab", "settings")
	if err := os.MkdirAll(settings, 0o755); err != nil {
		return nil, err
	}
	if err := atomicfile.Write(filepath.Join(settings, "overrides.json"), []byte(overrides)); err != nil {
		return nil, err
	}
	return []string{h.venv()}, h.useVenv(dir)
}

// makeNWB makes the environment of the programs that read and write the files of
// others: JupyterLab's has no need of it, and it is larger.
func (h *Home) makeNWB(ctx context.Context, r runner) (made []string, err error) {
	dir := filepath.Join(h.Data, datafolder.NWB)
	if err := removeAll(dir); err != nil {
		return nil, err
	}
	if err := environment(ctx, r, dir, nwbRequirements); err != nil {
		return nil, err
	}
	return []string{dir}, nil
}

// useVenv turns the link to a new environment and removes the others.
func (h *Home) useVenv(dir string) error {
	if info, err := os.Lstat(h.venv()); err == nil && info.IsDir() { // of an earlier version, which had no link
		if err := os.Rename(h.venv(), h.venv()+"-old"); err != nil {
			return err
		}
	}
	link := dir + ".link"
	if err := os.Symlink(filepath.Base(dir), link); err != nil {
		return err
	}
	if err := os.Rename(link, h.venv()); err != nil {
		return err
	}
	others, err := h.glob("venv-*")
	if err != nil {
		return err
	}
	for _, other := range others {
		if other != dir {
			if err := removeAll(other); err != nil {
				return err
			}
		}
	}
	return nil
}

// environment makes an environment of packages that are pinned with their checksums.
func environment(ctx context.Context, r runner, dir, requirements string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := r.run(ctx, dir, pythonEnv(), "python3", "-I", "-m", "venv", dir); err != nil {
		return err
	}
	file := filepath.Join(dir, "requirements.txt")
	if err := atomicfile.Write(file, []byte(requirements)); err != nil {
		return err
	}
	// A package from its source would run what it likes.
	if err := r.run(ctx, dir, pythonEnv(), filepath.Join(dir, "bin", "python"), "-I", "-m", "pip", "install",
		"--disable-pip-version-check", "--require-hashes", "--only-binary=:all:", "-r", file); err != nil {
		return fmt.Errorf("is there a network? %w", err)
	}
	return nil
}
