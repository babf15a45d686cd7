package npz_test

import (
	"path/filepath"
	"testing"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// manySpikes is a block of five thousand trains with ten million spikes.
func manySpikes() *neo.Block {
	s := neo.Segment{Name: "aMN"}
	for i := range 5000 {
		t := neo.SpikeTrain{Name: "MN", TStop: 1e6, SamplingPeriod: 0.1, Times: make([]units.Time, 2000)}
		for j := range t.Times {
			t.Times[j] = units.Time(0.1 * float64(i%17+j*(400+i%97)))
		}
		s.SpikeTrains = append(s.SpikeTrains, t)
	}
	return &neo.Block{Segments: []neo.Segment{s}}
}

func BenchmarkWriteTenMillionSpikes(b *testing.B) {
	block, path := manySpikes(), filepath.Join(b.TempDir(), "a.npz")
	b.ReportAllocs()
	b.SetBytes(80e6)
	for b.Loop() {
		if err := npz.WriteBlock(path, block); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadTenMillionSpikes(b *testing.B) {
	path := filepath.Join(b.TempDir(), "a.npz")
	if err := npz.WriteBlock(path, manySpikes()); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(80e6)
	for b.Loop() {
		if _, err := npz.ReadBlock(path); err != nil {
			b.Fatal(err)
		}
	}
}
