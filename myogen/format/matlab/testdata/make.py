"""Makes v73.mat in this folder, a file of MATLAB's version 7.3, by hdf5storage 0.2.2 (PyPI).

It has the form of MUedit's files: grids of electrodes and, of each, the discharges
of its units as samples at 2048 Hz.
"""
import pathlib

import hdf5storage
import numpy as np


def cells(*rows):
    c = np.empty((len(rows), max(len(r) for r in rows)), dtype=object)
    for i, row in enumerate(rows):
        for j in range(c.shape[1]):
            c[i, j] = np.atleast_2d(np.asarray(row[j], float)) if j < len(row) else np.zeros((0, 0))
    return c


grids = np.empty((1, 2), dtype=object)
grids[0, 0], grids[0, 1] = cells([[1, 2049], [1025]]), cells([[4097]])
path = pathlib.Path(__file__).parent / "v73.mat"
path.unlink(missing_ok=True)
hdf5storage.savemat(str(path), {
    "signal": {"fsamp": 2048.0, "data": np.zeros((2, 3)), "Dischargetimes": cells([[1, 2049], [1025]], [[4097]])},
    "edition": {"Distimeclean": grids, "time": np.zeros((1, 3))},
}, format="7.3", matlab_compatible=True, store_python_metadata=False)
