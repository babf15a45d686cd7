package kernel_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gomyogen/install/jupyter/jupytertest"
)

var starts = flag.Int("starts", 0, "how many kernels TestKernelsLeaveNothing starts; 0 is 4, or 50 where CI is set")

// startsPy starts kernels, each with a cell that runs or none, and ends them in
// turn as Jupyter does, with its stop button before, by killing the kernel and
// by killing it with a cell running.
const startsPy = `
import sys, time
from jupyter_client import KernelManager
slow = 'import "time"\n%%\nprintln("here")\ntime.Sleep(time.Hour)'
for i in range(int(sys.argv[1])):
    km = KernelManager(kernel_name="gomyogen")
    km.start_kernel()
    kc = km.client()
    kc.start_channels()
    kc.wait_for_ready(timeout=180)
    running = i % 4 in (1, 3)
    if running:
        kc.execute(slow)
        while True:
            m = kc.get_iopub_msg(timeout=180)
            if m["msg_type"] == "stream" and "here" in m["content"]["text"]:
                break
            if m["msg_type"] == "error":
                sys.exit(m["content"]["evalue"])
    kc.stop_channels()
    if i % 4 == 0:
        km.shutdown_kernel()
    elif i % 4 == 1:
        km.interrupt_kernel()
        km.shutdown_kernel()
    else:
        # The kernel alone, not its process group.
        km.provisioner.process.kill()
        km.provisioner.process.wait()
        km.cleanup_resources()
`

// Started, stopped and killed, kernels leave no process, folder or pipe.
func TestKernelsLeaveNothing(t *testing.T) {
	home := jupytertest.Home(t)
	n := *starts
	if n == 0 {
		n = 4
		if os.Getenv("CI") != "" {
			n = 50
		}
	}
	cmd := exec.Command(home.Python("python"), "-c", startsPy, strconv.Itoa(n))
	cmd.Dir = t.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	} else if len(out) > 0 {
		t.Errorf("the kernels say on the terminal:\n%s", out)
	}
	tmp := filepath.Join(home.Data, "tmp")
	var left []string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if left = leftovers(t, cmd.Process.Pid, tmp); len(left) == 0 {
			return
		}
	}
	t.Errorf("after %d starts %d things are left:\n%s", n, len(left), strings.Join(left, "\n"))
}

// leftovers returns the kernels' folders, and the processes that were started
// from the data folder, of kernels that are not there.
func leftovers(t *testing.T, python int, tmp string) []string {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(tmp, "*-*"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("ps", "-ww", "-eo", "pid=,ppid=,stat=,args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	// Kernels that others have started with this set-up live on.
	living := map[string]bool{}
	for line := range strings.SplitSeq(string(out), "\n") {
		f := strings.Fields(line)
		if len(f) > 3 && filepath.Base(f[3]) == "front" && f[1] != strconv.Itoa(python) && f[1] != "1" && !strings.HasPrefix(f[2], "Z") {
			living[filepath.Join(tmp, "k-"+f[0])] = true
		}
	}
	others := func(s string) bool {
		for dir := range living {
			if strings.Contains(s+"/", dir+"/") {
				return true
			}
		}
		return false
	}
	var left []string
	for _, dir := range folders {
		if !others(dir) {
			left = append(left, dir)
		}
	}
	for line := range strings.SplitSeq(string(out), "\n") {
		f := strings.Fields(line)
		if len(f) > 3 && !strings.HasPrefix(f[2], "Z") && strings.Contains(line, tmp+string(os.PathSeparator)) && !others(line) {
			left = append(left, strings.TrimSpace(line))
		}
	}
	return left
}
