//go:build unix

package jupyter

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// runner runs programs and says on out that long ones live.
type runner struct{ out io.Writer }

// heartbeat is how often a program that runs is mentioned.
const heartbeat = 10 * time.Second

// leader runs a program and ends with the whole of its group: when this process is
// killed, the kernel ends the leader alone.
const leader = `trap 'trap "" TERM; kill -TERM 0; exit 143' TERM; "$@" & wait $!`

// run runs a program in dir with the environment env, and shows the end of its
// output if it fails. When ctx or this process ends, so do the program and what
// it started.
func (r runner) run(ctx context.Context, dir string, env []string, name string, args ...string) error {
	runtime.LockOSThread() // the child's life is bound to this thread's
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", leader, "sh", name}, args...)...)
	cmd.Dir, cmd.Env = dir, env
	ownGroup(cmd)
	cmd.Cancel = func() error { return endGroup(cmd) }
	cmd.WaitDelay = 5 * time.Second
	var out tail
	cmd.Stdout, cmd.Stderr = &out, &out
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		start := time.Now()
		tick := time.NewTicker(heartbeat)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				fmt.Fprintf(r.out, "      %s, %.0f s: %.100s\n", filepath.Base(name), time.Since(start).Seconds(), lastLine(out.String()))
			}
		}
	})
	err := cmd.Run()
	close(done)
	wg.Wait()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("%s was stopped: %w", filepath.Base(name), context.Cause(ctx))
	}
	return fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, lastLines(out.String(), 15))
}

// tail collects what a program prints.
type tail struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

func lastLine(s string) string { return lastLines(s, 1) }

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
