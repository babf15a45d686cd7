package wasmtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Both modules of kernels take the half steps of the reference code, and the whole
// reference runs have MyoGen's spikes. The scalar engine, a hundred times slower
// there, is tried on half steps alone.
func TestKernelsInNode(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node")
	}
	relaxed := []string{"--experimental-wasm-relaxed-simd"}
	if exec.Command(node, append(relaxed, "-e", "0")...).Run() != nil { // newer ones need no leave
		relaxed = nil
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	library := filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm")
	for _, c := range []struct{ dir, tests string }{
		{"../membrane", "TestHalfSteps"},
		{"../..", "TestSeedEqualsMyoGen/simd128"},
	} {
		program := filepath.Join(t.TempDir(), "test.wasm")
		build := exec.Command("go", "test", "-c", "-tags", "wasmkernels", "-o", program, c.dir)
		build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, form := range []string{"relaxed", "plain"} {
			t.Run(c.tests+"/"+form, func(t *testing.T) {
				kernels, err := filepath.Abs("../membrane/kernels/" + form + ".wasm")
				if err != nil {
					t.Fatal(err)
				}
				script, err := filepath.Abs("node.js")
				if err != nil {
					t.Fatal(err)
				}
				cmd := exec.Command(node, append(relaxed, script, library, kernels, program, "-test.v", "-test.run", c.tests)...)
				cmd.Dir = c.dir
				out, err := cmd.CombinedOutput()
				if err != nil || !strings.Contains(string(out), "--- PASS") {
					t.Fatalf("%v\n%s", err, out)
				}
			})
		}
	}
}
