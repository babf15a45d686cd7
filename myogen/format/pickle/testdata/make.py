"""Makes the .pkl files in this folder by MyoGen 0.12.0 on NEURON 8.2.7 (PyPI, Python 3.12).

They are what a run of MyoGen leaves: its recruitment thresholds, a drive pattern
as an AnalogSignal, and the Block of its SimulationRunner, 4 motor neurons for 100
ms. What is in them goes to want.json.
"""
import json
import pathlib

import joblib
import myogen
import neo
import numpy as np
import quantities as pq
from myogen.simulator import Network, RecruitmentThresholds
from myogen.simulator.neuron.populations import AlphaMN__Pool, DescendingDrive__Pool
from myogen.simulator.neuron.simulation_runner import SimulationRunner
from myogen.utils.currents import create_trapezoid_current
from myogen.utils.types import pps
from neuron import h

here = pathlib.Path(__file__).parent
myogen.set_random_seed(42)
all_thresholds = RecruitmentThresholds(
    N=100, recruitment_range__ratio=100, deluca__slope=5, konstantin__max_threshold__ratio=1.0, mode="combined")
thresholds, _ = all_thresholds
joblib.dump(thresholds, here / "thresholds.pkl")
joblib.dump(thresholds, here / "thresholds_compressed.pkl", compress=3)
joblib.dump(all_thresholds, here / "thresholds_object.pkl")

drive = neo.AnalogSignal(np.linspace(0, 65, 101) * pps, sampling_period=(0.1 * pq.ms).rescale(pq.s), name="trapezoid")
joblib.dump(drive, here / "trapezoid_drive_pattern.pkl")
current = create_trapezoid_current(
    n_pools=2, t_points=400, timestep__ms=0.1 * pq.ms, amplitudes__nA=5 * pq.nA, rise_times__ms=10 * pq.ms,
    plateau_times__ms=10 * pq.ms, fall_times__ms=10 * pq.ms, delays__ms=1 * pq.ms)
joblib.dump(current, here / "trapezoid_current.pkl")

motor = AlphaMN__Pool(recruitment_thresholds__array=thresholds[:4], model="NERLab")
descending = DescendingDrive__Pool(n=12, timestep__ms=0.1 * pq.ms)
network = Network({"DD": descending, "aMN": motor})
network.connect("DD", "aMN", probability=1.0, weight__uS=0.8 * pq.uS)
starts = network.connect_from_external("cortical_input", "DD", weight__uS=1.0 * pq.uS)


def step(runner):
    for cell, start in zip(descending, starts):
        if cell.integrate(65.0):
            start.event(h.t + 1)




block = SimulationRunner(network, {}, step).run(
    duration__ms=100 * pq.ms, timestep__ms=0.1 * pq.ms, membrane_recording={"aMN": [2]}, verbose=False)
joblib.dump(block, here / "block.pkl", compress=9)

with open(here / "want.json", "w") as f:
    json.dump({
        "thresholds": thresholds.tolist(),
        "drive": drive.magnitude[:, 0].tolist(),
        "current": current.magnitude[:, 1].tolist(),
        "trains": {s.name: {t.name: t.rescale(pq.ms).magnitude.tolist()
                            for t in sorted(s.spiketrains, key=lambda t: t.annotations["cell_idx"])} for s in block.segments},
        "potential": block.segments[1].analogsignals[0].magnitude[:3, 0].tolist(),
        "samples": len(block.segments[1].analogsignals[0]),
    }, f)
    f.write("\n")
