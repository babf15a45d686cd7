//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/go-zeromq/zmq4"

	"gomyogen/kernel/env"
	"gomyogen/kernel/launcher/internal/standin"
	"gomyogen/kernel/launcher/internal/zmtp"
)

// front is the kernel. All that it does, it does in its loop.
type front struct {
	key     []byte
	session string

	shell, control, stdin, iopub, heartbeat *zmtp.Socket

	engine *engine
	ready  bool     // GoNB listens
	broken string   // why there is no GoNB
	later  []func() // what waits for it

	work  queue
	ended error
	done  bool

	count    int
	waiting  []request // cells
	lookUps  []func()  // what is asked about names, the first under way
	running  *execution
	comms    map[string]string // id to target
	history  func() *history
	notebook *notebook // what the cells have declared
	records  records   // what they have shown
	written  written   // and are about to show
}

// request is a message of a client and the socket that it came by.
type request struct {
	message
	from *zmtp.Socket
}

func newFront(c connection) (*front, error) {
	f := &front{key: []byte(c.Key), session: newID(), comms: map[string]string{}, notebook: newNotebook()}
	f.work.wake = sync.NewCond(&f.work.mu)
	f.history = sync.OnceValue(func() *history { return openHistory(os.Getenv(env.History)) })
	go f.history() // a client that finds nobody listening tries again much later
	var err error
	listen := func(kind zmq4.SocketType, port int, received func(zmtp.Message)) *zmtp.Socket {
		s, e := zmtp.Listen(kind, c.address(port), received)
		err = errors.Join(err, e)
		return s
	}
	take := func(s **zmtp.Socket, answer func(request)) func(zmtp.Message) {
		return func(frames zmtp.Message) {
			m, err := parse(frames, f.key)
			if err != nil {
				fmt.Fprintln(os.Stderr, "front: a message is ignored:", err)
				return
			}
			f.do(func() { answer(request{m, *s}) })
		}
	}
	// What comes before the sockets are all there waits for the loop.
	f.iopub = listen(zmq4.XPub, c.IOPub, func(m zmtp.Message) { f.do(func() { f.welcome(m) }) })
	f.shell = listen(zmq4.Router, c.Shell, take(&f.shell, f.answer))
	f.control = listen(zmq4.Router, c.Control, take(&f.control, f.answer))
	f.stdin = listen(zmq4.Router, c.Stdin, take(&f.stdin, f.input))
	f.heartbeat = listen(zmq4.Router, c.Heartbeat, func(m zmtp.Message) { f.do(func() { f.heartbeat.Send(m) }) })
	return f, err
}

// queue is what the loop is to do. It never makes who asks for it wait.
type queue struct {
	mu    sync.Mutex
	wake  *sync.Cond
	items []func()
}

// do has the loop call a function.
func (f *front) do(work func()) {
	f.work.mu.Lock()
	defer f.work.mu.Unlock()
	f.work.items = append(f.work.items, work)
	f.work.wake.Signal()
}

// loop works until the kernel ends.
func (f *front) loop() error {
	for !f.done {
		f.work.mu.Lock()
		for len(f.work.items) == 0 {
			f.work.wake.Wait()
		}
		items := f.work.items
		f.work.items = nil
		f.work.mu.Unlock()
		for _, work := range items {
			if work(); f.done {
				break
			}
		}
		f.flushWritten()
	}
	var wait sync.WaitGroup
	for _, s := range []*zmtp.Socket{f.shell, f.control, f.stdin, f.iopub, f.heartbeat} {
		wait.Go(func() { _ = s.Close() }) // the process ends anyway
	}
	wait.Wait()
	return f.ended
}

// start starts GoNB.
func (f *front) start(command []string, connectionFile, dir string) {
	f.publish(nil, "status", map[string]any{"execution_state": "starting"})
	e, err := startEngine(command, connectionFile, dir)
	if err != nil {
		f.broken = "GoNB, which runs cells, does not start: " + err.Error()
		return
	}
	f.engine = e
	f.notebook.engine = e
	subscribed := make(chan struct{}, 1)
	go func() {
		<-e.ended
		f.do(f.lost)
	}()
	go func() {
		err := e.connect(
			func(m message) { f.do(func() { f.replied(m) }) },
			func(m message) {
				select {
				case subscribed <- struct{}{}:
				default:
				}
				f.do(func() { f.published(m) })
			},
			func(m message) { f.do(func() { f.asked(m) }) })
		// The first thing that it publishes says that it knows who listens.
		for until := time.Now().Add(startup); err == nil; {
			m := newMessage(f.session, "kernel_info_request", nil, empty)
			e.shell.Send(m.frames([]byte(e.Key)))
			select {
			case <-subscribed:
				f.do(f.engineReady)
				return
			case <-e.ended:
				return
			case <-time.After(time.Second):
			}
			if time.Now().After(until) {
				err = errors.New("GoNB does not answer")
			}
		}
		f.do(func() {
			if f.broken == "" {
				f.broken = "GoNB, which runs cells, does not start: " + err.Error()
			}
			f.engineReady()
		})
	}()
}

// engineReady does what had to wait for GoNB.
func (f *front) engineReady() {
	f.ready = true
	later := f.later
	f.later = nil
	for _, work := range later {
		work()
	}
	f.next()
}

// lost is called when GoNB has ended.
func (f *front) lost() {
	if f.done {
		return
	}
	why := lastWords(f.engine.dir)
	if !f.ready || f.broken != "" { // it never ran: say so in each cell rather than start again and again
		f.broken = "GoNB, which runs cells, does not start: " + why
		f.engineReady()
		return
	}
	if e := f.running; e != nil {
		name := "a cell"
		if e.count > 0 {
			name = fmt.Sprintf("cell [%d]", e.count)
		}
		f.fail(e, failure{"KernelDied", fmt.Sprintf("the kernel ended while %s ran: %s", name, why), []string{
			fmt.Sprintf("The kernel ended while %s ran: %s", name, why),
			"What earlier cells declared is gone with it: run them again once it has restarted. A cell that ends it each time is best changed first."}})
	}
	f.ended = errors.New("GoNB has ended: " + why)
	f.done = true
}

// interrupt stops the running cell. Those behind it do not run, unless it makes
// a good end: it may have been asked to be done, as by kernel.Interact.
func (f *front) interrupt() {
	if e := f.running; e != nil {
		e.interrupted = true
		e.asks = nil
		if e.sent && f.engine != nil {
			f.press(e, 0)
		}
	}
}

// pressAgain is after which time a stop is repeated that came before there was a program
// to take it.
const pressAgain = 300 * time.Millisecond

// press stops a cell. What GoNB does between the programs that it starts does not notice;
// the program of the cell, once it runs, is told once.
func (f *front) press(e *execution, times int) {
	touch(filepath.Join(f.engine.dir, standin.Stopped))
	_, err := os.Stat(filepath.Join(f.engine.dir, standin.Started))
	started := err == nil
	f.engine.signal(syscall.SIGINT)
	commands := !e.cell.Go || slices.Contains(e.cell.Magics(), "!") // they are told once more
	if started || commands && times > 0 {
		return
	}
	time.AfterFunc(pressAgain, func() {
		f.do(func() {
			if f.running == e && !f.done {
				f.press(e, times+1)
			}
		})
	})
}

// touch makes an empty file.
func touch(path string) {
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		fmt.Fprintln(os.Stderr, "front:", err)
	}
}

// shutdownTime is how long GoNB may take to end when it is asked to.
const shutdownTime = 2 * time.Second

// shutdown ends the kernel, and answers who asked for it.
func (f *front) shutdown(r *request) {
	var content struct {
		Restart bool `json:"restart"`
	}
	if r != nil {
		_ = json.Unmarshal(r.content, &content) // a client that says nothing restarts nothing
	}
	finish := func() {
		if r != nil {
			reply := map[string]any{"status": "ok", "restart": content.Restart}
			f.reply(*r, "shutdown_reply", reply)
			f.publish(r.rawHeader, "shutdown_reply", reply)
			f.publish(r.rawHeader, "status", map[string]any{"execution_state": "idle"})
		}
		f.done = true
	}
	e := f.engine
	if e == nil {
		finish()
		return
	}
	f.abort()
	f.ready = false
	if e.control != nil {
		m := newMessage(f.session, "shutdown_request", nil, content)
		e.control.Send(m.frames([]byte(e.Key)))
	} else {
		e.signal(syscall.SIGTERM)
	}
	go func() {
		select {
		case <-e.ended:
		case <-time.After(shutdownTime):
			e.signal(syscall.SIGKILL)
		}
		f.do(finish)
	}()
	f.closing()
}

// closing keeps the end of GoNB from being taken for its death.
func (f *front) closing() { f.running, f.broken = nil, "the kernel shuts down" }

// reply answers a request.
func (f *front) reply(r request, kind string, content any) {
	m := newMessage(f.session, kind, r.rawHeader, content)
	m.identities = r.identities
	r.from.Send(m.frames(f.key))
}

// publish sends a message to all clients.
func (f *front) publish(parent json.RawMessage, kind string, content any) {
	f.broadcast(newMessage(f.session, kind, parent, content))
}

func (f *front) broadcast(m message) {
	f.flushWritten()
	f.records.take(m)
	m.identities = [][]byte{[]byte("kernel." + f.session + "." + m.Type)}
	f.iopub.Send(m.frames(f.key))
}

// welcome greets a subscriber, and tells it of the cell that runs.
func (f *front) welcome(subscription zmtp.Message) {
	all := []message{newMessage(f.session, "iopub_welcome", nil, map[string]any{"subscription": string(subscription[1])})}
	if e := f.running; e != nil {
		all = append(all, newMessage(f.session, "status", e.rawHeader, map[string]any{"execution_state": "busy"}))
	}
	for _, m := range all {
		m.identities = [][]byte{subscription[1]}
		f.iopub.SendTo(subscription[0], m.frames(f.key))
	}
}

// answer answers a message on the shell or the control socket.
func (f *front) answer(r request) {
	if r.Type == "execute_request" {
		f.waiting = append(f.waiting, r)
		f.next()
		return
	}
	if strings.HasPrefix(r.Type, "comm_") && r.Type != "comm_info_request" {
		f.comm(r)
		return
	}
	f.status(r.rawHeader, "busy")
	switch r.Type {
	case "kernel_info_request":
		f.reply(r, "kernel_info_reply", kernelInfo())
	case "connect_request":
		f.reply(r, "connect_reply", map[string]any{"status": "ok"})
	case "comm_info_request":
		f.commInfo(r)
	case "is_complete_request":
		f.isComplete(r)
	case "history_request":
		f.reply(r, "history_reply", f.history().answer(r.content))
	case "complete_request":
		f.complete(r)
		return // it is answered later
	case "inspect_request":
		f.inspect(r)
		return
	case "outputs_request": // of our own: a page was opened
		f.reply(r, "outputs_reply", map[string]any{"status": "ok", "cells": append(records{}, f.records...)})
	case "interrupt_request":
		f.interrupt()
		f.reply(r, "interrupt_reply", map[string]any{"status": "ok"})
	case "shutdown_request":
		f.shutdown(&r)
		return // it is busy until it ends
	default:
		if kind, ok := strings.CutSuffix(r.Type, "_request"); ok {
			f.reply(r, kind+"_reply", map[string]any{"status": "error", "ename": "NotImplementedError", "evalue": "this kernel does not answer " + r.Type, "traceback": []string{}})
		}
	}
	f.answered(r)
}

// answered ends what was done for a request. A page that was just opened must not take
// that for the state of the cell that runs.
func (f *front) answered(r request) {
	f.status(r.rawHeader, "idle")
	if e := f.running; e != nil {
		f.status(e.rawHeader, "busy")
	}
}

func (f *front) status(parent json.RawMessage, state string) {
	f.publish(parent, "status", map[string]any{"execution_state": state})
}

func kernelInfo() map[string]any {
	type link struct {
		Text string `json:"text"`
		URL  string `json:"url"`
	}
	version := strings.TrimPrefix(runtime.Version(), "go")
	return map[string]any{
		"status": "ok", "protocol_version": protocolVersion, "implementation": "gomyogen", "implementation_version": "1",
		"banner": "Go " + version + " (MyoGen): a cell is declarations, then statements; the value of a last expression is shown",
		"language_info": map[string]any{
			"name": "go", "version": version, "mimetype": "text/x-go", "file_extension": ".go",
			"pygments_lexer": "go", "codemirror_mode": "go", "nbconvert_exporter": "script",
		},
		"help_links": []link{{"A tour of Go", "https://go.dev/tour/"}, {"The standard library", "https://pkg.go.dev/std"}, {"GoNB", "https://github.com/janpfeifer/gonb"}},
		"debugger":   false,
	}
}

// comm passes a message of a widget on to GoNB.
func (f *front) comm(r request) {
	var c struct {
		ID     string `json:"comm_id"`
		Target string `json:"target_name"`
	}
	_ = json.Unmarshal(r.content, &c) // GoNB says what is wrong
	switch r.Type {
	case "comm_open":
		f.comms[c.ID] = c.Target
	case "comm_close":
		delete(f.comms, c.ID)
	}
	f.status(r.rawHeader, "busy")
	if !f.ready {
		f.later = append(f.later, func() { f.send(r.message) })
	} else {
		f.send(r.message)
	}
	f.answered(r)
}

// send sends a client's message on to GoNB.
func (f *front) send(m message) {
	if f.engine == nil || f.engine.shell == nil {
		return
	}
	m.identities = nil
	f.engine.shell.Send(m.frames([]byte(f.engine.Key)))
}

func (f *front) commInfo(r request) {
	var content struct {
		Target string `json:"target_name"`
	}
	_ = json.Unmarshal(r.content, &content) // no target: all of them
	type comm struct {
		Target string `json:"target_name"`
	}
	all := map[string]comm{}
	for id, target := range f.comms {
		if content.Target == "" || content.Target == target {
			all[id] = comm{target}
		}
	}
	f.reply(r, "comm_info_reply", map[string]any{"status": "ok", "comms": all})
}

// tail returns the last bytes of a file.
func tail(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.NewSectionReader(f, max(0, info.Size()-most), most))
}

// lastWords returns the line of a log that says why a program ended.
func lastWords(dir string) string {
	b, err := tail(dir+"/kernel.log", 1<<20) // until it is shortened it may be long
	lines := strings.Split(strings.TrimSpace(colours.ReplaceAllString(string(b), "")), "\n")
	if err != nil || lines[0] == "" {
		return "it was killed"
	}
	lines = lines[max(0, len(lines)-2000):]
	for _, l := range slices.Backward(lines) {
		for _, sign := range []string{"panic: ", "fatal error: ", "runtime: out of memory"} {
			if i := strings.Index(l, sign); i == 0 {
				return l
			}
		}
		if len(l) > 1 && l[0] == 'F' && l[1] >= '0' && l[1] <= '9' { // a fatal error of klog
			if _, message, ok := strings.Cut(l, "] "); ok {
				return message
			}
		}
	}
	return "it was killed"
}
