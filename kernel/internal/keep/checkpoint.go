package keep

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gomyogen/kernel/internal/keep/store"
	"gomyogen/myogen/format/atomicfile"
)

// CheckpointType is the type of checkpoints among the kept values.
const CheckpointType = "stopped run"

// Checkpoint is the state of a run that is not complete, kept so that a later
// cell or kernel can go on from there, whether the run was stopped or killed.
//
// A run calls [Checkpoint.Load] once before its first step, [Checkpoint.SaveDue]
// as often as it likes while it goes on, [Checkpoint.Save] if it ends before it
// is complete, and [Checkpoint.Remove] once it is. While the run goes on, its
// last two states are kept: a program that is killed while it writes one leaves
// the one before. Of two programs that make the same run at once, the states of the one
// that is further are kept. A Checkpoint is for one goroutine.
type Checkpoint struct {
	interval time.Duration // of SaveDue
	folder   store.Folder
	header   store.Header
	begun    time.Time
	last     time.Time      // of the last Save, or begun
	made     time.Time      // of the newest state
	slot     int            // that the next Save writes
	known    map[int64]bool // states that this program has read or written, by when they were made
}

// AheadError reports that a state was not saved because another program, which makes the
// same run, has saved one that is further.
type AheadError struct{ At string } // how far that is

func (e *AheadError) Error() string {
	return "another kernel that makes the same run is further: it is " + e.At
}

// slots are what ends the keys of the two states.
var slots = [2]string{"", " 2"}

// Checkpoint returns the checkpoint of the run with a title. The key must
// identify all that the rest of the run depends on; a state with another key
// belongs to another checkpoint.
func (v *Values) Checkpoint(title, key string) (*Checkpoint, error) {
	folder, err := Folder()
	if err != nil {
		return nil, err
	}
	now := atomicfile.Now()
	return &Checkpoint{
		interval: v.CheckpointInterval, folder: folder, begun: now, last: now, known: map[int64]bool{},
		header: store.Header{Name: title, Key: CheckpointType + " " + key, Type: CheckpointType, Notebook: v.Notebook},
	}, nil
}

// Load calls read with the path of a file that holds the last state, and returns
// nil once read does. If the state is damaged or was made by another user, or
// read fails, it does the same with the state before. The error says why there
// is none to go on from; without any it is nil, and read is not called. The file
// is gone when Load returns. While the state is copied into the file look is called as by
// [store.Folder.LoadFollowed]; nil is nobody.
func (c *Checkpoint) Load(read func(path string) error, look store.Look) error {
	type state struct {
		slot  int
		made  time.Time
		bytes []byte
	}
	var states []state
	var errs []error
	for i := range slots {
		h, b, err := c.folder.LoadFollowed(c.header.Name, c.header.Key+slots[i], look)
		switch {
		case err == nil:
			states = append(states, state{i, h.Made, b})
			c.known[h.Made.UnixNano()] = true
		case !errors.Is(err, os.ErrNotExist):
			errs = append(errs, err)
		}
	}
	slices.SortFunc(states, func(a, b state) int { return cmp.Compare(b.made.UnixNano(), a.made.UnixNano()) })
	for _, s := range states {
		err := withFile(func(path string) error {
			if err := writeFile(path, s.bytes, look); err != nil {
				return err
			}
			return read(path)
		})
		if err == nil {
			c.slot, c.made = 1-s.slot, states[0].made
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// CheckFree returns an error if the two states of a run, of some bytes each, need
// more space than is free.
func (c *Checkpoint) CheckFree(bytes int64) error {
	return atomicfile.CheckFree(atomicfile.Need{Path: filepath.Join(c.folder.Path, "states"), Bytes: int64(len(slots)) * bytes})
}

// Save replaces the state by what write leaves in the file at path. at says how
// far the run is, "stopped at 4200 of 15000 ms", and done is that as a number. While the
// state is copied into the folder look is called as by [store.Folder.SaveFollowed]. After
// an error, an [AheadError] among them, the state of before is still there.
func (c *Checkpoint) Save(at string, done float64, write func(path string) error, look store.Look) error {
	if err := c.save(at, done, write, look); err != nil {
		return err
	}
	return c.folder.Remove(c.header.Name, c.header.Key+slots[c.slot])
}

// SaveDue saves like Save, and keeps the state of before too, if the
// CheckpointInterval of the [Values] has passed since the last time, be it
// without success. It saves nothing while another program is further.
func (c *Checkpoint) SaveDue(at string, done float64, write func(path string) error, look store.Look) error {
	if !atomicfile.Due(c.last, c.interval) {
		return nil
	}
	err := c.save(at, done, write, look)
	var ahead *AheadError
	if errors.As(err, &ahead) {
		return nil
	}
	return err
}

// foreign looks for states that other programs have saved since Load. It returns an
// AheadError if one is further than done; others are the next to be replaced.
func (c *Checkpoint) foreign(done float64) error {
	for i := range slots {
		h, err := c.folder.Header(c.header.Name, c.header.Key+slots[i])
		if err != nil || c.known[h.Made.UnixNano()] {
			continue // there is none, or none that can be read
		}
		if h.Done > done {
			return &AheadError{h.Partial}
		}
		c.slot = i
		if h.Made.After(c.made) {
			c.made = h.Made
		}
	}
	return nil
}

func (c *Checkpoint) save(at string, done float64, write func(path string) error, look store.Look) error {
	c.last = atomicfile.Now()
	if err := c.foreign(done); err != nil {
		return err
	}
	// Load takes the last made, also if the clock was set back.
	made := c.last
	if !made.After(c.made) {
		made = c.made.Add(time.Nanosecond)
	}
	h := c.header
	h.Key += slots[c.slot]
	h.Made, h.Took, h.Why, h.Partial, h.Done = made, max(c.last.Sub(c.begun), 0), at, at, done
	c.known[made.UnixNano()] = true // also if the file is there in spite of an error
	err := withFile(func(path string) error {
		if err := write(path); err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return c.folder.SaveFollowed(h, b, look)
	})
	if err == nil {
		c.slot, c.made = 1-c.slot, made
	}
	return err
}

// Remove removes the states, if there are any.
func (c *Checkpoint) Remove() error {
	return errors.Join(c.folder.Remove(c.header.Name, c.header.Key+slots[0]), c.folder.Remove(c.header.Name, c.header.Key+slots[1]))
}

// withFile calls use with the path of a temporary file.
func withFile(use func(path string) error) error {
	dir, err := os.MkdirTemp("", "myogen-")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "state.npz")
	err = use(path)
	// Removed like this nobody waits until a gigabyte is free.
	return errors.Join(err, atomicfile.Remove(path), os.RemoveAll(dir))
}

// writeFile writes a new file, and calls look each 64 kB unless it is nil.
func writeFile(path string, b []byte, look store.Look) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	done := 0
	for piece := range slices.Chunk(b, 64<<10) {
		if done += len(piece); look != nil {
			err = look(done, len(b))
		}
		if err == nil {
			_, err = f.Write(piece)
		}
		if err != nil {
			break
		}
	}
	return errors.Join(err, f.Close())
}
