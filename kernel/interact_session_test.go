package kernel

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
)

// stage is a session with a page and a painter that tests direct, in virtual
// time.
type stage struct {
	*testing.T
	*session
	play
	begun  time.Time
	to     chan<- string
	mu     sync.Mutex
	events []string // what was painted, dropped and shown, and when
	stop   context.CancelCauseFunc
	over   chan struct{}
	left   picture
	err    error
}

// play is how a stage behaves.
type play struct {
	took   time.Duration // for a picture
	first  float64       // value of A
	deaf   bool          // the painter does not look at its context
	silent error         // of showing
	limit  time.Duration // of a picture; 0 means 30 min
}

func begin(t *testing.T, p play) *stage {
	messages := make(chan string, 64)
	s := &stage{T: t, play: p, begun: time.Now(), to: messages, over: make(chan struct{})}
	s.session = &session{
		setting: firstSetting([]Slider{{Name: "A", Min: 0, Max: 9, Step: 1, Value: p.first}, {Name: "B", Min: 0, Max: 1, Step: 0.5}}),
		connect: 10 * time.Second, idle: 5 * time.Minute, longest: cmp.Or(p.limit, 30*time.Minute), messages: messages,
		paint: s.painter, show: s.screen,
	}
	ctx, stop := context.WithCancelCause(t.Context())
	s.stop = stop
	go func() {
		defer close(s.over)
		s.left, s.err = s.run(ctx)
		s.log("over")
	}()
	return s
}

func (s *stage) log(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, fmt.Sprintf("%v: %s", time.Since(s.begun).Round(time.Millisecond), fmt.Sprintf(format, args...)))
}

func (s *stage) painter(ctx context.Context, set setting) picture {
	s.log("paints %v", set.at)
	took := s.took
	if set.at[1] == 2 {
		took = time.Hour
	}
	wait := time.After(took)
	if s.deaf {
		<-wait
	} else {
		select {
		case <-wait:
		case <-ctx.Done():
			s.log("cancelled %v", set.at)
			if context.Cause(ctx) != ErrStopped {
				return picture{set: set, err: context.Cause(ctx)}
			}
		}
	}
	if set.at[0] == 9 {
		return picture{set: set, err: errors.New("too much\nof it")}
	}
	return picture{set: set, bundle: map[string]string{"text/html": fmt.Sprint(set.at)}}
}

func (s *stage) screen(p picture, a answer) error {
	s.log("shows %q, %d %q", p.bundle["text/html"], a.Number, a.Text)
	return s.silent
}

// send sends what the page does, after a time.
func (s *stage) send(after time.Duration, m message) {
	b, err := json.Marshal(m)
	if err != nil {
		s.Fatal(err)
	}
	time.Sleep(after)
	s.to <- string(b)
}

// want compares what happened since it was asked last.
func (s *stage) want(events ...string) {
	s.Helper()
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.events, events) {
		s.Errorf("there was\n\t%s\nwant\n\t%s", strings.Join(s.events, "\n\t"), strings.Join(events, "\n\t"))
	}
	s.events = nil
}

func TestInteractionFollowsTheLastChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, play{took: time.Second, first: 5})
		s.send(50*time.Millisecond, message{})
		s.want(`0s: paints [5 0]`, `50ms: shows "", 0 "Computing the figure for A 5, B 0.0"`)
		time.Sleep(time.Second)
		s.want(`1s: shows "[5 0]", 0 "Figure for A 5, B 0.0"`)
		// A slider that is moved, once every 30 ms: one picture, 100 ms after it rests.
		for i, at := range []int{6, 7, 8, 7} {
			s.send(30*time.Millisecond, message{Number: int64(10 + i), At: []int{at, 0}})
		}
		time.Sleep(2 * time.Second)
		s.want(`1.27s: paints [7 0]`, `2.27s: shows "[7 0]", 13 "Figure for A 7, B 0.0"`)
		// The same again, and what comes late, changes nothing.
		s.send(0, message{Number: 13, At: []int{7, 0}})
		s.send(0, message{Number: 12, At: []int{8, 0}})
		s.send(0, message{Number: 14, At: []int{7, 0}})
		s.to <- "not ours"
		s.send(0, message{Number: 15, At: []int{1}})
		s.want(`3.17s: shows "[7 0]", 14 "Figure for A 7, B 0.0"`)
		// A change while it paints takes its place at once.
		s.send(0, message{Number: 20, At: []int{1, 0}})
		s.send(400*time.Millisecond, message{Number: 21, At: []int{2, 1}})
		time.Sleep(2 * time.Second)
		s.want(`3.27s: paints [1 0]`, `3.57s: cancelled [1 0]`, `3.67s: paints [2 1]`, `4.67s: shows "[2 1]", 21 "Figure for A 2, B 0.5"`)
		// Back to what is being painted: it was cancelled, and is painted again.
		s.send(0, message{Number: 30, At: []int{3, 0}})
		s.send(400*time.Millisecond, message{Number: 31, At: []int{4, 0}})
		s.send(10*time.Millisecond, message{Number: 32, At: []int{3, 0}})
		time.Sleep(2 * time.Second)
		s.want(`5.67s: paints [3 0]`, `5.97s: cancelled [3 0]`, `6.08s: paints [3 0]`, `7.08s: shows "[3 0]", 32 "Figure for A 3, B 0.0"`)
		s.send(0, message{Number: 40, At: []int{3, 0}, Done: true})
		s.want(`7.98s: over`)
		if s.left.bundle["text/html"] != "[3 0]" || s.err != nil {
			t.Errorf("it leaves %+v, %v", s.left, s.err)
		}
	})
}

// Each page that asks is answered, and again if it asks long after.
func TestInteractionAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, play{took: time.Second, first: 5})
		for _, m := range []struct {
			after time.Duration
			page  string
		}{{500 * time.Millisecond, "one"}, {100 * time.Millisecond, "one"}, {900 * time.Millisecond, "one"}, {time.Second, "two"}, {2 * time.Second, "one"}, {4 * time.Second, "two"}} {
			s.send(m.after, message{Page: m.page})
		}
		s.want(`0s: paints [5 0]`, `500ms: shows "", 0 "Computing the figure for A 5, B 0.0"`, `1s: shows "[5 0]", 0 "Figure for A 5, B 0.0"`,
			`2.5s: shows "[5 0]", 0 "Figure for A 5, B 0.0"`, `8.5s: shows "[5 0]", 0 "Figure for A 5, B 0.0"`)
		for i := range 100 {
			s.send(0, message{Page: fmt.Sprint(i)})
		}
		synctest.Wait()
		if got := fmt.Sprint(s.pages); got != "[84 85 86 87 88 89 90 91 92 93 94 95 96 97 98 99]" {
			t.Errorf("it answers %s", got)
		}
		s.stop(ErrStopped)
	})
}

// One that does not look at its context runs alone all the same.
func TestInteractionWaitsForADeafPainter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, play{took: time.Second, first: 5, deaf: true})
		s.send(0, message{Number: 1, At: []int{1, 0}})
		s.send(200*time.Millisecond, message{Number: 2, At: []int{2, 0}})
		time.Sleep(5 * time.Second)
		s.want(`0s: paints [5 0]`, `1s: paints [2 0]`, `2s: shows "[2 0]", 2 "Figure for A 2, B 0.0"`)
		s.send(0, message{Number: 3, At: []int{3, 0}})
		time.Sleep(500 * time.Millisecond)
		s.stop(ErrStopped)
		time.Sleep(5 * time.Second)
		s.want(`5.3s: paints [3 0]`, `6.3s: over`)
		if s.left.bundle["text/html"] != "[3 0]" {
			t.Errorf("stopped it leaves %q, want what it still got", s.left.bundle["text/html"])
		}
	})
}

func TestInteractionEnds(t *testing.T) {
	for _, c := range []struct {
		name string
		play play
		act  func(*stage)
		want string // when it ends, and with what
	}{
		{"no page comes", play{took: time.Second, first: 5}, func(*stage) {}, `10s: "[5 0]" <nil> <nil>`},
		{"no page comes while the first figure takes long", play{took: 30 * time.Second, first: 5}, func(*stage) {}, `30s: "[5 0]" <nil> <nil>`},
		{"a page comes while it takes long", play{took: 30 * time.Second, first: 5}, func(s *stage) { s.send(11*time.Second, message{}) }, `5m30s: "[5 0]" <nil> <nil>`},
		{"nothing changes", play{took: time.Second, first: 5}, func(s *stage) { s.send(9*time.Second, message{}) }, `5m9s: "[5 0]" <nil> <nil>`},
		{"the page asks again and again", play{took: time.Second, first: 5}, func(s *stage) {
			for range 100 {
				s.send(5*time.Second, message{})
			}
		}, `5m5s: "[5 0]" <nil> <nil>`},
		{"changes keep it", play{took: time.Second, first: 5}, func(s *stage) {
			s.send(time.Second, message{})
			for i := range 4 {
				s.send(4*time.Minute, message{Number: int64(i + 1), At: []int{i, 0}})
			}
		}, `21m2.1s: "[3 0]" <nil> <nil>`},
		{"a long picture is waited for", play{took: 20 * time.Minute, first: 5}, func(s *stage) { s.send(0, message{}) }, `25m0s: "[5 0]" <nil> <nil>`},
		{"Done", play{took: time.Second, first: 5}, func(s *stage) { s.send(3*time.Second, message{Number: 1, At: []int{5, 0}, Done: true}) }, `3s: "[5 0]" <nil> <nil>`},
		{"Done with the last change", play{took: time.Second, first: 5}, func(s *stage) {
			s.send(3*time.Second, message{Number: 1, At: []int{4, 0}})
			s.send(50*time.Millisecond, message{Number: 2, At: []int{6, 1}, Done: true})
		}, `4.05s: "[6 1]" <nil> <nil>`},
		{"Done while it paints", play{took: time.Second, first: 5}, func(s *stage) {
			s.send(3*time.Second, message{Number: 1, At: []int{4, 0}})
			s.send(500*time.Millisecond, message{Number: 2, At: []int{4, 0}, Done: true})
		}, `4.1s: "[4 0]" <nil> <nil>`},
		{"Done after an error", play{took: time.Second, first: 5}, func(s *stage) {
			s.send(3*time.Second, message{Number: 1, At: []int{9, 0}})
			s.send(3*time.Second, message{Number: 2, At: []int{9, 0}, Done: true})
		}, `6s: "[5 0]" <nil> <nil>`},
		{"stopped", play{took: time.Second, first: 5}, func(s *stage) {
			s.send(3*time.Second, message{})
			s.stop(ErrStopped)
		}, `3s: "[5 0]" <nil> <nil>`},
		{"stopped while it paints, with what it has", play{took: time.Minute, first: 5}, func(s *stage) {
			s.send(3*time.Second, message{})
			s.stop(ErrStopped)
		}, `3s: "[5 0]" <nil> <nil>`},
		{"stopped, and the painter does not care", play{took: time.Hour, first: 5, deaf: true}, func(s *stage) {
			s.send(3*time.Second, message{})
			s.stop(ErrStopped)
		}, `5.5s: "" <nil> <nil>`},
		{"the first picture takes too long", play{took: time.Hour, first: 5, limit: 2 * time.Minute}, func(s *stage) { s.send(3*time.Second, message{}) },
			`7m0s: "" cancelled after 2m0s, the DrawTimeout of one figure <nil>`},
		{"a picture is never there", play{took: 23 * time.Hour, first: 5, deaf: true, limit: 2 * time.Minute}, func(s *stage) { s.send(3*time.Second, message{}) },
			`2m2.5s: "" <nil> kernel: Interact: draw does not return, 2.5s after its DrawTimeout of 2m0s; it has to look at its context`},
		{"nor when another one is asked for", play{took: 23 * time.Hour, first: 5, deaf: true, limit: 2 * time.Minute}, func(s *stage) {
			s.send(time.Minute, message{Number: 1, At: []int{4, 0}})
		}, `2m2.5s: "" <nil> kernel: Interact: draw does not return, 2.5s after its DrawTimeout of 2m0s; it has to look at its context`},
		{"showing fails", play{took: time.Second, first: 5, silent: errors.New("silent")}, func(s *stage) { s.send(3*time.Second, message{}) }, `1s: "[5 0]" <nil> silent`},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := begin(t, c.play)
				go c.act(s)
				<-s.over
				if got := fmt.Sprintf("%v: %q %v %v", time.Since(s.begun), s.left.bundle["text/html"], s.left.err, s.err); got != c.want {
					t.Errorf("it ends after %s, want %s", got, c.want)
				}
				time.Sleep(24 * time.Hour) // all that was begun ends
			})
		})
	}
}

// An error is one line, and the last figure stays.
func TestInteractionShowsErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, play{took: time.Second, first: 5})
		s.send(2*time.Second, message{})
		s.send(0, message{Number: 1, At: []int{9, 0}})
		time.Sleep(2 * time.Second)
		s.send(0, message{Number: 2, At: []int{8, 0}})
		time.Sleep(2 * time.Second)
		s.want(`0s: paints [5 0]`, `1s: shows "[5 0]", 0 "Figure for A 5, B 0.0"`, `2s: shows "[5 0]", 0 "Figure for A 5, B 0.0"`, `2.1s: paints [9 0]`, `3.1s: shows "[5 0]", 1 "A 9, B 0.0: too much"`,
			`4.1s: paints [8 0]`, `5.1s: shows "[8 0]", 2 "Figure for A 8, B 0.0"`)
		s.stop(ErrStopped)
	})
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, play{took: time.Second, first: 9})
		time.Sleep(time.Minute)
		s.want(`0s: paints [9 0]`, `1s: shows "", 0 "A 9, B 0.0: too much"`, `10s: over`)
		if s.left.err == nil {
			t.Error("without a figure it does not fail")
		}
	})
}

// A picture that takes too long is cancelled and said to be, and the next one
// is made.
func TestInteractionLimitsAPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, play{took: time.Second, first: 5, limit: time.Minute})
		s.send(2*time.Second, message{})
		s.send(0, message{Number: 1, At: []int{3, 2}})
		time.Sleep(2 * time.Minute)
		s.send(0, message{Number: 2, At: []int{8, 0}})
		time.Sleep(2 * time.Second)
		s.want(`0s: paints [5 0]`, `1s: shows "[5 0]", 0 "Figure for A 5, B 0.0"`, `2s: shows "[5 0]", 0 "Figure for A 5, B 0.0"`, `2.1s: paints [3 2]`, `1m2.1s: cancelled [3 2]`,
			`1m2.1s: shows "[5 0]", 1 "A 3, B 1.0: cancelled after 1m0s, the DrawTimeout of one figure"`, `2m2.1s: paints [8 0]`, `2m3.1s: shows "[8 0]", 2 "Figure for A 8, B 0.0"`)
		s.stop(ErrStopped)
	})
}

// Where no page can show sliders, too, draw has its limit: what it made by
// then is not taken for whole.
func TestInteractWithoutAPageIsLimited(t *testing.T) {
	for name, c := range map[string]struct {
		deaf bool
		want string
	}{
		"it looks at its context": {false, "cancelled after 1m0s, the DrawTimeout of one figure"},
		"it does not":             {true, "draw does not return, 2.5s after its DrawTimeout of 1m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &painter{draw: func(ctx context.Context, _ []float64) (chart.Figure, error) {
					if c.deaf {
						time.Sleep(time.Hour)
					}
					<-ctx.Done()
					return charttest.Runs(), nil
				}}
				got := within(t.Context(), time.Minute, p.paint, firstSetting([]Slider{{Name: "A", Max: 9, Step: 1}}))
				if got.err == nil || !strings.Contains(got.err.Error(), c.want) {
					t.Errorf("error %v, want %q", got.err, c.want)
				}
				time.Sleep(2 * time.Hour)
			})
		})
	}
}
