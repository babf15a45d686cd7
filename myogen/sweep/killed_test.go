package sweep

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"gomyogen/myogen/sweep/internal/runs"
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
	rows := rowsOf(t, s)
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

// rowsOf returns how many rows each run of a sweep has.
func rowsOf(t *testing.T, s *Sweep) []int {
	t.Helper()
	rows := make([]int, s.Runs())
	if err := s.each(nil, 0, s.Runs(), func(r row) error {
		rows[r.Run]++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return rows
}

// A run that a program was making when it was killed is made by another one that waits for
// it, and is told of it.
func TestRunOfAKilledProgram(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there are no claims")
	}
	const holds = "SWEEP_TEST_CLAIM"
	if dir := os.Getenv(holds); dir != "" {
		claims := runs.OpenClaims(filepath.Join(dir, "sweep.yaml"))
		if !claims.Take(3) {
			t.Fatal("run 3 is not free")
		}
		fmt.Println("has it")
		for { // until it is killed
			time.Sleep(time.Second)
			runtime.KeepAlive(claims)
		}
	}
	dir := t.TempDir()
	told := make(chan bool, 1)
	s := open(t, dir, Options{Workers: 2, Others: func() { told <- true }})
	cmd := exec.Command(os.Args[0], "-test.run=^TestRunOfAKilledProgram$")
	cmd.Env = append(os.Environ(), holds+"="+dir)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "has it\n" {
		t.Fatalf("%q, %v", line, err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(t.Context()) }()
	select {
	case <-told:
	case err := <-done:
		t.Errorf("the run of the other program was not waited for, error %v", err)
		done <- err
	}
	_ = cmd.Process.Kill() // else it has ended, which the other run tells
	_ = cmd.Wait()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if rows := rowsOf(t, s); slices.Min(rows) != 1 || slices.Max(rows) != 1 {
		t.Errorf("the runs were made %v times", rows)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 2 { // sweep.yaml and rows
		t.Errorf("the folder holds %v, %v", names, err)
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
