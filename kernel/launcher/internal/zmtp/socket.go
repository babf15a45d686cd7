// Package zmtp is the sockets of a Jupyter kernel: ROUTER and XPUB for the
// client, DEALER and SUB for the kernel behind.
//
// The wire protocol is that of zmq4. Its sockets are not used: there, one peer
// that is slow to read or to shake hands stops all others.
package zmtp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/go-zeromq/zmq4"
	"github.com/go-zeromq/zmq4/security/null"
)

// Message is a message and, at a ROUTER, the peer that it came from as the
// first frame.
type Message [][]byte

// Socket is one socket with its peers.
type Socket struct {
	kind     zmq4.SocketType
	id       zmq4.SocketIdentity
	received func(Message)
	listener net.Listener

	mu     sync.Mutex
	peers  map[*peer]bool
	closed bool
	named  int
}

// handshake is how long a peer may take for its first words.
const handshake = 10 * time.Second

// Listen opens a socket of a kind (zmq4.Router or zmq4.XPub) at an address:
// "tcp://127.0.0.1:5555", "ipc:///path". It calls received from several
// goroutines: a ROUTER for each message, an XPUB for each subscription.
func Listen(kind zmq4.SocketType, address string, received func(Message)) (*Socket, error) {
	network, path, err := split(address)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen(network, path)
	if err != nil {
		return nil, err
	}
	s := &Socket{kind: kind, received: received, listener: l, peers: map[*peer]bool{}}
	go func() {
		for {
			c, err := l.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil { // of that peer; or there are too many files for a while
				time.Sleep(10 * time.Millisecond)
				continue
			}
			go func() { _ = s.serve(c, true) }() // a peer that does not speak ZMTP is gone
		}
	}()
	return s, nil
}

// Dial connects a socket of a kind (zmq4.Dealer or zmq4.Sub, to all topics) to
// an address under the name id, and waits until there is somebody or ctx ends.
func Dial(ctx context.Context, kind zmq4.SocketType, id, address string, received func(Message)) (*Socket, error) {
	network, path, err := split(address)
	if err != nil {
		return nil, err
	}
	s := &Socket{kind: kind, id: zmq4.SocketIdentity(id), received: received, peers: map[*peer]bool{}}
	for {
		c, err := net.Dial(network, path)
		if err == nil {
			return s, s.serve(c, false)
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(context.Cause(ctx), err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func split(address string) (network, path string, err error) {
	scheme, path, ok := strings.Cut(address, "://")
	switch {
	case ok && scheme == "tcp":
		return "tcp", path, nil
	case ok && scheme == "ipc":
		return "unix", path, nil
	}
	return "", "", fmt.Errorf("the address %q is neither tcp:// nor ipc://", address)
}

// serve shakes hands with a peer and starts to read from it and write to it.
func (s *Socket) serve(c net.Conn, server bool) error {
	p := &peer{pipe: &pipe{Conn: c}, wake: sync.NewCond(&sync.Mutex{})}
	if err := c.SetDeadline(time.Now().Add(handshake)); err != nil {
		return errors.Join(err, c.Close())
	}
	var err error
	if p.conn, err = open(p.pipe, s.kind, s.id, server); err != nil {
		return errors.Join(err, c.Close())
	}
	if err := c.SetDeadline(time.Time{}); err != nil {
		return errors.Join(err, c.Close())
	}
	p.pipe.buffer = bufio.NewWriter(c)
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return c.Close()
	}
	p.id = p.conn.Peer.Meta["Identity"]
	if p.id == "" {
		s.named++
		p.id = fmt.Sprintf("\x00%d", s.named)
	}
	p.all = s.kind == zmq4.Dealer || s.kind == zmq4.Sub
	s.peers[p] = true
	s.mu.Unlock()
	if s.kind == zmq4.Sub {
		p.send(Message{{1}})
	}
	go p.write()
	go func() {
		s.read(p)
		s.mu.Lock()
		delete(s.peers, p)
		s.mu.Unlock()
		p.stop()
	}()
	return nil
}

// open shakes hands. A peer that sends half a property makes zmq4 panic, which must
// not end the kernel.
func open(p *pipe, kind zmq4.SocketType, id zmq4.SocketIdentity, server bool) (c *zmq4.Conn, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("zmtp: shake hands: %v", r)
		}
	}()
	return zmq4.Open(p, null.Security(), kind, id, server, nil)
}

// read hands on what a peer sends until it sends no more, or too much at once.
func (s *Socket) read(p *peer) {
	for {
		m, err := p.conn.RecvMsg()
		switch {
		case err != nil:
			return
		case len(m.Frames) == 0 || m.Type == zmq4.CmdMsg:
		case s.kind == zmq4.Router:
			s.received(append(Message{[]byte(p.id)}, m.Frames...))
		case s.kind == zmq4.XPub:
			// Jupyter's clients subscribe to everything.
			if f := m.Frames[0]; len(f) > 0 && f[0] <= 1 {
				s.mu.Lock()
				p.all = f[0] == 1
				s.mu.Unlock()
				if f[0] == 1 {
					s.received(Message{[]byte(p.id), f[1:]})
				}
			}
		default:
			s.received(Message(m.Frames))
		}
	}
}

// Send sends a message: a ROUTER to the peer that its first frame names, all
// others to everybody who listens. It does not wait.
func (s *Socket) Send(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.peers {
		switch {
		case s.kind == zmq4.Router:
			if p.id == string(m[0]) {
				p.send(m[1:])
			}
		case p.all:
			p.send(m)
		}
	}
}

// SendTo sends a message to one subscriber of an XPUB.
func (s *Socket) SendTo(id []byte, m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.peers {
		if p.id == string(id) {
			p.send(m)
		}
	}
}

// Close ends all connections once what was sent is written, for at most a
// second.
func (s *Socket) Close() error {
	var err error
	if s.listener != nil {
		err = s.listener.Close()
	}
	s.mu.Lock()
	s.closed = true
	peers := make([]*peer, 0, len(s.peers))
	for p := range s.peers {
		peers = append(peers, p)
	}
	s.mu.Unlock()
	for until := time.Now().Add(time.Second); len(peers) > 0; {
		if peers[0].idle() || time.Now().After(until) {
			peers[0].stop()
			peers = peers[1:]
			continue
		}
		time.Sleep(time.Millisecond)
	}
	return err
}

// peer is somebody at the other end, with what is to be sent there.
type peer struct {
	id   string
	conn *zmq4.Conn
	pipe *pipe
	all  bool // gets what is published

	wake    *sync.Cond
	queue   []Message
	size    int
	writing bool
	stopped bool
}

// maxQueue is how many bytes wait at most for a peer that does not read. What
// comes then is lost to that peer, as ZeroMQ has it.
const maxQueue = 1 << 28

func (p *peer) send(m Message) {
	size := 0
	for _, f := range m {
		size += len(f)
	}
	p.wake.L.Lock()
	defer p.wake.L.Unlock()
	if p.stopped || p.size+size > maxQueue {
		return
	}
	p.queue = append(p.queue, m)
	p.size += size
	p.wake.Signal()
}

// write writes what is queued until the connection ends.
func (p *peer) write() {
	for {
		p.wake.L.Lock()
		p.writing = false
		for len(p.queue) == 0 && !p.stopped {
			p.wake.Wait()
		}
		queue, stopped := p.queue, p.stopped
		p.queue, p.size, p.writing = nil, 0, true
		p.wake.L.Unlock()
		if stopped {
			return
		}
		for _, m := range queue {
			if err := p.conn.SendMsg(zmq4.NewMsgFrom(m...)); err != nil {
				p.stop()
				return
			}
		}
		if err := p.pipe.buffer.Flush(); err != nil {
			p.stop()
			return
		}
	}
}

func (p *peer) idle() bool {
	p.wake.L.Lock()
	defer p.wake.L.Unlock()
	return p.stopped || len(p.queue) == 0 && !p.writing
}

func (p *peer) stop() {
	p.wake.L.Lock()
	defer p.wake.L.Unlock()
	if !p.stopped {
		p.stopped = true
		_ = p.conn.Close() // the peer may have been first
		p.wake.Signal()
	}
}

// pipe is a connection whose writes are collected once there is a buffer, and from
// which no message comes that is too large.
type pipe struct {
	net.Conn
	buffer *bufio.Writer
	limit  limit
}

func (p *pipe) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if err := p.limit.see(b[:n]); err != nil {
		return 0, err
	}
	return n, err
}

func (p *pipe) Write(b []byte) (int, error) {
	if p.buffer == nil {
		return p.Conn.Write(b)
	}
	return p.buffer.Write(b)
}
