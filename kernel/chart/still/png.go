package still

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
	"image"
	"image/color"
	"iter"
	"math"
	"slices"
	"sync"
)

// encodePNG writes a picture, drawn in bands one below the other, with a palette of
// 256 colours: a third of the size, with no visible difference in a chart. The bands
// are compressed in parallel, several times as fast as image/png. Their number does
// not depend on the machine, so neither do the bytes.
func encodePNG(bands []*image.RGBA) ([]byte, error) {
	colors := newPalette(bands)
	width, height := bands[0].Rect.Dx(), 0
	for _, b := range bands {
		height += b.Rect.Dy()
	}
	rows, packed := make([][]byte, len(bands)), make([]bytes.Buffer, len(bands))
	failed := make([]error, len(bands))
	parallel(len(bands), func(i int) {
		rows[i] = filtered(bands[i], colors.index)
		failed[i] = deflate(&packed[i], rows[i], i == len(bands)-1)
	})
	data, sum := []byte{0x78, 0x5e}, adler32.New() // zlib (RFC 1950)
	for i := range bands {
		if failed[i] != nil {
			return nil, failed[i]
		}
		data = append(data, packed[i].Bytes()...)
		sum.Write(rows[i])
	}
	data = sum.Sum(data)

	out := []byte("\x89PNG\r\n\x1a\n")
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	out = appendChunk(out, "IHDR", append(head, 8, 3, 0, 0, 0)) // 8 bits of a palette
	var entries []byte
	for _, c := range colors.entries {
		entries = append(entries, c.R, c.G, c.B)
	}
	out = appendChunk(out, "PLTE", entries)
	out = appendChunk(out, "IDAT", data)
	return appendChunk(out, "IEND", nil), nil
}

func appendChunk(out []byte, name string, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	from := len(out)
	out = append(append(out, name...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[from:]))
}

// parallel calls f with 0..n-1, all at once.
func parallel(n int, f func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
}

// Filters of rows of a PNG: the bytes as they are, or their differences from
// the row above.
const filterNone, filterUp = 0, 2

// filtered returns the rows of a picture as PNG has them. One that is like the
// row above is zeros: a chart has many, and they compress quickly.
func filtered(img *image.RGBA, index func(color.RGBA) uint8) []byte {
	width := img.Rect.Dx()
	pix := make([]byte, 0, width*img.Rect.Dy())
	for c, n := range runs(img) {
		at := index(c)
		for range n {
			pix = append(pix, at)
		}
	}
	out := make([]byte, 0, len(pix)+img.Rect.Dy())
	var above []byte
	for row := range slices.Chunk(pix, width) {
		if bytes.Equal(row, above) {
			out = append(out, filterUp)
			out = out[:len(out)+width]
		} else {
			out = append(append(out, filterNone), row...)
		}
		above = row
	}
	return out
}

// deflate appends a part of a stream, or its last one.
func deflate(to *bytes.Buffer, data []byte, last bool) error {
	const level = 5 // with rows like the one above as small as 6 without, in half the time
	z, err := flate.NewWriter(to, level)
	if err != nil {
		return err
	}
	if _, err := z.Write(data); err != nil {
		return err
	}
	if last {
		return z.Close()
	}
	return z.Flush()
}

// most is how many colours a palette holds.
const most = 256

// palette maps the colours of a picture to at most 256 entries. If a picture has
// more, colours that differ only in their three last bits form a group, represented
// by its most frequent colour; groups without an entry take the nearest one.
type palette struct {
	entries []color.RGBA
	index   func(color.RGBA) uint8
}

func newPalette(bands []*image.RGBA) palette {
	if p, ok := exactly(bands); ok {
		return p
	}
	return nearly(bands)
}

// exactly returns the palette of all colours, if it holds them.
func exactly(bands []*image.RGBA) (p palette, ok bool) {
	found := map[color.RGBA]uint8{}
	for _, img := range bands {
		for c := range runs(img) {
			if _, ok := found[c]; ok {
				continue
			}
			if len(found) == most {
				return palette{}, false
			}
			found[c] = uint8(len(found))
			p.entries = append(p.entries, c)
		}
	}
	p.index = func(c color.RGBA) uint8 { return found[c] }
	return p, true
}

// group is a set of colours that differ only in their last bits.
type group struct {
	n    int        // px
	best color.RGBA // of the px the majority, if there is one
	lead int        // px of the best that no other colour makes up for
}

// add counts n px of a colour; lead is by how many it outnumbers others, for a
// majority vote (Boyer and Moore, 1981).
func (g *group) add(c color.RGBA, n, lead int) {
	g.n += n
	switch {
	case g.best == c:
		g.lead += lead
	case g.n == n || g.lead < lead:
		g.best, g.lead = c, lead-g.lead
	default:
		g.lead -= lead
	}
}

// nearly returns a palette for many colours: it adds, one after the other, the group
// with the largest error, weighted by its px.
func nearly(bands []*image.RGBA) (p palette) {
	key := func(c color.RGBA) int { return int(c.R)>>3<<10 | int(c.G)>>3<<5 | int(c.B)>>3 }
	parts := slices.Collect(slices.Chunk(bands, (len(bands)+3)/4))
	of := make([][]group, len(parts))
	parallel(len(parts), func(i int) {
		of[i] = make([]group, 1<<15)
		for _, img := range parts[i] {
			for c, n := range runs(img) {
				of[i][key(c)].add(c, n, n)
			}
		}
	})
	groups := of[0]
	for _, more := range of[1:] {
		for k, g := range more {
			if g.n > 0 {
				groups[k].add(g.best, g.n, g.lead)
			}
		}
	}
	var all []shade
	for k, g := range groups {
		if g.n > 0 {
			all = append(all, shade{key: k, group: g, off: math.MaxInt32})
		}
	}
	// What an entry spares counts: of rare colours that no entry is like as much
	// as of frequent ones that one nearly is.
	for next, missed := 0, 1; len(p.entries) < most && missed > 0; {
		entry := all[next].best
		missed = 0
		for i := range all {
			s := &all[i]
			if off := distance(s.best, entry); off < s.off {
				s.off, s.at = off, uint8(len(p.entries))
			}
			if s.n*s.off > missed {
				next, missed = i, s.n*s.off
			}
		}
		p.entries = append(p.entries, entry)
	}
	index := make([]uint8, len(groups))
	for _, s := range all {
		index[s.key] = s.at
	}
	p.index = func(c color.RGBA) uint8 { return index[key(c)] }
	return p
}

// shade is a group of colours, and which entry of a palette is the nearest.
type shade struct {
	group
	key int
	at  uint8
	off int // how far the entry is, squared
}

func distance(a, b color.RGBA) int {
	red, green, blue := int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B)
	return red*red + green*green + blue*blue
}

// runs yields runs of px of one colour of an opaque picture, with their lengths. In
// charts they are long.
func runs(img *image.RGBA) iter.Seq2[color.RGBA, int] {
	const opaque = 255 << 24
	return func(yield func(color.RGBA, int) bool) {
		pix := img.Pix
		for from := 0; from < len(pix); {
			c := binary.LittleEndian.Uint32(pix[from:]) | opaque
			to := from + 4
			for to < len(pix) && binary.LittleEndian.Uint32(pix[to:])|opaque == c {
				to += 4
			}
			if !yield(color.RGBA{uint8(c), uint8(c >> 8), uint8(c >> 16), 255}, (to-from)/4) {
				return
			}
			from = to
		}
	}
}
