package atomicfile

import (
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// faulty is a file system in memory that fails as its seed says: at one of its
// operations a write is short, the disk is full, the device fails or the
// process dies. After powerLoss only what was flushed is there for certain;
// of the rest any prefix is.
type faulty struct {
	random     *rand.Rand
	seen, disk map[string]*inode
	unsynced   []func(map[string]*inode) // changes of names in seen that disk may lack
	at, step   int                       // the operation that fails, and the present one
	fault      fault
	lies       bool // Sync does nothing
	umask      fs.FileMode
}

type fault int

const (
	none fault = iota
	shortWrite
	diskFull
	deviceError
	death
	faults
)

// died is what a program that ends in the middle panics with.
type died struct{}

type inode struct {
	mode            fs.FileMode
	content, synced []byte
	unsynced        []write1
	alive           bool // a writer has it open
}

type write1 struct {
	off  int64
	data []byte
}

func newFaulty(seed uint64, f fault, at int) *faulty {
	return &faulty{random: rand.New(rand.NewPCG(seed, 1)), seen: map[string]*inode{}, disk: map[string]*inode{}, at: at, fault: f, umask: 0o022}
}

// put is a file that was there before.
func (f *faulty) put(name string, mode fs.FileMode, content []byte) {
	n := &inode{mode: mode, content: slices.Clone(content), synced: slices.Clone(content)}
	f.seen[name], f.disk[name] = n, n
}

// fails reports the fault of the present operation, once.
func (f *faulty) fails() fault {
	f.step++
	if f.step != f.at {
		return none
	}
	if f.fault == death {
		panic(died{})
	}
	return f.fault
}

func (f *faulty) error(op, name string) error {
	switch f.fails() {
	case none, shortWrite:
		return nil
	case diskFull:
		return &fs.PathError{Op: op, Path: name, Err: syscall.ENOSPC}
	}
	return &fs.PathError{Op: op, Path: name, Err: syscall.EIO}
}

// change changes the names now and, perhaps, on the disk.
func (f *faulty) change(do func(map[string]*inode)) {
	do(f.seen)
	f.unsynced = append(f.unsynced, do)
}

// kill ends the process: nothing has a writer any more.
func (f *faulty) kill() {
	for _, n := range f.seen {
		n.alive = false
	}
}

// powerLoss ends the process and starts the machine again.
func (f *faulty) powerLoss() {
	f.kill()
	for _, do := range f.unsynced[:f.random.IntN(len(f.unsynced)+1)] {
		do(f.disk)
	}
	f.unsynced, f.seen = nil, map[string]*inode{}
	for name, n := range f.disk {
		n.content = slices.Clone(n.synced)
		keep := f.random.IntN(len(n.unsynced) + 1)
		for i, w := range n.unsynced[:keep] {
			data := w.data
			if i == keep-1 {
				data = data[:f.random.IntN(len(data)+1)]
			}
			n.content = overwrite(n.content, w.off, data)
		}
		n.unsynced = nil
		f.seen[name] = n
	}
}

func overwrite(content []byte, off int64, data []byte) []byte {
	for int64(len(content)) < off+int64(len(data)) {
		content = append(content, 0)
	}
	copy(content[off:], data)
	return content
}

func (f *faulty) Lstat(name string) (fs.FileInfo, error) {
	if err := f.error("lstat", name); err != nil {
		return nil, err
	}
	n, ok := f.seen[name]
	if !ok {
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: fs.ErrNotExist}
	}
	return info{filepath.Base(name), n}, nil
}

func (f *faulty) Readlink(name string) (string, error) { return "", fs.ErrInvalid }

func (f *faulty) ReadDir(dir string) (names []string, err error) {
	for name := range f.seen {
		names = append(names, filepath.Base(name))
	}
	slices.Sort(names)
	return names, f.error("readdir", dir)
}

func (f *faulty) CheckWritable(name string) error { return f.error("open", name) }

func (f *faulty) Create(name string, mode fs.FileMode) (file, error) {
	if err := f.error("open", name); err != nil {
		return nil, err
	}
	n := &inode{mode: mode &^ f.umask, alive: true}
	f.change(func(names map[string]*inode) { names[name] = n })
	return &open{f, n, name, 0}, nil
}

func (f *faulty) RemoveDead(name string) {
	if !f.seen[name].alive {
		_ = f.Remove(name)
	}
}

func (f *faulty) Rename(from, to string) error {
	if err := f.error("rename", from); err != nil {
		return err
	}
	n := f.seen[from]
	f.change(func(names map[string]*inode) { delete(names, from); names[to] = n })
	return nil
}

func (f *faulty) Remove(name string) error {
	if err := f.error("remove", name); err != nil {
		return err
	}
	f.change(func(names map[string]*inode) { delete(names, name) })
	return nil
}

func (f *faulty) SyncDir(dir string) error {
	if err := f.error("sync", dir); err != nil || f.lies {
		return err
	}
	for _, do := range f.unsynced {
		do(f.disk)
	}
	f.unsynced = nil
	return nil
}

type open struct {
	f    *faulty
	n    *inode
	name string
	at   int64
}

func (o *open) Write(p []byte) (int, error) {
	n, err := o.WriteAt(p, o.at)
	o.at += int64(n)
	return n, err
}

func (o *open) WriteAt(p []byte, off int64) (int, error) {
	n := len(p)
	var err error
	switch o.f.fails() {
	case shortWrite:
		n = o.f.random.IntN(len(p))
	case diskFull:
		n, err = o.f.random.IntN(len(p)), syscall.ENOSPC
	case deviceError:
		n, err = o.f.random.IntN(len(p)), syscall.EIO
	}
	o.n.content = overwrite(o.n.content, off, p[:n])
	o.n.unsynced = append(o.n.unsynced, write1{off, slices.Clone(p[:n])})
	return n, err
}

func (o *open) Chmod(mode fs.FileMode) error {
	if err := o.f.error("chmod", o.name); err != nil {
		return err
	}
	o.n.mode = mode
	return nil
}

func (o *open) Sync() error {
	if err := o.f.error("sync", o.name); err != nil || o.f.lies {
		return err
	}
	o.n.synced, o.n.unsynced = slices.Clone(o.n.content), nil
	return nil
}

func (o *open) Close() error {
	o.n.alive = false
	return o.f.error("close", o.name)
}

type info struct {
	name string
	*inode
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return int64(len(i.content)) }
func (i info) Mode() fs.FileMode  { return i.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }
