package kernel

import (
	"fmt"
	"time"
)

// Interaction describes the sliders and the timeouts of [Interact].
type Interaction struct {
	Sliders []Slider

	ConnectTimeout time.Duration // until a page shows the sliders; 0 means 10 s
	IdleTimeout    time.Duration // from the last figure to the next change; 0 means 5 min
	DrawTimeout    time.Duration // for one call of draw; 0 means 10 min
}

func (i Interaction) check() error {
	if i.ConnectTimeout < 0 || i.IdleTimeout < 0 || i.DrawTimeout < 0 {
		return fmt.Errorf("the timeouts are %v, %v and %v, must not be negative", i.ConnectTimeout, i.IdleTimeout, i.DrawTimeout)
	}
	return checkSliders(i.Sliders)
}
