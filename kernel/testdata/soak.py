"""Runs, stops and resumes a run and draws its figure in one kernel for a while: soak.py SECONDS.

Prints a line a minute: cycles so far, memory (PSS), processes and open files of the kernel and all its
descendants while it is idle, and the disk that its folders take.
"""
import os
import sys
import time

from jupyter_client import KernelManager

PATIENCE = 300
SECONDS = float(sys.argv[1])
FOLDERS = [os.getcwd(), os.path.join(sys.argv[2], "tmp"), os.path.join(sys.argv[2], "plans")]

DECLARATIONS = """import (
	"fmt"

	"gomyogen/kernel"
	"gomyogen/kernel/chart"
	"gomyogen/myogen"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

var experiment = myogen.Experiment{
	Seed: 42, Duration: 60 * units.S,
	Populations: []myogen.Population{
		myogen.DescendingDrivePool{Name: "DD", N: 100, Process: random.Erlang{Order: 5}},
		myogen.AlphaMNPool{Name: "aMN", N: 50},
	},
	Inputs:      []myogen.Input{{Source: "cortex", Target: "DD", Shape: myogen.Level[units.Rate]{40}, Noise: 1 * units.Pps}},
	Connections: []myogen.Connection{{Source: "DD", Target: "aMN", Probability: 0.5, Weight: 0.15 * units.MicroSiemens}},
}

var run = kernel.Run("soak", experiment)"""
RUN = 'fmt.Println("sha256", run.Report().SpikesSHA256)'
FIGURE = 'chart.Spikes("Motor neurons", run.SpikeTrains("aMN"), chart.Reds)'
FORGET = 'kernel.Forget("soak")'


def tree(pid):
    """Returns a process and its descendants."""
    all = [pid]
    for p in all:
        try:
            for t in os.listdir(f"/proc/{p}/task"):
                with open(f"/proc/{p}/task/{t}/children") as f:
                    all += map(int, f.read().split())
        except OSError:
            pass
    return all


def sample(pid):
    """Returns memory in MB, processes, open files and disk in MB."""
    memory = processes = files = disk = 0
    for p in tree(pid):
        try:
            with open(f"/proc/{p}/smaps_rollup") as f:
                memory += sum(int(line.split()[1]) for line in f if line.startswith("Pss:"))
            files += len(os.listdir(f"/proc/{p}/fd"))
            processes += 1
        except OSError:
            pass
    for folder in FOLDERS:
        for dir, _, names in os.walk(folder):
            for n in names:
                try:
                    disk += os.lstat(os.path.join(dir, n)).st_size
                except OSError:
                    pass
    return memory / 1024, processes, files, disk / 1e6


km = KernelManager(kernel_name="gomyogen")
km.start_kernel()
kc = km.client()
kc.start_channels()
kc.wait_for_ready(timeout=PATIENCE)


def execute(code, stop_after=None):
    """Runs a cell and stops it some seconds after it shows its first progress; returns what it printed and what it showed."""
    request = kc.execute(code)
    printed, shown, stop = "", set(), None
    while True:
        if stop and time.monotonic() > stop:
            km.interrupt_kernel()
            stop, stop_after = None, None
        try:
            m = kc.get_iopub_msg(timeout=0.05 if stop else PATIENCE)
        except Exception:
            if stop:
                continue
            raise
        if m["parent_header"].get("msg_id") != request:
            continue
        c = m["content"]
        if m["msg_type"] == "stream":
            printed += c["text"]
        elif m["msg_type"] == "error":
            printed += "\n".join(c["traceback"])
        elif "data" in c:
            shown |= set(c["data"])
            if stop_after is not None and stop is None:
                stop = time.monotonic() + stop_after
        elif m["msg_type"] == "status" and c["execution_state"] == "idle":
            break
    kc.get_shell_msg(timeout=PATIENCE)
    return printed, shown


printed, _ = execute(DECLARATIONS)
if printed:
    sys.exit(printed)
begun = minute = time.monotonic()
cycles = stops = 0
want = None
print("minutes,cycles,stops,memory_mb,processes,files,disk_mb", flush=True)
while True:
    printed, _ = execute(RUN, stop_after=0.3 * (cycles % 5))
    if "stopped at" in printed:
        stops += 1
        printed, _ = execute(RUN)
    digest = printed.partition("sha256 ")[2].strip()
    if not digest or want and digest != want:
        sys.exit(f"cycle {cycles}: {printed}, want {want}")
    want = digest
    printed, shown = execute(FIGURE)
    if "text/html" not in shown:
        sys.exit(f"cycle {cycles}: no figure: {shown}, {printed}")
    printed, _ = execute(FORGET)
    cycles += 1
    now = time.monotonic()
    if now - minute >= 60 or now - begun >= SECONDS:
        minute = now
        print("%.1f,%d,%d,%.1f,%d,%d,%.3f" % ((now - begun) / 60, cycles, stops, *sample(km.provisioner.pid)), flush=True)
    if now - begun >= SECONDS:
        break
kc.stop_channels()
km.shutdown_kernel()
