package myogen

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/format/userkey"
	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/state"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/units"
)

// stateFormat marks a saved state.
const stateFormat = "gomyogen state 2"

// StateID identifies the saved states that a simulation of the experiment can go on
// from: those of this version of their format and of an experiment with the same
// [Fingerprint] and recordings of whole populations.
func StateID(ctx context.Context, e Experiment) (string, error) {
	f, err := e.FingerprintContext(ctx)
	if err != nil {
		return "", err
	}
	var recorded []string
	for _, r := range e.RecordAll {
		recorded = append(recorded, r.words())
	}
	return stateID(f.Hash(), recorded), nil
}

// StateID is [StateID] of the experiment that is simulated.
func (s *Simulation) StateID() string {
	s.mustBeMade()
	return stateID(s.hash, s.recorded())
}

func stateID(fingerprint string, recorded []string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %q", stateFormat, fingerprint, recorded))
	return hex.EncodeToString(sum[:])
}

// SaveState writes the state of the simulation to an .npz file, complete or not
// at all. [ResumeState] goes on from it. It holds what has happened - cells,
// events on their way, detectors, generators, spikes, traces, clock, and how far
// recordings are - and not the experiment, of which it keeps the [Fingerprint]
// to compare.
func (s *Simulation) SaveState(path string) error { return s.SaveSignedState(path, nil) }

// SaveSignedState is SaveState with a signature: an HMAC-SHA256 with a key of
// the user's, such as one of package userkey.
func (s *Simulation) SaveSignedState(path string, key []byte) error {
	return s.SaveStateContext(context.Background(), path, key)
}

// SaveStateContext is [Simulation.SaveSignedState], or SaveState without a key,
// that ends with the error of ctx soon after it is cancelled, and then leaves the
// file of before. It reports to the Starting of an [Observer] how far it is: a state
// of 100,000 cells takes a second.
func (s *Simulation) SaveStateContext(ctx context.Context, path string, key []byte) error {
	if ctx == nil {
		return prefixed(errNoContext)
	}
	if err := s.check(); err != nil {
		return prefixed(err)
	}
	w := watch.Of(ctx)
	f, bytes, err := s.encode(w)
	if err != nil {
		return prefixed(err)
	}
	w.Begin("summing the state", bytes)
	sum, err := npz.Writer{Look: w.Did}.SumPieces(f)
	if err != nil {
		return prefixed(err)
	}
	f["checksum"] = textArray(sum)
	if len(key) > 0 {
		f["mac"] = textArray(userkey.Sign(key, []byte(sum)))
	}
	w.Begin("writing the state", bytes)
	return npz.Writer{Look: w.Did}.WritePieces(path, f)
}

// textArray returns an array of texts.
func textArray(all ...string) npz.Pieces {
	return func(yield func(npz.Array) error) error { return yield(npz.Texts(all)) }
}

// ResumeState returns a simulation that goes on from a saved state, with the
// spikes it would have had without the break. The experiment must be that of
// the saved simulation; the error names the first difference.
func ResumeState(ctx context.Context, e Experiment, path string) (*Simulation, error) {
	f, err := readState(ctx, path)
	if err != nil {
		return nil, err
	}
	return resumeState(ctx, e, path, f)
}

// ResumeSignedState is ResumeState for a state that is not believed unless it
// was signed with the key, as one that was found and not named.
func ResumeSignedState(ctx context.Context, e Experiment, path string, key []byte) (*Simulation, error) {
	f, err := readState(ctx, path)
	if err != nil {
		return nil, err
	}
	mac, sum := f["mac"].Text, f["checksum"].Text
	if len(mac) != 1 || len(sum) != 1 || !userkey.Signed(key, mac[0], []byte(sum[0])) {
		return nil, fmt.Errorf("myogen: state %s was not made by you on this machine", path)
	}
	return resumeState(ctx, e, path, f)
}

// readState reads the file of a state.
func readState(ctx context.Context, path string) (npz.File, error) {
	if ctx == nil {
		return nil, prefixed(errNoContext)
	}
	w := watch.Of(ctx)
	if info, err := os.Stat(path); err == nil {
		w.Begin("reading the state", int(info.Size()))
	}
	f, err := npz.Reader{Look: w.Did}.Read(path)
	if err != nil {
		return nil, fmt.Errorf("myogen: %w", err)
	}
	return f, nil
}

func resumeState(ctx context.Context, e Experiment, path string, f npz.File) (*Simulation, error) {
	s, err := NewSimulation(ctx, e)
	if err != nil {
		return nil, err
	}
	if err := s.decode(watch.Of(ctx), f); err != nil {
		return nil, fmt.Errorf("myogen: state %s: %w", path, err)
	}
	return s, nil
}

// encode returns the arrays of a state, and how many bytes its numbers have. They
// hold until the next step.
func (s *Simulation) encode(look *watch.Watch) (map[string]npz.Pieces, int, error) {
	var fingerprint []string
	if err := look.While("writing the fingerprint", func() error {
		text, err := json.Marshal(s.fingerprint)
		fingerprint = cut(string(text))
		return err
	}); err != nil {
		return nil, 0, err
	}
	w := state.NewWriter()
	w.Watch = look
	cells := 0
	for _, p := range s.pops {
		cells += p.size
	}
	look.Begin("saving cells", cells)
	w.Int("step", s.engine.Step)
	w.Float("time_ms", s.engine.T)
	w.Float("wall_s", s.wall.Seconds())
	for _, p := range s.inOrder() {
		if err := p.Save(w); err != nil {
			return nil, 0, err
		}
	}
	if err := s.encodeEvents(w); err != nil {
		return nil, 0, err
	}
	for _, r := range s.recorders {
		if err := r.save(w); err != nil {
			return nil, 0, err
		}
	}
	f := map[string]npz.Pieces{"format": textArray(stateFormat), "fingerprint": textArray(fingerprint...)}
	if all := s.recorded(); len(all) > 0 {
		f["recordings"] = textArray(all...)
	}
	for name, list := range w.AllInts() {
		f[name] = inPieces(list, npz.Ints)
	}
	for name, list := range w.AllFloats() {
		f[name] = inPieces(list, npz.Floats)
	}
	return f, 8 * w.Size(), nil
}

// inPieces returns a list as an array.
func inPieces[T any](list state.List[T], array func([]T) npz.Array) npz.Pieces {
	return func(yield func(npz.Array) error) error {
		return list(func(piece []T) error { return yield(array(piece)) })
	}
}

func (s *Simulation) decode(w *watch.Watch, f npz.File) error {
	text := func(name string) string {
		if t := f[name].Text; len(t) == 1 {
			return t[0]
		}
		return ""
	}
	switch format := text("format"); {
	case format == stateFormat:
	case strings.HasPrefix(format, "gomyogen state "):
		return fmt.Errorf("saved by another version of this program, as %q; this one reads %q", format, stateFormat)
	default:
		return fmt.Errorf("not a saved state: its format is %q, want %q", format, stateFormat)
	}
	want := text("checksum")
	delete(f, "checksum")
	delete(f, "mac")
	bytes := 0
	for _, a := range f {
		bytes += 8 * (len(a.Float) + len(a.Int))
	}
	w.Begin("checking the state", bytes)
	sum, err := f.WatchedSHA256(w.Did)
	if w.Err() != nil {
		return w.Err()
	}
	if err != nil || sum != want {
		return fmt.Errorf("the file is damaged: its checksum is %s, want %s", sum, want)
	}
	fingerprint := f["fingerprint"].Text
	if err := w.While("comparing the experiments", func() error {
		var saved Fingerprint
		if err := json.Unmarshal([]byte(strings.Join(fingerprint, "")), &saved); err != nil {
			return fmt.Errorf("the fingerprint: %w", err)
		}
		if d := saved.Difference(s.fingerprint); d != "" {
			return fmt.Errorf("it belongs to another experiment: in the state %s in this one", d)
		}
		return nil
	}); err != nil {
		return err
	}
	if saved, mine := f["recordings"].Text, s.recorded(); !slices.Equal(saved, mine) {
		return fmt.Errorf("it belongs to another experiment: in the state record_all is %q, and %q in this one", saved, mine)
	}
	r := &state.Reader{Ints: map[string][]int64{}, Floats: map[string][]float64{}}
	for name, a := range f {
		if a.Float != nil {
			r.Floats[name] = a.Float
		} else if a.Int != nil {
			r.Ints[name] = a.Int
		}
	}
	return s.restore(w, r)
}

// cut cuts a text that may have megabytes, as of 100,000 probes: an array has room
// for its longest text at each item, and readers limit that.
func cut(text string) (all []string) {
	for piece := range slices.Chunk([]rune(text), 1<<16) {
		all = append(all, string(piece))
	}
	return all
}

func (s *Simulation) restore(w *watch.Watch, r *state.Reader) error {
	step, now := r.Int("step"), r.Float("time_ms")
	wall := r.Float("wall_s")
	if r.Err != nil {
		return r.Err
	}
	// The last step of a run may begin after its end by a rounding; by hand more
	// can be taken.
	if n, err := countSteps(s.experiment.Duration, s.step()); err != nil || step < 0 || step > 2*n+maxSamples {
		return fmt.Errorf("step is %d of %d", step, n)
	}
	clock := engine.Clock{Dt: s.engine.Dt}
	w.Begin("restoring the clock", step)
	for i := range step {
		if i%lookEvery == lookEvery-1 {
			if err := w.Did(lookEvery); err != nil {
				return err
			}
		}
		clock = clock.Next()
	}
	for _, p := range s.pops {
		if p.drive == nil {
			continue
		}
		w.Begin("restoring rates", step)
		if err := p.drive.seek(w, step); err != nil {
			return err
		}
	}
	if clock.T != now || !(wall >= 0) || wall > math.MaxInt64/1e10 {
		return fmt.Errorf("after %d steps the time is %v, want %v; wall time %v s", step, units.Time(now), units.Time(clock.T), wall)
	}
	r.Steps, r.Watch = step, w
	cells := 0
	for _, p := range s.pops {
		cells += p.size
	}
	w.Begin("restoring cells", cells)
	s.engine.Clock, s.engine.Step, s.wall = clock, step, time.Duration(wall*float64(time.Second))
	for _, p := range s.inOrder() {
		if err := p.Restore(r); err != nil {
			return fmt.Errorf("population %q: %w", p.name, err)
		}
	}
	s.decodeEvents(r)
	for _, rec := range s.recorders {
		if err := rec.restore(r, step); err != nil {
			return err
		}
	}
	return r.End()
}

// linksInOrder returns the connections in an order that does not depend on the
// order of Connections where the fingerprint does not.
func (s *Simulation) linksInOrder() []*connection {
	var all []*connection
	for i := range s.links {
		all = append(all, &s.links[i])
	}
	slices.SortStableFunc(all, func(a, b *connection) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Target, b.Target), cmp.Compare(a.purpose, b.purpose))
	})
	return all
}

// encodeEvents writes the events on their way: each has the number of its
// connection in linksInOrder and the cell that sent it.
func (s *Simulation) encodeEvents(w *state.Writer) error {
	type end struct{ connection, cell int }
	ends := map[int]end{}
	for i, d := range s.linksInOrder() {
		for cell, t := range d.terminals {
			ends[t] = end{i, cell}
		}
	}
	for i, e := range s.engine.Events() {
		if i%lookEvery == lookEvery-1 && w.Watch.Did(0) != nil {
			break
		}
		w.Float("event_times_ms", e.At)
		w.Int("event_connections", ends[e.Terminal].connection)
		w.Int("event_cells", ends[e.Terminal].cell)
		w.Int("event_steps", e.Step)
		w.Int("event_sources", e.Source)
	}
	return w.Watch.Err()
}

func (s *Simulation) decodeEvents(r *state.Reader) {
	links := s.linksInOrder()
	for i := range len(r.Floats["event_times_ms"]) {
		if i%lookEvery == 0 {
			r.Fail(r.Watch.Did(0))
		}
		at, connection, cell := r.Float("event_times_ms"), r.Int("event_connections"), r.Int("event_cells")
		e := engine.Event{At: at, Step: r.Int("event_steps"), Source: r.Int("event_sources")}
		if r.Err != nil {
			return
		}
		if math.IsNaN(at) || connection < 0 || connection >= len(links) || cell < 0 || cell >= len(links[connection].terminals) {
			r.Err = fmt.Errorf("an event at %v ms of cell %d in connection %d", at, cell, connection)
			return
		}
		e.Terminal = links[connection].terminals[cell]
		s.engine.Send(e)
	}
}

// inOrder returns the populations in an order that does not depend on the order
// of Populations where the fingerprint does not.
func (s *Simulation) inOrder() []*running {
	return slices.SortedFunc(slices.Values(s.pops), func(a, b *running) int { return cmp.Compare(a.order, b.order) })
}
