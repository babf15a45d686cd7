TITLE Persistent sodium current of the Powers 2017 motor neuron

COMMENT
Powers and Heckman (2017), J Neurophysiol 117:1171. The slow gate stays at 1
with ar = 1.
ENDCOMMENT

NEURON {
    SUFFIX naps
    USEION na READ ena WRITE ina
    RANGE gbar
    GLOBAL sh, vslope, mtau, ar, asvh, bsvh
    THREADSAFE
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 2e-5 (S/cm2)
    sh = 5 (mV)
    vslope = 5 (mV)
    mtau = 1 (ms)
    ar = 1
    asvh = -90 (mV)
    bsvh = -22 (mV)
}

ASSIGNED {
    v (mV)
    ena (mV)
    ina (mA/cm2)
    minf sinf stau (ms)
}

STATE { m s }

BREAKPOINT {
    SOLVE gates METHOD cnexp
    ina = gbar*m*s*(v - ena)
}

INITIAL {
    rates(v)
    m = minf
    s = sinf
}

DERIVATIVE gates {
    rates(v)
    m' = (minf - m)/mtau
    s' = (sinf - s)/stau
}

PROCEDURE rates(v (mV)) {
    LOCAL a, b, c
    minf = 1/(1 + exp(-(v + 52.3 - sh)/vslope))
    a = 0.001*exp((asvh - v)/12)
    b = 0.0034/(exp(-(v - bsvh)/9) + 1)
    stau = 1/(a + b)
    c = a/(a + b)
    sinf = c + ar*(1 - c)
}
