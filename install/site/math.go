package site

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// formulas keeps the TeX of a text from the Markdown parser, which would take
// its backslashes and underscores for markup. Each formula is replaced by a
// word and comes back unchanged: the pages bring no typesetter.
type formulas struct {
	word string // that no text has, followed by a number and "x"
	all  []string
	find *regexp.Regexp

	footnotes, alerts int // marks that stand as they are written, too
}

// maxFormula is the length, in bytes, up to which the end of a formula is
// looked for.
const maxFormula = 4000

func newFormulas() *formulas {
	var random [12]byte
	_, _ = rand.Read(random[:]) // never fails
	word := "formula" + hex.EncodeToString(random[:]) + "n"
	return &formulas{word: word, find: regexp.MustCompile(word + `(\d+)x`)}
}

// hide returns the text with a word in place of each formula outside code:
// between $ and $, $$ and $$, \\( and \\), \\[ and \\], or \begin{x} and \end{x}.
// These are JupyterLab's delimiters. TeX between \( and \), \[ and \] stands, too,
// where an escaped parenthesis would hardly. A formula does not reach beyond an empty
// line, and a $ before a digit does not end one, so that prices stay prices. HTML
// comments have none.
func (f *formulas) hide(text string) string {
	var out strings.Builder
	fence := ""       // of the code block that text[i:] is in
	lineStart := true // nothing but white space since the line began
	ticks := map[int]int{}
	for i := 0; i < len(text); {
		if lineStart {
			line, _, _ := strings.Cut(text[i:], "\n")
			if fence == "" && alert.MatchString(line) {
				f.alerts++
			}
			mark := fenceOf(line)
			switch {
			case fence == "" && mark != "":
				fence = mark
			case fence != "" && mark != "" && mark[0] == fence[0] && len(mark) >= len(fence) && strings.Trim(line, " \t`~") == "":
				fence = "" // this line is still code
			}
			if fence != "" || mark != "" {
				n := min(len(line)+1, len(text)-i)
				out.WriteString(text[i : i+n])
				i += n
				continue
			}
		}
		lineStart = text[i] == '\n'
		if text[i] == '`' {
			n := codeSpan(text[i:], i, ticks)
			out.WriteString(text[i : i+n])
			i += n
			continue
		}
		if n := comment(text[i:]); n > 0 {
			out.WriteString(text[i : i+n])
			i += n
			continue
		}
		if footnote.MatchString(text[i:]) {
			out.WriteByte('\\')
			f.footnotes++
		}
		if n := formula(text[i:]); n > 0 {
			fmt.Fprintf(&out, "%s%dx", f.word, len(f.all))
			f.all = append(f.all, text[i:i+n])
			i += n
			continue
		}
		n := 1
		switch {
		case text[i] == '\\' && i+1 < len(text) && text[i+1] != '\n':
			n = 2 // an escaped $ is one
		case text[i] == '$':
			for i+n < len(text) && text[i+n] == '$' {
				n++
			}
		}
		out.WriteString(text[i : i+n])
		i += n
	}
	return out.String()
}

// show puts the formulas back into a text.
func (f *formulas) show(text string) string {
	if len(f.all) == 0 {
		return text
	}
	return f.find.ReplaceAllStringFunc(text, func(word string) string {
		var n int
		if _, err := fmt.Sscanf(word[len(f.word):], "%dx", &n); err != nil || n >= len(f.all) {
			return word
		}
		return f.all[n]
	})
}

// fenceOf returns the mark of a line that begins or ends a block of code.
func fenceOf(line string) string {
	text := strings.TrimLeft(line, " ")
	if len(line)-len(text) > 3 || len(text) < 3 {
		return ""
	}
	for _, c := range []string{"`", "~"} {
		if n := len(text) - len(strings.TrimLeft(text, c)); n >= 3 {
			return text[:n]
		}
	}
	return ""
}

// codeSpan returns the length of the code within a line of text at which
// text begins, or of its backticks alone where nothing ends it. at is the place
// of text in the whole; ticks remembers from where no run of a length ends one.
func codeSpan(text string, at int, ticks map[int]int) int {
	n := len(text) - len(strings.TrimLeft(text, "`"))
	if from, ok := ticks[n]; ok && at >= from {
		return n
	}
	for i := n; i < len(text); {
		if text[i] != '`' {
			i++
			continue
		}
		run := len(text[i:]) - len(strings.TrimLeft(text[i:], "`"))
		i += run
		if run == n {
			return i
		}
	}
	ticks[n] = at
	return n
}

// comment returns the length of the HTML comment that text begins with, or 0.
func comment(text string) int {
	if !strings.HasPrefix(text, "<!--") {
		return 0
	}
	if n := strings.Index(text, "-->"); n >= 0 {
		return n + len("-->")
	}
	return 0
}

// footnote is a mark "[^1]", which stands as it is written; of "[^1]: word" Markdown
// would make a link to "word".
var footnote = regexp.MustCompile(`^\[\^[^\]\s]{1,100}\](?:[^(]|$)`)

// alert is the first line of a note as GitHub draws it, a quotation here.
var alert = regexp.MustCompile(`^ {0,3}> ?\[!(?i:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$`)

var environment = regexp.MustCompile(`^\\begin\{([A-Za-z]+\*?)\}`)

// formula returns the length of the formula that text begins with, or 0.
func formula(text string) int {
	text = text[:min(len(text), maxFormula)]
	switch {
	case strings.HasPrefix(text, "$$"):
		return closed(text, "$$", "$$")
	case strings.HasPrefix(text, "$"):
		return closed(text, "$", "$")
	case strings.HasPrefix(text, `\\(`):
		return closed(text, `\\(`, `\\)`)
	case strings.HasPrefix(text, `\\[`):
		return closed(text, `\\[`, `\\]`)
	}
	for _, open := range []string{`\(`, `\[`} {
		if !strings.HasPrefix(text, open) {
			continue
		}
		n := closed(text, open, map[string]string{`\(`: `\)`, `\[`: `\]`}[open])
		if n == 0 || !strings.ContainsAny(text[2:n-2], `\_^{}=`) || strings.HasPrefix(text[n:], "(") {
			return 0
		}
		return n
	}
	if m := environment.FindStringSubmatch(text); m != nil {
		return closed(text, m[0], `\end{`+m[1]+`}`)
	}
	return 0
}

// closed returns the length of a formula from open to end, or 0 where it does
// not end before an empty line.
func closed(text, open, end string) int {
	braces := 0
	for i := len(open); i < len(text); i++ {
		switch c := text[i]; {
		case braces <= 0 && strings.HasPrefix(text[i:], end):
			n := i + len(end)
			if i == len(open) || end == "$" && n < len(text) && '0' <= text[n] && text[n] <= '9' {
				return 0
			}
			return n
		case c == '\\':
			i++
		case c == '{':
			braces++
		case c == '}':
			braces--
		case c == '\n':
			if line, _, _ := strings.Cut(text[i+1:], "\n"); strings.TrimSpace(line) == "" {
				return 0
			}
		}
	}
	return 0
}
