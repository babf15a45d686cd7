package scene

import (
	"unicode/utf8"

	"gomyogen/kernel/chart"
)

// Layout is the places of the panels, in px from the top of the first title. In
// a page of some width, each column has the same part of it, and in it margins
// beside the data area.
type Layout struct {
	Left, Right int // margins of a column
	Columns     int
	Places      []Place
	Height      int // of all, with the labels below the last row
}

// Place is where a panel stands.
type Place struct {
	Column        int
	Title, Legend int  // upper edges of the two rows of text, each RowHeight high
	Top, Height   int  // of the data area
	XTexts        bool // it has the texts of its horizontal axis below it
}

// Sizes of text and the rows that hold it, in px.
const (
	StillWidth = 1100 // of still pictures
	RowHeight  = 22
	TitleSize  = 13
	TextSize   = 12
	BarGap     = 12 // between data area and colour bar
	BarPx      = 12 // width of the colour bar
	charWidth  = 7
	betweenGap = 16
	axisHeight = 46 // tick texts and label of a horizontal axis
)

// Layout places the panels in so many columns.
func (f *Figure) Layout(columns int) Layout {
	panels := f.Frames[0].Panels
	l := Layout{Left: 52, Right: 22, Columns: max(1, min(columns, len(panels)))}
	y := 0
	for first := 0; first < len(panels); first += l.Columns {
		row := panels[first:min(first+l.Columns, len(panels))]
		titled, named, height, texts := false, false, 0, false
		for c, p := range row {
			below := first + c + l.Columns
			place := Place{Column: c, Height: p.Height, XTexts: p.OwnX || below >= len(panels) || panels[below].OwnX}
			titled, named = titled || p.Title != "", named || p.Legend
			height, texts = max(height, p.Height), texts || place.XTexts
			l.Places = append(l.Places, place)
		}
		title := y
		if titled {
			y += RowHeight
		}
		legend := y
		if named {
			y += RowHeight
		}
		if y == 0 {
			y = 8 // the topmost tick text needs room
		}
		for c := range row {
			p := &l.Places[first+c]
			p.Title, p.Legend, p.Top = title, legend, y
		}
		y += height + betweenGap
		if texts && first+l.Columns < len(panels) {
			y += axisHeight
		}
	}
	for i, p := range panels {
		l.Left = max(l.Left, 38+charWidth*widest(Ticks(p.Y, p.Y.Min, p.Y.Max, Steps(p.Height))))
		if p.TwoAxes {
			l.Right = max(l.Right, 38+charWidth*widest(Ticks(p.Right, p.Right.Min, p.Right.Max, Steps(p.Height))))
		}
		for _, frame := range f.Frames {
			for _, s := range frame.Panels[i].Series {
				if h, ok := s.Series.(*chart.HeatMap); ok {
					l.Right = max(l.Right, BarGap+BarPx+6+charWidth*widest(BarTicks(h, p.Height))+RowHeight)
				}
			}
		}
	}
	l.Left = min(l.Left, 150)
	l.Height = y - betweenGap + axisHeight
	return l
}

// Span returns the left edge and the width of the data area of a column in a
// page of some width.
func (l Layout) Span(column int, width float64) (left, size float64) {
	part := width / float64(l.Columns)
	return part*float64(column) + float64(l.Left), part - float64(l.Left+l.Right)
}

// BarTicks returns the ticks of the colour bar.
func BarTicks(h *chart.HeatMap, height int) []Tick {
	return Ticks(chart.Axis{}, h.Min, h.Max, Steps(height))
}

func widest(ticks []Tick) int {
	n := 0
	for _, t := range ticks {
		n = max(n, utf8.RuneCountInString(t.Text))
	}
	return n
}
