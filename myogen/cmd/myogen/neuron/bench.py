"""Runs a network file of `myogen bench` in NEURON and times its fadvance.

usage: bench.py work.npz cells.json spikes.npz

Mechanisms (*.mod) must have been compiled in the working directory. Prints a
line of JSON: seconds spent in fadvance, steps, NEURON's version.
"""
import json
import sys
import time

import neuron
import numpy as np
from neuron import h


def section(name, p):
    s = h.Section(name=name)
    s.nseg, s.L, s.diam, s.Ra, s.cm = 1, p["L"], p["Diam"], p["Ra"], p["Cm"]
    return s


def nerlab(p):
    soma, dend = section("soma", p["Soma"]), section("dend", p["Dendrite"])
    dend.connect(soma(0), 0)
    soma.insert("napp")
    m, q = soma(0.5).napp, p["Soma"]
    m.gnabar, m.gnapbar, m.gkfbar, m.gksbar = q["Gnabar"], q["Gnapbar"], q["Gkfbar"], q["Gksbar"]
    m.gl, m.el, m.vtraub, m.rinact = q["Gl"], q["El"], q["Vtraub"], q["Rinact"]
    soma.ena, soma.ek = q["Ena"], q["Ek"]
    dend.insert("caL")
    m, q = dend(0.5).caL, p["Dendrite"]
    m.gcaLbar, m.gama, m.vtraub, m.Ltau, m.gl, m.el = q["GcaLbar"], q["Gama"], q["Vtraub"], q["Ltau"], q["Gl"], q["El"]
    dend.ecaL = q["EcaL"]
    return soma, [dend]


def powers2017(p):
    soma = section("soma", p["Soma"])
    q = p["Soma"]
    for name in ("na3rp", "naps", "kdrRL", "mAHP", "gh", "pas"):
        soma.insert(name)
    s = soma(0.5)
    s.pas.g, s.pas.e = q["GPas"], q["EPas"]
    s.na3rp.gbar, s.naps.gbar, s.kdrRL.gMax = q["GbarNa3rp"], q["GbarNaps"], q["GMaxKdrRL"]
    s.mAHP.gcamax, s.mAHP.gkcamax, s.mAHP.taur = q["GcamaxMAHP"], q["GkcamaxMAHP"], q["TauMAHP"]
    s.gh.ghbar = q["GhbarGh"]
    soma.ena, soma.ek, soma.eca = q["Ena"], q["Ek"], q["Eca"]
    dends = []
    for i, q in enumerate(p["Dendrites"]):
        d = section(f"dend{i}", q)
        d.connect(soma(i % 2), 0)
        for name in ("L_Ca_inact", "gh", "pas"):
            d.insert(name)
        s = d(0.5)
        s.pas.g, s.pas.e, s.gh.ghbar = q["GPas"], q["EPas"], q["GhbarGh"]
        m = s.L_Ca_inact
        m.gcabar, m.theta_m, m.theta_h = q["Gcabar"], q["ThetaM"], q["ThetaH"]
        dends.append(d)
    return soma, dends


def synapse(p, dends):
    s = h.Exp2Syn(dends[p["Dendrite"]](0.5))
    s.e, s.tau1, s.tau2 = p["E"], p["Tau1"], p["Tau2"]
    return s


def main(work, cells, out):
    f = np.load(work)
    with open(cells) as g:
        described = json.load(g)
    build = nerlab if described["Model"] == "NERLab" else powers2017
    dt, duration, threshold = (float(f[k][0]) for k in ("dt_ms", "T_ms", "threshold_mV"))
    weight, delay = float(f["conn_weight_uS"][0]), float(f["conn_delay_ms"][0])
    built, synapses, spikes, keep = [], [], [], []
    for p in described["Cells"]:
        soma, dends = build(p)
        built.append((soma, dends))
        synapses.append([synapse(s, dends) for s in p["Synapses"]])
        nc = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
        nc.threshold = threshold
        v = h.Vector()
        nc.record(v)
        keep.append(nc)
        spikes.append(v)
    counts = f["dd_spike_counts"]
    relays = [h.Relay() for _ in counts]
    starts = [h.NetCon(None, r) for r in relays]
    for source, target, syn in f["connections"].reshape(-1, 3):
        nc = h.NetCon(relays[source], synapses[target][syn])
        nc.delay, nc.weight[0] = delay, weight
        keep.append(nc)
    times = np.split(f["dd_spike_times_ms"], np.cumsum(counts)[:-1])
    sent = sorted((t, i) for i, train in enumerate(times) for t in train)

    h.celsius = described["Celsius"]
    h.dt, h.secondorder = dt, 2
    h.finitialize(described["VInit"])
    spent, steps, n = 0.0, 0, 0
    while h.t < duration:
        while n < len(sent) and sent[n][0] <= h.t:
            at = sent[n][0] + 1  # the way to the terminal
            if at < duration:
                starts[sent[n][1]].event(at)
            n += 1
        start = time.thread_time()
        h.fadvance()
        spent += time.thread_time() - start
        steps += 1
    trains = [np.array(v) for v in spikes]
    np.savez(out, mn_spike_times_ms=np.concatenate(trains), mn_spike_counts=np.array([len(t) for t in trains]))
    print(json.dumps({"seconds": spent, "steps": steps, "version": neuron.__version__}))


main(*sys.argv[1:])
