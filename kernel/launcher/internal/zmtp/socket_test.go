package zmtp

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// listen opens a socket and returns its address and what it receives.
func listen(t *testing.T, kind zmq4.SocketType) (*Socket, string, chan Message) {
	t.Helper()
	address := "ipc://" + filepath.Join(t.TempDir(), "s")
	received := make(chan Message, 100)
	s, err := Listen(kind, address, func(m Message) { received <- m })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, address, received
}

// patience is how long a peer may take on a slow machine that does other work, too.
const patience = 3 * time.Minute

func dial(t *testing.T, kind zmq4.SocketType, id, address string) (*Socket, chan Message) {
	t.Helper()
	received := make(chan Message, 100)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	s, err := Dial(ctx, kind, id, address, func(m Message) { received <- m })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, received
}

func next(t *testing.T, received chan Message) Message {
	t.Helper()
	select {
	case m := <-received:
		return m
	case <-time.After(patience):
		t.Fatalf("nothing came within %v", patience)
		return nil
	}
}

// A ROUTER answers the peer that it is told to.
func TestRouter(t *testing.T) {
	router, address, asked := listen(t, zmq4.Router)
	a, toA := dial(t, zmq4.Dealer, "a", address)
	b, toB := dial(t, zmq4.Dealer, "b", address)
	for name, s := range map[string]*Socket{"a": a, "b": b} {
		s.Send(Message{[]byte("hello"), []byte(name)})
		if m := next(t, asked); string(m[0]) != name || string(m[2]) != name {
			t.Errorf("%s sent %q", name, m)
		}
	}
	router.Send(Message{[]byte("b"), []byte("for b")})
	router.Send(Message{[]byte("a"), []byte("for a")})
	if m := next(t, toA); string(m[0]) != "for a" {
		t.Errorf("a gets %q", m)
	}
	if m := next(t, toB); string(m[0]) != "for b" {
		t.Errorf("b gets %q", m)
	}
}

// Who does not read, or does not shake hands, keeps nobody else waiting.
func TestSlowPeers(t *testing.T) {
	publisher, address, subscribed := listen(t, zmq4.XPub)
	_, path, err := split(address)
	if err != nil {
		t.Fatal(err)
	}
	silent, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	raw, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	slow := &Socket{kind: zmq4.Sub, peers: map[*peer]bool{}, received: func(Message) { select {} }}
	if err := slow.serve(raw, false); err != nil {
		t.Fatal(err)
	}
	next(t, subscribed)
	_, received := dial(t, zmq4.Sub, "", address)
	next(t, subscribed)
	big := make([]byte, 1<<20)
	for range 50 {
		publisher.Send(Message{big})
	}
	publisher.Send(Message{[]byte("last")})
	for range 50 {
		if m := next(t, received); len(m[0]) != len(big) {
			t.Fatalf("a message of %d bytes came", len(m[0]))
		}
	}
	if m := next(t, received); string(m[0]) != "last" {
		t.Errorf("at last came %q", m)
	}
	_ = raw.Close()
}

// A peer that has no key can end its own connection alone, whatever it sends.
func TestHostilePeers(t *testing.T) {
	frame := func(flags byte, size uint64) []byte { return binary.BigEndian.AppendUint64([]byte{flags}, size) }
	hello := make([]byte, greeting)
	hello[0], hello[9], hello[10] = 0xff, 0x7f, 3
	copy(hello[12:], "NULL")
	ready := []byte("\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER")
	ready = append([]byte{4, byte(len(ready))}, ready...)
	router, address, asked := listen(t, zmq4.Router)
	_, path, err := split(address)
	if err != nil {
		t.Fatal(err)
	}
	for name, sent := range map[string][][]byte{
		"nothing of a greeting":          {[]byte("GET / HTTP/1.1\r\n\r\n"), make([]byte, 100)},
		"a command of 2^62 bytes":        {hello, frame(6, 1<<62)},
		"a command of 2^64-1 bytes":      {hello, frame(6, 1<<64-1)},
		"half a property":                {hello, []byte("\x04\x07\x05READY\x0b")},
		"a property without a value":     {hello, []byte("\x04\x0a\x05READY\x03abc")},
		"a message of 2^62 bytes":        {hello, ready, frame(2, 1<<62)},
		"a message of 100 GB":            {hello, ready, frame(2, 100<<30)},
		"one that grows with its frames": {hello, ready, frame(3, 8), make([]byte, 8), frame(2, maxQueue-7)},
		"frames without end":             {hello, ready, bytes.Repeat([]byte{1, 0}, maxFrames+1)},
	} {
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range sent {
			_, _ = c.Write(b) // the other end may be closed by now
		}
		if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: the connection stays", name)
		}
		_ = c.Close()
	}
	a, toA := dial(t, zmq4.Dealer, "a", address)
	a.Send(Message{[]byte("hello"), make([]byte, 1<<20)})
	if m := next(t, asked); string(m[0]) != "a" || len(m[2]) != 1<<20 {
		t.Errorf("%q sent %d frames", m[0], len(m)-1)
	}
	router.Send(Message{[]byte("a"), []byte("for a")})
	if m := next(t, toA); string(m[0]) != "for a" {
		t.Errorf("a gets %q", m)
	}
}

func TestAddresses(t *testing.T) {
	for _, address := range []string{"udp://127.0.0.1:1", "127.0.0.1:1", ""} {
		if _, err := Listen(zmq4.Router, address, nil); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := Dial(ctx, zmq4.Dealer, "", "ipc://"+filepath.Join(t.TempDir(), "nobody"), nil); err == nil {
		t.Error("nobody listens, and it is connected")
	}
}
