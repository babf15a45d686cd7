package main

import (
	"encoding/json"
	"fmt"
	"regexp"

	"gomyogen/kernel/launcher/internal/cell"
)

// notebook is what is known of the cells that ran.
type notebook struct {
	typed  map[int]*cell.Cell // by their number
	locals map[string]int     // the cell whose statements declared a name
	engine *engine
}

func newNotebook() *notebook {
	return &notebook{typed: map[int]*cell.Cell{}, locals: map[string]int{}}
}

func (n *notebook) setFolder(e *engine) { n.engine = e }

// before and after a cell runs.
func (n *notebook) before(e *execution) {}

func (n *notebook) after(e *execution) {
	for _, name := range e.code.Locals {
		n.locals[name] = e.count
	}
	for _, name := range e.code.Declares {
		delete(n.locals, name)
	}
}

func (n *notebook) help(name string) bundle {
	return bundle{"text/plain": "There is no help on " + name + "."}
}

var undefined = regexp.MustCompile(`^undefined: (\w+)`)

// hint adds to a message of the compiler what to do.
func (f *front) hint(e *execution, message string) string {
	if m := undefined.FindStringSubmatch(message); m != nil {
		if count, ok := f.notebook.locals[m[1]]; ok && count > 0 {
			return fmt.Sprintf("%s: %s was declared by a statement of cell [%d] and is gone with it; declared there by \"var %s = ...\", it is in all cells", message, m[1], count, m[1])
		}
	}
	return message
}

func (f *front) complete(r request) {
	f.reply(r, "complete_reply", map[string]any{"status": "ok", "matches": []string{}, "cursor_start": 0, "cursor_end": 0, "metadata": empty})
}

func (f *front) inspect(r request) {
	f.reply(r, "inspect_reply", map[string]any{"status": "ok", "found": false, "data": empty, "metadata": empty})
}

// prompt is input that a client is asked for.
type prompt struct{ pid int }

func (f *front) watch(e *execution) {}

// input takes what a client's user typed.
func (f *front) input(r request) { f.toStdin(r.message) }

// asked passes on what GoNB asks a client for.
func (f *front) asked(m message) {
	if e := f.running; e != nil {
		m.identities = e.identities
		m.parent = e.rawHeader
		f.stdin.Send(m.frames(f.key))
	}
}

func (f *front) toStdin(m message) {
	if f.engine != nil && f.engine.stdin != nil {
		m.identities = nil
		f.engine.stdin.Send(m.frames([]byte(f.engine.Key)))
	}
	_ = json.RawMessage(nil)
}
