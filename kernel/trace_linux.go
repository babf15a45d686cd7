package kernel

import (
	"syscall"
	"unsafe"

	"gomyogen/kernel/internal/wire"
)

// GoNB adds the cell and line to a place in the trace of a panic if it reads the
// place in one piece. The runtime writes it in several; here such a line is
// written once it is complete.
func init() {
	if wire.Notebook {
		overrideWrite = writeTrace
	}
}

// overrideWrite is where the runtime lets its own writes be taken over.
//
//go:linkname overrideWrite runtime.overrideWrite
var overrideWrite func(fd uintptr, p unsafe.Pointer, n int32) int32

// unwritten is the part of a line of a trace that was not written yet. The runtime
// prints traces one after the other.
var unwritten struct {
	text [1024]byte
	n    int
}

// writeTrace writes as the runtime does: without a stack to grow or a detector of
// races, and with the negative number of an error.
//
//go:nosplit
//go:norace
func writeTrace(fd uintptr, p unsafe.Pointer, n int32) int32 {
	if fd != 2 || n <= 0 {
		return rawWrite(fd, p, n)
	}
	ends := *(*byte)(unsafe.Add(p, n-1)) == '\n'
	if unwritten.n == 0 && (n != 1 || *(*byte)(p) != '\t') { // a place begins with a tab that is printed by itself
		return rawWrite(fd, p, n)
	}
	for i := range int(n) {
		if unwritten.n == len(unwritten.text) {
			rawWrite(fd, unsafe.Pointer(&unwritten.text), int32(unwritten.n))
			unwritten.n = 0
		}
		unwritten.text[unwritten.n] = *(*byte)(unsafe.Add(p, i))
		unwritten.n++
	}
	if ends {
		rawWrite(fd, unsafe.Pointer(&unwritten.text), int32(unwritten.n))
		unwritten.n = 0
	}
	return n
}

//go:nosplit
//go:norace
func rawWrite(fd uintptr, p unsafe.Pointer, n int32) int32 {
	wrote, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(p), uintptr(n))
	if errno != 0 {
		return -int32(errno)
	}
	return int32(wrote)
}
