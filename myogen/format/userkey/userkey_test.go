package userkey

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"gomyogen/myogen/format/atomicfile"
)

// The key is made once, for the user alone, also by several programs at once.
func TestMake(t *testing.T) {
	t.Run("links", testMake)
	defer atomicfile.Use(atomicfile.Use(noLinks{atomicfile.Machine()}))
	t.Run("no links", testMake)
}

// noLinks is a disk with a file system that has no links, as FAT.
type noLinks struct{ atomicfile.Disk }

func (noLinks) Link(from, to string) error {
	return &os.LinkError{Op: "link", Old: from, New: to, Err: syscall.EPERM}
}

func testMake(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "k.key")
	if key, err := Read(path); key != nil || err != nil {
		t.Errorf("without a file: %x, %v", key, err)
	}
	keys := make([][]byte, 20)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			var err error
			if keys[i], err = Make(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, k := range keys {
		if !bytes.Equal(k, keys[0]) || len(k) != Size {
			t.Fatalf("keys %x and %x", keys[0], k)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if all, err := os.ReadDir(filepath.Dir(path)); err != nil || len(all) != 1 {
		t.Errorf("beside the key: %v, %v", all, err)
	}
	if err := os.WriteFile(path, []byte("12"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Make(path); err == nil || !strings.Contains(err.Error(), path+" is not 32 bytes") {
		t.Errorf("a damaged key: %v", err)
	}
}

func TestSigned(t *testing.T) {
	key, other := bytes.Repeat([]byte{1}, Size), bytes.Repeat([]byte{2}, Size)
	mac := Sign(key, []byte("a"), []byte("b"))
	if !Signed(key, mac, []byte("ab")) || Signed(other, mac, []byte("ab")) || Signed(key, mac, []byte("ac")) || Signed(nil, Sign(nil, []byte("ab")), []byte("ab")) {
		t.Error("a signature is not what it should be")
	}
}
