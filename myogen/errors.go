package myogen

import (
	"fmt"
	"strings"
)

// prefixed returns an error of this package's own functions with the prefix
// that all its public functions give theirs.
func prefixed(err error) error {
	if err == nil || strings.HasPrefix(err.Error(), "myogen: ") {
		return err
	}
	return fmt.Errorf("myogen: %w", err)
}

// withoutPrefix is the text of an error that will stand in another of this
// package.
func withoutPrefix(err error) string { return strings.TrimPrefix(err.Error(), "myogen: ") }
