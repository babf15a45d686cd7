package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// Disk is what writers ask of a machine: its file system and its clock. Package
// faultydisk has one that fails, is killed and loses power, and whose clock is
// set back.
type Disk interface {
	Now() time.Time
	Lstat(name string) (fs.FileInfo, error)
	Readlink(name string) (string, error)
	ReadDir(name string) ([]string, error)
	// CheckWritable returns an error if the file may not be written, or not be replaced.
	CheckWritable(name string) error
	// Create makes a new file with the permissions mode less the umask and marks it as having a
	// living writer. If there is one of this name, the error is fs.ErrExist.
	Create(name string, mode fs.FileMode) (Handle, error)
	// Resume opens a regular file to be written behind its first size bytes, to
	// which it is cut, and marks it as having a living writer; another living
	// writer is an error. For a size of 0 it makes a file that is not there.
	Resume(name string, mode fs.FileMode, size int64) (Handle, error)
	// RemoveDead removes a file made by Create whose writer has died.
	RemoveDead(name string)
	Rename(from, to string) error
	// Link gives a file a second name. If there is a file of that name, the error is fs.ErrExist.
	Link(from, to string) error
	Remove(name string) error
	// SyncDir flushes the names in a folder to the disk.
	SyncDir(name string) error
	// Free returns how many bytes can be written to the file system of a folder, and
	// a number of that system.
	Free(dir string) (bytes, system uint64, err error)
}

// Handle is an open file of a [Disk].
type Handle interface {
	io.Writer
	io.WriterAt
	io.Closer
	Chmod(mode fs.FileMode) error
	// Own gives the file the owner and group of another, where the process may, and
	// reports whether the file now has that group.
	Own(other fs.FileInfo) bool
	Sync() error
}

// disk is where this process writes.
var disk Disk = machine{}

// Use makes all writers of this process write to a disk, for tests, and returns
// the one before.
func Use(d Disk) (before Disk) {
	before, disk = disk, d
	return before
}

// Now returns the time by the clock of the disk.
func Now() time.Time { return disk.Now() }

// Due reports whether an interval has passed since a time, by the clock of the
// disk. It has, too, when the clock was set back meanwhile.
func Due(last time.Time, interval time.Duration) bool {
	passed := Now().Sub(last)
	return passed >= interval || passed < 0
}

// Machine returns the disk of this machine.
func Machine() Disk { return machine{} }

// machine is the disk of this machine.
type machine struct{}

func (machine) Now() time.Time                         { return time.Now() }
func (machine) Lstat(name string) (fs.FileInfo, error) { return os.Lstat(name) }
func (machine) Readlink(name string) (string, error)   { return os.Readlink(name) }
func (machine) Link(from, to string) error             { return os.Link(from, to) }

func (machine) Rename(from, to string) error {
	defer hold(to)()
	return os.Rename(from, to)
}

func (machine) Remove(name string) error {
	defer hold(name)()
	return os.Remove(name)
}

// slow is how large a file is that takes long to free, in bytes: of a gigabyte a fifth of
// a second.
const slow = 16 << 20

// hold keeps a large file open while its name is taken away, so that this need not wait
// until its blocks are free, and returns a function that lets it go.
func hold(name string) (release func()) {
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() < slow {
		return func() {}
	}
	f := openHeld(name)
	return func() { go f.Close() } // nothing was written; nil is closed already
}

func (machine) ReadDir(name string) ([]string, error) {
	dir, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Readdirnames(-1)
}

func (machine) CheckWritable(name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(mayReplace(name), f.Close())
}

func (machine) Create(name string, mode fs.FileMode) (Handle, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, err
	}
	// Between these two lines another process may have taken the file for a dead writer's.
	if lock(f) == errLocked || !sameFile(f, name) {
		return nil, errors.Join(f.Close(), fs.ErrExist)
	}
	return handle{f}, nil
}

func (machine) Resume(name string, mode fs.FileMode, size int64) (Handle, error) {
	info, err := os.Lstat(name)
	flags := os.O_WRONLY
	switch {
	case errors.Is(err, fs.ErrNotExist) && size == 0:
		flags |= os.O_CREATE | os.O_EXCL
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %s, not a regular file", name, kind(info.Mode()))
	}
	f, err := os.OpenFile(name, flags, mode)
	if err != nil {
		return nil, err
	}
	info, err = f.Stat()
	switch {
	case lock(f) == errLocked || !sameFile(f, name):
		err = fmt.Errorf("another run is writing to %s", name)
	case err == nil && info.Size() < size:
		err = fmt.Errorf("%s has %d bytes, must have %d", name, info.Size(), size)
	case err == nil:
		if err = f.Truncate(size); err == nil {
			_, err = f.Seek(size, io.SeekStart)
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return handle{f}, nil
}

// handle is an open file of this machine.
type handle struct{ *os.File }

func (h handle) Own(other fs.FileInfo) bool { return own(h.File, other) }

func (machine) RemoveDead(name string) {
	if info, err := os.Lstat(name); err != nil || !info.Mode().IsRegular() {
		return
	}
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if lock(f) == nil && sameFile(f, name) {
		_ = os.Remove(name) // it is only in the way
	}
}

// sameFile reports whether the open file still has the name.
func sameFile(f *os.File, name string) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Lstat(name)
	return err == nil && os.SameFile(a, b)
}

func (machine) SyncDir(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return nil // a folder that may not be read may be written
	}
	err = dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil // not every file system can
	}
	return errors.Join(err, dir.Close())
}
