//go:build unix

package jupyter

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// keyBytes is the length of the key that signs stamps.
const keyBytes = 32

func (h *Home) keyFile() string { return filepath.Join(h.Data, "stamp.key") }

// Key returns the key with which this user's runs sign their stamps, nil if
// there was none yet.
func (h *Home) Key() ([]byte, error) {
	text, err := os.ReadFile(h.keyFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(string(text))
	if err != nil || len(key) != keyBytes {
		return nil, fmt.Errorf("%s is damaged; remove it, and run your notebooks again before you publish them", h.keyFile())
	}
	return key, nil
}

// key is Key that makes the key if there is none.
func (h *Home) key() ([]byte, error) {
	if key, err := h.Key(); key != nil || err != nil {
		return key, err
	}
	key := make([]byte, keyBytes)
	_, _ = rand.Read(key) // never fails
	draft, err := os.CreateTemp(h.Data, "key-")
	if err != nil {
		return nil, err
	}
	defer os.Remove(draft.Name())
	_, err = draft.WriteString(hex.EncodeToString(key))
	if err := errors.Join(err, draft.Close()); err != nil {
		return nil, err
	}
	// A link is refused where another run was first: both then use its key.
	if err := os.Link(draft.Name(), h.keyFile()); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return h.Key()
}
