package kernel

import (
	"fmt"
	"html"
	"os"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"gomyogen/myogen/units"
)

// Progress is a bar that shows how far a simulation is: simulated ms, percent,
// speed and time left. In a notebook it is one output that is replaced, so the
// saved notebook holds its last state only; elsewhere it is a line every 10 %.
type Progress struct {
	title   string
	id      string
	start   time.Time
	shown   time.Time
	tenths  int
	started bool
}

// refresh is the least time between two updates in a notebook.
const refresh = 70 * time.Millisecond

// NewProgress returns a bar. Its Update is what Simulation.Run reports to:
//
//	bar := kernel.NewProgress("Simulating")
//	result, err := sim.Run(ctx, 15*units.S, bar.Update)
func NewProgress(title string) *Progress { return &Progress{title: title} }

// Update shows that done of total is simulated.
func (p *Progress) Update(done, total units.Time) {
	now := time.Now()
	if !p.started {
		p.started, p.start, p.id = true, now, newDisplayID()
	}
	last := done >= total
	if !gonbui.IsNotebook {
		if tenths := int(10 * done / total); tenths > p.tenths || last {
			p.tenths = tenths
			fmt.Fprintln(os.Stderr, p.line(done, total, now))
		}
		return
	}
	if !last && now.Sub(p.shown) < refresh {
		return
	}
	p.shown = now
	text := p.line(done, total, now)
	// A display that fails must not end a simulation.
	_ = display(p.id, map[string]string{
		"text/plain": text,
		"text/html": fmt.Sprintf(`<div style="font:13px sans-serif;max-width:640px"><progress max="1" value="%.4f" style="width:100%%" aria-label="%s"></progress><div>%s</div></div>`,
			float64(done/total), html.EscapeString(p.title), html.EscapeString(text)),
	})
}

// line is the bar in words.
func (p *Progress) line(done, total units.Time, now time.Time) string {
	wall := now.Sub(p.start).Seconds()
	s := fmt.Sprintf("%s: %.0f of %.0f ms (%.0f %%)", p.title, float64(done), float64(total), 100*float64(done/total))
	if wall <= 0 || done <= 0 {
		return s
	}
	speed := float64(done) / wall
	s += fmt.Sprintf(", %.0f ms/s", speed)
	if done >= total {
		return s + fmt.Sprintf(", took %.1f s", wall)
	}
	return s + fmt.Sprintf(", %.1f s left", float64(total-done)/speed)
}
