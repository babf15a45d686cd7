package kernel

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"gomyogen/kernel/chart"
)

// cuts is what the stop button cut short in this program.
var cuts = &cutList{}

type cutList struct {
	mu  sync.Mutex
	all []string // "NERLab stopped at 4200 of 15000 ms"
}

// cutByContext is all that is known of what somebody computes with a Context.
const cutByContext = "stopped before its end"

// add notes that something is partial, and all that is being computed from it.
func (l *cutList) add(what string) {
	if what == "" {
		return
	}
	l.mu.Lock()
	if !slices.Contains(l.all, what) {
		l.all = append(l.all, what)
	}
	l.mu.Unlock()
	known.used(origin{unsure: what})
}

func (l *cutList) list() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.all)
}

// mark returns the figure as it is to be shown now.
func (l *cutList) mark(f chart.Figure) chart.Figure { return marked(f, l.list()) }

// marked returns a figure that says what was cut short. The mark comes first:
// the end of a long title is not seen.
func marked(f chart.Figure, cut []string) chart.Figure {
	f.Title = markedText(f.Title, cut)
	if f.Alt != "" {
		f.Alt = markedText(f.Alt, cut)
	}
	return f
}

func markedText(text string, cut []string) string {
	const most = 2
	n := len(cut)
	if n == 0 {
		return text
	}
	if n > most {
		cut = append(cut[:most:most], fmt.Sprintf("and %d more", n-most))
	}
	return strings.TrimSuffix("Partial ("+strings.Join(cut, "; ")+"): "+text, ": ")
}
