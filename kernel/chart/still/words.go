package still

import (
	"image/color"
	"math"
	"strings"
	"unicode"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/runenames"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg/draw"
)

// words is a text and where it stands: on the middle of its line at y, or with
// its upper edge there.
type words struct {
	text   string
	size   float64 // px
	bold   bool
	x, y   float64
	align  draw.XAlignment
	top    bool
	turned bool        // read from below to above
	room   float64     // px; a longer text is cut; 0 means any
	color  color.Color // nil means ink
}

func (p *page) style(w words) draw.TextStyle {
	s := draw.TextStyle{Color: ink, Handler: p.fonts, XAlign: w.align, YAlign: -0.45}
	s.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: px(w.size)}
	if w.color != nil {
		s.Color = w.color
	}
	if w.bold {
		s.Font.Weight = xfont.WeightBold
	}
	if w.top {
		s.YAlign = draw.YTop
	}
	if w.turned {
		s.Rotation = math.Pi / 2
	}
	return s
}

func (p *page) widthOf(w words) float64 {
	s := p.style(w)
	return float64(s.Width(p.drawable(w))) / float64(px(1))
}

func (p *page) text(w words) {
	t := p.drawable(w)
	if t == "" {
		return
	}
	s := p.style(w)
	for r := []rune(t); w.room > 0 && float64(s.Width(t)) > float64(px(w.room)) && len(r) > 1; {
		r = r[:len(r)-1]
		t = string(r) + "..."
	}
	p.c.FillText(s, p.point(w.x, w.y), t)
}

// drawable returns the text as the fonts can draw it, one letter after the
// other: what is read from the right is turned round, and a sign that no font
// has is named. A viewer of SVG does both itself.
func (p *page) drawable(w words) string {
	line := strings.Join(strings.Fields(w.text), " ")
	if p.shapesText || line == "" {
		return line
	}
	face := p.fonts.Fonts.Lookup(p.style(w).Font, px(w.size))
	var b strings.Builder
	var buf sfnt.Buffer
	for _, r := range line {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) && r >= 0xfe00 {
			continue // marks of direction, selectors of variants
		}
		if i, err := face.Face.GlyphIndex(&buf, r); (err != nil || i == 0) && unicode.IsSymbol(r) {
			b.WriteString("[" + strings.ToLower(runenames.Name(r)) + "]")
			continue
		}
		b.WriteRune(r)
	}
	return visual(b.String())
}

// visual returns the letters from left to right.
func visual(line string) string {
	var p bidi.Paragraph
	if _, err := p.SetString(line); err != nil {
		return line
	}
	order, err := p.Order()
	if err != nil || order.NumRuns() == 1 && order.Direction() == bidi.LeftToRight {
		return line
	}
	var b strings.Builder
	for i := range order.NumRuns() {
		run := order.Run(i)
		if run.Direction() == bidi.RightToLeft {
			b.WriteString(bidi.ReverseString(run.String()))
		} else {
			b.WriteString(run.String())
		}
	}
	return b.String()
}
