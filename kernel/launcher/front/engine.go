//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/go-zeromq/zmq4"

	"gomyogen/kernel/launcher/internal/zmtp"
)

// connection is what a connection file says.
type connection struct {
	Transport string `json:"transport"`
	IP        string `json:"ip"`
	Shell     int    `json:"shell_port"`
	Control   int    `json:"control_port"`
	IOPub     int    `json:"iopub_port"`
	Stdin     int    `json:"stdin_port"`
	Heartbeat int    `json:"hb_port"`
	Key       string `json:"key"`
	Scheme    string `json:"signature_scheme"`
}

func readConnection(path string) (c connection, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	if c.Key != "" && c.Scheme != "hmac-sha256" {
		return c, fmt.Errorf("%s: the signature scheme is %q, not hmac-sha256", path, c.Scheme)
	}
	return c, nil
}

func (c connection) address(port int) string {
	if c.Transport == "ipc" {
		return fmt.Sprintf("ipc://%s-%d", c.IP, port)
	}
	return fmt.Sprintf("%s://%s:%d", c.Transport, c.IP, port)
}

// engine is GoNB, which compiles and runs cells, with a connection of its own.
type engine struct {
	dir string // the private folder
	connection
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended

	shell, control, stdin, iopub *zmtp.Socket
}

// startEngine starts GoNB by its command, with a connection file of its own in the private
// folder dir.
func startEngine(command []string, connectionFile, dir string) (*engine, error) {
	c := connection{Transport: "ipc", IP: filepath.Join(dir, "z"), Shell: 1, Control: 2, IOPub: 3, Stdin: 4, Heartbeat: 5, Key: newID(), Scheme: "hmac-sha256"}
	// GoNB takes the kernel's id, by which widgets find it, from the file's name.
	own := filepath.Join(dir, filepath.Base(connectionFile))
	if err := os.WriteFile(own, encode(c), 0o600); err != nil {
		return nil, err
	}
	args := make([]string, len(command))
	for i, a := range command {
		if rest, ok := strings.CutSuffix(a, connectionFile); ok && (rest == "" || strings.HasSuffix(rest, "=")) {
			a = rest + own
		}
		args[i] = a
	}
	e := &engine{dir: dir, connection: c, ended: make(chan struct{})}
	e.cmd = exec.Command(args[0], args[1:]...)
	e.cmd.Stdout, e.cmd.Stderr = os.Stdout, os.Stderr
	e.cmd.SysProcAttr = attributes()
	started := make(chan error)
	go func() {
		// Linux ends the child with the thread that started it.
		runtime.LockOSThread()
		err := e.cmd.Start()
		started <- err
		if err == nil {
			_ = e.cmd.Wait() // its log says how it ended
			close(e.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return e, nil
}

// startup is how long GoNB may take to listen.
const startup = time.Minute

// connect connects with GoNB. What it sends is handed to the functions.
func (e *engine) connect(shell, iopub, stdin func(message)) error {
	c := e.connection
	ctx, cancel := context.WithTimeoutCause(context.Background(), startup, errors.New("GoNB does not listen"))
	defer cancel()
	go func() {
		select {
		case <-e.ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	for _, s := range []struct {
		socket **zmtp.Socket
		kind   zmq4.SocketType
		port   int
		to     func(message)
	}{
		{&e.iopub, zmq4.Sub, c.IOPub, iopub}, {&e.shell, zmq4.Dealer, c.Shell, shell},
		{&e.control, zmq4.Dealer, c.Control, func(message) {}}, {&e.stdin, zmq4.Dealer, c.Stdin, stdin},
	} {
		// The socket for input must have the name of the one that asks for it.
		var err error
		*s.socket, err = zmtp.Dial(ctx, s.kind, "front", c.address(s.port), func(frames zmtp.Message) {
			if m, err := parse(frames, []byte(e.Key)); err == nil {
				s.to(m)
			}
		})
		if err != nil {
			return fmt.Errorf("connect with GoNB: %w", err)
		}
	}
	return nil
}

// signal sends a signal to GoNB and to what it runs.
func (e *engine) signal(s syscall.Signal) {
	_ = syscall.Kill(-e.cmd.Process.Pid, s) // it may have ended
}

// workspace returns the folder in which GoNB builds cells, once it is there.
func (e *engine) workspace() string {
	if all, err := fs.Glob(os.DirFS(e.dir), "gonb_*"); err == nil {
		for _, name := range all {
			f := filepath.Join(e.dir, name)
			if info, err := os.Stat(f); err == nil && info.IsDir() {
				return f
			}
		}
	}
	return ""
}
