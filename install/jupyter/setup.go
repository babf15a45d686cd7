package jupyter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"gomyogen/install/notebook"
)

// part is one thing that set-up makes. Its stamp, written last, says from what
// it was made; a part without its stamp is not there.
type part struct {
	id, name string
	from     func() string // what it is made from: when this changes it is made again
	make     func(context.Context, runner) error
	check    func() error // whether what was made still stands
}

func (h *Home) parts() []part {
	return []part{
		{"tools", "Go tools (gonb, goimports, gopls)", h.toolVersions, h.makeTools, h.checkTools},
		{"python", "JupyterLab", func() string { return requirements + overrides }, h.makeVenv, h.checkVenv},
		{"kernel", "kernel " + KernelName, h.specInputs, h.makeSpec, h.checkSpec},
		{"echarts", "ECharts " + echartsVersion, h.echartsInputs, h.makeECharts, h.checkECharts},
		{"renderer", "renderer of figures", h.rendererInputs, h.makeRenderer, h.checkRenderer},
		{"cache", "build cache", h.cacheKey, h.warm, func() error { return nil }},
	}
}

func exists(paths ...string) error {
	for _, p := range paths {
		if _, err := os.Stat(p); err != nil {
			return fmt.Errorf("%s is missing", p)
		}
	}
	return nil
}

func (h *Home) stamp(p part) string { return filepath.Join(h.Data, p.id+".stamp") }

// ready tells what is wrong with a part, or nil.
func (h *Home) ready(p part) error {
	stamp, err := os.ReadFile(h.stamp(p))
	switch {
	case err != nil:
		return errors.New("not installed")
	case string(stamp) != p.from():
		return errors.New("made from another version")
	}
	return p.check()
}

// SetUp makes what is not there and tells on out what it does.
func (h *Home) SetUp(ctx context.Context, out io.Writer) error {
	if err := checkPython(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(h.Data, "bin"), 0o755); err != nil {
		return err
	}
	unlock, err := lock(ctx, out, filepath.Join(h.Data, "setup.lock"))
	if err != nil {
		return err
	}
	defer unlock()
	return h.build(ctx, out, h.parts())
}

// build makes the parts that are not ready, in their order, and is silent
// about the others, which Doctor lists.
func (h *Home) build(ctx context.Context, out io.Writer, parts []part) error {
	for i, p := range parts {
		label := fmt.Sprintf("[%d/%d] %s", i+1, len(parts), p.name)
		if h.ready(p) == nil {
			continue
		}
		fmt.Fprintln(out, label+" ...")
		start := time.Now()
		if err := os.Remove(h.stamp(p)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if err := p.make(ctx, runner{out}); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if err := p.check(); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if err := notebook.WriteFile(h.stamp(p), []byte(p.from())); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: done in %.0f s\n", label, time.Since(start).Seconds())
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
			fmt.Fprintf(out, "  missing  %s: %v\n", name, err)
			return
		}
		fmt.Fprintf(out, "  ok       %s\n", name)
	}
	report(runtime.Version(), nil)
	report("Python 3 with venv", checkPython())
	for _, p := range h.parts() {
		report(p.name, h.ready(p))
	}
	if missing > 0 {
		return fmt.Errorf("not everything is there (%d missing); go run ./install makes it", missing)
	}
	return nil
}

// checkPython tells whether there is a Python that can make an environment.
func checkPython() error {
	out, err := exec.Command("python3", "-c", "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2], int(sys.version_info >= (3, 10)))").CombinedOutput()
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
