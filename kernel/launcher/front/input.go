//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"gomyogen/kernel/launcher/internal/standin"
)

// prompt is input that a client was asked for: for the standard input of a cell's
// program, or by GoNB, of process 0.
type prompt struct{ pid int }

// watching is how often it is looked whether a program waits for input.
const watching = 50 * time.Millisecond

// watch looks for a cell's program that waits for standard input, until stopWatch is
// called.
func (f *front) watch(e *execution) {
	if f.engine == nil || e.then != nil {
		return
	}
	stop := make(chan struct{})
	e.stopWatch = func() { close(stop) }
	program := filepath.Join(f.engine.workspace(), filepath.Base(f.engine.workspace())) + standin.ProgramSuffix
	gonb := f.engine.cmd.Process.Pid
	go func() {
		tick := time.NewTicker(watching)
		defer tick.Stop()
		waited := 0
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
			}
			pid := reading(gonb, program)
			if pid != 0 && pid == waited {
				f.do(func() { f.ask(e, pid) })
			}
			waited = pid
		}
	}()
}

// ask asks the client for a line of input for a program.
func (f *front) ask(e *execution, pid int) {
	switch {
	case f.running != e || e.asks != nil || e.interrupted || e.noInput:
	case !e.AllowStdin: // it read what the launcher could not see that it would
		e.noInput = true
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
	default:
		e.asks = &prompt{pid}
		m := newMessage(f.session, "input_request", e.rawHeader, map[string]any{"prompt": "", "password": false})
		m.identities = e.identities
		f.stdin.Send(m.frames(f.key))
	}
}

// asked passes on what GoNB asks a client for.
func (f *front) asked(m message) {
	if e := f.running; e != nil {
		e.asks = &prompt{}
		m.identities = e.identities
		m.parent = e.rawHeader
		f.stdin.Send(m.frames(f.key))
	}
}

// input hands on what a client's user has typed.
func (f *front) input(r request) {
	var content struct {
		Value string `json:"value"`
	}
	e := f.running
	if r.Type != "input_reply" || e == nil || e.asks == nil || json.Unmarshal(r.content, &content) != nil {
		return
	}
	asks := e.asks
	e.asks = nil
	if asks.pid == 0 {
		m := r.message
		m.identities = nil
		f.engine.stdin.Send(m.frames([]byte(f.engine.Key)))
		return
	}
	// Whoever opens the pipe that is a program's standard input can write to it.
	in, err := os.OpenFile(fmt.Sprintf("/proc/%d/fd/0", asks.pid), os.O_WRONLY, 0)
	if err != nil {
		return // it has ended
	}
	go func() { // the pipe may be full
		_, _ = in.WriteString(content.Value + "\n")
		_ = in.Close()
	}()
}
