//go:build unix

package jupyter

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"gomyogen/install/notebook"
	"gomyogen/kernel/env"
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
// and writes the executed notebook to target, complete or not at all. Outputs
// that it had are cleared first. A failing cell is an error that names it, and
// the end of ctx interrupts the cell that runs; the notebook as far as it came
// is then kept beside target as NAME.failed.ipynb or NAME.stopped.ipynb.
//
// If target is the notebook itself, a second Execute of it is refused meanwhile.
// If somebody saved it differently in the meantime, or ran cells of it, it stays
// and the executed notebook becomes NAME.executed.ipynb, with an error that says so.
//
// JupyterLab trusts the executed notebook if all of its cells ran.
func (h *Home) Execute(ctx context.Context, out io.Writer, file, target string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if target, err = filepath.Abs(target); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if target == file {
		unlock, err := lockNotebook(file)
		if err != nil {
			return err
		}
		defer unlock()
	}
	source, err := atomicfile.Read(file, notebook.MaxBytes)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	before, err := notebook.Parse(file, source)
	if err != nil {
		return err
	}
	if l := before.Language(); l != "" && l != "go" {
		return fmt.Errorf("%s is a notebook of another language, %s; if its cells are Go, choose their kernel in JupyterLab and save it", filepath.Base(file), l)
	}
	if err := atomicfile.Check(target); err != nil { // before what may take hours
		return err
	}
	// Each run has a draft of its own: two runs of one notebook do not meet.
	dir, err := os.MkdirTemp("", "gomyogen-run-")
	if err != nil {
		return err
	}
	draft := filepath.Join(dir, filepath.Base(file))
	earlier := leftBefore(target)
	runErr := h.runCells(ctx, out, before, source, file, draft)
	text, err := os.ReadFile(draft)
	if err != nil {
		return errors.Join(runErr, err, os.RemoveAll(dir))
	}
	kept, err := target, error(nil)
	switch {
	case runErr == nil && target == file:
		err = writeBack(file, source, text)
	case runErr == nil:
		err = atomicfile.Write(target, text)
	default:
		if kept = beside(target, "failed"); ctx.Err() != nil {
			kept = beside(target, "stopped")
		}
		err = atomicfile.Write(kept, text)
	}
	var elsewhere changedError
	switch {
	case errors.As(err, &elsewhere):
		return errors.Join(err, os.RemoveAll(dir))
	case err != nil: // a full disk, say: the draft stays
		return errors.Join(runErr, fmt.Errorf("%w\n  the notebook as far as it came: %s", err, draft))
	case runErr != nil:
		return errors.Join(fmt.Errorf("%w\n  the notebook as far as it came: %s", runErr, kept), os.RemoveAll(dir))
	}
	return errors.Join(earlier.remove(), os.RemoveAll(dir))
}

// beside returns NAME.WHAT.ipynb for NAME.ipynb.
func beside(target, what string) string {
	return strings.TrimSuffix(target, ".ipynb") + "." + what + ".ipynb"
}

// leftovers are what earlier runs that failed or were stopped kept, by path.
type leftovers map[string]os.FileInfo

// leftBefore returns the leftovers beside a target. Those of runs that end while
// this one goes on are not among them.
func leftBefore(target string) leftovers {
	l := leftovers{}
	for _, what := range []string{"failed", "stopped"} {
		if info, err := os.Lstat(beside(target, what)); err == nil {
			l[beside(target, what)] = info
		}
	}
	return l
}

// remove removes those that no other run has replaced since.
func (l leftovers) remove() error {
	for path, was := range l {
		now, err := os.Lstat(path)
		if err != nil || !os.SameFile(was, now) || !was.ModTime().Equal(now.ModTime()) {
			continue
		}
		if err := atomicfile.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// runCells runs the cells of a notebook, whose text is source, through the kernel and
// writes it, with what they showed and how it was run, to target; that is there after
// an error, too, if the kernel had started.
func (h *Home) runCells(ctx context.Context, out io.Writer, before notebook.Notebook, source []byte, file, target string) error {
	run := notebook.Run{Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Executed: time.Now().Format(time.DateOnly)}
	var err error
	if run.Code, run.Module, err = before.Sums(h.Module); err != nil {
		return err
	}
	key, err := h.key()
	if err != nil {
		return err
	}
	// Not the file itself, which may be saved again before it is read.
	input := target + ".source"
	if err := os.WriteFile(input, source, 0o600); err != nil {
		return err
	}
	runtime.LockOSThread() // the child's life is bound to this thread's
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, h.Python("python"), "-I", "-c", executePy, input, target, filepath.Dir(file), KernelName)
	// The kernel knows its notebook as in JupyterLab. It is not the file, whose outputs,
	// the chart library among them, are not those of this run.
	cmd.Env = append(pythonEnv(), env.JupyterSession+"="+target)
	ownGroup(cmd)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second // the script itself ends a cell that does not stop
	var log tail
	cmd.Stderr = &log
	said, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	answer, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	start := time.Now()
	failure := errors.New("it ended without a word")
	for s := bufio.NewScanner(said); s.Scan(); {
		var ran, all int
		if _, err := fmt.Sscanf(s.Text(), "executed %d of %d", &ran, &all); err != nil {
			fmt.Fprintf(out, "  %5.1f s  %s\n", time.Since(start).Seconds(), s.Text())
			continue
		}
		run.Seconds = math.Round(10*time.Since(start).Seconds()) / 10
		if failure = stamp(target, &run, key); failure == nil && ctx.Err() == nil {
			if ran < all {
				fmt.Fprintf(out, "  %d of %d cells have the tag skip-execution and were not run\n", all-ran, all)
			}
			err := json.NewEncoder(answer).Encode(map[string]any{"stamp": run, "sign": ran == all})
			failure = errors.Join(failure, err)
		}
		failure = errors.Join(failure, answer.Close())
	}
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%s was stopped: %w", filepath.Base(file), context.Cause(ctx))
	case err != nil:
		return fmt.Errorf("run %s: %w\n%s", filepath.Base(file), err, lastLines(log.String(), 15))
	case failure != nil:
		return fmt.Errorf("%s: %w", filepath.Base(file), failure)
	}
	return nil
}

// stamp completes the stamp of the executed notebook at path, unless a cell of
// it failed.
func stamp(path string, run *notebook.Run, key []byte) error {
	nb, err := notebook.Read(path)
	if err != nil {
		return err
	}
	if err := nb.Failed(); err != nil {
		return err
	}
	if run.Outputs, err = nb.OutputSum(); err != nil {
		return err
	}
	run.Sign(key)
	return nil
}
