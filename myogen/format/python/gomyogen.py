"""Reads and writes the .npz files of gomyogen as neo.Block.

    import gomyogen                             # this file, on the path of Python
    block = gomyogen.load("results.npz")        # a neo.Block: a segment for each population
    trains = block.segments[1].spiketrains      # names, units, t_start, t_stop, sampling_rate

gomyogen.save("results.npz", block) is the way back; it warns of what such a file has
no place for. Times are in ms and equal to the last bit. Needs NumPy and Neo.
"""

import os
import re
import shutil
import tempfile
import warnings
import zipfile

import neo
import numpy as np
import quantities as pq

FORMAT, VERSION = "gomyogen block", 1

pps = pq.UnitQuantity("pulses per second", 1 / pq.s, symbol="pps")
_ours = {"pps": pps, "": pq.dimensionless}
_plain = re.compile(r"(1/)?[^\W\d]+([*/^ ]+([^\W\d]+|[0-9]+))*")  # names and whole powers: no program


def _units(text):
    """Returns the unit of a text, dimensionless where quantities does not know it, and the text where it would be lost."""
    unit = _ours.get(text)
    if unit is None and _plain.fullmatch(text):
        try:
            unit = pq.unit_registry[text.replace("µ", "u").replace("μ", "u")]
        except Exception:
            pass
    if not isinstance(unit, pq.Quantity) or unit.size != 1 or unit.magnitude != 1:
        unit = pq.dimensionless
    return unit, {} if _text_of(unit) == text else {"unit_text": text}


def _text_of(unit):
    return unit.dimensionality.string.replace("dimensionless", "")


def _unit_text(signal):
    """Returns the unit of a signal as it was before it was loaded, unless it has been changed since."""
    text = signal.annotations.get("unit_text")
    if text is not None and _units(text)[0].dimensionality == signal.dimensionality:
        return text
    return _text_of(signal)


def _period(x):
    """Returns the sampling period of a signal or spike train in ms, or 0."""
    # 1 Hz is what Neo takes for a train and says nothing.
    rate = x.sampling_rate
    known = rate is not None and rate > 0 and not (isinstance(x, neo.SpikeTrain) and rate == 1 * pq.Hz)
    period, before = _ms(1 / rate) if known else 0.0, x.annotations.get("sampling_period_ms")
    if before is not None and abs(float(before) - period) <= 1e-9 * period:
        return float(before)
    return period


def load(path):
    """Returns the block of a file as a neo.Block."""
    with open(path, "rb") as file:
        if not zipfile.is_zipfile(file):
            raise ValueError(f"{path} is not an .npz file of gomyogen; \"myogen convert\" makes one of a .csv, .nwb, .mat and others")
    with np.load(path, allow_pickle=False) as f:
        if "format" not in f:
            raise ValueError(f"{path} does not hold a block: it has no array 'format'")
        try:
            name, _, version = str(f["format"][0]).rpartition(" ")
        except ValueError:  # a pickled object
            raise ValueError(f"{path} does not hold a block: its array 'format' is no text") from None
        if name != FORMAT or int(version) > VERSION:
            raise ValueError(f"{path} has format {f['format'][0]!r}; this program reads {FORMAT} up to version {VERSION}")
        notes = [str(x) for x in f["annotations"]]
        block = neo.Block(name=str(f["name"][0]))
        block.annotations.update(zip(notes[::2], notes[1::2]))
        for i, segment_name in enumerate(f["segments"]):
            segment = neo.Segment(name=str(segment_name))
            times = np.split(f[f"{i}/spike_times_ms"], np.cumsum(f[f"{i}/spike_counts"]))[:-1]
            for train, t, (start, stop, period) in zip(f[f"{i}/spike_names"], times, f[f"{i}/spike_spans_ms"].reshape(-1, 3)):
                rate = {"sampling_rate": 1000 / period * pq.Hz, "sampling_period_ms": float(period)} if period > 0 else {"sampling_rate": None}
                segment.spiketrains.append(
                    neo.SpikeTrain(t, units=pq.ms, t_start=start * pq.ms, t_stop=stop * pq.ms, name=str(train), **rate))
            values = np.split(f[f"{i}/signal_values"], np.cumsum(f[f"{i}/signal_counts"]))[:-1]
            for signal, unit, v, (start, period) in zip(
                    f[f"{i}/signal_names"], f[f"{i}/signal_units"], values, f[f"{i}/signal_spans_ms"].reshape(-1, 2)):
                units, text = _units(str(unit))
                segment.analogsignals.append(neo.AnalogSignal(
                    v, units=units, t_start=start * pq.ms, sampling_period=period * pq.ms, name=str(signal),
                    sampling_period_ms=float(period), **text))
            block.segments.append(segment)
    return block


def _text(x):
    return np.array(x, dtype="U") if len(x) else np.zeros(0, "U1")


def _ms(x):
    return float(x.rescale(pq.ms).magnitude)


_kept = {"sampling_period_ms", "unit_text"}  # annotations that load makes and save reads


def dropped(block):
    """Returns a list of what of a neo.Block a file has no place for, empty if there is nothing."""
    found = {}

    def count(what, n=1):
        if n:
            found[what] = found.get(what, 0) + n

    count("groups", len(getattr(block, "groups", ())))
    for segment in block.segments:
        for kind in ("events", "epochs", "irregularlysampledsignals", "imagesequences"):
            count(kind, len(getattr(segment, kind, ())))
        for key in segment.annotations:
            count(f"annotation {key!r} of segments")
        for what, objects in (("spike trains", segment.spiketrains), ("signals", segment.analogsignals)):
            for x in objects:
                for key in x.annotations:
                    if key not in _kept:
                        count(f"annotation {key!r} of {what}")
                for key in x.array_annotations:
                    count(f"array annotation {key!r} of {what}")
                if getattr(x, "waveforms", None) is not None:
                    count(f"waveforms of {what}")
    return [f"{what} ({n})" for what, n in found.items()]


def unsorted(block):
    """Returns the names of the spike trains whose times do not rise, which save sorts."""
    return [str(i if t.name is None else t.name) for s in block.segments for i, t in enumerate(s.spiketrains) if np.any(np.diff(t.magnitude) < 0)]


def save(path, block):
    """Writes a neo.Block to an .npz file, complete or not at all. Each channel of a signal becomes a signal of its own.

    A UserWarning names what the file has no place for, such as events, and the trains
    whose times are not in order, which are sorted.
    """
    path = os.fspath(path)
    if not path.lower().endswith(".npz"):
        raise ValueError(f"{path} must end in .npz: gomyogen.save writes no other format")
    if lost := dropped(block):
        warnings.warn(f"{path} has no place for, and does not hold: {', '.join(lost)}", stacklevel=2)
    if names := unsorted(block):
        warnings.warn(f"the spike times of these trains were not in rising order, and are sorted: {', '.join(names)}", stacklevel=2)
    f = {"format": _text([f"{FORMAT} {VERSION}"]), "name": _text([block.name or ""]),
         "segments": _text([str(i) if s.name is None else s.name for i, s in enumerate(block.segments)])}
    notes = [str(x) for pair in sorted(block.annotations.items()) for x in pair]
    f["annotations"] = _text(notes)
    for i, segment in enumerate(block.segments):
        names, times, spans = [], [], []
        for j, t in enumerate(segment.spiketrains):
            names.append(str(j) if t.name is None else t.name)
            times.append(np.sort(t.rescale(pq.ms).magnitude.astype(float)))
            spans += [_ms(t.t_start), _ms(t.t_stop), _period(t)]
        signals, units, values, signal_spans = [], [], [], []
        for j, a in enumerate(segment.analogsignals):
            data = np.asarray(a.magnitude, float).reshape(len(a), -1)
            for k in range(data.shape[1]):
                name = str(j) if a.name is None else a.name
                signals.append(name if data.shape[1] == 1 else f"{name}[{k}]")
                units.append(_unit_text(a))
                values.append(data[:, k])
                signal_spans += [_ms(a.t_start), _period(a)]
        p = f"{i}/"
        f[p + "spike_names"], f[p + "spike_counts"] = _text(names), np.array([len(t) for t in times], np.int64)
        f[p + "spike_times_ms"] = np.concatenate(times) if times else np.zeros(0)
        f[p + "spike_spans_ms"] = np.array(spans, float)
        f[p + "signal_names"], f[p + "signal_units"] = _text(signals), _text(units)
        f[p + "signal_counts"] = np.array([len(v) for v in values], np.int64)
        f[p + "signal_values"] = np.concatenate(values) if values else np.zeros(0)
        f[p + "signal_spans_ms"] = np.array(signal_spans, float)
    _replace(os.path.realpath(path), f)


def _replace(path, arrays):
    """Writes arrays beside the file at path, and then puts the new file in its place."""
    handle, beside = tempfile.mkstemp(prefix=".gomyogen-", suffix=".npz", dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(path):
            shutil.copymode(path, beside)
        else:
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(beside, 0o666 & ~mask)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
