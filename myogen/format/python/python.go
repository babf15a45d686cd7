// Package python reads and writes, by Python's own libraries, the files that Go
// has none for. gomyogen.py beside it is the way from results to Neo for Python
// users.
package python

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"gomyogen/myogen/datafolder"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
)

//go:embed gomyogen.py
var module []byte

//go:embed convert.py
var program []byte

// Task is what the program is to do.
type Task struct {
	Task     string  `json:"task"` // "read nwb", "write nwb", "read matlab", "read pickle"
	In       string  `json:"in,omitempty"`
	Block    string  `json:"block,omitempty"` // set by Write
	Out      string  `json:"out"`             // set by Read and Write
	Session  any     `json:"session,omitempty"`
	Variable string  `json:"variable,omitempty"`
	Rate     float64 `json:"rate,omitempty"` // in Hz
	Unit     string  `json:"unit,omitempty"` // "s", "ms" or "us"
}

// Read does a task that reads the file t.In and returns the block in it.
func Read(ctx context.Context, t Task) (b *neo.Block, err error) {
	if !filepath.IsAbs(t.In) { // not cleaned: "link/.." is where the link leads
		folder, err := os.Getwd()
		if err != nil {
			return nil, err
		}
		t.In = folder + string(filepath.Separator) + t.In
	}
	if info, err := os.Stat(t.In); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("it is not a regular file (%v)", info.Mode())
	}
	err = inFolder(func(dir string) error {
		t.Out = filepath.Join(dir, "block.npz")
		if err := run(ctx, dir, t); err != nil {
			return err
		}
		b, err = npz.ReadBlock(t.Out)
		return err
	})
	return b, err
}

// Write does a task that writes a block, and calls done with the file.
func Write(ctx context.Context, b *neo.Block, t Task, done func(file string) error) error {
	return inFolder(func(dir string) error {
		t.Block, t.Out = filepath.Join(dir, "block.npz"), filepath.Join(dir, "out")
		if err := npz.WriteBlock(t.Block, b); err != nil {
			return err
		}
		if err := run(ctx, dir, t); err != nil {
			return err
		}
		return done(t.Out)
	})
}

// inFolder calls f with a folder that is there as long as it runs.
func inFolder(f func(dir string) error) error {
	dir, err := os.MkdirTemp("", "myogen-python-")
	if err != nil {
		return err
	}
	return errors.Join(f(dir), os.RemoveAll(dir))
}

func run(ctx context.Context, dir string, t Task) error {
	python, err := datafolder.Python()
	if err != nil {
		return err
	}
	input, err := json.Marshal(t)
	if err != nil {
		return err
	}
	script := filepath.Join(dir, "convert.py")
	for path, text := range map[string][]byte{script: program, filepath.Join(dir, "gomyogen.py"): module} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return err
		}
	}
	cmd := exec.CommandContext(ctx, python, "-B", "-W", "ignore", script)
	cmd.Dir = dir
	cmd.WaitDelay = 10 * time.Second
	own(cmd)
	runtime.LockOSThread() // the program lives as long as this thread
	defer runtime.UnlockOSThread()
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PYTHON") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "PYTHONNOUSERSITE=1")
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		text := strings.TrimSpace(stderr.String())
		lines := strings.Split(text, "\n")
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 3 {
			refused := new(RefusedError)
			if json.Unmarshal([]byte(lines[len(lines)-1]), refused) == nil {
				return refused
			}
		}
		return fmt.Errorf("python: %w: %s", err, lines[len(lines)-1])
	}
	return nil
}

// RefusedError is what the program says of a mistake in a file.
type RefusedError struct {
	Text string `json:"text"`
	Need string `json:"option"` // the option of a reader that would mend it, or ""
}

func (e *RefusedError) Error() string { return e.Text }

// Option returns the option of a reader that would mend it, or "".
func (e *RefusedError) Option() string { return e.Need }
