package site

import (
	"strings"
	"testing"
)

// Printed text looks as on a terminal.
func TestTerminal(t *testing.T) {
	for text, want := range map[string]string{
		"a < b\n":                             "a &lt; b\n",
		"  1 %\r 50 %\r100 %\n":               "100 %\n",
		"loading...\rdone\n":                  "doneing...\n",
		"loading...\r\x1b[Kdone\n":            "done\n",
		"a\r\nb\r\n":                          "a\nb\n",
		"12\b3\n":                             "13\n",
		"\b\ba":                               "a",
		"\x1b[31mred\x1b[0m plain":            `<span class="t-c2">red</span> plain`,
		"\x1b[1;92mgood\x1b[m":                `<span class="t-bold t-c11">good</span>`,
		"\x1b[38;5;1mred\x1b[38;2;1;2;3mtrue": `<span class="t-c2">redtrue</span>`,
		"\x1b[7mx\x1b[27my":                   `<span class="t-on">x</span>y`,
		"a\x1b]0;title\x07b":                  "ab",
		"a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\":    "alink",
		"first\nsecond\x1b[1A\rFIRST\n":                "FIRST\nsecond",
		"abc\x1b[2D-":                                  "a-c",
		"a\x1b[3Cb":                                    "a   b",
		"\x1b[31mA\x1b[32mB\x1b[0mC":                   `<span class="t-c2">A</span><span class="t-c3">B</span>C`,
		"\x1b]8;id=1;file:///x\x1b\\f\x1b]8;;\x1b\\ g": "f g",
		"50%\b\b\b100%\r\n":                            "100%\n",
		"ab\b\bcd\r\r\nx":                              "cd\nx",
		"xz\x1b[2Dy\x1b[K":                             "y",
		"old\n\x1b[2Jnew":                              "new",
		"\x1b[?25lhidden cursor\x1b[?25h":              "hidden cursor",
		"\x1b[31m<script>\x1b[0m":                      `<span class="t-c2">&lt;script&gt;</span>`,
		"bell\x07 nul\x00 end\x1b":                     "bell nul end",
		"\x1b[":                                        "",
		"ü\b日\r":                                       "日",
		"\x1b(Bx":                                      "x",
		"\x1b[99999999999999999999Cx":                  "x",
		"\x1b[38;5;300mx\x1b[;;my\x1b[38;2;1mz":        "xyz",
		"\x1b]8;;javascript:alert(1)\alink\x1b]8;;\a":  "link",
		"10%|█  | 1/9\r20%|██ | 2/9\r\n":               "20%|██ | 2/9\n",
		"one\ntwo\x1b[1Ax":                             "onex\ntwo",
		"\x1b[1A\x1b[2Kx\x1b[1;1H":                     "x",
		"a\x1bPq#0\x1b\\b\x1b[s\x1b[u":                 "ab",
		"\x1b[31m\nred\nmore\x1b[0m\nplain":            "\n<span class=\"t-c2\">red</span>\n<span class=\"t-c2\">more</span>\nplain",
	} {
		if got := string(terminal(text)); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
	// 20,000 states of a bar are one line, and no sequence makes the page grow beyond its text.
	if got := terminal(strings.Repeat("\r 17 % of it", 20_000)); got != " 17 % of it" {
		t.Errorf("a bar is shown as %.60q of %d bytes", got, len(got))
	}
	for _, part := range []string{"\x1b[999Cx\n", "\x1b[999Bx", "\x1b[999Gx\r", "\x1b]", "\x1b[;;;;m"} {
		if got := terminal(strings.Repeat(part, 20_000)); len(got) > 20_000*(maxColumn+2) {
			t.Errorf("%q fills %d bytes", part, len(got))
		}
	}
	if got := string(terminal(strings.Repeat("a\r\n", maxScreen))); strings.ContainsAny(got, "\r") || strings.Count(got, "a") != maxScreen {
		t.Errorf("of %d lines %d are shown", maxScreen, strings.Count(got, "a"))
	}
}

func FuzzTerminal(f *testing.F) {
	for _, seed := range []string{"a\rb\n", "\x1b[1;31mx\x1b[0m", "\x1b[2A\x1b[5C\x1b[1K", "\x1b]0;t\x07", "\b\b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := string(terminal(text)); strings.ContainsAny(got, "\x1b\r\b") || strings.Contains(got, "<script") {
			t.Errorf("%q is shown as %q", text, got)
		}
	})
}
