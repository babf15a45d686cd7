"""Reads and writes the files of other programs for package python.

The task comes as JSON on standard input; a block comes and goes as an .npz file
of gomyogen. A mistake in a file is one line on standard error, exit status 3.
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
    pass


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
        file.subject = Subject(  # unknown, of any age, NCBI's "unidentified"
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
            unit = a.annotations.get("unit_text", a.dimensionality.string)
            signals.append({"series": name, "name": a.name, "t_start_ms": gomyogen._ms(a.t_start),
                            "period_ms": gomyogen._ms(a.sampling_period), "unit": "" if unit == "dimensionless" else unit})
            values = a.magnitude[:, 0]
            series = TimeSeries(
                name=name, data=H5DataIO(values, compression="gzip") if len(values) > 1 << 16 else values, unit=unit,
                rate=1000 / gomyogen._ms(a.sampling_period), starting_time=gomyogen._ms(a.t_start) / 1000,
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
    block = neo.Block(name=notes["name"], **notes["annotations"])
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
                sampling_period=x["period_ms"] * pq.ms, name=x["name"], **text))
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
                np.sort(t), units=pq.ms, t_start=start * pq.ms, t_stop=stop * pq.ms,
                name=str(units[names][i]) if names else f"unit_{units.id[i]}", **more))
    for kind, group in (("acquisition", file.acquisition), ("stimulus", file.stimulus)):
        for name, x in group.items():
            data = getattr(x, "data", None)
            rate = getattr(x, "rate", None)
            if data is None or not rate or not hasattr(data, "shape") or len(data.shape) > 2 or np.dtype(data.dtype).kind not in "fiu":
                left.append(name)
                continue
            if data.size > MOST:
                left.append(name)
                continue
            values = np.asarray(data[:], float) * (x.conversion or 1) + (x.offset or 0)
            unit, text = gomyogen._units({"volts": "V", "amperes": "A", "a.u.": "", "unknown": ""}.get(x.unit, x.unit))
            segments.setdefault(kind, neo.Segment(name=kind)).analogsignals.append(neo.AnalogSignal(
                values, units=unit, t_start=(x.starting_time or 0) * pq.s, sampling_rate=rate * pq.Hz, name=name, **text))
    block.segments.extend(segments.values())
    if left:
        block.annotate(not_read=", ".join(left))
    if not segments:
        raise Refused("it has no units with spike times and no regularly sampled series")
    return block


# MATLAB


def read_matlab(task):
    from scipy.io import loadmat

    try:
        f = loadmat(task["in"])
    except NotImplementedError:
        raise Refused("it is a MATLAB 7.3 file, which is HDF5; save it with -v7 (MATLAB 5 format)")
    except Exception as e:
        raise Refused(f"it is not a MATLAB 5 file: {e}")
    found = {}
    for name, x in f.items():
        if name.startswith("__"):
            continue
        found[name] = x
        if isinstance(x, np.ndarray) and x.dtype.names and x.size == 1:
            for field in x.dtype.names:
                found[f"{name}.{field}"] = x[field].flat[0]
    trains = {name: t for name, x in found.items() if (t := _trains(x)) is not None}
    wanted = task.get("variable")
    if wanted:
        if wanted not in trains:
            raise Refused(f"{wanted!r} is no cell array of discharge times and no matrix of zeros and ones; there are {sorted(trains)}")
    elif len(trains) == 1:
        wanted = next(iter(trains))
    else:
        wanted = next((n for n in trains if n.split(".")[-1].lower() in ("mupulses", "mupulse", "spiketrains", "spike_trains")), None)
        if wanted is None:
            raise Refused(f"say which variable holds the discharge times: {sorted(trains)} could" if trains
                          else f"no variable is a cell array of discharge times or a matrix of zeros and ones; there are {sorted(found)}")
    times, binary = trains[wanted]
    rate = task.get("rate") or 0
    if not rate:
        rate = next((float(x.flat[0]) for n, x in found.items() if n.split(".")[-1].lower() in ("fsamp", "fs", "samplingfrequency", "sampling_rate")
                     and isinstance(x, np.ndarray) and x.size == 1 and x.dtype.kind in "fiu"), 0)
        if rate and not binary and not all(np.all(t == np.trunc(t)) for t in times):
            rate = 0  # times beside the rate of a signal
    for i, t in enumerate(times):
        if not np.all(np.isfinite(t)):
            raise Refused(f"{wanted}: unit {i + 1}: discharge {int(np.flatnonzero(~np.isfinite(t))[0]) + 1} is not a finite number")
    whole = binary or (any(len(t) for t in times) and all(np.all(t == np.trunc(t)) for t in times))
    if not rate and whole and task.get("unit") != "ms":
        raise Refused(f"{wanted}: the discharge times are whole numbers, samples as it seems; say how many there are in a second")
    if rate:  # samples, of which MATLAB's first is 1
        if any(len(t) and t.min() < 1 for t in times):
            raise Refused(f"{wanted}: a discharge at sample {min(t.min() for t in times if len(t)):g}; MATLAB's first sample is 1")
        times = [(t - 1) / rate * 1000 for t in times]
    elif task.get("unit") != "ms":
        times = [t * 1000 for t in times]
    last = max([0.0] + [t.max() for t in times if len(t)])
    first = min([0.0] + [t.min() for t in times if len(t)])
    block = neo.Block(name=wanted)
    segment = neo.Segment(name="units")
    more = {"sampling_rate": rate * pq.Hz, "sampling_period_ms": 1000 / rate} if rate else {"sampling_rate": None}
    for i, t in enumerate(times):
        segment.spiketrains.append(neo.SpikeTrain(np.sort(t), units=pq.ms, t_start=first * pq.ms, t_stop=last * pq.ms, name=f"MU_{i}", **more))
    block.segments.append(segment)
    return block


def _trains(x):
    """Returns the numbers of each unit and whether they come from zeros and ones."""
    if not isinstance(x, np.ndarray):
        return None
    if x.dtype == object and x.size and max(x.shape) == x.size:
        cells = [np.asarray(c) for c in x.flat]
        if all(c.size == 0 or c.dtype.kind in "fiu" and max(c.shape) == c.size for c in cells):
            return [c.astype(float).ravel() for c in cells], False
    if x.ndim == 2 and x.dtype.kind in "fiub" and x.size > 1 and np.isin(x, (0, 1)).all() and x.any():
        if x.shape[0] > x.shape[1]:  # a column for each unit
            x = x.T
        return [np.flatnonzero(row) + 1.0 for row in x], True
    return None


# Pickles


def read_pickle(task):
    import joblib

    x = joblib.load(task["in"])
    if isinstance(x, neo.Block):
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


TASKS = {"write nwb": write_nwb, "read nwb": read_nwb, "read matlab": read_matlab, "read pickle": read_pickle}

if __name__ == "__main__":
    task = json.load(sys.stdin)
    try:
        block = TASKS[task["task"]](task)
        if block is not None:
            gomyogen.save(task["out"], block)
    except Refused as e:
        print(e, file=sys.stderr)
        sys.exit(3)
