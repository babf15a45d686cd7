//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	_ "embed"

	"gomyogen/install/jupyter"
	"gomyogen/install/live"
	"gomyogen/install/site"
)

//go:embed pagetimings.ipynb
var timedNotebook []byte

//go:embed pagetimings.html
var timer []byte

// pageTime is what the timer reports of one run in a page.
type pageTime struct {
	Model   string
	Fused   bool
	Ready   float64 // s, from the first touch until the sliders can be moved
	Seconds float64 // from the question to the figure
	State   string
	SHA256  string
}

// pageTimings publishes a notebook with the descending drive of 100 neurons and 15 s,
// opens its page in Chromium with the width of a phone, and writes to out how long its
// runs take.
func pageTimings(ctx context.Context, home *jupyter.Home, out io.Writer, n int) error {
	chromium, err := findChromium()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "gomyogen-pages-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	weight, err := publishTimed(ctx, home, dir)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	reports := make(chan pageTime)
	served := http.Server{Handler: timerHandler(ctx, filepath.Join(dir, "site"), reports), ReadHeaderTimeout: time.Minute}
	go served.Serve(listener)
	defer served.Close()

	cmd := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--window-size=400,900",
		"--user-data-dir="+filepath.Join(dir, "browser"), fmt.Sprintf("http://%s/timer?n=%d", listener.Addr(), n))
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }() // it does not end by itself

	fmt.Fprintf(out, "100 neurons, 15 s, in a page of 400 px; %d cores, load %s; the program takes %.2f MB\n\n", runtime.NumCPU(), load(), float64(weight)/1e6)
	const row = "%-12s %-8s %10s %10s %8s\n"
	fmt.Fprintf(out, row, "model", "fused", "ready, s", "run, s", "aim, s")
	for range 4 * n {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Minute):
			return errors.New("time the pages: the browser has not answered for five minutes")
		case t := <-reports:
			if t.State != "done" {
				return fmt.Errorf("time the pages: a run of %s ended as %q", t.Model, t.State)
			}
			fmt.Fprintf(out, row, t.Model, map[bool]string{true: "yes", false: "no"}[t.Fused], fmt.Sprintf("%.2f", t.Ready), fmt.Sprintf("%.2f", t.Seconds),
				map[string]map[bool]string{"NERLab": {true: "2", false: "10"}, "Powers2017": {true: "5", false: "22"}}[t.Model][t.Fused])
		}
	}
	fmt.Fprintln(out, "\nready should be within 1.5 s. load at the end:", load())
	return nil
}

func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("time the pages: there is no Chromium on the PATH")
}

// publishTimed writes the site with the timed page into dir/site and returns the bytes
// of its program.
func publishTimed(ctx context.Context, home *jupyter.Home, dir string) (weight int, err error) {
	file := filepath.Join(dir, "timed.ipynb")
	if err := os.WriteFile(file, timedNotebook, 0o600); err != nil {
		return 0, err
	}
	s, err := site.Open(file)
	if err != nil {
		return 0, err
	}
	cells, refused := live.Find(s.Name(), s.Code())
	script, built, not, err := live.Build(ctx, home.Module, cells)
	if err := errors.Join(append(append(refused, not...), err)...); err != nil {
		return 0, err
	}
	if len(built) != 1 {
		return 0, fmt.Errorf("time the pages: %d cells are alive, want 1", len(built))
	}
	_, err = site.Write(filepath.Join(dir, "site"), []site.Source{s}, site.Options{Title: "Timings", Live: site.Live{Script: script, Cells: []string{built[0].ID()}}})
	return len(script), err
}

// timerHandler serves the site, the page that times it in a frame, and takes reports.
func timerHandler(ctx context.Context, dir string, reports chan<- pageTime) http.Handler {
	mux := http.NewServeMux()
	files := http.FileServer(http.Dir(dir))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/timer" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(timer)
			return
		}
		files.ServeHTTP(w, r)
	})
	mux.HandleFunc("POST /report", func(w http.ResponseWriter, r *http.Request) {
		var t pageTime
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&t); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		select {
		case reports <- t:
		case <-ctx.Done():
		}
	})
	return mux
}

// load is the machine's load, where it is told.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	var one, five, fifteen string
	fmt.Sscan(string(b), &one, &five, &fifteen)
	return one + " " + five + " " + fifteen
}
