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
	var open *tile // its step is half done
	for k := range steps {
		for _, t := range g.tiles {
			t.modulate(e)
			if done, fellBack := p.Advance(t.block); done != nil {
				open.end(e, fellBack)
			}
			open = t
			if len(g.tiles) == 1 {
				open.finish(e, p)
			}
			if k < steps-1 {
				// Already now: what events write should have arrived when it is read.
				t.start(e)
			}
		}
	}
	open.finish(e, p)
}

// finish ends the step of the tile if it is open.
func (t *tile) finish(e *Engine, p *membrane.Pipeline) {
	if done, fellBack := p.Finish(); done != nil {
		t.end(e, fellBack)
	}
}
