package sources

import (
	"os"
	"time"
)

// Look is the size and time of a file or folder. While it is the same, so is
// what was read from it, if it was settled then.
type Look struct {
	Size     int64
	Modified time.Time
}

// LookOf returns how a file or folder looks.
func LookOf(info os.FileInfo) Look { return Look{info.Size(), info.ModTime()} }

// settled is the age after which a change is sure to be followed by one with a
// later time.
const settled = 2 * time.Second

// Settled reports whether a file with this look, read at the time then, must get
// another look when it changes: a file may change twice within one tick of the
// file system's clock.
func (l Look) Settled(then time.Time) bool { return then.Sub(l.Modified) >= settled }

// Same reports whether two looks are equal.
func (l Look) Same(other Look) bool { return l.Size == other.Size && l.Modified.Equal(other.Modified) }
