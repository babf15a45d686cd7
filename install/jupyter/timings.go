package jupyter

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

//go:embed timings.py
var timingsPy string

// Timing is how long a kind of cell takes beyond the engine's own time.
type Timing struct {
	Name   string
	Median float64 // s
	Min    float64 // s
	Own    float64 // s, of the engine
}

// Timings runs cells of several kinds n times each, and the tutorial of the
// descending drive as a whole three times, kernel start included, and writes
// their times to out as a table.
func (h *Home) Timings(ctx context.Context, out io.Writer, n int) error {
	dir, err := os.MkdirTemp("", "gomyogen-timings-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(ctx, h.Python("python"), "-c", timingsPy, KernelName, strconv.Itoa(n), filepath.Join(h.Notebooks(), "03_descending_drive.ipynb"))
	cmd.Dir = dir
	var log tail
	cmd.Stderr = &log
	lines, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, %d cores, load %s, medians of %d\n\n", runtime.Version(), runtime.NumCPU(), load(), n)
	fmt.Fprintf(out, "%-36s %10s %10s %12s\n", "cell", "median, s", "least, s", "engine, s")
	if err := cmd.Start(); err != nil {
		return err
	}
	for s := bufio.NewScanner(lines); s.Scan(); {
		var t Timing
		if err := json.Unmarshal(s.Bytes(), &t); err != nil {
			continue // something else that was printed
		}
		own := ""
		if t.Own > 0 {
			own = fmt.Sprintf("+ %.2f", t.Own)
		}
		fmt.Fprintf(out, "%-36s %10.2f %10.2f %12s\n", t.Name, t.Median, t.Min, own)
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("time the cells: %w\n%s", err, lastLines(log.String(), 15))
	}
	fmt.Fprintln(out, "\nload at the end:", load())
	return nil
}

// load is the machine's load averages, where they are told.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}
