package fit

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"sync"
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

// Two programs that make one fit in one folder at once make each trial once, and come to
// the same answer.
func TestTwoFitsAtOnce(t *testing.T) {
	p := example(t, "fit_rate_cv.yaml", func(f *myogen.Fit) { f.Trials = 6 })
	dir := t.TempDir()
	told := 0
	var searches [2]*Search
	var errs [2]error
	var wg sync.WaitGroup
	for i := range searches {
		o := Options{Workers: 1}
		if i == 0 {
			o.Others = func() { told++ }
		}
		searches[i] = open(t, dir, p, o)
		wg.Go(func() { errs[i] = searches[i].Run(t.Context()) })
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written(t, searches[0]), written(t, searches[1])) {
		t.Error("they come to two answers")
	}
	rows := map[int]int{}
	if err := searches[0].each(nil, func(r trial) error {
		rows[r.Trial]++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for trial := range 6 {
		if runtime.GOOS == "linux" && rows[trial] != 1 { // elsewhere there are no claims
			t.Errorf("trial %d was made %d times", trial, rows[trial])
		}
	}
	if told > 1 {
		t.Errorf("it was told %d times", told)
	}
}
