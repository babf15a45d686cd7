//go:build unix

package myogen

import (
	"context"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/units"
)

// BenchmarkStop measures, for a run with some cells and a time step, the longest
// time without progress (ms-gap), from the call of NewSimulation and of ResumeState
// on and while a state is saved, the longest in processor time of all cores (ms-cpu),
// on which other work has little influence, and the longest until a stop (ms-stop),
// of six (two with many probes) in the time before the first step, in the run, while a
// state is saved, while it is restored and while results are written each.
//
//	go test ./myogen -run '^$' -bench Stop -benchtime 1x
func BenchmarkStop(b *testing.B) {
	for _, m := range []Model{NERLab, Powers2017} {
		for _, n := range []int{10, 1000, 100_000} {
			for _, step := range []units.Time{0.001, 0.1} {
				b.Run(fmt.Sprintf("%s/%d cells/%v", m, n, step), func(b *testing.B) {
					e := tutorial(AlphaMNPool{N: n, Model: m})
					e.Populations[0] = DescendingDrivePool{Name: "DD", N: max(n/10, 10)}
					e.Connections[0].Probability = min(0.5, 100/float64(n))
					e.Step, e.Duration = step, units.Time(min(20_000_000/n, 20_000))*step
					for range b.N {
						measureStop(b, e, 6)
					}
				})
			}
		}
	}
	// Some probes of many cells, and all variables of a thousand.
	for _, c := range []struct{ cells, probes, steps int }{{100_000, 2, 500}, {1000, 1 << 20, 10_000}} {
		e := tutorial(AlphaMNPool{N: c.cells})
		e.Populations[0] = DescendingDrivePool{Name: "DD", N: max(c.cells/10, 10)}
		e.Connections[0].Probability = 100 / float64(c.cells)
		e.Duration, e.Record = units.Time(c.steps)*0.1, nil
		var all []Probe
		for compartment := range membrane.Compartments(&NERLabCell{}) {
			for _, name := range append([]string{"v"}, membrane.Variables(&NERLabCell{}, compartment)...) {
				all = append(all, Probe{Population: "aMN", Compartment: compartment, Variable: name})
			}
		}
		all = all[:min(len(all), c.probes)]
		for cell := range c.cells {
			for _, p := range all {
				p.Cell = cell
				e.Record = append(e.Record, p)
			}
		}
		b.Run(fmt.Sprintf("%d cells/%d probes each", c.cells, len(all)), func(b *testing.B) {
			for range b.N {
				measureStop(b, e, 2)
			}
		})
	}
}

func measureStop(b *testing.B, e Experiment, stops int) {
	path := filepath.Join(b.TempDir(), "state.npz")
	var sim *Simulation
	build := func(ctx context.Context) (err error) { sim, err = NewSimulation(ctx, e); return err }
	run := func(ctx context.Context) error { _, err := sim.Run(ctx, nil); return err }
	save := func(ctx context.Context) error { return sim.SaveStateContext(ctx, path, nil) }
	var result *Result
	write := func(ctx context.Context) error {
		return result.SaveContext(ctx, filepath.Join(b.TempDir(), "results.npz"))
	}
	resume := func(ctx context.Context) (err error) { sim, err = ResumeState(ctx, e, path); return err }
	var gap, computed time.Duration // the longest without progress
	// followed returns how long a piece takes.
	followed := func(what func(context.Context) error) (took time.Duration) {
		start, used := time.Now(), processorTime(b)
		last := start
		look := func() {
			now, u := time.Now(), processorTime(b)
			gap, last = max(gap, now.Sub(last)), now
			computed, used = max(computed, u-used), u
		}
		ctx := Observe(context.Background(), Observer{Starting: func(string, int, int) { look() }, Progress: func(_, _ units.Time) { look() }})
		if err := what(ctx); err != nil {
			b.Fatal(err)
		}
		look()
		return time.Since(start)
	}
	building := followed(build)
	running := followed(func(ctx context.Context) (err error) { result, err = sim.observed(ctx, nil); return err })
	writing := followed(write)
	saving := followed(save)
	resuming := followed(resume)
	stop := time.Duration(0)
	stopped := func(before, what func(context.Context) error, within time.Duration) {
		for i := range stops {
			if err := before(context.Background()); err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			var at time.Time
			time.AfterFunc((time.Duration(2*i)+1)*within/time.Duration(2*stops), func() { at = time.Now(); cancel() })
			err := what(ctx)
			if ctx.Err() != nil {
				stop = max(stop, time.Since(at))
			} else if err != nil {
				b.Fatal(err)
			}
			cancel()
		}
	}
	nothing := func(context.Context) error { return nil }
	stopped(nothing, save, saving)
	stopped(nothing, write, writing)
	stopped(nothing, build, building)
	stopped(build, run, running)
	stopped(nothing, resume, resuming)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(building), "ms-build")
	b.ReportMetric(ms(resuming), "ms-resume")
	b.ReportMetric(ms(saving), "ms-save")
	b.ReportMetric(ms(writing), "ms-results")
	b.ReportMetric(ms(gap), "ms-gap")
	b.ReportMetric(ms(computed), "ms-cpu")
	b.ReportMetric(ms(stop), "ms-stop")
	b.ReportMetric(0, "ns/op")
}

// processorTime returns what the program has used of all cores.
func processorTime(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
