package random

import (
	"crypto/sha256"
	"encoding/binary"
)

// seedSequence mixes words of entropy into seeds for generators (O'Neill 2015,
// as NumPy's SeedSequence does it). All arithmetic is modulo 2^32.
type seedSequence struct{ pool [4]uint32 }

func newSeedSequence(entropy []uint32) seedSequence {
	var s seedSequence
	h := uint32(0x43b0d7e5)
	hash := func(v uint32) uint32 {
		v ^= h
		h *= 0x931e8875
		v *= h
		return v ^ v>>16
	}
	mix := func(x, y uint32) uint32 {
		r := 0xca01f9dd*x - 0x4973f715*y
		return r ^ r>>16
	}
	for i := range s.pool {
		var word uint32
		if i < len(entropy) {
			word = entropy[i]
		}
		s.pool[i] = hash(word)
	}
	for src := range s.pool {
		for dst := range s.pool {
			if src != dst {
				s.pool[dst] = mix(s.pool[dst], hash(s.pool[src]))
			}
		}
	}
	for i := len(s.pool); i < len(entropy); i++ {
		for dst := range s.pool {
			s.pool[dst] = mix(s.pool[dst], hash(entropy[i]))
		}
	}
	return s
}

// words returns the first n outputs.
func (s seedSequence) words(n int) []uint32 {
	out := make([]uint32, n)
	g := uint32(0x8b51f9dd)
	for j := range out {
		v := s.pool[j%4] ^ g
		g *= 0x58f38ded
		v *= g
		out[j] = v ^ v>>16
	}
	return out
}

// entropy writes integers as NumPy does: little-endian words, 0 as one word.
func entropy(ints []uint64) []uint32 {
	var words []uint32
	for _, x := range ints {
		words = append(words, uint32(x))
		if x>>32 != 0 {
			words = append(words, uint32(x>>32))
		}
	}
	return words
}

// DeriveSubseed returns the seed that MyoGen derives from a seed and labels:
// the first word of SeedSequence((seed, labels...)).
func DeriveSubseed(seed uint64, labels ...uint64) uint32 {
	return newSeedSequence(entropy(append([]uint64{seed}, labels...))).words(1)[0]
}

// Stream returns the generator of one random choice. Streams of different
// names are independent; the same name always gives the same stream.
//
// The entropy is the seed followed by the eight words of the SHA-256 of
// purpose, population and cell, the texts preceded by their lengths.
func Stream(seed uint64, purpose, population string, cell int) *Generator {
	return newGenerator(newSeedSequence(append(entropy([]uint64{seed}), nameWords(purpose, population, cell)...)))
}

func nameWords(purpose, population string, cell int) []uint32 {
	le := binary.LittleEndian
	var name []byte
	for _, s := range []string{purpose, population} {
		name = le.AppendUint64(name, uint64(len(s)))
		name = append(name, s...)
	}
	name = le.AppendUint64(name, uint64(cell))
	sum := sha256.Sum256(name)
	words := make([]uint32, 8)
	for i := range words {
		words[i] = le.Uint32(sum[4*i:])
	}
	return words
}

// StreamSeed returns a seed for a generator that takes one word, named as in Stream.
func StreamSeed(seed uint64, purpose, population string, cell int) uint32 {
	return newSeedSequence(append(entropy([]uint64{seed}), nameWords(purpose, population, cell)...)).words(1)[0]
}
