package cell

import (
	"context"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gomyogen/kernel/internal/keep"
	"gomyogen/kernel/internal/keep/code"
)

func fresh() *Cell { return New(keep.New(code.Package{})) }

// bar counts its stops.
type bar struct{ stops int }

func (b *bar) Stop(time.Time) { b.stops++ }

// printed returns what f prints.
func printed(t *testing.T, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stdout
	os.Stdout = w
	defer func() { os.Stdout = old }()
	f()
	w.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A stop cancels all contexts, those of before and of after, stops the bars, and
// says once what is partial.
func TestStop(t *testing.T) {
	c, other := fresh(), fresh()
	named, release := c.Context("the drive stopped at 1 s")
	defer release()
	released, done := c.Context("what was complete")
	done()
	own, stop := c.Context("")
	defer stop()
	elsewhere, end := other.Context("")
	defer end()
	b := &bar{}
	if c.Add(b) {
		t.Error("a new cell is stopped")
	}
	said := printed(t, func() { c.Stop(); c.Stop() })
	for what, ctx := range map[string]context.Context{"named": named, "own": own} {
		if context.Cause(ctx) != ErrStopped {
			t.Errorf("the context %q has the cause %v", what, context.Cause(ctx))
		}
	}
	if context.Cause(released) != context.Canceled || elsewhere.Err() != nil {
		t.Errorf("a released context has the cause %v, that of another cell %v", context.Cause(released), elsewhere.Err())
	}
	if b.stops != 1 || strings.Count(said, "Stopped: ") != 1 {
		t.Errorf("a bar was stopped %d times; the cell says %q", b.stops, said)
	}
	if !c.Add(&bar{}) || !c.Stopped() || other.Stopped() {
		t.Error("it is not known which cell is stopped")
	}
	late, _ := c.Context("a late run")
	if context.Cause(late) != ErrStopped {
		t.Errorf("a late context has the cause %v", context.Cause(late))
	}
	c.Cut("a late run")
	if want := []string{"the drive stopped at 1 s", "a late run"}; !slices.Equal(c.Partial(), want) || len(other.Partial()) > 0 {
		t.Errorf("partial are %q, want %q; of another cell %q", c.Partial(), want, other.Partial())
	}
}

// Ctrl-C is the button as long as somebody has a context.
func TestInterrupt(t *testing.T) {
	others := make(chan os.Signal, 2) // keeps the tests alive where nobody listens
	signal.Notify(others, os.Interrupt)
	defer signal.Stop(others)
	c, idle := fresh(), fresh()
	_, release := idle.Context("")
	release()
	ctx, stop := c.Context("")
	defer stop()
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	<-others
	if context.Cause(ctx) != ErrStopped || idle.Stopped() {
		t.Errorf("cause %v, a cell without a context is stopped: %v", context.Cause(ctx), idle.Stopped())
	}
}

func TestCleanUp(t *testing.T) {
	c := fresh()
	var did []string
	do := func(what string) func() { return func() { did = append(did, what) } }
	c.BeforeExit(do("first"))
	c.BeforeExit(do("cancelled"))()
	c.BeforeExit(do("last"))
	c.CleanUp()
	c.CleanUp()
	if want := []string{"last", "first"}; !slices.Equal(did, want) {
		t.Errorf("it did %q, want %q", did, want)
	}
}
