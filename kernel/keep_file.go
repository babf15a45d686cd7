package kernel

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gomyogen/kernel/sources"
)

// fileSums remembers the digests of files for this program: all values that
// come of a file ask for it.
var fileSums = struct {
	sync.Mutex
	byPath map[string]fileRead
}{byPath: map[string]fileRead{}}

// fileRead is how a file looked when it was read, and its digest.
type fileRead struct {
	look sources.Look
	sum  string
}

// fileSum returns a digest of the content of a file.
func fileSum(path string) (string, error) {
	at, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	fileSums.Lock()
	defer fileSums.Unlock()
	if old, ok := fileSums.byPath[at]; ok && old.look.Same(sources.LookOf(info)) {
		return old.sum, nil
	}
	start := time.Now()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	if info, err = f.Stat(); err != nil {
		return "", err
	}
	sum := hex.EncodeToString(h.Sum(nil))
	if look := sources.LookOf(info); look.Settled(start) {
		fileSums.byPath[at] = fileRead{look, sum}
	}
	return sum, nil
}
