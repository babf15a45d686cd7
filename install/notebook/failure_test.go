package notebook

import (
	"strings"
	"testing"
)

// Outputs as GoNB 0.11.4 gives them.
func TestFailure(t *testing.T) {
	for _, c := range []struct {
		name    string
		outputs []Output
		want    string
	}{
		{"a check", []Output{
			{Type: "stream", Name: "stderr", Text: " \x1b[7m[[ Cell [2] Line 4 ]]\x1b[0m /home/x/k-1/gonb_1c/main.go:12: the weight is -1 uS\n"},
			{Type: "stream", Name: "stderr", Text: "exit status 1\n"},
			{Type: "error", Error: "ERROR", Value: "exit status 1", Traceback: []string{"exit status 1"}},
		}, "cell 1 failed: Cell 2, line 4: the weight is -1 uS"},
		{"a check in our kernel", []Output{
			{Type: "stream", Name: "stderr", Text: "Cell[2]:4: the weight is -1 uS\n"},
			{Type: "error", Error: "Error", Value: "Cell [2] ended with status 1."},
		}, "cell 1 failed: Cell 2, line 4: the weight is -1 uS\nCell [2] ended with status 1."},
		{"a panic", []Output{
			{Type: "stream", Name: "stderr", Text: "panic: "}, {Type: "stream", Name: "stderr", Text: "index out of range\n\ngoroutine 1 [running]:\nmain.main()\n\t \x1b[7m[[ Cell [2] Line 3 ]]\x1b[0m /tmp/k-3/main.go:12 +0x52\nexit status 2\n"},
			{Type: "error", Error: "ERROR", Value: "exit status 2"},
		}, "cell 1 failed: panic: index out of range\n\ngoroutine 1 [running]:\nmain.main()\nCell 2, line 3"},
		{"a panic in our kernel", []Output{
			{Type: "stream", Name: "stderr", Text: "panic: x\n\ngoroutine 1 [running]:\nmain.main()\n\tCell[2]:3 +0x52\n"},
			{Type: "error", Error: "Error", Value: "panic: x"},
		}, "cell 1 failed: panic: x\n\ngoroutine 1 [running]:\nmain.main()\nCell 2, line 3"},
		{"does not compile", []Output{{Type: "error", Error: "ERROR", Value: "# gonb_f3\n./main.go:11:1: declared and not used: x\n", Traceback: []string{
			"# gonb_f3",
			"Cell[2]: Line 2\n\nfunc main() {\n\tflag.Parse()\nx := 3\n^\nfmt.Println(y)\n\ndeclared and not used: x",
			"Cell[2]: Line 3\nx := 3\nfmt.Println(y)\n            ^\n}\n\nundefined: y", "",
		}}}, "cell 1 failed: Cell 2, line 2: declared and not used: x\n    x := 3\n    ^\nCell 2, line 3: undefined: y\n    fmt.Println(y)\n                ^"},
		{"a panic without a mark", []Output{
			{Type: "stream", Name: "stderr", Text: "panic: x\n\t/data/tmp/k-3/gonb_17a0/main.go:12 +0x52\nexit status 2\n"},
			{Type: "error", Value: "exit status 2"},
		}, "cell 1 failed: panic: x\n\tmain.go:12 +0x52"},
		{"a long line", []Output{{Type: "error", Traceback: []string{
			"Cell[2]: Line 4\nfmt.Println(" + strings.Repeat("a", 60) + ", b, " + strings.Repeat("c", 60) + ")\n" + strings.Repeat(" ", 74) + "^\n\nundefined: b",
		}}}, "cell 1 failed: Cell 2, line 4: undefined: b\n    ..." + strings.Repeat("a", 38) + ", b, " + strings.Repeat("c", 27) + "...\n    " + strings.Repeat(" ", 43) + "^"},
		{"tabs and letters of two bytes", []Output{{Type: "error", Traceback: []string{
			"Cell[2]: Line 4\n{\n\té(b)\n    ^\n}\n\nundefined: b",
		}}}, "cell 1 failed: Cell 2, line 4: undefined: b\n    \té(b)\n    \t  ^"},
		{"nothing but its end", []Output{{Type: "error", Value: "exit status 3"}}, "cell 1 failed: exit status 3"},
	} {
		nb := Notebook{Cells: []Cell{{Type: "code", Outputs: c.outputs}}}
		if err := nb.Failed(); err == nil || err.Error() != c.want {
			t.Errorf("%s: %q, want %q", c.name, err, c.want)
		}
	}
}
