//go:build !nogonbui

package wire

import (
	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// GoNB is the connection of this program.
var GoNB Pipe = shared{}

// shared is gonbui's connection.
type shared struct{}

func (shared) Send(d *protocol.DisplayData) error {
	gonbui.SendData(d)
	return gonbui.Error()
}

func (shared) Sync() error {
	gonbui.Sync()
	return gonbui.Error()
}

func (shared) Hear(f func(*protocol.CommValue) bool) {
	next := gonbui.OnCommValueUpdate // of gonbui's own widgets
	gonbui.OnCommValueUpdate = func(v *protocol.CommValue) {
		if !f(v) && next != nil {
			next(v)
		}
	}
}
