package parquet_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	pq "github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/format/frame/frametest"
	"gomyogen/myogen/format/parquet"
)

func encode(t interface{ Fatal(...any) }, f *frame.Frame) []byte {
	var b bytes.Buffer
	if err := parquet.Encode(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rows returns the rows in [start, stop) of a frame.
func rows(f *frame.Frame, start, stop int) *frame.Frame {
	part := &frame.Frame{Metadata: f.Metadata}
	for _, c := range f.Columns {
		switch v := c.Values.(type) {
		case frame.Floats:
			c.Values = v[start:stop]
		case frame.Ints:
			c.Values = v[start:stop]
		case frame.Texts:
			c.Values = v[start:stop]
		case frame.Bools:
			c.Values = v[start:stop]
		}
		part.Columns = append(part.Columns, c)
	}
	return part
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := frametest.Frames().Draw(t, "frame")
		b := encode(t, f)
		back, err := parquet.Decode(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(f, back, cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		var parts bytes.Buffer
		w := parquet.NewWriter(&parts)
		cut := rapid.IntRange(0, f.Len()).Draw(t, "cut")
		if err := errors.Join(w.Write(rows(f, 0, cut)), w.Write(rows(f, cut, f.Len())), w.Close()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(parts.Bytes(), b) {
			t.Fatal("two parts give other bytes")
		}
		if again := encode(t, back); !bytes.Equal(again, b) {
			t.Fatal("the same frame gives other bytes")
		}
	})
}

// More rows than a row group has.
func TestManyRows(t *testing.T) {
	n := 2_500_000
	x, s := make(frame.Floats, n), make(frame.Texts, n)
	for i := range x {
		x[i], s[i] = float64(i)/7, []string{"MN_0", "MN_1", "MN_2"}[i%3]
	}
	f := &frame.Frame{Columns: []frame.Column{{Name: "time", Unit: "ms", Values: x}, {Name: "train", Values: s}}}
	path := filepath.Join(t.TempDir(), "f.parquet")
	if err := parquet.Write(path, f); err != nil {
		t.Fatal(err)
	}
	back, err := parquet.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	times, err1 := back.Floats("time")
	trains, err2 := back.Texts("train")
	if err1 != nil || err2 != nil || !slices.Equal(times, x) || !slices.Equal(trains, s) {
		t.Errorf("%v, %v, %d rows, want %d", err1, err2, back.Len(), n)
	}
}

// What others write: float32, unsigned, missing numbers, a list, a date.
func TestFilesOfOthers(t *testing.T) {
	type row struct {
		Small   float32  `parquet:"small"`
		Count   uint32   `parquet:"count"`
		Missing *int64   `parquet:"missing,optional"`
		Number  *float64 `parquet:"number,optional"`
		Name    *string  `parquet:"name,optional"`
	}
	one, half, name := int64(1), 0.5, "a"
	b := new(bytes.Buffer)
	if err := pq.Write(b, []row{{1.5, math.MaxUint32, &one, &half, &name}, {}}); err != nil {
		t.Fatal(err)
	}
	got, err := parquet.Decode(bytes.NewReader(b.Bytes()), int64(b.Len()))
	want := &frame.Frame{Columns: []frame.Column{
		{Name: "small", Values: frame.Floats{1.5, 0}},
		{Name: "count", Values: frame.Ints{math.MaxUint32, 0}},
		{Name: "missing", Values: frame.Floats{1, math.NaN()}},
		{Name: "number", Values: frame.Floats{0.5, math.NaN()}},
		{Name: "name", Values: frame.Texts{"a", ""}},
	}}
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}

	refused := func(b []byte, want string) {
		t.Helper()
		if _, err := parquet.Decode(bytes.NewReader(b), int64(len(b))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	b.Reset()
	if err := pq.Write(b, []struct {
		L []int64 `parquet:"l"`
	}{{[]int64{1}}}); err != nil {
		t.Fatal(err)
	}
	refused(b.Bytes(), `column "l": it is nested`)
	b.Reset()
	if err := pq.Write(b, []struct {
		D int32 `parquet:"d,date"`
	}{{1}}); err != nil {
		t.Fatal(err)
	}
	refused(b.Bytes(), `column "d": its type DATE is not read`)
	b.Reset()
	if err := pq.Write(b, []struct {
		U uint64 `parquet:"u"`
	}{{math.MaxUint64}}); err != nil {
		t.Fatal(err)
	}
	refused(b.Bytes(), `column "u": row 1: int64 has no 18446744073709551615`)
	b.Reset()
	if err := pq.Write(b, []row{{}}, pq.KeyValueMetadata("gomyogen frame", "2")); err != nil {
		t.Fatal(err)
	}
	refused(b.Bytes(), `version "2"`)
	refused([]byte("PAR1"), "not a Parquet file")
}

// Damaged files are refused or read; nothing panics.
func FuzzDecode(f *testing.F) {
	f.Add(small(f))
	f.Fuzz(func(t *testing.T, b []byte) { decodes(t, b) })
}

// A file with any byte damaged is read as a frame that is one, or refused.
func TestDamagedBytes(t *testing.T) {
	b := small(t)
	for i := range b {
		damaged := slices.Clone(b)
		damaged[i] ^= 0x55
		decodes(t, damaged)
	}
}

func small(t testing.TB) []byte {
	return encode(t, &frame.Frame{
		Columns:  []frame.Column{{Name: "x", Unit: "mV", Values: frame.Floats{1, 2}}, {Name: "s", Values: frame.Texts{"a", "b"}}},
		Metadata: map[string]string{"seed": "42"},
	})
}

// decodes reads a file, and looks at what it has read.
func decodes(t *testing.T, b []byte) {
	t.Helper()
	if frame, err := parquet.Decode(bytes.NewReader(b), int64(len(b))); err == nil {
		if err := frame.Validate(); err != nil {
			t.Errorf("%v, of %x", err, b)
		}
	}
}

func TestNothingIsHalfWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.parquet")
	f := &frame.Frame{Columns: []frame.Column{{Name: "a", Values: frame.Ints{1}}, {Name: "b", Values: frame.Ints{}}}}
	if err := parquet.Write(path, f); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("%v, want one that names the file", err)
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) > 0 {
		t.Errorf("%v, %v", files, err)
	}
}
