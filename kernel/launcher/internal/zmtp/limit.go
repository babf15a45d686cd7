package zmtp

import (
	"encoding/binary"
	"fmt"
)

// maxFrames is how many frames a message may have; Jupyter's have some ten.
const maxFrames = 1 << 12

// greeting is how many bytes a peer sends before its first frame.
const greeting = 64

// limit follows the bytes that a peer sends and refuses messages that are too large:
// zmq4 allocates what the header of a frame claims before it has read any of it.
type limit struct {
	begun  bool
	skip   uint64 // bytes before the next header
	header []byte // of a frame, as far as it came
	size   uint64 // of the message so far
	frames int
}

// see looks at the next bytes. After an error they must not be handed on.
func (l *limit) see(b []byte) error {
	if !l.begun {
		l.begun, l.skip = true, greeting
	}
	for len(b) > 0 {
		if l.skip > 0 {
			n := min(l.skip, uint64(len(b)))
			l.skip, b = l.skip-n, b[n:]
			continue
		}
		l.header, b = append(l.header, b[0]), b[1:]
		const more, long = 1, 2 // flags, the first byte of a header
		flags := l.header[0]
		switch {
		case flags&long == 0 && len(l.header) == 2:
			l.skip = uint64(l.header[1])
		case flags&long != 0 && len(l.header) == 9:
			l.skip = binary.BigEndian.Uint64(l.header[1:])
		default:
			continue
		}
		l.header = l.header[:0]
		l.frames++
		if l.skip > maxQueue || l.size+l.skip > maxQueue || l.frames > maxFrames {
			return fmt.Errorf("zmtp: a message of more than %d bytes or %d frames", maxQueue, maxFrames)
		}
		l.size += l.skip
		if flags&more == 0 {
			l.size, l.frames = 0, 0
		}
	}
	return nil
}
