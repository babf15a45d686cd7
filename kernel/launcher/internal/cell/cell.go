// Package cell reads a cell as its user typed it, declarations and then
// statements, and writes it as GoNB reads it. Lines keep their numbers.
package cell

import (
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// Cell is a cell of a notebook.
type Cell struct {
	Text string // with \n at the ends of lines
	Go   bool   // false for the cells of another language: %%bash, %%writefile ...

	lines  []line
	source string // Text with spaces in the place of all that is not Go
	start  int    // where in source statements begin; its length if there are none
	late   []late // declarations among the statements
	moved  []late // imports among the statements, that go before them
	plain  bool   // %test, %wasm and %exec cells bring their own function main, or none
}

// line is a line of a cell.
type line struct {
	offset int
	text   string
	kind   kind
}

type kind int

const (
	code  kind = iota
	goes       // goes on with what a line before has begun: an expression, a raw string, a comment
	magic      // is GoNB's: !command, %magic, %%
)

// commentPrefix may stand before what GoNB reads in a line.
const commentPrefix = "//gonb:"

// Normal returns a text with \n at the ends of lines, without the byte order mark that
// editors of Windows begin it with.
func Normal(text string) string {
	return strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
}

// Read reads a cell.
func Read(text string) *Cell {
	c := &Cell{Text: Normal(text), Go: true}
	first, _, _ := strings.Cut(c.Text, "\n")
	if words := strings.Fields(strings.TrimPrefix(first, commentPrefix)); len(words) > 0 && slices.Contains(others, words[0]) {
		c.Go = false
		return c
	}
	c.lines = read(c.Text)
	source := []byte(c.Text)
	for _, l := range c.lines {
		if l.kind != magic {
			continue
		}
		for i := range l.text {
			source[l.offset+i] = ' '
		}
		if name, _ := l.magic(); slices.Contains([]string{"%test", "%wasm", "%exec"}, name) {
			c.plain = true
		}
	}
	c.source = withoutPackage(string(source))
	c.start = len(c.source)
	if main := slices.IndexFunc(c.lines, line.main); main >= 0 {
		c.start = min(c.start, c.lines[main].offset+len(c.lines[main].text)+1)
	}
	if !c.plain {
		start, late := split(c.source)
		if start < c.start {
			c.start, c.late = start, late
		}
		if !slices.ContainsFunc(c.lines, line.main) {
			c.move()
		}
	}
	return c
}

// move has imports among the statements go before them.
func (c *Cell) move() {
	kept := c.late[:0]
	for _, l := range c.late {
		if !wholeImport.MatchString(l.text) {
			kept = append(kept, l)
			continue
		}
		c.moved = append(c.moved, l)
		c.source = c.source[:l.offset] + blanked(c.source[l.offset:l.end]) + c.source[l.end:]
	}
	c.late = kept
}

// blanked returns a text with spaces in the place of all but line ends.
func blanked(text string) string {
	b := []byte(text)
	for i := range b {
		if b[i] != '\n' {
			b[i] = ' '
		}
	}
	return string(b)
}

// wholeImport is the text of an import in one line.
var wholeImport = regexp.MustCompile("^import (?:\\((?:(?:[\\w.]+ )?(?:\"[^\"]+\"|`[^`]+`)(?:; )?)*\\)|(?:[\\w.]+ )?(?:\"[^\"]+\"|`[^`]+`))$")

// imports returns the imports that are moved, in one line.
func (c *Cell) imports() string {
	all := ""
	for _, m := range c.moved {
		all += m.text + "; "
	}
	return all
}

// others are the magics that begin a cell that is not Go.
var others = []string{"%%writefile", "%%script", "%%bash", "%%sh", "%%gx"}

// magic returns the name of a line's magic, with its % or !, and its arguments.
func (l line) magic() (name, args string) {
	if l.kind != magic {
		return "", ""
	}
	text := strings.TrimPrefix(strings.TrimLeft(l.text, " \t"), commentPrefix)
	if strings.HasPrefix(text, "!") {
		return "!", strings.TrimSpace(text[1:])
	}
	name, args, _ = strings.Cut(strings.ReplaceAll(text, "\t", " "), " ")
	return name, strings.TrimSpace(args)
}

// main reports whether the statements of GoNB's function main begin after a line.
func (l line) main() bool {
	name, _ := l.magic()
	return name == "%%" || name == "%main"
}

// read splits a text into lines and tells what they are. A line is GoNB's if it
// begins with % or !, outside strings, comments and expressions that go on.
func read(text string) []line {
	var lines []line
	var quote byte // of the raw string or the comment ('*') in which the line begins
	last := byte(';')
	joined := false // by a \ at the end of the line before
	for offset := 0; ; {
		t := text[offset:]
		more := false
		if i := strings.IndexByte(t, '\n'); i >= 0 {
			t, more = t[:i], true
		}
		l := line{offset: offset, text: t}
		switch {
		case joined || quote == 0 && ends(last) && (misread(t) && !strings.HasPrefix(t, "package") || strings.HasPrefix(strings.TrimLeft(t, " \t"), "%")):
			l.kind = magic
			joined, last = strings.HasSuffix(t, `\`), ';'
		default:
			if quote != 0 || !ends(last) {
				l.kind = goes
			}
			quote, last = lex(t, quote, last)
		}
		lines = append(lines, l)
		if !more {
			return lines
		}
		offset += len(t) + 1
	}
}

// misread reports whether GoNB takes a line for a magic, or leaves it out.
func misread(text string) bool {
	text, cut := strings.CutPrefix(text, commentPrefix)
	return cut || len(text) > 1 && (text[0] == '%' || text[0] == '!') || strings.HasPrefix(text, "package")
}

// ends reports whether the end of a line ends a statement after a byte of Go.
func ends(last byte) bool { return !strings.ContainsRune("([,.=+-*/%&|^<>!", rune(last)) }

// lex reads a line that begins in quote (0, '`' or '*'), after the byte last
// outside comments, and returns both for the next line.
func lex(t string, quote, last byte) (byte, byte) {
	for i := 0; i < len(t); i++ {
		b := t[i]
		switch {
		case quote == '`':
			if b == '`' {
				quote, last = 0, 'x'
			}
		case quote == '*':
			if b == '*' && strings.HasPrefix(t[i:], "*/") {
				quote = 0
				i++
			}
		case b == '`':
			quote = b
		case strings.HasPrefix(t[i:], "/*"):
			quote = '*'
			i++
		case strings.HasPrefix(t[i:], "//"):
			return quote, last
		case b == '"' || b == '\'':
			for i++; i < len(t) && t[i] != b; i++ {
				if t[i] == '\\' {
					i++
				}
			}
			last = 'x'
		case b == ' ' || b == '\t' || b == '\r':
		case strings.HasPrefix(t[i:], "++") || strings.HasPrefix(t[i:], "--"):
			last = 'x'
			i++
		default:
			last = b
		}
	}
	return quote, last
}

// Line returns a line as it was typed, counted from 1.
func (c *Cell) Line(n int) string {
	all := strings.Split(c.Text, "\n")
	if n < 1 || n > len(all) {
		return ""
	}
	return all[n-1]
}

// Magic returns the magic in whose line an offset is, or "".
func (c *Cell) Magic(offset int) string {
	if !c.Go {
		first, _, _ := strings.Cut(c.Text, "\n")
		return strings.Fields(first)[0]
	}
	for _, l := range c.lines {
		if l.offset <= offset && offset <= l.offset+len(l.text) {
			name, _ := l.magic()
			return name
		}
	}
	return ""
}

// Magics returns the names of all magics in a cell.
func (c *Cell) Magics() []string {
	var all []string
	for _, l := range c.lines {
		if name, _ := l.magic(); name != "" {
			all = append(all, name)
		}
	}
	return all
}

// Sets reports whether a cell sets an environment variable of those after it.
func (c *Cell) Sets(variable string) bool {
	return slices.ContainsFunc(c.lines, func(l line) bool {
		name, args := l.magic()
		return name == "%env" && strings.HasPrefix(args, variable)
	})
}

// Empty reports whether there is nothing in a cell but space and comments.
func (c *Cell) Empty() bool {
	tokens, _ := scan(c.source)
	return c.Go && len(tokens) == 0 && len(c.Magics()) == 0
}

// Declares returns the names that a cell declares, as far as it can be read.
func (c *Cell) Declares() []string {
	if !c.Go {
		return nil
	}
	text, _ := c.file()
	f, _ := parser.ParseFile(token.NewFileSet(), "cell", text, parser.SkipObjectResolution|parser.AllErrors) // as far as it goes
	var all []string
	for _, d := range f.Decls {
		all = append(all, names(d)...)
	}
	return all
}
