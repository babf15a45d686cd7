package site

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// textOf returns the text of HTML.
func textOf(t testing.TB, code string) string {
	t.Helper()
	n, err := html.Parse(strings.NewReader(code))
	if err != nil {
		t.Fatal(err)
	}
	return text(n)
}

// What a notebook shows is left as it is as far as it is harmless; what is left
// out is named.
func TestClean(t *testing.T) {
	dir := t.TempDir()
	for code, c := range map[string]struct{ want, leftOut string }{
		`<div style="font:13px sans-serif;max-width:640px"><progress max="1" value="0.5"></progress></div>`: {`<div style="font: 13px sans-serif; max-width: 640px"><progress max="1" value="0.5"></progress></div>`, ""},
		`<table border="1" class="dataframe"><tr><td>1</td></tr></table>`:                                   {`<table border="1" class="dataframe"><tbody><tr><td>1</td></tr></tbody></table>`, ""},
		`<p style="position:fixed;color:red;background:url(https://x)">x</p>`:                               {`<p style="color: red">x</p>`, ""},
		`<p>a</p></div></main><p>b`:                              {"<p>a</p><p>b</p>", ""},
		`<b onclick="x()">a</b>`:                                 {"<b>a</b>", "onclick of <b>"},
		`<iframe src="https://x"></iframe>a`:                     {"a", "<iframe>"},
		`<style>body{display:none}</style>a`:                     {"a", "<style>"},
		`<form action="https://x"><button>go</button></form>`:    {"go", "<form>"},
		`<label>a <b>b</b></label>`:                              {"a <b>b</b>", "<label>"},
		`<my-plot data-x="1">a</my-plot>`:                        {"a", "<my-plot>"},
		`<video src="a.mp4"></video>a`:                           {"a", "<video>"},
		`<meta http-equiv="refresh" content="0;url=https://x">a`: {"a", "<meta>"},
		`<svg onload="x()"><circle r="1"/></svg>`:                {`<img src="data:image/svg+xml;base64,`, ""},
		`<script src="https://x/y.js"></script>a`:                {"a", "<script>"},
	} {
		p, err := newPage(open(t, write(t, dir, "a.ipynb", codeCell("x", shown("text/html", code))))[0], nil, Options{Scripts: scripts(t)})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(p.Cells[0].Outputs[0].HTML); got != c.want && (c.want[len(c.want)-1] != ',' || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%q is shown as %q, want %q", code, got, c.want)
		}
		if all := strings.Join(p.omitted, "\n"); c.leftOut == "" && all != "" || !strings.Contains(all, c.leftOut) {
			t.Errorf("%q leaves out %q, want %q", code, all, c.leftOut)
		}
	}
}

// Scripts are those of this clone, to the letter, and the library is the library.
func TestScripts(t *testing.T) {
	s := scripts(t)
	if len(s.own) < 3 {
		t.Fatalf("the kernel has %d scripts", len(s.own))
	}
	for script := range s.own {
		if own, ok := s.ours(script); !ok || own != script {
			t.Error("a script of the clone is not recognised")
		}
		for _, other := range []string{script + "\nalert(1)", strings.Replace(script, "(", "(alert(1), ", 1), "alert(1);" + script, strings.ToUpper(script), ""} {
			if _, ok := s.ours(other); ok {
				t.Errorf("%.60q is taken for a script of the clone", other)
			}
		}
	}
	for _, code := range []string{"", "H4s", "!", "H4sIAAAAAAAAA0vMSS0q0TDUBADGQ/dKCAAAAA=="} {
		if s.library(code) {
			t.Errorf("%q is taken for the chart library", code)
		}
	}
}
