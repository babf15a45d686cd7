package cell

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strings"
)

// lexeme is a token of Go at an offset.
type lexeme struct {
	offset int
	tok    token.Token
	text   string
}

// end returns the offset behind a token.
func (l lexeme) end() int {
	if l.text == "" || l.tok == token.SEMICOLON {
		return l.offset + len(l.tok.String())
	}
	return l.offset + len(l.text)
}

// scan returns the tokens of a source without its comments, and the comments.
func scan(source string) (tokens, comments []lexeme) {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(source))
	s.Init(file, []byte(source), func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, tok, text := s.Scan()
		l := lexeme{file.Offset(pos), tok, text}
		switch tok {
		case token.EOF:
			return tokens, comments
		case token.COMMENT:
			comments = append(comments, l)
		default:
			tokens = append(tokens, l)
		}
	}
}

// withoutPackage replaces a package clause by spaces.
func withoutPackage(source string) string {
	tokens, _ := scan(source)
	if len(tokens) < 2 || tokens[0].tok != token.PACKAGE {
		return source
	}
	from, to := tokens[0].offset, tokens[1].offset+len(tokens[1].text)
	if tokens[1].tok != token.IDENT {
		to = from + len("package")
	}
	return source[:from] + strings.Repeat(" ", to-from) + source[to:]
}

// late is a declaration that only a file can hold, among statements.
type late struct {
	offset, end int
	what        string
	text        string // in one line
}

// split finds where the statements of a source begin, or returns its length.
func split(source string) (start int, after []late) {
	tokens, _ := scan(source)
	start = len(source)
	for i := 0; i < len(tokens); {
		if tokens[i].tok == token.SEMICOLON {
			i++
			continue
		}
		what, is := declaration(tokens[i:])
		first := i
		if !is && start == len(source) {
			start = tokens[i].offset
		}
		depth := 0
		for ; i < len(tokens) && (depth > 0 || tokens[i].tok != token.SEMICOLON); i++ {
			switch tokens[i].tok {
			case token.LPAREN, token.LBRACE, token.LBRACK:
				depth++
			case token.RPAREN, token.RBRACE, token.RBRACK:
				depth--
			}
		}
		if is && start < len(source) && (tokens[first].tok == token.FUNC || tokens[first].tok == token.IMPORT) {
			last := tokens[i-1]
			after = append(after, late{tokens[first].offset, last.end(), what, oneLine(tokens[first:i])})
		}
	}
	return start, after
}

// oneLine returns tokens of an import in one line.
func oneLine(tokens []lexeme) string {
	var b strings.Builder
	for i, t := range tokens {
		switch {
		case t.tok == token.SEMICOLON:
			b.WriteString("; ")
			continue
		case t.text == "":
			b.WriteString(t.tok.String())
		default:
			b.WriteString(t.text)
		}
		if i+1 < len(tokens) && t.tok != token.LPAREN && tokens[i+1].tok != token.SEMICOLON && tokens[i+1].tok != token.RPAREN {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// declaration reports whether tokens begin with a declaration, and names it.
func declaration(tokens []lexeme) (what string, is bool) {
	name := func(i int) string {
		if i < len(tokens) && tokens[i].text != "" {
			return " " + tokens[i].text
		}
		return ""
	}
	switch tokens[0].tok {
	case token.IMPORT, token.CONST, token.TYPE, token.VAR:
		return tokens[0].text + name(1), true
	case token.FUNC:
	default:
		return "", false
	}
	switch {
	case len(tokens) == 1 || tokens[1].tok == token.IDENT:
		return "func" + name(1), true
	case tokens[1].tok != token.LPAREN:
		return "", false
	}
	depth := 0
	for i := 1; i < len(tokens); i++ { // a method has a name and parameters after its receiver
		switch tokens[i].tok {
		case token.LPAREN:
			depth++
		case token.RPAREN:
			depth--
		}
		if depth == 0 {
			return "func" + name(i+1), i+2 < len(tokens) && tokens[i+1].tok == token.IDENT && tokens[i+2].tok == token.LPAREN
		}
	}
	return "func", false
}

// Error is a mistake in a cell's text.
type Error struct {
	Line, Column int // from 1
	Message      string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Message) }

// position returns line and column of an offset, from 1.
func (c *Cell) position(offset int) (line, column int) {
	offset = min(offset, len(c.Text))
	before := c.Text[:offset]
	return strings.Count(before, "\n") + 1, offset - strings.LastIndexByte(before, '\n')
}

const (
	head     = "package main;"
	mainHead = "func main() { flag.Parse(); "
)

// file returns the cell as a Go file, and for an offset in the file that in
// the cell.
func (c *Cell) file() (file string, typed func(int) int) {
	text, _, typed := c.File(0, "")
	return text, typed
}

// File returns the cell as a Go file that imports more, with the place of an
// offset in it, and for an offset in the file that in the cell.
func (c *Cell) File(offset int, imports string) (file string, at int, typed func(int) int) {
	front := head + c.imports() + imports
	at = offset + len(front)
	if c.start == len(c.source) {
		return front + c.source, at, func(o int) int { return max(0, o-len(front)) }
	}
	if offset >= c.start {
		at += len(mainHead)
	}
	return front + c.source[:c.start] + mainHead + c.source[c.start:] + "\n}\n", at, func(o int) int {
		if o -= len(front); o >= c.start {
			o = max(c.start, o-len(mainHead))
		}
		return min(max(0, o), len(c.source))
	}
}

// parse reads a cell's declarations and statements. Mistakes are of type *Error.
func (c *Cell) parse() (*ast.File, *token.File, error) {
	text, typed := c.file()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "cell", text, parser.SkipObjectResolution|parser.ParseComments)
	if len(c.late) > 0 {
		l := c.late[0]
		at, column := c.position(l.offset)
		first, _ := c.position(c.start)
		return nil, nil, &Error{at, column, fmt.Sprintf("%s stands after the first statement, in line %[2]d; move it above line %[2]d or into a cell of its own", l.what, first)}
	}
	if offset, what := c.unopened(); what != "" {
		at, column := c.position(offset)
		return nil, nil, &Error{at, column, what + " closes nothing"}
	}
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return f, fset.File(f.FileStart), err
	}
	var all []error
	for i, e := range list[:min(len(list), 3)] {
		line, column := c.position(typed(e.Pos.Offset))
		message, ended := strings.TrimSuffix(e.Msg, " (and 1 more errors)"), false
		if typed(e.Pos.Offset) >= len(strings.TrimRight(c.source, " \t\n")) {
			ended = true
			message = strings.NewReplacer("found '}'", endOfCell, "found 'EOF'", endOfCell).Replace(message)
		}
		if offset, what := c.unclosed(); i == 0 && ended && what != "" {
			line, column = c.position(offset)
			return nil, nil, &Error{line, column, what + " is not closed"}
		}
		if i > 0 && strings.Contains(message, endOfCell) { // it follows from the first
			continue
		}
		if goes := advice(c.Line(line), message); goes != "" {
			return nil, nil, errors.Join(append(all, &Error{line, column, message + ": " + goes})...)
		}
		all = append(all, &Error{line, column, message})
	}
	return nil, nil, errors.Join(all...)
}

const endOfCell = "found the end of the cell"

// unclosed returns the last bracket that is not closed.
func (c *Cell) unclosed() (offset int, what string) {
	var open []lexeme
	tokens, _ := scan(c.source)
	for _, t := range tokens {
		switch t.tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			open = append(open, t)
		case token.RPAREN, token.RBRACE, token.RBRACK:
			if len(open) == 0 {
				return 0, ""
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return 0, ""
	}
	last := open[len(open)-1]
	return last.offset, last.tok.String()
}

// unopened returns the first bracket that closes what is not open, or another bracket.
func (c *Cell) unopened() (offset int, what string) {
	opens := map[token.Token]token.Token{token.RPAREN: token.LPAREN, token.RBRACE: token.LBRACE, token.RBRACK: token.LBRACK}
	var open []token.Token
	tokens, _ := scan(c.source)
	for _, t := range tokens {
		switch t.tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			open = append(open, t.tok)
		case token.RPAREN, token.RBRACE, token.RBRACK:
			if len(open) == 0 {
				return t.offset, t.tok.String()
			}
			if open[len(open)-1] != opens[t.tok] {
				return 0, "" // the parser says what is missing
			}
			open = open[:len(open)-1]
		}
	}
	return 0, ""
}

// Completeness is what a console asks about the lines that were typed so far.
type Completeness struct {
	Status string // "complete", "incomplete" or "invalid"
	Indent string // of the next line, if there must be one
}

// Complete tells whether a cell goes on.
func (c *Cell) Complete() Completeness {
	if !c.Go || len(c.Magics()) > 0 && strings.TrimSpace(c.source) == "" {
		return Completeness{Status: "complete"}
	}
	depth := 0
	tokens, comments := scan(c.source)
	for _, t := range tokens {
		switch t.tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth--
		}
	}
	open := depth > 0
	if n := len(tokens); n > 0 {
		last := tokens[n-1]
		if last.tok == token.SEMICOLON && n > 1 {
			last = tokens[n-2]
		}
		open = open || last.tok == token.STRING && last.text[0] == '`' && (len(last.text) == 1 || !strings.HasSuffix(last.text, "`"))
	}
	if n := len(comments); n > 0 {
		open = open || strings.HasPrefix(comments[n-1].text, "/*") && !strings.HasSuffix(comments[n-1].text, "*/")
	}
	if open {
		return Completeness{"incomplete", strings.Repeat("\t", max(0, depth))}
	}
	_, _, err := c.parse()
	var e *Error
	switch {
	case err == nil:
		return Completeness{Status: "complete"}
	case depth == 0 && errors.As(err, &e) && strings.Contains(e.Message, "the end of the cell"):
		return Completeness{Status: "incomplete"}
	}
	return Completeness{Status: "invalid"}
}
