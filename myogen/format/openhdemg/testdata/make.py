"""Makes emgfile.json and refsig.json in this folder by openhdemg 0.1.2 (PyPI).

The decomposition is no recording: three units that discharge every 80, 100 and
125 ms for 2 s at 2048 Hz, from a table as openhdemg imports it. What openhdemg
reads back goes to want.json.
"""
import json
import pathlib
import tempfile

import numpy as np
import openhdemg.library as emg
import pandas as pd

here = pathlib.Path(__file__).parent
fsamp, n = 2048, 4096
pulses = [np.arange(start, n, step) for start, step in ((100, 164), (37, 205), (2000, 256))]
columns = {"REF_SIGNAL": np.round(np.linspace(0, 10, n), 4), "RAW_SIGNAL_1": np.zeros(n), "RAW_SIGNAL_2": np.zeros(n)}
for i, x in enumerate(pulses):
    columns[f"MUPULSES_{i}"] = pd.Series(x)
    columns[f"IPTS_{i}"] = np.zeros(n)
columns["ACCURACY"] = pd.Series([0.95, 0.9, 0.88])
with tempfile.TemporaryDirectory() as folder:
    table = pathlib.Path(folder) / "three_units.csv"
    pd.DataFrame({k: pd.Series(v) for k, v in columns.items()}).to_csv(table, index=False)
    file = emg.emg_from_customcsv(str(table), fsamp=fsamp)
emg.save_json_emgfile(file, str(here / "emgfile.json"), compresslevel=9)
emg.save_json_emgfile({"SOURCE": "CUSTOMCSV_REFSIG", **{k: file[k] for k in ("FILENAME", "FSAMP", "REF_SIGNAL", "EXTRAS")}},
                      str(here / "refsig.json"), compresslevel=9)
back = emg.emg_from_json(str(here / "emgfile.json"))
with open(here / "want.json", "w") as f:
    json.dump({"MUPULSES": [x.tolist() for x in back["MUPULSES"]], "FSAMP": float(back["FSAMP"]), "EMG_LENGTH": int(back["EMG_LENGTH"]),
               "REF_SIGNAL": back["REF_SIGNAL"][0].iloc[[0, 1, 2047, 4095]].tolist(), "SOURCE": back["SOURCE"], "FILENAME": back["FILENAME"]}, f)
    f.write("\n")
