package kernel

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gomyogen/kernel/internal/keep/store"
	"gomyogen/myogen"
	"gomyogen/myogen/units"
)

// Run runs a network to duration with a bar called title. The stop button
// ends it: the result is then partial, as figures say that are shown after
// that, and its state is kept beside the notebook, so that the next Run with
// this title, network and configuration goes on from there, in a later kernel
// too, to the spikes it would have had without the break. States count to what
// is kept: Kept shows and Forget removes them, by title.
//
//	func simulate() (*myogen.Result, error) {
//		return kernel.Run("NERLab", network, myogen.SimulationConfig{}, 15*units.S)
//	}
func Run(title string, network *myogen.Network, cfg myogen.SimulationConfig, duration units.Time) (*myogen.Result, error) {
	return NewProgress(title).Simulate(network, cfg, duration)
}

// Simulate is Run with this bar, which may be that of a run in a sweep.
func (p *Progress) Simulate(network *myogen.Network, cfg myogen.SimulationConfig, duration units.Time) (*myogen.Result, error) {
	ctx, stop := button.context("") // first: without it the button ends the cell without a word
	defer stop()
	sim, err := myogen.NewSimulation(network, cfg)
	if err != nil {
		return nil, err
	}
	folder, err := keepFolder()
	if err != nil {
		return nil, err
	}
	state := stoppedRun{folder, store.Header{Name: p.title, Key: stoppedType + " " + sim.Configuration().Hash(), Type: stoppedType}}
	if err := state.resume(&sim, network, cfg, duration); err != nil {
		fmt.Fprintf(os.Stderr, "kernel: run %q starts anew, not where it was stopped: %v\n", p.title, err)
	}
	state.Made = time.Now()
	result, err := sim.Run(ctx, duration, p.Update)
	if err != nil {
		return nil, err
	}
	if !result.Partial() {
		if err := folder.Remove(state.Name, state.Key); err != nil {
			return result, fmt.Errorf("kernel: let go of the state of %q: %w", p.title, err)
		}
		return result, nil
	}
	at := fmt.Sprintf("stopped at %.0f of %.0f ms", float64(result.Simulated), float64(duration))
	state.Took, state.Why = time.Since(state.Made), at
	cuts.add(p.title + " " + at)
	p.stopsAt(result.Simulated)
	if err := state.save(sim); err != nil {
		fmt.Fprintf(os.Stderr, "kernel: run %q: %s; it cannot go on from there: %v\n", p.title, at, err)
		return result, nil
	}
	goesOn.Store(result, true)
	fmt.Printf("%s: %s; kept and marked partial, run the cell again to go on\n", p.title, at)
	return result, nil
}

// goesOn holds the partial results whose state is kept.
var goesOn sync.Map

// stoppedType is the type of a state among the kept values.
const stoppedType = "stopped run"

// stoppedRun is where the state of a stopped run is kept.
type stoppedRun struct {
	folder store.Folder
	store.Header
}

func (s stoppedRun) save(sim *myogen.Simulation) error {
	return s.withFile(func(path string) error {
		if err := sim.Save(path); err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return s.folder.Save(s.Header, b)
	})
}

// resume puts the simulation that was stopped in place of a new one. The error
// says why it cannot.
func (s stoppedRun) resume(sim **myogen.Simulation, network *myogen.Network, cfg myogen.SimulationConfig, duration units.Time) error {
	_, b, err := s.folder.Load(s.Name, s.Key)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.withFile(func(path string) error {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			return err
		}
		old, err := myogen.Resume(network, cfg, path)
		switch {
		case err != nil:
			return err
		case old.Time() >= duration:
			return fmt.Errorf("it was stopped at %.0f ms, after the end at %.0f ms", float64(old.Time()), float64(duration))
		}
		*sim = old
		return nil
	})
}

// withFile calls use with the path of a file for a while.
func (s stoppedRun) withFile(use func(path string) error) error {
	dir, err := os.MkdirTemp("", "myogen-")
	if err != nil {
		return err
	}
	return errors.Join(use(filepath.Join(dir, "state.npz")), os.RemoveAll(dir))
}
