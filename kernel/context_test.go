package kernel

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"gomyogen/kernel/internal/cell"
	"gomyogen/kernel/internal/wire"
)

// nextCell makes a cell the running one for the test, and returns it.
func nextCell(t *testing.T) *cell.Cell {
	t.Helper()
	before := running
	t.Cleanup(func() { running = before })
	running = newCell()
	return running
}

func interrupt(t *testing.T) {
	t.Helper()
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
}

// stoppedCell is a cell that is stopped, in a program of its own.
func stoppedCell(t *testing.T) {
	wire.Notebook = true
	first, release := Context()
	release() // between two runs
	interrupt(t)
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		ctx, stop := Context()
		cause := context.Cause(ctx)
		stop()
		if cause == ErrStopped {
			interrupt(t) // the button once more
			time.Sleep(50 * time.Millisecond)
			_, stop := Context()
			stop()
			interrupt(t)
			time.Sleep(50 * time.Millisecond)
			if context.Cause(first) == context.Canceled {
				println("the cell shows what it has")
			}
			return
		}
	}
}

// A stop ends all that comes after it, and pressed again does not end the cell.
func TestStopLasts(t *testing.T) {
	if os.Getenv("MYOGEN_TEST_CELL") != "" {
		stoppedCell(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestStopLasts$")
	cmd.Env = append(os.Environ(), "MYOGEN_TEST_CELL=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "the cell shows what it has") {
		t.Errorf("a stopped cell: %v\n%s", err, out)
	}
}

// A bar that begins after the stop says so.
func TestBarAfterAStop(t *testing.T) {
	nextCell(t)
	running.Stop()
	p, out := in(inLog, "Run")
	p.Update(0, 1000)
	if got := strings.TrimSpace(out.String()); !strings.HasPrefix(got, "Run: stopped at 0 of 1000 ms") {
		t.Errorf("the log is %q", got)
	}
}
