package parquet

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// checkPages checks all pages of a file whose columns are not nested: their
// lengths must lie within the file, they must unpack to what their headers
// claim and have as many values, and all of it must fit into the memory left.
func checkPages(r io.ReaderAt, size int64, file *parquet.File, left int64) error {
	columns := file.Root().Columns()
	check := pageCheck{left: left}
	for _, group := range file.Metadata().RowGroups {
		for i, chunk := range group.Columns {
			m := chunk.MetaData
			start, length := m.DataPageOffset, m.TotalCompressedSize
			if m.DictionaryPageOffset != 0 {
				start = m.DictionaryPageOffset
			}
			err := errLength
			if start >= 0 && length >= 0 && start <= size && length <= size-start {
				check.column = columns[i]
				err = check.chunk(io.NewSectionReader(r, start, length))
			}
			if err != nil {
				return fmt.Errorf("column %q: %w", columns[i].Name(), err)
			}
		}
	}
	return nil
}

// pageCheck checks the pages of a column.
type pageCheck struct {
	column           *parquet.Column
	left             int64  // memory
	packed, unpacked []byte // buffers of a page
}

func (c *pageCheck) take(n int64) error {
	if c.left -= n; c.left < 0 {
		return errMemory
	}
	return nil
}

//lint:ignore SA1019 older programs write it
const plainDictionary = format.PlainDictionary

// maxHeader is more than the header of a page has: statistics are its only part
// without a fixed size.
const maxHeader = 1 << 20

func (c *pageCheck) chunk(r *io.SectionReader) error {
	b := make([]byte, 0, min(maxHeader, r.Size()))
	for at, page := int64(0), 1; at < r.Size(); page++ {
		b = b[:min(maxHeader, r.Size()-at)]
		// Most headers are short.
		rest, err := []byte(nil), error(nil)
		for n := min(1<<10, len(b)); ; n = len(b) {
			if _, err := r.ReadAt(b[:n], at); err != nil {
				return err
			}
			if rest, err = skip(b[:n], thrift.STRUCT, 0); err == nil || n == len(b) {
				b = b[:n]
				break
			}
		}
		if err != nil {
			return fmt.Errorf("the header of page %d: %w", page, err)
		}
		var header format.PageHeader
		used := len(b) - len(rest)
		if err := thrift.Unmarshal(&thrift.CompactProtocol{}, b[:used], &header); err != nil {
			return fmt.Errorf("the header of page %d: %w", page, err)
		}
		at += int64(used)
		packed := int64(header.CompressedPageSize)
		if packed < 0 || packed > r.Size()-at {
			return fmt.Errorf("page %d: %w", page, errLength)
		}
		c.packed = slices.Grow(c.packed[:0], int(packed))[:packed]
		if packed > 0 { // at the end there is no byte to read
			if _, err := r.ReadAt(c.packed, at); err != nil {
				return err
			}
		}
		if err := c.page(&header, c.packed); err != nil {
			return fmt.Errorf("page %d %w", page, err)
		}
		at += packed
	}
	return nil
}

// page checks what is in a page. Its errors go on after "page 1".
func (c *pageCheck) page(header *format.PageHeader, data []byte) error {
	size := int(header.UncompressedPageSize)
	v1, v2, dictionary := header.DataPageHeader, header.DataPageHeaderV2, header.DictionaryPageHeader
	values := int(max(v1.V.NumValues, v2.V.NumValues, dictionary.V.NumValues))
	if size < 0 || values < 0 {
		return fmt.Errorf("claims %d bytes and %d values", size, values)
	}
	if err := c.take(int64(max(size, 8*values))); err != nil {
		return fmt.Errorf("claims %d bytes and %d values: %w", size, values, err)
	}
	if v1.Valid && v2.Valid || v1.Valid && dictionary.Valid || v2.Valid && dictionary.Valid {
		return errors.New("has more than one kind of header") // the library may take either
	}
	optional := c.column.MaxDefinitionLevel() > 0
	switch {
	case dictionary.Valid:
		if e := dictionary.V.Encoding; e != format.Plain && e != plainDictionary {
			return fmt.Errorf("is a dictionary in the encoding %s, which is not read", e)
		}
		_, err := c.unpack(data, size)
		return err
	case v1.Valid:
		data, err := c.unpack(data, size)
		if err != nil {
			return err
		}
		if optional {
			if e := v1.V.DefinitionLevelEncoding; e != format.RLE {
				return fmt.Errorf("has definition levels in the encoding %s, which is not read", e)
			}
			var levels []byte
			if levels, data, err = prefixed(data); err != nil {
				return err
			}
			if err := c.levels(levels, values); err != nil {
				return err
			}
		}
		return c.values(data, v1.V.Encoding, values)
	case v2.Valid:
		repetition, definition := int(v2.V.RepetitionLevelsByteLength), int(v2.V.DefinitionLevelsByteLength)
		if repetition < 0 || definition < 0 || repetition+definition > len(data) {
			return fmt.Errorf("claims %d and %d bytes of levels and has %d bytes", repetition, definition, len(data))
		}
		levels, data := data[repetition:repetition+definition], data[repetition+definition:]
		if optional {
			if err := c.levels(levels, values); err != nil {
				return err
			}
		}
		if !v2.V.IsCompressed.Valid || v2.V.IsCompressed.V {
			var err error
			if data, err = c.unpack(data, size); err != nil {
				return err
			}
		}
		return c.values(data, v2.V.Encoding, values)
	}
	return nil // the library refuses it
}

// prefixed returns the bytes behind their length, and the rest.
func prefixed(b []byte) (head, tail []byte, err error) {
	if len(b) >= 4 {
		if n := int64(binary.LittleEndian.Uint32(b)); n <= int64(len(b)-4) {
			return b[4 : 4+n], b[4+n:], nil
		}
	}
	return nil, nil, fmt.Errorf("is damaged: %w", errLength)
}

var zstdDecoder = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
})

// unpack returns the uncompressed data of a page, which are at most as long as
// the page claims.
func (c *pageCheck) unpack(data []byte, claimed int) ([]byte, error) {
	codec := c.column.Compression().CompressionCodec()
	if codec == format.Uncompressed || len(data) == 0 {
		return data, nil
	}
	tooLong := fmt.Errorf("unpacks to more than the %d bytes that its header claims", claimed)
	c.unpacked = slices.Grow(c.unpacked[:0], claimed)
	b := c.unpacked[:claimed:claimed]
	var err error
	switch codec {
	case format.Snappy:
		n := 0
		if n, err = snappy.DecodedLen(data); err == nil && n > claimed {
			return nil, tooLong
		}
		b, err = snappy.Decode(b, data)
	case format.Zstd:
		var d *zstd.Decoder
		if d, err = zstdDecoder(); err != nil {
			return nil, err
		}
		if b, err = d.DecodeAll(data, b[:0]); errors.Is(err, zstd.ErrDecoderSizeExceeded) {
			return nil, tooLong
		}
	case format.Gzip, format.Brotli:
		var r io.Reader = brotli.NewReader(bytes.NewReader(data))
		if codec == format.Gzip {
			if r, err = gzip.NewReader(bytes.NewReader(data)); err != nil {
				break
			}
		}
		n := 0
		n, err = io.ReadFull(r, b)
		b = b[:n]
		if err == nil { // it is full
			n, err = io.ReadFull(r, make([]byte, 1))
			if n > 0 {
				return nil, tooLong
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF { // if it is cut off, the library says so
			err = nil
		}
	default: // the library gives zeros for some pages in LZ4_RAW
		return nil, fmt.Errorf("has the compression %s, which is not read", codec)
	}
	if err != nil {
		return nil, fmt.Errorf("is damaged: %w", err)
	}
	return b, nil
}

// levels checks definition levels.
func (c *pageCheck) levels(b []byte, values int) error {
	return checkRuns(b, bits.Len(uint(c.column.MaxDefinitionLevel())), values)
}

// values checks encoded values.
// https://parquet.apache.org/docs/file-format/data-pages/encodings/
func (c *pageCheck) values(b []byte, encoding format.Encoding, values int) error {
	if len(b) == 0 {
		return nil
	}
	switch encoding {
	case format.Plain, format.ByteStreamSplit: // as long as they are
		return nil
	case plainDictionary, format.RLEDictionary:
		return checkRuns(b[1:], int(b[0]), values)
	case format.RLE:
		// The library reads runs of them by eight, which gives wrong values.
		return errors.New("has truth values in the encoding RLE, which is not read; write PLAIN, which pyarrow does in data pages of version 1.0")
	case format.DeltaBinaryPacked, format.DeltaLengthByteArray:
		return checkDelta(b, values)
	case format.DeltaByteArray: // lengths of prefixes, of suffixes, suffixes
		prefixes, b, err := deltaLengths(b, values)
		if err != nil {
			return err
		}
		suffixes, _, err := deltaLengths(b, values)
		if err != nil {
			return err
		}
		if err := c.take(prefixes + suffixes); err != nil {
			return fmt.Errorf("has texts of %d bytes: %w", prefixes+suffixes, err)
		}
		return nil
	}
	return fmt.Errorf("has values in the encoding %s, which is not read", encoding)
}

func errValues(n uint64, claimed int) error {
	return fmt.Errorf("has %d values, more than the %d that its header claims", n, claimed)
}

// checkRuns checks a hybrid of run-length encoding and bit-packing.
func checkRuns(b []byte, width, values int) error {
	most := uint64(values + 7) // the last group of eight is filled up
	for total := uint64(0); len(b) > 0; {
		u, rest, err := uvarint(b)
		if err != nil {
			return fmt.Errorf("is damaged: %w", err)
		}
		n, bytes := u>>1, uint64(width+7)/8
		if n == 0 {
			b = rest // no value follows, for the library
			continue
		}
		if u&1 != 0 {
			if n > most/8 {
				return errValues(8*min(n, 1<<60), values)
			}
			n, bytes = 8*n, n*uint64(width)
		}
		if n > most-total {
			return errValues(total+n, values)
		}
		total += n
		b = rest[min(bytes, uint64(len(rest))):]
	}
	return nil
}

// checkDelta checks the header of DELTA_BINARY_PACKED: sizes of blocks, number of
// mini-blocks, number of values.
func checkDelta(b []byte, values int) error {
	var n uint64
	for range 3 {
		var err error
		if n, b, err = uvarint(b); err != nil {
			return fmt.Errorf("is damaged: %w", err)
		}
	}
	if n > uint64(values) {
		return errValues(n, values)
	}
	return nil
}

// deltaLengths returns the sum of lengths in DELTA_BINARY_PACKED, and what is
// behind them.
func deltaLengths(b []byte, values int) (sum int64, rest []byte, err error) {
	if err := checkDelta(b, values); err != nil {
		return 0, nil, err
	}
	lengths, err := parquet.DeltaBinaryPacked.DecodeInt32(nil, b)
	if err != nil {
		return 0, nil, fmt.Errorf("is damaged: %w", err)
	}
	for _, n := range lengths {
		if n < 0 {
			return 0, nil, fmt.Errorf("has a text of %d bytes", n)
		}
		sum += int64(n)
	}
	block, b, _ := uvarint(b) // the library has read them
	minis, b, _ := uvarint(b)
	_, b, _ = uvarint(b)
	_, b, _ = uvarint(b) // the first value
	for left := len(lengths) - 1; left > 0; {
		if _, b, err = uvarint(b); err != nil { // the least difference
			return 0, nil, fmt.Errorf("is damaged: %w", err)
		}
		widths := b[:min(minis, uint64(len(b)))]
		b = b[len(widths):]
		for _, width := range widths {
			if left <= 0 {
				break
			}
			b = b[min(block/minis*uint64(width)/8, uint64(len(b))):]
			left -= int(block / minis)
		}
	}
	return sum, b, nil
}
