//go:build !js

package kernel

import (
	"fmt"
	"html"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"gomyogen/kernel/internal/cell"
	"gomyogen/kernel/internal/wire"
)

// bar is what a board shows: a [Progress], or [Bars] with the bars of their runs.
type bar interface {
	fraction() float64 // that is done
	line(now time.Time, stopped bool) string
	below() []*Progress // in lines of their own
}

// board is the output that shows a bar.
type board struct {
	of      any // the *cell.Cell that shows it, whose type cells are spared as with declared
	mu      sync.Mutex
	bar     bar
	id      string
	shown   time.Time
	tenths  int
	stopped bool
	ended   bool // the last state is shown
	out     io.Writer
	mode    mode
	width   int // of the line on the terminal
}

// mode is the kind of place that a board is shown in.
type mode int

const (
	inLog mode = iota
	inTerminal
	inNotebook
)

func newBoard(c *cell.Cell, shown bar) *board {
	b := &board{of: c, bar: shown, id: newDisplayID(), out: os.Stderr, mode: inLog}
	if wire.Notebook {
		b.mode = inNotebook
	} else if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		b.mode = inTerminal
	}
	return b
}

func cellOf(b *board) *cell.Cell { return b.of.(*cell.Cell) }

// refresh is the least time between two updates that a user sees.
const refresh = 70 * time.Millisecond

// show shows the state if it is time to.
func (b *board) show(now time.Time) {
	if b.ended {
		return
	}
	if b.shown.IsZero() {
		b.stopped = cellOf(b).Add(b) || b.stopped
	}
	fraction := b.bar.fraction()
	last := fraction == 1 || b.stopped
	b.ended = last
	if b.mode == inLog {
		if tenths := int(10 * fraction); tenths > b.tenths || last {
			b.tenths, b.shown = tenths, now
			fmt.Fprintln(b.out, b.lines(now)[0])
		}
		return
	}
	if !last && now.Sub(b.shown) < refresh {
		return
	}
	b.shown = now
	lines := b.lines(now)
	if b.mode == inTerminal {
		b.overwrite(strings.Join(lines, " | "), last)
		return
	}
	// A display that fails must not end a simulation.
	_ = display(b.id, map[string]string{"text/plain": strings.Join(lines, "\n"), "text/html": b.html(lines)})
}

// lines is the state in words: the bar, then those below it.
func (b *board) lines(now time.Time) []string {
	all := []string{b.bar.line(now, b.stopped)}
	for _, p := range b.bar.below() {
		all = append(all, p.line(now, b.stopped))
	}
	return all
}

// overwrite replaces the line on a terminal.
func (b *board) overwrite(line string, last bool) {
	n := len([]rune(line))
	fmt.Fprint(b.out, "\r", line, strings.Repeat(" ", max(0, b.width-n)))
	b.width = n
	if last {
		fmt.Fprintln(b.out)
	}
}

// html is the state with its bars: live ones while it changes, words at the
// end.
func (b *board) html(lines []string) string {
	fractions := []float64{b.bar.fraction()}
	for _, p := range b.bar.below() {
		fractions = append(fractions, p.fraction())
	}
	var s strings.Builder
	s.WriteString(`<div style="font:13px sans-serif;overflow-wrap:anywhere">`)
	for i, line := range lines {
		indent := 0
		if i > 0 {
			indent = 16
		}
		fmt.Fprintf(&s, `<div style="margin-left:%dpx">`, indent)
		if fractions[i] < 1 { // a full bar tells less than its line
			fmt.Fprintf(&s, `<progress max="1" value="%.4f" style="width:100%%;max-width:%dpx" aria-label="%s"></progress>`, fractions[i], 640-indent, html.EscapeString(line))
		}
		fmt.Fprintf(&s, "<div>%s</div></div>", html.EscapeString(line))
	}
	s.WriteString("</div>")
	return s.String()
}

// Stop shows how far the board came: the stop button was pressed.
func (b *board) Stop(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.stopped = true
	b.show(now)
}
