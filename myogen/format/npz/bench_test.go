package npz_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
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

// spikeBytes is the memory of the times of manySpikes.
const spikeBytes = 80e6

// resident returns a figure of the memory of this process in bytes, VmRSS or its
// peak, VmHWM; 0 where the system does not say it.
func resident(field string) float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), field+":")
	var kB float64
	if _, err := fmt.Sscan(rest, &kB); err != nil {
		return 0
	}
	return 1024 * kB
}

// peak returns by how much the process grows in f, as a multiple of the memory of
// the spikes.
func peak(f func()) float64 {
	debug.FreeOSMemory()
	if os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) != nil { // resets the peak
		return 0
	}
	before := resident("VmRSS")
	f()
	return (resident("VmHWM") - before) / spikeBytes
}

// The peak includes the block itself.
func BenchmarkWriteTenMillionSpikes(b *testing.B) {
	path := filepath.Join(b.TempDir(), "a.npz")
	most := peak(func() {
		if err := npz.WriteBlock(path, manySpikes()); err != nil {
			b.Fatal(err)
		}
	})
	block := manySpikes()
	b.ReportAllocs()
	b.SetBytes(spikeBytes)
	for b.Loop() {
		if err := npz.WriteBlock(path, block); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(most, "peak/spikes") // b.Loop would clear it
}

func BenchmarkReadTenMillionSpikes(b *testing.B) {
	path := filepath.Join(b.TempDir(), "a.npz")
	if err := npz.WriteBlock(path, manySpikes()); err != nil {
		b.Fatal(err)
	}
	read := func() {
		if _, err := npz.ReadBlock(path); err != nil {
			b.Fatal(err)
		}
	}
	most := peak(read)
	b.ReportAllocs()
	b.SetBytes(spikeBytes)
	for b.Loop() {
		read()
	}
	b.ReportMetric(most, "peak/spikes")
}
