package still

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/bidi"
	"golang.org/x/text/unicode/runenames"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/internal/scene"
)

// words is a text and its position: y is the middle of the line, or its upper edge
// if top is set.
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

// reach returns the upper and lower edge of a text, with a margin.
func (w words) reach() (top, bottom float64) {
	r := 2 * w.size
	if w.turned { // it is in the middle of its room
		r += w.room / 2
	}
	return w.y - r, w.y + r
}

func (p *page) text(w words) {
	if !p.shows(w.reach()) {
		return
	}
	t := p.drawable(w)
	if t == "" {
		return
	}
	s := p.style(w)
	for r := []rune(t); w.room > 0 && float64(s.Width(t)) > float64(px(w.room)) && len(r) > 1; {
		r = r[:len(r)-1]
		t = string(r) + "..."
	}
	if p.pdf {
		p.outline(s, p.point(w.x, w.y), t)
		return
	}
	p.c.FillText(s, p.point(w.x, w.y), t)
}

// outline fills the outlines of the letters: the fonts of vgpdf have no letters
// beyond one code page.
func (p *page) outline(s draw.TextStyle, at vg.Point, t string) {
	face := p.fonts.Fonts.Lookup(s.Font, s.Font.Size)
	const grid = 64 // of fixed-point numbers
	em := fixed.I(1000)
	scale := s.Font.Size / vg.Length(1000*grid)
	base := vg.Point{X: s.Width(t) * vg.Length(s.XAlign), Y: s.Height(t)*vg.Length(s.YAlign) - face.Extents().Ascent + s.Font.Size}
	sin, cos := math.Sincos(s.Rotation)
	place := func(x, y vg.Length) vg.Point { // of a point in the line's own directions
		x, y = x+base.X, y+base.Y
		return vg.Point{X: at.X + x*vg.Length(cos) - y*vg.Length(sin), Y: at.Y + x*vg.Length(sin) + y*vg.Length(cos)}
	}
	p.c.SetColor(s.Color)
	var buf sfnt.Buffer
	x := fixed.Int26_6(0)
	for _, r := range t {
		glyph, err := face.Face.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		segments, err := face.Face.LoadGlyph(&buf, glyph, em, nil)
		if err != nil {
			continue
		}
		var path vg.Path
		point := func(a fixed.Point26_6) vg.Point { return place(vg.Length(x+a.X)*scale, -vg.Length(a.Y)*scale) }
		for _, g := range segments {
			switch g.Op {
			case sfnt.SegmentOpMoveTo:
				path.Move(point(g.Args[0]))
			case sfnt.SegmentOpLineTo:
				path.Line(point(g.Args[0]))
			case sfnt.SegmentOpQuadTo:
				path.QuadTo(point(g.Args[0]), point(g.Args[1]))
			case sfnt.SegmentOpCubeTo:
				path.CubeTo(point(g.Args[0]), point(g.Args[1]), point(g.Args[2]))
			}
		}
		if len(path) > 0 {
			path.Close()
			p.c.Fill(path)
		}
		if wide, err := face.Face.GlyphAdvance(&buf, glyph, em, xfont.HintingNone); err == nil {
			x += wide
		}
	}
}

// drawable returns the text in the order in which letters are drawn, from left to
// right, with the names of symbols and a sign for letters that the font lacks. A viewer of SVG does both
// itself.
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
		i, err := face.Face.GlyphIndex(&buf, r)
		switch {
		case err == nil && i != 0:
			b.WriteRune(r)
		case unicode.IsSymbol(r):
			b.WriteString("[" + strings.ToLower(runenames.Name(r)) + "]")
		default:
			b.WriteString(substitute)
		}
	}
	return visual(b.String())
}

// substitute stands for a letter that the font lacks.
const substitute = "\u25a1"

// Lacking says which letters of the texts that the figure shows are replaced in
// PNG and PDF, since their font lacks them; it is empty if there are none. Symbols
// are named in their place.
func Lacking(f *scene.Figure) string {
	face := font.NewCache(liberation.Collection()).Lookup(font.Font{Typeface: "Liberation", Variant: "Sans"}, 12).Face
	var buf sfnt.Buffer
	var letters []rune
	var in []string
	for _, text := range texts(f) {
		lacks := false
		for _, r := range text {
			if unicode.IsSymbol(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Mn, r) && r >= 0xfe00 {
				continue
			}
			if i, err := face.GlyphIndex(&buf, r); err == nil && i != 0 {
				continue
			}
			lacks = true
			if !slices.Contains(letters, r) {
				letters = append(letters, r)
			}
		}
		if lacks && !slices.Contains(in, text) {
			in = append(in, text)
		}
	}
	if len(in) == 0 {
		return ""
	}
	const most = 20
	named, more := string(letters[:min(len(letters), most)]), ""
	if len(letters) > most {
		more = fmt.Sprintf(" and %d more letters", len(letters)-most)
	}
	for i, text := range in {
		in[i] = strconv.Quote(text)
	}
	if n := len(in) - 4; n > 0 {
		in = append(in[:4], fmt.Sprintf("%d more texts", n))
	}
	return fmt.Sprintf("PNG and PDF have %s in place of %s%s, which their font lacks, in %s; live figures, .html and .svg have the letters",
		substitute, named, more, strings.Join(in, ", "))
}

// texts returns the words of the frame that a still picture shows.
func texts(f *scene.Figure) []string {
	all := []string{f.Title, f.FrameText(f.Frame)}
	for _, p := range f.Frames[f.Frame].Panels {
		all = append(all, p.Title)
		for _, a := range []chart.Axis{p.X, p.Y, p.Right} {
			all = append(append(all, a.Text()), a.Categories...)
		}
		for _, s := range p.Series {
			switch t := s.Series.(type) {
			case *chart.Rule:
				all = append(all, t.Name)
			case *chart.HeatMap:
				all = append(all, t.Label)
			default:
				if p.Legend {
					all = append(all, s.Label())
				}
			}
		}
	}
	return all
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
			letters := strings.TrimRight(run.String(), " ")
			b.WriteString(bidi.ReverseString(letters) + run.String()[len(letters):])
		} else {
			b.WriteString(run.String())
		}
	}
	return b.String()
}
