package scene

import (
	"cmp"
	"fmt"
	"strings"

	"gomyogen/kernel/chart"
)

// manySeries is how many series of a panel its description names.
const manySeries = 6

// words describes a frame: the figure's Alt, then what each panel holds.
func (f *Figure) words(frame int) string {
	var b strings.Builder
	b.WriteString(cmp.Or(f.Alt, f.Title))
	if t := f.FrameText(frame); t != "" {
		b.WriteString(". " + t)
	}
	panels := f.Frames[frame].Panels
	if f.X.Log && f.X.Text() != "" {
		b.WriteString(". " + f.X.Text() + " on a log axis")
	}
	columns := min(f.Columns, len(panels))
	for i, p := range panels {
		if b.WriteString("."); columns > 1 {
			fmt.Fprintf(&b, " Row %d, column %d:", i/columns+1, i%columns+1)
		}
		if p.Title != "" {
			b.WriteString(" " + p.Title)
		}
		for j, s := range p.Series {
			if j == manySeries {
				fmt.Fprintf(&b, "; and %d more", len(p.Series)-j)
				break
			}
			said := strings.TrimSpace(kindOf(s.Series).words(s.Of, s.log))
			switch {
			case j > 0:
				said = "; " + said
			case p.Title != "":
				said = ": " + said
			default:
				said = " " + strings.ToUpper(said[:1]) + said[1:]
			}
			b.WriteString(said)
			if s.Right {
				b.WriteString(" on the right axis" + axisWords(p.Right))
			}
		}
		if !p.onlyHeatMaps() { // their values are the colours
			b.WriteString(axisWords(p.Y))
		}
		if p.Masked > 0 {
			b.WriteString(", " + maskedWords(p.Masked))
		}
		if p.OwnX && p.X.Text() != "" {
			b.WriteString(" over " + p.X.Text())
			if p.X.Log {
				b.WriteString(", log axis")
			}
		}
	}
	return b.String() + "."
}

func (p Panel) onlyHeatMaps() bool {
	for _, s := range p.Series {
		if _, ok := s.Series.(*chart.HeatMap); !ok {
			return false
		}
	}
	return len(p.Series) > 0
}

func axisWords(a chart.Axis) string {
	switch {
	case a.Log && a.Unit != "":
		return " (" + a.Unit + ", log axis)"
	case a.Log:
		return " (log axis)"
	case a.Unit != "":
		return " (" + a.Unit + ")"
	}
	return ""
}
