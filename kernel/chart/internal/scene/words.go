package scene

import (
	"cmp"
	"fmt"
	"strings"

	"gomyogen/kernel/chart"
)

// manySeries is how many series of a panel its description names.
const manySeries = 6

// words describes a frame: the figure's Alt, then what each panel holds and its axes,
// then the horizontal axis that panels share. ranges are from rangesWords.
func (f *Figure) words(frame int, ranges []string) string {
	var b strings.Builder
	about := cmp.Or(f.Alt, f.Title)
	b.WriteString(about)
	if t := f.FrameText(frame); t != "" {
		b.WriteString(". " + t)
	}
	panels := f.Frames[frame].Panels
	columns := min(f.Columns, len(panels))
	shared := 0 // panels with the figure's axis
	for _, p := range panels {
		if !p.OwnX {
			shared++
		}
	}
	for i, p := range panels {
		if columns > 1 {
			fmt.Fprintf(&b, ". Row %d, column %d:", i/columns+1, i%columns+1)
		} else if p.Title != "" && p.Title != about || len(p.Series) > 0 {
			b.WriteString(".")
		}
		title := p.Title
		if len(panels) == 1 && title == about {
			title = ""
		}
		if title != "" {
			b.WriteString(" " + title)
		}
		for j, s := range p.Series {
			if j == manySeries {
				fmt.Fprintf(&b, "; and %d more", len(p.Series)-j)
				break
			}
			said := strings.TrimSpace(kindOf(s.Series).words(s.Of))
			switch {
			case j > 0:
				said = "; " + said
			case title != "":
				said = ": " + said
			default:
				said = " " + strings.ToUpper(said[:1]) + said[1:]
			}
			b.WriteString(said)
			if s.Right {
				b.WriteString(" on the right axis")
			}
		}
		if lacks := p.lacks(); lacks != "" {
			b.WriteString(", " + lacks)
		}
		if left := axisWords(p.Y, ""); left != "" {
			b.WriteString(". " + map[bool]string{false: "Vertical", true: "Left"}[p.TwoAxes] + " axis: " + left)
		}
		if right := axisWords(p.Right, ""); right != "" && p.TwoAxes {
			b.WriteString(". Right axis: " + right)
		}
		if own := axisWords(p.X, ranges[i+1]); own != "" && (p.OwnX || shared == 1) {
			b.WriteString(". Horizontal axis: " + own)
		}
	}
	if x := axisWords(f.X, ranges[0]); x != "" && shared > 1 {
		b.WriteString(". Shared horizontal axis: " + x)
	}
	return b.String() + "."
}

// rangesWords returns what the horizontal axes go over: the shared one, then that of
// each panel.
func (f *Figure) rangesWords() []string {
	x := func(p *Panel) *chart.Axis { return &p.X }
	shared := f.rangeWords(side{panel: -1, x: true, axis: x})
	all := []string{shared}
	for i, p := range f.Frames[0].Panels {
		if p.OwnX {
			all = append(all, f.rangeWords(side{panel: i, x: true, axis: x}))
		} else {
			all = append(all, shared)
		}
	}
	return all
}

// rangeWords returns the limits of an axis, or those of its data.
func (f *Figure) rangeWords(s side) string {
	panels := f.panels(s)
	if len(panels) == 0 {
		return ""
	}
	a := s.axis(panels[0])
	data, _ := f.extent(s)
	switch {
	case a.Min < a.Max:
		return limitsWords(a.Min, a.Max)
	case halfOpen(*a) && data[0] <= data[1]:
		if data, err := withGiven(*a, data); err == nil { // else scale says it
			return limitsWords(data[0], data[1])
		}
	case data[0] <= data[1]:
		return limitsWords(data[0], data[1])
	}
	return ""
}

// axisWords names an axis: "Rate (pps), from 0 to 10, log axis".
func axisWords(a chart.Axis, limits string) string {
	var all []string
	if a.Text() != "" {
		all = append(all, a.Text())
	}
	switch n := len(a.Categories); {
	case n > manySeries:
		all = append(all, fmt.Sprintf("%d categories from %s to %s", n, a.Categories[0], a.Categories[n-1]))
	case n > 0:
		if len(all) > 0 {
			all[0] += ":"
		}
		return strings.Join(append(all, strings.Join(a.Categories, ", ")), " ")
	case limits != "" && len(all) > 0:
		all = append(all, limits)
	}
	if a.Log {
		all = append(all, "log axis")
	}
	return strings.Join(all, ", ")
}

// limitsWords returns "from 1 to 3", or "at 3", in as many digits as it takes to
// tell the limits apart.
func limitsWords(low, high float64) string {
	if low == high {
		return fmt.Sprintf("at %.4g", low)
	}
	for digits := 4; ; digits++ {
		from, to := fmt.Sprintf("%.*g", digits, low), fmt.Sprintf("%.*g", digits, high)
		if from != to || digits == 17 {
			return "from " + from + " to " + to
		}
	}
}

// counted returns "1 point", "2 points".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
