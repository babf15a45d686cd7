package kernel

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gomyogen/myogen"
	"gomyogen/myogen/units"
)

// Run runs a network to duration with a bar called title. The stop button
// ends it: the result is then partial, and its state is kept beside the
// notebook, so that the next Run with this title, network and configuration
// goes on from there, in a later kernel too, to the spikes it would have had
// without the break. If they differ by then, it says how and starts anew.
//
//	func simulate() (*myogen.Result, error) {
//		return kernel.Run("NERLab", network, myogen.SimulationConfig{}, 15*units.S)
//	}
func Run(title string, network *myogen.Network, cfg myogen.SimulationConfig, duration units.Time) (*myogen.Result, error) {
	state, err := stateFile(title)
	if err != nil {
		return nil, err
	}
	sim, err := resume(title, network, cfg, duration, state)
	if err != nil {
		return nil, err
	}
	ctx, stop := Context()
	defer stop()
	result, err := sim.Run(ctx, duration, NewProgress(title).Update)
	if err != nil {
		return nil, err
	}
	if result.Partial() {
		if err := sim.Save(state); err != nil {
			return result, fmt.Errorf("kernel: keep the state of %q: %w", title, err)
		}
		fmt.Printf("%s: stopped at %.0f of %.0f ms; run it again to go on from there\n", title, float64(result.Simulated), float64(duration))
		return result, nil
	}
	if err := os.Remove(state); err != nil && !errors.Is(err, os.ErrNotExist) {
		return result, fmt.Errorf("kernel: let go of the state of %q: %w", title, err)
	}
	return result, nil
}

// stateFile is where the state of a stopped run is kept.
func stateFile(title string) (string, error) {
	folder, err := keepFolder()
	if err != nil {
		return "", err
	}
	if err := folder.Make(); err != nil {
		return "", fmt.Errorf("kernel: %w", err)
	}
	sum := sha256.Sum256([]byte(title))
	return filepath.Join(folder.Path, hex.EncodeToString(sum[:8])+".stopped.npz"), nil
}

// resume returns the simulation that was stopped, or else a new one.
func resume(title string, network *myogen.Network, cfg myogen.SimulationConfig, duration units.Time, state string) (*myogen.Simulation, error) {
	if _, err := os.Stat(state); err != nil {
		return myogen.NewSimulation(network, cfg)
	}
	sim, err := myogen.Resume(network, cfg, state)
	if err == nil && sim.Time() >= duration {
		err = fmt.Errorf("it was stopped at %.0f ms, after the end at %.0f ms", float64(sim.Time()), float64(duration))
	}
	if err == nil {
		return sim, nil
	}
	fresh, freshErr := myogen.NewSimulation(network, cfg)
	if freshErr != nil {
		return nil, freshErr
	}
	fmt.Fprintf(os.Stderr, "kernel: run %q starts anew, not where it was stopped: %v\n", title, err)
	return fresh, nil
}
