//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gomyogen/kernel/env"
	"gomyogen/kernel/launcher/internal/cell"
	"gomyogen/kernel/launcher/internal/check"
	"gomyogen/kernel/launcher/internal/rebuild"
	"gomyogen/kernel/launcher/internal/standin"
)

// notebook is what is known of the cells that ran.
type notebook struct {
	typed  map[int]*cell.Cell // by their number
	locals map[string]int     // the cell whose statements declared a name
	engine *engine

	declared map[string]int      // the cell that declared a name last
	kinds    map[string]string   // const, var, type or func
	replaced []string            // what GoNB keeps of other kinds, of the same names: "func left"
	inits    map[string]string   // cells that declared functions init, by GoNB's names of them
	together map[string][]string // the variables that the value of a variable declares, if more than one
	lost     map[string]string   // how a name was lost
	failed   map[string]int      // the cell that would declare a name, but was not compiled

	fetches bool         // cells get modules that are not on this machine
	origins cell.Origins // of the lines of their declarations
	blank   []string     // what they import for its effect alone, of which GoNB keeps the last

	mu      sync.Mutex
	code    string   // what GoNB composed of the last cell that ran: all declarations
	imports []string // what cells have imported, as in an import declaration

	types types // used by one goroutine at a time
}

// types finds the packages that cells import.
type types struct {
	mu       sync.Mutex
	packages *check.Packages
	of       string // what they were found for
}

func newNotebook() *notebook {
	return &notebook{fetches: os.Getenv("GOPROXY") != "off", typed: map[int]*cell.Cell{}, locals: map[string]int{},
		declared: map[string]int{}, kinds: map[string]string{}, inits: map[string]string{}, together: map[string][]string{}, lost: map[string]string{}, failed: map[string]int{}}
}

// before prepares for a cell.
func (n *notebook) before(e *execution) {
	p := standin.Program{NoInput: !e.AllowStdin || !seesReading, Origins: n.origins.With(e.count, e.cell, e.code), Blank: slices.Clone(n.blank), Replaced: n.replacedBy(e), Nameless: e.code.Nameless, Lean: lean(e)}
	for _, path := range e.code.Blank {
		if !slices.Contains(p.Blank, path) {
			p.Blank = append(p.Blank, path)
		}
	}
	e.program = p
	if n.engine == nil {
		return
	}
	for _, name := range []string{standin.Stopped, standin.Started} {
		_ = os.Remove(filepath.Join(n.engine.dir, name)) // it is there after a cell that was
	}
	if err := p.Write(n.engine.dir); err != nil {
		fmt.Fprintln(os.Stderr, "front:", err)
	}
}

// lean reports whether a cell has nothing but statements. All declarations were compiled in
// their own cells.
func lean(e *execution) bool {
	return e.cell.Go && len(e.code.Declares)+len(e.code.Inits)+len(e.code.Nameless) == 0 &&
		!slices.ContainsFunc(e.cell.Magics(), func(name string) bool { return !slices.Contains([]string{"%%", "%main", "%args"}, name) })
}

// replacedBy returns what is declared no more once a cell has declared names anew, of
// whatever kind, or has run again with other functions init.
func (n *notebook) replacedBy(e *execution) []string {
	all := slices.DeleteFunc(slices.Clone(n.replaced), func(d string) bool {
		kind, name, _ := strings.Cut(d, " ")
		return e.code.Kinds[name] == kind || slices.Contains(e.code.Inits, name)
	})
	for name, kind := range e.code.Kinds {
		if old := n.kinds[name]; old != "" && old != kind && name != "_" {
			all = append(all, old+" "+name)
		}
	}
	for name, of := range n.inits {
		if of == e.id && !slices.Contains(e.code.Inits, name) {
			all = append(all, "func "+name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// compiled remembers what GoNB keeps of a cell that was compiled, however it ended.
func (n *notebook) compiled(e *execution) {
	n.origins, n.blank, n.replaced = e.program.Origins, e.program.Blank, e.program.Replaced
	if slices.Contains(e.cell.Magics(), "%reset") {
		n.blank, n.replaced = e.code.Blank, nil
		clear(n.kinds)
	}
	n.declare(e)
}

// refused remembers what a cell would declare that was not compiled.
func (n *notebook) refused(e *execution) {
	for _, name := range e.cell.Declares() {
		if n.declared[name] == 0 {
			n.failed[name] = e.count
		}
	}
}

// declare remembers which cell has declared which names. GoNB replaces the variables of
// one value together.
func (n *notebook) declare(e *execution) {
	for _, name := range e.code.Declares {
		for _, other := range n.together[name] {
			if other != name && !slices.Contains(e.code.Declares, other) {
				n.lost[other] = fmt.Sprintf("cell [%d] declared it together with %s, which cell [%d] has replaced; declare %s anew, too", n.declared[other], name, e.count, other)
			}
			delete(n.together, other)
		}
	}
	for _, name := range e.code.Declares {
		n.declared[name], n.kinds[name] = e.count, e.code.Kinds[name]
		delete(n.lost, name)
		delete(n.failed, name)
	}
	for _, name := range e.code.Inits {
		n.inits[name] = e.id
	}
	for _, group := range e.code.Together {
		for _, name := range group {
			n.together[name] = group
		}
	}
}

// after remembers what a cell that ran has declared.
func (n *notebook) after(e *execution) {
	for _, name := range e.code.Locals {
		n.locals[name] = e.count
	}
	for _, name := range e.code.Declares {
		delete(n.locals, name)
	}
	if slices.Contains(e.cell.Magics(), "%reset") {
		clear(n.locals)
	}
	code := n.program()
	f, err := parser.ParseFile(token.NewFileSet(), "", code, parser.ImportsOnly)
	if err != nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if !e.program.Lean || n.code == "" { // else some may be left out
		n.code = code
	}
	for _, i := range f.Imports {
		text := i.Path.Value
		if i.Name != nil {
			text = i.Name.Name + " " + text
		}
		if !strings.HasPrefix(text, "gomyogen") && !slices.Contains(n.imports, text) {
			n.imports = append(n.imports, text)
		}
	}
}

// program returns the program that GoNB has composed.
func (n *notebook) program() string {
	if n.engine == nil {
		return ""
	}
	for _, name := range []string{"main.go", "main_test.go"} { // GoNB removes the other one
		if b, err := os.ReadFile(filepath.Join(n.engine.workspace(), name)); err == nil {
			return cell.Unmark(string(b))
		}
	}
	return ""
}

// known returns what was declared and imported so far.
func (n *notebook) known() (code, imports string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.imports) > 0 {
		imports = "import (" + strings.Join(n.imports, ";") + ");"
	}
	return n.code, imports
}

// load returns the packages that a cell may use. It is called by one goroutine at a time.
func (n *notebook) load() (*check.Packages, error) {
	goCommand, dir, err := n.goCommand()
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	var paths []string
	for _, i := range n.imports {
		if path, err := strconv.Unquote(i[strings.IndexByte(i, '"'):]); err == nil {
			paths = append(paths, path)
		}
	}
	n.mu.Unlock()
	of := check.Version(os.Getenv(env.Plans)) + strings.Join(paths, " ")
	if n.types.packages == nil || n.types.of != of {
		packages, err := check.PackagesOf(goCommand, dir, os.Getenv(env.Plans), paths)
		if err != nil {
			return nil, err
		}
		n.types.packages, n.types.of = packages, of
	}
	return n.types.packages, nil
}

// missing returns an error that says which packages there are not. GoNB leaves out what is
// imported before it is used, and with it the mistake.
func (n *notebook) missing(imports []cell.Import) error {
	var paths []string
	for _, i := range imports {
		paths = append(paths, i.Path)
	}
	goCommand, dir, err := n.goCommand()
	if err != nil || len(paths) == 0 {
		return nil // the cell says it
	}
	said, err := check.Missing(goCommand, dir, paths)
	if err != nil {
		fmt.Fprintln(os.Stderr, "front:", err)
		return nil
	}
	var all []error
	for _, i := range imports {
		if what := said[i.Path]; what != "" && !(n.fetches && rebuild.Fetched(i.Path)) {
			all = append(all, &cell.Error{Line: i.Line, Column: i.Column, Message: what})
		}
	}
	return errors.Join(all...)
}

// goCommand returns the go command behind the launcher and the folder where cells are built.
func (n *notebook) goCommand() (path, dir string, err error) {
	if n.engine == nil {
		return "", "", os.ErrNotExist
	}
	if dir = n.engine.workspace(); dir == "" {
		return "", "", os.ErrNotExist
	}
	self, err := os.Executable()
	if err != nil {
		return "", "", err
	}
	path, err = standin.Next("go", filepath.Join(filepath.Dir(self), "launcher"))
	return path, dir, err
}

// undefined is what the compiler says of an unknown name.
var undefined = regexp.MustCompile(`^undefined: (\w+)`)

// hint adds to a message of the compiler what to do. It is about a line of the cell of
// number count, or of the cell that runs if that is 0.
func (f *front) hint(e *execution, message string, count int) string {
	if m := undefined.FindStringSubmatch(message); m != nil && f.notebook.lost[m[1]] != "" {
		return fmt.Sprintf("undefined: %s; %s", m[1], f.notebook.lost[m[1]])
	}
	if count > 0 && count != e.count && len(e.code.Declares) > 0 {
		return fmt.Sprintf("%s; cell [%d] changes what this line uses: change both in one cell", message, e.count)
	}
	if m := undefined.FindStringSubmatch(message); m != nil {
		if count := f.notebook.failed[m[1]]; count > 0 && count != e.count {
			return fmt.Sprintf("undefined: %s; cell [%d], which declares it, failed: run that first", m[1], count)
		}
		if count := f.notebook.locals[m[1]]; count > 0 {
			return fmt.Sprintf("undefined: %s; a statement of cell [%d] declared %[1]s, and the variables of statements end with their cell; write \"var %[1]s = ...\" there to use it in later cells", m[1], count)
		}
	}
	if strings.HasPrefix(message, "declared and not used: ") {
		return message + "; use it, or write _ = " + strings.TrimPrefix(message, "declared and not used: ")
	}
	return message
}

// position is where the cursor is in a cell.
type position struct {
	Code   string `json:"code"`
	Cursor int    `json:"cursor_pos"`
}

// typed returns the text of the cell and the offset of the cursor in it.
func (p position) typed() (text string, at int) {
	return cell.Normal(p.Code), len(cell.Normal(p.Code[:offset(p.Code, p.Cursor)]))
}

// lookUp calls a function beside the loop, and then another one in it, which answers
// the request; one request after the other, in the order in which they came. It waits
// for GoNB, whose folder says which packages there are: one that is half made says that
// there are none.
func (f *front) lookUp(r request, find func(), answer func()) {
	if !f.ready {
		f.later = append(f.later, func() { f.lookUp(r, find, answer) })
		return
	}
	f.lookUps = append(f.lookUps, func() {
		f.notebook.types.mu.Lock()
		find()
		f.notebook.types.mu.Unlock()
		f.do(func() {
			answer()
			f.answered(r)
			if f.lookUps = f.lookUps[1:]; len(f.lookUps) > 0 {
				go f.lookUps[0]()
			}
		})
	})
	if len(f.lookUps) == 1 {
		go f.lookUps[0]()
	}
}

// complete answers with the names that fit where the cursor is.
func (f *front) complete(r request) {
	var p position
	_ = json.Unmarshal(r.content, &p) // of nothing, nothing is completed
	text, at := p.typed()
	var matches []check.Match
	from := at
	f.lookUp(r, func() {
		c := cell.Read(text)
		if magic := c.Magic(at); magic != "" {
			matches, from = completeMagic(text, at)
			return
		}
		if packages, err := f.notebook.load(); err == nil {
			code, imports := f.notebook.known()
			matches, from = check.Complete(packages, text, at, code, imports)
		}
	}, func() {
		type item struct {
			Start     int    `json:"start"`
			End       int    `json:"end"`
			Text      string `json:"text"`
			Type      string `json:"type"`
			Signature string `json:"signature"`
		}
		start := p.Cursor - len([]rune(text[from:at]))
		names, items := []string{}, []item{}
		for _, m := range matches {
			names = append(names, m.Text)
			items = append(items, item{start, p.Cursor, m.Text, m.Kind, m.Type})
		}
		f.reply(r, "complete_reply", map[string]any{"status": "ok", "matches": names, "cursor_start": start, "cursor_end": p.Cursor,
			"metadata": map[string]any{"_jupyter_types_experimental": items}})
	})
}

// inspect answers with what the name at the cursor is.
func (f *front) inspect(r request) {
	var p position
	_ = json.Unmarshal(r.content, &p) // of nothing, nothing is known
	text, at := p.typed()
	data := bundle{}
	f.lookUp(r, func() {
		data = f.notebook.describe(text, at)
	}, func() {
		f.reply(r, "inspect_reply", map[string]any{"status": "ok", "found": len(data) > 0, "data": data, "metadata": empty})
	})
}

// describe says what is at an offset of a text.
func (n *notebook) describe(text string, at int) bundle {
	if magic := cell.Read(text).Magic(at); magic != "" {
		return describeMagic(magic)
	}
	packages, err := n.load()
	if err != nil {
		return bundle{}
	}
	code, imports := n.known()
	d, ok := check.Describe(packages, text, at, code, imports)
	if !ok {
		return bundle{}
	}
	return bundle{"text/plain": d.Text(), "text/markdown": d.Markdown()}
}

// help says what a name is, for the pager.
func (n *notebook) help(name string) bundle {
	n.types.mu.Lock()
	defer n.types.mu.Unlock()
	if data := n.describe(name, len(name)); len(data) > 0 {
		return data
	}
	return bundle{"text/plain": "Nothing is known of " + name + "."}
}
