"""Writes arrays in all that NumPy has into a folder, and reads what Go wrote."""
import json
import pathlib
import sys

import numpy as np

job = json.load(sys.stdin)
folder = pathlib.Path(job["folder"])
written, refused = {}, {}

grid = np.arange(24).reshape(2, 3, 4)
for dtype in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1", "U3", "S3"]:
    for order in "<>":
        for layout in "CF":
            for shape in [(), (0,), (1,), (24,), (2, 12), (2, 3, 4), (3, 0, 2)]:
                n = int(np.prod(shape))
                array = np.array((grid.ravel()[:n] - (3 if dtype[0] in "fi" else 0)).reshape(shape)).astype(order + dtype, order=layout)
                name = f"{len(written)}.npy"
                np.save(folder / name, array)
                flat = array.ravel(order="C")
                written[name] = {
                    "what": f"{array.dtype.str} {layout} {shape}",
                    "shape": list(shape),
                    "text": [x.decode() if isinstance(x, bytes) else str(x) for x in flat] if dtype[0] in "US" else None,
                    "numbers": [repr(float(x)) for x in flat] if dtype[0] not in "US" else None,
                }

many = {"x": np.linspace(0, 1, 1000), "a/b": np.arange(3), "text": np.array(["ä", "∆∆"]), "one": np.array(2.5)}
np.savez(folder / "stored.npz", **many)
np.savez_compressed(folder / "deflated.npz", **many)

for name, array in {
    "object": np.array([1, "a"], dtype=object),
    "structured": np.zeros(2, dtype=[("x", "f8")]),
    "complex": np.zeros(2, dtype=complex),
    "datetime": np.zeros(2, dtype="M8[s]"),
}.items():
    np.save(folder / f"{name}.refused.npy", array)

ours = np.load(folder / job["ours"], allow_pickle=False)
read = {
    name: {
        "what": str(a.dtype),
        "shape": list(a.shape),
        "text": a.ravel().tolist() if a.dtype.kind == "U" else None,
        "numbers": [repr(float(x)) for x in a.ravel()] if a.dtype.kind != "U" else None,
    }
    for name, a in ours.items()
}
rows = np.load(folder / job["rows"], allow_pickle=False)
read["rows"] = {"what": str(rows.dtype), "shape": list(rows.shape), "text": None, "numbers": [repr(float(x)) for x in rows.ravel()]}
json.dump({"written": written, "read": read}, sys.stdout)
