"""Runs a notebook: execute.py IN OUT KERNEL. Prints "cell K of N" before each code cell."""
import os
import sys

import nbformat
from nbclient import NotebookClient

source, target, kernel = sys.argv[1:]
nb = nbformat.read(source, as_version=4)
code = [i for i, cell in enumerate(nb.cells) if cell.cell_type == "code"]


def started(cell, cell_index):
    if cell.cell_type == "code":
        print(f"cell {code.index(cell_index) + 1} of {len(code)}", flush=True)


client = NotebookClient(
    nb, kernel_name=kernel, timeout=600, allow_errors=True, record_timing=False,
    resources={"metadata": {"path": os.path.dirname(source)}}, on_cell_start=started,
)
client.execute()
nb.metadata["language_info"] = {"name": "go", "file_extension": ".go", "mimetype": "text/x-go"}
nbformat.write(nb, target)
