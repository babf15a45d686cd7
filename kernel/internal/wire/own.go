package wire

import (
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// own is a connection of our own: gob of protocol.DisplayData there, of
// protocol.CommValue back, through two named pipes.
type own struct {
	mu     sync.Mutex
	out    *gob.Encoder
	err    error // the connection is broken for good
	syncs  int
	synced map[int]chan error // what waits for GoNB's answer
	ears   []func(*protocol.CommValue) bool
}

func (o *own) Send(d *protocol.DisplayData) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.send(d)
}

func (o *own) send(d *protocol.DisplayData) error {
	if o.out == nil && o.err == nil {
		o.err = o.open()
	}
	if o.err == nil {
		o.err = o.out.Encode(d)
	}
	return o.err
}

// open connects with GoNB, which has opened the other ends.
func (o *own) open() error {
	out, err := os.OpenFile(os.Getenv(protocol.GONB_PIPE_ENV), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	in, err := os.Open(os.Getenv(protocol.GONB_PIPE_BACK_ENV))
	if err != nil {
		return errors.Join(err, out.Close())
	}
	o.out, o.synced = gob.NewEncoder(out), map[int]chan error{}
	go o.listen(gob.NewDecoder(in))
	return nil
}

// listen hands on what GoNB sends until it sends no more.
func (o *own) listen(in *gob.Decoder) {
	for {
		var v protocol.CommValue
		if err := in.Decode(&v); err != nil {
			o.broken(fmt.Errorf("GoNB answers no more: %w", err))
			return
		}
		o.mu.Lock()
		ears := o.ears
		if n, ok := v.Value.(int); ok && v.Address == protocol.GonbuiSyncAckAddress {
			if done, ok := o.synced[n]; ok {
				delete(o.synced, n)
				done <- nil
			}
			ears = nil
		}
		o.mu.Unlock()
		for _, f := range ears {
			if f(&v) {
				break
			}
		}
	}
}

func (o *own) broken(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = err
	}
	for _, done := range o.synced {
		done <- err
	}
	clear(o.synced)
}

func (o *own) Sync() error {
	done := make(chan error, 1)
	o.mu.Lock()
	o.syncs++
	err := o.send(&protocol.DisplayData{Data: map[protocol.MIMEType]any{
		protocol.MIMECommValue: &protocol.CommValue{Address: protocol.GonbuiSyncAddress, Value: o.syncs},
	}})
	if err == nil {
		o.synced[o.syncs] = done
	}
	o.mu.Unlock()
	if err != nil {
		return err
	}
	return <-done
}

func (o *own) Hear(f func(*protocol.CommValue) bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ears = append(o.ears, f)
}
