//go:build !js

package kernel

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"gomyogen/kernel/internal/wire"
)

// display shows one output in the cell: bundle maps MIME types (text/html,
// text/plain, image/png as base64 ...) to contents, of which the front end
// shows the richest that it can. With an id, later calls with the same id
// replace the output; without, each call is an output of its own. An id lives
// as long as the kernel, so it must come from newDisplayID, once per use.
//
// Outside a notebook the text/plain part is printed to standard output.
func display(id string, bundle map[string]string) error {
	if !wire.Notebook {
		return printPlain(os.Stdout, bundle)
	}
	data := make(map[protocol.MIMEType]any, len(bundle))
	for mime, content := range bundle {
		data[protocol.MIMEType(mime)] = content
	}
	if err := wire.GoNB.Send(&protocol.DisplayData{Data: data, DisplayID: id}); err != nil {
		return fmt.Errorf("kernel: show the output: %w", err)
	}
	return flush()
}

// newDisplayID returns a new id.
func newDisplayID() string { return fmt.Sprintf("myogen-%016x", rand.Uint64()) }

// printPlain prints the text/plain part of a bundle as lines of their own.
func printPlain(w io.Writer, bundle map[string]string) error {
	text, ok := bundle["text/plain"]
	if !ok || text == "" {
		return nil
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("kernel: show the output: %w", err)
	}
	return nil
}

// flushLimit is how long a notebook may take to confirm an output. It
// answers within microseconds; a kernel that died never does.
const flushLimit = 5 * time.Second

// errSilent reports that the notebook stopped answering.
var errSilent = errors.New("kernel: the notebook does not confirm its output")

// flush waits until the notebook has everything that was sent to it. Without
// it, what a cell shows just before its program ends is lost.
func flush() error {
	if !wire.Notebook {
		return nil
	}
	done := make(chan error, 1)
	go func() { done <- wire.GoNB.Sync() }()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("kernel: show the output: %w", err)
		}
		return nil
	case <-time.After(flushLimit):
		return errSilent
	}
}
