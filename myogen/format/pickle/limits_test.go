package pickle_test

import (
	"bytes"
	"strings"
	"testing"

	"gomyogen/myogen/format/pickle"
)

// A dict that holds itself, and a tuple of 2^40 parts in 200 bytes, are named by their
// kinds: printed they would take all memory.
func TestErrorsDoNotPrintWhatHasNoEnd(t *testing.T) {
	const itself = "}q\x00(X\x01\x00\x00\x00ah\x00u" // a dict, kept, with the key a: itself
	laughs := ")q\x01" + strings.Repeat("h\x01h\x01\x86q\x01", 40)
	array := func(shape string) string {
		return "cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x05\x00\x00\x00shape" + shape + "\x85X\x08\x00\x00\x00subclasscnumpy\nndarray\nub"
	}
	for name, c := range map[string]struct{ program, want string }{
		"a dict in itself as a key":     {itself + "}(h\x00Nu", "key a dict is not text"},
		"tuples of tuples as a key":     {"}q\x00" + laughs + "}(h\x01Nu", "key a tuple of 2 is not text"},
		"a dict in itself as a length":  {itself + array("h\x00"), "the array has length a dict"},
		"tuples of tuples as a length":  {"}q\x00" + laughs + array("h\x01"), "the array has length a tuple of 2"},
		"2^31-1 numbers":                {array("J\xff\xff\xff\x7f"), "the array has no dtype"},
		"a text of 4 GiB":               {"X\xff\xff\xff\xffa", "a text of 4294967295 bytes"},
		"a value that is not there":     {"j\xff\xff\xff\xff", "there is no value 4294967295"},
		"a value kept at 2^32-1":        {"Nr\xff\xff\xff\xff", "nothing to remember"},
		"an integer of 255 bytes":       {"\x8a\xff", "an integer of 255 bytes"},
		"a mark after a mark, for ever": {strings.Repeat("(", 1<<16), "it holds more than one array"},
		"protocol 5 out of band":        {"\x97", "this reader does not know it"},
	} {
		program := "\x80\x05" + c.program + "."
		if _, err := pickle.DecodeFloats(bytes.NewReader([]byte(program)), int64(len(program))); err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 200 {
			t.Errorf("%s: error %.300v, want %q", name, err, c.want)
		}
	}
}
