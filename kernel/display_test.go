package kernel

import (
	"errors"
	"strings"
	"testing"
)

func TestPrintPlain(t *testing.T) {
	for _, c := range []struct {
		name   string
		bundle map[string]string
		want   string
	}{
		{"one line", map[string]string{"text/plain": "a figure"}, "a figure\n"},
		{"ends its line itself", map[string]string{"text/plain": "a\nb\n"}, "a\nb\n"},
		{"richer parts are not printed", map[string]string{"text/plain": "a", "text/html": "<b>a</b>"}, "a\n"},
		{"nothing to print", map[string]string{"text/html": "<b>a</b>"}, ""},
	} {
		var out strings.Builder
		if err := printPlain(&out, c.bundle); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if out.String() != c.want {
			t.Errorf("%s: printed %q, want %q", c.name, out.String(), c.want)
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestPrintPlainReportsTheError(t *testing.T) {
	if err := printPlain(brokenWriter{}, map[string]string{"text/plain": "a"}); err == nil {
		t.Error("no error from a writer that fails")
	}
}

func TestDisplayIDsAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := newDisplayID()
		if seen[id] {
			t.Fatalf("id %q came twice", id)
		}
		seen[id] = true
	}
}
