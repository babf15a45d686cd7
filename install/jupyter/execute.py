"""Runs a notebook: execute.py IN OUT KERNEL RUN.

Prints "cell K of N" before each code cell, ends with the first that fails, and writes the notebook as far as it
came. RUN is JSON that goes, with the date and the seconds that it
took, into the metadata of the executed notebook, which JupyterLab will trust.
"""
import datetime
import json
import os
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.sign import NotebookNotary

source, target, kernel, run = sys.argv[1:]
nb = nbformat.read(source, as_version=4)
code = [i for i, cell in enumerate(nb.cells) if cell.cell_type == "code"]


def started(cell, cell_index):
    if cell.cell_type == "code":
        print(f"cell {code.index(cell_index) + 1} of {len(code)}", flush=True)


client = NotebookClient(
    nb, kernel_name=kernel, timeout=600, record_timing=False,
    resources={"metadata": {"path": os.path.dirname(source)}}, on_cell_start=started,
)
start = time.time()
try:
    client.execute()
except CellExecutionError:
    pass  # the cell's outputs say what is wrong
finally:
    nb.metadata["language_info"] = {"name": "go", "file_extension": ".go", "mimetype": "text/x-go"}
    nb.metadata["gomyogen"] = json.loads(run) | {
        "executed": datetime.date.fromtimestamp(start).isoformat(),
        "seconds": round(time.time() - start, 1),
    }
    nbformat.write(nb, target)
NotebookNotary().sign(nb)
