//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gomyogen/kernel/launcher/internal/cell"
	"gomyogen/kernel/launcher/internal/zmtp"
)

// What a cell says to the kernel is taken out of its output, wherever that is cut.
func TestMarkers(t *testing.T) {
	text := "a\x1eb" + `` + "\x1egomyogen:text:\"1\\n\"\x1e" + "c\x1egomyogen:clear:\"wait\"\x1e\x1egomyogen:bad\x1ed"
	const want = "a\x1ebc\x1egomyogen:bad\x1ed"
	for step := 1; step <= len(text); step++ {
		var m markers
		var out string
		var found []string
		for part := range slices.Chunk([]byte(text), step) {
			out += m.read(string(part), func(kind, text string) { found = append(found, kind+" "+text) })
		}
		if out += m.rest(); out != want || !slices.Equal(found, []string{"text 1\n", "clear wait"}) {
			t.Fatalf("in steps of %d it is %q and says %q", step, out, found)
		}
	}
}

func TestMessages(t *testing.T) {
	key := []byte("key")
	m := newMessage("s", "status", json.RawMessage(`{"msg_id":"parent"}`), map[string]any{"a": 1})
	m.identities, m.buffers = [][]byte{[]byte("id")}, [][]byte{[]byte("data")}
	frames := m.frames(key)
	got, err := parse(frames, key)
	if err != nil || !reflect.DeepEqual(got.frames(key), frames) || got.Type != "status" || got.parentID() != "parent" {
		t.Errorf("it came as %+v, error %v", got, err)
	}
	if _, err := parse(frames, []byte("another")); !errors.Is(err, errSignature) {
		t.Errorf("with another key: error %v", err)
	}
	for _, bad := range []zmtp.Message{{}, {[]byte("x")}, {[]byte(delimiter)}, {[]byte(delimiter), nil, []byte("{"), nil, nil, nil}} {
		if _, err := parse(bad, nil); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data", "history.jsonl")
	ask := func(h *history, request string) string {
		b, err := json.Marshal(h.answer(json.RawMessage(request))["history"])
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first := openHistory(file)
	first.add(1, "a/b")
	first.add(2, "c\nd")
	h := openHistory(file)
	h.add(1, "a/b")
	for request, want := range map[string]string{
		`{"hist_access_type":"tail","n":2}`:                                  `[[1,2,"c\nd"],[2,1,"a/b"]]`,
		`{"hist_access_type":"search","pattern":"a*","n":10}`:                `[[1,1,"a/b"],[2,1,"a/b"]]`,
		`{"hist_access_type":"search","pattern":"*d","n":10}`:                `[[1,2,"c\nd"]]`,
		`{"hist_access_type":"search","pattern":"?/?","n":10,"unique":true}`: `[[2,1,"a/b"]]`,
		`{"hist_access_type":"search","pattern":"[","n":10}`:                 `[]`,
		`{"hist_access_type":"range","session":0,"start":1,"stop":2}`:        `[[2,1,"a/b"]]`,
		`{"hist_access_type":"range","session":-1,"start":2}`:                `[[1,2,"c\nd"]]`,
		`{"hist_access_type":"range","session":1,"start":2,"output":true}`:   `[[1,2,["c\nd",null]]]`,
	} {
		if got := ask(h, request); got != want {
			t.Errorf("%s: %s, want %s", request, got, want)
		}
	}
	for i := range 2*maxHistory + 1 {
		h.add(i, "x")
	}
	if n := len(openHistory(file).all()); n != maxHistory {
		t.Errorf("%d cells are kept, want %d", n, maxHistory)
	}
	alone := openHistory("")
	alone.add(1, "a")
	if got := ask(alone, `{"hist_access_type":"tail","n":5}`); got != `[[1,1,"a"]]` {
		t.Errorf("without a file it is %s", got)
	}
}

func TestTypedColumn(t *testing.T) {
	for _, c := range []struct{ typed, made, word, want string }{
		{"fmt.Println(halve(1))", "func main() { flag.Parse(); fmt.Println(halve(1))", "halve", "halve(1))"},
		{"x := zzz", "x := zzz", "zzz", "zzz"},
		{"zz(x)", "gomyogenValue(false)(zz(x))", "zz(x)", "zz(x)"},
		{"var a = zz", "\ta = zz", "zz", "zz"},
	} {
		column := strings.Index(c.made, c.word) + 1
		context := "before\n" + c.made + "\n" + strings.Repeat(" ", column-1) + "^\nafter"
		if got := typedColumn(c.typed, context, column); got < 1 || c.typed[got-1:] != c.want {
			t.Errorf("%q: column %d", c.typed, got)
		}
	}
}

func TestAdviseMagic(t *testing.T) {
	for said, want := range map[string]string{
		"\"%pip\" unknown or not implemented yet.\n":      "This kernel has no %pip: cells import Go packages",
		"\"%%timeit\" unknown or not implemented yet.\n":  "This kernel has no %%timeit: %test runs the benchmarks",
		"\"%autogett\" unknown or not implemented yet.\n": "This kernel has no %autogett; did you mean %autoget",
		"\"%zzzzzz\" unknown or not implemented yet.\n":   "This kernel has no %zzzzzz; %help tells",
		"\"%%\" unknown or not implemented yet.\n":        "This kernel has no %%",
		"\"%who\" unknown or not implemented yet.":        "This kernel has no %who: %ls lists what cells have declared.\n",
		"something else\n": "something else\n",
	} {
		if got := adviseMagic(said); !strings.HasPrefix(got, want) {
			t.Errorf("%q becomes %q, want %q", said, got, want)
		}
	}
}

func TestForeignMagics(t *testing.T) {
	for code, want := range map[string]string{
		"%%html\n<b>x</b>": "This kernel has no %%html: gonbui.DisplayHTML", "%%\nx := 1 +": "", "%cd /tmp\nx := %": "", "x := 7 %y": "",
		"%load_ext a\n%load_ext b\nx ->": "This kernel has no %load_ext: there is nothing to load.",
	} {
		if got := strings.Join(foreignMagics(code), "\n"); !strings.HasPrefix(got, want) || want == "" && got != "" || strings.Contains(got, "\n") {
			t.Errorf("of %q it says %q, want %q", code, got, want)
		}
	}
}

func TestForeign(t *testing.T) {
	for code, want := range map[string]string{
		"import numpy as np": "Python", "def f(x):\n    return x": "Python", "from a import b": "Python", "for i in range(3):\n    print(i)": "Python",
		"x <- 3": "R", "x <- c(1, 2)": "R", "ch <- 1.5": "R", "results <- total": "", "for i in 1:3\n  println(i)\nend": "Julia", "library(stats)": "R", "fmt.Println(1": "", "if x {\n": "", "switch x {\ncase 1:\n": "", "import \"fmt": "",
	} {
		if got := foreign(code); got != want {
			t.Errorf("%q looks like %q, want %q", code, got, want)
		}
	}
}

func TestRecords(t *testing.T) {
	var rs records
	e := &execution{request: request{message: message{header: header{ID: "r"}, metadata: json.RawMessage(`{"cellId":"c"}`)}}, options: options{Code: "code"}, count: 3}
	rs.begin(e)
	say := func(kind string, content any) {
		rs.take(newMessage("s", kind, json.RawMessage(`{"msg_id":"r"}`), content))
	}
	say("stream", map[string]any{"name": "stdout", "text": "a"})
	say("stream", map[string]any{"name": "stdout", "text": "b"})
	display := func(v string) map[string]any {
		return map[string]any{"data": map[string]any{"text/plain": v}, "transient": map[string]any{"display_id": "d"}}
	}
	say("display_data", display("1"))
	say("update_display_data", display("2"))
	say("stream", map[string]any{"name": "stdout", "text": strings.Repeat("x", maxRecord)})
	say("stream", map[string]any{"name": "stdout", "text": "lost"})
	rs.end(e)
	r := rs[0]
	if len(rs) != 1 || r.Running || r.Cell != "c" || len(r.Outputs) != 3 || *r.Outputs[0].Text != "ab" || string(r.Outputs[1].Data) != `{"text/plain":"2"}` || len(r.Seen) != 6 {
		t.Errorf("the record is %s", encode(r))
	}
	if !strings.Contains(*r.Outputs[2].Text, "More was shown") {
		t.Errorf("what was too much is %q", *r.Outputs[2].Text)
	}
	say("clear_output", map[string]any{"wait": true})
	if say("stream", map[string]any{"name": "stdout", "text": "c"}); len(r.Outputs) != 1 || *r.Outputs[0].Text != "c" {
		t.Errorf("cleared it is %s", encode(r))
	}
	rs.begin(e)
	if len(rs) != 1 || len(rs[0].Outputs) != 0 {
		t.Error("a cell that runs again keeps what it has shown")
	}
}

func TestQuestionsAndOffsets(t *testing.T) {
	for code, want := range map[string]string{"fmt.Println?": "fmt.Println", "?fmt": "fmt", "x ? y": "", "fmt.Println??": "fmt.Println", "f(x)?": ""} {
		if got := question(code); got != want {
			t.Errorf("%q asks about %q, want %q", code, got, want)
		}
	}
	text, at := position{"\ufeffé\r\nab", 5}.typed()
	if text != "é\nab" || text[at:] != "b" {
		t.Errorf("the cursor is before %q of %q", text[at:], text)
	}
	if got := excerpt(2, cell.Read("a\nbc\nd"), 2, 2, "wrong"); got != "Cell[2]: Line 2\na\nbc\n ^\nd\n\x1b[31mwrong\x1b[0m" {
		t.Errorf("the excerpt is %q", got)
	}
}

func TestPointed(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"", "x", "x\n^"},
		{"\tµ := ", "zz", "    µ := zz\n         ^"},
		{"f(1", "", "f(1\n   ^"},
		{strings.Repeat("a", 40), "b := 1", "…" + strings.Repeat("a", 37) + "b := 1\n" + strings.Repeat(" ", 38) + "^"},
		{"zz(", strings.Repeat("a", 60), "zz(" + strings.Repeat("a", 40) + "…\n   ^"},
		{strings.Repeat("é", 60), "z" + strings.Repeat("a", 60), "…" + strings.Repeat("é", 21) + "z" + strings.Repeat("a", 20) + "…\n" + strings.Repeat(" ", 22) + "^"},
		{strings.Repeat("a", 60), "", "…" + strings.Repeat("a", 43) + "\n" + strings.Repeat(" ", 44) + "^"},
	} {
		if got := pointed(c.before+c.after, len(c.before)+1); got != c.want {
			t.Errorf("%q, %q:\n%s\nwant\n%s", c.before, c.after, got, c.want)
		}
	}
}
