package engine

import "gomyogen/myogen/internal/membrane"

// group is tiles that one worker advances in turns.
type group struct {
	tiles []*tile

	// Of the epoch:
	steps  int
	pieces int // that its steps are cut into
	done   int // pieces
}

// groups pairs tiles of the same model; one that is left over makes a pair a
// group of three.
func groups(tiles []*tile) (out []*group) {
	for first := 0; first < len(tiles); {
		n := 1
		for first+n < len(tiles) && tiles[first+n].block.SameModel(tiles[first].block) {
			n++
		}
		for same := tiles[first : first+n]; len(same) > 0; {
			size := 2
			if len(same) == 3 || len(same) == 1 {
				size = len(same)
			}
			out = append(out, &group{tiles: same[:size:size]})
			same = same[size:]
		}
		first += n
	}
	return out
}

// advance takes the steps of a piece with every tile.
func (g *group) advance(e *Engine, p *membrane.Pipeline) {
	steps := g.steps*(g.done+1)/g.pieces - g.steps*g.done/g.pieces
	g.done++
	for _, t := range g.tiles {
		t.start(e)
	}
	for k := range steps {
		for _, t := range g.tiles {
			if t.block.HalfDone() { // some of its lanes had no partner
				p.End(t.block)
				g.end(e)
			}
			if t.varied != 0 {
				t.modulate(e)
			}
			p.Advance(t.block)
			t.open = true
			g.end(e)
			if k < steps-1 {
				// Already now: what events write should have arrived when it is read.
				t.start(e)
			}
		}
	}
	for _, t := range g.tiles {
		p.End(t.block)
	}
	g.end(e)
}

// end does what comes after the steps that have ended.
func (g *group) end(e *Engine) {
	for _, t := range g.tiles {
		if t.open && !t.block.HalfDone() {
			t.open = false
			t.end(e)
		}
	}
}
