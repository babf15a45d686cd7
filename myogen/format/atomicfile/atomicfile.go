// Package atomicfile replaces files atomically: after a crash, a full disk or
// a power failure, a file has its old content or its new content, never a part
// of either.
//
// The new content goes to a hidden temporary file in the same folder, which is
// flushed to the disk and then renamed. Temporary files of writers that died
// are removed by the next writer of the same file.
package atomicfile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gomyogen/myogen/internal/watch"
)

// Write replaces the file at path by data, or creates it. The folder must
// exist. An existing file keeps its permissions and, where the process may give
// it away, its owner and group; where it keeps not its group, the new group may what
// others may. A new file gets 0666 less the umask. A symbolic
// link is followed to its target. Write refuses a target that is not a regular
// file and one that is write-protected. Each error names path, and after an error
// the old content is still there.
func Write(path string, data []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Discard())
	}
	return f.Commit()
}

// WriteFunc replaces the file at path by what write writes, on the terms of [Write].
// If write fails, its error is returned behind the path, and the old content stays.
func WriteFunc(path string, write func(io.Writer) error) error {
	return WriteFollowed(path, nil, write)
}

// WriteFollowed is WriteFunc whose file look follows, unless it is nil; see [File.Follow].
func WriteFollowed(path string, look func(bytes int) error, write func(io.Writer) error) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	f.Follow(look)
	if err := write(f); err != nil {
		return fmt.Errorf("%s: %w", path, errors.Join(err, f.Discard()))
	}
	return f.Commit()
}

// File is new content being written. It replaces the file at its path when
// Commit is called.
type File struct {
	disk   Disk
	path   string // as the caller named it
	target string // with symbolic links followed
	tmp    string
	keep   bool // tmp outlives a writer that fails
	file   Handle

	followed func(bytes int) error // of Follow; nil if nobody does
	unsynced int                   // bytes since the last flush, if followed
}

// Create begins to write the file at path, on the terms of [Write]. The caller
// must call [File.Commit] or [File.Discard].
func Create(path string) (*File, error) {
	f := &File{disk: disk, path: path}
	old, err := f.look()
	if err == nil {
		err = f.create(old.mode())
	}
	if err != nil {
		return nil, f.errorf(err)
	}
	if err := f.takeOver(old); err != nil {
		return nil, errors.Join(f.errorf(err), f.Discard())
	}
	return f, nil
}

// Check returns the error that [Create] would return now. It leaves nothing
// behind.
func Check(path string) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	return f.Discard()
}

// RemoveOld removes the file that [File.Commit] is to replace: until then there is none at
// the path. Its permissions and links are kept all the same.
func (f *File) RemoveOld() error {
	if err := f.disk.Remove(f.target); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f.errorf(err)
	}
	return nil
}

// Remove removes a file, if it is there.
func Remove(path string) error {
	if err := disk.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// PartialPath returns where the content stands that [Partial] writes for path.
func PartialPath(path string) string {
	if target, err := follow(disk, path); err == nil {
		path = target
	}
	return path + ".partial"
}

// Partial begins new content for the file at path that outlives its writer, or
// goes on with it: until [File.Commit] it stands at [PartialPath], and a later
// process goes on behind its first size bytes; what follows them is cut off. So it
// does with content that has been committed since, which then is not at path until
// the next Commit. A size of 0 begins anew. The error of a living writer's content says so. The
// caller must call [File.Commit], [File.Discard] or [File.Close].
func Partial(path string, size int64) (*File, error) {
	f := &File{disk: disk, path: path}
	old, err := f.look()
	if err == nil {
		f.tmp = PartialPath(f.target)
		f.file, err = f.disk.Resume(f.tmp, old.mode(), size)
		if size > 0 && errors.Is(err, fs.ErrNotExist) { // Commit was the last that its writer did
			if err = f.disk.Rename(f.target, f.tmp); err == nil {
				f.file, err = f.disk.Resume(f.tmp, old.mode(), size)
			}
		}
	}
	if err == nil {
		f.keep = true
		// So that its name is on the disk before Sync promises its content.
		if err = errors.Join(f.takeOver(old), f.disk.SyncDir(folder(f.target))); err != nil {
			err = errors.Join(err, f.file.Close())
		}
	}
	if err != nil {
		return nil, f.errorf(err)
	}
	return f, nil
}

// errorf names the path in an error instead of the temporary file.
func (f *File) errorf(err error) error {
	if err == nil {
		return nil
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return fmt.Errorf("write %s: %w", f.path, err)
}

// target is a file that is to be replaced; nil is none.
type target struct{ fs.FileInfo }

// mode returns the permissions to create a file with.
func (t *target) mode() fs.FileMode {
	if t == nil {
		return 0o666
	}
	return t.Mode().Perm()
}

// look finds the file to replace, and refuses one that must not be.
func (f *File) look() (*target, error) {
	var err error
	if f.target, err = follow(f.disk, f.path); err != nil {
		return nil, err
	}
	info, err := f.disk.Lstat(f.target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s, not a regular file", kind(info.Mode()))
	case info.Mode().Perm()&0o222 == 0:
		return nil, fmt.Errorf("the file is write-protected (%v): %w", info.Mode().Perm(), fs.ErrPermission)
	}
	return &target{info}, f.disk.CheckWritable(f.target)
}

// create makes the temporary file.
func (f *File) create(mode fs.FileMode) error {
	base := filepath.Base(f.target)
	removeLeftovers(f.disk, folder(f.target), short(base))
	var err error
	for range 100 {
		f.tmp = beside(f.target, temporary(base, rand.Uint64()))
		if f.file, err = f.disk.Create(f.tmp, mode); !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return err
}

// takeOver gives the new file the owner and the permissions of the old one.
func (f *File) takeOver(old *target) error {
	if old == nil {
		return nil
	}
	mode := old.mode()
	if !f.file.Own(old) { // what a group may is not for another one
		mode = mode&^0o070 | mode&0o007<<3
	}
	// The umask took part in the mode that Create gave.
	return f.file.Chmod(mode)
}

// kind names what is no regular file.
func kind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "it is a folder"
	case m&fs.ModeDevice != 0:
		return "it is a device"
	case m&fs.ModeNamedPipe != 0:
		return "it is a named pipe"
	case m&fs.ModeSocket != 0:
		return "it is a socket"
	}
	return fmt.Sprintf("its mode is %v", m)
}

// maxLinks is how many symbolic links follow one another, as in Linux.
const maxLinks = 40

// follow returns the name of the file that path leads to.
func follow(d Disk, path string) (string, error) {
	for range maxLinks {
		info, err := d.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return path, err
		}
		to, err := d.Readlink(path)
		if err != nil {
			return path, err
		}
		if !filepath.IsAbs(to) {
			to = beside(path, to)
		}
		path = to
	}
	return path, fmt.Errorf("more than %d symbolic links follow one another", maxLinks)
}

// folder returns the folder of a file. Unlike filepath.Dir it leaves "link/.." as it
// is, since the system looks for that where the link leads.
func folder(path string) string {
	dir, _ := filepath.Split(path)
	if dir == "" {
		return "."
	}
	return cmp.Or(strings.TrimRight(dir, string(filepath.Separator)), string(filepath.Separator))
}

// beside returns the path of a name in the folder of a file, see folder.
func beside(path, name string) string {
	dir, _ := filepath.Split(path)
	return dir + name
}

// SameFile reports whether two paths lead to one file, which need not be there yet:
// relative or absolute, through symbolic links, ".." and mounts. Names that differ
// only in case are the same, as they are to the usual file systems of macOS.
func SameFile(a, b string) bool {
	dir, name := place(a)
	otherDir, otherName := place(b)
	if !strings.EqualFold(name, otherName) {
		return false
	}
	info, err := os.Stat(dir)
	other, otherErr := os.Stat(otherDir)
	if err != nil || otherErr != nil {
		return filepath.Clean(dir) == filepath.Clean(otherDir)
	}
	return os.SameFile(info, other)
}

// place returns the folder and the name of the file that a path leads to.
func place(path string) (dir, name string) {
	if target, err := follow(disk, path); err == nil {
		path = target
	}
	return folder(path), filepath.Base(path)
}

// digits is the length of the number in a temporary file's name: twenty with
// leading zeros, which no one gives to a file of their own.
const digits = 20

// maxName is the length that every file system allows a name.
const maxName = 255

func temporary(base string, number uint64) string {
	return fmt.Sprintf(".%s-%0*d", short(base), digits, number)
}

// short returns as much of a file's name as the temporary name has room for.
func short(base string) string {
	return strings.ToValidUTF8(base[:min(len(base), maxName-digits-2)], "")
}

// ofTemporary returns the name of the file that a name that temporary returns is for, or "".
func ofTemporary(name string) string {
	at := len(name) - digits - 1
	if at < 2 || name[0] != '.' || name[at] != '-' || strings.Trim(name[at+1:], "0123456789") != "" {
		return ""
	}
	return name[1:at]
}

// RemoveLeftovers removes the temporary files of all writers in a folder that
// died. Write and Create remove those of their own file.
func RemoveLeftovers(dir string) { removeLeftovers(disk, dir, "") }

// removeLeftovers removes what dead writers of the file base left, or of any
// file if base is empty. A leftover that cannot be removed is only in the way.
func removeLeftovers(d Disk, dir, base string) {
	names, err := d.ReadDir(dir)
	if err != nil {
		return // a folder that may not be read may be written
	}
	for _, name := range names {
		if of := ofTemporary(name); of != "" && (base == "" || of == base) {
			d.RemoveDead(filepath.Join(dir, name))
		}
	}
}

// Follow has look called while the new content is written: with the number of bytes
// of each 64 kB before they are, and with 0 every 30 ms while a flush to the disk lasts.
// An error of look is that of the Write, Sync or Commit that called it, and ends it; the
// caller then calls Discard, though a flush may still go on. The content is flushed each
// 4 MB, so that none takes long: at once a slow disk has hundreds of MB to write.
func (f *File) Follow(look func(bytes int) error) { f.followed = look }

const (
	lookEvery = 64 << 10 // bytes
	syncEvery = 4 << 20
)

// Write appends to the new content.
func (f *File) Write(p []byte) (int, error) {
	if f.followed == nil {
		return f.write(p)
	}
	done := 0
	for piece := range slices.Chunk(p, lookEvery) {
		if err := f.followed(len(piece)); err != nil {
			return done, err
		}
		n, err := f.write(piece)
		done += n
		if f.unsynced += n; err == nil && f.unsynced >= syncEvery {
			err = f.Sync()
		}
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

func (f *File) write(p []byte) (int, error) {
	n, err := f.file.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, f.errorf(err)
}

// WriteAt writes to the new content at an offset.
func (f *File) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.file.WriteAt(p, off)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, f.errorf(err)
}

// Commit flushes the new content to the disk and gives it its name. After an
// error the old content is still there, and the new is discarded unless
// [Partial] began it; only an error of flushing the folder leaves open which of
// the two a power failure would leave.
func (f *File) Commit() error {
	if err := f.flush(f.file.Sync); err != nil {
		return f.fail(err)
	}
	if err := f.disk.Rename(f.tmp, f.target); err != nil {
		if linkError, ok := err.(*os.LinkError); ok {
			err = linkError.Err // without the two names
		}
		return f.fail(err)
	}
	syncDir := func() error { return f.disk.SyncDir(folder(f.target)) }
	return f.errorf(errors.Join(f.file.Close(), f.flush(syncDir)))
}

// flush calls a function that waits for the disk, which nothing can stop.
func (f *File) flush(sync func() error) error {
	f.unsynced = 0
	if f.followed == nil {
		return sync()
	}
	return watch.While(f.followed, sync)
}

// fail ends the writing after an error.
func (f *File) fail(err error) error {
	if f.keep {
		return f.errorf(errors.Join(err, f.file.Close()))
	}
	return errors.Join(f.errorf(err), f.Discard())
}

// Sync flushes the new content to the disk and leaves it to be written on.
func (f *File) Sync() error { return f.errorf(f.flush(f.file.Sync)) }

// Close ends the writing of content that [Partial] began and leaves it to be
// gone on with.
func (f *File) Close() error { return f.errorf(f.file.Close()) }

// Discard removes the new content.
func (f *File) Discard() error {
	err := f.file.Close()
	// Once it is closed, another writer may remove it as a dead one's.
	if e := f.disk.Remove(f.tmp); !errors.Is(e, fs.ErrNotExist) {
		err = errors.Join(err, e)
	}
	return f.errorf(err)
}
