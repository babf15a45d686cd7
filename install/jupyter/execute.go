package jupyter

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"gomyogen/install/notebook"
	"gomyogen/myogen/format/atomicfile"
)

//go:embed execute.py
var executePy string

// Results returns where Execute puts the executed form of a notebook: a
// folder results beside it.
func Results(file string) string {
	return filepath.Join(filepath.Dir(file), "results", filepath.Base(file))
}

// Execute runs a notebook headless in its folder, says on out which cell runs,
// and writes the executed notebook to target, complete or not at all. A
// failing cell is an error that names it; the notebook as far as it came is
// then kept beside target as NAME.failed.ipynb.
func (h *Home) Execute(ctx context.Context, out io.Writer, file, target string) (err error) {
	file, err = filepath.Abs(file)
	if err != nil {
		return err
	}
	if target, err = filepath.Abs(target); err != nil {
		return err
	}
	before, err := notebook.Read(file)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	stem := strings.TrimSuffix(target, ".ipynb")
	draft := stem + ".running.ipynb"
	kept := stem + ".failed.ipynb"
	defer func() { // what was shown before an error is not lost
		if err == nil {
			return
		}
		if renameErr := os.Rename(draft, kept); renameErr == nil {
			err = fmt.Errorf("%w\n  the notebook as far as it came: %s", err, kept)
		}
	}()
	run := notebook.Run{Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if run.Code, run.Module, err = before.Sums(h.Module); err != nil {
		return err
	}
	if err := h.runCells(ctx, out, file, draft, run); err != nil {
		return err
	}
	nb, err := notebook.Read(draft)
	if err != nil {
		return err
	}
	if err := nb.Failed(); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	text, err := os.ReadFile(draft)
	if err != nil {
		return err
	}
	if err := atomicfile.Write(target, text); err != nil {
		return err
	}
	if err := os.Remove(draft); err != nil {
		return err
	}
	if err := os.Remove(kept); err != nil && !errors.Is(err, os.ErrNotExist) { // of an earlier try
		return err
	}
	return nil
}

// runCells runs the cells of a notebook through the kernel and writes it, with
// what they showed and how it was run, to target.
func (h *Home) runCells(ctx context.Context, out io.Writer, file, target string, run notebook.Run) error {
	note, err := json.Marshal(run)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, h.Python("python"), "-c", executePy, file, target, KernelName, string(note))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var log tail
	cmd.Stderr = &log
	cells, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	start := time.Now()
	for s := bufio.NewScanner(cells); s.Scan(); {
		fmt.Fprintf(out, "  %5.1f s  %s\n", time.Since(start).Seconds(), s.Text())
	}
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s was stopped: %w", filepath.Base(file), context.Cause(ctx))
	case err != nil:
		return fmt.Errorf("run %s: %w\n%s", filepath.Base(file), err, lastLines(log.String(), 15))
	}
	return nil
}
