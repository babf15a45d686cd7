package myogen

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// No product is fused with a sum but where math.FMA says so: the compiler's code
// for platforms on which it may fuse has no fused instruction outside the
// functions that call math.FMA. (objdump of the Go tools does not know these
// instructions; the compiler's own listing does.)
func TestNothingIsFused(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles for other platforms")
	}
	packages := []string{".", "./neo", "./random", "./internal/engine", "./internal/membrane", "./internal/membrane/kernels", "./internal/cmath"}
	fused := regexp.MustCompile(`\s(FN?M(ADD|SUB)D|VFN?M(ADD|SUB)\d+[SP]D)\s`)
	// Statistics and forces promise digits, not bits.
	meant := regexp.MustCompile(`/cmath\.(Exp|expFar|reduce|series|Fourth|ExpNumPy|circle)$|/(stats|muscle)\.`)
	for _, platform := range [][]string{{"GOARCH=arm64"}, {"GOARCH=amd64", "GOAMD64=v3"}} {
		t.Run(strings.Join(platform, " "), func(t *testing.T) {
			cmd := exec.Command("go", append([]string{"build", "-gcflags=" + modulePath + "/...=-S"}, packages...)...)
			cmd.Env = append(os.Environ(), platform...)
			listing, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("go build: %v\n%.2000s", err, listing)
			}
			found, function := map[string]int{}, ""
			for line := range strings.Lines(string(listing)) {
				if name, _, ok := strings.Cut(line, " STEXT "); ok {
					function = name
				}
				if fused.MatchString(line) {
					found[function]++
				}
			}
			kernels := fusedByKernels(t)
			for name, want := range kernels {
				if found[name] != want {
					t.Errorf("%s has %d fused instructions, want the %d of math.FMA", name, found[name], want)
				}
			}
			for name, n := range found {
				if kernels[name] == 0 && !meant.MatchString(name) {
					t.Errorf("%s has %d fused instructions", name, n)
				}
			}
			if found[modulePath+"/myogen/internal/cmath.Exp"] != 8 {
				t.Errorf("Exp has %d fused instructions, want the 8 of math.FMA", found[modulePath+"/myogen/internal/cmath.Exp"])
			}
		})
	}
}

// fusedByKernels returns how many times each generated kernel calls math.FMA.
func fusedByKernels(t *testing.T) map[string]int {
	calls := map[string]int{}
	paths, err := filepath.Glob("internal/membrane/kernels/*_scalar.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no kernels (%v)", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, function := range strings.Split(string(text), "\nfunc ") {
			if name, body, ok := strings.Cut(function, "("); ok && i > 0 {
				calls[modulePath+"/myogen/internal/membrane/kernels."+name] = strings.Count(body, "math.FMA(")
			}
		}
	}
	return calls
}
