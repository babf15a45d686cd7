package sweep

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/internal/watch/watchtest"
	"gomyogen/myogen/sweep/internal/rows"
	"gomyogen/myogen/units"
)

// made returns a sweep of so many runs, with rows that nothing was simulated for.
func made(t testing.TB, runs int) *Sweep {
	t.Helper()
	plan, err := myogen.Sweep{
		Experiment: myogen.Experiment{
			Duration:    100,
			Populations: []myogen.Population{myogen.DescendingDrivePool{Name: "DD", N: 2}},
			Inputs:      []myogen.Input{{Source: "cortex", Target: "DD", Shape: myogen.Step[units.Rate]{Level: 20, Duration: 100}}},
		},
		Axes:    []myogen.Axis{{Path: "inputs[0].step.level", Values: []string{"20 pps", "80 pps"}}},
		Repeats: runs / 2,
	}.Plan()
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.TempDir(), plan, Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := s.log()
	for run := range runs {
		r := row{Run: run, Seed: uint64(run), Values: make([]rows.Float, len(s.Statistics)), SHA256: fmt.Sprintf("%064x", run)}
		if err := l.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return s
}

// A table that is made can be stopped at each row that is read, and leaves no file.
func TestStopWhileMerging(t *testing.T) {
	const runs = 3000
	s := made(t, runs)
	told := map[string]int{}
	whole := &watchtest.Counting{Context: t.Context(), Most: 1 << 40}
	observed := myogen.Observe(whole, myogen.Observer{Starting: func(what string, done, total int) { told[what]++ }})
	if err := s.Merge(observed, nil); err != nil {
		t.Fatal(err)
	}
	// All rows are read once, and once for each of three blocks.
	if whole.Looks < 4*runs || told["reading rows"] == 0 || told["making the table"] == 0 {
		t.Errorf("it looked up %d times, and told of %v", whole.Looks, told)
	}
	for i := range 8 {
		c, err := watchtest.Stopped(t.Context(), i*whole.Looks/8, func(ctx context.Context) error {
			for _, name := range []string{"table.csv", "table.npz"} { // of a merging that was not stopped
				if err := atomicfile.Remove(filepath.Join(s.dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			return s.Merge(ctx, nil)
		})
		files, globErr := filepath.Glob(filepath.Join(s.dir, "table.*"))
		if !errors.Is(err, context.Canceled) || c.Looks > c.Most+2 || len(files) > 0 || globErr != nil {
			t.Errorf("after %d looks of %d: %v, and %q are there", c.Looks, c.Most, err, files)
		}
	}
}

// BenchmarkStop measures the longest time without progress (ms-gap) and until a stop
// (ms-stop) while the table of 100,000 runs is made.
//
//	go test ./myogen/sweep -run '^$' -bench Stop -benchtime 1x
func BenchmarkStop(b *testing.B) {
	s := made(b, 100_000)
	for range b.N {
		var gap, stop time.Duration
		begun := time.Now()
		last := begun
		look := func() {
			now := time.Now()
			gap, last = max(gap, now.Sub(last)), now
		}
		ctx := myogen.Observe(b.Context(), myogen.Observer{Starting: func(string, int, int) { look() }})
		if err := s.Merge(ctx, func(*frame.Frame) error { return nil }); err != nil {
			b.Fatal(err)
		}
		look()
		took := time.Since(begun)
		for i := range 12 {
			ctx, cancel := context.WithCancel(b.Context())
			var at time.Time
			time.AfterFunc(time.Duration(i)*took/12, func() { at = time.Now(); cancel() })
			if err := s.Merge(ctx, nil); err != nil && ctx.Err() == nil {
				b.Fatal(err)
			}
			if ctx.Err() != nil {
				stop = max(stop, time.Since(at))
			}
			cancel()
		}
		ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
		b.ReportMetric(ms(took), "ms-table")
		b.ReportMetric(ms(gap), "ms-gap")
		b.ReportMetric(ms(stop), "ms-stop")
		b.ReportMetric(0, "ns/op")
	}
}
