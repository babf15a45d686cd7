package kernel

import (
	"fmt"
	"html"
	"io"
	"math"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"gomyogen/myogen/units"
)

// Progress is the bar of one run: simulated time, percent, speed in simulated
// ms per second, and time left. In a notebook it is live and leaves one line;
// on a terminal it is rewritten in place; in a log it writes a line each 10 %.
//
//	bar := kernel.NewProgress("Simulating", 15*units.S)
//	defer bar.Done()
//	block, err := sim.Run(ctx, 15*units.S, bar.Report)
//
// Its methods may be called from several goroutines, as often as one likes.
type Progress struct {
	board *board
	name  string

	total, done   units.Time
	started       time.Time
	lastDone      units.Time // where the bar stood when its speed was last measured
	lastMeasured  time.Time
	speed         float64 // simulated ms per s, smoothed; 0 while unknown
	finished      bool
	finishedAfter time.Duration
	logged        int // tenths of the run that a log has
}

// NewProgress returns a bar of a run that will simulate total.
func NewProgress(name string, total units.Time) *Progress {
	b := newBoard()
	p := b.bar(name, total)
	b.bars = []*Progress{p}
	return p
}

// Update says that done has been simulated so far.
func (p *Progress) Update(done units.Time) {
	p.board.change(func() { p.move(done, p.total) })
}

// Report says that done of total has been simulated so far. It has the form
// of the callback that a run takes, so a run can be given bar.Report.
func (p *Progress) Report(done, total units.Time) {
	p.board.change(func() { p.move(done, total) })
}

// Done ends the bar and leaves its last line: how much was simulated, and
// that the run was stopped if that is not all of it. Only the first call
// counts, so it can be deferred.
func (p *Progress) Done() {
	p.board.finish(func() { p.end() })
}

// Sweep is the progress of several runs, one bar below the other: how many
// are done, and a bar for each that is under way.
//
//	sweep := kernel.NewSweep("Peak rate", len(peaks))
//	defer sweep.Done()
//	for _, peak := range peaks {
//		bar := sweep.Run(peak.String(), 15*units.S)
//		...
//		bar.Done()
//	}
//
// Runs may go on at the same time, and methods may be called from several
// goroutines.
type Sweep struct {
	board         *board
	name          string
	runs          int
	done          int
	simulated     units.Time
	started       time.Time
	finished      bool
	finishedAfter time.Duration
}

// NewSweep returns the progress of so many runs.
func NewSweep(name string, runs int) *Sweep {
	b := newBoard()
	b.sweep = &Sweep{board: b, name: name, runs: runs, started: b.now()}
	return b.sweep
}

// Run returns the bar of the sweep's next run, which will simulate total. It
// disappears when it is done.
func (s *Sweep) Run(name string, total units.Time) *Progress {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	p := s.board.bar(name, total)
	s.board.bars = append(s.board.bars, p)
	return p
}

// Done ends the sweep and the bars still under way, and leaves one line. Only
// the first call counts.
func (s *Sweep) Done() {
	s.board.finish(func() {
		for len(s.board.bars) > 0 {
			s.board.bars[0].end()
		}
		if !s.finished {
			s.finished, s.finishedAfter = true, s.board.now().Sub(s.started)
		}
	})
}

// move takes in where a run stands.
func (p *Progress) move(done, total units.Time) {
	if p.finished {
		return
	}
	p.done, p.total = done, total
	// A speed over less than this is more jitter than speed.
	const measureEvery = 0.2 // s
	now := p.board.now()
	passed := now.Sub(p.lastMeasured).Seconds()
	if passed < measureEvery {
		return
	}
	speed := float64(done-p.lastDone) / passed
	if p.speed == 0 {
		p.speed = speed
	} else {
		const memory = 2.0 // s, the time constant of the smoothing
		p.speed += (speed - p.speed) * (1 - math.Exp(-passed/memory))
	}
	p.lastDone, p.lastMeasured = done, now
}

// end finishes a bar; a sweep's bar is counted and taken off the board.
func (p *Progress) end() {
	if p.finished {
		return
	}
	p.finished, p.finishedAfter = true, p.board.now().Sub(p.started)
	s := p.board.sweep
	if s == nil {
		return
	}
	s.simulated += p.done
	if p.fraction() >= 1 {
		s.done++
	}
	bars := p.board.bars[:0]
	for _, other := range p.board.bars {
		if other != p {
			bars = append(bars, other)
		}
	}
	p.board.bars = bars
}

// fraction is how much of the run is done, within 0 and 1.
func (p *Progress) fraction() float64 {
	if !(p.total > 0) { // NaN too
		return 0
	}
	return min(max(float64(p.done/p.total), 0), 1)
}

// line says in words where the run stands.
func (p *Progress) line() string {
	if p.finished {
		return p.lastLine()
	}
	f := p.fraction()
	// Round down: 100 % is for a run that is complete.
	s := fmt.Sprintf("%s / %s · %.0f %%", milliseconds(p.done), p.total.msString(), math.Floor(100*f))
	if p.speed > 0 {
		s += fmt.Sprintf(" · %s/s", milliseconds(units.Time(p.speed)))
		left := time.Duration(float64(p.total-p.done) / p.speed * float64(time.Second))
		s += " · " + formatDuration(max(left, 0)) + " left"
	}
	return s
}
