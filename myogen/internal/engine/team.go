package engine

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"gomyogen/myogen/internal/membrane"
)

// team is the workers of an engine: the goroutine that advances it, and helpers.
//
// An epoch of 100 cells takes half a millisecond, and waking a goroutine can take a
// tenth of that. So a worker without work polls for a while, letting others run, before
// it sleeps or, if it is a helper, ends.
type team struct {
	work     chan *group    // groups with pieces of the epoch left that no worker has
	left     atomic.Int32   // groups that have not ended the epoch
	ended    sync.WaitGroup // counts the same, to sleep on
	helpers  atomic.Int32
	pipeline membrane.Pipeline // of the goroutine that advances the engine
}

// patience is how long a worker polls for work.
const patience = 100 * time.Microsecond

// pieces returns how many pieces an epoch is cut into. With few groups, workers end
// together only if a group can change hands within an epoch. But a piece begins and
// ends with a half step that has no partner, and brings the state of its group into
// the nearest cache anew, so it should not be short.
func (e *Engine) pieces(steps int) int {
	const most, shortest, few = 4, 16, 16 // pieces, steps, groups a worker
	if e.Workers == 1 || len(e.groups) >= few*e.Workers {
		return 1
	}
	return max(1, min(most, steps/shortest))
}

// run takes steps steps with every group of an engine.
func (t *team) run(e *Engine, steps int) {
	if t.work == nil {
		t.work = make(chan *group, len(e.groups))
	}
	t.left.Store(int32(len(e.groups)))
	t.ended.Add(len(e.groups))
	pieces := e.pieces(steps)
	for _, g := range e.groups {
		g.steps, g.pieces, g.done = steps, pieces, 0
		t.work <- g
	}
	for t.helpers.Load() < int32(min(e.Workers, len(e.groups))-1) {
		t.helpers.Add(1)
		go t.help(e)
	}
	for t.left.Load() > 0 && t.soon(func() bool { return len(t.work) > 0 || t.left.Load() == 0 }) {
		t.take(e, &t.pipeline)
	}
	t.ended.Wait()
}

// help takes pieces until there have been none for a while.
func (t *team) help(e *Engine) {
	defer t.helpers.Add(-1)
	var p membrane.Pipeline
	for t.soon(func() bool { return len(t.work) > 0 }) {
		t.take(e, &p)
	}
}

// take advances a group by a piece, if there is one.
func (t *team) take(e *Engine, p *membrane.Pipeline) {
	select {
	case g := <-t.work:
		if g.advance(e, p); g.done < g.pieces {
			t.work <- g
		} else {
			t.left.Add(-1)
			t.ended.Done()
		}
	default:
	}
}

// soon polls a condition for up to patience and reports whether it held.
func (t *team) soon(holds func() bool) bool {
	for start := time.Now(); !holds(); runtime.Gosched() {
		if time.Since(start) > patience {
			return false
		}
	}
	return true
}
