package sources

import (
	"os"
	"time"
)

// Look is what changes with a file, and with the names in a folder: what was
// read of it holds for as long as it looks the same.
type Look struct {
	Size     int64
	Modified time.Time
}

// LookOf returns how a file or folder looks.
func LookOf(info os.FileInfo) Look { return Look{info.Size(), info.ModTime()} }

// settled is how old a change must be for the next one to show in the time of a
// file for certain.
const settled = 2 * time.Second

// Settled tells whether the look can be trusted to tell what was read from then
// on: a file may change twice within one tick of its clock.
func (l Look) Settled(then time.Time) bool { return then.Sub(l.Modified) >= settled }

// Same tells whether two looks are the same.
func (l Look) Same(other Look) bool { return l.Size == other.Size && l.Modified.Equal(other.Modified) }
