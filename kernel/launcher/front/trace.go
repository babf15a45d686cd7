//go:build unix

package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"gomyogen/kernel/launcher/internal/cell"
)

// trace puts lines of cells in the place of those of GoNB's files in what a program
// says when it panics. GoNB does so in what it reads at once; but a Go program
// writes a trace in pieces, and where it is read in pieces GoNB finds no place in it.
type trace struct {
	name func(path string, line int) string // the line of a cell that stands in a line of a file
	held string                             // the beginning of a line of a trace
}

// frame is a place in GoNB's file as it stands in a trace, marked is one in front of
// which GoNB has put the line of the cell.
var (
	frame  = regexp.MustCompile(`(?m)^\t(\S*/gonb_\w+/main(?:_test)?\.go):(\d+)(?: \+0x[0-9a-f]+)?`)
	marked = regexp.MustCompile(`(\[\[ Cell (?:\[\d+\] )?Line \d+ \]\]\x1b\[0m) \S*/main(?:_test)?\.go:\d+(?: \+0x[0-9a-f]+)?`)
	begun  = regexp.MustCompile(`\t\S*(?: (?:\+[0-9a-fx]*)?)?$`)
)

// read returns what can be shown of a text that a program writes.
func (t *trace) read(text string) string {
	text = t.held + text
	t.held = ""
	last := strings.LastIndexByte(text, '\n') + 1
	if begun.FindString(text[last:]) == text[last:] {
		text, t.held = text[:last], text[last:]
	}
	return t.named(text)
}

// rest returns what was held back.
func (t *trace) rest() string {
	text := t.held
	t.held = ""
	return t.named(text)
}

func (t *trace) named(text string) string {
	text = marked.ReplaceAllString(text, "${1}")
	return frame.ReplaceAllStringFunc(text, func(s string) string {
		m := frame.FindStringSubmatch(s)
		line, err := strconv.Atoi(m[2])
		if err != nil {
			return s
		}
		return "\t" + t.name(m[1], line)
	})
}

// place names the line of a cell that stands in a line of GoNB's file, as GoNB does.
func (f *front) place(e *execution, path string, line int) string {
	made, err := os.ReadFile(path)
	if err != nil {
		return "main.go"
	}
	count, at := locate(strings.Split(string(made), "\n"), line, e.count, e.cell, f.notebook.typed)
	switch {
	case at == 0:
		return "main.go"
	case count == 0:
		return fmt.Sprintf(" \x1b[7m[[ Cell Line %d ]]\x1b[0m", at)
	}
	return fmt.Sprintf(" \x1b[7m[[ Cell [%d] Line %d ]]\x1b[0m", count, at)
}

// locate returns the cell and its line, from 1, of a line of the file that GoNB made
// of them: the one with the same text that has the most lines like those around it.
// The cell that runs comes first, then the newest. The line is 0 if there is none.
func locate(made []string, line, count int, running *cell.Cell, typed map[int]*cell.Cell) (in, at int) {
	if line < 1 || line > len(made) {
		return 0, 0
	}
	best := 0
	look := func(n int, c *cell.Cell) {
		lines := strings.Split(c.Text, "\n")
		for i := range lines {
			if same := alike(made, line-1, lines, i); same > best {
				best, in, at = same, n, i+1
			}
		}
	}
	look(count, running)
	for n := count; n > 0; n-- {
		if c := typed[n]; c != nil && c != running {
			look(n, c)
		}
	}
	return in, at
}

// alike returns how many lines of two texts are the same from one line of each on,
// this way and that; 0 if these two are not. GoNB formats what it writes, and
// puts text before and behind what stands in a line.
func alike(made []string, i int, typed []string, j int) int {
	bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
	at := bare(typed[j])
	if at == "" || !strings.Contains(bare(made[i]), at) {
		return 0
	}
	same := func(i, j int) bool {
		return i >= 0 && j >= 0 && i < len(made) && j < len(typed) && strings.Contains(bare(made[i]), bare(typed[j]))
	}
	n := 1
	for k := 1; same(i+k, j+k); k++ {
		n++
	}
	for k := 1; same(i-k, j-k); k++ {
		n++
	}
	return n
}
