package cmath

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

func TestExpNumPyIsNumPys(t *testing.T) {
	f, err := os.Open("testdata/exp_numpy_avx512.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, unlike := 0, 0
	for s := bufio.NewScanner(f); s.Scan(); {
		if strings.HasPrefix(s.Text(), "#") {
			continue
		}
		var x, y uint64
		if _, err := fmt.Sscanf(s.Text(), "%x %x", &x, &y); err != nil {
			t.Fatal(err)
		}
		arg, want := math.Float64frombits(x), math.Float64frombits(y)
		if got := ExpNumPy(arg); got != want {
			t.Errorf("exp(%v) is %x, want %x", arg, got, want)
		}
		if Exp(arg) != want {
			unlike++
		}
		lines++
	}
	if lines < 400 || unlike == 0 {
		t.Errorf("%d values compared, %d of them unlike the C library's", lines, unlike)
	}
	for _, x := range []float64{math.Inf(1), math.Inf(-1), 800, -800} {
		if ExpNumPy(x) != Exp(x) {
			t.Errorf("exp(%v) is %v, want %v", x, ExpNumPy(x), Exp(x))
		}
	}
	if !math.IsNaN(ExpNumPy(math.NaN())) {
		t.Error("exp(NaN) is a number")
	}
}
