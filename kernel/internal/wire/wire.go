// Package wire is the connection between a cell and GoNB: outputs go there, what
// pages send comes back.
//
// GoNB reads one stream per program. Package gonbui writes it, so all outputs go
// through gonbui, and cells may use gonbui too. Linking gonbui takes a fifth of
// the time in which a cell is built. Cells that do not use it are built with the
// tag "nogonbui", and then this package writes the stream itself.
package wire

import (
	"os"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Notebook reports whether GoNB runs this program.
var Notebook = os.Getenv(protocol.GONB_PIPE_ENV) != ""

// Pipe is the connection with GoNB.
type Pipe interface {
	// Send sends an output, or a request.
	Send(*protocol.DisplayData) error
	// Sync returns when GoNB has shown what was sent.
	Sync() error
	// Hear calls f with what pages send until it takes it. It must not wait.
	Hear(f func(*protocol.CommValue) (taken bool))
}
