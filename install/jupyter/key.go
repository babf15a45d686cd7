//go:build unix

package jupyter

import (
	"path/filepath"

	"gomyogen/myogen/format/userkey"
)

func (h *Home) keyFile() string { return filepath.Join(h.Data, "stamp.key") }

// Key returns the key with which this user's runs sign their stamps, nil if
// there was none yet.
func (h *Home) Key() ([]byte, error) { return userkey.Read(h.keyFile()) }

// key is Key that makes the key if there is none.
func (h *Home) key() ([]byte, error) { return userkey.Make(h.keyFile()) }
