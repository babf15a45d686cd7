//go:build unix

package main

import (
	"fmt"
	"strings"
	"testing"

	"gomyogen/kernel/launcher/internal/cell"
)

// However the trace of a panic is cut into pieces, it names lines of cells, and
// what is no trace is not held back.
func TestTraceInPieces(t *testing.T) {
	const said = "note\tmore\npanic: ah\n\ngoroutine 1 [running]:\nmain.main()\n\t/data/k-1/gonb_0ddb/main.go:29 +0x5f\nfmt.Println()\n\t/go/src/fmt/print.go:3 +0x1\n"
	const want = "note\tmore\npanic: ah\n\ngoroutine 1 [running]:\nmain.main()\n\tLine 29\nfmt.Println()\n\t/go/src/fmt/print.go:3 +0x1\n"
	name := func(path string, line int) string {
		if path != "/data/k-1/gonb_0ddb/main.go" {
			t.Errorf("the path is %q", path)
		}
		return fmt.Sprint("Line ", line)
	}
	for i := range len(said) {
		for j := i; j <= len(said); j++ {
			tr := trace{name: name}
			got := tr.read(said[:i]) + tr.read(said[i:j]) + tr.read(said[j:]) + tr.rest()
			if got != want {
				t.Fatalf("cut at %d and %d: %q", i, j, got)
			}
		}
	}
	tr := trace{name: name}
	for _, live := range []string{"10 %\r", "20 %\r", "done", "\n", "a\tb"} {
		if got := tr.read(live); got != live {
			t.Errorf("of %q %q is shown at once", live, got)
		}
	}
	if got := tr.read("\n\t\x1b[7m[[ Cell [3] Line 2 ]]\x1b[0m /data/gonb_1/main.go:29 +0x5f\n"); got != "\n\t\x1b[7m[[ Cell [3] Line 2 ]]\x1b[0m\n" {
		t.Errorf("what GoNB has found is %q", got)
	}
}

func TestLocate(t *testing.T) {
	helper := cell.Read("func check(x int) {\n  if x > 1 {\n    panic(x)\n  }\n}\n")
	other := cell.Read("func other() {\n\tif true {\n\t\tpanic(x)\n\t}\n}")
	running := cell.Read("x := 2\ncheck(x)\npanic(x)")
	typed := map[int]*cell.Cell{1: helper, 2: other, 3: running}
	made := strings.Split("package main\n\nfunc check(x int) {\n\tif x > 1 {\n\t\tpanic(x)\n\t}\n}\n\nfunc main() {\n\tx := 2\n\tcheck(x)\n\tpanic(x)\n}", "\n")
	for line, want := range map[int][2]int{5: {1, 3}, 11: {3, 2}, 12: {3, 3}, 2: {}, 99: {}} {
		if in, at := locate(made, line, 3, running, typed); in != want[0] || at != want[1] {
			t.Errorf("line %d is cell %d, line %d; want %v", line, in, at, want)
		}
	}
}
