package cmath

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"os/exec"
	"testing"
	"time"
)

// The tables were written by GNU libc 2.36 on x86-64 with FMA.
func TestFunctionsEqualLibm(t *testing.T) {
	for _, c := range []struct {
		file   string
		f      func(float64) float64
		values int
	}{
		{"exp", Exp, 1200},
		{"pow4", Fourth, 600},
	} {
		t.Run(c.file, func(t *testing.T) {
			f, err := os.Open("testdata/" + c.file + "_glibc236.txt")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			n := 0
			for lines := bufio.NewScanner(f); lines.Scan(); {
				var x, want float64
				if c, _ := fmt.Sscanf(lines.Text(), "%g %g", &x, &want); c != 2 {
					continue
				}
				n++
				if got := c.f(x); math.Float64bits(got) != math.Float64bits(want) {
					t.Errorf("%s(%x) = %x, want %x", c.file, x, got, want)
				}
			}
			if n < c.values {
				t.Errorf("compared %d values, want the whole table", n)
			}
		})
	}
}

func TestExpOutsideTheRange(t *testing.T) {
	for _, c := range []struct{ x, want float64 }{
		{-700.0000000000001, 0},
		{math.Inf(-1), 0},
		{701, Exp(700)},
		{math.Inf(1), Exp(700)},
		{math.NaN(), math.NaN()},
	} {
		if got := Exp(c.x); got != c.want && !(got != got && c.want != c.want) {
			t.Errorf("Exp(%v) = %v, want %v", c.x, got, c.want)
		}
	}
}

func TestGeneratedTableIsCurrent(t *testing.T) {
	before, err := os.ReadFile("table.go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command("go", "run", mustAbs(t, "make_table.go"))
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go run make_table.go: %v\n%s", err, out)
	}
	after, err := os.ReadFile(dir + "/table.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Error("table.go is not what make_table.go writes; run go generate")
	}
}

func mustAbs(t *testing.T, name string) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir + "/" + name
}

// What one exponential costs that is called. A NERLab cell needs 15 a step, Powers
// 2017 28; in the kernels they stand in line, since calls hardly overlap.
// Zen 4, 3.7 GHz: 4.4 ns.
func BenchmarkExp(b *testing.B) {
	x, sum := -3.0, 0.0
	best := time.Duration(math.MaxInt64)
	for b.Loop() {
		start := time.Now()
		for range 1000 {
			sum += Exp(x)
			x += 1e-9
		}
		best = min(best, time.Since(start))
	}
	b.ReportMetric(float64(best.Nanoseconds())/1000, "ns/exp")
	_ = sum
}
