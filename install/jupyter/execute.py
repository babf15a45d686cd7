"""Runs a notebook in a folder: execute.py IN OUT FOLDER KERNEL.

Clears all outputs, runs the cells in their order and prints "cell K of N" before each. A cell that fails ends the
run, and so does a signal, which interrupts the cell that runs. The notebook as far as it came is then written to OUT,
and "executed K of N" is printed. A line of JSON on standard input says what becomes of it: {"stamp": {...},
"sign": true} goes into its metadata, and JupyterLab will trust what is signed; at the end of the input it stays as it is.
"""
import asyncio
import json
import signal
import sys

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat.sign import NotebookNotary

PATIENCE = 10  # s that an interrupted cell has to end

source, target, folder, kernel = sys.argv[1:]
nb = nbformat.read(source, as_version=4)
nb.metadata.pop("gomyogen", None)
nb.metadata["language_info"] = {"name": "go", "file_extension": ".go", "mimetype": "text/x-go"}
for cell in nb.cells:
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
code = [i for i, cell in enumerate(nb.cells) if cell.cell_type == "code" and cell.source.strip()]
client = NotebookClient(
    nb, kernel_name=kernel, timeout=None, startup_timeout=300, iopub_timeout=60, record_timing=False,
    resources={"metadata": {"path": folder}},
)
stopped = False


def stop():
    """Interrupts the cell that runs; the second time, or when it does not end, the kernel."""
    global stopped
    if client.km is None:
        sys.exit(1)
    if stopped:
        asyncio.ensure_future(client.km.shutdown_kernel(now=True))
    else:
        stopped = True
        asyncio.ensure_future(client.km.interrupt_kernel())
        asyncio.get_running_loop().call_later(PATIENCE, stop)


async def execute():
    """Runs the cells and returns how many ran."""
    ran = 0
    async with client.async_setup_kernel():
        for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if s == signal.SIGHUP and signal.getsignal(s) == signal.SIG_IGN:  # as under nohup
                continue
            asyncio.get_running_loop().add_signal_handler(s, stop)
        for k, i in enumerate(code):
            if stopped:
                break
            if "skip-execution" in nb.cells[i].metadata.get("tags", []):
                continue
            print(f"cell {k + 1} of {len(code)}", flush=True)
            try:
                await client.async_execute_cell(nb.cells[i], i, execution_count=ran + 1)
            except CellExecutionError:
                break  # the cell's outputs say what is wrong
            except DeadKernelError:
                if not stopped:
                    raise
                break
            ran += 1
    return ran


ran = 0
try:
    ran = asyncio.run(execute())
finally:
    nbformat.write(nb, target)
    print(f"executed {ran} of {len(code)}", flush=True)
answer = json.loads(sys.stdin.readline() or "{}")
if "stamp" in answer:
    nb.metadata["gomyogen"] = answer["stamp"]
    nbformat.write(nb, target)
if answer.get("sign"):
    NotebookNotary().sign(nb)
