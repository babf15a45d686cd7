"""Times cells: timings.py KERNEL N NOTEBOOK. Prints a line of JSON for each kind of cell."""
import json
import os
import re
import statistics
import sys
import tempfile
import time

import nbformat
from jupyter_client import KernelManager
from nbclient import NotebookClient

kernel, n, notebook = sys.argv[1], int(sys.argv[2]), sys.argv[3]
RUNS = min(3, n)  # of whole kernels and notebooks


def report(name, seconds, own=0.0, aim=0.0):
    print(json.dumps({"name": name, "median": statistics.median(seconds), "min": min(seconds), "own": own, "aim": aim}), flush=True)


def run(kc, code):
    """Runs a cell and returns its seconds and the engine's own, which it prints."""
    start = time.monotonic()
    printed = []

    def output(msg):
        if msg["msg_type"] == "stream":
            printed.append(msg["content"]["text"])

    reply = kc.execute_interactive(code, output_hook=output, timeout=None)
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

var experiment = myogen.Experiment{
	Duration:    500 * units.Ms,
	Populations: []myogen.Population{myogen.AlphaMNPool{Name: "aMN", N: 20}},
}

func simulate() (*myogen.Result, error) {
	ctx, stop := kernel.Context()
	defer stop()
	sim := kernel.Must(myogen.NewSimulation(ctx, experiment))
	start := time.Now()
	r, err := sim.Run(ctx, nil)
	fmt.Println("own", time.Since(start).Seconds())
	return r, err
}
"""

CELLS = [
    ("nothing", "%%\n_ = {i}"),
    ("prints", "%%\nfmt.Println({i})"),
    ("checks a description", "%%\nfmt.Println(experiment.Check(), {i})"),
    ("shows a table", "%%\nkernel.ShowTable(kernel.Table{{Columns: []string{{\"a\"}}, Rows: [][]any{{{{ {i} }}}}}})"),
    ("computes", "%%\nr := kernel.Must(simulate())\nfmt.Println(r.Steps, {i})"),
    ("computes a value and keeps it", "%%\nfmt.Println(kernel.Keep(\"timing\", simulate, {i}+" + str(time.time_ns()) + ").Get().Steps)"),
    ("reads a kept value", "%%\nfmt.Println(kernel.Keep(\"timing\", simulate).Get().Steps, {i})"),
    ("draws", "%%\nkernel.Show(chart.Figure{{X: chart.Axis{{Label: \"x\"}}, Panels: []chart.Panel{{{{Y: chart.Axis{{Label: \"y\"}}, Series: []chart.Series{{&chart.Line{{X: []float64{{0, 1}}, Y: []float64{{0, {i} }}}}}}}}}}}})"),
]

starts = []
for _ in range(RUNS):
    begin = time.monotonic()
    km = KernelManager(kernel_name=kernel)
    km.start_kernel()
    kc = km.client()
    kc.start_channels()
    kc.wait_for_ready(timeout=60)
    starts.append(time.monotonic() - begin)
    if len(starts) < RUNS:
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


def front(cells):
    """Returns by how many seconds the front of the kernel delays a cell that is not
    compiled, in pairs of one cell by the front and one by GoNB alone."""
    managers = [KernelManager(kernel_name=kernel) for _ in range(2)]
    argv = managers[1].kernel_spec.argv
    managers[1].kernel_spec.argv = [a for a in argv if os.path.basename(a) != "front"]
    if len(managers[1].kernel_spec.argv) == len(argv):
        sys.exit("the kernel has no front")
    clients = []
    for km in managers:
        km.start_kernel()
        clients.append(km.client())
        clients[-1].start_channels()
        clients[-1].wait_for_ready(timeout=60)
    seconds = [[run(kc, "!true")[0] for kc in clients] for _ in range(cells)]
    for kc, km in zip(clients, managers):
        kc.stop_channels()
        km.shutdown_kernel()
    return [by_front - alone for by_front, alone in seconds]


report("what the front adds to a cell", front(20 * n), 0.0, 0.003)


def engine(outputs):
    """Returns the seconds of the simulations whose progress a cell shows."""
    text = "\n".join(o["data"].get("text/plain", "") for o in outputs if o["output_type"] == "display_data")
    return sum(float(ms) / float(speed) for ms, speed in re.findall(r"([0-9.]+) of [0-9.]+ ms .*?, ([0-9.]+) ms/s", text))


def draws(outputs):
    return any("myogen-figure" in o["data"].get("text/html", "") for o in outputs if o["output_type"] == "display_data")


def run_all():
    """Runs the notebook in a folder where nothing is kept and returns the seconds
    from the start of its kernel to the end of its last cell, those of each cell,
    and the executed notebook."""
    nb = nbformat.read(notebook, as_version=4)
    cells, ends, started = {}, [], {}

    def start(cell, cell_index):
        started[cell_index] = time.monotonic()

    def done(cell, cell_index, execute_reply):
        ends.append(time.monotonic())
        cells[cell_index] = ends[-1] - started[cell_index]

    with tempfile.TemporaryDirectory() as folder:
        begin = time.monotonic()
        NotebookClient(nb, kernel_name=kernel, timeout=None, resources={"metadata": {"path": folder}},
                       on_cell_execute=start, on_cell_executed=done).execute()
    return ends[-1] - begin, cells, nb


name = os.path.basename(notebook)
runs = [run_all() for _ in range(RUNS)]
kinds = {"computes": [], "draws": []}
engines = {"computes": 0.0, "draws": 0.0}
for i in runs[0][1]:
    outputs = [nb.cells[i].outputs for _, _, nb in runs]
    kind = "draws" if draws(outputs[0]) else "computes"
    kinds[kind].append(statistics.median(cells[i] - engine(o) for (_, cells, _), o in zip(runs, outputs)))
    engines[kind] += statistics.median(map(engine, outputs))
report(name + ", what computes", kinds["computes"], engines["computes"], 0.3)
report(name + ", what draws", kinds["draws"], engines["draws"], 0.45)
report(name + ", run all", [whole for whole, _, _ in runs], sum(engines.values()), 4.2)
