package runs

import "os"

// Claims tell the programs that work in one folder apart: what one of them has claimed
// no other one gets. They are locks on bytes of a file that lie behind its end, so that
// nothing is written, and the system gives them back when a program dies. Where the
// system or the file system has no such locks, or the file must not be written,
// everybody gets all.
type Claims struct {
	file *os.File // nil where there are no locks
}

// OpenClaims returns claims on the numbers of a file that all programs have.
func OpenClaims(path string) *Claims {
	c := &Claims{}
	if f, err := os.OpenFile(path, os.O_RDWR, 0); err == nil { // else it is another user's
		c.file = f
	}
	return c
}

// firstByte is behind the end of every file of ours.
const firstByte = 1 << 40

// Take claims a number, and reports whether it could: no other program has it.
func (c *Claims) Take(n int) bool {
	return c.file == nil || lock(c.file, firstByte+int64(n))
}

// Give gives a number back that this program has taken.
func (c *Claims) Give(n int) {
	if c.file != nil {
		unlock(c.file, firstByte+int64(n))
	}
}

// Close gives all numbers back.
func (c *Claims) Close() {
	if c.file != nil {
		_ = c.file.Close() // nothing was written
	}
}
