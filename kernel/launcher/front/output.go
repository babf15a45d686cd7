//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gomyogen/kernel/launcher/internal/cell"
)

// published passes on what GoNB publishes.
func (f *front) published(m message) {
	e := f.running
	own := e != nil && m.parentID() == e.ID
	switch m.Type {
	case "status":
		var s struct {
			State string `json:"execution_state"`
		}
		if json.Unmarshal(m.content, &s) == nil && own && s.State == "idle" {
			e.idle = true
			f.settle(e)
		}
		return
	case "execute_input":
		return
	case "stream":
		if own {
			f.stream(e, m)
			return
		}
	case "error":
		if own { // the reply says it, too
			return
		}
	case "comm_open", "comm_close":
		f.comm(request{message: m})
		return
	}
	if own && e.then != nil {
		return
	}
	f.pass(m)
}

// pass publishes a message of GoNB's as the front's own.
func (f *front) pass(m message) {
	if e := f.running; e != nil && m.parentID() == e.ID {
		f.release(e)
		m.parent = e.rawHeader
	}
	h := m.header
	h.Session, h.Username, h.Version = f.session, "kernel", protocolVersion
	m.header, m.rawHeader = h, encode(h)
	f.broadcast(m)
}

// stream publishes what a cell writes.
func (f *front) stream(e *execution, m message) {
	var s struct {
		Name string `json:"name"`
		Text string `json:"text"`
	}
	if json.Unmarshal(m.content, &s) != nil || e.then != nil {
		return
	}
	f.release(e)
	switch {
	case s.Name == "stdout":
		s.Text = e.stdout.read(s.Text, func(kind, text string) { f.marked(e, kind, text) })
		if e.captures {
			e.say(s.Text)
		}
	case exits.MatchString(s.Text):
		e.held = s.Text // until it is known that the cell has failed
		return
	default: // GoNB's own words
		s.Text = adviseMagic(s.Text)
		e.say(s.Text)
	}
	f.write(e, s.Name, s.Text)
}

// maxSaid is how much of what a cell says of its mistakes is remembered.
const maxSaid = 1 << 16

// say remembers what a cell writes to standard error.
func (e *execution) say(text string) {
	e.said += text
	e.said = e.said[max(0, len(e.said)-maxSaid):]
}

// written is text of a cell that is not published yet.
type written struct {
	of         *execution
	name, text string
}

// write publishes what a cell writes, with what it writes right behind it: of a cell that
// writes without end, clients must not get more messages than they can take.
func (f *front) write(e *execution, name, text string) {
	if text == "" {
		return
	}
	if w := &f.written; w.of == e && w.name == name && len(w.text) < maxSaid {
		w.text += text
		return
	}
	f.flushWritten()
	f.written = written{e, name, text}
}

// flushWritten publishes what was written.
func (f *front) flushWritten() {
	if w := f.written; w.text != "" {
		f.written = written{}
		f.publish(w.of.rawHeader, "stream", map[string]any{"name": w.name, "text": w.text})
	}
}

// release publishes what looked like the end of a cell and was none.
func (f *front) release(e *execution) {
	if held := e.held; held != "" {
		e.held = ""
		f.write(e, "stderr", held)
	}
}

// flush publishes what was held back when a cell has ended.
func (f *front) flush(e *execution) {
	f.write(e, "stdout", e.stdout.rest())
	if m := exits.FindStringSubmatch(e.held); m != nil {
		e.exit, e.held = m[2], ""
	}
}

// marked takes what a cell says to the kernel between markers.
func (f *front) marked(e *execution, kind, text string) {
	switch kind {
	case "text":
		e.values = append(e.values, bundle{"text/plain": text})
	case "bundle":
		var b bundle
		if json.Unmarshal([]byte(text), &b) == nil {
			e.values = append(e.values, b)
		}
	case "clear":
		f.publish(e.rawHeader, "clear_output", map[string]any{"wait": text == "wait"})
	}
}

// markers takes messages to the kernel out of what a cell writes to standard
// output: \x1egomyogen:KIND:QUOTED\x1e, with a text that is quoted for ASCII.
type markers struct {
	held string // what may be the beginning of one
}

const markerHead, markerEnd = "\x1egomyogen:", "\x1e"

// read returns what is no message, and calls found for each message.
func (m *markers) read(text string, found func(kind, text string)) string {
	var out strings.Builder
	text = m.held + text
	m.held = ""
	for {
		i := strings.Index(text, markerEnd)
		if i < 0 {
			out.WriteString(text)
			return out.String()
		}
		out.WriteString(text[:i])
		text = text[i:]
		if len(text) < len(markerHead) && strings.HasPrefix(markerHead, text) {
			m.held = text
			return out.String()
		}
		rest, is := strings.CutPrefix(text, markerHead)
		if !is {
			out.WriteString(text[:1])
			text = text[1:]
			continue
		}
		inside, after, complete := strings.Cut(rest, markerEnd)
		if !complete {
			m.held = text
			return out.String()
		}
		kind, quoted, _ := strings.Cut(inside, ":")
		if s, err := strconv.Unquote(quoted); err == nil {
			found(kind, s)
		} else {
			out.WriteString(markerHead + inside + markerEnd)
		}
		text = after
	}
}

// rest returns what was held back.
func (m *markers) rest() string {
	s := m.held
	m.held = ""
	return s
}

// syntax says what is wrong with the text of a cell.
func syntax(e *execution, err error) failure {
	var values []string
	var traceback []string
	for _, m := range cell.Errors(err) {
		values = append(values, at(e.count, m.Line)+m.Message)
		traceback = append(traceback, excerpt(e.count, e.cell, m.Line, m.Column, m.Message))
	}
	for _, hint := range foreignMagics(e.Code) { // GoNB, which does not see the cell, says nothing
		values, traceback = append(values, hint), append([]string{hint}, traceback...)
	}
	return withLanguage(e, failure{"SyntaxError", strings.Join(values, "\n"), traceback})
}

// withLanguage adds to what is wrong with a cell that it looks like another language.
func withLanguage(e *execution, said failure) failure {
	if language := foreign(e.Code); language != "" {
		hint := "This is the Go kernel, and the cell looks like " + language + ". Write it in Go, or choose another kernel: Kernel, Change Kernel."
		said.Value, said.Traceback = said.Value+"\n"+hint, append([]string{hint}, said.Traceback...)
	}
	return said
}

// at names a line of a cell.
func at(count, line int) string {
	if count == 0 {
		return fmt.Sprintf("line %d: ", line)
	}
	return fmt.Sprintf("cell [%d] line %d: ", count, line)
}

// foreign returns the language that a text looks like, where it is not Go.
func foreign(code string) string {
	for _, l := range languages {
		if l.looks.MatchString(code) {
			return l.name
		}
	}
	return ""
}

var languages = []struct {
	name  string
	looks *regexp.Regexp
}{
	{"Python", regexp.MustCompile(`(?m)^(?:from [\w.]+ import |import [a-z_][\w.]*(?: as \w+)?(?:, ?[a-z_]\w*)*\s*$|(?:async )?def \w+\(.*\).*:\s*$|class \w+.*:\s*$|(?:if|for|while|with|elif|else|try|except)\b[^{]*:\s*$|%matplotlib |@\w+)`)},
	{"R", regexp.MustCompile(`(?m)^\s*(?:library\(\w+\)|[\w.]+ <- (?:c|data\.frame|function|read\.\w+|seq|list|rep)\()|^\s*[\w.]+ <- [\d"]`)},
	{"Julia", regexp.MustCompile(`(?m)^(?:end\s*$|using [A-Z]\w*|function \w+\(.*\)\s*$)`)},
}

// colours are those of a terminal.
var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// explain says what is wrong with a cell that GoNB did not take or whose program
// failed.
func (f *front) explain(e *execution, said failure) failure {
	switch {
	case e.noInput:
		what := "The cell reads standard input, which this client does not offer."
		return failure{"EOFError", what, []string{what}}
	case e.interrupted:
		what := describe(e, "")
		return failure{"Interrupted", what, []string{what}}
	case e.exit != "":
		what := describe(e, e.exit)
		traceback := []string{what}
		if from := startOf(e.said); from != "" {
			traceback = append(traceback, from)
		}
		return failure{"Error", reason(e.said, what), traceback}
	}
	return f.compileFailure(e, said)
}

// reason returns the line in what a cell has written to standard error that says why it
// failed, or what if there is none.
func reason(said, what string) string {
	lines := strings.Split(strings.TrimSpace(colours.ReplaceAllString(said, "")), "\n")
	for _, l := range lines {
		if strings.HasPrefix(l, "panic: ") || strings.HasPrefix(l, "fatal error: ") {
			return l
		}
	}
	for _, l := range slices.Backward(lines) {
		if l = strings.TrimRight(l, " \t\r"); l != "" && l[0] != '\t' { // no line that goes on with another
			return l
		}
	}
	return what
}

// startFrame is where a trace says that a program failed before its function main began.
var startFrame = regexp.MustCompile(`(?m)^main\.init(\.\d+)?(?:\.func[\d.]+)?\(.*\)\n\tCell\[(\d+)\]:\d+`)

// startOf says what to do where a cell panics in what another one runs at the start of all.
func startOf(said string) string {
	m := startFrame.FindStringSubmatch(said)
	if m == nil {
		return ""
	}
	what := "a variable of cell [" + m[2] + "] is made"
	if m[1] != "" {
		what = "func init of cell [" + m[2] + "] runs"
	}
	return "It panics where " + what + ", at the start of this and each later cell: change that cell and run it again."
}

// compilerLine is a message of the compiler with its place in the file, place GoNB's
// name of it.
var (
	compilerLine = regexp.MustCompile(`^(?:\./|\S*/gonb_\w+/)?main(?:_test)?\.go:(\d+):(\d+): (.+)$`)
	place        = regexp.MustCompile(`^Cell(?:\[(\d+)\]:)? Line (\d+)$`)
)

// compileFailure says what the compiler says in lines of the cells.
func (f *front) compileFailure(e *execution, said failure) failure {
	var values, traceback []string
	lines := strings.Split(said.Value, "\n")
	for i, l := range lines {
		m := compilerLine.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		entry := ""
		if i < len(said.Traceback) {
			entry = colours.ReplaceAllString(said.Traceback[i], "")
		}
		first, rest, _ := strings.Cut(entry, "\n")
		p := place.FindStringSubmatch(first)
		if p == nil {
			if text := f.hint(e, m[3], 0); !strings.Contains(strings.Join(values, "\n"), text) { // not said with its place
				values, traceback = append(values, text), append(traceback, text)
			}
			continue
		}
		count, _ := strconv.Atoi(p[1]) // none: the cell that runs
		line, _ := strconv.Atoi(p[2])
		text := f.hint(e, m[3], count)
		c := f.notebook.typed[count]
		if count == 0 || c == nil {
			c = e.cell
		}
		column, _ := strconv.Atoi(m[2])
		column = typedColumn(c.Line(line), rest, column)
		values = append(values, at(count, line)+text)
		traceback = append(traceback, excerpt(count, c, line, column, text))
	}
	if m := noModule.FindStringSubmatch(said.Value); m != nil && len(values) == 0 {
		text := "no module has the package " + m[1]
		for _, i := range e.code.Imports {
			if i.Path == m[1] {
				return failure{"CompileError", at(e.count, i.Line) + text, []string{excerpt(e.count, e.cell, i.Line, i.Column, text)}}
			}
		}
		return failure{"CompileError", text, []string{text}}
	}
	if len(values) == 0 {
		text := strings.TrimSpace(generated.ReplaceAllString(colours.ReplaceAllString(said.Value, ""), ""))
		return failure{"Error", text, []string{text}}
	}
	compiler := failure{"CompileError", strings.Join(values, "\n"), traceback}
	if m := unknownFirst.FindStringSubmatch(values[0]); m != nil && regexp.MustCompile(`(?m)^\s*`+m[1]+`(?:\(| <- )`).MatchString(e.Code) {
		return withLanguage(e, compiler) // library(x) and x <- 3 are Go, too, where the names are known
	}
	return compiler
}

// noModule is what the go command says of a package that it would have to fetch.
var noModule = regexp.MustCompile(`(?m)^(?:\t|go: )(\S+): (?:cannot find module providing package|module lookup disabled|no matching versions|unrecognized import path)`)

// unknownFirst is a message of the compiler about an unknown name.
var unknownFirst = regexp.MustCompile(`undefined: (\w+)`)

// generated is a line that names the package of a cell, or a file that GoNB made.
var generated = regexp.MustCompile(`(?m)^# gonb_\w+\n|\S*/gonb_\w+/|: exit status \d+$`)

// typedColumn returns the column of the line of a cell as it was typed that
// belongs to a column of the line that GoNB made of it, which a mark shows in
// GoNB's context.
func typedColumn(typed, context string, column int) int {
	lines := strings.Split(context, "\n")
	made := ""
	for i, l := range lines {
		if i > 0 && l == strings.Repeat(" ", column-1)+"^" {
			made = lines[i-1]
		}
	}
	if column < 1 || column > len(made) {
		return 0
	}
	tail := made[column-1:]
	for n := len(tail); n > 0; n-- { // as much of what follows as is in the typed line, too
		if i := strings.LastIndex(typed, tail[:n]); i >= 0 {
			return i + 1
		}
	}
	return 0
}
