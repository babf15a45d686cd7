package fit

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"gomyogen/myogen"
)

// folderVariable names the folder of the program that TestKilledAtAnyTime kills.
const folderVariable = "FIT_TEST_FOLDER"

// A search whose program is killed again and again at any moment has the answer of
// one that was not.
func TestKilledAtAnyTime(t *testing.T) {
	p := example(t, "fit_rate_cv.yaml", func(f *myogen.Fit) { f.Trials = 12 })
	if dir := os.Getenv(folderVariable); dir != "" {
		if err := open(t, dir, p, Options{}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return
	}
	whole := open(t, t.TempDir(), p, Options{})
	start := time.Now()
	if err := whole.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)

	dir := t.TempDir()
	program := func() *exec.Cmd {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledAtAnyTime$")
		cmd.Env = append(os.Environ(), folderVariable+"="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 5 {
		cmd := program()
		time.Sleep(time.Duration(random.Int64N(int64(took)/3 + 1)))
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
	}
	if err := program().Wait(); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir, p, Options{})
	if err := again.Run(t.Context()); err != nil { // reads what was made
		t.Fatal(err)
	}
	if !bytes.Equal(written(t, again), written(t, whole)) {
		t.Error("a search that was killed gives another answer")
	}
}
