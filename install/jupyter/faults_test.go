package jupyter

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"gomyogen/myogen/format/atomicfile/faultydisk"
)

// After any fault of the disk, a kill or a power loss, the stamp of a part is
// whole or the part counts as not made; the next set-up mends it.
func TestFaultsForgeNoStamp(t *testing.T) {
	failed := 0
	faultydisk.Seeds(t, 200, func(seed uint64, dir string) error {
		h := &Home{Data: dir}
		version := "1"
		p := part{id: "x", name: "x", from: func() string { return version }}
		made := filepath.Join(dir, "x.bin")
		if err := errors.Join(os.WriteFile(made, []byte("made"), 0o644), h.stamp(p, []string{made})); err != nil {
			return err
		}
		version = "2"
		d := faultydisk.New(seed, dir, 14)
		var stamped error
		died := d.Run(func() { stamped = h.stamp(p, []string{made}) })
		if stamped != nil {
			failed++
		}
		if d.Random.IntN(2) == 0 {
			if err := d.PowerLoss(); err != nil {
				return err
			}
		}
		err := h.ready(p, true)
		if !died && stamped == nil && err != nil || err != nil && errors.As(err, new(*brokenError)) {
			return fmt.Errorf("stamped with %w, the part is %w", stamped, err)
		}
		version = "1" // the old stamp, or none that is half
		if old := h.ready(p, true); err != nil && old != nil {
			return fmt.Errorf("the stamp is neither the old one nor the new one: %w, %w", old, err)
		}
		version = "2"
		d.Restart()
		var again error
		d.Run(func() { again = h.stamp(p, []string{made}) })
		return errors.Join(again, h.ready(p, true))
	})
	if failed == 0 {
		t.Error("nothing failed")
	}
}
