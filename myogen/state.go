package myogen

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/units"
)

// stateFormat marks a saved state.
const stateFormat = "gomyogen state 1"

// Save writes the state of the simulation to an .npz file, complete or not at
// all. Resume goes on from it. It holds what has happened - cells, events on
// their way, detectors, generators, spikes, traces, clock - and not the
// network, of which it keeps the Configuration to compare.
func (s *Simulation) Save(path string) error {
	f, err := s.encode()
	if err != nil {
		return err
	}
	return npz.Write(path, f)
}

// Resume returns a simulation that goes on from a saved state, with the spikes
// it would have had without the break. The network and cfg must be those of
// the saved simulation, but for the number of workers; the error names the
// first difference.
func Resume(network *Network, cfg SimulationConfig, path string) (*Simulation, error) {
	if len(cfg.RecordAll) > 0 {
		return nil, fmt.Errorf("myogen: a simulation that records to %s cannot be resumed", cfg.RecordAll[0].Path)
	}
	f, err := npz.Read(path)
	if err != nil {
		return nil, fmt.Errorf("myogen: %w", err)
	}
	s, err := NewSimulation(network, cfg)
	if err != nil {
		return nil, err
	}
	if err := s.decode(f); err != nil {
		return nil, fmt.Errorf("myogen: state %s: %w", path, err)
	}
	return s, nil
}

func (s *Simulation) encode() (npz.File, error) {
	if len(s.recorders) > 0 {
		return nil, fmt.Errorf("myogen: a simulation that records to %s cannot be saved", s.recorders[0].Path)
	}
	configuration, err := json.Marshal(s.configuration)
	if err != nil {
		return nil, fmt.Errorf("myogen: %w", err)
	}
	w := stateWriter{ints: map[string][]int64{}, floats: map[string][]float64{}}
	w.int("step", s.engine.Step)
	w.float("time_ms", s.engine.T)
	w.float("wall_s", s.wall.Seconds())
	for _, p := range s.inOrder() {
		if p.motor != nil {
			for c := range p.size {
				w.neuron(s.engine.State(p.first + c))
			}
		}
		for _, b := range p.bombardments {
			if err := b.encode(&w); err != nil {
				return nil, fmt.Errorf("myogen: %w", err)
			}
		}
		for _, spiker := range p.spiker {
			source, sum, threshold := spiker.State()
			w.ints["generators"] = append(w.ints["generators"], int64(source))
			w.float("integrals", sum)
			w.float("thresholds", threshold)
		}
		for _, train := range p.given {
			w.int("given_left", len(train))
		}
		if p.motor == nil {
			for _, spikes := range p.spikes {
				w.spikes("source", spikes)
			}
		}
	}
	s.encodeEvents(&w)
	f := npz.File{"format": npz.Texts([]string{stateFormat}), "configuration": npz.Texts([]string{string(configuration)})}
	for name, x := range w.ints {
		f[name] = npz.Ints(x)
	}
	for name, x := range w.floats {
		f[name] = npz.Floats(x)
	}
	sum, err := f.SHA256()
	f["checksum"] = npz.Texts([]string{sum})
	return f, err
}

func (s *Simulation) decode(f npz.File) error {
	text := func(name string) string {
		if t := f[name].Text; len(t) == 1 {
			return t[0]
		}
		return ""
	}
	if format := text("format"); format != stateFormat {
		return fmt.Errorf("not a saved state: its format is %q, want %q", format, stateFormat)
	}
	want := text("checksum")
	delete(f, "checksum")
	if sum, err := f.SHA256(); err != nil || sum != want {
		return fmt.Errorf("the file is damaged: its checksum is %s, want %s", sum, want)
	}
	var saved Configuration
	if err := json.Unmarshal([]byte(text("configuration")), &saved); err != nil {
		return fmt.Errorf("the configuration: %w", err)
	}
	if d := saved.Difference(s.configuration); d != "" {
		return fmt.Errorf("it belongs to another simulation: in the state %s in this network", d)
	}
	return s.restore(&stateReader{f: f})
}

func (s *Simulation) restore(r *stateReader) error {
	step, now := r.int("step"), r.float("time_ms")
	wall := r.float("wall_s")
	if r.err != nil {
		return r.err
	}
	if step < 0 || step > maxSamples {
		return fmt.Errorf("step is %d", step)
	}
	clock := engine.Clock{Dt: s.engine.Dt}
	for range step {
		clock = clock.Next()
	}
	if clock.T != now || !(wall >= 0) || wall > math.MaxInt64/1e10 {
		return fmt.Errorf("after %d steps the time is %v, want %v; wall time %v s", step, units.Time(now), units.Time(clock.T), wall)
	}
	s.engine.Clock, s.engine.Step, s.wall = clock, step, time.Duration(wall*float64(time.Second))
	for _, p := range s.inOrder() {
		for c := range p.sent {
			n := s.engine.Neurons[p.first+c]
			state := r.neuron(len(n.Traces), step)
			if r.err == nil {
				r.err = s.engine.SetState(p.first+c, state)
			}
			if r.err != nil {
				return fmt.Errorf("cell %d of %q: %w", c, p.name, r.err)
			}
			p.sent[c] = len(n.Spikes)
		}
		for c, b := range p.bombardments {
			if err := b.decode(r); err != nil {
				return fmt.Errorf("cell %d of %q: %w", c, p.name, err)
			}
		}
		for c, spiker := range p.spiker {
			source, sum, threshold := r.int64("generators"), r.float("integrals"), r.float("thresholds")
			if r.err == nil {
				r.err = spiker.SetState(uint64(source), sum, threshold)
			}
			if r.err != nil {
				return fmt.Errorf("cell %d of %q: %w", c, p.name, r.err)
			}
		}
		for c, train := range p.given {
			left := r.int("given_left")
			if left < 0 || left > len(train) {
				return fmt.Errorf("cell %d of %q has %d of %d spikes left", c, p.name, left, len(train))
			}
			p.given[c] = train[len(train)-left:]
		}
		if p.motor == nil {
			for c := range p.spikes {
				p.spikes[c] = r.spikes("source")
			}
		}
	}
	s.decodeEvents(r)
	return r.end()
}

// linksInOrder returns the connections in an order that does not depend on the
// order of Connect where the configuration does not.
func (s *Simulation) linksInOrder() []*drawn {
	var all []*drawn
	for i := range s.links {
		all = append(all, &s.links[i])
	}
	slices.SortStableFunc(all, func(a, b *drawn) int {
		return cmp.Or(cmp.Compare(a.source, b.source), cmp.Compare(a.target, b.target), cmp.Compare(a.purpose(), b.purpose()))
	})
	return all
}

// encodeEvents writes the events on their way: each has the number of its
// connection in linksInOrder and the cell that sent it.
func (s *Simulation) encodeEvents(w *stateWriter) {
	type end struct{ connection, cell int }
	ends := map[int]end{}
	for i, d := range s.linksInOrder() {
		for cell, t := range d.terminals {
			ends[t] = end{i, cell}
		}
	}
	for _, e := range s.engine.Events() {
		w.float("event_times_ms", e.At)
		w.int("event_connections", ends[e.Terminal].connection)
		w.int("event_cells", ends[e.Terminal].cell)
		w.int("event_steps", e.Step)
		w.int("event_sources", e.Source)
	}
}

func (s *Simulation) decodeEvents(r *stateReader) {
	links := s.linksInOrder()
	for range len(r.f["event_times_ms"].Float) {
		at, connection, cell := r.float("event_times_ms"), r.int("event_connections"), r.int("event_cells")
		e := engine.Event{At: at, Step: r.int("event_steps"), Source: r.int("event_sources")}
		if r.err != nil {
			return
		}
		if math.IsNaN(at) || connection < 0 || connection >= len(links) || cell < 0 || cell >= len(links[connection].terminals) {
			r.err = fmt.Errorf("an event at %v ms of cell %d in connection %d", at, cell, connection)
			return
		}
		e.Terminal = links[connection].terminals[cell]
		s.engine.Send(e)
	}
}

// inOrder returns the populations in an order that does not depend on the order
// of Add where the configuration does not.
func (s *Simulation) inOrder() []*simulated {
	return slices.SortedFunc(slices.Values(s.pops), func(a, b *simulated) int { return cmp.Compare(a.order, b.order) })
}

// stateWriter collects numbers in lists by name.
type stateWriter struct {
	ints   map[string][]int64
	floats map[string][]float64
}

func (w *stateWriter) int(name string, x int)       { w.ints[name] = append(w.ints[name], int64(x)) }
func (w *stateWriter) float(name string, x float64) { w.floats[name] = append(w.floats[name], x) }

func (w *stateWriter) neuron(n engine.State) {
	above := 0
	if n.Above {
		above = 1
	}
	w.int("above", above)
	w.int("cell_counts", len(n.Cell))
	w.floats["cells"] = append(w.floats["cells"], n.Cell...)
	w.spikes("motor", n.Spikes)
	for _, t := range n.Traces {
		w.floats["traces"] = append(w.floats["traces"], t...)
	}
}

func (w *stateWriter) spikes(kind string, spikes []engine.Spike) {
	w.int(kind+"_spike_counts", len(spikes))
	for _, x := range spikes {
		w.int(kind+"_spike_steps", x.Step)
		w.float(kind+"_spike_times_ms", x.T)
	}
}

// stateReader takes numbers off the lists of a file and keeps the first error.
type stateReader struct {
	f   npz.File
	err error
}

func (r *stateReader) int(name string) int { return int(r.int64(name)) }

func (r *stateReader) int64(name string) int64 {
	a := r.f[name]
	if len(a.Int) == 0 {
		r.short(name)
		return 0
	}
	x := a.Int[0]
	r.f[name] = npz.Ints(a.Int[1:])
	return x
}

func (r *stateReader) floats(name string, n int) []float64 {
	a := r.f[name]
	if n < 0 || n > len(a.Float) {
		r.short(name)
		return nil
	}
	r.f[name] = npz.Floats(a.Float[n:])
	return a.Float[:n:n]
}

func (r *stateReader) float(name string) float64 {
	if x := r.floats(name, 1); len(x) == 1 {
		return x[0]
	}
	return 0
}

func (r *stateReader) short(name string) {
	if r.err == nil {
		r.err = fmt.Errorf("array %q is too short", name)
	}
}

func (r *stateReader) neuron(traces, steps int) engine.State {
	n := engine.State{Above: r.int("above") == 1, Cell: r.floats("cells", r.int("cell_counts"))}
	n.Spikes = r.spikes("motor")
	for range traces {
		n.Traces = append(n.Traces, r.floats("traces", steps+1))
	}
	return n
}

func (r *stateReader) spikes(kind string) []engine.Spike {
	var all []engine.Spike
	for count := r.int(kind + "_spike_counts"); count > 0 && r.err == nil; count-- {
		all = append(all, engine.Spike{Step: r.int(kind + "_spike_steps"), T: r.float(kind + "_spike_times_ms")})
	}
	return all
}

// end is an error if something was missing or is left over.
func (r *stateReader) end() error {
	if r.err != nil {
		return r.err
	}
	for _, name := range r.f.Names() {
		if a := r.f[name]; len(a.Int)+len(a.Float) > 0 {
			return errors.New("array " + name + " is too long")
		}
	}
	return nil
}
