package kernel

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestFailure(t *testing.T) {
	for _, c := range []struct {
		err  error
		at   location
		want string
	}{
		{errors.New("myogen: the weight is -1 uS"), location{cell: "/x/main.go:7"}, "/x/main.go:7: myogen: the weight is -1 uS\n"},
		{errors.New("a: b: c"), location{}, "a: b: c\n"},
		{ErrStopped, location{cell: "/x/main.go:7"}, "/x/main.go:7: stopped before it was complete\n"},
		{fmt.Errorf("simulate: %w", context.Canceled), location{}, "simulate: context canceled\n"},
		{errors.New("first\nsecond\n"), location{cell: "/x/main.go:7"}, "/x/main.go:7: first\nsecond\n"},
		{errors.New("bad"), location{"/x/main.go:7", "/x/main.go:3", "network"}, "/x/main.go:7: bad\n\tin network, /x/main.go:3\n"},
		// GoNB would die of a second place in the line.
		{errors.New("a: b: /y/main.go:3: c"), location{cell: "/x/main.go:7"}, "/x/main.go:7: a: b: /y/main.go line 3: c\n"},
	} {
		if got := failure(c.err, c.at); got != c.want {
			t.Errorf("shows %q, want %q", got, c.want)
		}
	}
}
