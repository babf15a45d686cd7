package keep

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"gomyogen/kernel/sources"
)

// File is an input that counts by the content of the file at this path.
type File string

// fileSums remembers the digests of files: all values that come of a file ask
// for it. Its zero value is ready.
type fileSums struct {
	mu     sync.Mutex
	byPath map[string]fileRead
}

// fileRead is how a file looked when it was read, and its digest.
type fileRead struct {
	look sources.Look
	sum  string
}

// sum returns the SHA-256 of the content of a file.
func (s *fileSums) sum(path string) (string, error) {
	at, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() { // a pipe may have no writer
		return "", fmt.Errorf("%s is not a regular file (%v)", path, info.Mode())
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
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.byPath[at]; ok && old.look.Same(sources.LookOf(info)) {
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
		if s.byPath == nil {
			s.byPath = map[string]fileRead{}
		}
		s.byPath[at] = fileRead{look, sum}
	}
	return sum, nil
}
