package live

import "encoding/binary"

// pack compresses data in the .lzma form with its size (Pavlov, "LZMA specification",
// 2015), which unpack.js reads. Of a program of Go it leaves a quarter less than what
// browsers unpack by themselves.
func pack(data []byte) []byte {
	const literalBits, positionBits = 3, 2
	e := newEncoder(literalBits)
	e.out = append(e.out, literalBits+9*5*positionBits)
	e.out = binary.LittleEndian.AppendUint32(e.out, 1<<23) // the window
	e.out = binary.LittleEndian.AppendUint64(e.out, uint64(len(data)))
	m := newMatcher(data)
	for n := 0; n < len(data); {
		near := n & (1<<positionBits - 1)
		length, distance := m.find(n)
		again, which := e.again(data, n)
		switch {
		case again >= 2 && (again+1 >= length || again+2 >= length && distance > 1<<9 || again+3 >= length && distance > 1<<15):
			e.repeat(which, again, near)
			n += again
		case length >= minMatch && !m.better(n+1, length, distance):
			e.match(distance-1, length, near)
			n += length
		default:
			e.literal(data, n, near, literalBits)
			n++
		}
	}
	for range 5 {
		e.shift()
	}
	return e.out
}

// The shortest match that is looked for and the longest that LZMA has.
const minMatch, maxMatch = 4, 273

// matcher finds earlier occurrences of what follows a position.
type matcher struct {
	data     []byte
	head     []int32 // by hash of four bytes: the last position, plus 1
	previous []int32 // by position: the one before with the same hash, plus 1
	known    int     // positions that are in head
}

func newMatcher(data []byte) *matcher {
	return &matcher{data: data, head: make([]int32, 1<<18), previous: make([]int32, len(data))}
}

func (m *matcher) hash(n int) uint32 {
	return binary.LittleEndian.Uint32(m.data[n:]) * 2654435761 >> (32 - 18)
}

// find returns the longest match at n, and of equally long ones the nearest; or 0.
func (m *matcher) find(n int) (length, distance int) {
	const depth, window = 64, 1 << 23
	if n+minMatch > len(m.data) {
		return 0, 0
	}
	for ; m.known < n; m.known++ {
		h := m.hash(m.known)
		m.previous[m.known], m.head[h] = m.head[h], int32(m.known+1)
	}
	most := min(maxMatch, len(m.data)-n)
	at := int(m.head[m.hash(n)]) - 1
	for range depth {
		if at < 0 || n-at >= window {
			break
		}
		if length == 0 || m.data[at+length] == m.data[n+length] {
			if l := common(m.data[at:], m.data[n:], most); l > length && l >= minMatch {
				length, distance = l, n-at
				if l == most {
					break
				}
			}
		}
		at = int(m.previous[at]) - 1
	}
	return length, distance
}

// better reports whether a literal and the match at n are better than the match before.
func (m *matcher) better(n, length, distance int) bool {
	next, d := m.find(n)
	return next > length+1 || next == length+1 && d < distance<<7 || next == length && d < distance>>7
}

// common returns how many bytes a and b begin with in common, at most the given number.
func common(a, b []byte, most int) (n int) {
	for n < most && a[n] == b[n] {
		n++
	}
	return n
}

// Where the probabilities of the kinds of bits begin, as in unpack.js.
const (
	isMatch     = 0
	isRepeat    = 192
	isRepeat0   = 204
	isRepeat1   = 216
	isRepeat2   = 228
	isLong      = 240
	slots       = 432
	special     = 688
	alignment   = 816
	matchLength = 832
	againLength = 1346
	literals    = 1860
)

// encoder is the range coder with the state of the last matches.
type encoder struct {
	probability []uint16
	low         uint64
	size        uint32
	cache       byte
	waiting     int
	out         []byte

	state     int
	distances [4]int // of the last matches, less 1
}

func newEncoder(literalBits int) *encoder {
	e := &encoder{probability: make([]uint16, literals+768<<literalBits), size: 0xffffffff, waiting: 1}
	for i := range e.probability {
		e.probability[i] = 1024
	}
	return e
}

func (e *encoder) bit(i int, b int) {
	p := &e.probability[i]
	bound := e.size >> 11 * uint32(*p)
	if b == 0 {
		e.size = bound
		*p += (2048 - *p) >> 5
	} else {
		e.low += uint64(bound)
		e.size -= bound
		*p -= *p >> 5
	}
	e.normalize()
}

func (e *encoder) normalize() {
	for e.size < 1<<24 {
		e.size <<= 8
		e.shift()
	}
}

// shift puts out the upper byte as soon as no carry can change it.
func (e *encoder) shift() {
	if uint32(e.low) < 0xff000000 || e.low>>32 != 0 {
		carry := byte(e.low >> 32)
		for b := e.cache; e.waiting > 0; e.waiting-- {
			e.out = append(e.out, b+carry)
			b = 0xff
		}
		e.cache = byte(e.low >> 24)
	}
	e.waiting++
	e.low = e.low & 0xffffff << 8
}

func (e *encoder) tree(base, bits, value int) {
	m := 1
	for i := bits - 1; i >= 0; i-- {
		b := value >> i & 1
		e.bit(base+m, b)
		m = m<<1 | b
	}
}

func (e *encoder) reverse(base, bits, value int) {
	m := 1
	for i := range bits {
		b := value >> i & 1
		e.bit(base+m, b)
		m = m<<1 | b
	}
}

func (e *encoder) length(base, length, near int) {
	switch length -= 2; {
	case length < 8:
		e.bit(base, 0)
		e.tree(base+2+8*near, 3, length)
	case length < 16:
		e.bit(base, 1)
		e.bit(base+1, 0)
		e.tree(base+130+8*near, 3, length-8)
	default:
		e.bit(base, 1)
		e.bit(base+1, 1)
		e.tree(base+258, 8, length-16)
	}
}

// after returns the state after a match of a kind, of which there are two states.
func (e *encoder) after(kind int) int {
	if e.state < 7 {
		return kind
	}
	return map[int]int{7: 10, 8: 11}[kind]
}

func (e *encoder) literal(data []byte, n, near, literalBits int) {
	e.bit(isMatch+16*e.state+near, 0)
	before := 0
	if n > 0 {
		before = int(data[n-1])
	}
	base := literals + 768*(before>>(8-literalBits))
	value, symbol := int(data[n]), 1
	if e.state >= 7 {
		match := int(data[n-e.distances[0]-1])
		for symbol < 256 {
			m, b := match>>7&1, value>>7&1
			match, value = match<<1, value<<1
			e.bit(base+(1+m)<<8+symbol, b)
			symbol = symbol<<1 | b
			if m != b {
				break
			}
		}
	}
	for symbol < 256 {
		b := value >> 7 & 1
		value <<= 1
		e.bit(base+symbol, b)
		symbol = symbol<<1 | b
	}
	switch {
	case e.state < 4:
		e.state = 0
	case e.state < 10:
		e.state -= 3
	default:
		e.state -= 6
	}
}

// again returns the longest match at one of the last distances, and which.
func (e *encoder) again(data []byte, n int) (length, which int) {
	for i, d := range e.distances {
		if d < n {
			if l := common(data[n-d-1:], data[n:], min(maxMatch, len(data)-n)); l > length {
				length, which = l, i
			}
		}
	}
	return length, which
}

func (e *encoder) repeat(which, length, near int) {
	e.bit(isMatch+16*e.state+near, 1)
	e.bit(isRepeat+e.state, 1)
	if which == 0 {
		e.bit(isRepeat0+e.state, 0)
		e.bit(isLong+16*e.state+near, 1)
	} else {
		e.bit(isRepeat0+e.state, 1)
		e.bit(isRepeat1+e.state, min(which-1, 1))
		if which > 1 {
			e.bit(isRepeat2+e.state, which-2)
		}
		d := e.distances[which]
		copy(e.distances[1:which+1], e.distances[:which])
		e.distances[0] = d
	}
	e.length(againLength, length, near)
	e.state = e.after(8)
}

// match encodes a match at a new distance, given less 1.
func (e *encoder) match(distance, length, near int) {
	e.bit(isMatch+16*e.state+near, 1)
	e.bit(isRepeat+e.state, 0)
	e.length(matchLength, length, near)
	e.state = e.after(7)
	copy(e.distances[1:], e.distances[:3])
	e.distances[0] = distance
	base := slots + 64*min(length-2, 3)
	if distance < 4 {
		e.tree(base, 6, distance)
		return
	}
	bits := 1 // below the two that the slot says
	for distance>>(bits+2) > 0 {
		bits++
	}
	slot := (bits+1)<<1 | distance>>bits&1
	e.tree(base, 6, slot)
	start := (2 | slot&1) << bits
	if slot < 14 {
		e.reverse(special+start-slot, bits, distance-start)
		return
	}
	for i := bits - 1; i >= 4; i-- {
		e.size >>= 1
		if distance>>i&1 != 0 {
			e.low += uint64(e.size)
		}
		e.normalize()
	}
	e.reverse(alignment, 4, distance)
}
