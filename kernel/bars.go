//go:build !js

package kernel

import (
	"fmt"
	"slices"
	"time"
)

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
	aside string      // what goes on before it is known how many there are
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
//
//go:noinline
func NewBars(title string, n int) *Bars {
	b := &Bars{title: title, n: n, start: time.Now()}
	b.board = newBoard(running, b)
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

// starting shows how far work is that comes before the runs.
func (b *Bars) starting(what string, done, total int) {
	b.board.mu.Lock()
	defer b.board.mu.Unlock()
	b.aside = asideOf(what, done, total)
	b.board.show(time.Now())
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

// below implements bar: the runs that have started and not finished.
func (b *Bars) below() []*Progress {
	var all []*Progress
	for _, p := range b.runs {
		if !p.start.IsZero() && !p.finished() {
			all = append(all, p)
		}
	}
	return all
}

func (b *Bars) line(now time.Time, stopped bool) string {
	if b.n == 0 && b.asked == 0 && b.aside != "" {
		return b.title + b.aside
	}
	f := b.fraction()
	of := fmt.Sprintf("%s: %d of %d (%.0f %%)", b.title, b.done, b.n, 100*f)
	if b.kept > 0 {
		of += fmt.Sprintf(", %d of them kept before", b.kept)
	}
	wall := now.Sub(b.start).Seconds()
	switch {
	case f == 1:
		return of + ", " + took(wall)
	case stopped:
		return fmt.Sprintf("%s, stopped after %.1f s", of, wall)
	case f > b.first:
		return fmt.Sprintf("%s, %.1f s left", of, wall*(1-f)/(f-b.first))
	}
	return of
}
