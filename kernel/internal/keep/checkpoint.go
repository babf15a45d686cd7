package keep

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"gomyogen/kernel/internal/keep/store"
)

// CheckpointType is the type of checkpoints among the kept values.
const CheckpointType = "stopped run"

// Checkpoint is the state of a run that is not complete, kept so that a later
// cell or kernel can go on from there. A run reads it once before its first
// step ([Checkpoint.Load]), replaces it whenever it wants to ([Checkpoint.Save]),
// and removes it when it is complete ([Checkpoint.Remove]). At any moment the
// folder has the state of one Save, whole, or none: a program that is killed
// leaves the one before.
//
// A Checkpoint is for one goroutine.
type Checkpoint struct {
	folder store.Folder
	header store.Header
}

// Checkpoint returns the checkpoint of the run with a title. The key must
// identify all that the rest of the run depends on; a state with another key is
// another checkpoint.
func (v *Values) Checkpoint(title, key string) (*Checkpoint, error) {
	folder, err := Folder()
	if err != nil {
		return nil, err
	}
	return &Checkpoint{folder, store.Header{Name: title, Key: CheckpointType + " " + key, Type: CheckpointType, Notebook: v.Notebook, Made: time.Now()}}, nil
}

// Load calls read with the path of a file that holds what the last Save wrote,
// and returns its error. Without a state it returns nil and does not call read.
// What another user made is an error, as is a damaged state; either is
// replaced by the next Save. The file is gone when Load returns.
func (c *Checkpoint) Load(read func(path string) error) error {
	_, b, err := c.folder.Load(c.header.Name, c.header.Key)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return withFile(func(path string) error {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			return err
		}
		return read(path)
	})
}

// Save replaces the state by what write leaves in the file at path. at says
// where the run is: "stopped at 4200 of 15000 ms". After an error the state of
// before is still there.
func (c *Checkpoint) Save(at string, write func(path string) error) error {
	return withFile(func(path string) error {
		if err := write(path); err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		c.header.Why, c.header.Partial, c.header.Took = at, at, time.Since(c.header.Made)
		return c.folder.Save(c.header, b)
	})
}

// Remove removes the state, if there is one.
func (c *Checkpoint) Remove() error { return c.folder.Remove(c.header.Name, c.header.Key) }

// withFile calls use with the path of a temporary file.
func withFile(use func(path string) error) error {
	dir, err := os.MkdirTemp("", "myogen-")
	if err != nil {
		return err
	}
	return errors.Join(use(filepath.Join(dir, "state.npz")), os.RemoveAll(dir))
}
