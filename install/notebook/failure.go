package notebook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Failed returns the first error of an executed notebook, naming its code cell
// by the number that Jupyter shows: the first is 1. A cell with Jupyter's tag
// raises-exception may fail.
func (nb Notebook) Failed() error {
	number := 0
	for _, c := range nb.Cells {
		if c.Type == "code" {
			number++
		}
		if slices.Contains(c.Metadata.Tags, "raises-exception") {
			continue
		}
		for i, o := range c.Outputs {
			if o.Type != "error" {
				continue
			}
			said := ""
			for _, o := range c.Outputs[:i] {
				if o.Name == "stderr" {
					said += string(o.Text)
				}
			}
			said = PlainError(said)
			if failure := o.Failure(); !strings.Contains(said, failure) {
				said = strings.TrimSpace(said + "\n" + failure)
			}
			if said == "" {
				said = o.Value
			}
			return fmt.Errorf("cell %d failed: %s", number, said)
		}
	}
	return nil
}

// escapes are colours for a terminal, places the kernel's name of a line of a cell,
// with the file it was in where GoNB alone ran it, exits the line of a program that ended by itself.
var (
	escapes = regexp.MustCompile("\x1b\\[[0-9;?]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?")
	places  = regexp.MustCompile(`[ \t]*\[\[ Cell \[(\d+)\] Line (\d+) \]\](?: \S*\.go:\d+(?: \+0x[0-9a-f]+)?)?`)
	files   = regexp.MustCompile(`\S*/gonb_\w+/main\.go`) // where GoNB left the mark out
	exits   = regexp.MustCompile(`(?m)^exit status \d+\n?`)
)

// PlainError returns what a cell wrote to standard error without colours,
// without the files of a machine, and without the exit status that the kernel
// adds; it is empty when nothing else was there.
func PlainError(text string) string {
	text = escapes.ReplaceAllString(text, "")
	text = strings.Map(func(r rune) rune { // what else would move in a terminal
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
	text = places.ReplaceAllString(text, "Cell $1, line $2")
	text = files.ReplaceAllString(text, "main.go")
	return strings.TrimSpace(exits.ReplaceAllString(text, ""))
}

// Failure returns what an error output says: of a compile error each message
// with its line; empty where the cell said all on standard error.
func (o Output) Failure() string {
	var errs []string
	for _, context := range o.Traceback {
		if text, ok := compileError(context); ok {
			errs = append(errs, text)
		}
	}
	if errs != nil {
		return strings.Join(errs, "\n")
	}
	return PlainError(o.Value)
}

// place is the first line of GoNB's context of a compile error.
var place = regexp.MustCompile(`^Cell\[(\d+)\]: Line (\d+)$`)

// compileError shortens GoNB's context of a compile error to message, line and
// mark.
func compileError(context string) (string, bool) {
	lines := strings.Split(strings.TrimRight(escapes.ReplaceAllString(context, ""), "\n"), "\n")
	at := place.FindStringSubmatch(lines[0])
	if at == nil {
		return "", false
	}
	text := fmt.Sprintf("Cell %s, line %s: %s", at[1], at[2], lines[len(lines)-1])
	for i, line := range lines {
		if strings.TrimSpace(line) == "^" && i > 1 {
			text += "\n    " + around(lines[i-1], strings.Index(line, "^"))
			break
		}
	}
	return text, true
}

// around returns the part of a line that fits beside its byte at, which a mark
// in a line below shows.
func around(line string, at int) string {
	const before, after = 40, 30
	at = min(at, len(line))
	left, right := []rune(line[:at]), []rune(line[at:])
	cut := ""
	if len(left) > before {
		cut, left = "...", left[len(left)-before:]
	}
	if len(right) > after {
		right = append(right[:after:after], []rune("...")...)
	}
	room := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, cut+string(left))
	return cut + string(left) + string(right) + "\n    " + room + "^"
}
