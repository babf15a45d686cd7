package random

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"

	"gomyogen/myogen/internal/cmath"
)

// Generator is NumPy's default_rng: PCG64 (O'Neill 2014) with NumPy's
// distributions. It is not safe for concurrent use.
type Generator struct {
	hi, lo       uint64 // state
	incHi, incLo uint64
	half         uint32 // upper half of a draw whose lower half was used
	hasHalf      bool
}

// New returns numpy.random.default_rng(seed), or default_rng([seed, labels...]).
func New(seed uint64, labels ...uint64) *Generator {
	return newGenerator(newSeedSequence(entropy(append([]uint64{seed}, labels...))))
}

func newGenerator(s seedSequence) *Generator {
	w := s.words(8)
	var q [4]uint64
	for i := range q {
		q[i] = uint64(w[2*i]) | uint64(w[2*i+1])<<32
	}
	g := &Generator{incHi: q[2]<<1 | q[3]>>63, incLo: q[3]<<1 | 1}
	g.step()
	var carry uint64
	g.lo, carry = bits.Add64(g.lo, q[1], 0)
	g.hi, _ = bits.Add64(g.hi, q[0], carry)
	g.step()
	return g
}

// step advances the 128-bit linear congruence.
func (g *Generator) step() {
	const mulHi, mulLo = 0x2360ED051FC65DA4, 0x4385DF649FCCF645
	hi, lo := bits.Mul64(g.lo, mulLo)
	hi += g.hi*mulLo + g.lo*mulHi
	var carry uint64
	g.lo, carry = bits.Add64(lo, g.incLo, 0)
	g.hi, _ = bits.Add64(hi, g.incHi, carry)
}

// Uint64 returns 64 random bits.
func (g *Generator) Uint64() uint64 {
	g.step()
	return bits.RotateLeft64(g.hi^g.lo, -int(g.hi>>58))
}

// uint32 returns the lower half of a draw now and its upper half next time.
func (g *Generator) uint32() uint32 {
	if g.hasHalf {
		g.hasHalf = false
		return g.half
	}
	x := g.Uint64()
	g.half, g.hasHalf = uint32(x>>32), true
	return uint32(x)
}

// Float64 returns a number in [0, 1), as Generator.random does.
func (g *Generator) Float64() float64 { return float64(g.Uint64()>>11) * 0x1p-53 }

// Choice returns an index in [0, n), as Generator.choice(n) and
// Generator.integers(n) do (Lemire 2019). One choice draws nothing. It panics
// unless 0 < n < 2^32.
func (g *Generator) Choice(n int) int {
	if n <= 0 || int64(n) > math.MaxUint32 {
		panic("random: Choice needs 0 < n < 2^32")
	}
	if n == 1 {
		return 0
	}
	u := uint32(n)
	m := uint64(g.uint32()) * uint64(u)
	if uint32(m) < u {
		for low := -u % u; uint32(m) < low; {
			m = uint64(g.uint32()) * uint64(u)
		}
	}
	return int(m >> 32)
}

// tail is where the last layer of the ziggurat begins.
const (
	tail        = 3.6541528853610088
	inverseTail = 0.27366123732975828
)

// Normal returns a standard normal number, as Generator.standard_normal does.
func (g *Generator) Normal() float64 {
	for {
		r := g.Uint64()
		layer := &ziggurat[r&255]
		k := r >> 9 & (1<<52 - 1)
		x := float64(k) * math.Float64frombits(layer.width)
		if r>>8&1 == 1 {
			x = -x
		}
		if k < layer.inside {
			return x
		}
		i := r & 255
		if i == 0 {
			for {
				xx := float64(-inverseTail * cmath.Log1p(-g.Float64()))
				yy := -cmath.Log1p(-g.Float64())
				if yy+yy > xx*xx {
					if k>>8&1 == 1 {
						return -(tail + xx)
					}
					return tail + xx
				}
			}
		}
		outer, inner := math.Float64frombits(ziggurat[i-1].density), math.Float64frombits(layer.density)
		if float64((outer-inner)*g.Float64())+inner < cmath.Exp(-0.5*x*x) {
			return x
		}
	}
}

const generatorTag = "pcg64:"

// MarshalBinary returns the state of the generator.
func (g *Generator) MarshalBinary() ([]byte, error) {
	b := []byte(generatorTag)
	for _, x := range []uint64{g.hi, g.lo, g.incHi, g.incLo, uint64(g.half)} {
		b = binary.BigEndian.AppendUint64(b, x)
	}
	if g.hasHalf {
		return append(b, 1), nil
	}
	return append(b, 0), nil
}

// UnmarshalBinary restores a state that MarshalBinary returned.
func (g *Generator) UnmarshalBinary(b []byte) error {
	const size = len(generatorTag) + 41
	if len(b) != size || string(b[:len(generatorTag)]) != generatorTag {
		return errors.New("random: not the state of a generator")
	}
	b = b[len(generatorTag):]
	var x [5]uint64
	for i := range x {
		x[i] = binary.BigEndian.Uint64(b[8*i:])
	}
	if x[3]&1 == 0 || x[4] > math.MaxUint32 || b[40] > 1 {
		return fmt.Errorf("random: the state of the generator is damaged")
	}
	*g = Generator{hi: x[0], lo: x[1], incHi: x[2], incLo: x[3], half: uint32(x[4]), hasHalf: b[40] == 1}
	return nil
}
