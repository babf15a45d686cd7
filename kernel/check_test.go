package kernel

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestFailure(t *testing.T) {
	for _, c := range []struct {
		err      error
		at, want string
	}{
		{errors.New("myogen: the weight is -1 uS"), "/x/main.go:7", "/x/main.go:7: myogen: the weight is -1 uS\n"},
		{errors.New("a: b: c"), "", "a: b: c\n"},
		{ErrStopped, "/x/main.go:7", "/x/main.go:7: stopped before it was complete\n"},
		{fmt.Errorf("simulate: %w", context.Canceled), "", "simulate: context canceled\n"},
		{errors.New("first\nsecond\n"), "/x/main.go:7", "/x/main.go:7: first\nsecond\n"},
		// GoNB would die of a second place in the line.
		{errors.New("a: b: /y/main.go:3: c"), "/x/main.go:7", "/x/main.go:7: a: b: /y/main.go line 3: c\n"},
	} {
		if got := failure(c.err, c.at); got != c.want {
			t.Errorf("shows %q, want %q", got, c.want)
		}
	}
}
