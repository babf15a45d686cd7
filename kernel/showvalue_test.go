package kernel

import (
	"errors"
	"gomyogen/kernel/value"
	"strings"
	"testing"
)

func TestAsText(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{3, "3"}, {"a\nb", "a\nb"}, {nil, "nil"}, {struct{ A int }{1}, "{A:1}"}, {errors.New("one\ntwo"), "error: one; two"},
		{func(int) string { return "" }, "func(int) string"}, {[]float64{1, 2.5}, "[1 2.5]"}, {strings.Repeat("é", value.MaxText), strings.Repeat("é", value.MaxText/2) + " ..."},
	} {
		if got := asText(c.value); got != c.want {
			t.Errorf("%T is shown as %.40q, want %.40q", c.value, got, c.want)
		}
	}
}
