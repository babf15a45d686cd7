//go:build unix

package main

import (
	"regexp"
	"slices"
	"strings"

	"gomyogen/kernel/launcher/internal/check"
)

// magics are what GoNB reads in a line of its own.
var magics = []struct{ name, usage, does string }{
	{"%%", "%% [ARG...]", "Statements begin here. It may be left out: statements begin where declarations end. What follows on the line are the program's arguments (os.Args, flags)."},
	{"%main", "%main [ARG...]", "The same as %%."},
	{"%args", "%args ARG...", "Sets the arguments of the cell's program (os.Args, flags)."},
	{"%autoget", "%autoget", "Fetches missing modules before a cell is compiled. This is so at the start."},
	{"%noautoget", "%noautoget", "Fetches no modules."},
	{"%capture", "%capture [-a] FILE", "Writes what the cell prints to a file, too; with -a at its end."},
	{"%cd", "%cd [FOLDER]", "Changes the working folder, or shows it."},
	{"%env", "%env NAME VALUE", "Sets an environment variable for the cells that follow."},
	{"%exec", "%exec FUNCTION [ARG...]", "Calls a function as the cell's program."},
	{"%goflags", "%goflags FLAG...", "Sets flags of go build."},
	{"%goworkfix", "%goworkfix", "Adds replacements for the modules of the workspace to go.mod."},
	{"%help", "%help", "Shows the help of GoNB."},
	{"%ls", "%ls", "Lists what cells have declared."},
	{"%list", "%list", "Lists what cells have declared."},
	{"%rm", "%rm NAME...", "Forgets declarations."},
	{"%remove", "%remove NAME...", "Forgets declarations."},
	{"%reset", "%reset [go.mod]", "Forgets all declarations, or go.mod alone."},
	{"%test", "%test [FLAG...]", "Runs the tests and benchmarks that the cell declares."},
	{"%track", "%track [PATH]", "Watches a folder or file for changes."},
	{"%untrack", "%untrack PATH", "Watches it no more."},
	{"%version", "%version", "Shows the version of GoNB."},
	{"%wasm", "%wasm", "Compiles the cell for the browser and runs it there."},
	{"%widgets", "%widgets", "Prepares the page for widgets."},
	{"%with_inputs", "%with_inputs", "Lets the next ! line ask for input."},
	{"%with_password", "%with_password", "Lets the next ! line ask for a password."},
	{"%%bash", "%%bash", "Runs the cell in bash."},
	{"%%sh", "%%sh", "Runs the cell in sh."},
	{"%%script", "%%script PROGRAM [ARG...]", "Runs the cell as the input of a program."},
	{"%%writefile", "%%writefile [-a] FILE", "Writes the cell to a file; with -a to its end."},
	{"!", "!COMMAND", "Runs a command in a shell; !*COMMAND does so in the folder where cells are compiled."},
}

// elsewhere says what is done here where other kernels have a magic.
var elsewhere = map[string]string{
	"pip":        "cells import Go packages, those that the module of the folder requires; a command runs as !pip",
	"conda":      "cells import Go packages, those that the module of the folder requires; a command runs as !conda",
	"matplotlib": "kernel.Show shows a figure, in every cell",
	"time":       "kernel.NewProgress shows how long a run takes; else take time.Now() and time.Since(start)",
	"timeit":     "%test runs the benchmarks that a cell declares: func BenchmarkName(b *testing.B)",
	"html":       `gonbui.DisplayHTML of "github.com/janpfeifer/gonb/gonbui" shows HTML`,
	"markdown":   `gonbui.DisplayMarkdown of "github.com/janpfeifer/gonb/gonbui" shows it`,
	"latex":      `gonbui.DisplayMarkdown of "github.com/janpfeifer/gonb/gonbui" shows formulas`,
	"javascript": `dom.TransientJavascript of "github.com/janpfeifer/gonb/gonbui/dom" runs it`,
	"js":         `dom.TransientJavascript of "github.com/janpfeifer/gonb/gonbui/dom" runs it`,
	"run":        "go run ./install run FILE.ipynb runs a notebook; !go run FILE.go a program",
	"who":        "%ls lists what cells have declared",
	"whos":       "%ls lists what cells have declared",
	"lsmagic":    "%help tells of them",
	"magic":      "%help tells of them",
	"pwd":        "%cd without a folder shows the folder",
	"set_env":    "%env NAME VALUE sets a variable",
	"load_ext":   "there is nothing to load",
	"autoreload": "packages that change are compiled anew for the next cell",
	"python":     "the cells of this kernel are Go; %%script python3 runs one in Python",
	"python3":    "the cells of this kernel are Go; %%script python3 runs one in Python",
	"R":          "the cells of this kernel are Go; %%script Rscript - runs one in R",
	"julia":      "the cells of this kernel are Go; %%script julia runs one in Julia",
	"debug":      "a panic names the line of its cell; print values on the way to it",
	"capture":    "%capture FILE writes to a file what the cell prints",
}

// unknownMagic is what GoNB says of a magic that it does not have.
var unknownMagic = regexp.MustCompile(`^"%+([^"]*)" unknown or not implemented yet\.\n?$`)

// adviseMagic says what to do instead, where GoNB says that it does not have a magic.
func adviseMagic(said string) string {
	m := unknownMagic.FindStringSubmatch(said)
	if m == nil {
		return said
	}
	return instead(said[1:strings.LastIndexByte(said, '"')], m[1]) + "\n"
}

// foreignMagic finds a magic in a line of its own.
var foreignMagic = regexp.MustCompile(`(?m)^%+(\w+)`)

// foreignMagics says what to do instead of each magic in a cell that there is none of.
func foreignMagics(code string) (advice []string) {
	for _, m := range foreignMagic.FindAllStringSubmatch(code, -1) {
		if !slices.Contains(magicNames(), m[0]) {
			advice = append(advice, instead(m[0], m[1]))
		}
	}
	return slices.Compact(advice)
}

func magicNames() (names []string) {
	for _, m := range magics {
		names = append(names, m.name)
	}
	return names
}

// instead says what to do instead of a magic that is written so and has a name.
func instead(written, name string) string {
	if advice := elsewhere[name]; advice != "" {
		return "This kernel has no " + written + ": " + advice + "."
	}
	if near := check.Nearest(written, magicNames()); len(near) > 0 {
		return "This kernel has no " + written + "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return "This kernel has no " + written + "; %help tells of those that it has."
}

// completeMagic returns the magics that begin with what stands before an offset.
func completeMagic(text string, at int) (matches []check.Match, from int) {
	from = strings.LastIndexByte(text[:at], '\n') + 1
	word := text[from:at]
	if strings.ContainsAny(word, " \t") {
		return nil, at
	}
	for _, m := range magics {
		if strings.HasPrefix(m.name, word) {
			matches = append(matches, check.Match{Text: m.name, Kind: "magic", Type: m.usage})
		}
	}
	return matches, from
}

// describeMagic says what a magic does.
func describeMagic(name string) bundle {
	var all strings.Builder
	for _, m := range magics {
		if m.name == name {
			return bundle{"text/plain": m.usage + "\n\n" + m.does, "text/markdown": "`" + m.usage + "`\n\n" + m.does}
		}
		all.WriteString("\n    " + m.usage)
	}
	return bundle{"text/plain": "There is no magic " + name + ". There are:\n" + all.String()}
}
