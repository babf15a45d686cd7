//go:build !js

package kernel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"os"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/env"
	"gomyogen/kernel/internal/cell"
	"gomyogen/kernel/internal/wire"
)

// Interact shows sliders and, below them, the figure that draw makes of their
// values, which are in the order of Sliders. While the cell runs, each change of
// a slider draws the figure anew. The cell ends with the button Done or the stop
// button, and leaves the last figure; Interact returns its values. Bad sliders,
// and an error of draw when there is no figure to leave, end the cell as [Check]
// does. See "Interactions" above for the rules. It is named after interact of
// ipywidgets.
//
//go:noinline
func Interact(i Interaction, draw func(ctx context.Context, values []float64) (chart.Figure, error)) []float64 {
	return Must(i.run(draw))
}

// Default timeouts.
const (
	defaultConnect = 10 * time.Second
	defaultIdle    = 5 * time.Minute
	defaultDraw    = 10 * time.Minute
)

func (i Interaction) run(draw func(context.Context, []float64) (chart.Figure, error)) ([]float64, error) {
	if draw == nil {
		return nil, errors.New("kernel: Interact: the function draw is nil")
	}
	if err := i.check(); err != nil {
		return nil, fmt.Errorf("kernel: Interact: %w", err)
	}
	ctx, stop := running.Context("")
	defer stop()
	paint := &painter{draw: draw}
	first := firstSetting(i.Sliders)
	kernelID := os.Getenv(env.GoNBKernelID)
	if !wire.Notebook || kernelID == "" {
		// No Jupyter server runs this kernel, so no page can reach it.
		p := within(ctx, cmp.Or(i.DrawTimeout, defaultDraw), paint.paint, first)
		if p.err != nil {
			return nil, p.err
		}
		id := newDisplayID()
		return first.values(), errors.Join(display("", plain(first.text()+": "+aloneHint)), display(id, p.bundle), paint.moveLibrary(p, id))
	}
	board := newInteractBoard(kernelID, first)
	defer running.BeforeExit(board.bury)()
	if err := board.open(); err != nil {
		return nil, err
	}
	s := &session{
		setting: first, connect: cmp.Or(i.ConnectTimeout, defaultConnect), idle: cmp.Or(i.IdleTimeout, defaultIdle), longest: cmp.Or(i.DrawTimeout, defaultDraw),
		messages: listen(board.address), show: board.show,
		paint: func(ctx context.Context, set setting) picture {
			returned := false
			defer func() {
				if !returned { // draw panics
					board.bury()
				}
			}()
			p := paint.paint(ctx, set)
			returned = true
			return p
		},
	}
	last, err := s.run(ctx)
	if last.bundle != nil {
		hint := unansweredHint
		if len(s.pages) > 0 {
			hint = chosenHint
		}
		if s.cancel != nil { // draw does not end, and has the painter
			return last.set.values(), errors.Join(err, board.close(last, hint))
		}
		if final := paint.final(last); final.err == nil {
			last = final
		}
		return last.set.values(), errors.Join(err, board.close(last, hint), paint.moveLibrary(last, board.figure))
	}
	board.bury()
	return s.setting.values(), errors.Join(err, last.err)
}

// picture is the figure of a setting, drawn.
type picture struct {
	set    setting
	figure chart.Figure
	bundle map[string]string // as it is shown
	carry  bool              // it brings the chart library
	err    error
}

// painter draws the figures of an interaction. If the first has to bring the
// chart library along, so does the last, which stays in the notebook.
type painter struct {
	draw  func(context.Context, []float64) (chart.Figure, error)
	begun bool
	carry bool
	old   carrier // where the library is as long as that last figure is not shown
}

// paint draws the figure of a setting. If its context is cancelled for a later
// setting, the picture has the error.
func (p *painter) paint(ctx context.Context, set setting) picture {
	out := picture{set: set}
	out.figure, out.err = p.draw(ctx, set.values())
	if why := context.Cause(ctx); why != nil && why != ErrStopped && (out.err == nil || why != context.Canceled) {
		out.err = why
	}
	if out.err != nil {
		return out
	}
	out.figure.Title = strings.TrimSpace(out.figure.Title + " (" + set.text() + ")")
	cut := running.Partial()
	if len(cut) == 0 && context.Cause(ctx) == ErrStopped {
		cut = []string{cell.Unnamed}
	}
	out.figure = marked(out.figure, cut)
	first := !p.begun
	p.begun = true
	if first {
		p.old, p.carry = carries(out.figure)
	}
	return p.render(out, first && p.carry)
}

// lateError reports a picture that took too long.
type lateError struct {
	limit time.Duration
	deaf  bool // draw did not return within stopGrace after that
}

func (e lateError) Error() string {
	if e.deaf {
		return fmt.Sprintf("kernel: Interact: draw does not return, %v after its DrawTimeout of %v; it has to look at its context", stopGrace, e.limit)
	}
	return fmt.Sprintf("cancelled after %v, the DrawTimeout of one figure", e.limit)
}

// within paints with a time limit, after which it cancels the context. If draw
// does not return then, it keeps the painter, and within returns without it.
func within(ctx context.Context, limit time.Duration, paint func(context.Context, setting) picture, set setting) picture {
	ctx, stop := context.WithTimeoutCause(ctx, limit, lateError{limit: limit})
	defer stop()
	painted := make(chan picture, 1)
	go func() { painted <- paint(ctx, set) }()
	select {
	case p := <-painted:
		return p
	case <-time.After(limit + stopGrace):
		return picture{set: set, err: lateError{limit, true}}
	}
}

// final returns the picture as it stays.
func (p *painter) final(last picture) picture {
	if p.carry == last.carry {
		return last
	}
	return p.render(last, p.carry)
}

// moveLibrary moves the chart library to the last picture, whose display has this
// id.
func (p *painter) moveLibrary(last picture, id string) error {
	if !last.carry {
		return nil
	}
	return p.old.moves(last.figure, id, last.bundle)
}

func (p *painter) render(out picture, carry bool) picture {
	out.carry = carry
	out.bundle, out.err = shownAs(out.figure, carry)
	return out
}

// plain is what stands in the place of the sliders, which a published page whose
// sliders are alive takes away.
func plain(text string) map[string]string {
	return map[string]string{"text/plain": text, "text/html": "<div class=\"myogen-sliders\">" + html.EscapeString(text) + "</div>"}
}

// listen returns the messages of pages to an address of GoNB's comm. Beyond 64
// that nobody has received, messages are lost; pages repeat what was not
// answered.
func listen(address string) <-chan string {
	messages := make(chan string, 64)
	wire.GoNB.Hear(func(v *protocol.CommValue) bool {
		if v.Address != address {
			return false
		}
		if text, ok := v.Value.(string); ok {
			select {
			case messages <- text:
			default: // waiting here would hold up Sync
			}
		}
		return true
	})
	// What fails here fails the output that follows, too.
	_ = wire.GoNB.Send(&protocol.DisplayData{Data: map[protocol.MIMEType]any{
		protocol.MIMECommSubscribe: &protocol.CommSubscription{Address: address},
	}})
	return messages
}
