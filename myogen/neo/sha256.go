package neo

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
)

// SpikeSHA256 returns the SHA-256 of all spike times in hexadecimal digits: of
// each segment, in the order of their names, the quoted name and the number of
// trains, and of each train the number of spikes and their times in ms as
// little-endian float64.
func (b *Block) SpikeSHA256() string {
	segments := slices.Clone(b.Segments)
	slices.SortStableFunc(segments, func(a, b Segment) int { return cmp.Compare(a.Name, b.Name) })
	h := sha256.New()
	for _, s := range segments {
		fmt.Fprintf(h, "%q %d\n", s.Name, len(s.SpikeTrains))
		for _, t := range s.SpikeTrains {
			fmt.Fprintf(h, "%d\n", len(t.Times))
			times := make([]byte, 0, 8*len(t.Times))
			for _, x := range t.Times {
				times = binary.LittleEndian.AppendUint64(times, math.Float64bits(float64(x)))
			}
			h.Write(times)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
