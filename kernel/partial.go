//go:build !js

package kernel

import (
	"fmt"
	"strings"

	"gomyogen/kernel/chart"
)

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
