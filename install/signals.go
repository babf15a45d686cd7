//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// untilEnded returns a context that ends when this program is asked to end: by
// Ctrl-C, by SIGTERM, by a terminal that closes unless nohup started it, or with
// the go run that it is in, which passes only Ctrl-C on. A second signal ends the
// program at once.
func untilEnded() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signal.Notify(signals, syscall.SIGHUP)
	}
	parent := os.Getppid()
	var look <-chan time.Time
	if isGo(parent) {
		look = time.Tick(500 * time.Millisecond)
	}
	go func() {
		for {
			select {
			case <-ctx.Done():
				signal.Stop(signals)
				return
			case s := <-signals:
				signal.Stop(signals)
				cancel(errors.New(s.String()))
			case <-look:
				if os.Getppid() != parent {
					cancel(errors.New("go run has ended"))
				}
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}

// isGo reports whether a process is the Go command.
func isGo(pid int) bool {
	name, err := exec.Command("ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && filepath.Base(strings.TrimSpace(string(name))) == "go"
}
