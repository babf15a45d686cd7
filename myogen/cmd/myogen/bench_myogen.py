"""Runs the network of `myogen bench` in MyoGen and times its parts.

usage: bench_myogen.py MODEL T_MS THRESHOLD_MV DRIVE PARTS SPIKES.npz

DRIVE is how the loop gets the drive: "numbers", or "signal" for a sample of
an AnalogSignal at each step. PARTS is "loop", or "all" to time what comes
before and after it, too. Prints a line of JSON with seconds and versions.
"""
import json
import platform
import sys
import time

import neo
import neuron
import numpy as np
import quantities as pq
from neuron import h

import myogen
from myogen.simulator import Network, RecruitmentThresholds
from myogen.simulator.neuron.populations import AlphaMN__Pool, DescendingDrive__Pool
from myogen.utils.types import pps

CELLS, DT, PEAK = 100, 0.1, 65.0
# Ends of rest, ramp, plateau, ramp, as parts of the duration.
PHASES = np.array([1, 1.5, 11.5, 12]) / 15
seconds = {}


def timed(what, function, *args):
    start = time.perf_counter()
    result = function(*args)
    seconds[what] = time.perf_counter() - start
    return result


def trapezoid(times, ends):
    """The rates without noise, all samples at once."""
    rest, up, top, down = ends
    rates = np.zeros_like(times)
    part = (times >= rest) & (times < up)
    rates[part] = PEAK * ((times[part] - rest) / (up - rest))
    rates[(times >= up) & (times < top)] = PEAK
    part = (times >= top) & (times < down)
    rates[part] = PEAK - PEAK * ((times[part] - top) / (down - top))
    return rates


def trapezoid_with_units(times, ends):
    """The same, sample by sample, each a quantity with its unit."""
    rest, up, top, down = ends * pq.ms
    rates = np.zeros(len(times)) * pps
    for i, t in enumerate(times * pq.ms):
        if t < rest:
            continue
        if t < up:
            rates[i] = PEAK * pps * ((t - rest) / (up - rest))
        elif t < top:
            rates[i] = PEAK * pps
        elif t < down:
            rates[i] = PEAK * pps - PEAK * pps * ((t - top) / (down - top))
    return rates.magnitude


def build(model):
    thresholds, _ = RecruitmentThresholds(
        N=CELLS, recruitment_range__ratio=100, deluca__slope=5, konstantin__max_threshold__ratio=1.0, mode="combined"
    )
    motor = AlphaMN__Pool(recruitment_thresholds__array=thresholds, model=model)
    return motor, DescendingDrive__Pool(n=CELLS, timestep__ms=DT * pq.ms)


def wire(motor, descending):
    network = Network({"DD": descending, "aMN": motor})
    network.connect("DD", "aMN", probability=0.5, weight__uS=0.15 * pq.uS)
    return network, network.connect_from_external("cortical_input", "DD", weight__uS=1.0 * pq.uS)


def record(motor, threshold):
    keep, spikes = [], []
    for cell in motor:
        detector = h.NetCon(cell.soma(0.5)._ref_v, None, sec=cell.soma)
        detector.threshold = threshold
        times = h.Vector()
        detector.record(times)
        keep.append(detector)
        spikes.append(times)
    return keep, spikes


def loop(descending, starts, drive, duration, sent):
    """All of the simulation: each step every drive neuron, then NEURON."""
    cells, last, step = list(zip(descending, starts, sent)), len(drive) - 1, 0
    while h.t < duration:
        rate = drive[min(step, last)]
        for cell, start, times in cells:
            if cell.integrate(rate):
                times.append(h.t)
                arrival = h.t + 1  # the way to the terminal
                if arrival < duration:
                    start.event(arrival)
        h.fadvance()
        step += 1
    return step


def smoothed(trains, samples):
    """Rates of all neurons with more than two spikes, 400 ms Hann window."""
    window = np.hanning(int(400 / DT))
    window /= window.sum() * DT / 1000
    grid = np.arange(samples) * DT
    rates = []
    for train in trains:
        if len(train) > 2:
            at = np.searchsorted(grid, train)
            spikes = np.zeros(samples)
            spikes[at[at < samples]] = 1
            rates.append(np.convolve(spikes, window, mode="same"))
    return rates


def main(model, duration, threshold, form, parts, out):
    duration = float(duration)
    myogen.set_random_seed(42)
    motor, descending = timed("pools", build, model)
    samples = int(round(duration / DT))
    times, ends = np.linspace(0, duration, samples), PHASES * duration
    drive = trapezoid(times, ends)
    if parts == "all":
        slow = timed("drive", trapezoid_with_units, times, ends)
        if not np.allclose(slow, drive, rtol=1e-12, atol=0):
            sys.exit("the two ways to make the drive differ")
    drive += np.clip(myogen.get_random_generator().normal(0, 1, size=samples), 0, None)
    if form == "signal":
        drive = neo.AnalogSignal(drive * pps, sampling_period=DT * pq.ms)
    else:
        drive = drive.tolist()
    network, starts = timed("network", wire, motor, descending)
    keep, recorded = record(motor, float(threshold))

    h.load_file("stdrun.hoc")
    h.secondorder, h.dt = 2, DT
    for section, voltage in zip(*motor.get_initialization_data()):
        section.v = voltage
    h.finitialize()
    sent = [[] for _ in range(CELLS)]
    steps = timed("loop", loop, descending, starts, drive, duration, sent)

    trains = [np.array(v) for v in recorded]
    if parts == "all":
        timed("rates", smoothed, trains, samples)
    np.savez(
        out,
        dd_spike_times_ms=np.concatenate([np.array(t, dtype=float) for t in sent]), dd_spike_counts=np.array([len(t) for t in sent]),
        mn_spike_times_ms=np.concatenate(trains), mn_spike_counts=np.array([len(t) for t in trains]),
    )
    print(json.dumps({"seconds": seconds, "steps": steps, "neuron": neuron.__version__, "python": platform.python_version()}))


main(*sys.argv[1:])
