package kernel

import (
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gomyogen/myogen/units"
)

func TestProgressLine(t *testing.T) {
	start := time.Unix(0, 0)
	for _, c := range []struct {
		first, done, total float64
		seconds            float64
		stopped            bool
		want               string
	}{
		{0, 0, 15000, 0, false, "Simulating: 0 of 15000 ms (0 %)"},
		{0, 5000, 15000, 2, false, "Simulating: 5000 of 15000 ms (33 %), 2500 ms/s, 4.0 s left"},
		{0, 15000, 15000, 6, false, "Simulating: 15000 of 15000 ms (100 %), 2500 ms/s, took 6.0 s"},
		{5000, 10000, 15000, 2, false, "Simulating: 10000 of 15000 ms (67 %), 2500 ms/s, 2.0 s left"}, // resumed
		{0, 5000, 15000, 2, true, "Simulating: stopped at 5000 of 15000 ms (33 %) after 2.0 s"},
		{0, 15000, 15000, 6, true, "Simulating: 15000 of 15000 ms (100 %), 2500 ms/s, took 6.0 s"},
		{0, 0, 0, 0, false, "Simulating: 0 of 0 ms (100 %)"},
		{0, 5, 0, 1, false, "Simulating: 5 of 0 ms (100 %), 5 ms/s, took 1.0 s"},
		{0, math.NaN(), 10, 1, false, "Simulating: NaN of 10 ms (0 %)"},
		{0, 5, math.NaN(), 1, true, "Simulating: stopped at 5 of NaN ms (0 %) after 1.0 s"},
		{0, -5, 10, 1, false, "Simulating: -5 of 10 ms (0 %)"},
		{0, 5, math.Inf(1), 1, true, "Simulating: stopped at 5 of +Inf ms (0 %) after 1.0 s"},
	} {
		p := &Progress{title: "Simulating", start: start, first: units.Time(c.first), done: units.Time(c.done), total: units.Time(c.total)}
		now := start.Add(time.Duration(c.seconds * float64(time.Second)))
		if got := p.line(now, c.stopped); got != c.want {
			t.Errorf("line is %q, want %q", got, c.want)
		}
	}
}

// in returns a bar that writes to the returned text.
func in(m mode, title string) (*Progress, *strings.Builder) {
	var out strings.Builder
	p := NewProgress(title)
	p.board.mode, p.board.out = m, &out
	return p, &out
}

// A log has a line every 10 %, and one at the end.
func TestProgressInALog(t *testing.T) {
	p, out := in(inLog, "Run")
	for i := range 1001 {
		p.Update(units.Time(i), 1000)
	}
	p.Update(1000, 1000)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 10 || !strings.Contains(lines[0], "100 of 1000 ms (10 %)") || !strings.Contains(lines[9], "(100 %)") {
		t.Errorf("the log is\n%s", out)
	}
	for _, total := range []float64{0, math.NaN(), math.Inf(1)} {
		p, out := in(inLog, "Odd")
		p.Update(units.Time(math.NaN()), units.Time(total))
		p.Update(0, units.Time(total))
		if n := strings.Count(out.String(), "\n"); n > 1 {
			t.Errorf("total %v: %d lines", total, n)
		}
	}
}

// A terminal has one line that is written over, with nothing left of a longer
// one.
func TestProgressOnATerminal(t *testing.T) {
	p, out := in(inTerminal, "Run")
	p.Update(1, 10)
	p.board.shown = time.Time{}
	p.Update(10, 10)
	if s := out.String(); strings.Count(s, "\n") != 1 || strings.Count(s, "\r") != 2 || !strings.HasSuffix(s, "\n") {
		t.Errorf("the terminal got %q", s)
	}
}

// A bar is drawn 10 to 20 times a second, however often it is told.
func TestProgressIsLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nextCell(t)
		p, out := in(inTerminal, "Run")
		for i := range 500 {
			p.Update(units.Time(i), 500)
			time.Sleep(2 * time.Millisecond)
		}
		if n := strings.Count(out.String(), "\r"); n < 10 || n > 20 {
			t.Errorf("a bar that is told 500 times in a second is drawn %d times, want 10 to 20", n)
		}
		before := out.Len()
		p.Update(500, 500)
		p.Update(500, 500)
		if last := out.String()[before:]; strings.Count(last, "\r") != 1 || !strings.Contains(last, "500 of 500 ms (100 %)") {
			t.Errorf("at the end it draws %q", last)
		}
	})
}

func TestBars(t *testing.T) {
	var out strings.Builder
	s := NewBars("Peaks", 2)
	s.board.mode, s.board.out = inLog, &out
	a := s.Next("65 pps")
	a.Update(50, 100)
	now := s.start.Add(time.Second)
	if got := s.board.lines(now); len(got) != 2 || got[0] != "Peaks: 0 of 2 (25 %), 3.0 s left" || !strings.HasPrefix(got[1], "65 pps: 50 of 100 ms") {
		t.Errorf("half a run shows %q", got)
	}
	a.Update(100, 100)
	var wg sync.WaitGroup
	b := s.Next("85 pps")
	for range 4 {
		wg.Go(func() { b.Update(50, 100) })
	}
	wg.Wait()
	b.Update(100, 100)
	if got := s.board.lines(now); len(got) != 1 || got[0] != "Peaks: 2 of 2 (100 %), took 1.0 s" {
		t.Errorf("the whole sweep shows %q", got)
	}
	if last := strings.TrimSpace(out.String()); !strings.HasSuffix(strings.Split(last, "took")[0], "Peaks: 2 of 2 (100 %), ") {
		t.Errorf("the log ends in %q", last)
	}
	if NewBars("none", 0).fraction() != 0 {
		t.Error("a sweep over nothing is done before it began")
	}
}

// Runs whose results were kept count as done, and the sweep ends.
func TestBarsOverKeptRuns(t *testing.T) {
	nextCell(t)
	var out strings.Builder
	s := NewBars("Peaks", 3)
	s.board.mode, s.board.out = inTerminal, &out
	for i := range 3 {
		run := s.Next("run")
		if i == 1 {
			run.Update(50, 100)
			run.Update(100, 100)
		}
		run.Done()
	}
	lines := strings.Split(out.String(), "\r")
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "Peaks: 3 of 3 (100 %), 2 of them kept before, took ") || !strings.HasSuffix(last, "\n") {
		t.Errorf("the terminal shows %q", lines)
	}

	out.Reset()
	s = NewBars("Peaks", 2)
	s.board.mode, s.board.out = inLog, &out
	run := s.Next("run")
	run.Update(50, 100)
	running.Stop()
	run.Done() // with a partial result
	if got := out.String(); !strings.Contains(got, "Peaks: 0 of 2 (25 %), stopped after") || strings.Count(got, "stopped") != 1 {
		t.Errorf("a stopped sweep shows %q", got)
	}
}

// What a stop leaves is how far each bar came, and nothing after it.
func TestStopEndsTheBars(t *testing.T) {
	nextCell(t)
	p, out := in(inLog, "Run")
	p.Update(1, 1000)
	p.board.Stop(p.start.Add(2 * time.Second))
	p.Update(900, 1000)
	if got := strings.TrimSpace(out.String()); got != "Run: stopped at 1 of 1000 ms (0 %) after 2.0 s" {
		t.Errorf("the log is %q", got)
	}
}

func TestProgressEscapesItsTitle(t *testing.T) {
	p := NewProgress(`<b>"x"</b>`)
	if html := p.board.html([]string{p.line(time.Now(), false)}); strings.Contains(html, "<b>") || !strings.Contains(html, "&lt;b&gt;") {
		t.Error(html)
	}
}
