package kernel

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
	"gomyogen/kernel/chart/render"
	"gomyogen/myogen"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// words is a figure in words.
func words(t *testing.T, f chart.Figure) string {
	t.Helper()
	w, err := render.Words(f)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestMarked(t *testing.T) {
	f := charttest.Runs()
	f.Title, f.Alt = "Rates", "Rates over time"
	for want, cut := range map[string][]string{
		"":                                       nil,
		"Partial (a stopped at 1 of 2 ms): ":     {"a stopped at 1 of 2 ms"},
		"Partial (a; b): ":                       {"a", "b"},
		"Partial (a; b; and 2 more): ":           {"a", "b", "c", "d"},
		"Partial (<b>\" stopped at 1 of 2 ms): ": {"<b>\" stopped at 1 of 2 ms"},
	} {
		g := marked(f, cut)
		if g.Title != want+"Rates" || !strings.HasPrefix(words(t, g), want+"Rates over time") {
			t.Errorf("%q marks %q and %.60q", cut, g.Title, words(t, g))
		}
		g.Alt = ""
		if !strings.HasPrefix(words(t, g), want+"Rates") {
			t.Errorf("%q marks a figure without Alt as %.60q", cut, words(t, g))
		}
	}
	if got := marked(chart.Figure{}, []string{"a"}).Title; got != "Partial (a)" {
		t.Errorf("without a title it is %q", got)
	}
	if f.Title != "Rates" {
		t.Errorf("the given figure is now %q", f.Title)
	}
}

// printed returns what f prints to standard output.
func printed(t *testing.T, f func()) (said string) {
	t.Helper()
	stdout, stderr := os.Stdout, os.Stderr
	defer func() { os.Stdout, os.Stderr = stdout, stderr }()
	return quiet(t, func() { os.Stdout = os.Stderr; f() })
}

// What a cell shows is marked when the button cut something short in it, and
// only then.
func TestFiguresAndTablesAfterAStop(t *testing.T) {
	for name, c := range map[string]struct {
		does func()
		want string
	}{
		"nothing was stopped":       {func() { _, stop := Context(); stop() }, ""},
		"nothing ran":               {func() { running.Stop() }, ""},
		"pressed during the run":    {func() { _, stop := Context(); running.Stop(); stop() }, "Partial (stopped before its end): "},
		"pressed before it began":   {func() { running.Stop(); _, stop := Context(); stop() }, "Partial (stopped before its end): "},
		"pressed after it":          {func() { _, stop := Context(); stop(); running.Stop() }, ""},
		"pressed once, two of them": {func() { Context(); _, stop := Context(); running.Stop(); stop() }, "Partial (stopped before its end): "},
	} {
		t.Run(name, func(t *testing.T) {
			nextCell(t)
			f := charttest.Runs()
			f.Title, f.Alt = "Runs", "Three runs"
			said := printed(t, func() {
				c.does()
				Show(f)
				if err := Save(f, filepath.Join(t.TempDir(), "f.csv")); err != nil {
					t.Error(err)
				}
				ShowTable(Table{Title: "Sweep", Columns: []string{"a"}, Rows: [][]any{{1}}})
			})
			for _, want := range []string{"Figure " + c.want + "Runs: " + c.want + "Three runs", c.want + "Sweep\n", strings.TrimSuffix("f.csv: "+c.want, ": ")} {
				if c.want == "" && strings.HasPrefix(want, "f.csv") {
					continue // there is nothing to say
				}
				if !strings.Contains(said, want) || c.want == "" && strings.Contains(said, "artial") {
					t.Errorf("it shows %q, want %q", said, want)
				}
			}
		})
	}
}

// A figure of an interaction that is drawn when the button is pressed may be
// of a run that it cut short; the one before is whole.
func TestStoppedInteraction(t *testing.T) {
	nextCell(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	p := &painter{draw: func(ctx context.Context, v []float64) (chart.Figure, error) {
		f := charttest.Runs()
		f.Title = "Runs"
		return f, nil
	}}
	set := firstSetting([]Slider{{Name: "A", Min: 0, Max: 9, Step: 1, Value: 5}})
	if got := p.paint(ctx, set).bundle["text/plain"]; !strings.HasPrefix(got, "Figure Runs (A 5): ") {
		t.Errorf("a whole figure is %.80q", got)
	}
	cancel(ErrStopped)
	if got := p.paint(ctx, set).bundle["text/plain"]; !strings.HasPrefix(got, "Figure Partial (stopped before its end): Runs (A 5): ") {
		t.Errorf("a stopped figure is %.80q", got)
	}
}

// pressing is a drive that presses the button when it is sampled.
type pressing struct{ when *atomic.Bool }

func (p pressing) At(units.Time) units.Rate {
	if p.when.Swap(false) {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Signal(os.Interrupt)
		}
		if err != nil {
			panic(err)
		}
		for heard := false; !heard; time.Sleep(time.Millisecond) {
			heard = running.Stopped()
		}
	}
	return 50
}

// The button ends a run that is still being built, too.
func TestStopBeforeTheFirstStep(t *testing.T) {
	nextCell(t)
	keepHere(t)
	others := make(chan os.Signal, 1) // keeps the tests alive where nobody listens
	signal.Notify(others, os.Interrupt)
	defer signal.Stop(others)
	var armed atomic.Bool
	e := myogen.Experiment{
		Duration:    1 * units.S,
		Populations: []myogen.Population{myogen.DescendingDrivePool{Name: "DD", N: 2, Process: random.Erlang{Order: 5}}},
		Inputs:      []myogen.Input{{Source: "cortical_input", Target: "DD", Shape: pressing{&armed}}},
	}
	armed.Store(true)
	var result *myogen.Result
	var err error
	said := printed(t, func() {
		result, err = NewProgress("NERLab").Simulate(e)
		f := charttest.Runs()
		f.Title = "Rates"
		Show(f)
	})
	if armed.Load() {
		t.Fatal("the button was not pressed while the run was built")
	}
	if err != nil || !result.Partial() {
		t.Fatalf("the run is partial: %v, error %v", result.Partial(), err)
	}
	for _, want := range []string{"NERLab: stopped at 0 of 1000 ms; kept and marked partial", "Figure Partial (NERLab stopped at 0 of 1000 ms): Rates"} {
		if !strings.Contains(said, want) {
			t.Errorf("it says %q, want %q", said, want)
		}
	}
}

// A value that is computed around a run, whatever its type, is not kept when
// the run was stopped.
func TestWhatComesOfAStoppedRunIsNotKept(t *testing.T) {
	for name, compute := range map[string]func(){
		"Run": func() {
			if _, err := NewProgress("run").Simulate(experiment(0.3*units.MicroSiemens, 1*units.S)); err != nil {
				t.Error(err)
			}
		},
		"Context": func() { _, stop := Context(); stop() },
	} {
		t.Run(name, func(t *testing.T) {
			nextCell(t)
			keepHere(t)
			set(innerValue, inFunction(func() kept { compute(); return kept{} }))
			before := atomic.LoadInt32(calls)
			running.Stop()
			said := printed(t, func() { Keep("rates", makeOuter).Get() })
			nextCell(t)
			if _, ok := Keep("rates", makeOuter).Peek(); !ok || len(running.Partial()) == 0 || !strings.Contains(said, "partial") {
				t.Errorf("stopped, it says %q", said)
			}
			nextCell(t) // goes on to the end
			for range 2 {
				said = printed(t, func() { Keep("rates", makeOuter).Get() })
			}
			if n := int(atomic.LoadInt32(calls) - before); n != 2 || strings.Contains(said, "kernel: ") {
				t.Errorf("computed %d times, want 2; says %q", n, said)
			}
		})
	}
}

// After a stop the cells that show a value show what there is and compute nothing,
// however often it is stopped, until a cell asks for the whole value.
func TestAfterAStop(t *testing.T) {
	nextCell(t)
	keepHere(t)
	set(innerValue, inFunction(func() kept { _, stop := Context(); stop(); return kept{} }))
	rates := func() *Value[kept] { return Keep("rates", makeOuter) }
	computed := func(do func()) (n int, said string) {
		nextCell(t) // another program, as after a restart
		before := atomic.LoadInt32(calls)
		said = printed(t, do)
		return int(atomic.LoadInt32(calls) - before), said
	}
	table := func() { ShowTable(Table{Title: "Sweep", Columns: []string{"a"}, Rows: [][]any{{1}}}) }
	for _, step := range []struct {
		name  string
		do    func()
		n     int
		shows string
		never string
	}{
		{"Peek before all", func() {
			v := rates()
			if _, ok := v.Peek(); ok {
				t.Error("Peek finds what was never computed")
			}
			table()
		}, 0, "Sweep", "artial"},
		{"a stop", func() { v := rates(); running.Stop(); v.Get(); table() }, 1, "Partial (", ""},
		{"Now", func() { v := rates(); v.Now(); table() }, 0, "Partial (", ""},
		{"Peek", func() {
			v := rates()
			if _, ok := v.Peek(); !ok {
				t.Error("Peek finds nothing after a stop")
			}
			table()
		}, 0, "Partial (", ""},
		{"a figure cell", func() { v := rates(); v.there(); table() }, 0, "Partial (", ""},
		{"Kept", Kept, 0, "partial", ""},
		{"a second stop", func() { v := rates(); running.Stop(); v.Get(); table() }, 1, "Partial (", ""},
		{"Now after it", func() { v := rates(); v.Now(); table() }, 0, "Partial (", ""},
		{"a cell that shows nothing of it", table, 0, "Sweep", "artial"},
		{"to the end", func() { v := rates(); v.Get(); table() }, 1, "Sweep", "artial"},
		{"Now of the whole", func() { v := rates(); v.Now(); table() }, 0, "Sweep", "artial"},
		{"a stop when all is there", func() { v := rates(); running.Stop(); v.Get(); table() }, 0, "Sweep", "artial"},
	} {
		n, said := computed(step.do)
		if n != step.n || !strings.Contains(said, step.shows) || step.never != "" && strings.Contains(said, step.never) {
			t.Errorf("%s: computed %d times, want %d; shows %q, want %q and not %q", step.name, n, step.n, said, step.shows, step.never)
		}
	}
}
