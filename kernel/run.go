package kernel

import (
	"fmt"
	"os"

	"gomyogen/kernel/internal/keep"
	"gomyogen/myogen"
	"gomyogen/myogen/units"
)

// Run runs a network to duration with a progress bar called title. The stop
// button ends it, and the result is then partial. The state is kept beside the
// notebook then, and every minute before: the next Run with this title, network
// and configuration goes on from there, in a later kernel too, to the spikes it
// would have had without the break. [Kept] shows such states and [Forget]
// removes them, by title.
func Run(title string, network *myogen.Network, cfg myogen.SimulationConfig, duration units.Time) (*myogen.Result, error) {
	return NewProgress(title).Simulate(network, cfg, duration)
}

// Simulate is [Run] with this bar, which may be one of several [Bars].
func (p *Progress) Simulate(network *myogen.Network, cfg myogen.SimulationConfig, duration units.Time) (*myogen.Result, error) {
	c := p.board.cell
	ctx, release := c.Context("") // first: without it the button ends the cell without a word
	defer release()
	sim, err := myogen.NewSimulation(network, cfg)
	if err != nil {
		return nil, err
	}
	checkpoint, err := c.Values.Checkpoint(p.title, sim.Configuration().Hash())
	if err != nil {
		return nil, err
	}
	if sim, err = resume(checkpoint, sim, network, cfg, duration); err != nil {
		fmt.Fprintf(os.Stderr, "kernel: run %q starts anew, not where it was stopped: %v\n", p.title, err)
	}
	var unsaved error // why there are no checkpoints, once it was said
	result, err := sim.Run(ctx, duration, func(done, total units.Time) {
		p.Update(done, total)
		if unsaved == nil {
			if unsaved = checkpoint.SaveDue(fmt.Sprintf("going on at %.0f of %.0f ms", float64(done), float64(total)), sim.Save); unsaved != nil {
				fmt.Fprintf(os.Stderr, "kernel: run %q: if the kernel dies, it cannot go on: %v\n", p.title, unsaved)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if !result.Partial() {
		if err := checkpoint.Remove(); err != nil {
			return result, fmt.Errorf("kernel: remove the state of %q: %w", p.title, err)
		}
		return result, nil
	}
	at := fmt.Sprintf("stopped at %.0f of %.0f ms", float64(result.Simulated), float64(duration))
	c.Cut(p.title + " " + at)
	p.stopsAt(result.Simulated)
	if err := checkpoint.Save(at, sim.Save); err != nil {
		fmt.Fprintf(os.Stderr, "kernel: run %q: %s; it cannot go on from there: %v\n", p.title, at, err)
		return result, nil
	}
	c.Values.Told()
	fmt.Printf("%s: %s; kept and marked partial, run the cell again to go on\n", p.title, at)
	return result, nil
}

// resume returns the simulation that the checkpoint holds, or sim, which is new,
// if there is none. With an error, which says why the checkpoint cannot be used,
// it returns sim too.
func resume(c *keep.Checkpoint, sim *myogen.Simulation, network *myogen.Network, cfg myogen.SimulationConfig, duration units.Time) (*myogen.Simulation, error) {
	err := c.Load(func(path string) error {
		old, err := myogen.Resume(network, cfg, path)
		switch {
		case err != nil:
			return err
		case old.Time() >= duration:
			return fmt.Errorf("it was stopped at %.0f ms, after the end at %.0f ms", float64(old.Time()), float64(duration))
		}
		sim = old
		return nil
	})
	return sim, err
}
