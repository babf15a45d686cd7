//go:build unix

package jupyter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// made are the names in the data folder that set-up and kernels make.
var made = []string{"bin/figure-renderer", "bin/front", "bin/gonb", "bin/goimports", "bin/gopls", "bin/launcher", "stand-ins/go", "stand-ins/gopls", "venv", "venv-*", "nwb", "new-*", "tmp", "plans",
	"*.stamp", "*.key", "history.jsonl", "requirements.txt", "setup.lock"}

// Remove removes everything that set-up made, and says on out what stays and why.
func (h *Home) Remove(ctx context.Context, out io.Writer) error {
	if _, err := os.Stat(h.Data); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(out, "%s is not there: nothing is set up\n", h.Data)
	} else if _, err := os.Stat(h.lockFile()); err != nil {
		return fmt.Errorf("%s is not a folder that set-up made: it has no setup.lock", h.Data)
	} else if err := h.removeData(ctx, out); err != nil {
		return h.denied(err)
	}
	fmt.Fprint(out, h.stays())
	return nil
}

func (h *Home) removeData(ctx context.Context, out io.Writer) error {
	unlock, err := lock(ctx, out, h.lockFile())
	if err != nil {
		return err
	}
	defer unlock()
	for _, pattern := range made { // the lock is the last file
		paths, err := h.glob(pattern)
		if err != nil {
			return err
		}
		for _, path := range paths {
			if err := removeAll(path); err != nil {
				return err
			}
		}
	}
	for _, dir := range []string{"bin", "stand-ins"} {
		_ = os.Remove(filepath.Join(h.Data, dir)) // what else is there stays
	}
	entries, err := os.ReadDir(h.Data)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		real, err := filepath.EvalSymlinks(h.Data)
		if err == nil {
			err = os.Remove(real)
		}
		if _, linkErr := os.Lstat(h.Data); err == nil && linkErr == nil { // it was a link
			err = os.Remove(h.Data)
		}
		if err == nil {
			fmt.Fprintln(out, "removed", h.Data)
		}
		return err
	}
	fmt.Fprintf(out, "removed what set-up made in %s; what else is there stays: %s", h.Data, entries[0].Name())
	if len(entries) > 1 {
		fmt.Fprintf(out, " and %d more", len(entries)-1)
	}
	fmt.Fprintln(out)
	return nil
}

// stays lists what remove leaves and why.
func (h *Home) stays() string {
	var b strings.Builder
	b.WriteString("what stays, and why:\n")
	say := func(path, why string) {
		if _, err := os.Stat(path); err == nil {
			fmt.Fprintf(&b, "  %s\n      %s\n", path, why)
		}
	}
	home, _ := os.UserHomeDir() // without one there is nothing to say
	config, data := os.Getenv("JUPYTER_CONFIG_DIR"), os.Getenv("JUPYTER_DATA_DIR")
	if config == "" {
		config = filepath.Join(home, ".jupyter")
	}
	if data == "" {
		data = filepath.Join(home, ".local", "share", "jupyter")
		if mac := filepath.Join(home, "Library", "Jupyter"); isDir(mac) {
			data = mac
		}
	}
	const jupyter = "Jupyter's own folder: your other notebooks use it, too"
	say(config, jupyter+" (settings, workspaces)")
	say(data, jupyter+" (which notebooks are trusted)")
	say(filepath.Join(home, ".ipython"), "IPython's own folder, which JupyterLab makes")
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		if path, err := exec.Command("go", "env", name).Output(); err == nil {
			say(strings.TrimSpace(string(path)), "Go's cache, shared with all Go programs; go clean -cache -modcache empties both")
		}
	}
	say(filepath.Join(home, ".npm"), "npm's cache; npm cache clean --force empties it")
	for _, pip := range []string{filepath.Join(home, ".cache", "pip"), filepath.Join(home, "Library", "Caches", "pip")} {
		say(pip, "pip's cache; pip cache purge empties it")
	}
	if cache, err := os.UserCacheDir(); err == nil {
		for _, name := range []string{"gopls", "goimports"} {
			say(filepath.Join(cache, name), "the cache of "+name+", shared with your editor; remove it as you like")
		}
		say(filepath.Join(cache, "gomyogen-test"), "what this module's tests installed; remove it as you like")
	}
	fmt.Fprintf(&b, "  %s\n      this clone; results/ and .myogen/ beside notebooks, here and elsewhere, are your results and kept values\n", h.Module)
	return b.String()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
