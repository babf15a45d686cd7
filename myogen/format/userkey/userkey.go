// Package userkey keeps the keys with which a user's programs sign what they
// leave for themselves: kept values, stamps of notebooks, states of runs. What
// another person made, as in a folder that came with a clone, is not signed
// with them.
package userkey

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gomyogen/myogen/format/atomicfile"
)

// Size is how many bytes a key has.
const Size = 32

// Read returns the key in a file, nil if there is no file.
func Read(path string) ([]byte, error) {
	b, err := atomicfile.Read(path, 1<<10)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) != Size {
		return nil, fmt.Errorf("the key in %s is not %d bytes in hexadecimal; remove it, and a new one is made", path, Size)
	}
	return key, nil
}

// Make returns the key in a file, which it makes, readable by the user alone, if
// it is not there. Two programs that make it at once get the same key.
func Make(path string) ([]byte, error) {
	if key, err := Read(path); key != nil || err != nil {
		return key, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	key := make([]byte, Size)
	_, _ = rand.Read(key) // never fails
	err := atomicfile.WriteNew(path, []byte(hex.EncodeToString(key)+"\n"), 0o600)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return Read(path)
}

// Sign returns the HMAC-SHA256 of parts of a text, in hexadecimal digits.
func Sign(key []byte, parts ...[]byte) string {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		mac.Write(p)
	}
	return hex.EncodeToString(mac.Sum(nil))
}

// Signed reports whether a text was signed with the key. Without a key nothing
// was.
func Signed(key []byte, mac string, parts ...[]byte) bool {
	return len(key) > 0 && hmac.Equal([]byte(mac), []byte(Sign(key, parts...)))
}
