package site

import (
	"fmt"
	"html"
	"html/template"
	"strconv"
	"strings"
	"unicode/utf8"
)

// screen shows text as a terminal does: a carriage return writes over the line,
// a backspace over the character before, escape sequences set colours, move
// within the text and erase. Sequences for anything else are left out.
type screen struct {
	lines    [][]glyph
	row, col int
	style    style
}

type glyph struct {
	r     rune
	style style
}

// style is how a glyph looks: colours from 1 (black) to 16 (bright white), 0 for
// the page's own.
type style struct {
	color, back                   uint8
	bold, faint, italic, line, on bool // on exchanges the colours
}

// maxColumn is the column up to which sequences move, maxScreen the length in
// bytes of text that is laid out; the rest follows without its sequences.
const maxColumn, maxScreen = 200, 1 << 20

// terminal returns printed text as HTML.
func terminal(text string) template.HTML {
	if !strings.ContainsAny(text, "\r\b\x1b\x07\x00\x0b\x0c\x7f\u009b\x0e\x0f") {
		return template.HTML(html.EscapeString(text))
	}
	rest := ""
	if len(text) > maxScreen {
		text, rest = text[:maxScreen], strings.Map(func(r rune) rune {
			if r < ' ' && r != '\n' && r != '\t' {
				return -1
			}
			return r
		}, text[maxScreen:])
	}
	s := screen{lines: [][]glyph{nil}}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		i += n
		switch {
		case r == '\n':
			s.down(1)
			s.col = 0
		case r == '\r':
			s.col = 0
		case r == '\b':
			s.col = max(s.col-1, 0)
		case r == '\x1b':
			i += s.escape(text[i:])
		case r == '\t' || r >= ' ' && r != '\x7f' && (r < 0x80 || r > 0x9f):
			s.put(r)
		}
	}
	return s.html() + template.HTML(html.EscapeString(rest))
}

func (s *screen) down(n int) {
	s.row += n
	for len(s.lines) <= s.row {
		s.lines = append(s.lines, nil)
	}
}

func (s *screen) put(r rune) {
	line := s.lines[s.row]
	for len(line) <= s.col {
		line = append(line, glyph{r: ' '})
	}
	line[s.col] = glyph{r, s.style}
	s.lines[s.row] = line
	s.col++
}

// escape obeys the sequence that follows an escape character and returns its
// length.
func (s *screen) escape(text string) int {
	if text == "" {
		return 0
	}
	switch text[0] {
	case '[': // parameters, then one letter
		end := 1
		for end < len(text) && text[end] >= 0x20 && text[end] <= 0x3f {
			end++
		}
		if end == len(text) {
			return end
		}
		s.obey(text[1:end], text[end])
		return end + 1
	case ']', 'P', 'X', '^', '_': // a title, a link: up to its end
		for i := 1; i < len(text) && i < 4096; i++ {
			switch {
			case text[i] == '\x07':
				return i + 1
			case text[i] == '\x1b' && i+1 < len(text) && text[i+1] == '\\':
				return i + 2
			case text[i] == '\n': // it has no end
				return i
			}
		}
		return 1
	case '(', ')', '*', '+', '#', ' ', '%':
		return min(2, len(text))
	}
	_, n := utf8.DecodeRuneInString(text)
	return n
}

func (s *screen) obey(parameters string, letter byte) {
	var numbers []int
	for p := range strings.FieldsFuncSeq(parameters, func(r rune) bool { return r == ';' || r == ':' }) {
		n, err := strconv.Atoi(p)
		if err != nil {
			return // a private one
		}
		numbers = append(numbers, n)
	}
	first := 0
	if len(numbers) > 0 {
		first = numbers[0]
	}
	move := min(max(first, 1), maxColumn)
	switch letter {
	case 'A', 'F':
		s.row = max(s.row-move, 0)
	case 'B', 'E':
		s.row = min(s.row+move, len(s.lines)-1)
	case 'C':
		s.col = max(s.col, min(s.col+move, maxColumn))
	case 'D':
		s.col = max(s.col-move, 0)
	case 'G':
		s.col = move - 1
	case 'J':
		if first == 2 || first == 3 {
			*s = screen{lines: [][]glyph{nil}, style: s.style}
		} else if first == 0 {
			s.lines = s.lines[:s.row+1]
			s.erase(0)
		}
	case 'K':
		s.erase(first)
	case 'm':
		s.style.set(numbers)
	}
	if letter == 'E' || letter == 'F' {
		s.col = 0
	}
}

// erase erases the line: from here (0), to here (1) or all of it (2).
func (s *screen) erase(part int) {
	line := s.lines[s.row]
	switch part {
	case 0:
		s.lines[s.row] = line[:min(s.col, len(line))]
	case 1:
		for i := range min(s.col+1, len(line)) {
			line[i] = glyph{r: ' '}
		}
	case 2:
		s.lines[s.row] = nil
	}
}

// set obeys the numbers of "select graphic rendition".
func (s *style) set(numbers []int) {
	if len(numbers) == 0 {
		*s = style{}
	}
	for i := 0; i < len(numbers); i++ {
		switch n := numbers[i]; {
		case n == 0:
			*s = style{}
		case n == 1:
			s.bold = true
		case n == 2:
			s.faint = true
		case n == 3:
			s.italic = true
		case n == 4:
			s.line = true
		case n == 7:
			s.on = true
		case n == 22:
			s.bold, s.faint = false, false
		case n == 23:
			s.italic = false
		case n == 24:
			s.line = false
		case n == 27:
			s.on = false
		case 30 <= n && n <= 37:
			s.color = uint8(n - 29)
		case 40 <= n && n <= 47:
			s.back = uint8(n - 39)
		case 90 <= n && n <= 97:
			s.color = uint8(n - 81)
		case 100 <= n && n <= 107:
			s.back = uint8(n - 91)
		case n == 39:
			s.color = 0
		case n == 49:
			s.back = 0
		case (n == 38 || n == 48) && i+1 < len(numbers): // of 256 colours the first 16
			if numbers[i+1] == 5 && i+2 < len(numbers) {
				c := uint8(0)
				if numbers[i+2] < 16 {
					c = uint8(max(numbers[i+2], 0) + 1)
				}
				if n == 38 {
					s.color = c
				} else {
					s.back = c
				}
				i += 2
			} else if numbers[i+1] == 2 {
				i += 4
			}
		}
	}
}

// classes are those of the style sheet.
func (s style) classes() string {
	var all []string
	add := func(on bool, name string) {
		if on {
			all = append(all, name)
		}
	}
	add(s.bold, "t-bold")
	add(s.faint, "t-faint")
	add(s.italic, "t-italic")
	add(s.line, "t-line")
	add(s.on, "t-on")
	add(s.color > 0, fmt.Sprintf("t-c%d", s.color))
	add(s.back > 0, fmt.Sprintf("t-b%d", s.back))
	return strings.Join(all, " ")
}

func (s *screen) html() template.HTML {
	var b strings.Builder
	for i, line := range s.lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		for from := 0; from < len(line); {
			end := from
			var text strings.Builder
			for end < len(line) && line[end].style == line[from].style {
				text.WriteRune(line[end].r)
				end++
			}
			escaped := html.EscapeString(text.String())
			if classes := line[from].style.classes(); classes != "" {
				escaped = `<span class="` + classes + `">` + escaped + "</span>"
			}
			b.WriteString(escaped)
			from = end
		}
	}
	return template.HTML(b.String())
}
