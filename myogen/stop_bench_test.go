package myogen

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"gomyogen/myogen/units"
)

// BenchmarkStop measures, for a run with some cells and a time step, the longest
// time without progress (ms-gap), from the call of NewSimulation and of ResumeState
// on, and the longest until a stop (ms-stop), of six in the time before the first
// step, six in the run and six while a state is restored.
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
						measureStop(b, e)
					}
				})
			}
		}
	}
}

func measureStop(b *testing.B, e Experiment) {
	path := filepath.Join(b.TempDir(), "state.npz")
	var sim *Simulation
	build := func(ctx context.Context) (err error) { sim, err = NewSimulation(ctx, e); return err }
	run := func(ctx context.Context) error { _, err := sim.Run(ctx, nil); return err }
	resume := func(ctx context.Context) (err error) { sim, err = ResumeState(ctx, e, path); return err }
	// followed returns how long a piece takes and the longest time without progress.
	followed := func(what func(context.Context) error) (took, gap time.Duration) {
		start := time.Now()
		last := start
		look := func() {
			now := time.Now()
			gap, last = max(gap, now.Sub(last)), now
		}
		ctx := Observe(context.Background(), Observer{Starting: func(string, int, int) { look() }, Progress: func(_, _ units.Time) { look() }})
		if err := what(ctx); err != nil {
			b.Fatal(err)
		}
		look()
		return time.Since(start), gap
	}
	building, gap := followed(build)
	running, runGap := followed(func(ctx context.Context) error { _, err := sim.observed(ctx, nil); return err })
	if err := sim.SaveState(path); err != nil {
		b.Fatal(err)
	}
	resuming, resumeGap := followed(resume)
	stop := time.Duration(0)
	stopped := func(what func(context.Context) error, within time.Duration) {
		for i := range 6 {
			if err := build(context.Background()); err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			var at time.Time
			time.AfterFunc(time.Duration(i)*within/6, func() { at = time.Now(); cancel() })
			err := what(ctx)
			if ctx.Err() != nil {
				stop = max(stop, time.Since(at))
			} else if err != nil {
				b.Fatal(err)
			}
			cancel()
		}
	}
	stopped(build, building)
	stopped(run, running)
	stopped(resume, resuming)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(building), "ms-build")
	b.ReportMetric(ms(resuming), "ms-resume")
	b.ReportMetric(ms(max(gap, runGap, resumeGap)), "ms-gap")
	b.ReportMetric(ms(stop), "ms-stop")
	b.ReportMetric(0, "ns/op")
}
