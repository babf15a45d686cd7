package store

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gomyogen/kernel/env"
)

// secretSize is how many bytes a secret has.
const secretSize = 32

// secret returns the user's secret. Where there is none, it is made or, if make
// is false, nil. Two programs that make it at once get the same one.
func (f Folder) secret(make bool) ([]byte, error) {
	if f.Secret == "" {
		return nil, errors.New("there is no folder for the secret of kept values; set " + env.Data)
	}
	b, err := os.ReadFile(f.Secret)
	if errors.Is(err, os.ErrNotExist) {
		if !make {
			return nil, nil
		}
		if err := makeSecret(f.Secret); err != nil {
			return nil, fmt.Errorf("make the secret of kept values: %w", err)
		}
		b, err = os.ReadFile(f.Secret)
	}
	if err != nil {
		return nil, fmt.Errorf("read the secret of kept values: %w", err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(secret) != secretSize {
		return nil, fmt.Errorf("the secret of kept values in %s is not %d bytes in hexadecimal; remove it, and a new one is made", f.Secret, secretSize)
	}
	return secret, nil
}

// makeSecret writes a new secret, readable by the user alone, unless there is
// one.
func makeSecret(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	secret := make([]byte, secretSize)
	_, _ = rand.Read(secret)                      // never fails
	tmp, err := os.CreateTemp(dir, ".keep-key-*") // of mode 0600
	if err != nil {
		return err
	}
	_, err = tmp.WriteString(hex.EncodeToString(secret) + "\n")
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		// A link, unlike a new name, leaves the file of another program.
		if err = os.Link(tmp.Name(), path); errors.Is(err, os.ErrExist) {
			err = nil
		}
	}
	return errors.Join(err, os.Remove(tmp.Name()))
}
