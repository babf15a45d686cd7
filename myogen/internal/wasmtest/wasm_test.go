package wasmtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Both modules of kernels take the half steps of the reference code. That whole
// reference runs have MyoGen's spikes is tested in a browser, by install/live.
func TestKernelsInNode(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program for Node")
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
	const dir, tests = "../membrane", "TestHalfSteps"
	program := filepath.Join(t.TempDir(), "test.wasm")
	build := exec.Command("go", "test", "-c", "-tags", "wasmkernels", "-o", program, dir)
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, form := range []string{"relaxed", "plain"} {
		t.Run(form, func(t *testing.T) {
			kernels, err := filepath.Abs("../membrane/kernels/" + form + ".wasm")
			if err != nil {
				t.Fatal(err)
			}
			script, err := filepath.Abs("node.js")
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(node, append(relaxed, script, library, kernels, program, "-test.v", "-test.run", tests)...)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "--- PASS") {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
}
