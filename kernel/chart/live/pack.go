package live

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/maphash"
	"math"
)

// column is numbers in the packed data: N whole levels, each written as the
// distance from the one before it. Level 0 is a gap. On a decimal grid, level k
// stands for (From+k-1)/10^Digits, which is the number itself, to the last bit,
// where it has no more digits; otherwise levels 1..Levels+1 span Low..High, or
// the powers of ten from Low to High.
type column struct {
	At      int     `json:"at"` // first byte
	N       int     `json:"n"`
	Decimal bool    `json:"decimal,omitempty"`
	From    float64 `json:"from,omitempty"`
	Digits  int     `json:"digits,omitempty"`
	Log     bool    `json:"log,omitempty"`
	Low     float64 `json:"low,omitempty"`
	High    float64 `json:"high,omitempty"`
	Levels  int     `json:"levels,omitempty"`
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
// zoomed in, too. mapLevels are those of colors.
const fineLevels, coarseLevels, mapLevels = 1 << 22, 1<<16 - 2, 20000

// pack packs numbers exactly if they have few digits, such as times on the grid
// of a simulation, or are evenly spaced. Others are rounded, by no more than a
// tenth of their range over levels, to numbers with few digits; of a log axis, in
// proportion.
func (p *packer) pack(x []float64, levels int, log bool) column {
	low, high := span(x)
	if digits, ok := decimals(x, low, high); ok {
		return p.decimal(x, low, digits)
	}
	if n := len(x) - 1; n > 0 && n < levels && even(x) {
		return p.column(x, column{Low: low, High: high, Levels: levels - levels%n})
	}
	if log && low > 0 {
		logs := make([]float64, len(x))
		for i, v := range x {
			logs[i] = math.Log10(v)
		}
		return p.column(logs, column{Log: true, Low: math.Log10(low), High: math.Log10(high), Levels: levels})
	}
	if high > low {
		digits := -int(math.Ceil(math.Log10(high/float64(levels)-low/float64(levels)) - 1e-9))
		if onGrid(low, high, digits) {
			return p.decimal(x, low, digits)
		}
	}
	return p.column(x, column{Low: low, High: high, Levels: levels})
}

// onGrid reports whether numbers from low to high are few enough whole multiples
// of 10^-digits.
func onGrid(low, high float64, digits int) bool {
	const mostLevels, mostWhole, mostDigits = 1 << 29, 1 << 52, 22
	if digits < -mostDigits || digits > mostDigits {
		return false
	}
	by := math.Pow10(digits)
	return high*by-low*by <= mostLevels && math.Abs(low*by) < mostWhole && math.Abs(high*by) < mostWhole
}

// decimals returns how many digits after the point all numbers have, if they are
// few. Numbers like 3*0.1, a bit or two from a decimal, count as it.
func decimals(x []float64, low, high float64) (digits int, ok bool) {
	size := max(math.Abs(low), math.Abs(high))
	for digits := range 10 {
		if !onGrid(low, high, digits) {
			return 0, false
		}
		by := math.Pow10(digits)
		for _, v := range x {
			if math.Abs(math.Round(v*by)/by-v) > 1e-14*size {
				ok = false
				break
			}
			ok = true
		}
		if ok || len(x) == 0 {
			return digits, true
		}
	}
	return 0, false
}

// even reports whether numbers are evenly spaced.
func even(x []float64) bool {
	n := len(x) - 1
	for i, v := range x {
		part := float64(i) / float64(n)
		if want := x[0]*(1-part) + x[n]*part; !(math.Abs(v-want) <= 1e-12*max(math.Abs(x[0]), math.Abs(x[n]))) {
			return false
		}
	}
	return true
}

func (p *packer) decimal(x []float64, low float64, digits int) column {
	by := math.Pow10(digits)
	from := math.Round(low * by)
	return p.levels(column{Decimal: true, From: from, Digits: digits, N: len(x)}, func(i int) int {
		if math.IsNaN(x[i]) {
			return 0
		}
		return 1 + int(math.Round(x[i]*by)-from)
	})
}

// counts packs whole numbers.
func (p *packer) counts(n []int) column {
	x := make([]float64, len(n))
	for i, v := range n {
		x[i] = float64(v)
	}
	return p.decimal(x, 0, 0)
}

func (p *packer) column(x []float64, c column) column {
	c.N = len(x)
	return p.levels(c, func(i int) int { return level(x[i], c.Low, c.High, c.Levels) })
}

func (p *packer) levels(c column, level func(i int) int) column {
	c.At = len(p.data)
	last := 0
	for i := range c.N {
		at := level(i)
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
func (p *packer) compress(text []byte, level int) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, level)
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
