//go:build !linux

package runs

import "os"

func lock(*os.File, int64) bool { return true }

func unlock(*os.File, int64) {}
