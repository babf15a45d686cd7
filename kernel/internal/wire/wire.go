// Package wire carries what a cell shows to GoNB, and what pages send back.
//
// GoNB reads one stream of a program. Package gonbui writes it, and everything
// goes through gonbui, so that cells may use it beside us. It also takes a
// fifth of the time in which a cell is linked: in programs that contain no
// gonbui, which only who builds them can know, the build tag "nogonbui" has
// this package write the stream itself.
package wire

import (
	"os"

	"github.com/janpfeifer/gonb/gonbui/protocol"
)

// Notebook tells whether GoNB runs this program.
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
