//go:build !js

package kernel

import (
	"fmt"
	"html"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"gomyogen/kernel/internal/cell"
	"gomyogen/kernel/internal/wire"
	"gomyogen/myogen/units"
)

// Progress is a progress bar of a simulation: simulated ms, percent, speed and
// time left. In a notebook it is one output that is replaced, so that the saved
// notebook has its last state only; on a terminal it is one line, in a log a
// line every 10 %. Several goroutines may use it.
type Progress struct {
	title       string
	board       *board
	start       time.Time // of the first update
	first       units.Time
	done, total units.Time
	kept        bool   // over without having begun
	before      string // what goes on before the first update
}

// NewProgress returns a progress bar. Its Update is what a simulation's Run
// reports to:
//
//	bar := kernel.NewProgress("Simulating")
//	result, err := sim.Run(ctx, bar.Update)
func NewProgress(title string) *Progress {
	p := &Progress{title: title, board: newBoard(running)}
	p.board.bar = p
	return p
}

// Update shows that the simulation has come to done, of total.
func (p *Progress) Update(done, total units.Time) {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	now := time.Now()
	if p.start.IsZero() {
		p.start, p.first = now, done
	}
	p.done, p.total = done, total
	p.board.show(now)
}

// drawing shows for how many sources connections are drawn before the first
// step.
func (p *Progress) drawing(done, total int) {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	p.before = fmt.Sprintf(": drawing connections, %.0f %%", 100*float64(done)/float64(total))
	p.board.show(time.Now())
}

// Done notes that the run is over. One that has not begun counts as done: its
// result was kept, and there was nothing to compute.
func (p *Progress) Done() {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	p.kept = p.start.IsZero()
	p.board.show(time.Now())
}

// stopsAt shows how far a stopped run came in the end: it goes on for a moment
// after the button was pressed. What was printed stays.
func (p *Progress) stopsAt(done units.Time) {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	p.done = done
	if p.board.mode == inNotebook {
		p.board.ended = false
		p.board.show(time.Now())
	}
}

// fraction is how much is done, from 0 to 1.
func (p *Progress) fraction() float64 {
	switch f := float64(p.done / p.total); {
	case p.kept:
		return 1
	case p.start.IsZero():
		return 0
	case p.done >= p.total && p.done == p.done: // 0 of 0 too
		return 1
	case f > 0 && f < 1:
		return f
	}
	return 0
}

// finished reports whether all is simulated.
func (p *Progress) finished() bool { return p.fraction() == 1 }

// line is the bar in words.
func (p *Progress) line(now time.Time, stopped bool) string {
	wall := now.Sub(p.start).Seconds()
	of := fmt.Sprintf("%.0f of %.0f ms (%.0f %%)", float64(p.done), float64(p.total), 100*p.fraction())
	speed := float64(p.done-p.first) / wall
	switch {
	case p.kept:
		return p.title + ": kept"
	case p.start.IsZero():
		return p.title + p.before
	case stopped && !p.finished():
		return fmt.Sprintf("%s: stopped at %s after %.1f s", p.title, of, wall)
	case !(speed > 0) || wall <= 0:
		return fmt.Sprintf("%s: %s", p.title, of)
	case p.finished():
		return fmt.Sprintf("%s: %s, %.0f ms/s, took %.1f s", p.title, of, speed, wall)
	}
	return fmt.Sprintf("%s: %s, %.0f ms/s, %.1f s left", p.title, of, speed, float64(p.total-p.done)/speed)
}

// Bars are the progress bars of several runs: one over all of them, and below it
// one for each run that is going on. [NewBars] makes them.
type Bars struct {
	title string
	n     int
	start time.Time
	board *board
	asked int         // runs
	done  int         // of them, that are finished
	kept  int         // of those, that were kept before
	first float64     // fraction that was done before
	runs  []*Progress // that were asked for and are not finished
}

// NewBars returns a bar over n runs; [Bars.Next] returns the bar of each.
// Where each run is kept on its own, one more run costs one run:
//
//	bars := kernel.NewBars("Peak rates", len(peaks))
//	for _, peak := range peaks {
//		bar := bars.Next(peak.String())
//		run := kernel.Keep("peak "+peak.String(), func() (*myogen.Result, error) { return simulate(peak, bar) }, peak)
//		result := run.Get()
//		bar.Done() // a kept one too
//		results = append(results, result)
//		if result.Partial() {
//			break // the stop button ends the sweep
//		}
//	}
func NewBars(title string, n int) *Bars {
	b := &Bars{title: title, n: n, start: time.Now(), board: newBoard(running)}
	b.board.bars = b
	return b
}

// Next returns the bar of the next run.
func (b *Bars) Next(title string) *Progress {
	b.board.mu.Lock()
	defer b.board.mu.Unlock()
	p := &Progress{title: title, board: b.board}
	b.runs = append(b.runs, p)
	b.asked++
	return p
}

// before notes that so many runs were made before.
func (b *Bars) before(n int) {
	b.board.mu.Lock()
	defer b.board.mu.Unlock()
	b.asked, b.done, b.kept = b.asked+n, b.done+n, b.kept+n
	b.first = float64(b.done) / float64(max(b.n, 1))
}

// ends shows that no more runs will come.
func (b *Bars) ends() {
	b.board.mu.Lock()
	defer b.board.mu.Unlock()
	b.settle()
	b.n = b.done
	b.board.show(time.Now())
}

// settle counts the runs that are finished and forgets their bars: there may be
// a hundred thousand.
func (b *Bars) settle() {
	b.runs = slices.DeleteFunc(b.runs, func(p *Progress) bool {
		if !p.finished() {
			return false
		}
		b.done++
		if p.kept {
			b.kept++
		}
		return true
	})
}

func (b *Bars) fraction() float64 {
	b.settle()
	f := float64(b.done)
	for _, p := range b.runs {
		f += p.fraction()
	}
	return min(f/float64(max(b.n, b.asked, 1)), 1)
}

func (b *Bars) line(now time.Time, stopped bool) string {
	f := b.fraction()
	of := fmt.Sprintf("%s: %d of %d (%.0f %%)", b.title, b.done, b.n, 100*f)
	if b.kept > 0 {
		of += fmt.Sprintf(", %d of them kept before", b.kept)
	}
	wall := now.Sub(b.start).Seconds()
	switch {
	case f == 1:
		return fmt.Sprintf("%s, took %.1f s", of, wall)
	case stopped:
		return fmt.Sprintf("%s, stopped after %.1f s", of, wall)
	case f > b.first:
		return fmt.Sprintf("%s, %.1f s left", of, wall*(1-f)/(f-b.first))
	}
	return of
}

// board is the output that shows one bar, or several.
type board struct {
	cell    *cell.Cell
	mu      sync.Mutex
	bar     *Progress // or
	bars    *Bars
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

func newBoard(c *cell.Cell) *board {
	b := &board{cell: c, id: newDisplayID(), out: os.Stderr, mode: inLog}
	if wire.Notebook {
		b.mode = inNotebook
	} else if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		b.mode = inTerminal
	}
	return b
}

// refresh is the least time between two updates that a user sees.
const refresh = 70 * time.Millisecond

// show shows the state if it is time to.
func (b *board) show(now time.Time) {
	if b.ended {
		return
	}
	if b.shown.IsZero() {
		b.stopped = b.cell.Add(b) || b.stopped
	}
	fraction := b.fraction()
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

func (b *board) fraction() float64 {
	if b.bars != nil {
		return b.bars.fraction()
	}
	return b.bar.fraction()
}

// lines is the state in words: all runs, then those that are going on.
func (b *board) lines(now time.Time) []string {
	if b.bars == nil {
		return []string{b.bar.line(now, b.stopped)}
	}
	all := []string{b.bars.line(now, b.stopped)}
	for _, p := range b.running() {
		all = append(all, p.line(now, b.stopped))
	}
	return all
}

// running returns the runs that have started and not finished.
func (b *board) running() []*Progress {
	var all []*Progress
	for _, p := range b.bars.runs {
		if !p.start.IsZero() && !p.finished() {
			all = append(all, p)
		}
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
	fractions := []float64{b.fraction()}
	if b.bars != nil {
		for _, p := range b.running() {
			fractions = append(fractions, p.fraction())
		}
	}
	var s strings.Builder
	s.WriteString(`<div style="font:13px sans-serif;max-width:640px">`)
	for i, line := range lines {
		indent := 0
		if i > 0 {
			indent = 16
		}
		fmt.Fprintf(&s, `<div style="margin-left:%dpx">`, indent)
		if fractions[i] < 1 { // a full bar tells less than its line
			fmt.Fprintf(&s, `<progress max="1" value="%.4f" style="width:100%%" aria-label="%s"></progress>`, fractions[i], html.EscapeString(line))
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
