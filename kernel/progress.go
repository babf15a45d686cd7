//go:build !js

package kernel

import (
	"fmt"
	"time"

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
	aside       string // what goes on before the first update, or between two
}

// NewProgress returns a progress bar. Its Update is what a simulation's Run
// reports to:
//
//	bar := kernel.NewProgress("Simulating")
//	result, err := sim.Run(ctx, bar.Update)
//
//go:noinline
func NewProgress(title string) *Progress {
	p := &Progress{title: title}
	p.board = newBoard(running, p)
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
	p.done, p.total, p.aside = done, total, ""
	p.board.show(now)
}

// starting shows how far what is no step of the run is.
func (p *Progress) starting(what string, done, total int) {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	p.aside = asideOf(what, done, total)
	p.board.show(time.Now())
}

// asideOf says how far work is that has no steps; a total of 0 is not known.
func asideOf(what string, done, total int) string {
	if total == 0 {
		return ": " + what
	}
	return fmt.Sprintf(": %s, %.0f %%", what, 100*float64(done)/float64(total))
}

// afterStop shows how far what a stopped run leaves is saved, in a notebook, whose bar can
// change after the stop.
func (p *Progress) afterStop(what string, done, total int) {
	p.board.mu.Lock()
	defer p.board.mu.Unlock()
	now := time.Now()
	if p.board.mode != inNotebook || now.Sub(p.board.shown) < refresh {
		return
	}
	p.aside, p.board.ended = asideOf(what, done, total), false
	p.board.show(now)
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
	p.done, p.aside = done, ""
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

// below implements bar: there is none.
func (p *Progress) below() []*Progress { return nil }

// line is the bar in words.
func (p *Progress) line(now time.Time, stopped bool) string {
	wall := now.Sub(p.start).Seconds()
	of := fmt.Sprintf("%.0f of %.0f ms (%.0f %%)", float64(p.done), float64(p.total), 100*p.fraction())
	speed := float64(p.done-p.first) / wall
	switch {
	case p.kept:
		return p.title + ": kept"
	case p.start.IsZero():
		return p.title + p.aside
	case stopped && !p.finished():
		return fmt.Sprintf("%s: stopped at %s after %.1f s", p.title, of, wall) + p.aside
	case !(speed > 0) || wall <= 0:
		return fmt.Sprintf("%s: %s", p.title, of) + p.aside
	case p.finished():
		return fmt.Sprintf("%s: %s, %.0f ms/s, took %.1f s", p.title, of, speed, wall)
	}
	return fmt.Sprintf("%s: %s, %.0f ms/s, %.1f s left", p.title, of, speed, float64(p.total-p.done)/speed) + p.aside
}
