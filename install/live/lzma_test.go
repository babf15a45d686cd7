package live

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The worker unpacks what was packed, in Node.
func TestWorkersUnpackWhatWasPacked(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node")
	}
	r := rand.New(rand.NewPCG(7, 8))
	noise := make([]byte, 70_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	words := []byte(strings.Repeat("a motor neuron fires ", 3000))
	for i := range 2000 {
		words[r.IntN(len(words))] = byte(i)
	}
	self, err := os.ReadFile("lzma.go")
	if err != nil {
		t.Fatal(err)
	}
	inputs := [][]byte{{1}, bytes.Repeat([]byte{0}, 100_000), noise, words, self, bytes.Join([][]byte{words, noise, self, words, noise}, nil)}
	dir := t.TempDir()
	script := "globalThis.self = {};\n" + unpack + "const texts = [\n"
	for i, data := range inputs {
		packed := pack(data)
		if i > 2 && len(packed) > len(data)*9/10 {
			t.Errorf("input %d: %d bytes are packed as %d", i, len(data), len(packed))
		}
		script += string(literal(packed)) + ",\n"
	}
	script += fmt.Sprintf("];\ntexts.forEach((x, i) => require('fs').writeFileSync(%q + '/' + i, unpack(x)));\n", dir)
	file := filepath.Join(dir, "unpack.js")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(node, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, want := range inputs {
		got, err := os.ReadFile(filepath.Join(dir, fmt.Sprint(i)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("input %d: %d bytes are not the %d packed ones", i, len(got), len(want))
		}
	}
}
