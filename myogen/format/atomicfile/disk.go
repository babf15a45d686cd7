package atomicfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// fileSystem is what this package asks of a file system. Tests put one in its
// place that fails.
type fileSystem interface {
	Lstat(name string) (fs.FileInfo, error)
	Readlink(name string) (string, error)
	ReadDir(name string) ([]string, error)
	// CheckWritable returns an error if the file may not be written.
	CheckWritable(name string) error
	// Create makes a new file with the permissions mode less the umask and marks it as having a
	// living writer. If there is one of this name, the error is fs.ErrExist.
	Create(name string, mode fs.FileMode) (file, error)
	// RemoveDead removes a file made by Create whose writer has died.
	RemoveDead(name string)
	Rename(from, to string) error
	Remove(name string) error
	// SyncDir flushes the names in a folder to the disk.
	SyncDir(name string) error
}

type file interface {
	io.Writer
	io.WriterAt
	io.Closer
	Chmod(mode fs.FileMode) error
	Sync() error
}

// disk is the file system of this machine.
type disk struct{}

func (disk) Lstat(name string) (fs.FileInfo, error) { return os.Lstat(name) }
func (disk) Readlink(name string) (string, error)   { return os.Readlink(name) }
func (disk) Rename(from, to string) error           { return os.Rename(from, to) }
func (disk) Remove(name string) error               { return os.Remove(name) }

func (disk) ReadDir(name string) ([]string, error) {
	dir, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.Readdirnames(-1)
}

func (disk) CheckWritable(name string) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

func (disk) Create(name string, mode fs.FileMode) (file, error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return nil, err
	}
	// Between these two lines another process may have taken the file for a dead writer's.
	if lock(f) == errLocked || !sameFile(f, name) {
		return nil, errors.Join(f.Close(), fs.ErrExist)
	}
	return f, nil
}

func (disk) RemoveDead(name string) {
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

func (disk) SyncDir(name string) error {
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
