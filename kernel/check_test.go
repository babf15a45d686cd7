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
		{errors.New("a: b: /y/main.go:3: c"), location{cell: "/x/main.go:7"}, "/x/main.go:7: a: b: /y/main.go:3: c\n"},
	} {
		if got := failure(c.err, c.at); got != c.want {
			t.Errorf("shows %q, want %q", got, c.want)
		}
	}
}

func TestNamesOfFunctions(t *testing.T) {
	for function, want := range map[string]string{
		"main.main":                       "the cell",
		"main.main.func1":                 "the cell",
		"main.main.func1.2":               "the cell",
		"main.main.gowrap1":               "the cell",
		"main.mainly":                     "mainly",
		"main.network":                    "network",
		"main.network[...]":               "network",
		"main.pool.connect":               "pool.connect",
		"main.(*pool).connect":            "pool.connect",
		"main.(*pool[...]).connect":       "pool.connect",
		"main.network.func1":              "a function literal of network",
		"main.network.func1.2":            "a function literal of network",
		"main.main.network.func1":         "a function literal of network", // inlined into the cell
		"main.main.func2.network.func1":   "a function literal of network",
		"main.(*pool).connect.func1":      "a function literal of connect",
		"main.init.func1":                 "a function literal",
		"main.glob..func1":                "a function literal",
		"main.main.func1-range1":          "the cell",
		"main.network.func1-range1.func2": "a function literal of network",
	} {
		got := "the cell"
		if !isCell(function) {
			got = functionName(function)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", function, got, want)
		}
	}
}
