package chart

import (
	"math"
	"unicode/utf8"
)

// Layout places the panels of a figure, in px from the top left corner of the
// first panel's title. Both renderers follow it, so that a still picture and a
// live chart of the same width have their marks in the same places, and all
// panels have the same data area from left to right.
type Layout struct {
	Left, Right int // margins beside the data areas
	Places      []Place
	Height      int // of all panels with the labels of the shared axis
}

// Place is where a panel stands.
type Place struct {
	Title, Legend int // upper edges of the two rows of text, each RowHeight high
	Top, Height   int // of the data area
}

// Sizes of text and the rows that hold it, in px.
const (
	StillWidth = 1100 // of still pictures
	RowHeight  = 22
	TitleSize  = 13
	TextSize   = 12
	BarGap     = 12 // between data area and colour bar
	BarWidth   = 12
	charWidth  = 7
	betweenGap = 16
	axisHeight = 46 // tick texts and label of the shared axis
)

// Layout returns the places of the panels.
func (f Figure) Layout() Layout {
	l := Layout{Left: 52, Right: 22}
	y := 0
	for i, p := range f.Shown()[0].Panels {
		_, _, y0, y1 := f.Limits(i)
		l.Left = max(l.Left, 38+charWidth*widest(p.Y.Ticks(y0, y1, p.Steps())))
		place := Place{Title: y, Height: p.Pixels()}
		if p.Title != "" {
			y += RowHeight
		}
		place.Legend = y
		if p.Legend {
			y += RowHeight
		}
		if y == 0 {
			y = 8 // the topmost tick text needs room
		}
		place.Top = y
		y += p.Pixels() + betweenGap
		l.Places = append(l.Places, place)
	}
	for _, frame := range f.Shown() {
		for _, p := range frame.Panels {
			for _, s := range p.Series {
				if h, ok := s.(*HeatMap); ok {
					l.Right = max(l.Right, BarGap+BarWidth+6+charWidth*widest(h.BarTicks(p.Pixels()))+RowHeight)
				}
			}
		}
	}
	l.Left = min(l.Left, 150)
	l.Height = y - betweenGap + axisHeight
	return l
}

// BarTicks returns the ticks of the colour bar.
func (h *HeatMap) BarTicks(height int) []Tick {
	return Axis{}.Ticks(h.Min, h.Max, max(3, height/40))
}

func widest(ticks []Tick) int {
	n := 0
	for _, t := range ticks {
		n = max(n, utf8.RuneCountInString(t.Text))
	}
	return n
}

// XSteps is how many steps the shared axis is divided into over so many px.
func XSteps(width int) int { return max(2, int(math.Round(float64(width)/110))) }
