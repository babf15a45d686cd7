package parquet_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"slices"
	"testing"

	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/format/parquet"
)

// Lengths that a file claims and does not have take no memory.
func TestLiesTakeNoMemory(t *testing.T) {
	good := encode(t, &frame.Frame{Columns: []frame.Column{{Name: "x", Values: frame.Floats{1, 2}}}})
	n := len(good)
	withFooter := func(footer []byte) []byte {
		b := append([]byte("PAR1"), footer...)
		return append(binary.LittleEndian.AppendUint32(b, uint32(len(footer))), "PAR1"...)
	}
	lies := map[string][]byte{
		"footer of 4 GiB":       slices.Concat(good[:n-8], []byte{0xff, 0xff, 0xff, 0xff}, []byte("PAR1")),
		"schema of 2^31-1":      withFooter([]byte{0x15, 0x02, 0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0}),
		"text of 2^31-1":        withFooter([]byte{0x48, 0xff, 0xff, 0xff, 0xff, 0x07, 0}),
		"lists in lists, twice": withFooter(bytes.Repeat([]byte{0x19}, 1<<10)),
	}
	// The first page: type, then its two sizes as zigzag varints.
	page := bytes.Index(good, []byte{0x15}) // field 1 of the header, an i32
	for _, field := range []int{2, 4} {
		b := slices.Clone(good[:page])
		at := page + field
		b = append(b, good[page:at]...)
		if good[at] != 0x15 {
			t.Fatalf("there is no i32 at byte %d of %x", at, good[:64])
		}
		end := at + 1
		for good[end]&0x80 != 0 {
			end++
		}
		b = append(b, 0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f) // 2^31-1
		lies[map[int]string{2: "page of 2 GiB", 4: "compressed page of 2 GiB"}[field]] = append(b, good[end+1:]...)
	}
	for name, b := range lies {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := parquet.Decode(bytes.NewReader(b), int64(len(b)))
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > 64<<20 {
			t.Errorf("%s: %v, %d bytes", name, err, took)
		} else {
			t.Log(name, err)
		}
	}
}
