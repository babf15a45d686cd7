package myogen

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gomyogen/myogen/units"
)

// BenchmarkStop measures, for a run with some cells and a time step, how long
// it is until connections are drawn (ms-build), the longest time without
// progress (ms-gap), and how long a stop takes while connections are drawn and
// while it runs (ms-stop).
//
//	go test ./myogen -run '^$' -bench Stop -benchtime 1x
func BenchmarkStop(b *testing.B) {
	for _, n := range []int{10, 1000, 100_000} {
		for _, step := range []units.Time{0.001, 0.1} {
			b.Run(fmt.Sprintf("%d cells/%v", n, step), func(b *testing.B) {
				e := tutorial(AlphaMNPool{N: n})
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

func measureStop(b *testing.B, e Experiment) {
	var last time.Time
	gap := time.Duration(0)
	look := func() {
		now := time.Now()
		if !last.IsZero() {
			gap = max(gap, now.Sub(last))
		}
		last = now
	}
	start := time.Now()
	build := time.Duration(0)
	ctx := Observe(context.Background(), Observer{Drawing: func(done, _ int) {
		if build == 0 {
			build = time.Since(start)
		}
		look()
	}})
	if s, err := NewSimulation(ctx, e); err != nil {
		b.Fatal(err)
	} else if _, err := s.Run(ctx, func(_, _ units.Time) { look() }); err != nil {
		b.Fatal(err)
	}
	// Stops, at times of the drawing and of the run.
	took := time.Duration(0)
	whole := time.Since(start)
	for i := range 6 {
		ctx, cancel := context.WithCancel(context.Background())
		var stopped time.Time
		time.AfterFunc(build+time.Duration(i)*(whole-build)/6, func() { stopped = time.Now(); cancel() })
		s, err := NewSimulation(ctx, e)
		if err == nil {
			_, err = s.Run(ctx, nil)
		}
		if ctx.Err() != nil {
			took = max(took, time.Since(stopped))
		}
		if err != nil && ctx.Err() == nil {
			b.Fatal(err)
		}
		cancel()
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(build), "ms-build")
	b.ReportMetric(ms(gap), "ms-gap")
	b.ReportMetric(ms(took), "ms-stop")
	b.ReportMetric(0, "ns/op")
}
