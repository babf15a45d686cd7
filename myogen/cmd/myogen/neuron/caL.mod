TITLE Persistent calcium current of the NERLab motor neuron's dendrite

COMMENT
Elias et al. (2012), J Comput Neurosci 33:515.
ENDCOMMENT

NEURON {
    SUFFIX caL
    USEION caL READ ecaL WRITE icaL VALENCE 2
    NONSPECIFIC_CURRENT il
    RANGE gcaLbar, gama, vtraub, Ltau, gl, el
    THREADSAFE
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gcaLbar = 1e-5 (S/cm2)
    gama = 1
    vtraub = 35 (mV)
    Ltau = 60 (ms)
    gl = 1e-4 (S/cm2)
    el = 0 (mV)
}

ASSIGNED {
    v (mV)
    ecaL (mV)
    icaL (mA/cm2)
    il (mA/cm2)
    Linf
}

STATE { L }

BREAKPOINT {
    SOLVE gates METHOD cnexp
    icaL = gcaLbar*L*gama*(v - ecaL)
    il = gl*(v - el)
}

INITIAL {
    rates(v)
    L = Linf
}

DERIVATIVE gates {
    rates(v)
    L' = (Linf - L)/Ltau
}

PROCEDURE rates(v (mV)) {
    Linf = 1/(exp(((v - vtraub) + 30)/(-1)) + 1)
}
