//go:build unix

package main

import (
	"fmt"
	"strings"

	"gomyogen/kernel/launcher/internal/cell"
)

// around is how many lines stand before and after the one with an error.
const around = 2

// excerpt shows a line of a cell with those around it, and what is wrong.
func excerpt(count int, c *cell.Cell, line, column int, message string) string {
	var b strings.Builder
	if count > 0 {
		fmt.Fprintf(&b, "Cell[%d]: Line %d\n", count, line)
	} else {
		fmt.Fprintf(&b, "Line %d\n", line)
	}
	last := strings.Count(c.Text, "\n") + 1
	for i := max(1, line-around); i <= min(last, line+around); i++ {
		text := strings.ReplaceAll(c.Line(i), "\t", tab)
		if i == line && column > 0 {
			text = pointed(c.Line(i), column)
		}
		fmt.Fprintln(&b, text)
	}
	return b.String() + "\x1b[31m" + message + "\x1b[0m"
}

// pointedWidth is the number of characters that an output of JupyterLab has room for in
// a window of 500 px. In a longer line that wraps, a caret below would point to nothing.
const pointedWidth = 44

// tab stands for a tab, whose width is not the same everywhere.
const tab = "    "

// pointed returns a line with a caret below one of its columns, which are bytes from 1.
// Of a long line it shows the part around the column.
func pointed(line string, column int) string {
	before := strings.ReplaceAll(line[:min(column-1, len(line))], "\t", tab)
	text := []rune(before + strings.ReplaceAll(line[min(column-1, len(line)):], "\t", tab))
	at := len([]rune(before))
	if over := len(text) - pointedWidth; over > 0 {
		start := min(max(0, at-pointedWidth/2), over)
		end := start + pointedWidth
		at -= start
		if end < len(text) {
			end--
			text = append(text[:end:end], '…')
		}
		if text = text[start:]; start > 0 {
			text[0] = '…'
		}
	}
	return string(text) + "\n" + strings.Repeat(" ", at) + "^"
}
