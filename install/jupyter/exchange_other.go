//go:build unix && !darwin && !linux

package jupyter

import "errors"

// exchange is not there.
func exchange(a, b string) error { return errors.ErrUnsupported }
