//go:build unix

package main

import (
	"encoding/json"
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
	"gomyogen/kernel/launcher/internal/standin"
)

// notebook is what is known of the cells that ran.
type notebook struct {
	typed  map[int]*cell.Cell // by their number
	locals map[string]int     // the cell whose statements declared a name
	engine *engine

	declared map[string]int      // the cell that declared a name last
	together map[string][]string // the variables that the value of a variable declares, if more than one
	lost     map[string]string   // how a name was lost

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
	return &notebook{typed: map[int]*cell.Cell{}, locals: map[string]int{},
		declared: map[string]int{}, together: map[string][]string{}, lost: map[string]string{}}
}

// noInputName is the file in the private folder that tells the launcher that a cell
// has no standard input.
const noInputName = "no-input"

// blankName is the file in the private folder with the paths of packages that the
// launcher imports for their effect.
const blankName = "blank-imports"

// before prepares for a cell.
func (n *notebook) before(e *execution) {
	e.origins, e.blank = n.origins.With(e.count, e.cell, e.code), slices.Clone(n.blank)
	for _, path := range e.code.Blank {
		if !slices.Contains(e.blank, path) {
			e.blank = append(e.blank, path)
		}
	}
	if n.engine == nil {
		return
	}
	for _, name := range []string{standin.Stopped, standin.Started} {
		_ = os.Remove(filepath.Join(n.engine.dir, name)) // it is there after a cell that was
	}
	if err := os.WriteFile(filepath.Join(n.engine.dir, blankName), []byte(strings.Join(e.blank, "\n")), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, "front:", err)
	}
	path := filepath.Join(n.engine.dir, noInputName)
	if e.AllowStdin {
		_ = os.Remove(path) // it is there after a cell that had none
	} else {
		touch(path)
	}
}

// compiled remembers what GoNB keeps of a cell that was compiled, however it ended.
func (n *notebook) compiled(e *execution) {
	n.origins, n.blank = e.origins, e.blank
	n.declare(e)
	if slices.Contains(e.cell.Magics(), "%reset") {
		n.blank = e.code.Blank
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
		n.declared[name] = e.count
		delete(n.lost, name)
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
	n.code = code
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
	if n.engine == nil {
		return nil, os.ErrNotExist
	}
	dir := n.engine.workspace()
	if dir == "" {
		return nil, os.ErrNotExist
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	goCommand, err := standin.Next("go", filepath.Join(filepath.Dir(self), "launcher"))
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

// undefined is what the compiler says of an unknown name, redeclared of one of two kinds.
var (
	undefined  = regexp.MustCompile(`^undefined: (\w+)`)
	redeclared = regexp.MustCompile(`^(\w+) redeclared in this block`)
)

// hint adds to a message of the compiler what to do. It is about a line of the cell of
// number count, or of the cell that runs if that is 0.
func (f *front) hint(e *execution, message string, count int) string {
	if m := redeclared.FindStringSubmatch(message); m != nil {
		if before := f.notebook.declared[m[1]]; before > 0 && slices.Contains(e.code.Declares, m[1]) {
			return fmt.Sprintf("%s; cell [%d] declares another %s: choose another name, or forget that one with %%rm %[3]s in a cell of its own", m[0], before, m[1])
		}
	}
	if m := undefined.FindStringSubmatch(message); m != nil && f.notebook.lost[m[1]] != "" {
		return fmt.Sprintf("undefined: %s; %s", m[1], f.notebook.lost[m[1]])
	}
	if count > 0 && count != e.count && len(e.code.Declares) > 0 {
		return fmt.Sprintf("%s; cell [%d] changes what this line uses: change both in one cell", message, e.count)
	}
	if m := undefined.FindStringSubmatch(message); m != nil {
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
	normal := func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
	return normal(p.Code), len(normal(p.Code[:offset(p.Code, p.Cursor)]))
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
