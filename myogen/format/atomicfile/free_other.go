//go:build !darwin && !linux

package atomicfile

import "errors"

func (machine) Free(string) (bytes, system uint64, err error) {
	return 0, 0, errors.ErrUnsupported
}
