//go:build unix

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

// Timing is how long a kind of cell takes beyond the engine's own time, or a
// whole notebook with it.
type Timing struct {
	Name   string
	Median float64 // s
	Min    float64 // s
	Own    float64 // s, of the engine
	Aim    float64 // s, what the median should be on two quiet cores; 0 means nothing was said
}

// Timings runs cells of several kinds n times each, and the tutorial of the
// descending drive up to three times, each in a folder of its own where nothing
// is kept, and writes their times to out as a table. Of the tutorial these are the
// medians over its cells that compute and those that draw, and the time from
// the start of its kernel to the end of its last cell.
func (h *Home) Timings(ctx context.Context, out io.Writer, n int) error {
	dir, err := os.MkdirTemp("", "gomyogen-timings-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(ctx, h.Python("python"), "-I", "-c", timingsPy, KernelName, strconv.Itoa(n), filepath.Join(h.Notebooks(), "03_descending_drive.ipynb"))
	cmd.Dir, cmd.Env = dir, pythonEnv()
	var log tail
	cmd.Stderr = &log
	lines, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, %d cores, load %s, medians of %d, of whole notebooks of %d\n\n", runtime.Version(), runtime.NumCPU(), load(), n, min(3, n))
	fmt.Fprintf(out, "%-44s %10s %10s %10s %8s\n", "cell", "median, s", "least, s", "engine, s", "aim, s")
	if err := cmd.Start(); err != nil {
		return err
	}
	for s := bufio.NewScanner(lines); s.Scan(); {
		var t Timing
		if err := json.Unmarshal(s.Bytes(), &t); err != nil {
			continue // something else that was printed
		}
		row := fmt.Sprintf("%-44s %10.3f %10.3f %10s %8s", t.Name, t.Median, t.Min, seconds(t.Own), seconds(t.Aim))
		fmt.Fprintln(out, strings.TrimRight(row, " "))
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("time the cells: %w\n%s", err, lastLines(log.String(), 15))
	}
	fmt.Fprintln(out, "\nload at the end:", load())
	return nil
}

// seconds is a time of the table; none is empty.
func seconds(s float64) string {
	if s == 0 {
		return ""
	}
	return strconv.FormatFloat(s, 'f', 3, 64)
}

// load is the machine's load averages, where they are told.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}
