//go:build unix

package wire

import (
	"encoding/gob"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// fakeGoNB reads what a connection sends and answers as GoNB does.
func fakeGoNB(t *testing.T) (got chan *protocol.DisplayData, answers *gob.Encoder, hangUp func()) {
	t.Helper()
	dir := t.TempDir()
	open := func(env, name string) *os.File {
		path := filepath.Join(dir, name)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv(env, path)
		f, err := os.OpenFile(path, os.O_RDWR, 0) // both ends, so that opening does not wait
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	in, back := open(protocol.GONB_PIPE_ENV, "there"), open(protocol.GONB_PIPE_BACK_ENV, "back")
	got = make(chan *protocol.DisplayData, 100)
	go func() {
		for d := gob.NewDecoder(in); ; {
			var data protocol.DisplayData
			if d.Decode(&data) != nil {
				return
			}
			got <- &data
		}
	}()
	t.Cleanup(func() { in.Close() })
	return got, gob.NewEncoder(back), func() { back.Close() }
}

func receive(t *testing.T, got chan *protocol.DisplayData) *protocol.DisplayData {
	t.Helper()
	select {
	case d := <-got:
		return d
	case <-time.After(3 * time.Minute):
		t.Fatal("nothing arrives")
		return nil
	}
}

// Outputs arrive, Sync waits for its answer and no other, pages are heard by
// who takes what they send, and a GoNB that is gone is an error.
func TestOwnConnection(t *testing.T) {
	got, answers, hangUp := fakeGoNB(t)
	o := &own{}
	heard := make(chan string, 10)
	o.Hear(func(v *protocol.CommValue) bool {
		heard <- "first " + v.Address
		return v.Address == "/a"
	})
	o.Hear(func(v *protocol.CommValue) bool {
		heard <- "second " + v.Address
		return true
	})
	if err := o.Send(&protocol.DisplayData{Data: map[protocol.MIMEType]any{protocol.MIMETextHTML: "<b>", protocol.MIMECommSubscribe: &protocol.CommSubscription{Address: "/a"}}, DisplayID: "id"}); err != nil {
		t.Fatal(err)
	}
	if d := receive(t, got); d.DisplayID != "id" || d.Data[protocol.MIMETextHTML] != "<b>" || d.Data[protocol.MIMECommSubscribe].(protocol.CommSubscription).Address != "/a" {
		t.Errorf("%+v arrives", d)
	}
	answer := func(address string, value any) {
		t.Helper()
		if err := answers.Encode(&protocol.CommValue{Address: address, Value: value}); err != nil {
			t.Fatal(err)
		}
	}
	answer("/a", "x")
	answer("/b", 1.5)
	for _, want := range []string{"first /a", "first /b", "second /b"} {
		if h := <-heard; h != want {
			t.Errorf("heard %q, want %q", h, want)
		}
	}
	var asked [2]int
	var done [2]chan error
	for i := range done {
		done[i] = make(chan error, 1)
		go func() { done[i] <- o.Sync() }()
		v := receive(t, got).Data[protocol.MIMECommValue].(protocol.CommValue)
		asked[i] = v.Value.(int)
		if v.Address != protocol.GonbuiSyncAddress {
			t.Errorf("Sync asks %q", v.Address)
		}
	}
	answer(protocol.GonbuiSyncAckAddress, asked[1])
	if err := <-done[1]; err != nil {
		t.Error(err)
	}
	select {
	case err := <-done[0]:
		t.Errorf("Sync takes another's answer, error %v", err)
	default:
	}
	hangUp()
	if err := <-done[0]; err == nil {
		t.Error("Sync does not say that GoNB is gone")
	}
	if o.Send(&protocol.DisplayData{}) == nil || o.Sync() == nil {
		t.Error("a broken connection is used")
	}
	select {
	case h := <-heard:
		t.Errorf("the answers to Sync are heard by others: %q", h)
	default:
	}
}

func TestNoConnection(t *testing.T) {
	t.Setenv(protocol.GONB_PIPE_ENV, filepath.Join(t.TempDir(), "none"))
	o := &own{}
	if o.Send(&protocol.DisplayData{}) == nil || o.Sync() == nil {
		t.Error("a pipe that is not there is no error")
	}
}
