package parquet_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/zstd"
	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/format/parquet"
)

// A rawPage is the only page of a column, behind a dictionary if it has one.
type rawPage struct {
	header             format.PageHeader
	data               []byte
	kind               format.Type
	optional           bool
	codec              format.CompressionCodec
	dictionary         []byte
	dictionaryEncoding format.Encoding
}

// file returns a Parquet file with the page.
func (p rawPage) file(t *testing.T) []byte {
	t.Helper()
	marshal := func(v any) []byte {
		b, err := thrift.Marshal(new(thrift.CompactProtocol), v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := []byte("PAR1")
	chunk := format.ColumnMetaData{Type: p.kind, PathInSchema: []string{"x"}, Codec: p.codec, NumValues: 8}
	if p.dictionary != nil {
		chunk.DictionaryPageOffset = int64(len(b))
		n := int32(len(p.dictionary))
		header := format.PageHeader{Type: format.DictionaryPage, UncompressedPageSize: n, CompressedPageSize: n}
		header.DictionaryPageHeader = thrift.New(format.DictionaryPageHeader{NumValues: n / 8, Encoding: p.dictionaryEncoding})
		b = slices.Concat(b, marshal(&header), p.dictionary)
	}
	chunk.DataPageOffset = int64(len(b))
	p.header.CompressedPageSize = int32(len(p.data))
	if p.header.UncompressedPageSize == 0 {
		p.header.UncompressedPageSize = int32(len(p.data))
	}
	b = slices.Concat(b, marshal(&p.header), p.data)
	chunk.TotalCompressedSize = int64(len(b)) - 4
	repetition := format.Required
	if p.optional {
		repetition = format.Optional
	}
	footer := marshal(&format.FileMetaData{
		Version: 1,
		Schema: []format.SchemaElement{
			{Name: "root", NumChildren: thrift.New[int32](1)},
			{Name: "x", Type: thrift.New(p.kind), RepetitionType: thrift.New(repetition)},
		},
		NumRows:   8,
		RowGroups: []format.RowGroup{{Columns: []format.ColumnChunk{{MetaData: chunk}}, NumRows: 8}},
	})
	return append(binary.LittleEndian.AppendUint32(append(b, footer...), uint32(len(footer))), "PAR1"...)
}

// v1 and v2 return the header of a page of 8 values.
func v1(e format.Encoding) format.PageHeader {
	return format.PageHeader{Type: format.DataPage, DataPageHeader: thrift.New(format.DataPageHeader{
		NumValues: 8, Encoding: e, DefinitionLevelEncoding: format.RLE,
	})}
}

func v2(e format.Encoding, levels int) format.PageHeader {
	return format.PageHeader{Type: format.DataPageV2, DataPageHeaderV2: thrift.New(format.DataPageHeaderV2{
		NumValues: 8, NumRows: 8, Encoding: e, DefinitionLevelsByteLength: int32(levels),
	})}
}

// pageLies returns pages of some kilobytes that are far more than they claim.
func pageLies(t *testing.T) map[string]rawPage {
	pack := func(w io.WriteCloser, err error) {
		zeros := make([]byte, 1<<20)
		for range 80 {
			_, e := w.Write(zeros)
			err = errors.Join(err, e)
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
	}
	var zstdBomb, gzipBomb, brotliBomb bytes.Buffer
	pack(zstd.NewWriter(&zstdBomb))
	pack(gzip.NewWriterLevel(&gzipBomb, gzip.BestCompression))
	pack(brotli.NewWriter(&brotliBomb), nil)
	zeros := make([]byte, 64) // the eight values
	snappyBomb := binary.AppendUvarint(nil, 1<<30)

	run := append(binary.AppendUvarint(nil, (1<<31-1)<<1), 0)
	prefixed := append(binary.LittleEndian.AppendUint32(nil, uint32(len(run))), run...)
	groups := binary.AppendUvarint(nil, (1<<28-1)<<1|1) // of eight values
	// Blocks of 128 in 4 mini-blocks, the number of values, the first value.
	deltas := append(binary.AppendUvarint([]byte{0x80, 0x01, 4}, 1<<31-1), 0)
	eight := func(x int64) []byte {
		return append(binary.AppendVarint([]byte{0x80, 0x01, 4, 8}, x), 0, 0, 0, 0, 0)
	}
	claim := func(h format.PageHeader) format.PageHeader {
		h.UncompressedPageSize = int32(len(zeros))
		return h
	}
	twoHeaders := claim(v2(format.Plain, 0))
	twoHeaders.DictionaryPageHeader = thrift.New(format.DictionaryPageHeader{NumValues: 8})
	dictionary := make([]byte, 8)
	return map[string]rawPage{
		"zstd":              {header: claim(v1(format.Plain)), data: zstdBomb.Bytes(), kind: format.Double, codec: format.Zstd},
		"zstd in a page v2": {header: claim(v2(format.Plain, 0)), data: zstdBomb.Bytes(), kind: format.Double, codec: format.Zstd},
		"gzip":              {header: claim(v1(format.Plain)), data: gzipBomb.Bytes(), kind: format.Double, codec: format.Gzip},
		"brotli":            {header: claim(v1(format.Plain)), data: brotliBomb.Bytes(), kind: format.Double, codec: format.Brotli},
		"snappy":            {header: claim(v1(format.Plain)), data: snappyBomb, kind: format.Double, codec: format.Snappy},
		"two headers":       {header: twoHeaders, data: zstdBomb.Bytes(), kind: format.Double, codec: format.Zstd},

		"run of levels":           {header: v1(format.Plain), data: slices.Concat(prefixed, zeros), kind: format.Double, optional: true},
		"run of levels, v2":       {header: v2(format.Plain, len(run)), data: slices.Concat(run, zeros), kind: format.Double, optional: true},
		"run of indexes":          {header: v1(format.RLEDictionary), data: append([]byte{1}, run...), kind: format.Double, dictionary: dictionary},
		"run of indexes of 0 bit": {header: v1(format.RLEDictionary), data: append([]byte{0}, run[:len(run)-1]...), kind: format.Double, dictionary: dictionary},
		"groups of indexes":       {header: v1(format.RLEDictionary), data: append([]byte{1}, groups...), kind: format.Double, dictionary: dictionary},
		"run behind an empty run": {header: v1(format.RLEDictionary), data: append([]byte{8, 0}, run...), kind: format.Double, dictionary: dictionary},
		"run of truth values":     {header: v1(format.RLE), data: prefixed, kind: format.Boolean},
		"run of integers":         {header: v1(format.RLE), data: run, kind: format.Int32},

		"deltas":          {header: v1(format.DeltaBinaryPacked), data: deltas, kind: format.Int64},
		"deltas of texts": {header: v1(format.DeltaLengthByteArray), data: deltas, kind: format.ByteArray},
		"many prefixes":   {header: v1(format.DeltaByteArray), data: deltas, kind: format.ByteArray},
		"many suffixes":   {header: v1(format.DeltaByteArray), data: slices.Concat(eight(0), deltas), kind: format.ByteArray},
		"long prefixes":   {header: v1(format.DeltaByteArray), data: slices.Concat(eight(1<<27), eight(0)), kind: format.ByteArray},
		"long suffixes":   {header: v1(format.DeltaByteArray), data: slices.Concat(eight(0), eight(1<<27)), kind: format.ByteArray},
		"dictionary of deltas": {header: v1(format.RLEDictionary), data: []byte{0, 8 << 1}, kind: format.Int64,
			dictionary: deltas, dictionaryEncoding: format.DeltaBinaryPacked},
	}
}

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
	for name, page := range pageLies(t) {
		lies[name] = page.file(t)
	}
	for name, b := range lies {
		if len(b) > 256<<10 {
			t.Errorf("%s: it has %d bytes", name, len(b))
		}
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

// What pyarrow writes and our own library does not: a group that is filled up
// behind a run, and a page without bytes.
func TestPagesOfPyarrow(t *testing.T) {
	levels := []byte{1 << 1, 1, 1<<1 | 1, 0x7f} // a run of one, a group of eight
	indexes := []byte{1, 1 << 1, 0, 1<<1 | 1, 0}
	for name, page := range map[string]rawPage{
		"levels":  {header: v2(format.Plain, len(levels)), data: slices.Concat(levels, make([]byte, 64)), kind: format.Double, optional: true},
		"indexes": {header: v1(format.RLEDictionary), data: indexes, kind: format.Double, dictionary: make([]byte, 8)},
	} {
		b := page.file(t)
		f, err := parquet.Decode(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(frame.Values(make(frame.Floats, 8)), f.Columns[0].Values); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	empty := rawPage{header: v1(format.Plain), kind: format.Double}
	empty.header.DataPageHeader.V.NumValues = 0
	b := empty.file(t)
	if f, err := parquet.Decode(bytes.NewReader(b), int64(len(b))); err != nil || f.Len() != 0 {
		t.Errorf("%v, %v", f, err)
	}
}

// What the library misreads is refused: it gave false for true, and zeros.
func TestWhatIsMisreadIsRefused(t *testing.T) {
	type row struct {
		X bool `parquet:"x"`
	}
	for want, option := range map[string]pq.WriterOption{
		"truth values in the encoding RLE": pq.DefaultEncodingFor(pq.Boolean, &pq.RLE),
		"compression LZ4_RAW":              pq.Compression(&pq.Lz4Raw),
	} {
		var b bytes.Buffer
		if err := pq.Write(&b, make([]row, 100), option); err != nil {
			t.Fatal(err)
		}
		_, err := parquet.Decode(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// What honest programs write is read: the codecs, encodings and versions of
// pages, with missing values.
func TestCodecsAndEncodings(t *testing.T) {
	type row struct {
		Plain    float64  `parquet:"plain"`
		Split    float64  `parquet:"split,split"`
		Index    *float64 `parquet:"index,optional,dict"`
		Deltas   int64    `parquet:"deltas,optional,delta"`
		Text     string   `parquet:"text,dict"`
		Lengths  string   `parquet:"lengths,optional,delta"`
		Truth    bool     `parquet:"truth"`
		Nothing  *float64 `parquet:"nothing,optional,dict"`
		Prefixes string   `parquet:"prefixes"`
	}
	const n = 1001
	rows := make([]row, n)
	floats, indexes, nothing := make(frame.Floats, n), make(frame.Floats, n), make(frame.Floats, n)
	deltas, texts, lengths, truth := make(frame.Floats, n), make(frame.Texts, n), make(frame.Texts, n), make(frame.Bools, n)
	for i := range rows {
		x, square, s := float64(i%7), int64(i*i), fmt.Sprintf("MN_%d", i%50)
		floats[i], indexes[i], deltas[i], nothing[i] = x, math.NaN(), math.NaN(), math.NaN()
		texts[i], truth[i] = s, i%100 < 40
		rows[i] = row{Plain: x, Split: x, Text: s, Prefixes: s, Truth: truth[i]}
		if i%3 > 0 {
			indexes[i], deltas[i], lengths[i] = x, float64(square), s
			rows[i].Index, rows[i].Deltas, rows[i].Lengths = &x, square, s
		}
	}
	want := []frame.Values{floats, floats, indexes, deltas, texts, lengths, truth, nothing, texts}
	for _, codec := range []compress.Codec{&pq.Uncompressed, &pq.Snappy, &pq.Gzip, &pq.Zstd, &pq.Brotli} {
		for version := 1; version <= 2; version++ {
			var b bytes.Buffer
			if err := pq.Write(&b, rows, pq.Compression(codec), pq.DataPageVersion(version), pq.PageBufferSize(1<<10),
				pq.DefaultEncodingFor(pq.ByteArray, &pq.DeltaByteArray)); err != nil {
				t.Fatal(err)
			}
			f, err := parquet.Decode(bytes.NewReader(b.Bytes()), int64(b.Len()))
			if err != nil {
				t.Errorf("%s, pages of version %d: %v", codec, version, err)
				continue
			}
			for i, c := range f.Columns {
				if diff := cmp.Diff(want[i], c.Values, cmpopts.EquateNaNs()); diff != "" {
					t.Errorf("%s, pages of version %d, column %q: %s", codec, version, c.Name, diff)
				}
			}
		}
	}
}
