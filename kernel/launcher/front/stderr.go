//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"gomyogen/kernel/launcher/internal/standin"
)

// errorPipe is the named pipe to which the program of a cell and its children write what
// goes to standard error. It passes GoNB by, which dies of some of the lines that a
// program may write ("12:30:00 main.go:7: ...").
type errorPipe struct {
	in     *os.File // kept open so that the pipe has no end before the cell has
	end    []byte   // is written to it behind what the program wrote
	asked  bool     // end is on its way
	passed bool     // and has come
}

// behindOutput is how long standard error waits for the standard output that was written
// before it, which GoNB passes on.
const behindOutput = 2 * time.Millisecond

// openErrors makes the pipe of a cell. A cell that captures its output has none: there,
// standard error joins standard output, of which GoNB writes the file.
func (f *front) openErrors(e *execution) {
	if f.engine == nil {
		return
	}
	path := filepath.Join(f.engine.dir, standin.Stderr)
	_ = os.Remove(path) // it is there after a cell that had one
	if e.captures = slices.Contains(e.cell.Magics(), "%capture"); e.captures || e.then != nil {
		return
	}
	p := &errorPipe{end: []byte(newID())}
	out, err := openPipe(path, p)
	if err != nil {
		fmt.Fprintln(os.Stderr, "front:", err)
		e.captures = true // there is no pipe
		return
	}
	e.errors = p
	go f.readErrors(e, out)
}

// openPipe makes a named pipe and opens both of its ends, so that nobody waits for the
// other one.
func openPipe(path string, p *errorPipe) (out *os.File, err error) {
	if err := unix.Mkfifo(path, 0o600); err != nil {
		return nil, &os.PathError{Op: "mkfifo", Path: path, Err: err}
	}
	if out, err = os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0); err != nil {
		return nil, err
	}
	if p.in, err = os.OpenFile(path, os.O_WRONLY|unix.O_NONBLOCK, 0); err != nil {
		_ = out.Close()
		return nil, err
	}
	return out, nil
}

// readErrors publishes what comes by a cell's pipe until nobody can write to it. What the
// program has left running may write when the cell has ended.
func (f *front) readErrors(e *execution, out *os.File) {
	defer out.Close()
	var held []byte
	part := make([]byte, 1<<16)
	for {
		n, err := out.Read(part)
		text := append(held, part[:n]...)
		passed := false
		if before, after, ended := bytes.Cut(text, e.errors.end); ended {
			text, passed = slices.Concat(before, after), true
		} else if n > 0 { // GoNB has not passed on all
			time.Sleep(behindOutput)
		}
		keep := 0
		if err == nil && !passed {
			keep = unfinished(text, e.errors.end)
		}
		whole := string(text[:len(text)-keep])
		held = slices.Clone(text[len(text)-keep:])
		done := make(chan struct{})
		f.do(func() {
			defer close(done)
			whole := programFile.ReplaceAllString(whole, "cell")
			e.say(whole)
			f.write(e, "stderr", whole)
			if passed {
				e.errors.passed = true
				f.settle(e)
			}
		})
		if err != nil {
			return
		}
		<-done // a program that writes fast waits for its reader
	}
}

// programFile is the path of a cell's program, by which it calls itself ("Usage of ...").
var programFile = regexp.MustCompile(`\S*/gonb_[0-9a-f]+/gonb_[0-9a-f]+` + regexp.QuoteMeta(standin.ProgramSuffix))

// unfinished returns how many bytes at the end of a text may be the beginning of end, or
// of a character.
func unfinished(text, end []byte) int {
	for n := min(len(text), len(end)-1); n > 0; n-- {
		if bytes.HasSuffix(text, end[:n]) {
			return n
		}
	}
	for n := 1; n <= min(len(text), utf8.UTFMax-1); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) {
			if !utf8.FullRune(last) {
				return n
			}
			break
		}
	}
	return 0
}

// errorsPassed reports whether all that a cell's program has written to standard error
// was published, and has settle called again when it was.
func (e *execution) errorsPassed() bool {
	p := e.errors
	if p == nil || p.passed {
		return true
	}
	if !p.asked {
		p.asked = true
		go func() { // the pipe may be full
			_, _ = p.in.Write(p.end) // there is a reader
			_ = p.in.Close()
		}()
	}
	return false
}
