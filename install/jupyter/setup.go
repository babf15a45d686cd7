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
	"runtime"
	"strings"
	"syscall"
	"time"

	"gomyogen/myogen/datafolder"
)

// part is one thing that set-up makes. Its stamp, written last, says from what
// it was made, and which files it has; a part without its stamp is not there.
type part struct {
	id, name string
	from     func() string                                   // what it is made from: when this changes it is made again
	make     func(context.Context, runner) ([]string, error) // returns the files and folders that it made
}

func (h *Home) parts() []part {
	all := []part{
		{"tools", "Go tools (gonb, goimports, gopls)", h.toolVersions, h.makeTools},
		{"python", "JupyterLab", func() string { return requirements + overrides }, h.makeVenv},
		{"kernel", "kernel " + KernelName, h.specInputs, h.makeSpec},
		{"echarts", "ECharts " + echartsVersion, h.echartsInputs, h.makeECharts},
		{"renderer", "renderer of figures", h.rendererInputs, h.makeRenderer},
		{"cache", "build cache", h.cacheKey, h.warm},
	}
	if _, err := os.Lstat(filepath.Join(h.Data, datafolder.NWB)); err == nil { // it was asked for once
		all = append(all, h.nwb())
	}
	return all
}

// nwb is the part that only who asks for it gets.
func (h *Home) nwb() part {
	return part{"nwb", "pynwb, Neo and SciPy", func() string { return nwbRequirements }, h.makeNWB}
}

// AddNWB adds the Python packages that read and write the files of other
// programs. It needs no other part.
func (h *Home) AddNWB(ctx context.Context, out io.Writer) error {
	unlock, err := h.begin(ctx, out)
	if err != nil {
		return err
	}
	defer unlock()
	p := h.nwb()
	if h.ready(p, true) == nil {
		fmt.Fprintf(out, "%s are there\n", p.name)
		return nil
	}
	return h.denied(h.build(ctx, out, []part{p}, true))
}

// SetUp makes what is not there and tells on out what it does. Files that were
// not written to since they were made are taken as whole.
func (h *Home) SetUp(ctx context.Context, out io.Writer) error { return h.setUp(ctx, out, false) }

// Mend is SetUp that reads every file that set-up made.
func (h *Home) Mend(ctx context.Context, out io.Writer) error { return h.setUp(ctx, out, true) }

func (h *Home) setUp(ctx context.Context, out io.Writer, all bool) error {
	unlock, err := h.begin(ctx, out)
	if err != nil {
		return err
	}
	defer unlock()
	return h.denied(h.build(ctx, out, h.parts(), all))
}

// begin makes the folder and waits for its lock.
func (h *Home) begin(ctx context.Context, out io.Writer) (unlock func(), err error) {
	if err := checkPython(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(h.Data, "bin"), 0o755); err != nil {
		return nil, h.denied(err)
	}
	unlock, err = lock(ctx, out, h.lockFile())
	return unlock, h.denied(err)
}

// denied says of an error that permissions are its cause whose folder it is.
func (h *Home) denied(err error) error {
	if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EROFS) {
		return err
	}
	return fmt.Errorf("%w; %s must be a folder in which you may write: give yourself its permissions, or set %s to another folder", err, h.Data, datafolder.Variable)
}

// removeAll is os.RemoveAll that also removes folders whose owner, but for the
// permissions, may write in them.
func removeAll(path string) error {
	err := os.RemoveAll(path)
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	_ = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			_ = os.Chmod(name, 0o700) // what cannot be mended is the error of the second attempt
		}
		return nil
	})
	return os.RemoveAll(path)
}

// build makes the parts that are not ready, in their order, and is silent
// about the others, which Doctor lists.
func (h *Home) build(ctx context.Context, out io.Writer, parts []part, all bool) error {
	for i, p := range parts {
		label := fmt.Sprintf("[%d/%d] %s", i+1, len(parts), p.name)
		why := h.ready(p, all)
		if why == nil {
			continue
		}
		var broken *brokenError
		if errors.As(why, &broken) {
			fmt.Fprintf(out, "%s: %v\n", label, why)
			for _, path := range broken.inTheWay {
				_ = removeAll(path) // what stays is found below
			}
			if len(broken.inTheWay) > 0 && h.ready(p, all) == nil {
				fmt.Fprintf(out, "%s: removed what the set-up did not make\n", label)
				continue
			}
		}
		fmt.Fprintln(out, label+" ...")
		start := time.Now()
		if err := h.sweep(); err != nil {
			return err
		}
		if err := removeAll(h.stampFile(p)); err != nil {
			return err
		}
		made, err := p.make(ctx, runner{out})
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if err := h.stamp(p, made); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if err := h.ready(p, all); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		fmt.Fprintf(out, "%s: done in %.0f s\n", label, time.Since(start).Seconds())
	}
	return nil
}

func (h *Home) lockFile() string { return filepath.Join(h.Data, "setup.lock") }

// draft returns a folder in which something new is made beside the old.
func (h *Home) draft() (string, error) { return os.MkdirTemp(h.Data, "new-") }

// sweep removes what set-ups that were killed left half made.
func (h *Home) sweep() error {
	left, err := h.glob("new-*")
	if err != nil {
		return err
	}
	environments, err := h.glob("venv-*")
	if err != nil {
		return err
	}
	used, err := os.Readlink(h.venv())
	if err != nil && !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.EINVAL) { // EINVAL: it is no link
		return err
	}
	for _, dir := range append(left, environments...) {
		if filepath.Base(dir) != used {
			if err := removeAll(dir); err != nil {
				return err
			}
		}
	}
	return nil
}

// lock waits until no other set-up runs. The lock ends with the process.
func lock(ctx context.Context, out io.Writer, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for waited := false; ; waited = true {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
		}
		if !waited {
			fmt.Fprintln(out, "another set-up runs; waiting for it ...")
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("stopped while another set-up ran: %w", context.Cause(ctx)), f.Close())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// Doctor says on out what is installed and what is not.
func (h *Home) Doctor(out io.Writer) error {
	fmt.Fprintln(out, "data folder:", h.Data)
	missing := 0
	report := func(name string, err error) {
		if err != nil {
			missing++
			word := "missing"
			if errors.As(err, new(*brokenError)) {
				word = "broken"
			}
			fmt.Fprintf(out, "  %-7s  %s: %v\n", word, name, err)
			return
		}
		fmt.Fprintf(out, "  ok       %s\n", name)
	}
	report(runtime.Version(), nil)
	report("Python 3 with venv", checkPython())
	for _, p := range h.parts() {
		report(p.name, h.ready(p, true))
	}
	if missing > 0 {
		return fmt.Errorf("not everything is there (%d missing or broken); go run ./install mends it", missing)
	}
	return nil
}

// checkPython reports whether there is a Python that can make an environment.
func checkPython() error {
	// -I: modules in the working directory, of a clone perhaps, are not imported.
	cmd := exec.Command("python3", "-I", "-c", "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2], int(sys.version_info >= (3, 10)))")
	cmd.Env = pythonEnv()
	out, err := cmd.CombinedOutput()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("there is no python3 on the PATH; install Python 3.10 or newer (Debian: apt install python3 python3-venv; macOS: brew install python)")
	case err != nil:
		return fmt.Errorf("python3 cannot make virtual environments; install its venv module (Debian: apt install python3-venv): %s", lastLine(string(out)))
	}
	if version, ok := strings.CutSuffix(strings.TrimSpace(string(out)), " 0"); ok {
		return fmt.Errorf("python3 is version %s; 3.10 or newer is needed", version)
	}
	return nil
}
