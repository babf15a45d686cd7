//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"gomyogen/kernel/launcher/internal/cell"
	"gomyogen/kernel/launcher/internal/standin"
)

// execution is a cell that runs.
type execution struct {
	request
	options
	cell   *cell.Cell
	id     string // the client's name of the cell, or the text of one that has none
	code   cell.Code
	count  int             // 0 for a cell that is not counted
	sent   bool            // to GoNB
	result json.RawMessage // GoNB's reply
	idle   bool            // GoNB has published all

	interrupted bool
	noInput     bool // it was ended because it asked for input
	errors      *errorPipe
	captures    bool    // standard error joins standard output
	stdout      markers // what cells say to this kernel
	program     standin.Program
	values      []bundle // to be shown at the end
	exit        string   // how the cell's program ended, in GoNB's words
	said        string   // the end of what it wrote to standard error
	asks        *prompt  // the client is asked for input
	stopWatch   func()
	then        func() // what follows when GoNB has counted the cell
	held        string // what looks like the words with which GoNB ends a cell
}

// options is the content of a request to execute.
type options struct {
	Code         string            `json:"code"`
	Silent       bool              `json:"silent"`
	StoreHistory bool              `json:"store_history"`
	AllowStdin   bool              `json:"allow_stdin"`
	StopOnError  bool              `json:"stop_on_error"`
	Expressions  map[string]string `json:"user_expressions"`
}

// bundle is data by media type.
type bundle = map[string]any

// failure is what an error message says.
type failure struct {
	Name      string   `json:"ename"`
	Value     string   `json:"evalue"`
	Traceback []string `json:"traceback"`
}

// next runs the next cell, unless one runs.
func (f *front) next() {
	for f.running == nil && f.ready && len(f.waiting) > 0 && !f.done {
		r := f.waiting[0]
		f.waiting = f.waiting[1:]
		f.execute(r)
	}
}

// abort answers the cells that wait: they do not run.
func (f *front) abort() {
	waiting := f.waiting
	f.waiting = nil
	for _, r := range waiting {
		f.status(r.rawHeader, "busy")
		f.reply(r, "execute_reply", map[string]any{"status": "aborted"})
		f.status(r.rawHeader, "idle")
	}
	if e := f.running; e != nil && len(waiting) > 0 {
		f.status(e.rawHeader, "busy")
	}
}

// execute starts a cell.
func (f *front) execute(r request) {
	e := &execution{request: r, options: options{StoreHistory: true, AllowStdin: true, StopOnError: true}}
	f.running = e
	f.status(r.rawHeader, "busy")
	if err := json.Unmarshal(r.content, &e.options); err != nil {
		f.fail(e, failure{"Error", "the request does not say what to execute: " + err.Error(), nil})
		return
	}
	e.cell = cell.Read(e.Code)
	if e.id = e.clientID(); e.id == "" {
		e.id = e.Code
	}
	e.StoreHistory = e.StoreHistory && !e.Silent
	if e.cell.Empty() {
		f.finish(e, nil)
		return
	}
	if e.StoreHistory {
		f.count++
		e.count = f.count
		f.history().add(f.count, e.Code)
		f.notebook.typed[e.count] = e.cell
	}
	if !e.Silent {
		f.records.begin(e)
		f.publish(r.rawHeader, "execute_input", map[string]any{"code": e.Code, "execution_count": f.count})
	}
	if f.broken != "" {
		f.fail(e, failure{"KernelError", f.broken, []string{f.broken, "go run ./install doctor says what is missing; go run ./install makes it."}})
		return
	}
	if name := question(e.Code); name != "" {
		f.skip(e, func() {
			f.finish(e, []any{map[string]any{"source": "page", "start": 0, "data": f.notebook.help(name)}})
		})
		return
	}
	var err error
	if e.code, err = e.cell.Write(); err != nil {
		f.notebook.refused(e)
		failed := syntax(e, err)
		f.skip(e, func() { f.fail(e, failed) })
		return
	}
	f.notebook.fetches = f.notebook.fetches || e.cell.Sets("GOPROXY")
	if err := f.notebook.missing(e.code.Imports); err != nil {
		f.notebook.refused(e)
		failed := syntax(e, err)
		failed.Name = "CompileError"
		f.skip(e, func() { f.fail(e, failed) })
		return
	}
	f.notebook.before(e)
	f.run(e, e.code.Text)
}

// run has GoNB run a text.
func (f *front) run(e *execution, text string) {
	content := map[string]any{"code": text, "silent": e.Silent, "store_history": e.StoreHistory, "allow_stdin": e.AllowStdin, "user_expressions": empty, "stop_on_error": e.StopOnError}
	m := e.message
	m.content = encode(content)
	e.sent = true
	f.openErrors(e)
	f.watch(e)
	f.send(m)
}

// skip counts a cell that GoNB does not see, so that both count alike, and then
// calls a function.
func (f *front) skip(e *execution, then func()) {
	if e.count == 0 || f.engine == nil {
		then()
		return
	}
	e.then = then
	f.run(e, "")
}

// question returns the name that a cell asks about: "fmt.Println?" or "?fmt".
func question(code string) string {
	m := questions.FindStringSubmatch(strings.TrimSpace(code))
	if m == nil {
		return ""
	}
	return m[1] + m[2]
}

var questions = regexp.MustCompile(`^(?:\?{1,2}\s*([%\w.]+)|([%\w.]+)\?{1,2})$`)

// replied takes GoNB's reply to a cell.
func (f *front) replied(m message) {
	if e := f.running; e != nil && m.Type == "execute_reply" && m.parentID() == e.ID {
		e.result = m.content
		f.settle(e)
	}
}

// settle ends a cell when GoNB has replied and published all of it.
func (f *front) settle(e *execution) {
	if f.running != e || e.result == nil || !e.idle || !e.errorsPassed() {
		return
	}
	if e.stopWatch != nil {
		e.stopWatch()
		e.stopWatch = nil
	}
	f.flush(e)
	if e.then != nil {
		e.then()
		return
	}
	var reply struct {
		Status  string `json:"status"`
		failure        // of an error
	}
	if err := json.Unmarshal(e.result, &reply); err != nil {
		reply.Status, reply.failure = "error", failure{"Error", "GoNB's reply cannot be read: " + err.Error(), nil}
	}
	if reply.Status != "error" || e.exit != "" { // it was compiled: GoNB keeps what it declares
		f.notebook.compiled(e)
		if len(e.code.Inits) > 0 {
			f.write(e, "stderr", initNote)
		}
	} else {
		f.notebook.refused(e)
	}
	if reply.Status != "error" {
		f.notebook.after(e)
		f.finish(e, nil)
		return
	}
	f.fail(e, f.explain(e, reply.failure))
}

// initNote says what a cell with a function init means for later ones.
const initNote = "func init also runs at the start of each later cell, whose variables are made anew; this cell, run without it, ends that.\n"

// fail ends a cell with an error. What waits behind it does not run.
func (f *front) fail(e *execution, failed failure) {
	if failed.Traceback == nil {
		failed.Traceback = []string{failed.Name + ": " + failed.Value}
	}
	f.show(e)
	if !e.Silent {
		f.publish(e.rawHeader, "error", failed)
	}
	f.end(e, map[string]any{"status": "error", "ename": failed.Name, "evalue": failed.Value, "traceback": failed.Traceback,
		"execution_count": f.count, "user_expressions": empty, "payload": []any{}})
	if e.StopOnError || e.interrupted {
		f.abort()
	}
	f.next()
}

// finish ends a cell without an error.
func (f *front) finish(e *execution, payload []any) {
	f.show(e)
	if payload == nil {
		payload = []any{}
	}
	values := map[string]any{}
	for name := range e.Expressions {
		values[name] = failure{"NotImplementedError", "values end with the program of a cell", []string{}}
	}
	f.end(e, map[string]any{"status": "ok", "execution_count": f.count, "user_expressions": values, "payload": payload})
	f.next()
}

func (f *front) end(e *execution, reply map[string]any) {
	f.reply(e.request, "execute_reply", reply)
	f.running = nil
	f.records.end(e)
	f.status(e.rawHeader, "idle")
}

// show shows the values of a cell's last expression.
func (f *front) show(e *execution) {
	for _, data := range e.values {
		if !e.Silent {
			f.publish(e.rawHeader, "execute_result", map[string]any{"execution_count": f.count, "data": data, "metadata": empty})
		}
	}
	e.values = nil
}

// isComplete tells a console whether a cell goes on.
func (f *front) isComplete(r request) {
	var content struct {
		Code string `json:"code"`
	}
	if err := json.Unmarshal(r.content, &content); err != nil {
		f.reply(r, "is_complete_reply", map[string]any{"status": "unknown"})
		return
	}
	c := cell.Read(content.Code).Complete()
	reply := map[string]any{"status": c.Status}
	if question(content.Code) != "" {
		reply["status"] = "complete"
	}
	if c.Status == "incomplete" {
		reply["indent"] = c.Indent
	}
	f.reply(r, "is_complete_reply", reply)
}

// offset returns where in a text the cursor is that a client counts in Unicode
// characters.
func offset(text string, cursor int) int {
	i := 0
	for ; cursor > 0 && i < len(text); cursor-- {
		_, n := utf8.DecodeRuneInString(text[i:])
		i += n
	}
	return i
}

// exits is what GoNB adds to a cell's standard error when its program fails.
var exits = regexp.MustCompile(`^(\^C\n)?((?:exit status|signal:) .*)\n$`)

// describe says how the program of a cell ended.
func describe(e *execution, exit string) string {
	name := "The cell"
	if e.count > 0 {
		name = fmt.Sprintf("Cell [%d]", e.count)
	}
	switch {
	case e.interrupted:
		return name + " was stopped."
	case exit == "exit status 2" && strings.HasPrefix(reason(e.said, ""), "panic: "):
		return name + " panicked."
	case exit == "exit status 2" && strings.HasPrefix(reason(e.said, ""), "fatal error: "):
		return name + " was ended by Go's runtime: " + strings.TrimPrefix(reason(e.said, ""), "fatal error: ") + "."
	case exit == "signal: killed":
		return name + " was killed: the machine may have run out of memory."
	case strings.HasPrefix(exit, "exit status "):
		return name + " ended with status " + strings.TrimPrefix(exit, "exit status ") + "."
	}
	return name + " ended: " + exit + "."
}
