package live

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/maphash"
	"math"
)

// column is numbers in the packed data: n whole levels, each written as the
// distance from the one before it. Level 0 is a gap; 1..Levels+1 span
// Low..High.
type column struct {
	At     int     `json:"at"` // first byte
	N      int     `json:"n"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Levels int     `json:"levels"`
}

// packer collects the columns of a figure. Equal ones are kept once.
type packer struct {
	data []byte
	seen map[uint64]column
	seed maphash.Seed
}

func newPacker() *packer {
	return &packer{seen: map[uint64]column{}, seed: maphash.MakeSeed()}
}

// Levels that a screen cannot tell from the numbers themselves: fine ones when
// zoomed in and in a table, too.
const fineLevels, coarseLevels = 1 << 22, 1<<16 - 2

// fine packs numbers of the shared axis. Evenly spaced ones are kept exactly.
func (p *packer) fine(x []float64) column {
	low, high := span(x)
	levels := fineLevels
	if n := len(x) - 1; n > 0 && n < levels {
		levels -= levels % n
	}
	return p.column(x, low, high, levels)
}

func (p *packer) coarse(y []float64) column {
	low, high := span(y)
	return p.column(y, low, high, coarseLevels)
}

// ticks packs times on a decimal grid at least 100 000 times finer than their
// range, so that times which stood on such a grid stay what they were.
func (p *packer) ticks(x []float64) column {
	low, high := span(x)
	if !(high > low) {
		return p.column(x, low, high, 1)
	}
	tick := math.Pow(10, math.Floor(math.Log10(high-low)-5))
	low = math.Floor(low/tick) * tick
	levels := int(math.Ceil((high-low)/tick - 1e-9))
	return p.column(x, low, low+float64(levels)*tick, levels)
}

// counts packs whole numbers.
func (p *packer) counts(n []int) column {
	x := make([]float64, len(n))
	most := 1
	for i, v := range n {
		x[i], most = float64(v), max(most, v)
	}
	return p.column(x, 0, float64(most), most)
}

func (p *packer) column(x []float64, low, high float64, levels int) column {
	c := column{At: len(p.data), N: len(x), Low: low, High: high, Levels: levels}
	last := 0
	for _, v := range x {
		at := level(v, low, high, levels)
		p.data = binary.AppendVarint(p.data, int64(at-last))
		last = at
	}
	key := c
	key.At = 0
	sum := maphash.Comparable(p.seed, key) ^ maphash.Bytes(p.seed, p.data[c.At:])
	if old, ok := p.seen[sum]; ok {
		p.data = p.data[:c.At]
		return old
	}
	p.seen[sum] = c
	return c
}

func level(v, low, high float64, levels int) int {
	switch {
	case math.IsNaN(v):
		return 0
	case high == low:
		return 1
	}
	// Halves, so that the difference cannot overflow.
	return 1 + int(math.Round(float64(levels)*min(1, max(0, (v/2-low/2)/(high/2-low/2)))))
}

func span(x []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range x {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	if low > high {
		return 0, 1
	}
	return low, high
}

// compress returns the length of the text, the text and the columns, gzipped.
func (p *packer) compress(text []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	head := binary.LittleEndian.AppendUint32(nil, uint32(len(text)))
	for _, part := range [][]byte{head, text, p.data} {
		if _, err := z.Write(part); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
