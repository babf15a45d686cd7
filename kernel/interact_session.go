//go:build !js

package kernel

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// session is an interaction while its cell runs. It receives the changes of the
// sliders, draws the figure of the last one, and ends after its timeouts.
type session struct {
	setting       setting // that was asked for last
	connect, idle time.Duration
	longest       time.Duration // that a picture may take
	messages      <-chan string
	paint         func(context.Context, setting) picture
	show          func(picture, answer) error

	number, answered int64     // number of the last change, and of the one that is shown; 0 before the first
	last             picture   // the last without an error
	failed           error     // of the figure for the setting
	pages            []string  // the last pages that sent something
	told             time.Time // when a picture was shown last
	ending           bool      // the button Done was pressed
	expired          bool      // a timeout is over

	waits   bool // a change is not drawn so far
	ready   bool // and no other one followed it for the time settle
	settled *time.Timer
	limit   *time.Timer

	cancel  context.CancelFunc // of the picture that is being drawn, or nil
	dropped bool               // the setting has changed since
	painted chan picture
}

// message is a message of a page to the cell.
type message struct {
	Page   string `json:"page"`   // who sends it
	Number int64  `json:"number"` // grows from change to change; 0 asks who is there
	At     []int  `json:"at"`     // where the sliders stand
	Done   bool   `json:"done"`
}

// answer is the cell's message to the pages, sent with a picture.
type answer struct {
	Address string   `json:"address"`
	Pages   []string `json:"pages"`  // whom the cell has heard: an answer that was saved is to none
	Number  int64    `json:"number"` // of the change that is shown
	At      []int    `json:"at"`
	Text    string   `json:"text"`
	Failed  bool     `json:"failed"`
}

const (
	settle    = 100 * time.Millisecond  // how long a change waits for the next: a moving slider sends many
	stopGrace = 2500 * time.Millisecond // how long a stopped cell waits for its figure
	patience  = 5 * time.Second         // after which a page that asks again is answered again
	maxPages  = 16                      // named in an answer
)

// run returns the last picture without an error or, if there is none, one with
// the error. Its own error is one of showing.
func (s *session) run(ctx context.Context) (picture, error) {
	s.painted = make(chan picture, 1)
	s.settled, s.limit = time.NewTimer(settle), time.NewTimer(s.connect)
	s.settled.Stop()
	defer s.settled.Stop()
	defer s.limit.Stop()
	s.start(ctx)
	for !s.over() {
		var err error
		select {
		case <-ctx.Done():
			s.stop()
			return s.left(), nil
		case text := <-s.messages:
			err = s.hear(text)
		case <-s.settled.C:
			s.ready = true
		case p := <-s.painted:
			if late, ok := p.err.(lateError); ok && late.deaf {
				return s.left(), late // its painter is not free
			}
			err = s.finish(p)
		case <-s.limit.C:
			s.expired = true
		}
		if err != nil {
			s.stop()
			return s.left(), err
		}
		if s.waits && s.ready && s.cancel == nil {
			s.start(ctx)
		}
	}
	return s.left(), nil
}

// over reports whether the interaction has ended.
func (s *session) over() bool { return (s.ending || s.expired) && s.cancel == nil && !s.waits }

// left returns the picture that stays in the notebook.
func (s *session) left() picture {
	if s.last.bundle == nil {
		return picture{set: s.setting, err: s.failed}
	}
	return s.last
}

// hear handles a message of a page.
func (s *session) hear(text string) error {
	var m message
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return nil // not our page
	}
	isNew := m.Number > s.number && len(m.At) == len(s.setting.at)
	if isNew || len(s.pages) == 0 {
		s.expired = false
		s.limit.Reset(s.idle)
	}
	isKnown := slices.Contains(s.pages, m.Page)
	if !isKnown {
		s.pages = append(s.pages[max(0, len(s.pages)-maxPages+1):], m.Page)
	}
	if isNew {
		s.number, s.ending = m.Number, s.ending || m.Done
		if to := s.setting.moved(m.At); !slices.Equal(to.at, s.setting.at) {
			s.change(to, m.Done)
			return nil
		}
	}
	busy := s.waits || s.cancel != nil
	if !busy {
		s.answered = s.number
	}
	switch {
	case s.over():
		return nil
	case busy && isKnown:
		return nil // the picture is the answer
	case isKnown && !isNew && time.Since(s.told) < patience:
		return nil // it has not arrived yet
	}
	return s.tell()
}

func (s *session) change(to setting, last bool) {
	s.setting, s.waits, s.ready = to, true, false
	if s.cancel != nil {
		s.cancel()
		s.dropped = true
	}
	if last {
		s.settled.Reset(0)
	} else {
		s.settled.Reset(settle)
	}
}

// start begins to draw the figure for the setting.
func (s *session) start(ctx context.Context) {
	s.waits, s.dropped = false, false
	ctx, s.cancel = context.WithCancel(ctx)
	set := s.setting
	go func() { s.painted <- within(ctx, s.longest, s.paint, set) }()
}

// finish shows a picture, unless the setting has changed since.
func (s *session) finish(p picture) error {
	s.cancel()
	s.cancel = nil
	if len(s.pages) > 0 {
		s.expired = false
		s.limit.Reset(s.idle)
	}
	if s.dropped {
		return nil
	}
	s.keep(p)
	s.answered = s.number
	if s.over() {
		return nil // it is shown as it stays
	}
	return s.tell()
}

func (s *session) keep(p picture) {
	s.failed = p.err
	if p.err == nil {
		s.last = p
	}
}

// stop cancels the drawing, and waits for it for the time stopGrace.
func (s *session) stop() {
	if s.cancel == nil {
		return
	}
	s.cancel()
	select {
	case p := <-s.painted:
		s.cancel = nil
		if !s.dropped && p.err == nil {
			s.keep(p)
		}
	case <-time.After(stopGrace):
	}
}

// tell shows the last picture with a line of text for the page.
func (s *session) tell() error {
	s.told = time.Now()
	a := answer{Pages: s.pages, Number: s.answered, At: s.setting.at, Text: "Figure for " + s.last.set.text()}
	switch {
	case s.failed != nil:
		first, _, _ := strings.Cut(strings.TrimSpace(s.failed.Error()), "\n")
		a.Text, a.Failed = s.setting.text()+": "+first, true
	case s.last.bundle == nil:
		a.Text = "Computing the figure for " + s.setting.text()
	}
	return s.show(s.last, a)
}
