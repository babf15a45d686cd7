"""Computes each case of standard input with NumPy, SciPy, Neo and Elephant."""
import json
import logging
import sys
import warnings

import elephant.conversion
import elephant.spike_train_correlation
import elephant.statistics as es
import neo
import numpy as np
import quantities as pq
import scipy.signal
import scipy.stats

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
np.seterr(all="ignore")


def train(d, wide=False):
    """A neo.SpikeTrain; wide makes one that contains spikes outside of the span."""
    times = np.array([float(x) for x in d["times"]])
    start, stop = float(d["start"]), float(d["stop"])
    if wide and len(times):
        start, stop = min(start, np.min(times)), max(stop, np.max(times))
    return neo.SpikeTrain(times, units="ms", t_start=start, t_stop=stop)


def numbers(c, key="x"):
    return np.array([float(x) for x in c[key]])


def time_histogram(c):
    trains = [train(d, wide=True) for d in c["trains"]]
    t_start, t_stop = (float(c["trains"][0][k]) * pq.ms for k in ("start", "stop"))
    h = es.time_histogram(trains, float(c["bin"]) * pq.ms, t_start=t_start, t_stop=t_stop, output=c["output"])
    if c["output"] == "rate":
        h = h.rescale("1/s")
    return h.magnitude.flatten()


def train_slice(c):
    s = train(c["trains"][0]).time_slice(float(c["start"]) * pq.ms, float(c["stop"]) * pq.ms)
    return [float(s.t_start), float(s.t_stop), *s.magnitude]


def signal_slice(c):
    s = neo.AnalogSignal(numbers(c), units="mV", t_start=float(c["t_start"]) * pq.ms, sampling_period=float(c["period"]) * pq.ms)
    s = s.time_slice(float(c["start"]) * pq.ms, float(c["stop"]) * pq.ms)
    return [float(s.t_start.rescale("ms")), *s.magnitude.flatten()]


def cross_correlogram(c):
    binned = [elephant.conversion.BinnedSpikeTrain(train(d), bin_size=float(c["bin"]) * pq.ms) for d in c["trains"]]
    n = int(round(float(c["window"]) / float(c["bin"])))
    h, _ = elephant.spike_train_correlation.cross_correlation_histogram(binned[0], binned[1], window=[-n, n])
    return [float(h.t_start.rescale("ms")), *h.magnitude.flatten()]


def instantaneous_rate(c):
    """The binary train at the sampling period, convolved with a Hann window of area 1."""
    period, out = float(c["period"]), []
    for d in c["trains"]:
        start, stop = float(d["start"]), float(d["stop"])
        grid = np.arange(int(round((stop - start) / period))) * period
        at = np.searchsorted(grid, np.array([float(x) for x in d["times"]]) - start)
        binary = np.zeros(len(grid))
        binary[at[at < len(grid)]] = 1
        window = np.hanning(int(round(float(c["window"]) / period)))
        window /= window.sum() * period / 1000
        out.extend(np.convolve(binary, window, mode="same")[:: int(c["every"])])
    return out


def spectrum(c):
    x, y, n = numbers(c), numbers(c, "y"), int(c["n"])
    k = dict(fs=1000 / float(c["period"]), window="hann", nperseg=n, noverlap=0, detrend="constant")
    xy = scipy.signal.csd(x, y, **k)[1]
    coherence = scipy.signal.coherence(x, y, **k)[1]
    return [*scipy.signal.welch(x, **k)[0], *scipy.signal.welch(x, **k)[1], *scipy.signal.welch(y, **k)[1], *xy.real, *xy.imag, *coherence]


def intervals(c):
    return es.isi(train(c["trains"][0])).magnitude


def linear_regression(c):
    r = scipy.stats.linregress(numbers(c), numbers(c, "y"))
    return [r.intercept, r.slope, r.rvalue**2]


functions = {
    "time histogram": time_histogram,
    "slice of a train": train_slice,
    "slice of a signal": signal_slice,
    "cross-correlogram": cross_correlogram,
    "instantaneous rates": instantaneous_rate,
    "spectrum": spectrum,
    "ISI": intervals,
    "CV": lambda c: [scipy.stats.variation(intervals(c))],
    "CV2": lambda c: [es.cv2(intervals(c), with_nan=True)],
    "LV": lambda c: [es.lv(intervals(c), with_nan=True)],
    "mean firing rate": lambda c: [es.mean_firing_rate(train(c["trains"][0])).rescale("1/s").magnitude],
    "Fano factor": lambda c: [es.fanofactor([train(d) for d in c["trains"]])],
    "mean": lambda c: [np.mean(numbers(c))],
    "SD": lambda c: [np.std(numbers(c), ddof=1)],
    "SEM": lambda c: [scipy.stats.sem(numbers(c))],
    "median": lambda c: [np.median(numbers(c))],
    "percentile": lambda c: [np.percentile(numbers(c), float(c["p"]))],
    "histogram": lambda c: np.histogram(numbers(c), bins=numbers(c, "edges"))[0],
    "linear regression": linear_regression,
}

results = []
for case in json.load(sys.stdin):
    try:
        results.append({"values": [repr(float(v)) for v in functions[case["function"]](case)]})
    except (ValueError, IndexError, ZeroDivisionError, TypeError, AssertionError) as e:
        results.append({"error": f"{type(e).__name__}: {e}"})
json.dump(results, sys.stdout)
