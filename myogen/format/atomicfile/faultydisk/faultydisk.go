// Package faultydisk is a disk that fails, for tests of what programs write.
//
// A [Disk] stands over a folder of the machine, so that readers need not know
// of it. At one of its operations, which its seed chooses, a write is short, the
// disk is full, the device fails or the process dies; after [Disk.PowerLoss]
// only what was flushed is there for certain, and of the rest any prefix. Its
// clock is set back now and then.
package faultydisk

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"gomyogen/myogen/format/atomicfile"
)

// Fault is what fails at an operation.
type Fault int

// The faults.
const (
	None Fault = iota
	ShortWrite
	DiskFull
	DeviceError
	Death
	faults
)

// String names a fault.
func (f Fault) String() string {
	return [...]string{"none", "short write", "disk full", "device error", "death"}[f]
}

// Disk is a disk with one fault. It is for one goroutine.
type Disk struct {
	Random *rand.Rand // for the test's own choices
	// Fault is what fails, at operation At counted from 1.
	Fault Fault
	At    int
	// Lies makes Sync do nothing.
	Lies bool
	// NoLinks makes it a file system without links, as FAT.
	NoLinks bool
	// Room, unless it is 0, is how many bytes can be written before the disk is full,
	// and stays so. Claims, unless it is 0, is what it says is free.
	Room, Claims uint64

	atomicfile.Disk // of the machine
	root            string
	seen, safe      map[string]*inode         // by path: what programs see, and what was flushed
	unflushed       []func(map[string]*inode) // changes of names in seen that safe may lack
	open            []*handle
	step            int
	wrote           uint64 // where Room counts
	dead            bool

	clock *rand.Rand
	now   time.Time
}

// inode is a file.
type inode struct {
	mode            fs.FileMode
	content, synced []byte
	unsynced        []chunk
}

// chunk is what one call wrote; data is nil where it cut the file to off bytes.
type chunk struct {
	off  int64
	data []byte
}

// died is what a program that ends in the middle panics with.
type died struct{}

var errDead = errors.New("the process is dead")

// New returns a disk over a folder, in which all there is was flushed. The seed
// chooses a fault and one of the first so many operations.
func New(seed uint64, root string, operations int) *Disk {
	random := rand.New(rand.NewPCG(seed, 1))
	return &Disk{
		Random: random, Fault: Fault(random.IntN(int(faults))), At: 1 + random.IntN(operations),
		Disk: atomicfile.Machine(), root: root, seen: map[string]*inode{}, safe: map[string]*inode{},
		clock: rand.New(rand.NewPCG(seed, 2)), now: time.Unix(1e9, 0),
	}
}

// Now returns a time up to 2 min after the last one; now and then the clock was
// set back by up to an hour.
func (d *Disk) Now() time.Time {
	d.now = d.now.Add(time.Duration(d.clock.Int64N(int64(2 * time.Minute))))
	if d.clock.IntN(8) == 0 {
		d.now = d.now.Add(-time.Duration(d.clock.Int64N(int64(time.Hour))))
	}
	return d.now
}

// Run calls a program that writes to the disk, and reports whether it died.
func (d *Disk) Run(program func()) (dead bool) {
	before := atomicfile.Use(d)
	defer func() {
		atomicfile.Use(before)
		if r := recover(); r != nil {
			if _, ok := r.(died); !ok {
				panic(r)
			}
			dead = true
			d.Kill()
		}
	}()
	program()
	return false
}

// Steps returns how many operations there were.
func (d *Disk) Steps() int { return d.step }

// Kill ends the process: nothing has a writer any more, and nothing is written.
func (d *Disk) Kill() {
	for _, h := range d.open {
		_ = h.Handle.Close()
	}
	d.open, d.dead = nil, true
}

// Restart ends the process and begins another, in which nothing fails.
func (d *Disk) Restart() {
	d.Kill()
	d.dead, d.Fault = false, None
}

// PowerLoss ends the process and starts the machine again.
func (d *Disk) PowerLoss() error {
	d.Kill()
	for name := range d.seen {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, change := range d.unflushed[:d.Random.IntN(len(d.unflushed)+1)] {
		change(d.safe)
	}
	d.unflushed, d.seen = nil, map[string]*inode{}
	for name, n := range d.safe {
		n.content = slices.Clone(n.synced)
		kept := d.Random.IntN(len(n.unsynced) + 1)
		for i, c := range n.unsynced[:kept] {
			if c.data != nil && i == kept-1 {
				c.data = c.data[:d.Random.IntN(len(c.data)+1)]
			}
			n.content = c.on(n.content)
		}
		n.synced, n.unsynced = slices.Clone(n.content), nil
		d.seen[name] = n
		err := errors.Join(os.WriteFile(name, n.content, 0o600), os.Chmod(name, n.mode))
		if err != nil {
			return err
		}
	}
	return nil
}

// on returns content after the chunk was written.
func (c chunk) on(content []byte) []byte {
	if c.data == nil {
		return content[:min(c.off, int64(len(content)))]
	}
	if n := c.off + int64(len(c.data)) - int64(len(content)); n > 0 {
		content = append(content, make([]byte, n)...)
	}
	copy(content[c.off:], c.data)
	return content
}

// fails returns the fault of the present operation, once.
func (d *Disk) fails() (Fault, error) {
	if d.dead {
		return None, errDead
	}
	d.step++
	if d.step != d.At {
		return None, nil
	}
	if d.Fault == Death {
		d.dead = true
		panic(died{})
	}
	return d.Fault, nil
}

// error returns the error of the present operation, which is no write.
func (d *Disk) error(op, name string) error {
	fault, err := d.fails()
	switch {
	case err != nil:
		return err
	case fault == DiskFull:
		return &fs.PathError{Op: op, Path: name, Err: syscall.ENOSPC}
	case fault == DeviceError:
		return &fs.PathError{Op: op, Path: name, Err: syscall.EIO}
	}
	return nil
}

// mine reports whether a path is in the disk's folder.
func (d *Disk) mine(name string) bool {
	return strings.HasPrefix(name, d.root+string(filepath.Separator))
}

// node returns a file. One that was not written through the disk was flushed.
func (d *Disk) node(name string) (*inode, error) {
	if n, ok := d.seen[name]; ok {
		return n, nil
	}
	info, err := os.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return nil, err
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	n := &inode{mode: info.Mode().Perm(), content: b, synced: slices.Clone(b)}
	d.seen[name], d.safe[name] = n, n
	return n, nil
}

// change changes the names now and, perhaps, on the disk.
func (d *Disk) change(do func(map[string]*inode)) {
	do(d.seen)
	d.unflushed = append(d.unflushed, do)
}

// Lstat implements [atomicfile.Disk], as do the methods below.
func (d *Disk) Lstat(name string) (fs.FileInfo, error) {
	if err := d.error("lstat", name); err != nil {
		return nil, err
	}
	return d.Disk.Lstat(name)
}

// ReadDir lists a folder.
func (d *Disk) ReadDir(name string) ([]string, error) {
	if err := d.error("readdir", name); err != nil {
		return nil, err
	}
	return d.Disk.ReadDir(name)
}

// CheckWritable fails where the file cannot be written.
func (d *Disk) CheckWritable(name string) error {
	if err := d.error("open", name); err != nil {
		return err
	}
	return d.Disk.CheckWritable(name)
}

// Create makes a file.
func (d *Disk) Create(name string, mode fs.FileMode) (atomicfile.Handle, error) {
	if err := d.error("open", name); err != nil {
		return nil, err
	}
	h, err := d.Disk.Create(name, mode)
	if err != nil || !d.mine(name) {
		return h, err
	}
	return d.opened(h, name, &inode{}, 0, true)
}

// Resume opens a file to be written behind its first size bytes.
func (d *Disk) Resume(name string, mode fs.FileMode, size int64) (atomicfile.Handle, error) {
	if err := d.error("open", name); err != nil {
		return nil, err
	}
	n, err := d.node(name)
	isNew := errors.Is(err, fs.ErrNotExist)
	if err != nil && !isNew {
		return nil, err
	}
	h, err := d.Disk.Resume(name, mode, size)
	if err != nil || !d.mine(name) {
		return h, err
	}
	if isNew {
		n = &inode{}
	}
	cut := chunk{off: size}
	n.content, n.unsynced = cut.on(n.content), append(n.unsynced, cut)
	return d.opened(h, name, n, size, isNew)
}

func (d *Disk) opened(h atomicfile.Handle, name string, n *inode, at int64, isNew bool) (atomicfile.Handle, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	n.mode = info.Mode().Perm()
	if isNew {
		d.change(func(names map[string]*inode) { names[name] = n })
	}
	open := &handle{h, d, n, name, at}
	d.open = append(d.open, open)
	return open, nil
}

// RemoveDead removes what a dead writer left.
func (d *Disk) RemoveDead(name string) {
	if d.dead {
		return
	}
	if _, err := d.node(name); err != nil {
		return
	}
	d.Disk.RemoveDead(name)
	if _, err := os.Lstat(name); err != nil {
		d.change(func(names map[string]*inode) { delete(names, name) })
	}
}

// Rename gives a file another name.
func (d *Disk) Rename(from, to string) error {
	if err := d.error("rename", from); err != nil {
		return err
	}
	n, err := d.node(from)
	if err == nil && d.mine(to) {
		_, err = d.node(to)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := d.Disk.Rename(from, to); err != nil {
		return err
	}
	d.change(func(names map[string]*inode) { delete(names, from); names[to] = n })
	return nil
}

// Link gives a file a second name, unless [Disk.NoLinks].
func (d *Disk) Link(from, to string) error {
	if err := d.error("link", from); err != nil {
		return err
	}
	n, err := d.node(from)
	if err != nil {
		return err
	}
	if d.NoLinks {
		return &os.LinkError{Op: "link", Old: from, New: to, Err: syscall.EPERM}
	}
	if err := d.Disk.Link(from, to); err != nil {
		return err
	}
	d.change(func(names map[string]*inode) { names[to] = n })
	return nil
}

// Remove removes a file.
func (d *Disk) Remove(name string) error {
	if err := d.error("remove", name); err != nil {
		return err
	}
	if d.mine(name) {
		if _, err := d.node(name); err != nil {
			return err
		}
		d.change(func(names map[string]*inode) { delete(names, name) })
	}
	return d.Disk.Remove(name)
}

// SyncDir flushes the names of all folders.
func (d *Disk) SyncDir(dir string) error {
	if err := d.error("sync", dir); err != nil || d.Lies {
		return err
	}
	for _, change := range d.unflushed {
		change(d.safe)
	}
	d.unflushed = nil
	return nil
}

// Free returns what the disk claims is free.
func (d *Disk) Free(dir string) (bytes, system uint64, err error) {
	bytes, system, err = d.Disk.Free(dir)
	if d.Claims > 0 && (dir == d.root || d.mine(dir)) {
		bytes = d.Claims
	}
	return bytes, system, err
}

// handle is an open file.
type handle struct {
	atomicfile.Handle
	d    *Disk
	n    *inode
	name string
	at   int64
}

func (h *handle) Write(p []byte) (int, error) {
	n, err := h.WriteAt(p, h.at)
	h.at += int64(n)
	return n, err
}

func (h *handle) WriteAt(p []byte, off int64) (int, error) {
	fault, err := h.d.fails()
	if err != nil {
		return 0, err
	}
	n := len(p)
	switch fault {
	case ShortWrite:
		n = h.d.Random.IntN(len(p))
	case DiskFull:
		n, err = h.d.Random.IntN(len(p)), syscall.ENOSPC
	case DeviceError:
		n, err = h.d.Random.IntN(len(p)), syscall.EIO
	}
	if grows := off+int64(n) > int64(len(h.n.content)); grows && h.d.Room > 0 {
		if left := h.d.Room - h.d.wrote; uint64(n) > left {
			n, err = int(left), syscall.ENOSPC
		}
		h.d.wrote += uint64(n)
	}
	c := chunk{off, append([]byte{}, p[:n]...)}
	h.n.content, h.n.unsynced = c.on(h.n.content), append(h.n.unsynced, c)
	if wrote, realErr := h.Handle.WriteAt(p[:n], off); realErr != nil {
		return wrote, fmt.Errorf("the disk under the faulty one: %w", realErr)
	}
	return n, err
}

func (h *handle) Chmod(mode fs.FileMode) error {
	if err := h.d.error("chmod", h.name); err != nil {
		return err
	}
	h.n.mode = mode
	return h.Handle.Chmod(mode)
}

func (h *handle) Sync() error {
	if err := h.d.error("sync", h.name); err != nil || h.d.Lies {
		return err
	}
	h.n.synced, h.n.unsynced = slices.Clone(h.n.content), nil
	return nil // the machine itself need not flush
}

func (h *handle) Close() error {
	if h.d.dead {
		return errDead
	}
	if i := slices.Index(h.d.open, h); i >= 0 {
		h.d.open = slices.Delete(h.d.open, i, i+1)
	}
	return errors.Join(h.Handle.Close(), h.d.error("close", h.name))
}
