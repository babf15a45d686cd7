"""Reads and writes the files of other programs for package python.

The task comes as JSON on standard input; a block comes and goes as an .npz file
of gomyogen. A mistake in a file is an object of JSON on standard error, exit
status 3.
"""

import json
import sys
from datetime import datetime, timezone

import gomyogen
import neo
import numpy as np
import quantities as pq

LAYOUT = 1  # version of what write_nwb puts into notes
MOST = 1 << 27  # samples of one signal


class Refused(Exception):
    """A mistake in a file; option is what the caller could say to mend it."""

    def __init__(self, text, option=""):
        super().__init__(text)
        self.option = option


def limit_memory():
    """Keeps a file that claims to be huge from exhausting the machine."""
    try:
        import os
        import resource
        most = min(16 << 30, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ImportError, ValueError, OSError):
        pass  # not every system has such a limit


# NWB


def write_nwb(task):
    from pynwb import NWBHDF5IO, H5DataIO, NWBFile, TimeSeries
    from pynwb.file import Subject
    from pynwb.misc import Units

    block = gomyogen.load(task["block"])
    session = task["session"]
    report = json.loads(session["report"]) if session.get("report") else None
    notes = {"gomyogen nwb": LAYOUT, "name": block.name, "annotations": block.annotations, "segments": [], "report": report}
    start = session.get("start") or (report or {}).get("session", {}).get("date")
    if not start:
        notes["session_start_time"] = "not known: 1970-01-01 stands for it"
    keywords = list(session.get("keywords") or [])
    file = NWBFile(
        session_description=session["description"], identifier=session["identifier"],
        session_start_time=datetime.fromisoformat(start.replace("Z", "+00:00")) if start else datetime.fromtimestamp(0, timezone.utc),
        experimenter=session.get("experimenter") or None, institution=session.get("institution") or None,
        lab=session.get("lab") or None, keywords=keywords or None,
        source_script=session.get("experiment") or None,
        source_script_file_name=session.get("experiment_file") or None if session.get("experiment") else None)
    if session.get("subject"):
        file.subject = Subject(**session["subject"])
    elif report:
        # nwbinspector calls a file without a subject, or one without these fields,
        # critical. All of them say "not known": NCBI's "unidentified", any age.
        file.subject = Subject(
            subject_id="simulation", description="There is no subject: the data are simulated.", sex="U", age="P0D/",
            species="http://purl.obolibrary.org/obo/NCBITaxon_32644")

    # Spike times in s are those in ms over 1000, which rounds; where that
    # changes one, all are there in ms as well.
    trains = [(s.name, t) for s in block.segments for t in s.spiketrains]
    exact = all(np.array_equal(t.magnitude / 1000 * 1000, t.magnitude) for _, t in trains)
    thresholds = session.get("thresholds") or {}
    if trains:
        periods = {t.annotations.get("sampling_period_ms", 0) for _, t in trains}
        resolution = {"resolution": periods.pop() / 1000} if len(periods) == 1 and 0 not in periods else {}
        file.units = Units(name="units", description="spike times of each cell", **resolution)
        file.units.add_column("unit_name", "name of the cell")
        file.units.add_column("population", "name of the population of the cell")
        if thresholds:
            file.units.add_column("recruitment_threshold", "recruitment threshold of a motor neuron; NaN where a cell has none")
        if not exact:
            file.units.add_column("spike_times_ms", "spike times in ms, as they were computed", index=True)
        index = {}
        for population, t in trains:
            i = index[population] = index.get(population, -1) + 1
            row = {"unit_name": t.name, "population": population}
            if thresholds:
                row["recruitment_threshold"] = float(thresholds[population][i]) if population in thresholds else np.nan
            if not exact:
                row["spike_times_ms"] = t.magnitude
            file.units.add_unit(spike_times=t.magnitude / 1000,
                                obs_intervals=[[gomyogen._ms(t.t_start) / 1000, gomyogen._ms(t.t_stop) / 1000]], **row)

    used = set()
    for s in block.segments:
        signals = []
        for a in s.analogsignals:
            name = base = f"{s.name} {a.name}".replace("/", "_").replace(":", "_").strip() or "signal"
            for n in range(2, 1 << 20):
                if name not in used:
                    break
                name = f"{base} {n}"
            used.add(name)
            unit = gomyogen._unit_text(a)
            signals.append({"series": name, "name": a.name, "t_start_ms": gomyogen._ms(a.t_start), "period_ms": gomyogen._period(a), "unit": unit})
            values = a.magnitude[:, 0]
            series = TimeSeries(
                name=name, data=H5DataIO(values, compression="gzip") if len(values) > 1 << 16 else values, unit=unit or "dimensionless",
                rate=1000 / gomyogen._period(a), starting_time=gomyogen._ms(a.t_start) / 1000,
                description=f"{a.name} of population {s.name}")
            (file.add_stimulus if unit == "pps" else file.add_acquisition)(series)
        notes["segments"].append({
            "name": s.name, "signals": signals,
            "spans_ms": [[gomyogen._ms(t.t_start), gomyogen._ms(t.t_stop), t.annotations.get("sampling_period_ms", 0)] for t in s.spiketrains]})
    file.notes = json.dumps(notes)
    with NWBHDF5IO(task["out"], "w") as io:
        io.write(file)


def read_nwb(task):
    from pynwb import NWBHDF5IO

    try:
        io = NWBHDF5IO(task["in"], "r", load_namespaces=True)
    except OSError as e:
        raise Refused(f"it is not an HDF5 file: {e}")
    with io:
        try:
            file = io.read()
        except Exception as e:
            raise Refused(f"pynwb cannot read it: {e}")
        notes = {}
        if file.notes and file.notes.startswith("{"):
            try:
                notes = json.loads(file.notes)
            except ValueError:
                pass
        layout = notes.get("gomyogen nwb", 0) if isinstance(notes, dict) else 0
        if layout > LAYOUT:
            raise Refused(f"it has version {layout} of gomyogen's layout of NWB; this program reads up to version {LAYOUT}: update it")
        block = _own_nwb(file, notes) if layout else None
        return block or _any_nwb(file)


def _columns(units):
    return set(units.colnames) if units is not None else set()


def _own_nwb(file, notes):
    """Returns the block of a file that write_nwb wrote, or None if it was changed since."""
    rows = {}
    if file.units is not None:
        if not {"unit_name", "population"} <= _columns(file.units):
            return None
        for i in range(len(file.units)):
            rows.setdefault(str(file.units["population"][i]), []).append(i)
    block = neo.Block(name=notes["name"])
    block.annotations.update(notes["annotations"])
    series = {**file.acquisition, **file.stimulus}
    column = "spike_times_ms" if "spike_times_ms" in _columns(file.units) else "spike_times"
    factor = 1 if column == "spike_times_ms" else 1000
    for s in notes["segments"]:
        mine = rows.get(s["name"], [])
        if len(mine) != len(s["spans_ms"]) or any(x["series"] not in series for x in s["signals"]):
            return None
        segment = neo.Segment(name=s["name"])
        for i, (start, stop, period) in zip(mine, s["spans_ms"]):
            times = np.asarray(file.units[column][i], float) * factor
            more = {"sampling_rate": 1000 / period * pq.Hz, "sampling_period_ms": period} if period else {"sampling_rate": None}
            segment.spiketrains.append(neo.SpikeTrain(
                times, units=pq.ms, t_start=start * pq.ms, t_stop=stop * pq.ms, name=str(file.units["unit_name"][i]), **more))
        for x in s["signals"]:
            units, text = gomyogen._units(x["unit"])
            segment.analogsignals.append(neo.AnalogSignal(
                series[x["series"]].data[:], units=units, t_start=x["t_start_ms"] * pq.ms,
                sampling_period=x["period_ms"] * pq.ms, name=x["name"], sampling_period_ms=x["period_ms"], **text))
        block.segments.append(segment)
    return block


def _any_nwb(file):
    """Returns the units and regularly sampled series of any file."""
    block = neo.Block(name=file.identifier, session_description=file.session_description)
    segments, left = {}, []
    units = file.units
    if units is not None and "spike_times" in _columns(units):
        names = next((c for c in ("unit_name", "name", "cluster_name", "label") if c in _columns(units)), None)
        spikes = [np.asarray(units["spike_times"][i], float) * 1000 for i in range(len(units))]
        for i, t in enumerate(spikes):
            if not np.all(np.isfinite(t)):
                raise Refused(f"unit {i}: spike {int(np.flatnonzero(~np.isfinite(t))[0])} is not a finite number")
        first = min([0.0] + [t.min() for t in spikes if len(t)])
        last = max([0.0] + [t.max() for t in spikes if len(t)])
        period = float(units.resolution) * 1000 if units.resolution and units.resolution > 0 else 0
        for i, t in enumerate(spikes):
            start, stop = first, last
            if "obs_intervals" in _columns(units):
                seen = np.asarray(units["obs_intervals"][i], float).reshape(-1, 2) * 1000
                if len(seen):
                    start, stop = min(seen.min(), t.min() if len(t) else np.inf), max(seen.max(), t.max() if len(t) else -np.inf)
            population = str(units["population"][i]) if "population" in _columns(units) else "units"
            more = {"sampling_rate": 1000 / period * pq.Hz, "sampling_period_ms": period} if period else {"sampling_rate": None}
            segments.setdefault(population, neo.Segment(name=population)).spiketrains.append(neo.SpikeTrain(
                t, units=pq.ms, t_start=start * pq.ms, t_stop=stop * pq.ms,
                name=str(units[names][i]) if names else f"unit_{units.id[i]}", **more))
    for kind, group in (("acquisition", file.acquisition), ("stimulus", file.stimulus)):
        for name, x in group.items():
            signal = _signal(name, x)
            if signal is None:
                left.append(name)
                continue
            segments.setdefault(kind, neo.Segment(name=kind)).analogsignals.append(signal)
    left += [f"{module}/{name}" for module, x in file.processing.items() for name in x.data_interfaces]
    block.segments.extend(segments.values())
    if left:
        block.annotate(not_read=", ".join(left))
    if not segments:
        raise Refused("it has no units with spike times and no regularly sampled series")
    return block


def _signal(name, x):
    """Returns a regularly sampled series of numbers, or None."""
    data = getattr(x, "data", None)
    if data is None or not hasattr(data, "shape") or not 1 <= len(data.shape) <= 2 or data.size > MOST or np.dtype(data.dtype).kind not in "fiu":
        return None
    rate, start = getattr(x, "rate", None), getattr(x, "starting_time", None) or 0
    if not rate:
        if getattr(x, "timestamps", None) is None or len(x.timestamps) < 2:
            return None
        t = np.asarray(x.timestamps[:], float)
        steps = np.diff(t)
        step = (t[-1] - t[0]) / (len(t) - 1)
        if not (step > 0 and np.all(np.abs(steps - step) < 1e-3 * step)):
            return None
        rate, start = 1 / step, t[0]
    values = np.asarray(data[:], float)
    if getattr(x, "channel_conversion", None) is not None:
        values = values * np.asarray(x.channel_conversion[:], float)
    values = values * (1 if x.conversion is None else x.conversion) + (x.offset or 0)
    unit, text = gomyogen._units({"volts": "V", "volt": "V", "amperes": "A", "newtons": "N", "a.u.": "", "unknown": ""}.get(x.unit, x.unit))
    return neo.AnalogSignal(values, units=unit, t_start=start * pq.s, sampling_rate=rate * pq.Hz, name=name, **text)


# MATLAB


# Names of the variable with the discharge times, the most edited first: MUedit's,
# DEMUSE's, and what others use.
DISCHARGES = ("distimeclean", "distime", "mupulses", "mupulse", "dischargetimes", "discharge_times", "spiketrains", "spike_trains",
              "spiketimes", "spike_times", "firings", "data")
RATES = ("fsamp", "fs", "samplingfrequency", "sampling_frequency", "sampling_rate", "samplingrate")


def read_matlab(task):
    found = {}
    for name, x in _matlab(task["in"]).items():
        _collect(found, name, x, 0)
    trains = {name: t for name, x in found.items() if (t := _trains(x)) is not None}
    if (t := _otbiolab(found)) is not None:
        trains["Data"] = t
    wanted = _wanted(task.get("variable"), trains, found)
    binary, groups = trains[wanted]
    units = [t for g in groups for t in g]
    for i, t in enumerate(units):
        if not np.all(np.isfinite(t)):
            raise Refused(f"{wanted}: unit {i + 1}: discharge {int(np.flatnonzero(~np.isfinite(t))[0]) + 1} is not a finite number")
    whole = binary or (any(len(t) for t in units) and all(np.all(t == np.trunc(t)) for t in units))
    rate = task.get("rate") or 0
    if rate and not whole:
        i, x = next((i, x) for i, t in enumerate(units) for x in t if x != np.trunc(x))
        raise Refused(f"{wanted}: unit {i + 1}: a discharge at {x:g}, which is no sample; a rate is for times that are samples")
    if not rate and whole and not task.get("unit"):
        rate = _rate(wanted, found)
    if rate:  # samples, of which MATLAB's first is 1
        first = min([1.0] + [t.min() for t in units if len(t)])
        if first < 1:
            raise Refused(f"{wanted}: a discharge at sample {first:g}; MATLAB's first sample is 1")
        scale = lambda t: (t - 1) / rate * 1000
    else:
        factor = {"ms": 1, "us": 1e-3}.get(task.get("unit"), 1000)
        scale = lambda t: t * factor
    groups = [[scale(t) for t in g] for g in groups]
    units = [t for g in groups for t in g]
    last, first = max([0.0] + [t.max() for t in units if len(t)]), min([0.0] + [t.min() for t in units if len(t)])
    block = neo.Block(name=wanted)
    more = {"sampling_rate": rate * pq.Hz, "sampling_period_ms": 1000 / rate} if rate else {"sampling_rate": None}
    for k, g in enumerate(groups):
        segment = neo.Segment(name="units" if len(groups) == 1 else f"units {k + 1}")
        for i, t in enumerate(g):
            segment.spiketrains.append(neo.SpikeTrain(
                t, units=pq.ms, t_start=first * pq.ms, t_stop=last * pq.ms, name=f"MU_{i}", **more))
        block.segments.append(segment)
    return block


def _otbiolab(found):
    """Returns the units of an export of OTBiolab+: columns of Data whose Description says Decomposition of."""
    try:
        labels = [str(x.flat[0]) for x in found["Description"].flat]
        data = found["Data"].flat[0]
        columns = [i for i, s in enumerate(labels) if "decomposition of" in s.lower() and "source for" not in s.lower()]
        if not columns or data.ndim != 2 or data.shape[1] != len(labels):
            return None
        return True, [[np.flatnonzero(data[:, i]) + 1.0 for i in columns]]
    except (KeyError, AttributeError, IndexError, TypeError):
        return None


def _wanted(wanted, trains, found):
    """Returns the name of the variable with the discharge times."""
    kinds = "a cell array of discharge times, or a matrix of zeros and ones"
    if wanted:
        if wanted not in trains:
            raise Refused(f"{wanted!r} is not {kinds}; these are: {sorted(trains)}", "Variable")
        return wanted
    for name in DISCHARGES:
        same = [n for n in trains if n.split(".")[-1].lower() == name]
        if len(same) == 1:
            return same[0]
        if same:
            raise Refused(f"{sorted(same)} could all hold the discharge times", "Variable")
    if len(trains) == 1:
        return next(iter(trains))
    if trains:
        raise Refused(f"{sorted(trains)} could all hold the discharge times", "Variable")
    raise Refused(f"no variable is {kinds}; there are {sorted(found)}")


def _rate(wanted, found):
    """Returns the sampling rate that stands beside the discharge times or, if it is the only one, elsewhere."""
    rates = {n: float(x.flat[0]) for n, x in found.items() if n.split(".")[-1].lower() in RATES
             and isinstance(x, np.ndarray) and x.size == 1 and x.dtype.kind in "fiu" and x.flat[0] > 0}
    parent = wanted.rpartition(".")[0]
    beside = {n: r for n, r in rates.items() if n.rpartition(".")[0] == parent}
    for name in RATES:
        same = {n: r for n, r in (beside or rates).items() if n.split(".")[-1].lower() == name}
        if len(set(same.values())) == 1:
            return same.popitem()[1]
        if same:
            raise Refused(f"{wanted}: the discharge times are samples, and {sorted(same)} give several rates", "Rate")
    raise Refused(f"{wanted}: the discharge times are whole numbers, samples as it seems, and it is not known how many there are in a second", "Rate")


def _matlab(path):
    """Returns the variables of a file by name: arrays, sparse matrices, cell arrays as arrays of objects, structures as dicts."""
    from scipy.io import loadmat

    try:
        return {n: x for n, x in loadmat(path, spmatrix=False).items() if not n.startswith("__")}
    except NotImplementedError:
        return _matlab73(path)
    except MemoryError:
        raise Refused("it needs more memory than there is")
    except Exception as e:
        raise Refused(f"it is not a MATLAB file, or a damaged one: {e}")


def _matlab73(path):
    """The same of a file of version 7.3, which is HDF5 with all dimensions reversed."""
    import h5py
    from scipy.sparse import csc_array

    def value(x, depth):
        if depth > 8:
            return None
        kind = x.attrs.get("MATLAB_class", b"")
        if isinstance(x, h5py.Group):
            if "MATLAB_sparse" in x.attrs:
                columns = x["jc"][()]
                data = x["data"][()] if "data" in x else np.zeros(0)
                rows = x["ir"][()] if "ir" in x else np.zeros(0, int)
                return csc_array((data, rows, columns), shape=(int(x.attrs["MATLAB_sparse"]), len(columns) - 1))
            return {name: value(y, depth + 1) for name, y in x.items()}
        if x.attrs.get("MATLAB_empty"):
            return np.zeros((0, 0), object if kind == b"cell" else float)
        if x.size > MOST or kind == b"char":
            return None
        data = x[()]
        if data.dtype.kind == "O":  # references: of a cell array, or of a structure array's field
            cells = np.empty(data.shape, object)
            for i, reference in np.ndenumerate(data):
                cells[i] = value(x.file[reference], depth + 1)
            return cells.T
        return data.T

    try:
        with h5py.File(path, "r") as f:
            return {name: value(x, 0) for name, x in f.items() if not name.startswith("#")}
    except MemoryError:
        raise Refused("it needs more memory than there is")
    except Exception as e:
        raise Refused(f"it is not a MATLAB file of version 7.3, or a damaged one: {e}")


def _collect(found, name, x, depth):
    """Adds a variable and, of a structure, its fields: signal.fsamp."""
    if depth > 4:
        return
    if isinstance(x, dict):
        for field, y in x.items():
            _collect(found, f"{name}.{field}", y, depth + 1)
    elif isinstance(x, np.ndarray) and x.dtype.names:
        for field in x.dtype.names:  # of a structure array, a cell array of each field
            _collect(found, f"{name}.{field}", x[field].flat[0] if x.size == 1 else x[field], depth + 1)
    elif x is not None:
        found[name] = x


def _vector(c):
    """Returns a cell's numbers, or None if it is no vector of numbers."""
    if not isinstance(c, np.ndarray) or c.dtype.kind not in "fiu" and c.size or c.size and max(c.shape) != c.size:
        return None
    v = c.astype(float).ravel()
    if len(v) > 1000 and 0 < np.diff(v).mean() < 0.02 and np.ptp(np.diff(v)) <= 1e-6 * np.abs(v).max():
        return None  # the times of samples in s, as OTBiolab+ has them
    return v


def _cells(x):
    """Returns the vectors of a cell array in one row or column, or None."""
    if not isinstance(x, np.ndarray) or x.dtype != object or not x.size or max(x.shape) != x.size:
        return None
    vectors = [_vector(c) for c in x.flat]
    return None if any(v is None for v in vectors) else vectors


def _trains(x):
    """Returns whether a variable holds zeros and ones, and the numbers of each unit of each group, or None.

    Groups are the rows of a cell array, as a grid of electrodes has one in MUedit's
    Distime, or the cells of a cell array of cell arrays, as in its Distimeclean.
    """
    from scipy.sparse import issparse

    if issparse(x):
        x = x.tocoo()
        if x.ndim != 2 or not x.nnz or not np.all(x.data == 1) or min(x.shape) > 1 << 20:
            return None
        units, samples = (x.row, x.col) if x.shape[0] <= x.shape[1] else (x.col, x.row)
        return True, [[np.sort(samples[units == i]) + 1.0 for i in range(min(x.shape))]]
    if not isinstance(x, np.ndarray):
        return None
    if x.dtype == object and x.size:
        if (vectors := _cells(x)) is not None:
            return False, [vectors]
        nested = [_cells(c) if isinstance(c, np.ndarray) and c.size else [] for c in x.flat]
        if max(x.shape) == x.size and all(v is not None for v in nested) and any(nested):
            return False, nested
        if x.ndim == 2 and all(_vector(c) is not None for c in x.flat):
            rows = [[_vector(c) for c in row] for row in x]
            for row in rows:
                while row and not len(row[-1]):  # the rows have different lengths
                    row.pop()
            return (False, rows) if any(rows) else None
        return None
    if x.ndim == 2 and x.dtype.kind in "fiub" and x.size > 1 and np.isin(x, (0, 1)).all() and x.any():
        if x.shape[0] > x.shape[1]:  # a column for each unit
            x = x.T
        return True, [[np.flatnonzero(row) + 1.0 for row in x]]
    return None


# Pickles


def read_pickle(task):
    import joblib

    try:
        x = joblib.load(task["in"])
    except ModuleNotFoundError as e:
        raise Refused(f"it holds objects of the Python package {e.name}, which is not there; dump the array or the Block of Neo in them")
    except MemoryError:
        raise Refused("it needs more memory than there is")
    except Exception as e:
        raise Refused(f"it is not a pickle, or a damaged one: {type(e).__name__}: {e}")
    if isinstance(x, neo.Block):
        for s in x.segments:
            _order(s)
        return x
    block, segment = neo.Block(name="pickle"), None
    if isinstance(x, neo.Segment):
        segment = x
    elif isinstance(x, (neo.AnalogSignal, neo.SpikeTrain)):
        x = [x]
    if segment is None and isinstance(x, (list, tuple)) and x and all(isinstance(y, (neo.AnalogSignal, neo.SpikeTrain)) for y in x):
        segment = neo.Segment(name="pickle")
        for y in x:
            (segment.spiketrains if isinstance(y, neo.SpikeTrain) else segment.analogsignals).append(y)
    if segment is None:
        raise Refused(f"it holds a {type(x).__name__}, not a Block, Segment, AnalogSignal or SpikeTrain of Neo")
    block.segments.append(segment)
    return block


def _order(segment):
    """Puts the trains of MyoGen's SimulationRunner into the order of its cells."""
    if all("cell_idx" in t.annotations for t in segment.spiketrains):
        trains = sorted(segment.spiketrains, key=lambda t: int(t.annotations["cell_idx"]))
        segment.spiketrains.clear()
        segment.spiketrains.extend(trains)


def _note(block):
    """Annotates a block with what of it gomyogen.save does not keep as it is."""
    if lost := gomyogen.dropped(block):
        before = block.annotations.get("not_read")
        block.annotate(not_read=", ".join(([before] if before else []) + lost))
    notes = []
    if names := gomyogen.unsorted(block):
        notes.append("the spike times of these trains were not in rising order, and are sorted: " + ", ".join(names))
    equal = [str(t.name) for s in block.segments for t in s.spiketrains if np.any(np.diff(np.sort(t.magnitude)) == 0)]
    if equal:
        notes.append("these trains have equal spike times, which are kept: " + ", ".join(equal))
    if notes:
        block.annotate(note="; ".join(notes))


TASKS = {"write nwb": write_nwb, "read nwb": read_nwb, "read matlab": read_matlab, "read pickle": read_pickle}

if __name__ == "__main__":
    task = json.load(sys.stdin)
    limit_memory()
    try:
        block = TASKS[task["task"]](task)
        if block is not None:
            _note(block)
            gomyogen.save(task["out"], block)
    except Refused as e:
        json.dump({"text": str(e), "option": e.option}, sys.stderr)
        sys.exit(3)
    except MemoryError:
        json.dump({"text": "it needs more memory than there is", "option": ""}, sys.stderr)
        sys.exit(3)
