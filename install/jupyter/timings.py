"""Times cells: timings.py KERNEL N NOTEBOOK. Prints a line of JSON for each kind of cell."""
import json
import os
import re
import statistics
import sys
import time

import nbformat
from jupyter_client import KernelManager
from nbclient import NotebookClient

kernel, n, notebook = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def report(name, seconds, own=0.0):
    print(json.dumps({"name": name, "median": statistics.median(seconds), "min": min(seconds), "own": own}), flush=True)


def run(kc, code):
    """Runs a cell and returns its seconds and the engine's own, which it prints."""
    start = time.monotonic()
    printed = []

    def output(msg):
        if msg["msg_type"] == "stream":
            printed.append(msg["content"]["text"])

    reply = kc.execute_interactive(code, output_hook=output, timeout=120)
    took = time.monotonic() - start
    if reply["content"]["status"] != "ok":
        sys.exit("".join(printed) + "\n".join(reply["content"].get("traceback", [])))
    own = re.search(r"own ([0-9.]+)", "".join(printed))
    return took, float(own[1]) if own else 0.0


DECLARATIONS = """import (
	"fmt"
	"time"
	"gomyogen/kernel"
	"gomyogen/kernel/chart"
	"gomyogen/myogen"
	"gomyogen/myogen/units"
)

func pool() myogen.AlphaMNPool {
	return myogen.AlphaMNPool{Thresholds: kernel.Must(myogen.RecruitmentThresholds{N: 20}.Values())}
}

func simulate() (*myogen.Result, error) {
	n := &myogen.Network{}
	kernel.Check(n.Add("aMN", pool()))
	sim := kernel.Must(myogen.NewSimulation(n, myogen.SimulationConfig{}))
	start := time.Now()
	ctx, stop := kernel.Context()
	defer stop()
	r, err := sim.Run(ctx, 500*units.Ms, nil)
	fmt.Println("own", time.Since(start).Seconds())
	return r, err
}
"""

CELLS = [
    ("nothing", "%%\n_ = {i}"),
    ("prints", "%%\nfmt.Println({i})"),
    ("checks a description", "%%\nfmt.Println(pool(), {i})"),
    ("shows a table", "%%\nkernel.ShowTable(kernel.Table{{Columns: []string{{\"a\"}}, Rows: [][]any{{{{ {i} }}}}}})"),
    ("computes", "%%\nr := kernel.Must(simulate())\nfmt.Println(r.Steps, {i})"),
    ("computes a value and keeps it", "%%\nfmt.Println(kernel.Keep(\"timing\", simulate, {i}+" + str(time.time_ns()) + ").Get().Steps)"),
    ("reads a kept value", "%%\nfmt.Println(kernel.Keep(\"timing\", simulate).Get().Steps, {i})"),
    ("draws", "%%\nkernel.Show(chart.Figure{{X: chart.Axis{{Label: \"x\"}}, Panels: []chart.Panel{{{{Y: chart.Axis{{Label: \"y\"}}, Series: []chart.Series{{&chart.Line{{X: []float64{{0, 1}}, Y: []float64{{0, {i} }}}}}}}}}}}})"),
]

starts = []
for _ in range(3):
    begin = time.monotonic()
    km = KernelManager(kernel_name=kernel)
    km.start_kernel()
    kc = km.client()
    kc.start_channels()
    kc.wait_for_ready(timeout=60)
    starts.append(time.monotonic() - begin)
    if len(starts) < 3:
        kc.stop_channels()
        km.shutdown_kernel()
report("kernel ready", starts)
run(kc, DECLARATIONS)
for name, code in CELLS:
    run(kc, code.format(i=0))  # the first compiles what the cell imports
    times = [run(kc, code.format(i=i + 1)) for i in range(n)]
    report(name, [took - own for took, own in times], statistics.median(own for _, own in times))
kc.stop_channels()
km.shutdown_kernel()

whole = []
for _ in range(3):
    nb = nbformat.read(notebook, as_version=4)
    begin = time.monotonic()
    NotebookClient(nb, kernel_name=kernel, timeout=600, resources={"metadata": {"path": os.getcwd()}}).execute()
    whole.append(time.monotonic() - begin)
report("run all of " + os.path.basename(notebook), whole)
