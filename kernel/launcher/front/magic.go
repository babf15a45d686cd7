//go:build unix

package main

import (
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
