//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"gomyogen/kernel/launcher/internal/cell"
)

// places puts lines of the cells in the place of those of the program that GoNB makes
// of them, in what a cell writes to standard error. Go's runtime writes a place of a
// trace in many pieces.
type places struct {
	find func(line int) (cell.Place, bool)
	held string // the beginning of a line that may go on with a place
}

var (
	// programLine is a line of the program, with what a trace has behind it.
	programLine = regexp.MustCompile(`\S*/gonb_[0-9a-f]+/main(?:_test)?\.go:(\d+)(?::\d+)?(?: \+0x[0-9a-f]+)?`)
	// programStart is what goes on as one, perhaps, at the end of a text.
	programStart = regexp.MustCompile(`(?:\S*/gonb_[0-9a-f]+/main(?:_test)?\.go\S*(?: (?:\+\w*)?)?|(?:^|\s)/\S*)$`)
)

// maxHeld bounds the length of a place.
const maxHeld = 4096

// read returns what can be shown once text has come.
func (p *places) read(text string) string {
	text = p.held + text
	p.held = ""
	last := text[strings.LastIndexByte(text, '\n')+1:]
	if at := programStart.FindStringIndex(last); at != nil && at[1]-at[0] <= maxHeld {
		p.held = last[at[0]:]
		text = strings.TrimSuffix(text, p.held)
	}
	return p.translate(text)
}

// rest returns what was held back.
func (p *places) rest() string {
	s := p.held
	p.held = ""
	return p.translate(s)
}

// locate has the places of a cell that is about to run found.
func (f *front) locate(e *execution) {
	e.stderr.find = func(line int) (cell.Place, bool) {
		e.stderr.find = e.origins.Lines(f.notebook.program()) // it does not change while the cell runs
		return e.stderr.find(line)
	}
}

// program returns the program that GoNB has composed.
func (n *notebook) program() string {
	if n.engine == nil {
		return ""
	}
	for _, name := range []string{"main.go", "main_test.go"} { // GoNB removes the other one
		if b, err := os.ReadFile(filepath.Join(n.engine.workspace(), name)); err == nil {
			return string(b)
		}
	}
	return ""
}

func (p *places) translate(text string) string {
	return programLine.ReplaceAllStringFunc(text, func(l string) string {
		line, _ := strconv.Atoi(programLine.FindStringSubmatch(l)[1])
		at, ok := p.find(line)
		switch {
		case !ok:
			return " \x1b[7m[[ Cell ]]\x1b[0m"
		case at.Cell == 0:
			return fmt.Sprintf(" \x1b[7m[[ Cell Line %d ]]\x1b[0m", at.Line)
		}
		return fmt.Sprintf(" \x1b[7m[[ Cell [%d] Line %d ]]\x1b[0m", at.Cell, at.Line)
	})
}
