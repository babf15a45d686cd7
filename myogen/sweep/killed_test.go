package sweep

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// folderVariable names the folder of the program that TestKilledAtAnyTime kills.
const folderVariable = "SWEEP_TEST_FOLDER"

// A sweep whose program is killed again and again at any moment has the table
// of one that was not, and makes no run twice.
func TestKilledAtAnyTime(t *testing.T) {
	if dir := os.Getenv(folderVariable); dir != "" {
		s := open(t, dir, Options{Workers: 2})
		s.Trains = true
		if _, err := s.Estimate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return
	}
	whole := open(t, t.TempDir(), Options{})
	whole.Trains = true
	if err := whole.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := files(t, whole)

	dir := t.TempDir()
	start := func() *exec.Cmd {
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
	for range 10 {
		cmd := start()
		time.Sleep(time.Duration(random.IntN(120)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
	}
	if err := start().Wait(); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir, Options{})
	if !bytes.Equal(files(t, s), want) {
		t.Error("a sweep that was killed gives another table")
	}
	rows := map[int]int{}
	if err := s.each(nil, 0, s.Runs(), func(r row) error {
		rows[r.Run]++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for run := range s.Runs() {
		if rows[run] != 1 {
			t.Errorf("run %d was made %d times", run, rows[run])
		}
		a, errA := os.ReadFile(whole.trainsPath(run))
		b, errB := os.ReadFile(s.trainsPath(run))
		if !bytes.Equal(a, b) || os.IsNotExist(errA) != os.IsNotExist(errB) {
			t.Errorf("run %d has other spike trains: %v, %v", run, errA, errB)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, trainsFolder, "*", ".*")); err != nil || len(left) > 2 {
		t.Errorf("left over: %q, %v", left, err)
	}
}

// What was saved of a sweep in one folder goes on in another.
func TestState(t *testing.T) {
	first := open(t, t.TempDir(), Options{Shards: 3})
	if err := first.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(t.TempDir(), "state")
	if err := first.SaveState(t.Context(), state); err != nil {
		t.Fatal(err)
	}
	second := open(t, t.TempDir(), Options{})
	if err := second.LoadState(state); err != nil {
		t.Fatal(err)
	}
	if done, err := second.Done(); done != 4 || err != nil {
		t.Errorf("%d runs are made, %v, want 4", done, err)
	}
	for _, s := range []*Sweep{first, second} {
		s.options.Shards = 1
		if err := s.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files(t, first), files(t, second)) {
		t.Error("the tables differ")
	}
	if err := os.WriteFile(state, []byte("00000000 {}\n00000000 {}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	third := open(t, t.TempDir(), Options{})
	if err := third.LoadState(state); err == nil {
		t.Error("a damaged state is read")
	}
	if done, err := third.Done(); done != 0 || err != nil {
		t.Errorf("after a damaged state: %d runs, %v", done, err)
	}
}
