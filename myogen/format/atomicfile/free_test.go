package atomicfile_test

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/atomicfile/faultydisk"
)

func TestCheckFree(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	if _, _, err := atomicfile.Machine().Free(dir); err != nil {
		t.Skip(err)
	}
	d := faultydisk.New(1, dir, 1)
	d.Fault, d.Claims = faultydisk.None, 1_500_000
	d.Run(func() {
		for _, c := range []struct {
			needs []atomicfile.Need
			want  string // "" is enough
		}{
			{nil, ""},
			{[]atomicfile.Need{{a, 1_500_000}}, ""},
			{[]atomicfile.Need{{a, 0}, {b, -5}}, ""},
			{[]atomicfile.Need{{a, 1_500_001}}, a + " needs 1.5 MB (1500001 bytes), and 1.5 MB (1500000 bytes) are free there"},
			{[]atomicfile.Need{{a, 800_000}, {b, 800_000}}, a + " and " + b + " need 1.6 MB (1600000 bytes), and"},
			{[]atomicfile.Need{{filepath.Join(dir, "none", "c"), 1 << 60}}, ""}, // Create says that there is no such folder
		} {
			err := atomicfile.CheckFree(c.needs...)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v: error %v, want %q", c.needs, err, c.want)
			}
			if err != nil && !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("%v is no error of a full disk", err)
			}
		}
	})
	if err := atomicfile.CheckFree(atomicfile.Need{Path: a, Bytes: 1 << 62}); err == nil {
		t.Error("this disk has 4 EiB")
	}
}
